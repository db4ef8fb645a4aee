"""When a tenant may be spoken to: always within the hours of the day, and never too often."""

import datetime as dt
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention.timing import ContactCalendar, first_free_day, is_call_instead_of_visit

CONAKRY = ContactCalendar("GN", "Africa/Conakry")
ZONES = {"GN": "Africa/Conakry", "SN": "Africa/Dakar", "ML": "Africa/Bamako"}
MOMENTS = st.integers(0, 7 * 365 * 24 * 60).map(
    lambda minutes: dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
DAYS = st.lists(st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)), max_size=12)


def conakry(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Africa/Conakry"))


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ("2026-11-18 09:30", "2026-11-18 09:30"),  # a Wednesday
        ("2026-11-18 07:59", "2026-11-18 08:00"),
        ("2026-11-18 20:00", "2026-11-19 08:00"),
        ("2026-11-20 12:29", "2026-11-20 12:29"),  # a Friday
        ("2026-11-20 12:30", "2026-11-20 15:00"),
        ("2026-11-20 14:59", "2026-11-20 15:00"),
        ("2026-11-21 21:00", "2026-11-23 08:00"),  # over a Sunday
        ("2026-12-25 10:00", "2026-12-26 08:00"),  # Christmas, a Friday
        ("2026-05-25 10:00", "2026-05-29 08:00"),  # Africa Day, then Tabaski on the 27th with its eve and the day after
        ("2026-03-02 08:30", "2026-03-02 09:00"),  # Ramadan
        ("2026-03-02 16:00", "2026-03-03 09:00"),
        ("2026-03-13 13:00", "2026-03-13 15:00"),  # a Friday in Ramadan
        ("2026-02-17 18:00", "2026-02-17 18:00"),  # thirty-one days before Eid al-Fitr, 20 March
        ("2026-02-18 18:00", "2026-02-19 09:00"),
    ],
)
def test_the_next_moment_that_is_decent(asked, allowed):
    assert CONAKRY.next_hour(conakry(asked)) == conakry(allowed)


@given(moment=MOMENTS, country=st.sampled_from(sorted(ZONES)))
def test_what_is_allowed_is_within_the_hours_and_not_before_it_was_asked(moment, country):
    calendar = ContactCalendar(country, ZONES[country])
    found = calendar.next_hour(moment)
    here = found.astimezone(ZoneInfo(ZONES[country]))
    assert found >= moment
    assert calendar.is_allowed(found)
    assert here.weekday() != 6
    assert dt.time(8) <= here.time() < dt.time(20)
    assert not (here.weekday() == 4 and dt.time(12, 30) <= here.time() < dt.time(15))
    assert here.date() not in holidays.country_holidays(country, years=here.year)
    assert found - moment < dt.timedelta(days=8)


@given(day=st.dates(dt.date(2026, 1, 1), dt.date(2027, 6, 30)), before=DAYS)
def test_nobody_is_spoken_to_twice_in_a_week_or_four_times_in_ninety_days(day, before):
    free = first_free_day(day, sorted(before))
    past = [one for one in before if one <= free]
    assert free >= day
    assert not any((free - one).days < 7 for one in past)
    assert sum((free - one).days < 90 for one in past) < 3
    assert free == day or first_free_day(day, sorted(before)) == free


def test_a_closing_day_of_the_site_is_no_day():
    closed = ContactCalendar("GN", "Africa/Conakry", frozenset({dt.date(2026, 11, 18)}))
    assert closed.next_hour(conakry("2026-11-18 10:00")) == conakry("2026-11-19 08:00")


def test_due_is_six_in_the_evening_or_the_next_moment():
    assert CONAKRY.due(dt.date(2026, 11, 18)) == conakry("2026-11-18 18:00")
    assert CONAKRY.due(dt.date(2026, 11, 22)) == conakry("2026-11-23 08:00")
    assert CONAKRY.due(dt.date(2026, 11, 18), [dt.date(2026, 11, 16)]) == conakry("2026-11-23 08:00")


@pytest.mark.parametrize(("month", "is_call"), [(5, False), (6, True), (9, True), (10, False)])
def test_in_the_rains_it_is_a_call(month, is_call):
    assert is_call_instead_of_visit(dt.date(2026, month, 15)) is is_call
