"""The two database roles: `akig_owner` owns and changes tables, `akig_app` reads and writes rows.

Row-level security holds for `akig_app` because it owns nothing and bypasses nothing (docs/isolation.md).
"""

from typing import Any

from psycopg import sql

from changes import append_only

OWNER = "akig_owner"
APP = "akig_app"
DATABASE = "akig"

# An abandoned transaction keeps its locks and holds back vacuum; no job computes that long between two statements.
_IDLE_IN_TRANSACTION = "5min"


def make_roles(connection: Any, *, owner_password: str, app_password: str) -> None:
    """Create both roles of an own server, or bring them back to what they should be. Needs its superuser."""
    existing = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    for name, rights, password in (
        (OWNER, "LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS", owner_password),
        (APP, "LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOBYPASSRLS", app_password),
    ):
        verb = "ALTER" if name in existing else "CREATE"
        connection.execute(
            sql.SQL("{} ROLE {} {} PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(name), sql.SQL(rights), sql.Literal(password)
            )
        )
    connection.execute(
        sql.SQL("ALTER ROLE {} SET idle_in_transaction_session_timeout = {}").format(
            sql.Identifier(APP), sql.Literal(_IDLE_IN_TRANSACTION)
        )
    )
    # The test suite logs in as the owner and then assumes this role.
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP), sql.Identifier(OWNER)))


def grant_rows(execute: Any, *, owner: str, app: str) -> None:
    """Let `app` read and write the rows of every table that `owner` makes in this database, now and later.

    Not TRUNCATE: row-level security does not cover it. Rows that are only ever added cannot be changed or deleted.
    `execute` runs one statement in the database.
    """
    names = {"owner": sql.Identifier(owner), "app": sql.Identifier(app)}
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {app}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {app}",
        _MAY_ANALYZE,
    ):
        execute(sql.SQL(statement).format(**names))
    append_only.lock(execute)


# A large import must ANALYZE what it has inserted: without statistics the checks of its own foreign keys, at its end,
# take hours instead of seconds. PostgreSQL 17 has a privilege for it; before, the tables' owner alone can.
_MAY_ANALYZE = """
    DO $$ BEGIN
        IF current_setting('server_version_num')::int >= 170000 THEN
            EXECUTE 'GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {app}';
            EXECUTE 'ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT MAINTAIN ON TABLES TO {app}';
        END IF;
    END $$
"""
