import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leasing.allocation import Debt, Money, Share, allocate, months_touched

RENT = 1_500_000


def money(*francs):
    return [Money(f"p{number}", amount) for number, amount in enumerate(francs, 1)]


def debts(*francs):
    return [Debt(f"m{number}", amount) for number, amount in enumerate(francs, 1)]


@pytest.mark.parametrize(
    ("received", "due", "expected"),
    [
        ([RENT], [RENT], [Share("p1", "m1", RENT)]),
        ([RENT], [RENT, RENT], [Share("p1", "m1", RENT)]),
        ([2_000_000], [RENT, RENT], [Share("p1", "m1", RENT), Share("p1", "m2", 500_000)]),
        ([1_000_000, 1_000_000], [RENT, RENT],
         [Share("p1", "m1", 1_000_000), Share("p2", "m1", 500_000), Share("p2", "m2", 500_000)]),
        ([4_000_000], [RENT], [Share("p1", "m1", RENT)]),
        ([RENT], [], []),
        ([], [RENT], []),
        ([0, RENT], [0, RENT], [Share("p2", "m2", RENT)]),
        ([1, 1, 1], [3], [Share("p1", "m1", 1), Share("p2", "m1", 1), Share("p3", "m1", 1)]),
    ],
)  # fmt: skip
def test_money_pays_the_oldest_month_first(received, due, expected):
    assert allocate(money(*received), debts(*due)) == expected


def test_a_negative_amount_is_refused_on_either_side():
    with pytest.raises(ValueError, match="-1 francs"):
        allocate(money(-1), debts(1))
    with pytest.raises(ValueError, match="-1 francs"):
        allocate(money(1), debts(-1))


@pytest.mark.parametrize(
    ("francs", "rent", "months"),
    [(0, RENT, 0), (1, RENT, 1), (RENT, RENT, 1), (RENT + 1, RENT, 2), (24 * RENT, RENT, 24), (0, 0, 0)],
)
def test_an_amount_touches_so_many_months(francs, rent, months):
    assert months_touched(francs, rent) == months


def test_no_number_of_months_without_rent_uses_up_money():
    with pytest.raises(ValueError, match="without rent"):
        months_touched(1, 0)


FRANCS = st.lists(st.integers(0, 5_000_000) | st.integers(0, 3), max_size=12)


def totals(shares, key):
    return {name: sum(s.francs for s in group) for name, group in itertools.groupby(sorted(shares, key=key), key)}


@given(FRANCS, FRANCS)
def test_no_franc_is_lost_made_or_left_while_a_month_lacks_it(received, due):
    shares = allocate(money(*received), debts(*due))
    assert all(share.francs > 0 for share in shares)
    assert sum(share.francs for share in shares) == min(sum(received), sum(due))


@given(FRANCS, FRANCS)
def test_no_payment_gives_more_than_it_has_and_no_month_gets_more_than_it_lacks(received, due):
    shares = allocate(money(*received), debts(*due))
    given_away = totals(shares, lambda share: share.payment)
    got = totals(shares, lambda share: share.instalment)
    assert all(given_away.get(m.payment, 0) <= m.francs for m in money(*received))
    assert all(got.get(d.instalment, 0) <= d.francs for d in debts(*due))
    assert len({(share.payment, share.instalment) for share in shares}) == len(shares)


@given(FRANCS, FRANCS)
def test_a_month_gets_nothing_while_an_older_one_lacks_some(received, due):
    shares = allocate(money(*received), debts(*due))
    got = totals(shares, lambda share: share.instalment)
    lacking = [got.get(d.instalment, 0) < d.francs for d in debts(*due)]
    paid = [got.get(d.instalment, 0) > 0 for d in debts(*due)]
    first_lacking = lacking.index(True) if True in lacking else len(due)
    assert not any(paid[first_lacking + 1 :])


@given(FRANCS, FRANCS)
def test_payments_one_after_the_other_do_what_they_do_at_once(received, due):
    lacks = {d.instalment: d.francs for d in debts(*due)}
    shares = []
    for payment in money(*received):
        new = allocate([payment], [Debt(name, francs) for name, francs in lacks.items()])
        for share in new:
            lacks[share.instalment] -= share.francs
        shares += new
    assert shares == allocate(money(*received), debts(*due))


@given(FRANCS, st.permutations(range(12)), FRANCS)
def test_whoever_pays_first_each_month_gets_the_same(received, order, due):
    shuffled = [money(*received)[place] for place in order if place < len(received)]
    month = lambda share: share.instalment  # noqa: E731
    assert totals(allocate(shuffled, debts(*due)), month) == totals(allocate(money(*received), debts(*due)), month)
