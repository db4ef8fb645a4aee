"""Rent received from the day's card: the task about it is over at once, stays with what is left, or is back."""

import datetime as dt
import re

import pytest
from django.test import Client

from leasing.models import Payment
from leasing.tests.factories import make_contract, make_instalment, make_instalments, make_property, make_tenant
from sites_app import access
from sites_app.scope import site_scope
from tasks.generation import generate_tasks
from tasks.models import Task
from tasks.tests.factories import NOW
from tasks.tests.pages import DAY
from tests.pages import text_of
from tests.people import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]
NEW = "/GN_KINDIA/payments/new/"


@pytest.fixture
def debt(agent, site):
    """January to March are late; the morning has made one task of it."""
    with site_scope([site.code]):
        tenant = make_tenant(site, name="Aïssatou Bah", phone="+224620000009")
        lease = make_contract(site, agent=agent, tenant=tenant, property=make_property(site, code="S-102"))
        make_instalments(lease, 15)
        generate_tasks(site=site, today=NOW.date())
    return lease


def task_of(lease):
    with site_scope([lease.site_id]):
        return Task.objects.get(contract=lease)


def card_link(client):
    return re.search(r'href="(/GN_KINDIA/payments/new/\?[^"]+)"', client.get(DAY).content.decode())[1]


def receive(client, francs=None):
    """Press "rent received" on the card, and save what is proposed, or another amount."""
    page = client.get(card_link(client).replace("&amp;", "&")).content.decode()
    form = page.split(f'action="{NEW}">', 1)[1].split("</form>", 1)[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") != "radio" or " checked" in tag:
            sent[given["name"]] = given.get("value", "")
    if francs:
        sent["amount"] = str(francs)
    return client.post(NEW, sent | {"save": "1"})


def test_the_card_of_a_late_rent_leads_to_the_receipt_and_back_to_the_day(client, debt):
    assert card_link(client) == f"{NEW}?contract={debt.pk}&amp;next={DAY}"
    answer = receive(client)
    with site_scope([debt.site_id]):
        payment = Payment.objects.get()
    assert answer["Location"] == f"/GN_KINDIA/payments/{payment.pk}/?saved=1&next=%2FGN_KINDIA%2Ftasks%2Ftoday%2F"
    page = client.get(answer["Location"])
    words = text_of(page)
    assert "Nothing is late any more: the task about it is over." in words
    assert "Receipt GN_KINDIA-000001 Owed today 0 GNF" in words
    assert f'href="{DAY}"' in page.content.decode().split("<main", 1)[1]
    task = task_of(debt)
    assert (task.status, task.outcome, task.version) == ("done", "cause_gone", 2)
    assert "Nothing to do for now" in text_of(client.get(DAY))


def test_a_part_leaves_the_task_with_what_is_still_late(client, debt):
    words = text_of(client.get(receive(client, 3_500_000)["Location"]))
    assert "The task stays open: 1,000,000 GNF is still late." in words
    task = task_of(debt)
    assert (task.status, task.version, task.facts["amount"], task.facts["periods"]) == (
        "pending", 1, 1_000_000, ["2026-03-01"],
    )  # fmt: skip
    assert "1,000,000 GNF" in text_of(client.get(DAY))


def test_a_payment_taken_back_opens_its_task_again_at_once(client, debt):
    receive(client)
    with site_scope([debt.site_id]):
        payment = Payment.objects.get()
    answer = client.post(f"/GN_KINDIA/payments/{payment.pk}/reverse/", {"undo": "1", "next": DAY})
    assert answer["Location"].endswith(f"/{payment.pk}/?next=%2FGN_KINDIA%2Ftasks%2Ftoday%2F")
    assert "The task stays open: 4,500,000 GNF is still late." in text_of(client.get(answer["Location"]))
    assert (task_of(debt).status, task_of(debt).version) == ("pending", 3)
    assert "Ask Aïssatou Bah" in text_of(client.get(DAY))


def test_other_debts_of_the_site_are_left_alone(client, agent, site, debt):
    with site_scope([site.code]):
        other = make_contract(site, agent=agent)
        make_instalment(other, dt.date(2026, 3, 1))
        generate_tasks(site=site, today=NOW.date())
        late = make_contract(site, agent=agent)
        make_instalment(late, dt.date(2026, 2, 1))  # of this nobody has made a task yet
    receive(client)
    assert task_of(other).status == "pending"
    with site_scope([site.code]):
        assert not Task.objects.filter(contract=late).exists()


def test_two_clerks_with_the_same_money_close_the_task_once(client, debt):
    other = Client()
    other.force_login(make_person("mariama", GN_KINDIA="manager"))
    assert receive(client).status_code == 302
    second = other.post(
        NEW, {"contract": debt.pk, "key": "k", "amount": "4500000", "method": "cash", "received_on": "2026-03-20",
              "save": "1"},
    )  # fmt: skip
    assert second.status_code == 409  # is it the same money?
    assert (task_of(debt).status, task_of(debt).version) == ("done", 2)


def test_whose_the_task_is_not_is_told_nothing_of_it(client, debt):
    colleague = Client()
    colleague.force_login(make_person("fatou", GN_KINDIA="agent"))
    sent = {"contract": debt.pk, "key": "k", "amount": "500000", "method": "cash", "received_on": "2026-03-20"}
    answer = colleague.post(NEW, sent | {"save": "1"})
    assert answer.status_code == 302
    assert "task" not in text_of(colleague.get(answer["Location"])).casefold().split("owed today")[0]
    assert task_of(debt).facts["amount"] == 4_000_000


@pytest.mark.parametrize("path", ["https://example.org/", "//example.org", "javascript:alert(1)", "today/", "/\\x"])
def test_the_way_back_leads_nowhere_else(client, debt, path):
    page = client.get(NEW, {"contract": debt.pk, "next": path}).content.decode()
    assert 'name="next"' not in page.split("<main", 1)[1]


def test_only_who_records_payments_finds_the_button(client, debt, monkeypatch):
    assert "Rent received" in text_of(client.get(DAY)).split("The rest")[0]
    for role, rights in access.ROLE_PERMISSIONS.items():
        monkeypatch.setitem(access.ROLE_PERMISSIONS, role, rights - {"leasing.record_payment"})
    assert f"{NEW}?contract=" not in client.get(DAY).content.decode()
