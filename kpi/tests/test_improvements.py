"""What a gap is worth and how urgent it is, by example and by property."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.counting.counts import Counts
from kpi.indicators import BY_KEY, KEYS
from kpi.indicators.indicator import Metric
from kpi.indicators.worth import Basis, Worth
from kpi.report.benchmarks import Position, position
from kpi.report.improvements import GapPriority, improvement, in_order, priority, worth


@pytest.mark.parametrize(
    ("gap", "found"),
    [
        ("0.30", GapPriority.CRITICAL), ("0.2999", GapPriority.HIGH), ("0.15", GapPriority.HIGH),
        ("0.1499", GapPriority.MEDIUM), ("0.05", GapPriority.MEDIUM), ("0.0499", GapPriority.LOW),
        ("0.0001", GapPriority.LOW),
    ],
)  # fmt: skip
def test_the_priority_steps_at_thirty_fifteen_and_five_percent(gap, found):
    assert priority(Decimal(gap)) is found


def test_short_of_a_target_of_nothing_is_critical():
    assert priority(None) is GapPriority.CRITICAL


@pytest.mark.parametrize(
    ("key", "counts", "target", "found"),
    [
        # 95 % of 20 000 000 are 19 000 000; 18 200 000 have come.
        (
            "paymentCollectionRate",
            Counts(due=20, francs_due=20_000_000, francs_received=18_200_000),
            "0.95",
            Worth(800_000, Basis.PERIOD, 20),
        ),
        # Every home that stands empty, not only those up to the target.
        ("occupancyRate", Counts(lettable=20, let=15), "0.95", Worth(5_000_000, Basis.MONTHLY, 5)),
        # 85 % of 9 tenants are 7.65: 8.
        ("tenantRetentionRate", Counts(tenants_before=9, tenants_kept=6), "0.85", Worth(2_000_000, Basis.MONTHLY, 2)),
        ("renewalRate", Counts(terms_ended=5, renewed=3), "0.8", Worth(1_000_000, Basis.MONTHLY, 1)),
        # 50 000 000 a year for each of two agents are 8 333 334 a month.
        (
            "revenuePerAgent",
            Counts(agents=frozenset({1, 2}), rent=8_000_000, in_force=6),
            "50000000",
            Worth(333_334, Basis.MONTHLY, 6),
        ),
        ("npsScore", Counts(ratings=9, promoters=1), "50", None),
        ("averageResolutionTime", Counts(matters=1, matter_days=90), "45", None),
    ],
)
def test_what_a_gap_is_worth(key, counts, target, found):
    assert worth(key, counts, Decimal(target), median_rent=1_000_000) == found


def test_without_a_contract_in_force_no_home_has_a_price():
    assert worth("occupancyRate", Counts(lettable=3), Decimal("0.95"), median_rent=None) is None


def of(key, value, target, n=10, gained=None):
    return improvement(Metric(key, None if value is None else Decimal(value), n), "", target, gained or {})


def test_what_is_on_its_target_has_no_value_no_row_or_no_target_is_no_improvement():
    assert of("occupancyRate", "0.95", Decimal("0.95")) is None
    assert of("averageResolutionTime", "45", Decimal(45)) is None
    assert of("occupancyRate", None, Decimal("0.95"), n=0) is None
    assert of("agentProductivity", "0", Decimal(15), n=0) is None
    assert of("occupancyRate", "0.5", None) is None


def test_the_most_francs_come_first_then_the_widest_gap():
    little = of("occupancyRate", "0.10", Decimal("0.95"), gained={"GNF": Worth(10, Basis.MONTHLY, 1)})
    much = of("renewalRate", "0.79", Decimal("0.80"), gained={"GNF": Worth(900, Basis.MONTHLY, 1)})
    wide, narrow = of("npsScore", "-20", Decimal(50)), of("resolutionRate", "0.94", Decimal("0.95"))
    endless = of("averageResolutionTime", "3", Decimal(0))
    assert in_order([narrow, wide, little, much, endless]) == (much, little, endless, wide, narrow)


def test_francs_of_two_currencies_are_not_compared():
    gnf = of("occupancyRate", "0.90", Decimal("0.95"), gained={"GNF": Worth(9_000_000, Basis.MONTHLY, 1)})
    xof = of("renewalRate", "0.10", Decimal("0.80"), gained={"XOF": Worth(10_000, Basis.MONTHLY, 1)})
    assert in_order([gnf, xof]) == (xof, gnf)


@given(st.sampled_from(KEYS), st.decimals(-100, 100, places=3), st.decimals(-100, 100, places=3))
def test_above_the_average_is_always_the_better_side(key, value, average):
    definition = BY_KEY[key]
    better = value > average if definition.higher_is_better else value < average
    found = position(definition, value, average)
    assert found in ({Position.ABOVE, Position.AT} if better else {Position.BELOW, Position.AT})
    assert (found is Position.AT) == (abs(value - average) <= abs(average) / 100)


@given(st.integers(1, 500), st.data())
def test_reaching_the_target_by_what_is_lacking_reaches_it(before, data):
    kept = data.draw(st.integers(0, before))
    target = data.draw(st.decimals(0, 1, places=2))
    gained = worth("tenantRetentionRate", Counts(tenants_before=before, tenants_kept=kept), target, median_rent=1)
    more = gained.units if gained else 0
    assert Decimal(kept + more) / before >= target
    assert not more or Decimal(kept + more - 1) / before < target
