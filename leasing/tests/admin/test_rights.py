"""What each role may do in the administration of the portfolio."""

import pytest
from django.contrib.auth import get_user_model

from leasing import models
from leasing.tests import factories as make
from leasing.tests.admin.pages import (
    CONTRACT_BUTTONS,
    TABLES,
    TENANT,
    browser,
    page,
    text,
)
from sites_app.actions import change_status
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db


def test_every_table_has_its_pages(manager, rows):
    assert set(rows) == set(TABLES)
    for model, row in rows.items():
        for address in (page(model), f"{page(model)}?q=a", page(model, row.pk, "change")):
            assert (address, manager.get(address).status_code) == (address, 200)


def rows_now(rows):
    with site_scope(["GN_KINDIA"]):
        return {model: model.objects.filter(pk=row.pk).values().get() for model, row in rows.items()}


@pytest.mark.no_cover
def test_an_agent_reads_everything_and_changes_nothing(agent, rows):
    before = rows_now(rows)
    for model, row in rows.items():
        opened = agent.get(page(model, row.pk, "change"))
        assert (model, opened.status_code, 'name="_save"' in text(opened)) == (model, 200, False)
        assert agent.post(page(model, row.pk, "change"), {"note": "x"}).status_code == 403
        assert agent.post(page(model, row.pk, "delete"), {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        agent.post(page(model), chosen)
    assert rows_now(rows) == before


def test_an_agent_adds_interactions_and_payments_and_nothing_else(agent, rows):
    may = {model for model in rows if agent.get(page(model, "add")).status_code == 200}
    assert may == {models.Interaction, models.Payment}


def test_a_manager_adds_what_is_not_made_by_something_else(manager, rows):
    may = {model for model in rows if manager.get(page(model, "add")).status_code == 200}
    made_elsewhere = {
        models.Account, models.RentStep, models.Instalment, models.Allocation, models.PaymentReversal, models.Deposit,
        models.Receipt, models.ReceiptCancellation, models.ReceiptPrint, models.ReceiptCounter, models.Concession,
    }  # fmt: skip
    assert may == set(rows) - made_elsewhere


@pytest.mark.parametrize("button", CONTRACT_BUTTONS)
def test_an_agent_has_no_buttons(agent, rows, button):
    contract = rows[models.Contract]
    assert agent.get(page(models.Contract, contract.pk, button)).status_code == 403
    assert agent.post(page(models.Contract, contract.pk, button)).status_code == 403
    assert f"/{button}/" not in text(agent.get(page(models.Contract, contract.pk, "change")))


@pytest.mark.parametrize(
    ("table", "button"),
    [
        (models.Instalment, "let-go"),
        (models.Payment, "reverse"),
        (models.Deposit, "settle"),
        (models.Litigation, "resolve"),
    ],
)
def test_an_agent_has_no_buttons_of_other_rows_either(agent, rows, table, button):
    row, before = rows[table], rows_now(rows)
    assert agent.get(page(table, row.pk, button)).status_code == 403
    assert agent.post(page(table, row.pk, button), {"reason": "x", "amount": "1"}).status_code == 403
    assert f"/{button}/" not in text(agent.get(page(table, row.pk, "change")))
    assert rows_now(rows) == before


def test_a_manager_has_the_buttons_that_fit_the_state_of_a_contract(manager, kindia):
    with site_scope([kindia.code]):
        states = {status: make.make_contract(kindia, status=status) for status in ("draft", "active", "ended")}
    shown = {}
    for status, row in states.items():
        opened = text(manager.get(page(models.Contract, row.pk, "change")))
        shown[status] = {name for name in CONTRACT_BUTTONS if page(models.Contract, row.pk, name) in opened}
    money = {"charge", "credit", "refund", "void"}
    assert shown == {
        "draft": {"sign"},
        "active": {"renew", "move", "end", "rent", "payment-day", "billing", *money},
        "ended": {"renew", "reopen", *money},
    }
    for name in CONTRACT_BUTTONS:
        assert manager.get(page(models.Contract, states["active"].pk, name)).status_code == 200


@pytest.mark.parametrize(
    "table", [models.Payment, models.Allocation, models.PaymentReversal, models.Instalment, models.Deposit]
)
def test_the_books_are_never_edited_or_deleted(rows, table):
    boss = get_user_model().objects.create_superuser("boss", "boss@agence.example", None)
    client, row = browser(boss), rows[table]
    with site_scope(["GN_KINDIA"]):
        before = table.objects.filter(pk=row.pk).values().get()
    assert client.post(page(table, row.pk, "change"), {"amount": "1"}).status_code == 403
    assert client.get(page(table, row.pk, "delete")).status_code == 403
    assert client.post(page(table, row.pk, "delete"), {"post": "yes"}).status_code == 403
    client.post(page(table), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    with site_scope(["GN_KINDIA"]):
        assert table.objects.filter(pk=row.pk).values().get() == before


def test_a_site_in_maintenance_is_read_and_not_changed(manager, rows, kindia):
    change_status(site=kindia, status="maintenance")
    contract = rows[models.Contract]
    opened = manager.get(page(models.Contract, contract.pk, "change"))
    assert 'name="_save"' not in text(opened)
    assert "/end/" not in text(opened)
    assert manager.get(page(models.Tenant, "add")).status_code == 403
    assert manager.post(page(models.Tenant, "add"), TENANT).status_code == 503
