"""The gate before serving, and the commands that it lets through."""

import pytest
from django.core.management import call_command

from sites_app.checks import policies_in_place
from tests.owner import as_owner

pytestmark = pytest.mark.django_db


def test_a_process_that_serves_as_the_owner_is_stopped(settings):
    settings.DATABASE_LOGIN = "app"
    assert policies_in_place(None, databases=["default"]) == []
    with as_owner():
        found = policies_in_place(None, databases=["default"])
    assert {error.id for error in found} == {"sites_app.E006"}
    assert any("owns leasing_contract" in error.msg for error in found)


def test_an_upgrade_can_migrate_tables_that_are_there_already(settings):
    settings.DATABASE_LOGIN = "owner"
    with as_owner():
        assert policies_in_place(None, databases=["default"]) == []
        call_command("migrate", "--plan", verbosity=0)
