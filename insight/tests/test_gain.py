"""What a departure costs and whether an offer is worth it: the page's numbers, in fractions once more."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.gain import acceptance, break_even, effect, expected_gain, reletting_loss, rent_at_stake
from insight.points import score
from insight.probability import probability, starting_probability
from insight.rates import Rate, wilson
from insight.tests import oracle
from insight.tests.formulas_page import interval, number, shown, table

OFFERS = "Is an offer worth it?"
shares = st.floats(0, 1)
amounts = st.integers(0, 10**9)


@pytest.mark.parametrize(("rent", "days", "loss", "p", "at_stake"), table("What a departure costs"))
def test_a_departure_costs_what_the_page_says(rent, days, loss, p, at_stake):
    rent = int(number(rent))
    assert shown(reletting_loss(rent, int(days)) / 1e6, loss) == loss
    assert shown(rent_at_stake(rent, float(p)) / 1e6, at_stake) == at_stake


@pytest.mark.parametrize(("offer", "cost", "accepted", "gain", "pays_from"), table(OFFERS))
def test_an_offer_to_diallo_is_worth_what_the_page_says(offer, cost, accepted, gain, pays_from):
    diallo = score({"window": 24, "late_change": 9, "complaints": 1, "satisfaction": 7.5, "referrals": 1})
    p = probability(starting_probability(diallo.unclamped), 0.95)
    given_offer = {
        "effect": 0.2,
        "loss": reletting_loss(1_500_000, 80),
        "acceptance": float(accepted),
        "cost": number(cost),
    }
    assert shown(expected_gain(probability=p, **given_offer) / 1000, gain) == gain
    assert shown(100 * break_even(**given_offer), pays_from) == pays_from


@pytest.mark.parametrize(("would_leave", "left", "share"), table(OFFERS, 1))
def test_an_effect_is_learned_from_those_set_aside(would_leave, left, share):
    assert shown(effect(int(would_leave) - int(left), int(would_leave)), share) == share


@pytest.mark.parametrize(("start", "accepted", "offered", "percent", "ends"), table(OFFERS, 2))
def test_an_acceptance_is_learned_from_those_who_were_asked(start, accepted, offered, percent, ends):
    k, n = int(accepted), int(offered)
    assert shown(100 * acceptance(float(start), k, n), percent) == percent
    found = wilson(Rate(k, n))
    assert [shown(100 * found.low, "0"), shown(100 * found.high, "0")] == interval(ends)


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(shares, shares, amounts, shares, amounts)
def test_a_gain_is_the_one_of_the_oracle(p, kept, loss, accepted, cost):
    exact = Fraction(p) * Fraction(kept) * loss - Fraction(accepted) * cost
    found = expected_gain(probability=p, effect=kept, loss=loss, acceptance=accepted, cost=cost)
    assert found == pytest.approx(float(exact), abs=1e-5)


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(st.floats(0.01, 1), st.integers(1, 10**9), shares, amounts)
def test_at_the_break_even_nothing_is_gained_or_lost(kept, loss, accepted, cost):
    pays_from = break_even(effect=kept, loss=loss, acceptance=accepted, cost=cost)
    at_it = expected_gain(probability=pays_from, effect=kept, loss=loss, acceptance=accepted, cost=cost)
    assert at_it == pytest.approx(0, abs=1e-6 * (1 + accepted * cost))


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(st.floats(-500, 500), st.floats(0, 500), shares, st.integers(0, 90), st.integers(0, 90))
def test_what_is_learned_stays_a_share(prevented, would_leave, start, k, more):
    assert 0 <= effect(prevented, would_leave) <= 1
    found = acceptance(start, k, k + more)
    assert min(start, k / (k + more) if k + more else start) - 1e-9 <= found <= 1


def test_what_keeps_nobody_never_pays():
    assert break_even(effect=0, loss=3_942_181, acceptance=0.65, cost=450_000) is None


@pytest.mark.parametrize(("start", "accepted", "offered"), [(1.1, 0, 0), (0.5, 3, 2), (0.5, -1, 2)])
def test_what_is_no_acceptance_is_refused(start, accepted, offered):
    with pytest.raises(ValueError, match="is no acceptance"):
        acceptance(start, accepted, offered)
