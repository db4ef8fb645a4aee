"""The suite's own foundation: which role the tests have, and what a committing test leaves behind."""

import pytest
from django.db import ProgrammingError, connection, transaction

from accounts.models import User
from tests.owner import as_owner


def _value(statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_tests_work_as_the_role_of_the_application():
    assert _value("SELECT current_user") == "akig_app"
    assert _value("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user") is False
    assert _value("SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == 0


@pytest.mark.django_db
def test_the_application_may_not_truncate_or_make_tables():
    for statement in ("TRUNCATE accounts_user CASCADE", "CREATE TABLE mine (id int)"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            _value(statement)


@pytest.mark.django_db
def test_the_oracle_is_the_owner_and_the_role_comes_back():
    with as_owner():
        assert _value("SELECT current_user") == "akig_owner"
    assert _value("SELECT current_user") == "akig_app"
    with pytest.raises(ZeroDivisionError), as_owner():
        raise ZeroDivisionError
    assert _value("SELECT current_user") == "akig_app"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_is_gone_in_the_next_and_what_migrations_made_stays(turn):
    permissions = _value("SELECT count(*) FROM auth_permission")
    assert permissions > 0
    assert User.objects.count() == 0
    User.objects.create(username="amina")
    with as_owner():
        _value("DELETE FROM auth_permission WHERE codename = 'add_user' RETURNING id")
