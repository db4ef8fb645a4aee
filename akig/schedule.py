"""Which jobs of the clock are due. The hours are each site's own; `akig.jobs.plan` reads this every few seconds."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from akig import declared
from screens.declarations import Daily, Hourly

SCHEDULE = declared.schedule()


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
