"""Legal deadlines and the calendar behind them. Pure: the days that a site is closed are an argument."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import holidays

from sites_app.rules import Season

# Guinea, Senegal and Mali all rest on Saturday and Sunday.
_WEEKEND = (5, 6)


@lru_cache(maxsize=64)
def _public_holidays(country: str, year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays(country, years=[year]))


@dataclass(frozen=True)
class BusinessCalendar:
    """The days on which a site works: not weekends, its country's public holidays, or its own closing days."""

    country: str
    closing_days: frozenset[dt.date] = field(default_factory=frozenset)

    @classmethod
    def of(cls, country: str, closing_days: Iterable[dt.date] = ()) -> "BusinessCalendar":
        return cls(country, frozenset(closing_days))

    def is_business_day(self, day: dt.date) -> bool:
        return (
            day.weekday() not in _WEEKEND
            and day not in self.closing_days
            and day not in _public_holidays(self.country, day.year)
        )

    def on_or_after(self, day: dt.date) -> dt.date:
        """The first business day that is not before `day`."""
        while not self.is_business_day(day):
            day += dt.timedelta(days=1)
        return day


def legal_deadline(start: dt.date, days: int, calendar: BusinessCalendar) -> dt.date:
    """start + days, moved forward to the next business day."""
    return calendar.on_or_after(start + dt.timedelta(days=days))


@dataclass(frozen=True)
class Execution:
    """When a notice may be carried out: allowed on the day asked for, or from `first_lawful_day`."""

    allowed: bool
    first_lawful_day: dt.date
    in_closed_season: bool


def execution_of_notice(
    issued_on: dt.date,
    days: int,
    calendar: BusinessCalendar,
    closed_season: Season | None,
    execute_on: dt.date | None = None,
) -> Execution:
    """Whether a notice issued on a day may be carried out on `execute_on` (the legal deadline when not given).

    The first lawful day is the legal deadline, or, when that falls in the closed season, the first
    business day after the season.
    """
    deadline = legal_deadline(issued_on, days, calendar)
    wanted = execute_on or deadline
    first = max(deadline, calendar.on_or_after(wanted))
    while closed_season is not None and closed_season.holds(first):
        first = calendar.on_or_after(closed_season.day_after(first))
    in_season = closed_season is not None and closed_season.holds(wanted)
    return Execution(allowed=wanted >= deadline and not in_season, first_lawful_day=first, in_closed_season=in_season)
