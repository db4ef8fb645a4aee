"""What a page says of the figures that it shows: how they were measured on a site, and what came of its list."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from changes import sql
from insight.rates import Interval, Rate, wilson
from retention.statement import OBSERVED_FROM
from sites_app.scope import require_scope

_MEASURES = f"""{OBSERVED_FROM}
SELECT observed.site_id, observed_from, f.day AS factor_day, f.since, f.observed, f.expected, f.factor,
    f.network_factor, v.day AS empty_day, v.vacancies, v.mean_days, v.days AS empty_days,
    l.day AS list_day, l.k, l.n, l.k_rest, l.n_rest
FROM observed
LEFT JOIN LATERAL (
    SELECT * FROM retention_sitefactor WHERE site_id = observed.site_id ORDER BY day DESC LIMIT 1
) f ON true
LEFT JOIN LATERAL (
    SELECT * FROM retention_relettingtime WHERE site_id = observed.site_id ORDER BY day DESC LIMIT 1
) v ON true
LEFT JOIN LATERAL (
    SELECT * FROM retention_listrecord WHERE site_id = observed.site_id ORDER BY day DESC LIMIT 1
) l ON true
"""


@dataclass(frozen=True)
class MeasuredFactor:
    """The departures that a site has seen since a day, and how many the table had led to expect.

    `factor` is what the probabilities are reckoned with; `network_factor` that of all sites together.
    """

    day: dt.date
    since: dt.date
    seen: int
    expected: float
    factor: float
    network_factor: float


@dataclass(frozen=True)
class EmptyDays:
    """How long homes stay empty: `days` is what is reckoned with, of `vacancies` of known length and the network's.

    `mean_days` is the site's own mean, None where no vacancy is on record.
    """

    day: dt.date
    vacancies: int
    mean_days: float | None
    days: float


@dataclass(frozen=True)
class RateWithInterval:
    """So many of n, and the Wilson interval of 95 %."""

    rate: Rate
    interval: Interval

    @classmethod
    def of(cls, k: int, n: int) -> "RateWithInterval | None":
        """None of nobody."""
        return cls(Rate(k, n), wilson(Rate(k, n))) if n else None


@dataclass(frozen=True)
class ListCameTrue:
    """How many decided within the 90 days to `day`: of those who stood first on the list before them, and of the
    others. None where there was nobody else."""

    day: dt.date
    first: RateWithInterval
    rest: RateWithInterval | None


@dataclass(frozen=True)
class SiteMeasures:
    """What a site's figures rest on. None: not measured yet.

    `observed_from`: tenancy ends are on record from this day on; None on a site without any contract.
    """

    site_id: str
    observed_from: dt.date | None
    factor: MeasuredFactor | None
    empty: EmptyDays | None
    list_record: ListCameTrue | None


def site_measures(codes: Sequence[str], today: dt.date) -> Mapping[str, SiteMeasures]:
    """What the figures of each site rest on. One statement. Raises OutsideScope for a site that is not in scope."""
    require_scope(codes)
    found = sql.rows(_MEASURES, {"sites": list(codes), "days": [today], "observed_by": None})
    return {row["site_id"]: _measures(row) for row in found}


def _measures(row: dict[str, Any]) -> SiteMeasures:
    factor = empty = record = None
    if row["factor_day"] is not None:
        factor = MeasuredFactor(
            row["factor_day"], row["since"], row["observed"], row["expected"], row["factor"], row["network_factor"]
        )
    if row["empty_day"] is not None:
        empty = EmptyDays(row["empty_day"], row["vacancies"], row["mean_days"], row["empty_days"])
    first = RateWithInterval.of(row["k"] or 0, row["n"] or 0)
    if first is not None:
        record = ListCameTrue(row["list_day"], first, RateWithInterval.of(row["k_rest"], row["n_rest"]))
    return SiteMeasures(row["site_id"], row["observed_from"], factor, empty, record)
