"""What the KPIs count and are held against, in a fixed number of statements: docs/formulas/kpi.md.

Each statement names the sites it wants beside row-level security: for the index, and as a second lock.
"""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from changes import sql
from kpi.counting import statements
from kpi.counting.figures import Figures, from_json
from kpi.counting.periods import Period, calendar_month
from kpi.indicators.definitions import (
    ACTIVITY_DAYS,
    MISSED_AFTER_DAYS,
    MONEY_KEYS,
    RENEWAL_DAYS,
    TACIT_RENEWAL_DAYS,
    Counts,
    Metrics,
    metrics,
)
from kpi.models import KPIBenchmark
from kpi.report.benchmarks import Reference
from sites_app.models import Site
from sites_app.rules import parse_value
from sites_app.scope import require_scope


def site_counts(codes: Sequence[str], periods: Sequence[Period]) -> list[dict[str, Counts]]:
    """For each period, what each site's records hold. Three statements, whatever their numbers.

    Raises OutsideScope for a site that is not in scope: row-level security would only answer with zeros.
    """
    require_scope(codes)
    parameters = _grid(codes, periods) | {
        "year_start": min(min(p.start, p.year_before_end) for p in periods),
        # A day is begun somewhere within half a day of UTC's.
        "first_moment": dt.datetime.combine(min(p.end for p in periods), dt.time(), dt.UTC)
        - dt.timedelta(days=ACTIVITY_DAYS),
        "last_moment": dt.datetime.combine(max(p.end for p in periods), dt.time(), dt.UTC) + dt.timedelta(days=2),
        "missed": MISSED_AFTER_DAYS,
        "renewal": RENEWAL_DAYS,
        "tacit": TACIT_RENEWAL_DAYS,
    }
    found: list[dict[str, dict[str, Any]]] = [{code: {} for code in codes} for _ in periods]
    for statement in (statements.CONTRACTS, statements.RENT, statements.OTHERS):
        for row in sql.rows(statements.GRID + statement, parameters):
            found[row.pop("no")][row.pop("site_id")].update(_counted(row))
    return [{code: Counts(**counted) for code, counted in by_site.items()} for by_site in found]


def site_figures(codes: Sequence[str], periods: Sequence[Period]) -> list[dict[str, Figures]]:
    """For each period, each site's agents, arrears, income and median rent. One statement.

    Raises OutsideScope for a site that is not in scope.
    """
    require_scope(codes)
    found: list[dict[str, Figures]] = [{} for _ in periods]
    for row in sql.rows(statements.GRID + statements.FIGURES, _grid(codes, periods)):
        parts = {name: json.loads(row[name]) for name in ("agents", "arrears", "income")}
        found[row["no"]][row["site_id"]] = from_json(parts | {"median_rent": row["median_rent"]})
    return found


def _grid(codes: Sequence[str], periods: Sequence[Period]) -> dict[str, Any]:
    return {
        "sites": list(codes),
        "no": list(range(len(periods))),
        "a": [p.start for p in periods],
        "b": [p.end for p in periods],
        "year_ago": [p.year_before_end for p in periods],
        "first_day": min(p.start for p in periods),
        "last_day": max(p.end for p in periods),
        "first_end": min(p.end for p in periods),
        "activity": ACTIVITY_DAYS,
    }


def metrics_of(sites: Sequence[Site], periods: Sequence[Period]) -> list[Metrics]:
    """The twelve KPIs over the union of the sites, for each period. Three statements."""
    currency_of = {site.code: site.currency for site in sites}
    counted = site_counts(list(currency_of), periods)
    return [metrics(per_site, currency_of, period) for per_site, period in zip(counted, periods, strict=True)]


@dataclass(frozen=True)
class Targets:
    """What a scope aims at: one value for a KPI where all its sites agree; for francs, all sites of the currency."""

    by_key: Mapping[str, Decimal]
    by_currency: Mapping[str, Mapping[str, Decimal]]
    by_site: Mapping[str, Mapping[str, Decimal]]

    def of(self, key: str, currency: str = "") -> Decimal | None:
        values = self.by_currency.get(currency, {}) if key in MONEY_KEYS else self.by_key
        return values.get(key)


@dataclass(frozen=True)
class Yardsticks:
    """What a scope's values are held against, and the sites whose report a person gets by mail.

    `first_day` is the start of the scope's first contract, on which all other records stand; None where it has none.
    """

    targets: Targets
    references: Mapping[str, Reference]
    network: Mapping[str, tuple[list[Decimal], dt.date]]  # the sites' values, the best first, and their day
    subscribed: frozenset[str] = frozenset()
    first_day: dt.date | None = None


def yardsticks_of(
    sites: Sequence[Site], on: dt.date, *, month: dt.date | None = None, user_id: int | None = None
) -> Yardsticks:
    """The targets valid on a day, the reference values, and the network's values of a month. One statement.

    The target of depositReturnTime is the site's legal deadline on that day.
    """
    currency_of = {site.code: site.currency for site in sites}
    codes = list(currency_of)
    require_scope(codes)
    kinds: dict[str, list[dict[str, Any]]] = {}
    parameters = {"sites": codes, "day": on, "month": month, "user": user_id}
    for row in sql.rows(statements.YARDSTICKS, parameters):
        kinds.setdefault(row["kind"], []).append(row)
    aims = [(row["site_id"], row["key"], Decimal(row["value"])) for row in kinds.get("target", ())]
    aims += [(row["site_id"], "depositReturnTime", _deadline(row["value"])) for row in kinds.get("deadline", ())]
    return Yardsticks(
        targets=_targets(aims, currency_of),
        references={row["key"]: _reference(row) for row in kinds.get("reference", ())},
        network={row["key"]: (row["values"], row["as_of"]) for row in kinds.get("network", ())},
        subscribed=frozenset(row["site_id"] for row in kinds.get("subscription", ())),
        first_day=min((row["as_of"] for row in kinds["first"] if row["as_of"] is not None), default=None),
    )


def _deadline(value: str) -> Decimal:
    return Decimal(parse_value("deposit_return_days", json.loads(value)))


def _reference(row: Mapping[str, Any]) -> Reference:
    is_assumption = row["status"] == KPIBenchmark.Status.ASSUMPTION
    return Reference(Decimal(row["value"]), Decimal(row["top"]), row["source"], is_assumption, row["as_of"])


def _targets(aims: Sequence[tuple[str, str, Decimal]], currency_of: Mapping[str, str]) -> Targets:
    by_currency = {
        currency: _agreed(aims, [code for code in currency_of if currency_of[code] == currency])
        for currency in set(currency_of.values())
    }
    per_site = {code: _agreed(aims, [code]) for code in currency_of}
    return Targets(_agreed(aims, list(currency_of)), by_currency, per_site)


def _agreed(rows: Iterable[tuple[str, str, Decimal]], codes: Sequence[str]) -> dict[str, Decimal]:
    values: dict[str, list[Decimal]] = {}
    for code, key, value in rows:
        if code in codes:
            values.setdefault(key, []).append(value)
    return {key: of[0] for key, of in values.items() if len(of) == len(codes) and len(set(of)) == 1}


@dataclass(frozen=True)
class Rent:
    """Rent in one currency, in whole francs. `late` is the number of rents in arrears."""

    currency: str
    due: int
    received: int
    arrears: int
    late: int


@dataclass(frozen=True)
class Overview:
    """A site at a glance: what is let today, what this month asks for, what has come in, what is late."""

    month: Period
    lettable: int
    let: int
    in_force: int
    rent: tuple[Rent, ...]


def overview(codes: Sequence[str], today: dt.date) -> Overview:
    """The first numbers of a day. One statement; francs per currency.

    `due`: rents of the whole calendar month. `received`: payments of this month up to today, whatever they pay.
    `arrears`: what is unpaid of rents due before today.
    """
    require_scope(codes)
    month = calendar_month(today)
    parameters = {"sites": list(codes), "today": today, "first": month.start, "last": month.end}
    rows = [(row.pop("currency"), _counted(row)) for row in sql.rows(statements.OVERVIEW, parameters)]
    return Overview(
        month=month,
        lettable=sum(row["lettable"] for _currency, row in rows),
        let=sum(row["let"] for _currency, row in rows),
        in_force=sum(row["in_force"] for _currency, row in rows),
        rent=tuple(Rent(currency, row["due"], row["received"], row["arrears"], row["late"]) for currency, row in rows),
    )


def _counted(row: Mapping[str, Any]) -> dict[str, Any]:
    """Sums, which come as Decimal or NULL, as whole numbers; arrays as sets."""
    return {name: frozenset(v) if isinstance(v, list) else int(v or 0) for name, v in row.items()}
