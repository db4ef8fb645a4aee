"""When a tenant may be spoken to about staying. Pure: the moment, and when they were spoken to before, are given.

From 8 to 20 where the site is; in Ramadan from 9 to 16; not on Sundays, holidays, a site's closing days, the eve of
Tabaski, Tabaski and the day after, nor during Friday's prayer. At most once in 7 days and three times in 90.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

OPENS, CLOSES = dt.time(8), dt.time(20)
RAMADAN_OPENS, RAMADAN_CLOSES = dt.time(9), dt.time(16)
RAMADAN_DAYS = 30
PRAYER_BEGINS, PRAYER_ENDS = dt.time(12, 30), dt.time(15)
RAINS = range(6, 10)
"""June to September: a call, no visit."""
DAYS_BETWEEN = 7
MOST_IN_DAYS, MOST_CONTACTS = 90, 3
DUE_AT = dt.time(18)
_FRIDAY, _SUNDAY = 4, 6
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class ContactCalendar:
    """The hours of one site: its country's feasts, its closing days, its timezone."""

    country: str
    timezone: str
    closing_days: frozenset[dt.date] = field(default_factory=frozenset)

    def hours_on(self, day: dt.date) -> tuple[dt.time, dt.time] | None:
        """From when to when on a day; None: not at all."""
        if day.weekday() == _SUNDAY or day in self.closing_days or _is_feast(self.country, day):
            return None
        return (RAMADAN_OPENS, RAMADAN_CLOSES) if _is_ramadan(self.country, day) else (OPENS, CLOSES)

    def is_allowed(self, moment: dt.datetime) -> bool:
        """Whether the hour is one for it, whoever it is."""
        return self.next_hour(moment) == moment

    def next_hour(self, moment: dt.datetime) -> dt.datetime:
        """The moment, or the first one after it at which a tenant may be spoken to."""
        zone = ZoneInfo(self.timezone)
        here = moment.astimezone(zone)
        while True:
            hours = self.hours_on(here.date())
            if hours is not None and here.time() < hours[1]:
                here = max(here, dt.datetime.combine(here.date(), hours[0], zone))
                if not (here.weekday() == _FRIDAY and PRAYER_BEGINS <= here.time() < PRAYER_ENDS):
                    return here.astimezone(moment.tzinfo)
                if hours[1] > PRAYER_ENDS:
                    return dt.datetime.combine(here.date(), PRAYER_ENDS, zone).astimezone(moment.tzinfo)
            here = dt.datetime.combine(here.date() + _DAY, dt.time.min, zone)

    def next_contact(self, moment: dt.datetime, before: Iterable[dt.date] = ()) -> dt.datetime:
        """The first moment from this one on at which this tenant may be spoken to, after the days they were before."""
        zone = ZoneInfo(self.timezone)
        days = sorted(before)
        while True:
            moment = self.next_hour(moment)
            free = first_free_day(moment.astimezone(zone).date(), days)
            if free == moment.astimezone(zone).date():
                return moment
            moment = dt.datetime.combine(free, dt.time.min, zone).astimezone(moment.tzinfo)

    def due(self, day: dt.date, before: Iterable[dt.date] = ()) -> dt.datetime:
        """Six in the evening of a day, moved to when the tenant may be spoken to."""
        return self.next_contact(dt.datetime.combine(day, DUE_AT, ZoneInfo(self.timezone)), before)


def first_free_day(day: dt.date, before: Sequence[dt.date]) -> dt.date:
    """The first day from this one on that is seven days after the last of them, and has fewer than three in 90."""
    while True:
        past = [one for one in before if one <= day]
        near = [one + dt.timedelta(days=DAYS_BETWEEN) for one in past if day - one < dt.timedelta(days=DAYS_BETWEEN)]
        in_90 = sorted(one for one in past if day - one < dt.timedelta(days=MOST_IN_DAYS))
        if not near and len(in_90) < MOST_CONTACTS:
            return day
        over = [in_90[-MOST_CONTACTS] + dt.timedelta(days=MOST_IN_DAYS)] if len(in_90) >= MOST_CONTACTS else []
        day = max([*near, *over])


def is_call_instead_of_visit(day: dt.date) -> bool:
    """In the months of the rains nobody is sent out for a talk."""
    return day.month in RAINS


@lru_cache(maxsize=64)
def _feasts(country: str, year: int) -> tuple[frozenset[dt.date], tuple[dt.date, ...]]:
    """The days of a year without any contact, and those of Eid al-Fitr, on which Ramadan is over."""
    days = holidays.country_holidays(country, years=year, language="en_US")
    tabaski = [day for day, names in days.items() if _begins(names, "Eid al-Adha")]
    around = {day + dt.timedelta(days=offset) for day in tabaski for offset in (-1, 0, 1)}
    fitr = sorted(day for day, names in days.items() if _begins(names, "Eid al-Fitr"))
    # Where it is given for two days, the first.
    first = tuple(day for day in fitr if day - _DAY not in fitr)
    return frozenset(around | set(days)), first


def _begins(names: str, feast: str) -> bool:
    # "(observed)": a Monday off for a feast on a Sunday.
    return any(name.startswith(feast) and "observed" not in name for name in names.split("; "))


def _is_feast(country: str, day: dt.date) -> bool:
    # The eve of one on the first of January lies in another year.
    return any(day in _feasts(country, year)[0] for year in {day.year, (day + _DAY).year, (day - _DAY).year})


def _is_ramadan(country: str, day: dt.date) -> bool:
    years = {day.year, (day + dt.timedelta(days=RAMADAN_DAYS)).year}
    return any(0 < (feast - day).days <= RAMADAN_DAYS for year in years for feast in _feasts(country, year)[1])
