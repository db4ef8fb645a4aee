from typing import Any, cast

import environ
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError, connection, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg import sql

from akig.embedded import database, roles

_OLDEST = 150000


class Command(BaseCommand):
    help = (
        "Give the application's role its rights in a database of your own (DATABASE_URL), before the first migrate. "
        "May be repeated. The embedded database needs none of it."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if database.is_embedded():
            self.stdout.write("The embedded database is prepared by itself.")
            return
        app = database.app_role(environ.Env())
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                owner = self._check_owner(cursor, app)
                self._have_role(cursor, app)
                roles.grant_rows(cursor.execute, owner=owner, app=app)
        except ProgrammingError as error:
            raise CommandError(str(error).splitlines()[0]) from error
        self.stdout.write(
            f"{app} reads and writes rows of the tables that {owner} makes in {connection.settings_dict['NAME']}."
        )

    def _check_owner(self, cursor: Any, app: str) -> str:
        if cast("DatabaseWrapper", connection).pg_version < _OLDEST:
            raise CommandError("AKIG needs PostgreSQL 15 or newer.")
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
        if owner == app:
            raise CommandError(
                f"{owner} would own the tables and also serve: row-level security would not hold. Give the "
                "application a login of its own (DATABASE_OWNER_URL for this one) or a role (DATABASE_APP_ROLE)."
            )
        return owner

    def _have_role(self, cursor: Any, app: str) -> None:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [app])
        found = cursor.fetchone()
        if found is None:
            cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(app)))
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(app)))
        elif found[0]:
            raise CommandError(f"{app} may bypass row-level security: ALTER ROLE {app} NOSUPERUSER NOBYPASSRLS.")
