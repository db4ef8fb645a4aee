"""What the KPIs count, for any sites and periods in a fixed number of statements: docs/formulas/kpi.md.

Each statement names the sites it wants beside row-level security: for the index, and as a second lock.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from kpi import statements
from kpi.definitions import (
    ACTIVITY_DAYS,
    MISSED_AFTER_DAYS,
    MONEY_KEYS,
    RENEWAL_DAYS,
    TACIT_RENEWAL_DAYS,
    Counts,
    Metrics,
    metrics,
)
from kpi.models import KPITarget
from kpi.periods import Period, calendar_month
from sites_app.models import OutsideScope, RegionalRule, Site
from sites_app.rules import parse_value
from sites_app.scope import current_site_codes


def site_counts(codes: Sequence[str], periods: Sequence[Period]) -> list[dict[str, Counts]]:
    """For each period, what each site's records hold. Three statements, whatever their numbers.

    Raises OutsideScope for a site that is not in scope: row-level security would only answer with zeros.
    """
    _require_scope(codes)
    parameters = {
        "sites": list(codes),
        "no": list(range(len(periods))),
        "a": [p.start for p in periods],
        "b": [p.end for p in periods],
        "year_ago": [p.year_before_end for p in periods],
        "first": min(min(p.start, p.year_before_end) for p in periods),
        "last": max(p.end for p in periods),
        "missed": MISSED_AFTER_DAYS,
        "activity": ACTIVITY_DAYS,
        "renewal": RENEWAL_DAYS,
        "tacit": TACIT_RENEWAL_DAYS,
    }
    found: list[dict[str, dict[str, Any]]] = [{code: {} for code in codes} for _ in periods]
    for statement in (statements.CONTRACTS, statements.RENT, statements.OTHERS):
        for row in _rows(statements.GRID + statement, parameters):
            found[row.pop("no")][row.pop("site_id")].update(row)
    return [{code: Counts(**counted) for code, counted in by_site.items()} for by_site in found]


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

    def of(self, key: str, currency: str = "") -> Decimal | None:
        values = self.by_currency.get(currency, {}) if key in MONEY_KEYS else self.by_key
        return values.get(key)


def targets_of(sites: Sequence[Site], on: dt.date) -> Targets:
    """The targets that are valid on a day. Two statements.

    The target of depositReturnTime is the site's legal deadline on that day.
    """
    currency_of = {site.code: site.currency for site in sites}
    codes = list(currency_of)
    _require_scope(codes)
    rows = list(KPITarget.objects.filter(site_id__in=codes, valid__contains=on).values_list("site_id", "key", "value"))
    deadlines = RegionalRule.objects.filter(
        site_id__in=codes, rule_type="deposit_return_days", valid__contains=on
    ).values_list("site_id", "value")
    rows += [
        (code, "depositReturnTime", Decimal(parse_value("deposit_return_days", value))) for code, value in deadlines
    ]
    agreed = _agreed(rows, codes)
    by_currency = {
        currency: _agreed(rows, [code for code in codes if currency_of[code] == currency])
        for currency in set(currency_of.values())
    }
    return Targets(agreed, by_currency)


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
    _require_scope(codes)
    month = calendar_month(today)
    parameters = {"sites": list(codes), "today": today, "first": month.start, "last": month.end}
    rows = list(_rows(statements.OVERVIEW, parameters))
    return Overview(
        month=month,
        lettable=sum(row["lettable"] for row in rows),
        let=sum(row["let"] for row in rows),
        in_force=sum(row["in_force"] for row in rows),
        rent=tuple(Rent(row["currency"], row["due"], row["received"], row["arrears"], row["late"]) for row in rows),
    )


def _rows(statement: str, parameters: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Rows as dictionaries: sums, which come as Decimal or NULL, as whole numbers; arrays as sets."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            yield {name: _plain(value) for name, value in zip(names, row, strict=True)}


def _plain(value: Any) -> Any:
    match value:
        case str():
            return value
        case list():
            return frozenset(value)
    return int(value or 0)


def _require_scope(codes: Sequence[str]) -> None:
    in_scope = current_site_codes()
    if in_scope is None or not set(codes) <= set(in_scope):
        raise OutsideScope(f"KPIs of {sorted(codes)}; in scope: {in_scope}")
