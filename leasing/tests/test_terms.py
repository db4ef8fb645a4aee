"""Rent, payment day and billing change on a running lease: open months move, earlier ones stay."""

import datetime as dt

import pytest

from changes.refusals import RuleBroken
from leasing.actions import change_billing, change_payment_day, change_rent, record_payment
from leasing.actions.instalments import bring_up_to_date
from leasing.models import Instalment, RentStep
from leasing.queries import money_faults, on_account
from leasing.tests.factories import make_contract

TODAY = dt.date(2026, 6, 20)
RENT = 3_000_000


@pytest.fixture
def contract(conakry):
    contract = make_contract(conakry, monthly_rent=RENT, payment_day=5)
    bring_up_to_date(conakry.code, [contract.account_id], TODAY)
    return contract


def pay(contract, amount):
    return record_payment(
        contract=contract, amount=amount, method="bank", received_on=TODAY, by=None, idempotency_key="k", today=TODAY
    )


def months(contract, first, last):
    rows = Instalment.objects.filter(contract=contract, period__range=(first, last)).order_by("period")
    return [(row.due_date, row.amount, row.paid_amount) for row in rows]


JUNE, JULY, AUGUST, SEPTEMBER = (dt.date(2026, month, 1) for month in (6, 7, 8, 9))


def test_a_rise_from_july_changes_july_and_is_no_new_contract(conakry, contract):
    change_rent(contract=contract, monthly_rent=3_150_000, from_month=JULY, by=None, today=TODAY)
    assert months(contract, JUNE, AUGUST) == [
        (dt.date(2026, 6, 5), RENT, 0),
        (dt.date(2026, 7, 5), 3_150_000, 0),
        (dt.date(2026, 8, 5), 3_150_000, 0),
    ]
    contract.refresh_from_db()
    assert (contract.monthly_rent, contract.signed_on) == (RENT, dt.date(2026, 1, 1))


def test_months_made_later_have_the_new_rent(conakry, contract):
    change_rent(contract=contract, monthly_rent=3_150_000, from_month=JULY, by=None, today=TODAY)
    bring_up_to_date(conakry.code, [contract.account_id], dt.date(2026, 8, 1))
    assert Instalment.objects.filter(contract=contract).latest("period").amount == 3_150_000


def test_a_month_paid_in_full_keeps_its_rent_and_the_money_ahead_is_placed_anew(conakry, contract):
    pay(contract, 7 * RENT + 1_000_000)
    change_rent(contract=contract, monthly_rent=2_000_000, from_month=JULY, by=None, today=TODAY)
    assert months(contract, JULY, SEPTEMBER) == [
        (dt.date(2026, 7, 5), RENT, RENT),
        (dt.date(2026, 8, 5), 2_000_000, 1_000_000),
        (dt.date(2026, 9, 5), 2_000_000, 0),
    ]
    assert (on_account(contract), money_faults(conakry)) == (0, [])


def test_a_change_holds_until_a_later_one_that_is_agreed_already(contract):
    for rent, month in ((3_500_000, SEPTEMBER), (3_200_000, AUGUST)):
        change_rent(contract=contract, monthly_rent=rent, from_month=month, by=None, today=TODAY)
    assert list(RentStep.objects.values_list("from_month", "monthly_rent")) == [
        (AUGUST, 3_200_000),
        (SEPTEMBER, 3_500_000),
    ]
    assert [amount for _due, amount, _paid in months(contract, JULY, SEPTEMBER)] == [RENT, 3_200_000, 3_500_000]


def test_another_payment_day_moves_the_open_months(contract):
    change_payment_day(contract=contract, payment_day=25, from_month=JULY, by=None, today=TODAY)
    assert [due for due, _amount, _paid in months(contract, JUNE, AUGUST)] == [
        dt.date(2026, 6, 5),
        dt.date(2026, 7, 25),
        dt.date(2026, 8, 25),
    ]


@pytest.mark.parametrize("change", ["rent", "day", "billing"])
def test_what_has_fallen_due_does_not_change(contract, change):
    values = {"contract": contract, "from_month": JUNE, "by": None, "today": TODAY}
    with pytest.raises(RuleBroken) as refused:
        {
            "rent": lambda: change_rent(monthly_rent=1, **values),
            "day": lambda: change_payment_day(payment_day=25, **values),
            "billing": lambda: change_billing(billing="anniversary", **values),
        }[change]()
    assert (refused.value.field, refused.value.rule) == ("from_month", "change_from_a_month_not_yet_due")
    assert months(contract, JUNE, JUNE) == [(dt.date(2026, 6, 5), RENT, 0)]


def test_a_month_that_is_not_due_yet_may_change_though_it_has_begun(conakry):
    contract = make_contract(conakry, monthly_rent=RENT, payment_day=25)
    bring_up_to_date(conakry.code, [contract.account_id], TODAY)
    change_rent(contract=contract, monthly_rent=1_000_000, from_month=JUNE, by=None, today=TODAY)
    assert months(contract, JUNE, JUNE) == [(dt.date(2026, 6, 25), 1_000_000, 0)]


def test_from_anniversary_to_calendar_every_day_is_asked_for_once(conakry):
    contract = make_contract(
        conakry, monthly_rent=3_100_000, billing="anniversary", start_date=dt.date(2026, 1, 15), payment_day=5
    )
    bring_up_to_date(conakry.code, [contract.account_id], TODAY)
    changed = change_billing(contract=contract, billing="calendar", from_month=AUGUST, by=None, today=TODAY)
    assert changed.billing_from == dt.date(2026, 8, 15)
    assert months(contract, JULY, SEPTEMBER) == [
        (dt.date(2026, 7, 15), 3_100_000, 0),
        (dt.date(2026, 8, 15), 1_700_000, 0),
        (dt.date(2026, 9, 5), 3_100_000, 0),
    ]


def test_from_calendar_to_anniversary_every_day_is_asked_for_once(conakry):
    contract = make_contract(conakry, monthly_rent=RENT, start_date=dt.date(2026, 1, 15))
    bring_up_to_date(conakry.code, [contract.account_id], TODAY)
    change_billing(contract=contract, billing="anniversary", from_month=AUGUST, by=None, today=TODAY)
    # 1 to 14 August are the last 14 of the 31 days from 15 July.
    assert months(contract, JULY, SEPTEMBER) == [
        (dt.date(2026, 7, 5), RENT, 0),
        (dt.date(2026, 8, 1), 1_354_839 + RENT, 0),
        (dt.date(2026, 9, 15), RENT, 0),
    ]


def test_a_billing_does_not_change_under_a_month_that_is_paid(contract):
    pay(contract, 8 * RENT)
    with pytest.raises(RuleBroken) as refused:
        change_billing(contract=contract, billing="anniversary", from_month=AUGUST, by=None, today=TODAY)
    assert refused.value.rule == "billing_from_an_unpaid_month"
