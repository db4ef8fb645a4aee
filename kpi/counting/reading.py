"""What the records hold, in a fixed number of statements: docs/formulas/kpi.md.

Each statement names the sites it wants beside row-level security: for the index, and as a second lock.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from changes import sql
from kpi.counting.counts import ACTIVITY_DAYS, MISSED_AFTER_DAYS, RENEWAL_DAYS, TACIT_RENEWAL_DAYS, Counts
from kpi.counting.figures import Figures, from_json
from kpi.counting.figures_statement import FIGURES
from kpi.counting.periods import Period
from kpi.counting.statements import CONTRACTS, GRID, OTHERS, RENT
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
    for statement in (CONTRACTS, RENT, OTHERS):
        for row in sql.rows(GRID + statement, parameters):
            found[row.pop("no")][row.pop("site_id")].update(whole_numbers(row))
    return [{code: Counts(**counted) for code, counted in by_site.items()} for by_site in found]


def site_figures(codes: Sequence[str], periods: Sequence[Period]) -> list[dict[str, Figures]]:
    """For each period, each site's agents, arrears, income and median rent. One statement.

    Raises OutsideScope for a site that is not in scope.
    """
    require_scope(codes)
    found: list[dict[str, Figures]] = [{} for _ in periods]
    for row in sql.rows(GRID + FIGURES, _grid(codes, periods)):
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


def whole_numbers(row: Mapping[str, Any]) -> dict[str, Any]:
    """Sums, which come as Decimal or NULL, as whole numbers; arrays as sets."""
    return {name: frozenset(v) if isinstance(v, list) else int(v or 0) for name, v in row.items()}
