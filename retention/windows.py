"""Departures seen against those to be expected, over windows of 90 days. No database, no clock."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum

from insight.points import PointsTable, score
from insight.probability import HORIZON_DAYS, Watched, expected_departures, starting_probability
from retention.profile import Tenancy
from retention.terms import terms_of

MOST_WINDOWS = 4
"""A year: a factor that follows a change. Books are young when they begin: then little is known of anybody, too few are
expected, and a factor that remembered those windows would say too many for years."""


@dataclass(frozen=True)
class Departures:
    """Of so many windows of a tenancy each: the decisions that were seen, and how many were to be expected."""

    windows: int
    seen: int
    expected: float


def window_days(observed_from: dt.date, day: dt.date) -> list[dt.date]:
    """The first days of the last four windows that are over by a day. End to end, the first begins on
    `observed_from`."""
    finished = (day - observed_from).days // HORIZON_DAYS
    return [
        observed_from + dt.timedelta(days=HORIZON_DAYS * number)
        for number in range(max(0, finished - MOST_WINDOWS), finished)
    ]


def decided_within(tenancy: Tenancy) -> bool:
    """Whether the tenant decided to leave within the 90 days after the tenancy's day."""
    return tenancy.decided_on is not None and (tenancy.decided_on - tenancy.day).days <= HORIZON_DAYS


def watched(tenancy: Tenancy, table: PointsTable) -> Watched | None:
    """The window of a tenancy from its day: what was forecast on that day, and how long it was watched, until the
    decision or what else ended it. None where it was not scored."""
    if tenancy.profile is None:
        return None
    until = tenancy.decided_on or tenancy.censored_on
    days = HORIZON_DAYS if until is None else min(HORIZON_DAYS, (until - tenancy.day).days)
    unclamped = score(terms_of(tenancy.profile, tenancy.day), table).unclamped
    return Watched(starting_probability(unclamped, table, site=tenancy.site_id), days)


def departures(tenancies: Iterable[Tenancy], table: PointsTable) -> Departures:
    """What became of the tenancies in the 90 days after their day. Those that were not scored do not count."""
    seen, windows = 0, []
    for tenancy in tenancies:
        window = watched(tenancy, table)
        if window is not None:
            windows.append(window)
            seen += decided_within(tenancy)
    return Departures(len(windows), seen, expected_departures(windows))


def together(parts: Iterable[Departures]) -> Departures:
    """Several counts as one."""
    found = list(parts)
    return Departures(
        sum(part.windows for part in found), sum(part.seen for part in found), fsum(part.expected for part in found)
    )
