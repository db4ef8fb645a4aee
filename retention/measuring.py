"""What the agency's sites are measured by, written down each night: factors, empty days, what came of the lists."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from insight.points import PointsTable
from insight.probability import HORIZON_DAYS, network_factor, site_factor
from insight.survival import Vacancy, known_vacancies, mean_empty_days, shrunk_empty_days
from retention.list_record import Listed, ListOutcome, lists_on, outcome
from retention.models import ListRecord, RelettingTime, SiteFactor
from retention.profile import tenancies_on
from retention.queries import MeasuredFactor, SiteMeasures, site_measures
from retention.undisturbed import SpokenTo, spoken_to_ever, undisturbed
from retention.vacancies import vacancies
from retention.windows import Departures, departures, together, window_days
from retention.yardsticks import yardsticks
from sites_app.models import SiteScopedModel

_WINDOWS_AT_ONCE = 4
"""So that a site of any size is read in pieces that fit into memory."""


@dataclass(frozen=True)
class NightlyMeasures:
    """How many sites have a factor, and how many rows were written because figures have changed."""

    measured: int
    written: int


def measure(codes: Sequence[str], *, day: dt.date) -> NightlyMeasures:
    """Reckon anew from the records what each site is measured by, and keep what has changed.

    A row where figures changed; of the lists of 90 days ago one each day. Of all sites together nothing is written but
    sums. Statements: nine, and up to four for each site. Twice on a day changes nothing the second time. Needs the
    sites in scope.
    """
    kept = site_measures(codes, day)
    tables = {code: each.table for code, each in yardsticks(codes).items()}
    then = day - dt.timedelta(days=HORIZON_DAYS)
    lists = lists_on(codes, then)
    spoken = spoken_to_ever(codes)
    counted = {code: _departures(kept[code], tables[code], spoken, day) for code in codes}
    records = {code: _outcome(code, lists[code], then, day) for code in codes}
    factors = _factors(kept, counted, day)
    _write(SiteFactor, factors)
    SiteFactor.objects.filter(site__in=[code for code in codes if not counted[code].windows]).delete()
    times = _reletting_times(kept, vacancies(codes, day), day)
    _write(RelettingTime, times)
    found = [
        ListRecord(site_id=code, day=day, k=of.k, n=of.n, k_rest=of.k_rest, n_rest=of.n_rest)
        for code, of in records.items()
        if of is not None
    ]
    _write(ListRecord, found)
    measured = sum(of_site.windows > 0 for of_site in counted.values())
    return NightlyMeasures(measured, len(factors) + len(times) + len(found))


def _windows(measures: SiteMeasures, day: dt.date) -> list[dt.date]:
    return [] if measures.observed_from is None else window_days(measures.observed_from, day)


def _departures(measures: SiteMeasures, table: PointsTable, spoken: SpokenTo, day: dt.date) -> Departures:
    days = _windows(measures, day)
    pieces = (
        tenancies_on([measures.site_id], days[start : start + _WINDOWS_AT_ONCE], observed_by=day)
        for start in range(0, len(days), _WINDOWS_AT_ONCE)
    )
    return together(departures(undisturbed(piece, spoken), table) for piece in pieces)


def _outcome(code: str, listed: Sequence[Listed], then: dt.date, day: dt.date) -> ListOutcome | None:
    return outcome(listed, tenancies_on([code], [then], observed_by=day)) if listed else None


def _factors(kept: Mapping[str, SiteMeasures], counted: Mapping[str, Departures], day: dt.date) -> list[SiteFactor]:
    """The factors that are another than before. A site of which no window is over has none."""
    network = together(counted.values())
    of_network = network_factor(network.seen, network.expected)
    found = []
    for code, of_site in counted.items():
        if not of_site.windows:
            continue
        row = SiteFactor(
            site_id=code,
            day=day,
            since=_windows(kept[code], day)[0],
            observed=of_site.seen,
            expected=of_site.expected,
            factor=site_factor(of_network, of_site.seen, of_site.expected),
            network_factor=of_network,
        )
        if not _says_the_same(kept[code].factor, row):
            found.append(row)
    return found


def _says_the_same(kept: MeasuredFactor | None, row: SiteFactor) -> bool:
    return kept is not None and (kept.since, kept.seen, kept.expected, kept.factor, kept.network_factor) == (
        row.since,
        row.observed,
        row.expected,
        row.factor,
        row.network_factor,
    )


def _reletting_times(
    kept: Mapping[str, SiteMeasures], found: Mapping[str, Sequence[Vacancy]], day: dt.date
) -> list[RelettingTime]:
    """The times that are another than before: the network's shrunk towards sixty days, each site's to the network's."""
    of_network = shrunk_empty_days([each for of_site in found.values() for each in of_site])
    times = []
    for code, of_site in found.items():
        row = RelettingTime(
            site_id=code,
            day=day,
            vacancies=known_vacancies(of_site),
            mean_days=mean_empty_days(of_site),
            days=shrunk_empty_days(of_site, of_network),
        )
        before = kept[code].empty
        if before is None or (before.vacancies, before.mean_days, before.days) != (
            row.vacancies,
            row.mean_days,
            row.days,
        ):
            times.append(row)
    return times


def _write(model: type[SiteScopedModel], rows: Sequence[Any]) -> None:
    """The rows of the day; figures that have changed since an earlier run of it in the place of those."""
    figures = [field.name for field in model._meta.concrete_fields if field.name not in ("id", "site", "day")]
    model.objects.bulk_create(rows, update_conflicts=True, unique_fields=["site", "day"], update_fields=figures)
