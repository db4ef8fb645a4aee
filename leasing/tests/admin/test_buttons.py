"""The buttons of a contract: each does what it says, and shows its refusal beside the field."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from leasing import models
from leasing.actions import end_contract, record_payment, sign_contract
from leasing.tests import factories as make
from leasing.tests.admin.pages import page, text, words
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db
D = dt.date
TODAY = D(2026, 11, 23)


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC))


@pytest.fixture
def lease(kindia):
    """From 1 January 2026, 1 500 000 due on the 5th; all that was due is paid."""
    with site_scope([kindia.code]):
        draft = make.make_contract(kindia, status="draft", deposit_amount=0)
        lease = sign_contract(contract=draft, by=None, today=TODAY, signed_on=D(2025, 12, 20))
        record_payment(
            contract=lease, amount=11 * 1_500_000, method="bank", received_on=D(2026, 11, 5), by=None,
            idempotency_key="k", today=TODAY,
        )  # fmt: skip
        return lease


def press(client, row, button, **form):
    return client.post(page(type(row), row.pk, button), form)


def refused(answer, field, sentence):
    assert answer.status_code == 200
    assert sentence in words(answer).replace("\u00a0", " ").replace("\u202f", " ")
    assert list(answer.context["form"].errors) == [field]


def again(row):
    with site_scope([row.site_id]):
        return type(row).objects.get(pk=row.pk)


def months(contract, first):
    with site_scope([contract.site_id]):
        rents = contract.instalments.filter(kind="rent", period__gte=first).order_by("period")
        return [(str(month.due_date), month.amount) for month in rents[:2]]


def test_the_rent_changes_from_a_month_on(manager, lease):
    refused(
        press(manager, lease, "rent", monthly_rent="1600000", from_month="2026-11-10"),
        "from_month",
        "The months before December 2026 have fallen due",
    )
    done = press(manager, lease, "rent", monthly_rent="1600000", from_month="2027-01-10")
    assert done["Location"] == page(models.Contract, lease.pk, "change")
    assert months(lease, D(2026, 12, 1)) == [("2026-12-05", 1_500_000), ("2027-01-05", 1_600_000)]
    opened = words(manager.get(page(models.Contract, lease.pk, "change")))
    assert "1,500,000 GNF" in opened.replace("\u00a0", " ")
    with site_scope([lease.site_id]):
        step = models.RentStep.objects.get()
    shown = words(manager.get(page(models.RentStep, step.pk, "change"))).replace("\u00a0", " ")
    assert re.search(r"January 2027.* 1,600,000 GNF", shown)


def test_the_payment_day_changes_from_a_month_on(manager, lease):
    refused(
        press(manager, lease, "payment-day", payment_day="32", from_month="2026-12-01"), "payment_day", "from 1 to 31"
    )
    assert press(manager, lease, "payment-day", payment_day="25", from_month="2026-12-01").status_code == 302
    assert months(lease, D(2026, 11, 1)) == [("2026-11-05", 1_500_000), ("2026-12-25", 1_500_000)]
    assert again(lease).payment_day == 25


def test_the_billing_changes_from_a_month_on(manager, lease):
    refused(
        press(manager, lease, "billing", billing="anniversary", from_month="2026-11-01"),
        "from_month",
        "have fallen due",
    )
    assert press(manager, lease, "billing", billing="anniversary", from_month="2026-12-01").status_code == 302
    assert again(lease).billing == "anniversary"
    assert months(lease, D(2026, 12, 1)) == [("2026-12-01", 1_500_000), ("2027-01-01", 1_500_000)]


def test_a_tenant_moves_to_another_property(manager, lease, kindia):
    with site_scope([kindia.code]):
        home, taken = make.make_property(kindia), make.make_contract(kindia)
    form = {"on": "2026-12-01", "reference": "B-MOVE", "monthly_rent": "1000000", "deposit_amount": "0", "end_date": ""}
    refused(
        press(manager, lease, "move", property=taken.property_id, **form), "property", "has been let under contract"
    )
    early = form | {"on": "2026-01-01"}
    refused(press(manager, lease, "move", property=home.pk, **early), "on", "a move can only be after that day")
    used = form | {"reference": taken.reference}
    refused(
        press(manager, lease, "move", property=home.pk, **used), "reference", "already a contract with this reference"
    )
    assert again(lease).ended_on is None
    done = press(manager, lease, "move", property=home.pk, **form)
    with site_scope([kindia.code]):
        new = models.Contract.objects.get(reference="B-MOVE")
    assert done["Location"] == page(models.Contract, new.pk, "change")
    assert (new.moved_from_id, new.account_id, new.property_id) == (lease.pk, lease.account_id, home.pk)
    assert (again(lease).end_reason, str(again(lease).ended_on)) == ("moved", "2026-11-30")


def test_a_tenant_is_not_moved_to_another_sites_property(manager, lease, conakry):
    with site_scope([conakry.code]):
        home = make.make_property(conakry)
    form = {"on": "2026-12-01", "reference": "B-MOVE", "monthly_rent": "1", "deposit_amount": "0", "end_date": ""}
    answers = []
    for key in (home.pk, "0d1b3f0e-54c5-4f4c-8f62-7c8d9e2f1a30"):
        answer = press(manager, lease, "move", property=key, **form)
        answers.append((answer.status_code, answer.context["form"].errors))
    assert answers[0] == answers[1]
    assert list(answers[0][1]) == ["property"]
    assert again(lease).ended_on is None


def test_an_end_by_mistake_is_reopened(manager, lease, kindia):
    with site_scope([kindia.code]):
        end_contract(contract=lease, ended_on=D(2026, 6, 30), by=None, today=TODAY, reason="left")
    assert press(manager, lease, "reopen").status_code == 302
    found = again(lease)
    assert (found.status, found.ended_on, found.end_reason) == ("active", None, "")
    assert months(lease, D(2026, 10, 1))[0] == ("2026-10-05", 1_500_000)


def test_an_end_that_another_contract_follows_is_not_reopened(manager, lease):
    form = {"reference": "B-2", "start_date": "2026-12-01", "monthly_rent": "1500000"}
    assert press(manager, lease, "renew", **form).status_code == 302
    refused(press(manager, lease, "reopen"), "__all__", "Contract B-2 follows contract")
    assert str(again(lease).ended_on) == "2026-11-30"


def test_a_contract_signed_by_mistake_is_taken_back_unless_it_has_money(manager, lease, kindia):
    refused(press(manager, lease, "void"), "__all__", "Money was recorded on contract")
    with site_scope([kindia.code]):
        draft = make.make_contract(kindia, status="draft")
        wrong = sign_contract(contract=draft, by=None, today=TODAY)
    assert press(manager, wrong, "void").status_code == 302
    found = again(wrong)
    with site_scope([kindia.code]):
        assert (found.status, found.account_id, found.instalments.count()) == ("draft", None, 0)


def test_a_charge_is_added_and_let_go(manager, agent, lease):
    charge = {"kind": "repair", "label": "", "amount": "80000", "due_date": "2026-11-20"}
    refused(press(manager, lease, "charge", **charge), "label", "Say what the charge is for.")
    refused(press(manager, lease, "charge", **charge | {"amount": "0", "label": "Gate"}), "amount", "more than zero")
    assert press(manager, lease, "charge", **charge | {"label": "Gate"}).status_code == 302
    with site_scope([lease.site_id]):
        instalment = models.Instalment.objects.get(kind="repair")
    assert (instalment.label, instalment.paid_amount) == ("Gate", 0)
    button = page(models.Instalment, instalment.pk, "let-go")
    assert button in text(manager.get(page(models.Instalment, instalment.pk, "change")))
    key = re.search(r'name="idempotency_key" value="(admin-[^"]+)"', text(manager.get(button)))[1]
    credit = {"amount": "80001", "reason": "Ours to pay", "given_on": "2026-11-23", "idempotency_key": key}
    refused(manager.post(button, credit), "amount", "80,000 GNF is owed: no more can be let go.")
    assert agent.post(button, credit | {"amount": "80000"}).status_code == 403
    for _again in range(2):
        assert manager.post(button, credit | {"amount": "80000"}).status_code == 302
    with site_scope([lease.site_id]):
        payment = models.Payment.objects.get(method="credit")
    assert (payment.waives_id, payment.amount, again(instalment).paid_amount) == (instalment.pk, 80_000, 80_000)
    assert button not in text(manager.get(page(models.Instalment, instalment.pk, "change")))
    shown = words(manager.get(page(models.Payment, payment.pk, "change")))
    assert "Ours to pay" in shown
    assert "Credit: a debt let go" in shown
    # It is reversed like a payment.
    asked = words(manager.get(page(models.Payment, payment.pk, "reverse"))).replace("\u00a0", " ")
    assert "Reverse “Credit: a debt let go” of 80,000 GNF?" in asked
    assert press(manager, payment, "reverse", reason="Not ours").status_code == 302
    assert again(instalment).paid_amount == 0


def test_the_oldest_debts_of_a_contract_are_let_go(manager, lease):
    form = {"amount": "1", "reason": "x", "given_on": "2026-11-23", "idempotency_key": "c1"}
    refused(press(manager, lease, "credit", **form), "amount", "0 GNF is owed")
    with site_scope([lease.site_id]):
        make.make_instalment(lease, D(2026, 11, 1), kind="penalty", amount=50_000, due_date=D(2026, 11, 10))
    assert 'value="50000"' in text(manager.get(page(models.Contract, lease.pk, "credit")))
    assert press(manager, lease, "credit", **form | {"amount": "50000"}).status_code == 302
    with site_scope([lease.site_id]):
        assert models.Instalment.objects.get(kind="penalty").paid_amount == 50_000


def test_money_on_account_is_given_back(manager, lease):
    form = {"amount": "1", "reason": "Paid too much", "refunded_on": "2026-11-23", "idempotency_key": "r1"}
    refused(press(manager, lease, "refund", **form), "amount", "0 GNF is on account")
    with site_scope([lease.site_id]):
        end_contract(contract=lease, ended_on=D(2026, 10, 31), by=None, today=TODAY, reason="left")
    assert 'value="1500000"' in text(manager.get(page(models.Contract, lease.pk, "refund")))
    assert press(manager, lease, "refund", **form | {"amount": "1500000"}).status_code == 302
    with site_scope([lease.site_id]):
        refund = models.Payment.objects.get(method="refund")
    assert (refund.amount, refund.reason) == (-1_500_000, "Paid too much")
    listed = words(manager.get(page(models.Payment))).replace("\u00a0", " ").replace("−", "-")
    assert "-1,500,000 GNF" in listed
    account = words(manager.get(page(models.Account, lease.account_id, "change"))).replace("\u00a0", " ")
    assert "On account 0 GNF" in account
    assert "Owed today 0 GNF" in account


def test_a_deposit_pays_what_is_owed(manager, kindia, lease):
    with site_scope([kindia.code]):
        deposit = make.make_deposit(lease)
        make.make_instalment(lease, D(2026, 11, 1), kind="repair", amount=1_400_000, due_date=D(2026, 11, 10))
        end_contract(contract=lease, ended_on=D(2026, 11, 22), by=None, today=TODAY, reason="left")
    settled = {"refunded_amount": "2600000", "kept_for_arrears": "2000000", "settled_on": "2026-11-23"}
    refused(press(manager, deposit, "settle", **settled), "refunded_amount", "between nothing and all of it")
    too_much = settled | {"refunded_amount": "0"}
    refused(
        press(manager, deposit, "settle", **too_much), "kept_for_arrears", "no more of the deposit can be kept for it"
    )
    with site_scope([kindia.code]):
        left = sum(i.amount - i.paid_amount for i in lease.instalments.all())
    fitting = settled | {"refunded_amount": str(3_000_000 - left), "kept_for_arrears": str(left)}
    assert press(manager, deposit, "settle", **fitting).status_code == 302
    assert (again(deposit).state, again(deposit).kept_for_arrears) == ("partial", left)


def test_a_new_contract_is_billed_as_the_site_says(manager, kindia):
    Site.objects.filter(pk=kindia.pk).update(billing="anniversary")
    form = text(manager.get(page(models.Contract, "add")))
    assert re.search(r'<option value="anniversary" selected>', form)


def test_only_methods_of_payment_are_offered_at_the_counter(manager, lease):
    form = text(manager.get(page(models.Payment, "add")))
    assert 'value="cheque"' in form
    assert not re.search(r'value="(opening|credit|refund|deposit)"', form)
    sent = {
        "contract": lease.pk,
        "amount": "5",
        "method": "opening",
        "received_on": "2026-11-05",
        "idempotency_key": "k2",
    }
    refused_page = manager.post(page(models.Payment, "add"), sent)
    assert list(refused_page.context["adminform"].form.errors) == ["method"]


def test_who_gave_a_notice_is_asked_and_shown(manager, lease):
    form = {
        "contract": lease.pk,
        "kind": "to_quit",
        "given_by": "landlord",
        "issued_on": "2026-11-20",
        "execute_on": "",
    }
    assert manager.post(page(models.Notice, "add"), form).status_code == 302
    with site_scope([lease.site_id]):
        assert models.Notice.objects.get().given_by == "landlord"


def test_a_property_is_part_of_another_and_never_of_itself(manager, lease, kindia):
    with site_scope([kindia.code]):
        flat = make.make_property(kindia)
    form = {
        "code": "PK-1",
        "kind": "parking",
        "part_of": flat.pk,
        "status": "lettable",
        "address": "",
        "neighbourhood": "",
    }
    assert manager.post(page(models.Property, "add"), form).status_code == 302
    with site_scope([kindia.code]):
        space = models.Property.objects.get(code="PK-1")
    assert space.part_of_id == flat.pk
    below = {f"contracts-{what}_FORMS": "0" for what in ("TOTAL", "INITIAL")}
    itself = manager.post(page(models.Property, space.pk, "change"), form | below | {"part_of": space.pk})
    assert list(itself.context["adminform"].form.errors) == ["part_of"]


def test_instalments_are_found_by_their_kind(manager, lease):
    with site_scope([lease.site_id]):
        make.make_instalment(lease, D(2026, 11, 1), kind="repair", label="Gate", amount=1)
    listed = words(manager.get(page(models.Instalment) + "?kind__exact=repair"))
    assert "Gate" in listed
    assert "January 2026" not in listed
