"""What a trial shows: the page's numbers, the common difference in fractions, and what always holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.rates import Rate, newcombe
from insight.tests import oracle
from insight.tests.formulas_page import interval, shown, table
from insight.trials import Trial, least_detectable, pooled, z_for

WORKED = "Did it work?"
counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
trials = st.lists(st.tuples(counts, counts).map(lambda arms: (*arms[0], *arms[1])), min_size=1, max_size=12)


def as_trials(of):
    return [Trial(Rate(k1, n1), Rate(k2, n2)) for k1, n1, k2, n2 in of]


def rate(text):
    return Rate(*(int(n) for n in text.replace("/", " of ").split(" of ")))


@pytest.mark.parametrize(("contacted", "set_aside", "difference", "ends"), table(WORKED))
def test_one_campaign_shows_what_the_page_says(contacted, set_aside, difference, ends):
    one, other = rate(contacted), rate(set_aside)
    found = newcombe(one, other)
    assert shown(100 * (one.value - other.value), difference) == difference
    assert [shown(100 * found.low, "0"), shown(100 * found.high, "0")] == interval(ends)


@pytest.mark.parametrize(("written", "difference", "ends"), table(WORKED, 1))
def test_campaigns_together_show_what_the_page_says(written, difference, ends):
    found = pooled([Trial(*map(rate, one.split())) for one in written.split(", ")])
    assert shown(100 * found.difference, difference) == difference
    assert [shown(100 * found.interval.low, "0.0"), shown(100 * found.interval.high, "0.0")] == interval(ends)


@pytest.mark.parametrize(("offers", "z"), table(WORKED, 2))
def test_several_offers_side_by_side_need_a_wider_interval(offers, z):
    assert shown(z_for(int(offers)), z) == z


@pytest.mark.parametrize(("p", "contacted", "set_aside", "points"), table(WORKED, 3))
def test_a_campaign_can_show_what_the_page_says(p, contacted, set_aside, points):
    assert shown(100 * least_detectable(float(p), int(contacted), int(set_aside)), points) == points


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(trials, st.integers(1, 5))
def test_the_common_difference_is_the_one_of_the_oracle(of, offers):
    found = pooled(as_trials(of), comparisons=offers)
    expected = oracle.pooled(of, z_for(offers))
    # The root of a spread of 0, which a rounding may miss.
    assert (found.difference, found.interval.low, found.interval.high) == pytest.approx(expected, abs=1e-6)


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(trials, st.randoms(use_true_random=False))
def test_the_order_of_campaigns_changes_nothing(of, random):
    shuffled = list(of)
    random.shuffle(shuffled)
    assert pooled(as_trials(of)) == pooled(as_trials(shuffled))


@given(trials)
def test_the_common_difference_lies_among_those_of_the_campaigns(of):
    differences = [k1 / n1 - k2 / n2 for k1, n1, k2, n2 in of]
    found = pooled(as_trials(of))
    assert min(differences) - 1e-9 <= found.difference <= max(differences) + 1e-9
    assert found.difference in found.interval


@given(trials)
def test_the_two_sides_exchanged_turn_a_difference_round(of):
    there = pooled(as_trials(of))
    back = pooled(as_trials([(k2, n2, k1, n1) for k1, n1, k2, n2 in of]))
    assert back.difference == pytest.approx(-there.difference, abs=1e-12)
    assert back.interval.low == pytest.approx(-there.interval.high, abs=1e-6)


@given(trials)
def test_more_offers_never_narrow_an_interval(of):
    one, five = pooled(as_trials(of)), pooled(as_trials(of), comparisons=5)
    assert five.interval.low <= one.interval.low
    assert five.interval.high >= one.interval.high


def test_nothing_can_be_shown_without_both_sides():
    assert least_detectable(0.125, 40, 0) is None
    assert least_detectable(0.125, 0, 10) is None
    assert pooled([]) is None


def test_no_comparison_has_no_quantile():
    with pytest.raises(ValueError, match="0 comparisons"):
        z_for(0)
