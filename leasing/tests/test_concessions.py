"""A lower rent for some months: the next unpaid ones ask for less, whatever is made, remade or paid afterwards."""

import datetime as dt

import pytest

from changes.refusals import RuleBroken
from leasing.actions import (
    change_payment_day,
    change_rent,
    grant_concession,
    record_payment,
    renew_contract,
    withdraw_concession,
)
from leasing.actions.instalments import bring_up_to_date, remake_months
from leasing.models import Concession, Instalment
from leasing.previews import account_books
from leasing.queries import money_faults, on_account
from leasing.tests.factories import make_contract

TODAY = dt.date(2026, 6, 20)
RENT, LESS = 1_500_000, 225_000
JUNE, JULY, AUGUST, SEPTEMBER, OCTOBER = (dt.date(2026, month, 1) for month in (6, 7, 8, 9, 10))


@pytest.fixture
def contract(conakry):
    contract = make_contract(conakry, monthly_rent=RENT, payment_day=5)
    bring_up_to_date(conakry.code, [contract.account_id], TODAY)
    return contract


def grant(contract, **values):
    asked = {"francs": LESS, "months": 3, "reason": "so that they stay", "by": None, "today": TODAY}
    return grant_concession(contract=contract, **(asked | values))


def pay(contract, amount, key="k", today=TODAY):
    return record_payment(
        contract=contract, amount=amount, method="bank", received_on=today, by=None, idempotency_key=key, today=today
    )


def amounts(contract, first=JUNE, last=OCTOBER):
    rows = Instalment.objects.filter(contract__account=contract.account_id, kind="rent", period__range=(first, last))
    return list(rows.order_by("period").values_list("amount", flat=True))


def test_the_next_three_unpaid_months_ask_for_less(contract):
    concession = grant(contract)
    assert concession.periods == [JULY, AUGUST, SEPTEMBER]
    assert amounts(contract) == [RENT, RENT - LESS, RENT - LESS, RENT - LESS, RENT]


def test_months_that_are_paid_stay_and_later_ones_are_lowered(conakry, contract):
    pay(contract, 8 * RENT)
    assert grant(contract).periods == [SEPTEMBER, OCTOBER, dt.date(2026, 11, 1)]
    assert amounts(contract) == [RENT, RENT, RENT, RENT - LESS, RENT - LESS]
    assert money_faults(conakry) == []


def test_a_month_that_is_paid_is_refused_and_the_first_possible_one_is_named(contract):
    pay(contract, 7 * RENT)
    with pytest.raises(RuleBroken) as refused:
        grant(contract, first_month=JULY)
    assert refused.value.field == "first_month"
    assert "August 2026" in refused.value.sentence or "août 2026" in refused.value.sentence
    assert (Concession.objects.count(), amounts(contract)) == (0, [RENT] * 5)


def test_a_later_month_can_be_asked_for(contract):
    assert grant(contract, first_month=SEPTEMBER, months=2).periods == [SEPTEMBER, OCTOBER]
    assert amounts(contract) == [RENT, RENT, RENT, RENT - LESS, RENT - LESS]


def test_who_has_paid_two_years_ahead_pays_less_in_months_not_made_yet(conakry, contract):
    pay(contract, 40 * RENT)
    last = Instalment.objects.filter(contract=contract, paid_amount__gt=0).latest("period").period
    concession = grant(contract, months=2)
    assert min(concession.periods) > last
    assert money_faults(conakry) == []


def test_money_that_a_lower_rent_leaves_pays_the_next_month(conakry, contract):
    pay(contract, 6 * RENT + RENT - 100_000)
    grant(contract)
    july, august = Instalment.objects.filter(contract=contract, period__in=(JULY, AUGUST)).order_by("period")
    assert (july.paid_amount, july.amount) == (RENT - LESS, RENT - LESS)
    assert august.paid_amount == LESS - 100_000
    assert (on_account(contract), money_faults(conakry)) == (0, [])


def test_what_was_granted_outlives_a_remake_a_change_of_rent_and_of_day(contract):
    grant(contract)
    remake_months(contract, JUNE)
    assert amounts(contract)[1:4] == [RENT - LESS] * 3
    change_rent(contract=contract, monthly_rent=2_000_000, from_month=AUGUST, by=None, today=TODAY)
    change_payment_day(contract=contract, payment_day=9, from_month=JULY, by=None, today=TODAY)
    assert amounts(contract) == [RENT, RENT - LESS, 2_000_000 - LESS, 2_000_000 - LESS, 2_000_000]


def test_a_preview_asks_for_the_lower_rent_and_saving_gives_the_same(contract):
    grant(contract)
    before = account_books(contract, TODAY).with_payment(8 * RENT, TODAY)
    pay(contract, 8 * RENT)
    after = account_books(contract, TODAY)
    assert (before.on_account, before.owed) == (after.on_account, after.owed)
    assert amounts(contract)[1:3] == [RENT - LESS] * 2


def test_a_renewal_asks_for_the_lower_rent_too(contract):
    grant(contract)
    renew_contract(
        contract=contract, reference="B-2", start_date=AUGUST, end_date=dt.date(2027, 7, 31), monthly_rent=RENT,
        by=None, today=TODAY,
    )  # fmt: skip
    assert amounts(contract) == [RENT, RENT - LESS, RENT - LESS, RENT - LESS, RENT]


def test_taken_back_the_full_rent_is_asked_for_again(conakry, contract):
    concession = grant(contract)
    for _twice in range(2):
        withdraw_concession(concession=concession, by=None, today=TODAY)
    assert (amounts(contract), Concession.objects.count(), money_faults(conakry)) == ([RENT] * 5, 0, [])


def test_what_was_paid_at_the_lower_rent_is_not_taken_back(contract):
    concession = grant(contract)
    pay(contract, 6 * RENT + RENT - LESS)
    with pytest.raises(RuleBroken):
        withdraw_concession(concession=concession, by=None, today=TODAY)
    assert amounts(contract)[1:4] == [RENT - LESS] * 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"months": 0}, "months"),
        ({"months": 13}, "months"),
        ({"francs": 0}, "francs"),
        ({"francs": RENT + 1}, "francs"),
        ({"first_month": JUNE}, "first_month"),
    ],
)
def test_what_cannot_be_granted_is_refused_and_nothing_changes(contract, values, field):
    with pytest.raises(RuleBroken) as refused:
        grant(contract, **values)
    assert refused.value.field == field
    assert (Concession.objects.count(), amounts(contract)) == (0, [RENT] * 5)


def test_a_contract_that_has_ended_lowers_no_rent(conakry):
    ended = make_contract(conakry, status="ended", ended_on=dt.date(2026, 6, 10))
    with pytest.raises(RuleBroken):
        grant(ended)
