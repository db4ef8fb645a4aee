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
    for_each_site: bool = True  # else once for the whole agency, in its own timezone


@dataclass(frozen=True)
class Hourly:
    """A job for each site in each hour in which a worker is there. It finds nothing to do most of the time."""

    job: str
    why: str


SCHEDULE: tuple[Daily | Hourly, ...] = (
    # Half past midnight, before anybody asks what is due today.
    Daily("leasing.jobs.extend_instalments", dt.time(0, 30), "instalments are there twelve months ahead"),
    Hourly("kpi.jobs.refresh_snapshots", "a late record is in its month's snapshot within the hour"),
    # One o'clock, when the month that has just ended has its snapshot.
    Daily("kpi.jobs.compare_sites", dt.time(1, 0), "sites see where they stand", for_each_site=False),
    # Six o'clock, before the first agent looks at the day.
    Daily("tasks.jobs.begin_day", dt.time(6, 0), "each agent's tasks are there, in order"),
    Hourly("tasks.jobs.close_what_is_gone", "a task whose rent has come in is closed within the hour"),
    # Seven o'clock, before the day begins.
    Daily("kpi.jobs.queue_reports", dt.time(7, 0), "last month's report is in the subscribers' mail"),
)


@dataclass(frozen=True)
class Due:
    """One job of one site, or of all (""), for one day or hour: `key` is the same however often it is planned."""

    job: str
    site_code: str
    day: dt.date
    hour: int | None = None

    @property
    def key(self) -> str:
        moment = self.day.isoformat() if self.hour is None else f"{self.day.isoformat()}T{self.hour:02}"
        return f"{self.job}:{self.site_code}:{moment}"


def due_jobs(
    now: dt.datetime, timezones: Iterable[tuple[str, str]], schedule: Iterable[Daily | Hourly], *, agency: str = "UTC"
) -> Iterator[Due]:
    """What should have begun by `now`. `timezones`: (site code, name of its timezone); `agency`: that of the whole."""
    entries = tuple(schedule)
    for_sites = [entry for entry in entries if isinstance(entry, Hourly) or entry.for_each_site]
    for_all = [entry for entry in entries if entry not in for_sites]
    for code, timezone, wanted in [*((code, zone, for_sites) for code, zone in timezones), ("", agency, for_all)]:
        local = now.astimezone(ZoneInfo(timezone))
        for entry in wanted:
            if isinstance(entry, Hourly):
                yield Due(entry.job, code, local.date(), local.hour)
            elif local.time() >= entry.hour:
                yield Due(entry.job, code, local.date())
