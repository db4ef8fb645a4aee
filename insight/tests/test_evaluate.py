"""How good forecasts were: the page's numbers, a published one, and every pair compared by hand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.evaluate import (
    AgainstExpected,
    Forecast,
    Ranking,
    against_expected,
    brier,
    calibration,
    log_loss,
    ranking,
    skill,
)
from insight.tests import oracle
from insight.tests.formulas_page import interval, shown, table

# Few different probabilities, so that many are alike.
probabilities = st.sampled_from([0.0, 0.1, 0.2, 0.5, 1.0]) | st.floats(0, 1)
pairs = st.lists(st.tuples(probabilities, st.booleans()), min_size=1, max_size=40)


def forecasts(of):
    return [Forecast(*pair) for pair in of]


def said(value, like):
    return "none" if value is None else shown(value, like)


@pytest.mark.parametrize(("written", "auc", "score", "gained", "ratio"), table("Is the list any good?"))
def test_forecasts_are_as_good_as_the_page_says(written, auc, score, gained, ratio):
    found = [Forecast(float(word.rstrip("*")), word.endswith("*")) for word in written.split()]
    ranked = ranking(found)
    assert said(ranked and ranked.auc, auc) == auc
    assert said(brier(found), score) == score
    assert said(skill(found), gained) == gained
    assert said(against_expected(found).value, ratio) == ratio


@pytest.mark.parametrize(("seen", "expected", "ratio", "ends", "holds"), table("Learned points", 1))
def test_seen_against_expected_is_as_on_the_page(seen, expected, ratio, ends, holds):
    found = AgainstExpected(int(seen), float(expected))
    low, high = interval(ends)
    assert shown(found.value, ratio) == ratio
    assert (shown(found.interval.low, low), shown(found.interval.high, high)) == (low, high)
    assert ("yes" if 1 in found.interval else "no") == holds


def test_the_standard_error_is_the_one_of_hanley_and_mcneil():
    """58 normal and 51 abnormal images in five classes: area .893, standard error .032. By the formula that needs
    the area alone, without the data's own Q₁ and Q₂, it is .0325."""
    normal, abnormal = (33, 6, 6, 11, 2), (3, 2, 2, 11, 33)
    rated = [(rating / 10, False) for rating, n in enumerate(normal) for _one in range(n)]
    rated += [(rating / 10, True) for rating, n in enumerate(abnormal) for _one in range(n)]
    found = ranking(forecasts(rated))
    assert (round(found.auc, 3), round(found.standard_error, 4)) == (0.893, 0.0325)
    assert (round(found.interval.low, 2), round(found.interval.high, 2)) == (0.83, 0.96)


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(pairs)
def test_every_figure_is_the_one_of_the_oracle(of):
    found = forecasts(of)
    ranked = ranking(found)
    assert (ranked and ranked.auc) == pytest.approx(oracle.auc(of))
    assert brier(found) == pytest.approx(oracle.brier(of))
    assert skill(found) == pytest.approx(oracle.skill(of))
    assert log_loss(found) == pytest.approx(oracle.log_loss(of))
    rows = [(row.seen.n, pytest.approx(row.said), row.seen.successes) for row in calibration(found)]
    assert rows == oracle.calibration(of, 5)


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_cases_changes_nothing(of, random):
    shuffled = list(of)
    random.shuffle(shuffled)
    one, other = forecasts(of), forecasts(shuffled)
    for figure in (ranking, brier, skill, log_loss, against_expected, calibration):
        assert figure(one) == figure(other)


@given(pairs)
def test_to_say_the_opposite_turns_the_auc_round(of):
    there = ranking(forecasts([(p, came) for p, came in of]))
    back = ranking(forecasts([(p, not came) for p, came in of]))
    assert (there is None) == (back is None)
    if there:
        assert there.auc + back.auc == pytest.approx(1)
        assert there.auc in there.interval


@given(pairs)
def test_the_rows_of_a_calibration_hold_every_case_once(of):
    rows = calibration(forecasts(of))
    assert 1 <= len(rows) <= 5
    assert sum(row.seen.n for row in rows) == len(of)
    assert sum(row.seen.successes for row in rows) == sum(came for _p, came in of)
    assert [row.said for row in rows] == sorted(row.said for row in rows)
    assert all(row.seen.value in row.interval for row in rows)


def test_a_hundred_cases_stand_in_five_rows_of_twenty():
    rows = calibration(forecasts([(n / 100, n % 4 == 0) for n in range(100)]))
    assert [row.seen.n for row in rows] == [20] * 5
    assert [round(row.said, 3) for row in rows] == [0.095, 0.295, 0.495, 0.695, 0.895]


@given(st.integers(0, 400), st.floats(0.1, 400))
def test_the_interval_holds_what_was_seen(seen, expected):
    found = AgainstExpected(seen, expected)
    assert found.interval.low <= found.value <= found.interval.high


def test_what_has_no_cases_has_no_figure():
    assert (ranking([]), brier([]), skill([]), log_loss([]), calibration([])) == (None, None, None, None, [])
    nothing = against_expected([])
    assert (nothing.value, nothing.interval) == (None, None)


def test_an_interval_of_a_ranking_stays_within_0_and_1():
    assert (Ranking(0.99, 0.2).interval.high, Ranking(0.01, 0.2).interval.low) == (1, 0)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_no_forecast(value):
    with pytest.raises(ValueError, match="is no probability"):
        Forecast(value, True)
