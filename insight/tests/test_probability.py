"""Probabilities: the page's numbers, an oracle in 40 digits, and what always holds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.points import STARTING_TABLE, PointsTable, score
from insight.probability import (
    Watched,
    expected_departures,
    network_factor,
    probability,
    site_factor,
    starting_probability,
)
from insight.tests import oracle
from insight.tests.formulas_page import shown, table

unclamped = st.decimals(-300, 200, places=1)
factors = st.floats(0.05, 6)


@pytest.mark.parametrize(("value", "quarter", "four_quarters"), table("Probability"))
def test_the_probability_of_a_score_is_the_one_of_the_page(value, quarter, four_quarters):
    p = starting_probability(int(value))
    assert shown(100 * p, quarter) == quarter
    assert shown(100 * (1 - (1 - p) ** 4), four_quarters) == four_quarters


@pytest.mark.parametrize(
    ("where", "seen", "expected", "network", "site_seen", "site_expected", "factor", "p0", "p"), table("Probability", 1)
)
def test_a_site_that_has_seen_departures_measures_its_factor(
    where, seen, expected, network, site_seen, site_expected, factor, p0, p
):
    of_network = network_factor(int(seen), float(expected))
    of_site = site_factor(of_network, int(site_seen), float(site_expected))
    assert (shown(of_network, network), shown(of_site, factor)) == (network, factor)
    assert shown(probability(starting_probability(15), of_site), p) == p


def test_diallo_is_likelier_to_leave_than_one_in_six():
    diallo = score({"window": 24, "late_change": 9, "complaints": 1, "satisfaction": 7.5, "referrals": 1})
    p0 = starting_probability(diallo.unclamped)
    assert round(p0, 3) == 0.196
    assert round(probability(p0, 0.95), 3) == 0.187


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(unclamped, factors)
def test_a_probability_is_the_one_of_the_oracle(u, factor):
    assert probability(starting_probability(u), factor) == pytest.approx(oracle.probability(u, factor), rel=1e-12)


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(unclamped, unclamped, factors)
def test_who_has_fewer_points_is_likelier_to_leave(one, other, factor):
    low, high = sorted((one, other))
    p_low, p_high = (probability(starting_probability(u), factor) for u in (low, high))
    assert 0 < p_high <= p_low <= 1
    assert (low == high) == (p_low == p_high) or p_low > 1 - 1e-9


@given(unclamped)
def test_20_points_less_are_twice_the_odds(u):
    p, lower = starting_probability(u), starting_probability(u - 20)
    assert lower / (1 - lower) == pytest.approx(2 * p / (1 - p), rel=1e-9)


@given(unclamped)
def test_a_factor_of_1_changes_nothing(u):
    p0 = starting_probability(u)
    assert probability(p0, 1) == pytest.approx(p0, rel=1e-12)


def test_the_probability_knows_more_than_the_score_that_is_held_at_0():
    worst = {"window": 24, "prepaid": 2, "late_change": 9, "complaints": 2, "satisfaction": 2}
    worse = {**worst, "missed": 2}
    assert score(worst).value == score(worse).value == 0
    assert starting_probability(score(worse).unclamped) > starting_probability(score(worst).unclamped)


def test_a_learned_table_brings_its_intercept_and_its_sites():
    learned = PointsTable(STARTING_TABLE.bands, intercept=-3.0, sites={"Labé": 0.5})
    assert starting_probability(80, learned) == pytest.approx(0.047426, abs=1e-6)
    assert starting_probability(80, learned, site="Labé") == pytest.approx(0.075858, abs=1e-6)
    assert starting_probability(80, learned, site="Kindia") == starting_probability(80, learned)


def test_what_is_expected_follows_the_days_that_were_watched():
    whole, third = Watched(0.196103, 90), Watched(0.196103, 30)
    assert expected_departures([whole]) == pytest.approx(0.218284, abs=1e-6)
    assert expected_departures([third] * 3) == pytest.approx(expected_departures([whole]))
    assert expected_departures([]) == 0


@given(st.integers(0, 200), st.floats(0, 200), st.integers(0, 50), st.floats(0, 50))
def test_a_factor_lies_between_the_assumption_and_what_was_seen(seen, expected, site_seen, site_expected):
    network = network_factor(seen, expected)
    assert (network > 1) == (seen > expected)
    site = site_factor(network, site_seen, site_expected)
    if site_expected > 1e-6:
        low, high = sorted((network, site_seen / site_expected))
        assert low * (1 - 1e-12) <= site <= high * (1 + 1e-12)


@pytest.mark.parametrize(("p0", "factor"), [(1, 1), (-0.1, 1), (0.5, -1), (float("nan"), 1), (0.5, float("nan"))])
def test_what_is_no_probability_is_refused(p0, factor):
    with pytest.raises(ValueError, match="is no probability"):
        probability(p0, factor)
