"""Durations as periods at risk: a row for each period that somebody was there, and whether the event came in it. Pure.

A discrete hazard is learned from such rows; a forecast over some periods is 1 − Π (1 − hazard). Periods are the unit of
the duration, and months where it is in days: those of a tenancy, whose anniversaries the points table knows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from insight.points import NO_WINDOW, Number

DAYS_OF_MONTH = 30.4375
PERIODS_AHEAD = {"months": 3, "weeks": 13, "days": 3}
"""Ninety days."""
_WINDOW_MONTHS = 3
"""So many whole months ahead, at most, lies an anniversary that is within 120 days."""

Unit = Literal["days", "weeks", "months"]


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A person in their period `time`, counted from 1, and whether the event came in it."""

    person: int
    time: int
    came: bool


@dataclass(frozen=True, slots=True)
class StandingAt:
    """A person who had been there for `time` whole periods, and whether the event came in the 90 days from then."""

    person: int
    time: int
    came: bool


def unit_of(name: str, durations: Sequence[float]) -> Unit:
    """By the column's name, else by its largest value: nobody rents for 600 months."""
    lowered = name.casefold()
    if any(word in lowered for word in ("week", "semaine")):
        return "weeks"
    if any(word in lowered for word in ("day", "jour")) or max(durations) > 600:
        return "days"
    return "months"


def whole_periods(durations: Sequence[float], unit: Unit) -> list[int]:
    """In how many periods somebody was there; whoever was there at all was there in one."""
    length = DAYS_OF_MONTH if unit == "days" else 1.0
    return [max(1, ceil(duration / length - 1e-9)) for duration in durations]


def at_risk(times: Sequence[int], events: Sequence[bool], people: Sequence[int]) -> Iterator[AtRisk]:
    """Every period of each of these people."""
    for person in people:
        last = times[person]
        for time in range(1, last + 1):
            yield AtRisk(person, time, events[person] and time == last)


def standings(times: Sequence[int], events: Sequence[bool], ahead: int, people: Sequence[int]) -> Iterator[StandingAt]:
    """Each of these people once in 90 days, where it is known what became of them in the next 90.

    They begin at different times within the first 90, as on a calendar: else all would be seen at the same distance
    from their anniversary.
    """
    for person in people:
        last, event = times[person], events[person]
        for time in range(person % ahead, last, ahead):
            came = event and last <= time + ahead
            if came or last >= time + ahead:
                yield StandingAt(person, time, came)


def tenancy_terms(months: int) -> dict[str, Number | None]:
    """What the points table knows of a tenancy from its age alone."""
    anniversary = max(12, -(-months // 12) * 12)
    near = anniversary - months <= _WINDOW_MONTHS
    return {"window": anniversary if near else NO_WINDOW, "loyalty": months}
