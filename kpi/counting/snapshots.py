"""Counts of many months at the price of one read: from snapshots where they can be believed, else from the records."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from changes import sql
from kpi.counting.counts import Counts
from kpi.counting.figures import Figures, from_json
from kpi.counting.periods import Period, calendar_months
from kpi.counting.reading import site_counts, site_figures
from leasing.models import Property
from leasing.readings import is_in_force, is_signed
from sites_app.scope import require_scope

# The snapshots that can be believed, and what has no history: who the agents are, and which homes are to be let. For
# each site a row at least. `not_to_let` counts the homes with a contract in force on a month's last day that are to be
# let no more: the others are let. `parts` counts those that are part of another home: without a contract they are in
# no count. Both are few, so that a closed month stays a read of some milliseconds.
SNAPSHOTS = f"""
WITH working AS (
    SELECT site_id, jsonb_object_agg(user_id, coalesce(nullif(full_name, ''), username)) AS agents
    FROM sites_app_membership JOIN accounts_user ON accounts_user.id = user_id
    WHERE site_id = ANY (%(sites)s) AND role = 'agent' AND is_active
    GROUP BY site_id
),
to_let AS (
    SELECT site_id, count(*) AS wholes FROM leasing_property
    WHERE site_id = ANY (%(sites)s) AND status = 'lettable' AND part_of_id IS NULL
    GROUP BY site_id
),
special AS (
    SELECT site_id, month, count(DISTINCT id) FILTER (WHERE status <> 'lettable') AS not_to_let,
        count(DISTINCT id) FILTER (WHERE status = 'lettable') AS parts
    FROM (
        SELECT month, (month + interval '1 month')::date - 1 AS b FROM unnest(%(months)s::date[]) AS m (month)
    ) closed
    JOIN (
        -- Looked up for each of these few homes: the planner would read all contracts there are.
        SELECT p.site_id, p.id, p.status, start_date, ended_on
        FROM leasing_property p CROSS JOIN LATERAL (
            SELECT c.status, start_date, ended_on FROM leasing_contract c
            WHERE c.site_id = p.site_id AND c.property_id = p.id
            OFFSET 0
        ) c
        WHERE p.site_id = ANY (%(sites)s) AND {is_signed("c")}
            AND (p.status = ANY (%(other_statuses)s) OR p.part_of_id IS NOT NULL)
    ) held ON {is_in_force("held", "b")}
    GROUP BY site_id, month
)
SELECT site.code AS site_id, coalesce(agents, '{{}}') AS agents, coalesce(wholes, 0) AS wholes, kept.month, counts,
    coalesce(not_to_let, 0) AS not_to_let, coalesce(parts, 0) AS parts,
    CASE WHEN kept.month = %(figured)s THEN figures END AS figures
FROM sites_app_site site
LEFT JOIN working ON working.site_id = site.code
LEFT JOIN to_let ON to_let.site_id = site.code
LEFT JOIN kpi_kpisnapshot kept
    ON kept.site_id = site.code AND kept.month = ANY (%(months)s::date[]) AND kept.timezone = site.timezone
    AND NOT EXISTS (
        SELECT FROM kpi_toucheddays touched
        WHERE touched.site_id = kept.site_id AND first < kept.month + interval '1 month'
            AND (last IS NULL OR last >= kept.month)
    )
LEFT JOIN special ON special.site_id = kept.site_id AND special.month = kept.month
WHERE site.code = ANY (%(sites)s)
"""


@dataclass(frozen=True)
class SitesRecord:
    """What the records of some sites hold: for each period asked for each site's counts, and more for one of them.

    `agents` are the names of the sites' agents now, by user id.
    """

    counts: Mapping[Period, Mapping[str, Counts]]
    figures: Mapping[str, Figures]
    agents: Mapping[int, str]


def record_of(codes: Sequence[str], periods: Sequence[Period], *, figured: Period | None = None) -> SitesRecord:
    """The counts of each period, and the figures of one of them. At most five statements; one when all are kept.

    A calendar month is read from its snapshots if each site has one that no record has touched since. Raises
    OutsideScope for a site that is not in scope.
    """
    require_scope(codes)
    whole_months = calendar_months(periods)
    months = [period.start for period in whole_months]
    month = figured.start if figured is not None and figured.is_calendar_month else None
    kept: dict[dt.date, dict[str, Counts]] = {month: {} for month in months}
    figures: dict[str, Figures] = {}
    agents: dict[str, dict[int, str]] = {code: {} for code in codes}
    for row in kept_rows(codes, months, figured=month):
        agents[row["site_id"]] = {int(user): name for user, name in json.loads(row["agents"]).items()}
        if row["month"] is not None:
            kept[row["month"]][row["site_id"]] = _counts(row)
        if row["figures"] is not None:
            figures[row["site_id"]] = from_json(json.loads(row["figures"]))
    complete = {period: kept[period.start] for period in whole_months if len(kept[period.start]) == len(codes)}
    missing = [period for period in dict.fromkeys(periods) if period not in complete]
    live = dict(zip(missing, site_counts(codes, missing), strict=True)) if missing else {}
    if figured is not None and len(figures) < len(codes):
        [figures] = site_figures(codes, [figured])
    # The agents of the first statement: one who came between two of them would be counted and have no name.
    working = {code: frozenset(agents[code]) for code in codes}
    counts = {
        period: {code: replace(of_site, agents=working[code]) for code, of_site in (complete | live)[period].items()}
        for period in periods
    }
    names = {user: name for of_site in agents.values() for user, name in of_site.items()}
    return SitesRecord(counts, figures, names)


def kept_rows(
    codes: Sequence[str], months: Iterable[dt.date], *, figured: dt.date | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of the statement SNAPSHOTS, the figures of one month with them."""
    others = [status for status in Property.Status.values if status != Property.Status.LETTABLE]
    parameters = {"sites": list(codes), "months": sorted(set(months)), "figured": figured, "other_statuses": others}
    return sql.rows(SNAPSHOTS, parameters)


# These have no history: they are those of now whatever the month, and are read with the snapshots.
_OF_NOW = ("agents", "lettable", "let")


def counts_as_json(counts: Counts) -> dict[str, Any]:
    """Everything but what is read as it is now: the site's agents, and which of its homes are to be let."""
    return {name: value for name, value in asdict(counts).items() if name not in _OF_NOW}


def _counts(row: Mapping[str, Any]) -> Counts:
    kept = {name: value for name, value in json.loads(row["counts"]).items() if name not in _OF_NOW}
    return Counts(**kept, lettable=row["wholes"] + row["parts"], let=kept["homes"] - row["not_to_let"])
