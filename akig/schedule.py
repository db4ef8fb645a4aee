"""Every job that runs by the clock. The hours are each site's own; `akig.jobs.plan` reads this every few seconds."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Daily:
    """A job for each site on each day, from this hour of the site's day on.

    A worker that was away at that hour does the job later on the same day; a day that is over is not made up for,
    so a job looks at everything up to its date, never at that date alone.
    """

    job: str
    hour: dt.time
    why: str


SCHEDULE = (
    # Half past midnight, before anybody asks what is due today.
    Daily("leasing.jobs.extend_instalments", dt.time(0, 30), "instalments are there twelve months ahead"),
)


@dataclass(frozen=True)
class Due:
    """One job of one site for one day: `key` is the same however often it is planned."""

    job: str
    site_code: str
    day: dt.date

    @property
    def key(self) -> str:
        return f"{self.job}:{self.site_code}:{self.day.isoformat()}"


def due_jobs(now: dt.datetime, timezones: Iterable[tuple[str, str]], schedule: Iterable[Daily]) -> Iterator[Due]:
    """What should have begun by `now`. `timezones`: (site code, name of its timezone)."""
    entries = tuple(schedule)
    for site_code, timezone in timezones:
        local = now.astimezone(ZoneInfo(timezone))
        for entry in entries:
            if local.time() >= entry.hour:
                yield Due(entry.job, site_code, local.date())
