"""A database of the customer's own: with one login or two, AKIG ends up with a role that cannot bypass."""

from collections.abc import Callable, Iterator
from io import StringIO
from urllib.parse import quote

import environ
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from akig.embedded import database
from tests.database import server

pytestmark = pytest.mark.django_db  # so that the suite's server is up


@pytest.fixture
def superuser() -> Iterator[psycopg.Connection]:
    """Of a database that AKIG has never seen: nothing in it, no role but the customer's."""
    with server().connect("postgres", "postgres") as superuser:
        _clean(superuser)
        superuser.execute("CREATE ROLE customer LOGIN PASSWORD 'c' CREATEROLE")
        superuser.execute("CREATE DATABASE customer OWNER customer TEMPLATE template0")
        yield superuser
        _clean(superuser)


@pytest.fixture
def prepare(superuser, monkeypatch) -> Iterator[Callable[..., str]]:
    """`manage.py prepare_database` in an environment with these variables; returns what it prints."""
    opened = []

    def prepare(**environment: str) -> str:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        settings = {**connection.settings_dict, **database.connection_settings(environ.Env())}
        opened.append(DatabaseWrapper(settings))
        monkeypatch.setattr("akig.management.commands.prepare_database.connection", opened[-1])
        monkeypatch.setattr("django.db.transaction.get_connection", lambda using=None: opened[-1])
        out = StringIO()
        call_command("prepare_database", stdout=out)
        return out.getvalue()

    yield prepare
    for wrapper in opened:
        wrapper.close()


def _clean(superuser: psycopg.Connection) -> None:
    superuser.execute("DROP DATABASE IF EXISTS customer WITH (FORCE)")
    for role in ("customer_app", "customer"):
        superuser.execute(f"DROP ROLE IF EXISTS {role}")


def _url(role: str) -> str:
    host = quote(str(connection.settings_dict["HOST"]), safe="")
    return f"postgres://{role}:c@{host}/customer"


def _rights_on_a_later_table(role: str) -> dict[str, bool]:
    with server().connect("postgres", "customer") as superuser:
        superuser.execute("SET ROLE customer")
        superuser.execute("CREATE TABLE made_later (id bigserial)")
        return {
            right: superuser.execute("SELECT has_table_privilege(%s, 'made_later', %s)", [role, right]).fetchone()[0]
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
        }


ROWS_ONLY = {"SELECT": True, "INSERT": True, "UPDATE": True, "DELETE": True, "TRUNCATE": False}


def test_with_one_login_a_role_is_made_for_the_application_once(prepare, superuser):
    for _ in range(2):
        said = prepare(DATABASE_URL=_url("customer"), DATABASE_APP_ROLE="customer_app", AKIG_DATABASE_LOGIN="owner")
        assert said == "customer_app reads and writes rows of the tables that customer makes in customer.\n"
    assert _rights_on_a_later_table("customer_app") == ROWS_ONLY
    rights = "SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = 'customer_app'"
    assert superuser.execute(rights).fetchone() == (False, False, False)


def test_the_only_login_then_works_as_that_role(prepare, monkeypatch):
    prepare(DATABASE_URL=_url("customer"), DATABASE_APP_ROLE="customer_app", AKIG_DATABASE_LOGIN="owner")
    monkeypatch.setenv("AKIG_DATABASE_LOGIN", "app")
    web = DatabaseWrapper({**connection.settings_dict, **database.connection_settings(environ.Env())})
    with web.cursor() as cursor:
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == ("customer_app", "customer")
    web.close()


def test_with_two_logins_the_applications_gets_its_rights(prepare, superuser):
    superuser.execute("CREATE ROLE customer_app LOGIN PASSWORD 'c'")
    prepare(DATABASE_URL=_url("customer_app"), DATABASE_OWNER_URL=_url("customer"), AKIG_DATABASE_LOGIN="owner")
    assert _rights_on_a_later_table("customer_app") == ROWS_ONLY


def test_one_login_for_everything_is_refused(prepare):
    with pytest.raises(CommandError, match=r"^customer would own the tables and also serve"):
        prepare(DATABASE_URL=_url("customer"), AKIG_DATABASE_LOGIN="owner")


def test_a_role_that_could_bypass_is_refused(prepare, superuser):
    superuser.execute("CREATE ROLE customer_app LOGIN PASSWORD 'c' BYPASSRLS")
    with pytest.raises(CommandError, match=r"^customer_app may bypass row-level security"):
        prepare(DATABASE_URL=_url("customer_app"), DATABASE_OWNER_URL=_url("customer"), AKIG_DATABASE_LOGIN="owner")


def test_an_owner_who_may_not_make_roles_is_told_so(prepare, superuser):
    superuser.execute("ALTER ROLE customer NOCREATEROLE")
    with pytest.raises(CommandError, match="permission denied to create role"):
        prepare(DATABASE_URL=_url("customer"), DATABASE_APP_ROLE="customer_app", AKIG_DATABASE_LOGIN="owner")


def test_the_embedded_database_needs_none_of_it():
    out = StringIO()
    call_command("prepare_database", stdout=out)
    assert out.getvalue() == "The embedded database is prepared by itself.\n"
