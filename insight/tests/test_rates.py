"""Intervals of rates: numbers from the literature, properties, and the score equation solved another way."""

from decimal import Decimal, getcontext
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight.rates import Interval, Rate, beside_the_others, newcombe, together, wilson

Z = Decimal(NormalDist().inv_cdf(0.975))
cases = st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
rates = cases.map(lambda pair: Rate(*pair))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Newcombe 1998 (857–872), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_numbers_of_the_paper(successes, n, low, high):
    found = wilson(Rate(successes, n))
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # Newcombe 1998 (873–890), table II, method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1),
        ((10, 10), (0, 10), 0.6075, 1),
    ],
)
def test_newcombe_gives_the_numbers_of_the_paper(one, other, low, high):
    found = newcombe(Rate(*one), Rate(*other))
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(rates)
def test_an_interval_lies_within_0_and_1_and_contains_the_rate(rate):
    found = wilson(rate)
    assert 0 <= found.low <= rate.value <= found.high <= 1
    assert rate.value in found


@given(rates, st.integers(2, 9))
def test_the_same_rate_of_more_cases_is_known_better(rate, times):
    few, many = wilson(rate), wilson(Rate(rate.successes * times, rate.n * times))
    assert many.high - many.low < few.high - few.low


@given(rates)
def test_successes_and_failures_are_two_sides_of_one_thing(rate):
    found, mirrored = wilson(rate), wilson(Rate(rate.n - rate.successes, rate.n))
    assert found.low == pytest.approx(1 - mirrored.high, abs=1e-12)
    assert found.high == pytest.approx(1 - mirrored.low, abs=1e-12)


@given(rates, st.floats(0.5, 0.99), st.floats(0.0005, 0.009))
def test_who_wants_to_be_surer_says_less(rate, confidence, more):
    sure, surer = wilson(rate, confidence=confidence), wilson(rate, confidence=confidence + more)
    assert surer.low <= sure.low
    assert surer.high >= sure.high


@given(rates, rates)
def test_a_difference_lies_within_minus_1_and_1_and_contains_what_was_seen(one, other):
    found = newcombe(one, other)
    assert -1 - 1e-12 <= found.low <= one.value - other.value <= found.high <= 1 + 1e-12


@given(rates, rates)
def test_a_difference_the_other_way_round_is_its_opposite(one, other):
    there, back = newcombe(one, other), newcombe(other, one)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)


@given(rates)
def test_no_rate_differs_from_itself(rate):
    assert 0 in newcombe(rate, rate)


@given(cases)
def test_the_ends_solve_the_score_equation(pair):
    """An end of the interval is a rate that lies exactly z of its own standard errors from what was seen: by bisection,
    in decimals, without the formula."""
    successes, n = pair
    found = wilson(Rate(successes, n))
    assert found.low == pytest.approx(float(_end(successes, n, Decimal(0))), abs=1e-9)
    assert found.high == pytest.approx(float(_end(successes, n, Decimal(1))), abs=1e-9)


def _end(successes, n, outer):
    getcontext().prec = 40
    seen = Decimal(successes) / n
    if seen == outer:
        return outer
    inner = seen
    for _step in range(60):
        middle = (inner + outer) / 2
        is_too_far = (seen - middle) ** 2 > Z * Z * middle * (1 - middle) / n
        inner, outer = (inner, middle) if is_too_far else (middle, outer)
    return inner


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_what_is_no_rate_is_refused(successes, n):
    with pytest.raises(ValueError, match="is no rate"):
        Rate(successes, n)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_what_is_no_confidence_is_refused(confidence):
    with pytest.raises(ValueError, match="is no confidence"):
        wilson(Rate(1, 2), confidence=confidence)


def test_an_interval_knows_what_is_in_it():
    assert 0.5 in Interval(0.4, 0.5)
    assert 0.51 not in Interval(0.4, 0.5)


def test_rates_together_are_one_rate_of_all_their_cases():
    assert together([Rate(1, 2), Rate(3, 10)]) == Rate(4, 12)
    assert together([]) is None


def test_each_rate_stands_beside_the_others_together():
    rates = {"awa": Rate(48, 80), "binta": Rate(40, 50), "saran": Rate(16, 20)}
    found = beside_the_others(rates)
    assert found["awa"] == newcombe(Rate(48, 80), Rate(56, 70))
    assert found["binta"] == newcombe(Rate(40, 50), Rate(64, 100))
    assert beside_the_others({"awa": Rate(48, 80)}) == {}
