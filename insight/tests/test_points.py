"""The points table: the page's numbers, an oracle, and what always holds of a score."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight.points import (
    CLAMP,
    LEVELS,
    NO_WINDOW,
    STARTING_TABLE,
    Bands,
    PointsTable,
    act_within,
    risk_level,
    score,
)
from insight.tests import oracle
from insight.tests.formulas_page import number, table

VALUES = {
    "window": st.integers(NO_WINDOW, 120),
    "prepaid": st.integers(0, 12),
    "late_change": st.floats(-60, 60) | st.sampled_from([3, 7]),
    "missed": st.integers(0, 12),
    "complaints": st.integers(0, 6),
    "overdue_requests": st.integers(0, 4),
    "satisfaction": st.floats(0, 10) | st.sampled_from([5, 7, 9]),
    "inbound": st.floats(0, 4) | st.just(0.5),
    "silence": st.integers(0, 200),
    "loyalty": st.integers(0, 240),
    "referrals": st.integers(0, 5),
}
terms = st.fixed_dictionaries({}, optional={key: st.none() | values for key, values in VALUES.items()})
tenths = st.integers(-600, 600).map(lambda n: Decimal(n) / 10)


@st.composite
def learned_tables(draw):
    return PointsTable(
        bands=tuple(
            Bands(bands.key, bands.edges, tuple(draw(tenths) for _points in bands.points))
            for bands in STARTING_TABLE.bands
        ),
        intercept=-3.5,
    )


def test_the_table_of_the_first_day_is_the_one_of_the_page():
    written = [
        (key, [number(edge) for edge in edges.split(" · ")], [number(one) for one in points.split(" · ")])
        for key, _value, edges, points, _source in table("The points")
    ]
    assert [(b.key, list(b.edges), list(map(int, b.points))) for b in STARTING_TABLE.bands] == written


def test_the_levels_are_those_of_the_page():
    written = [(name, int(least), int(days)) for name, least, _odds, days in table("The levels")]
    assert [(level.name, level.least, level.intervene_within) for level in LEVELS] == written


@pytest.mark.parametrize(("who", "given_terms", "points", "value", "level"), table("Worked scores"))
def test_a_worked_score_is_the_one_of_the_page(who, given_terms, points, value, level):
    found = score({key: float(text) for key, text in (pair.split("=") for pair in given_terms.split())})
    assert [int(part.points) for part in found.contributions] == [number(text) for text in points.split()]
    assert (found.value, risk_level(found.value).name) == (int(value), level)


def test_diallo_is_critical_and_what_is_not_known_of_him_is_named():
    found = score(
        {"window": 24, "late_change": 9, "complaints": 1, "satisfaction": 7.5, "referrals": 1, "missed": None}
    )
    assert found.value == 15
    assert found.absent == ("prepaid", "missed", "overdue_requests", "inbound", "silence", "loyalty")


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(terms)
def test_a_score_is_the_one_of_the_oracle(given_terms):
    found = score(given_terms)
    assert (found.unclamped, found.value) == oracle.score(given_terms)
    assert risk_level(found.value).name == oracle.level(found.value)


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(terms, learned_tables())
def test_80_and_the_parts_add_up_to_the_score_exactly(given_terms, learned):
    found = score(given_terms, learned)
    assert 80 + sum(part.points for part in found.contributions) == found.value
    assert 0 <= found.value <= 100
    is_held = any(part.key == CLAMP for part in found.contributions)
    assert is_held == (found.unclamped != found.value)


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(terms, learned_tables())
def test_a_term_is_either_a_part_or_absent(given_terms, learned):
    found = score(given_terms, learned)
    parts = [part.key for part in found.contributions if part.key != CLAMP]
    assert sorted([*parts, *found.absent]) == sorted(STARTING_TABLE.keys)
    assert set(parts) == {key for key, value in given_terms.items() if value is not None}


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(terms, learned_tables(), st.data())
def test_more_points_for_a_band_never_lower_a_score(given_terms, learned, data):
    raised = data.draw(st.sampled_from(learned.bands))
    band = data.draw(st.integers(0, len(raised.points) - 1))
    points = tuple(p + 7 if n == band else p for n, p in enumerate(raised.points))
    better = PointsTable(
        tuple(Bands(b.key, b.edges, points) if b is raised else b for b in learned.bands), learned.intercept
    )
    assert score(given_terms, better).value >= score(given_terms, learned).value


@settings(max_examples=oracle.EXAMPLES, deadline=None)
@given(terms, st.randoms(use_true_random=False))
def test_the_order_of_the_terms_changes_nothing(given_terms, random):
    pairs = list(given_terms.items())
    random.shuffle(pairs)
    assert score(dict(pairs)) == score(given_terms)


def test_a_term_that_the_table_does_not_know_is_refused():
    with pytest.raises(ValueError, match="not in the table: religion"):
        score({"religion": 1})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_no_number_lies_in_no_band(value):
    with pytest.raises(ValueError, match="lies in no band"):
        score({"late_change": value})


@pytest.mark.parametrize("value", [-1, 101])
def test_what_is_no_score_has_no_level(value):
    with pytest.raises(ValueError, match="is no score"):
        risk_level(value)


def test_a_level_begins_at_its_least_score():
    names = [risk_level(Decimal(text)).name for text in ("80", "79.9", "60", "59.9", "40", "39.9", "0")]
    assert names == ["low", "medium", "medium", "high", "high", "critical", "critical"]


def test_a_tenant_is_spoken_to_before_notice_must_be_given():
    high = risk_level(50)
    assert [act_within(high, days) for days in (None, 30, 7, 3, 0, -4)] == [7, 7, 7, 3, 0, 0]
