"""Which money pays which instalment: by example, and in any order of typing."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leasing.placing import Debt, Received, Share, place, place_with_quittances
from tests.examples import examples


def day(number):
    return dt.date(2026, 1, number)


JANUARY, FEBRUARY, MARCH = "january", "february", "march"
MONTHS = [Debt(JANUARY, 700_000), Debt(FEBRUARY, 700_000), Debt(MARCH, 700_000)]


def test_the_oldest_debt_is_paid_in_full_before_the_next_one_gets_anything():
    placed = place([Received("a", day(5), 1_000_000)], MONTHS)
    assert placed.shares == (Share("a", JANUARY, 700_000), Share("a", FEBRUARY, 300_000))
    assert placed.settled_on == {JANUARY: day(5)}
    assert placed.on_account == 0


def test_a_month_is_settled_when_the_payment_that_completes_it_was_received():
    placed = place([Received("a", day(5), 500_000), Received("b", day(9), 500_000)], MONTHS)
    assert placed.settled_on == {JANUARY: day(9)}
    assert placed.shares == (Share("a", JANUARY, 500_000), Share("b", JANUARY, 200_000), Share("b", FEBRUARY, 300_000))


def test_what_no_debt_asks_for_is_on_account():
    assert place([Received("a", day(5), 2_500_000)], MONTHS).on_account == 400_000
    assert place([Received("a", day(5), 1)], []).on_account == 1
    assert place([], MONTHS).on_account == 0


def test_a_debt_of_nothing_is_never_settled_and_takes_nothing():
    placed = place([Received("a", day(5), 100)], [Debt("free", 0), Debt(JANUARY, 100)])
    assert placed.settled_on == {JANUARY: day(5)}


def test_a_refund_is_taken_off_the_money_received_last():
    receipts = [Received("a", day(1), 700_000), Received("b", day(2), 500_000), Received("back", day(3), -600_000)]
    placed = place(receipts, [Debt(JANUARY, 700_000)])
    assert placed.shares == (Share("a", JANUARY, 600_000),)
    assert placed.on_account == 0
    assert placed.settled_on == {}


def test_money_received_after_a_refund_is_not_what_was_given_back():
    receipts = [Received("a", day(1), 700_000), Received("back", day(3), -700_000), Received("c", day(9), 700_000)]
    placed = place(receipts, [Debt(JANUARY, 700_000)])
    assert placed.shares == (Share("c", JANUARY, 700_000),)
    assert placed.settled_on == {JANUARY: day(9)}


def test_more_given_back_than_was_received_is_taken_off_what_comes_next():
    receipts = [Received("back", day(1), -300_000), Received("a", day(2), 700_000)]
    placed = place(receipts, [Debt(JANUARY, 700_000)])
    assert placed.shares == (Share("a", JANUARY, 400_000),)
    assert place(receipts[:1], MONTHS).on_account == -300_000


def test_a_credit_goes_to_the_instalment_that_it_waives_and_its_rest_to_the_oldest():
    receipts = [Received("a", day(1), 700_000), Received("credit", day(20), 800_000, waives=FEBRUARY)]
    placed = place(receipts, MONTHS)
    assert set(placed.shares) == {
        Share("credit", FEBRUARY, 700_000),
        Share("a", JANUARY, 700_000),
        Share("credit", MARCH, 100_000),
    }
    assert placed.settled_on == {JANUARY: day(1), FEBRUARY: day(20)}


def test_a_debt_of_less_than_nothing_is_an_error():
    with pytest.raises(ValueError, match="less than nothing"):
        place([], [Debt(JANUARY, -1)])


def test_a_month_with_a_quittance_is_paid_before_an_older_debt():
    money = [Received("a", day(5), 700_000)]
    placed, untrue = place_with_quittances(money, MONTHS, {FEBRUARY: 700_000})
    assert (placed.settled_on, untrue) == ({FEBRUARY: day(5)}, frozenset())


def test_a_quittance_that_the_money_does_not_reach_waits_its_turn():
    money = [Received("a", day(5), 1_000_000)]
    placed, untrue = place_with_quittances(money, MONTHS, {FEBRUARY: 700_000, MARCH: 700_000})
    assert untrue == {MARCH}
    # The rest goes to the oldest, as if March had never had one.
    assert placed.shares == (Share("a", FEBRUARY, 700_000), Share("a", JANUARY, 300_000))


def test_a_quittance_of_another_amount_or_of_no_month_is_untrue():
    money = [Received("a", day(5), 2_100_000)]
    assert place_with_quittances(money, MONTHS, {JANUARY: 600_000, "gone": 1})[1] == {JANUARY, "gone"}


RECEIPTS = st.lists(
    st.tuples(st.integers(1, 28), st.integers(-900, 3_000).filter(bool), st.none() | st.integers(0, 6)), max_size=12
)
DEBTS = st.lists(st.integers(0, 2_000), max_size=12)


@settings(max_examples=examples(300))
@given(RECEIPTS, DEBTS)
def test_every_franc_is_in_one_place(written, amounts):
    receipts = [
        Received(number, day(received), francs, waives if francs > 0 else None)
        for number, (received, francs, waives) in enumerate(sorted(written, key=lambda row: row[0]))
    ]
    debts = [Debt(number, francs) for number, francs in enumerate(amounts)]
    placed = place(receipts, debts)
    assert sum(receipt.francs for receipt in receipts) == sum(s.francs for s in placed.shares) + placed.on_account
    paid, given = {}, {}
    for share in placed.shares:
        assert share.francs > 0
        paid[share.instalment] = paid.get(share.instalment, 0) + share.francs
        given[share.payment] = given.get(share.payment, 0) + share.francs
    assert all(paid.get(debt.instalment, 0) <= debt.francs for debt in debts)
    assert all(given.get(receipt.payment, 0) <= max(receipt.francs, 0) for receipt in receipts)
    full = {debt.instalment for debt in debts if debt.francs and paid.get(debt.instalment) == debt.francs}
    assert full == set(placed.settled_on)
    # None is on account beside a debt that is open.
    assert placed.on_account <= 0 or all(paid.get(debt.instalment, 0) == debt.francs for debt in debts)


@settings(max_examples=examples(300))
@given(RECEIPTS, DEBTS, st.sets(st.integers(0, 13)), st.integers(0, 1))
def test_a_quittance_stands_only_over_a_month_that_is_paid(written, amounts, papers, more):
    receipts = [
        Received(number, day(received), francs, waives if francs > 0 else None)
        for number, (received, francs, waives) in enumerate(sorted(written, key=lambda row: row[0]))
    ]
    debts = [Debt(number, francs) for number, francs in enumerate(amounts)]
    said = {number: (amounts[number] if number < len(amounts) else 1) + more for number in papers}
    placed, untrue = place_with_quittances(receipts, debts, said)
    standing = {number: francs for number, francs in said.items() if number not in untrue}
    assert standing.keys() <= placed.settled_on.keys()
    assert all(francs == amounts[number] for number, francs in standing.items())
    # Asked again, with what stands, the money lies where it lay; without any, as place has it.
    assert place_with_quittances(receipts, debts, standing) == (placed, frozenset())
    if not standing:
        assert placed == place(receipts, debts)
    assert sum(receipt.francs for receipt in receipts) == sum(s.francs for s in placed.shares) + placed.on_account


def simulated(payments, debts):
    """Franc by franc, in the order of receipt, into the oldest debt that lacks one."""
    lacking = [debt.francs for debt in debts]
    settled = {}
    for payment in payments:
        for _franc in range(payment.francs):
            for place_, lacks in enumerate(lacking):
                if lacks:
                    lacking[place_] -= 1
                    if not lacking[place_]:
                        settled[debts[place_].instalment] = payment.received_on
                    break
    return settled, lacking


@settings(max_examples=examples(100), deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 28), st.integers(1, 30)), max_size=8), st.lists(st.integers(1, 40), max_size=6)
)
def test_the_same_as_franc_by_franc(written, amounts):
    receipts = [Received(n, day(received), francs) for n, (received, francs) in enumerate(sorted(written))]
    debts = [Debt(number, francs) for number, francs in enumerate(amounts)]
    settled, lacking = simulated(receipts, debts)
    placed = place(receipts, debts)
    assert placed.settled_on == settled
    assert sum(share.francs for share in placed.shares) == sum(amounts) - sum(lacking)
