"""A tenant moves inside the agency, and a lease that should never have been signed is taken back."""

import datetime as dt

import pytest

from changes.refusals import RuleBroken
from leasing.actions import move_tenant, record_payment, renew_contract, reopen_contract, sign_contract, void_contract
from leasing.models import Contract, Deposit, Instalment, Payment
from leasing.queries import money_faults, on_account, owed
from leasing.tests.factories import make_deposit, make_property, make_tenant

TODAY = dt.date(2026, 3, 20)
RENT = 1_000_000


@pytest.fixture
def v1(conakry):
    """In flat V1 since January, with four months of avance and a deposit of 1 500 000."""
    contract = sign_contract(
        contract=Contract(
            site=conakry,
            reference="V1",
            property=make_property(conakry, code="V1"),
            tenant=make_tenant(conakry),
            start_date=dt.date(2026, 1, 1),
            monthly_rent=RENT,
            payment_day=5,
        ),
        by=None,
        today=TODAY,
        signed_on=dt.date(2026, 1, 1),
    )
    make_deposit(contract, agreed=1_500_000)
    pay(contract, 7 * RENT, received_on=dt.date(2026, 1, 2))
    return contract


def pay(contract, amount, **overrides):
    values = {
        "contract": contract,
        "amount": amount,
        "method": "bank",
        "received_on": TODAY,
        "by": None,
        "idempotency_key": f"{contract.reference}-{Payment.objects.count()}",
        "today": TODAY,
    }
    return record_payment(**(values | overrides))


def move(contract, site, **overrides):
    values = {
        "contract": contract,
        "to_property": overrides.get("to_property") or make_property(site, code="V2"),
        "on": dt.date(2026, 4, 1),
        "monthly_rent": 1_200_000,
        "reference": "V2",
        "by": None,
        "today": TODAY,
    }
    return move_tenant(**(values | overrides))


def paid(contract):
    rows = Instalment.objects.filter(contract=contract, kind="rent", paid_amount__gt=0).order_by("period")
    return [(row.period.month, row.paid_amount) for row in rows]


def test_the_avance_pays_the_months_of_the_new_home_and_nothing_is_owed(conakry, v1):
    new = move(v1, conakry)
    v1.refresh_from_db()
    assert (v1.status, v1.ended_on, v1.end_reason) == ("ended", dt.date(2026, 3, 31), "moved")
    assert (new.moved_from, new.account, new.status) == (v1, v1.account, "active")
    assert paid(v1) == [(1, RENT), (2, RENT), (3, RENT)]
    assert paid(new) == [(4, 1_200_000), (5, 1_200_000), (6, 1_200_000), (7, 400_000)]
    assert owed(new, dt.date(2026, 6, 30)) == 0
    assert money_faults(conakry) == []


def test_the_deposit_is_carried_and_held_once(conakry, v1):
    new = move(v1, conakry, deposit_amount=1_500_000)
    carried, held = Deposit.objects.get(contract=v1), Deposit.objects.get(contract=new)
    assert (carried.state, carried.carried_to, carried.settled_on) == ("carried", held, None)
    assert (held.state, held.agreed, held.received) == ("held", 1_500_000, 1_500_000)
    assert not Instalment.objects.filter(kind="deposit").exists()


def test_what_a_larger_deposit_lacks_falls_due_with_the_first_rent(conakry, v1):
    new = move(v1, conakry, deposit_amount=2_000_000)
    asked = Instalment.objects.get(contract=new, kind="deposit")
    assert (asked.amount, asked.due_date) == (500_000, dt.date(2026, 4, 5))
    deposit = Deposit.objects.get(contract=new)
    # The avance pays it: it lies before the rent of May.
    assert (deposit.state, deposit.received) == ("held", 2_000_000)


def test_what_a_smaller_deposit_leaves_over_is_on_account_and_no_income(conakry, v1):
    received = Payment.objects.received().count()
    new = move(v1, conakry, deposit_amount=1_000_000)
    assert Deposit.objects.get(contract=new).received == 1_000_000
    assert sum(francs for _month, francs in paid(new)) == 4_500_000
    assert Payment.objects.received().count() == received


def test_a_move_on_the_first_day_is_refused(conakry, v1):
    with pytest.raises(RuleBroken) as refused:
        move(v1, conakry, on=dt.date(2026, 1, 1))
    assert refused.value.field == "on"
    v1.refresh_from_db()
    assert (v1.status, Contract.objects.count()) == ("active", 1)


def test_the_same_move_asked_for_twice_is_one(conakry, v1):
    to_property = make_property(conakry, code="V2")
    assert move(v1, conakry, to_property=to_property) == move(v1, conakry, to_property=to_property)
    assert Contract.objects.count() == 2


def test_a_move_typed_by_mistake_is_taken_back_whole(conakry, v1):
    before = paid(v1)
    new = move(v1, conakry, deposit_amount=2_000_000)
    draft = void_contract(contract=new, by=None, today=TODAY)
    v1.refresh_from_db()
    assert (draft.status, draft.account) == ("draft", None)
    assert (v1.status, v1.ended_on, v1.end_reason) == ("active", None, "")
    assert paid(v1) == before
    deposit = Deposit.objects.get()
    assert (deposit.contract, deposit.state, deposit.received) == (v1, "held", 1_500_000)
    assert on_account(v1) == 0
    assert money_faults(conakry) == []


def test_a_renewal_typed_by_mistake_is_taken_back_too(conakry, v1):
    renewal = renew_contract(contract=v1, reference="V1/2", start_date=dt.date(2026, 4, 1), by=None, today=TODAY)
    void_contract(contract=renewal, by=None, today=TODAY)
    v1.refresh_from_db()
    assert (v1.status, Deposit.objects.get().contract) == ("active", v1)
    assert len(paid(v1)) == 7


def test_a_lease_on_which_money_was_recorded_is_not_voided(conakry, v1):
    with pytest.raises(RuleBroken) as refused:
        void_contract(contract=v1, by=None, today=TODAY)
    assert refused.value.rule == "contract_without_money"
    v1.refresh_from_db()
    assert v1.status == "active"


def test_an_end_that_a_move_follows_is_not_taken_back_alone(conakry, v1):
    new = move(v1, conakry)
    v1.refresh_from_db()
    with pytest.raises(RuleBroken, match=new.reference):
        reopen_contract(contract=v1, by=None, today=TODAY)


def test_a_move_to_a_smaller_deposit_is_taken_back_with_what_was_over(conakry, v1):
    before = paid(v1)
    new = move(v1, conakry, deposit_amount=1_000_000)
    void_contract(contract=new, by=None, today=TODAY)
    deposit = Deposit.objects.get()
    assert (deposit.state, deposit.received) == ("held", 1_500_000)
    assert (paid(v1), on_account(v1), money_faults(conakry)) == (before, 0, [])


def test_a_deposit_that_is_due_is_asked_for_on_the_contract_that_follows(conakry, v1):
    Deposit.objects.update(received=600_000, state="due")
    new = move(v1, conakry, deposit_amount=1_500_000)
    assert Instalment.objects.get(kind="deposit").amount == 900_000
    assert Instalment.objects.get(kind="deposit").contract == new
    void_contract(contract=new, by=None, today=TODAY)
    asked = Instalment.objects.get(kind="deposit")
    assert (asked.contract, asked.amount) == (v1, 900_000)
