"""What is unusual, by example and by property."""

import datetime as dt
import math
from decimal import Decimal
from statistics import NormalDist, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.counting.counts import Counts
from kpi.counting.periods import Period
from kpi.indicators.indicator import Metric
from kpi.report.metrics import metrics
from kpi.report.trends import is_unusual, robust_z, series, trends

shares = st.decimals(0, 1, places=4)
MONTHS = [dt.date(2025 + (9 + n) // 12, (9 + n) % 12 + 1, 1) for n in range(13)]


def of(values, n=100, key="occupancyRate"):
    return series(MONTHS, [Metric(key, None if v is None else Decimal(str(v)), n) for v in values], MONTHS[-1])


def marked(points):
    return [number for number, point in enumerate(points) if point.is_unusual]


@pytest.mark.parametrize(
    ("value", "others", "z"),
    [
        # The median is 5, the deviations 4 3 2 1 0 1 2 3 4, their median 2.
        (Decimal(11), range(1, 10), (11 - 5) / (2 * 1.4826)),
        (Decimal(5), range(1, 10), 0),
        # More than half are equal: the mean deviation, 10 ÷ 5, takes the place of the median one.
        (Decimal(20), [0, 0, 0, 0, 10], 20 / (2 * 1.2533)),
    ],
)
def test_the_score_is_that_of_the_text_book(value, others, z):
    assert float(robust_z(value, [Decimal(other) for other in others])) == pytest.approx(z)


def test_its_two_constants_turn_normal_deviations_into_standard_deviations():
    normal = NormalDist()
    assert 1 / normal.inv_cdf(0.75) == pytest.approx(1.4826, abs=1e-4)
    assert math.sqrt(math.pi / 2) == pytest.approx(1.2533, abs=1e-4)


@given(st.lists(shares, min_size=12, max_size=30))
def test_the_median_itself_is_never_unusual(others):
    middle = median(others)
    assert not is_unusual(middle, others) or len(set(others)) == 1


@given(st.lists(shares, min_size=12, max_size=12), shares, st.decimals(1, 5, places=2), st.decimals(-3, 3, places=2))
def test_another_unit_changes_nothing_of_what_is_unusual(others, value, factor, shift):
    if len(set(others)) > 1:
        moved = [other * factor + shift for other in others]
        assert is_unusual(value, others) == is_unusual(value * factor + shift, moved)


@given(st.lists(shares, min_size=12, max_size=12), shares, shares)
def test_what_lies_further_out_than_something_unusual_is_unusual_too(others, value, further):
    middle = median(others)
    if is_unusual(value, others) and len(set(others)) > 1:
        assert is_unusual(value + (further if value > middle else -further), others)


def test_a_month_far_below_the_others_is_marked_and_only_that_one():
    usual = [0.93, 0.94, 0.92, 0.93, 0.95, 0.94, 0.93, 0.92, 0.94, 0.95, 0.93, 0.94]
    assert marked(of([*usual, 0.60])) == [12]
    assert marked(of([0.60, *usual])) == [0]
    assert marked(of([*usual, 0.92])) == []


def test_where_all_others_are_equal_more_than_a_hundredth_is_unusual():
    assert marked(of([0.9] * 12 + [0.905])) == []
    assert marked(of([0.9] * 12 + [0.88])) == [12]
    assert marked(of([0.9] * 13)) == []


def test_fewer_than_twelve_other_months_are_no_range():
    assert marked(of([0.9] * 11 + [None, 0.1])) == []


def test_a_month_of_few_cases_is_neither_judged_nor_a_judge():
    assert marked(of([0.9] * 12 + [0.1], n=4)) == []
    # The agents of a site are few, and no cases.
    assert marked(of([10] * 12 + [1], n=2, key="agentProductivity")) == [12]


def test_a_month_that_is_not_over_is_neither_judged_nor_a_judge():
    values = [Metric("occupancyRate", Decimal(v), 100) for v in ["0.9"] * 12 + ["0.1"]]
    assert marked(series(MONTHS, values, closed=MONTHS[-1])) == [12]
    assert marked(series(MONTHS, values, closed=MONTHS[-2])) == []
    assert marked(series(MONTHS, values[::-1], closed=None)) == []


def test_a_month_without_a_value_is_a_gap():
    points = of([None] * 13, n=0)
    assert [point.value for point in points] == [None] * 13
    assert [point.month for point in points] == MONTHS


def test_francs_have_a_trend_for_each_currency():
    period = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    counts = {
        "GN_KINDIA": Counts(due=1, francs_due=100, francs_received=90),
        "SN_DAKAR": Counts(due=2, francs_due=10, francs_received=4),
    }
    currency_of = {"GN_KINDIA": "GNF", "SN_DAKAR": "XOF"}
    now = metrics(counts, currency_of, period)
    before = metrics(counts | {"SN_DAKAR": Counts(due=2, francs_due=10, francs_received=5)}, currency_of, period)
    targets = {("paymentCollectionRate", currency): Decimal("0.5") for currency in ("GNF", "XOF")}
    gnf, xof = trends("paymentCollectionRate", now, before, targets)
    assert (gnf.currency, gnf.current.value, gnf.is_met, gnf.comparison.is_good) == ("GNF", Decimal("0.9"), True, None)
    assert (xof.currency, xof.variance, xof.is_met, xof.comparison.is_good) == ("XOF", Decimal("-0.1"), False, False)
