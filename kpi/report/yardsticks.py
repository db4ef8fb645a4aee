"""What a scope's values are held against: targets, reference values, and the agency's own network."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from changes import sql
from kpi.indicators import MONEY_KEYS, TARGET_RULES
from kpi.models import KPIBenchmark
from kpi.report.benchmarks import Reference
from leasing.readings import is_signed
from sites_app.models import Site
from sites_app.rules import parse_value
from sites_app.scope import require_scope

# What values are held against on a day, whether a person gets the report by mail, and the day on which a site's
# records begin: rows of six kinds.
YARDSTICKS = f"""
SELECT 'target' AS kind, site_id, key, value::text, NULL AS top, NULL::numeric[] AS "values", NULL AS source,
    NULL AS status, NULL::date AS as_of
FROM kpi_kpitarget
WHERE site_id = ANY (%(sites)s) AND valid @> %(day)s::date
UNION ALL
SELECT 'rule', site_id, rule_type, value::text, NULL, NULL, source, status, NULL
FROM sites_app_regionalrule
WHERE site_id = ANY (%(sites)s) AND rule_type = ANY (%(rules)s) AND valid @> %(day)s::date
UNION ALL
SELECT 'reference', NULL, key, average::text, top::text, NULL, source, status, as_of
FROM kpi_kpibenchmark
UNION ALL
SELECT 'network', NULL, key, NULL, NULL, "values", NULL, NULL, computed_at::date
FROM kpi_networkbenchmark
WHERE month = %(month)s
UNION ALL
SELECT 'subscription', site_id, NULL, NULL, NULL, NULL, NULL, NULL, since
FROM kpi_reportsubscription
WHERE site_id = ANY (%(sites)s) AND user_id = %(user)s
UNION ALL
SELECT 'first', code, NULL, NULL, NULL, NULL, NULL, NULL, (
    SELECT min(start_date) FROM leasing_contract WHERE site_id = code AND {is_signed("leasing_contract")}
)
FROM sites_app_site
WHERE code = ANY (%(sites)s)
UNION ALL
SELECT 'rents', code, NULL, NULL, NULL, NULL, NULL, NULL, (
    SELECT min(coalesce(rents_from, start_date)) FROM leasing_contract
    WHERE site_id = code AND {is_signed("leasing_contract")}
)
FROM sites_app_site
WHERE code = ANY (%(sites)s)
"""


@dataclass(frozen=True)
class Targets:
    """What a scope aims at: one value for a KPI where all its sites agree; for francs, all sites of the currency.

    `of` has them by key and currency, which is "" unless francs go into the KPI.
    """

    of: Mapping[tuple[str, str], Decimal]
    by_site: Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True)
class Yardsticks:
    """What a scope's values are held against, and the sites whose report a person gets by mail.

    `first_day` is the start of the scope's first contract, on which all other records stand; None where it has none.
    `rents_from` is the first day from which the rent of one of them is on record.
    """

    targets: Targets
    references: Mapping[str, Reference]
    network: Mapping[str, tuple[list[Decimal], dt.date]]  # the sites' values, the best first, and their day
    subscribed: frozenset[str] = frozenset()
    first_day: dt.date | None = None
    rents_from: dt.date | None = None


def yardsticks_of(
    sites: Sequence[Site], on: dt.date, *, month: dt.date | None = None, user_id: int | None = None
) -> Yardsticks:
    """The targets valid on a day, the reference values, and the network's values of a month. One statement.

    The target of an indicator with a rule, such as depositReturnTime, is the site's legal one on that day.
    """
    currency_of = {site.code: site.currency for site in sites}
    codes = list(currency_of)
    require_scope(codes)
    kinds: dict[str, list[dict[str, Any]]] = {}
    parameters = {"sites": codes, "day": on, "month": month, "user": user_id, "rules": list(TARGET_RULES)}
    for row in sql.rows(YARDSTICKS, parameters):
        kinds.setdefault(row["kind"], []).append(row)
    aims = [(row["site_id"], row["key"], Decimal(row["value"])) for row in kinds.get("target", ())]
    aims += [(row["site_id"], TARGET_RULES[row["key"]], _rule(row)) for row in kinds.get("rule", ())]
    return Yardsticks(
        targets=_targets(aims, currency_of),
        references={row["key"]: _reference(row) for row in kinds.get("reference", ())},
        network={row["key"]: (row["values"], row["as_of"]) for row in kinds.get("network", ())},
        subscribed=frozenset(row["site_id"] for row in kinds.get("subscription", ())),
        first_day=_earliest(kinds["first"]),
        rents_from=_earliest(kinds["rents"]),
    )


def _earliest(rows: Iterable[Mapping[str, Any]]) -> dt.date | None:
    return min((row["as_of"] for row in rows if row["as_of"] is not None), default=None)


def _rule(row: Mapping[str, Any]) -> Decimal:
    return Decimal(parse_value(row["key"], json.loads(row["value"])))


def _reference(row: Mapping[str, Any]) -> Reference:
    is_assumption = row["status"] == KPIBenchmark.Status.ASSUMPTION
    return Reference(Decimal(row["value"]), Decimal(row["top"]), row["source"], is_assumption, row["as_of"])


def _targets(aims: Sequence[tuple[str, str, Decimal]], currency_of: Mapping[str, str]) -> Targets:
    agreed = {(key, ""): value for key, value in _agreed(aims, list(currency_of)).items() if key not in MONEY_KEYS}
    for currency in set(currency_of.values()):
        of_currency = _agreed(aims, [code for code in currency_of if currency_of[code] == currency])
        agreed |= {(key, currency): value for key, value in of_currency.items() if key in MONEY_KEYS}
    return Targets(agreed, {code: _agreed(aims, [code]) for code in currency_of})


def _agreed(rows: Iterable[tuple[str, str, Decimal]], codes: Sequence[str]) -> dict[str, Decimal]:
    values: dict[str, list[Decimal]] = {}
    for code, key, value in rows:
        if code in codes:
            values.setdefault(key, []).append(value)
    return {key: of[0] for key, of in values.items() if len(of) == len(codes) and len(set(of)) == 1}
