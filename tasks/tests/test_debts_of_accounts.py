"""The upgrade: open tasks about late rents of contracts go on as those of their accounts, and back."""

from importlib import import_module

import pytest
from django.db import connection

from leasing.tests.factories import make_contract
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.models import Task
from tasks.tests.causes.books import DAY, TODAY
from tasks.tests.causes.rent_late import rent
from tasks.tests.factories import make_task
from tasks.tests.generating import CODE, close, generate

MIGRATION = import_module("tasks.migrations.0004_debts_are_of_accounts")


@pytest.fixture
def site(db):
    with site_scope([CODE]):
        yield Site.objects.get(pk=CODE)


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def test_an_open_task_of_a_contract_goes_on_as_that_of_its_account_and_back(site):
    contract = make_contract(site)
    rent(contract, TODAY - 3 * DAY)
    before = {"cause": "rent_late", "kind": "payment_follow", "contract": contract, "tenant": contract.tenant}
    task = make_task(site, source=f"rent_late:{contract.pk}:{TODAY}", **before)
    done = make_task(site, source=f"rent_late:{contract.pk}:{TODAY - 30 * DAY}", status="done", **before)
    assert run(MIGRATION._TO_ACCOUNTS) == 1
    task.refresh_from_db()
    assert task.source == f"rent_late:{contract.account_id}:{TODAY}"
    assert (generate(site), close(site), Task.objects.count()) == (0, 0, 2)
    assert run(MIGRATION._TO_CONTRACTS) == 1
    task.refresh_from_db()
    assert task.source == f"rent_late:{contract.pk}:{TODAY}"
    done.refresh_from_db()
    assert done.source == f"rent_late:{contract.pk}:{TODAY - 30 * DAY}"


def test_of_two_contracts_of_one_account_one_task_goes_on(site):
    old = make_contract(site, status="ended")
    new = make_contract(site, tenant=old.tenant, account=old.account, renewal_of=old, start_date=TODAY)
    for contract in (old, new):
        rent(contract, TODAY - 3 * DAY)
        make_task(
            site, source=f"rent_late:{contract.pk}:{TODAY}", cause="rent_late", kind="payment_follow",
            contract=contract, tenant=old.tenant,
        )  # fmt: skip
    assert run(MIGRATION._TO_ACCOUNTS) == 1
    generate(site)
    assert close(site) == 1
    assert Task.objects.open().get().facts["amount"] == 2_000_000
