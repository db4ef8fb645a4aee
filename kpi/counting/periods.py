"""Periods and what they are compared with. Pure: "today" is an argument."""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

_DAY = dt.timedelta(days=1)
EARLIEST, LATEST = dt.date(1990, 1, 1), dt.date(2100, 12, 31)
"""What people may ask for: far enough, and every date that is computed from it still exists."""
LONGEST_YEARS = 5


def twelve_months_before(day: dt.date) -> dt.date:
    """The same day a year earlier; 28 February for 29 February."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def first_of_month(day: dt.date, months_before: int = 0) -> dt.date:
    """The first day of the month that lies so many months before the day's own."""
    month = day.year * 12 + day.month - 1 - months_before
    return dt.date(month // 12, month % 12 + 1, 1)


def end_of_month(day: dt.date) -> dt.date:
    """The last day of the day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


@dataclass(frozen=True, order=True)
class Period:
    """The days from `start` to `end`, both included."""

    start: dt.date
    end: dt.date
    days: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"{self.end} is before {self.start}")
        object.__setattr__(self, "days", (self.end - self.start).days + 1)

    @property
    def year_before_end(self) -> dt.date:
        """The day twelve months before the end."""
        return twelve_months_before(self.end)

    @cached_property
    def is_calendar_month(self) -> bool:
        return self.start.day == 1 and self.end == end_of_month(self.start)

    @property
    def is_too_long(self) -> bool:
        """Whether it is longer than five years."""
        year = self.start.year + LONGEST_YEARS
        try:
            limit = self.start.replace(year=year)
        except ValueError:
            limit = dt.date(year, 3, 1)
        return self.end >= limit

    def previous(self) -> "Period":
        """What it is compared with: the calendar month before a calendar month, else as many days just before."""
        last = self.start - _DAY
        if self.is_calendar_month:
            return Period(first_of_month(last), last)
        return Period(self.start - dt.timedelta(days=self.days), last)


def calendar_month(day: dt.date) -> Period:
    """The whole month that holds the day."""
    return Period(first_of_month(day), end_of_month(day))


def whole_month(first: dt.date, today: dt.date) -> Period:
    """The calendar month that begins with a day; of the running month the days up to today."""
    last = end_of_month(first)
    return Period(first, min(last, today) if first <= today else last)


def calendar_months(periods: Iterable[Period]) -> list[Period]:
    """Those of some periods that are a whole calendar month."""
    return [period for period in periods if period.is_calendar_month]


def months_up_to(day: dt.date, number: int, today: dt.date) -> list[Period]:
    """So many calendar months, the last of them that of a day; of the running month the days up to today."""
    return [whole_month(first_of_month(day, before), today) for before in reversed(range(number))]


def last_full_months(today: dt.date, months: int) -> Period:
    """The given number of calendar months up to the last one that is over."""
    return Period(first_of_month(today, months), first_of_month(today) - _DAY)


def month_so_far(today: dt.date) -> tuple[Period, Period]:
    """This month up to today, and the same days of the month before (all of it when it is shorter)."""
    before = first_of_month(today, 1)
    same_day = min(today.day, end_of_month(before).day)
    return Period(first_of_month(today), today), Period(before, before.replace(day=same_day))
