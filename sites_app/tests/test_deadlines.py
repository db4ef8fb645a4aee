import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites_app.deadlines import BusinessCalendar, execution_of_notice, legal_deadline
from sites_app.rules import Season

GUINEA = BusinessCalendar.of("GN")
RAINY_SEASON = Season((6, 1), (9, 30))
days = st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2034, 12, 31))


@pytest.mark.parametrize(
    ("start", "count", "country", "expected"),
    [
        (dt.date(2026, 11, 2), 30, "GN", dt.date(2026, 12, 2)),  # a Wednesday
        (dt.date(2026, 11, 5), 30, "GN", dt.date(2026, 12, 7)),  # Saturday the 5th moves to Monday
        (dt.date(2026, 9, 2), 30, "GN", dt.date(2026, 10, 5)),  # Friday 2 October is Independence Day
        (dt.date(2026, 11, 25), 30, "SN", dt.date(2026, 12, 28)),  # Christmas is a Friday
        (dt.date(2025, 12, 23), 30, "ML", dt.date(2026, 1, 22)),
        (dt.date(2025, 12, 21), 30, "ML", dt.date(2026, 1, 21)),  # 20 January: Mali's army day
        (dt.date(2028, 1, 30), 30, "GN", dt.date(2028, 2, 29)),  # a leap year
    ],
)
def test_a_deadline_moves_forward_to_the_next_business_day(start, count, country, expected):
    assert legal_deadline(start, count, BusinessCalendar.of(country)) == expected


def test_a_sites_own_closing_day_moves_a_deadline():
    closed = BusinessCalendar.of("GN", [dt.date(2026, 12, 2), dt.date(2026, 12, 3)])
    assert legal_deadline(dt.date(2026, 11, 2), 30, closed) == dt.date(2026, 12, 4)


@given(days, st.integers(0, 200))
def test_a_deadline_is_a_business_day_and_no_business_day_was_skipped(start, count):
    deadline = legal_deadline(start, count, GUINEA)
    earliest = start + dt.timedelta(days=count)
    assert deadline >= earliest
    assert GUINEA.is_business_day(deadline)
    assert not any(GUINEA.is_business_day(earliest + dt.timedelta(days=n)) for n in range((deadline - earliest).days))


def test_an_eviction_in_the_closed_season_waits_for_the_first_business_day_after_it():
    execution = execution_of_notice(dt.date(2026, 5, 20), 15, GUINEA, RAINY_SEASON)
    assert not execution.allowed
    assert execution.in_closed_season
    assert execution.first_lawful_day == dt.date(2026, 10, 1)


def test_an_eviction_is_refused_before_its_deadline_which_is_the_first_lawful_day():
    execution = execution_of_notice(dt.date(2026, 11, 2), 15, GUINEA, RAINY_SEASON, execute_on=dt.date(2026, 11, 10))
    assert not execution.allowed
    assert not execution.in_closed_season
    assert execution.first_lawful_day == dt.date(2026, 11, 17)


def test_an_eviction_on_its_deadline_outside_the_season_is_allowed():
    execution = execution_of_notice(dt.date(2026, 11, 2), 15, GUINEA, RAINY_SEASON)
    assert execution.allowed
    assert execution.first_lawful_day == dt.date(2026, 11, 17)


@given(days, st.integers(0, 60), st.one_of(st.none(), days))
def test_what_is_allowed_is_never_in_the_season_or_before_the_deadline(issued, count, wanted):
    execution = execution_of_notice(issued, count, GUINEA, RAINY_SEASON, execute_on=wanted)
    deadline = legal_deadline(issued, count, GUINEA)
    day = wanted or deadline
    assert execution.allowed == (day >= deadline and not RAINY_SEASON.holds(day))
    assert execution.first_lawful_day >= deadline
    assert not RAINY_SEASON.holds(execution.first_lawful_day)
    assert GUINEA.is_business_day(execution.first_lawful_day)


def test_a_season_may_go_over_new_year():
    season = Season((12, 15), (1, 15))
    assert season.holds(dt.date(2026, 12, 31))
    assert season.holds(dt.date(2027, 1, 15))
    assert not season.holds(dt.date(2027, 1, 16))
    assert season.day_after(dt.date(2026, 12, 31)) == dt.date(2027, 1, 16)
