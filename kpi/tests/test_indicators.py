"""The formulas beyond their worked numbers (docs/formulas/kpi.md): unions, comparisons, targets."""

import ast
import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi import indicators
from kpi.counting.counts import Counts, union
from kpi.counting.periods import Period
from kpi.indicators import BY_KEY, KEYS, collection
from kpi.indicators.indicator import NO_AGENT, TWO_CURRENCIES, Metric, Quotient, half_up
from kpi.report.improvements import relative_gap
from kpi.report.metrics import metrics
from kpi.report.trends import Comparison, Direction, compare, meets

OCTOBER = Period(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
COLLECTION, RISK, TIME = (
    BY_KEY[key] for key in ("paymentCollectionRate", "portfolioRiskScore", "averageResolutionTime")
)


def value_of(key, value, n=1):
    return Metric(key, None if value is None else Decimal(value), n)


def test_there_are_twelve_kpis_under_the_names_of_the_api():
    assert KEYS == (
        "averageResolutionTime",
        "resolutionRate",
        "depositReturnRate",
        "depositReturnTime",
        "npsScore",
        "tenantRetentionRate",
        "agentProductivity",
        "revenuePerAgent",
        "occupancyRate",
        "portfolioRiskScore",
        "paymentCollectionRate",
        "renewalRate",
    )


def test_a_rate_over_two_sites_is_not_the_average_of_their_rates():
    small, large = Counts(lettable=2, let=2), Counts(lettable=98, let=48)
    found = metrics({"A": small, "B": large}, {"A": "GNF", "B": "GNF"}, OCTOBER)
    assert found.by_key["occupancyRate"] == Metric("occupancyRate", Decimal("0.5"), 100)


def test_an_agent_of_two_sites_is_one_agent_of_both():
    a, b = Counts(rent=100, agents=frozenset({1, 2})), Counts(rent=200, agents=frozenset({2, 3}))
    assert union([a, b]).agents == {1, 2, 3}
    found = metrics({"A": a, "B": b}, {"A": "GNF", "B": "GNF"}, OCTOBER)
    assert found.by_key["revenuePerAgent"] == Metric("revenuePerAgent", Decimal(1200), 3)
    assert found.by_currency["GNF"]["revenuePerAgent"] == found.by_key["revenuePerAgent"]


def test_francs_of_two_currencies_are_never_added():
    guinea = Counts(rent=100, agents=frozenset({1}), due=10, francs_due=1000, francs_received=500, lettable=4, let=1)
    senegal = Counts(rent=7, agents=frozenset({2}), due=1, francs_due=7, francs_received=7, lettable=4, let=4)
    found = metrics({"GN": guinea, "SN": senegal}, {"GN": "GNF", "SN": "XOF"}, OCTOBER)
    assert found.by_key["revenuePerAgent"] == Metric("revenuePerAgent", None, 2, TWO_CURRENCIES)
    assert found.by_key["paymentCollectionRate"] == Metric("paymentCollectionRate", None, 11, TWO_CURRENCIES)
    assert found.by_key["occupancyRate"].value == Decimal("0.625")
    assert {
        currency: {key: metric.value for key, metric in by_key.items()}
        for currency, by_key in found.by_currency.items()
    } == {
        "GNF": {"revenuePerAgent": 1200, "paymentCollectionRate": Decimal("0.5")},
        "XOF": {"revenuePerAgent": 84, "paymentCollectionRate": 1},
    }


def test_of_two_currencies_without_rent_the_reason_is_that_no_rent_was_due():
    found = metrics({"GN": Counts(), "SN": Counts()}, {"GN": "GNF", "SN": "XOF"}, OCTOBER)
    assert found.by_key["paymentCollectionRate"].missing is collection.NO_RENT
    assert found.by_key["revenuePerAgent"].missing is NO_AGENT


def test_without_any_record_nothing_has_a_value():
    found = metrics({"A": Counts()}, {"A": "GNF"}, OCTOBER)
    assert {metric.value for metric in found.by_key.values()} == {None}
    assert {metric.n for metric in found.by_key.values()} == {0}
    assert TWO_CURRENCIES not in {metric.missing for metric in found.by_key.values()}


@pytest.mark.parametrize(
    ("definition", "current", "previous", "direction", "is_good"),
    [
        (COLLECTION, "0.91", "0.94", Direction.DOWN, False),
        (COLLECTION, "0.94", "0.91", Direction.UP, True),
        (RISK, "20", "18", Direction.UP, False),
        (TIME, "42", "45", Direction.DOWN, True),
        (TIME, "45.45", "45", Direction.STABLE, None),  # exactly 1 %
        (TIME, "45.46", "45", Direction.UP, False),
        (TIME, "44.55", "45", Direction.STABLE, None),
        (TIME, "0", "0", Direction.STABLE, None),
        (TIME, "1", "0", Direction.UP, False),
        (BY_KEY["npsScore"], "-40", "-50", Direction.UP, True),
        (BY_KEY["npsScore"], "5", "-5", Direction.UP, True),
    ],
)
def test_a_move_has_a_direction_and_is_good_or_not(definition, current, previous, direction, is_good):
    found = compare(definition, value_of(definition.key, current), value_of(definition.key, previous))
    assert (found.direction, found.is_good) == (direction, is_good)


def test_a_comparison_says_how_far_it_went():
    assert compare(TIME, value_of(TIME.key, "42"), value_of(TIME.key, "45")) == Comparison(
        previous=Decimal(45),
        change=Decimal(-3),
        relative=Decimal(-3) / Decimal(45),
        direction=Direction.DOWN,
        is_good=True,
    )
    assert compare(TIME, value_of(TIME.key, "1"), value_of(TIME.key, "0")).relative is None


@pytest.mark.parametrize(("current", "previous"), [(None, "1"), ("1", None), (None, None)])
def test_without_both_values_there_is_no_comparison(current, previous):
    assert compare(TIME, value_of(TIME.key, current), value_of(TIME.key, previous)) is None


def test_a_target_is_met_exactly_on_it_and_the_gap_is_a_share_of_it():
    assert meets(COLLECTION, Decimal("0.95"), Decimal("0.95"))
    assert not meets(COLLECTION, Decimal("0.9499"), Decimal("0.95"))
    assert meets(TIME, Decimal(45), Decimal(45))
    assert not meets(TIME, Decimal("45.1"), Decimal(45))
    assert relative_gap(COLLECTION, Decimal("0.76"), Decimal("0.95")) == Decimal("0.2")
    assert relative_gap(TIME, Decimal(54), Decimal(45)) == Decimal("0.2")
    assert relative_gap(TIME, Decimal(36), Decimal(45)) == Decimal("-0.2")
    assert relative_gap(TIME, Decimal(36), Decimal(0)) is None


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_half_up_is_the_nearest_whole_number_and_halves_go_up(numerator, denominator):
    exact = Fraction(numerator, denominator)
    assert exact - Fraction(1, 2) < half_up(numerator, denominator) <= exact + Fraction(1, 2)


whole = st.integers(0, 10**9)


@given(
    st.builds(
        lambda **pairs: Counts(
            **{big: max(pair) for (big, _), pair in zip(PAIRS, pairs.values(), strict=True)},
            **{small: min(pair) for (_, small), pair in zip(PAIRS, pairs.values(), strict=True)},
        ),
        **{f"pair{n}": st.tuples(whole, whole) for n in range(8)},
    )
)
def test_shares_stay_between_0_and_1_whatever_the_counts(counts):
    found = {key: indicator.measure(counts, OCTOBER.days) for key, indicator in BY_KEY.items()}
    for key in ("resolutionRate", "depositReturnRate", "tenantRetentionRate", "occupancyRate", "renewalRate"):
        assert found[key].value is None or 0 <= found[key].value <= 1
    risk = found["portfolioRiskScore"].value
    assert risk is None or 0 <= risk <= 100


PAIRS = [
    ("ended", "ended_undisputed"),
    ("deposits", "deposits_full"),
    ("tenants_before", "tenants_kept"),
    ("lettable", "let"),
    ("terms_ended", "renewed"),
    ("due_in_year", "missed"),
    ("in_force", "disputed"),
    ("francs_due", "francs_received"),
]


@given(st.lists(st.tuples(whole, whole, st.frozensets(st.integers(1, 9))), max_size=6))
def test_the_union_of_sites_does_not_depend_on_their_order(sites):
    counts = [Counts(rent=rent, signed=signed, agents=agents) for rent, signed, agents in sites]
    assert union(counts) == union(reversed(counts))
    assert union(counts).rent == sum(rent for rent, _, _ in sites)


def test_an_indicators_file_takes_nothing_of_django_but_words_to_be_translated_later():
    for path in Path(indicators.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith("django") for alias in node.names), path.name
            if isinstance(node, ast.ImportFrom) and node.module.startswith("django"):
                assert node.module == "django.utils.translation", path.name
                assert all(alias.name.endswith("gettext_lazy") for alias in node.names), path.name


def test_each_has_a_number_of_its_own_and_words_for_whatever_n():
    assert sorted(indicator.number for indicator in indicators.INDICATORS) == list(range(1, len(KEYS) + 1))
    for indicator in indicators.INDICATORS:
        assert indicator.counted % {"n": 1, "count": "1"} != indicator.counted % {"n": 2, "count": "1"}
        numbers = indicator.breakdown.of(Counts())
        assert indicator.breakdown.sentence % numbers
        assert set(indicator.breakdown.francs) <= set(numbers)


@pytest.mark.parametrize("wrong", [{"of": "lett"}, {"by": "houses"}, {"n": "rents"}, {"missing": {}}])
def test_a_formula_of_counts_that_are_not_counted_is_refused_when_it_is_written(wrong):
    right = {"of": "let", "by": "lettable", "missing": {"lettable": NO_AGENT}}
    Quotient(**right)
    with pytest.raises(ValueError, match="is not among the counts"):
        Quotient(**right | wrong)
