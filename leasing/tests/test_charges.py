"""What is due beside the rent, debts that are let go, and money that is given back."""

import datetime as dt

import pytest

from changes.refusals import IdempotencyConflict, RuleBroken
from leasing.actions import add_charge, end_contract, give_credit, record_payment, refund_payment, reverse_payment
from leasing.models import Instalment, Payment
from leasing.queries import money_faults, on_account, owed
from leasing.tests.factories import make_contract, make_instalments

TODAY = dt.date(2026, 3, 20)
RENT = 1_000_000


@pytest.fixture
def contract(conakry):
    contract = make_contract(conakry, monthly_rent=RENT)
    make_instalments(contract, 3)
    return contract


def pay(contract, amount, key="k", **overrides):
    values = {"method": "bank", "received_on": TODAY, "by": None, "idempotency_key": key, "today": TODAY}
    return record_payment(contract=contract, amount=amount, **(values | overrides))


def charge(contract, **overrides):
    values = {"kind": "penalty", "label": "Retard de février", "amount": 50_000, "due_date": dt.date(2026, 2, 20)}
    return add_charge(contract=contract, by=None, today=TODAY, **(values | overrides))


def credit(contract, amount, **overrides):
    values = {"reason": "Geste commercial", "given_on": TODAY, "by": None, "idempotency_key": "c", "today": TODAY}
    return give_credit(contract=contract, amount=amount, **(values | overrides))


def refund(contract, amount, **overrides):
    values = {"reason": "Trop-perçu", "refunded_on": TODAY, "by": None, "idempotency_key": "r", "today": TODAY}
    return refund_payment(contract=contract, amount=amount, **(values | overrides))


def test_a_charge_takes_its_place_by_its_due_date(contract):
    pay(contract, 2_000_000)
    penalty = charge(contract)
    assert penalty.paid_amount == 0
    pay(contract, 60_000, key="k2")
    penalty.refresh_from_db()
    assert (penalty.paid_amount, penalty.settled_on) == (50_000, TODAY)
    march = Instalment.objects.get(contract=contract, period=dt.date(2026, 3, 1))
    assert march.paid_amount == 10_000


def test_several_charges_of_one_month_stand_beside_its_rent(contract):
    for label in ("Eau", "Électricité"):
        charge(contract, kind="service", label=label, due_date=dt.date(2026, 2, 5))
    assert Instalment.objects.filter(contract=contract, period=dt.date(2026, 2, 1)).count() == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "rent"}, "kind"),
        ({"kind": "deposit"}, "kind"),
        ({"amount": 0}, "amount"),
        ({"label": " "}, "label"),
    ],
)
def test_a_charge_that_makes_no_sense_is_refused(contract, values, field):
    with pytest.raises(RuleBroken) as refused:
        charge(contract, **values)
    assert refused.value.field == field
    assert Instalment.objects.count() == 3


def test_a_credit_lets_one_charge_go_and_leaves_the_older_rent_due(contract):
    penalty = charge(contract)
    credit(contract, 50_000, waives=penalty)
    penalty.refresh_from_db()
    assert penalty.paid_amount == penalty.amount
    assert owed(contract, TODAY) == 3 * RENT
    assert not Payment.objects.received().exists()


def test_a_credit_without_a_charge_lets_the_oldest_debt_go(contract):
    credit(contract, 400_000)
    assert Instalment.objects.get(contract=contract, period=dt.date(2026, 1, 1)).paid_amount == 400_000


def test_no_more_is_let_go_than_is_owed(contract):
    with pytest.raises(RuleBroken) as refused:
        credit(contract, 3 * RENT + 1)
    assert refused.value.rule == "credit_at_most_what_is_owed"
    with pytest.raises(RuleBroken):
        credit(contract, 50_001, waives=charge(contract))
    assert not Payment.objects.exists()


def test_money_on_account_is_given_back_and_no_more(conakry):
    contract = make_contract(conakry, monthly_rent=RENT, status="ended", ended_on=dt.date(2026, 1, 31))
    make_instalments(contract, 1)
    pay(contract, 1_700_000)
    with pytest.raises(RuleBroken) as refused:
        refund(contract, 700_001)
    assert refused.value.rule == "refund_at_most_what_is_on_account"
    given_back = refund(contract, 700_000)
    assert (given_back.amount, given_back.method, given_back.reason) == (-700_000, "refund", "Trop-perçu")
    assert refund(contract, 700_000) == given_back
    with pytest.raises(IdempotencyConflict):
        refund(contract, 600_000)
    assert on_account(contract) == 0
    assert money_faults(conakry) == []


def test_a_refund_by_mistake_is_reversed_like_a_payment(conakry):
    contract = make_contract(conakry, monthly_rent=RENT, status="ended", ended_on=dt.date(2026, 1, 31))
    pay(contract, 700_000)
    reverse_payment(payment=refund(contract, 700_000), by=None, reason="Erreur", today=TODAY)
    assert on_account(contract) == 700_000


def test_a_service_charge_of_a_month_after_the_end_is_not_due(contract):
    later = charge(contract, kind="service", label="Eau", due_date=dt.date(2026, 4, 5))
    end_contract(contract=contract, ended_on=dt.date(2026, 3, 10), by=None, today=TODAY)
    assert not Instalment.objects.filter(pk=later.pk).exists()
    with pytest.raises(RuleBroken) as refused:
        charge(contract, kind="service", label="Eau", due_date=dt.date(2026, 4, 5))
    assert refused.value.field == "due_date"
    charge(contract, kind="service", label="Relevé du départ", due_date=dt.date(2026, 3, 31))


def test_a_rent_that_was_let_go_is_asked_for_no_more_after_the_end(contract):
    march = Instalment.objects.get(contract=contract, period=dt.date(2026, 3, 1))
    credit(contract, RENT, waives=march)
    end_contract(contract=contract, ended_on=dt.date(2026, 2, 28), by=None, today=TODAY)
    march.refresh_from_db()
    assert (march.amount, march.paid_amount) == (0, 0)
    # What the credit has left lets the older debts go.
    assert owed(contract, TODAY) == RENT
    assert money_faults(contract.site) == []
