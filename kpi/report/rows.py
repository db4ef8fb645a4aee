"""The rows that a KPI's value was counted from, in groups: "why 82 %?" has a list as its answer.

`kpi.counting.reading.site_counts` counts the same rows, by the same readings of docs/formulas/kpi.md.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from kpi.counting.counts import ACTIVITY_DAYS, MISSED_AFTER_DAYS, RENEWAL_DAYS, TACIT_RENEWAL_DAYS
from kpi.counting.periods import Period
from kpi.counting.relations import CONTRACTS
from kpi.indicators import BY_KEY
from kpi.indicators.rows import Group, Rows
from screens.exports import TooManyRows
from sites_app.scope import require_scope

PAGE_ROWS = 50
MAX_ROWS = 200_000

Sums = Mapping[str, Mapping[str, int | None]]


# What an indicator's SQL finds: kpi.indicators.rows.Rows.
_FOUND = """,
found (
    site_id, in_group, model, id, contract_id, tenant_id, property_id,
    since, until, days, amount, received, number, kind, remark, weight
) AS ("""

# A group is counted beside each of its rows: the number of the last page, which a request may ask beyond, is known
# only here. A group without rows to show still gives one row, with its count.
_COUNTED = """
),
tally AS (
    SELECT in_group, sum(rows)::bigint AS counted,
        jsonb_object_agg(
            currency, jsonb_build_object('amount', amount, 'received', received, 'lacking', lacking)
        ) AS sums
    FROM (
        -- A fact that an indicator's rows have not is NULL of no kind.
        SELECT in_group, currency, count(*) AS rows, sum(amount::bigint) AS amount, sum(received::bigint) AS received,
            sum(amount::bigint - received::bigint) AS lacking
        FROM found JOIN sites_app_site site ON site.code = site_id
        GROUP BY in_group, currency
    ) of_currency
    GROUP BY in_group
),
"""
# Whom a row is about. Read for the rows of a page; for all there are only where one sorts by it.
_ABOUT = """
LEFT JOIN leasing_contract c ON c.site_id = {row}.site_id AND c.id = {row}.contract_id
LEFT JOIN leasing_tenant t ON t.site_id = {row}.site_id AND t.id = coalesce({row}.tenant_id, c.tenant_id)
LEFT JOIN leasing_property p ON p.site_id = {row}.site_id AND p.id = coalesce({row}.property_id, c.property_id)
LEFT JOIN accounts_user u ON u.id = c.agent_id
"""
_AGENT = "coalesce(nullif(u.full_name, ''), u.username)"
_USUAL = "weight DESC NULLS FIRST, since, found.site_id, found.id"
# What a list can be sorted by, and whether that is about the row's contract.
_SORTED_BY: Mapping[str, tuple[str, bool]] = {
    "contract_reference": ("c.reference", True),
    "tenant_name": ("t.name", True),
    "property_code": ("p.code", True),
    "agent": (_AGENT, True),
    **{fact: (f"found.{fact}", False) for fact in ("since", "until", "days", "amount", "received", "number")},
    "lacking": ("found.amount::bigint - found.received::bigint", False),
}
SORTABLE = frozenset(_SORTED_BY)
_FRANCS = ("amount", "received", "lacking")


@dataclass(frozen=True, slots=True)
class Row:
    """One record behind a KPI, and whom to speak to about it.

    `model` and `id` name the record that was counted. What the facts mean, from `since` to `remark`, differs from
    group to group: the indicator's columns have their headings. A row without a contract, or an agent, has None there.
    """

    site_code: str
    currency: str
    model: str
    id: UUID
    contract_id: UUID | None
    contract_reference: str | None
    tenant_id: UUID | None
    tenant_name: str | None
    phone: str | None
    property_id: UUID | None
    property_code: str | None
    neighbourhood: str | None
    agent: str | None
    since: dt.date | None
    until: dt.date | None
    days: int | None
    amount: int | None
    received: int | None
    number: int | None
    kind: str | None
    remark: str | None

    @property
    def lacking(self) -> int | None:
        """What the amount lacks: of a rent what was not paid, of a deposit what was kept."""
        return None if self.amount is None or self.received is None else self.amount - self.received


@dataclass(frozen=True)
class Evidence:
    """A page of one group, how many rows each group of the KPI has, and this one's francs: currency → fact → sum."""

    group: str
    counts: Mapping[str, int]
    page: int
    rows: tuple[Row, ...]
    sums: Sums = field(default_factory=dict)

    @property
    def count(self) -> int:
        return self.counts[self.group]


def group_of(key: str, name: str) -> Group | None:
    """The group of this name; None when the KPI has none."""
    return next((group for group in BY_KEY[key].groups if group.name == name), None)


def statement(rows: Rows, order: str = "") -> str:
    """The SQL that counts an indicator's groups and their francs, and reads some rows of one of them.

    Parameters: those of kpi.counting.relations, and which rows to read: group, is_money, offset, limit.
    """
    by, is_about = _SORTED_BY[order.removeprefix("-")] if order else ("", False)
    way = "DESC" if order.startswith("-") else "ASC"
    asked = f"{by} {way} NULLS LAST, " if by else ""
    page = f"""page AS (
    SELECT found.*, currency, row_number() OVER (
        ORDER BY CASE WHEN %(is_money)s THEN currency END, {asked}{_USUAL}
    ) AS position
    FROM found JOIN sites_app_site site ON site.code = found.site_id
    {_ABOUT.format(row="found") if is_about else ""}
    WHERE in_group = %(group)s
    ORDER BY position
    LIMIT %(limit)s
    OFFSET (SELECT least(%(offset)s, (counted - 1) / %(limit)s * %(limit)s) FROM tally WHERE in_group = %(group)s)
)
SELECT in_group, counted, sums, position,
    page.site_id, currency, model, page.id, c.id, c.reference, t.id, t.name, t.phone, p.id, p.code, p.neighbourhood,
    {_AGENT}, since, until, days, amount, received, number, page.kind, remark
FROM tally
LEFT JOIN page USING (in_group)
{_ABOUT.format(row="page")}
ORDER BY position
"""
    return "".join((CONTRACTS, *rows.relations, _FOUND, rows.found, _COUNTED, page))


def evidence(
    key: str, codes: Sequence[str], period: Period, group: Group, page: int = 1, *, order: str = ""
) -> Evidence:
    """The rows of one page of a group, the worst first. One statement; a page beyond the last is the last.

    `order` sorts by one of SORTABLE instead, falling with a "-" before it. Raises OutsideScope for a site that is not
    in scope: row-level security would only answer with nothing.
    """
    counts, sums, rows = _read(key, codes, period, group, order, offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS)
    last = max(1, -(-counts[group.name] // PAGE_ROWS))
    return Evidence(group.name, counts, min(page, last), tuple(rows), sums)


def every_row(key: str, codes: Sequence[str], period: Period, group: Group, *, order: str = "") -> Iterator[Row]:
    """All rows of a group, in the order of the pages. One statement. Raises TooManyRows, and OutsideScope."""
    counts, _sums, rows = _read(key, codes, period, group, order, offset=0, limit=MAX_ROWS)
    if counts[group.name] > MAX_ROWS:
        raise TooManyRows(
            _("%(rows)d rows are too many for one file (at most %(limit)d): choose a shorter period, or one site.")
            % {"rows": counts[group.name], "limit": MAX_ROWS}
        )
    return rows


def _read(
    key: str, codes: Sequence[str], period: Period, group: Group, order: str, *, offset: int, limit: int
) -> tuple[dict[str, int], Sums, Iterator[Row]]:
    require_scope(codes)
    rows = BY_KEY[key].rows
    parameters: dict[str, Any] = {
        "sites": list(codes),
        "a": period.start,
        "b": period.end,
        "year_ago": period.year_before_end,
        "missed": MISSED_AFTER_DAYS,
        "activity": ACTIVITY_DAYS,
        "renewal": RENEWAL_DAYS,
        "tacit": TACIT_RENEWAL_DAYS,
        "group": group.name,
        # Amounts of two currencies are not compared.
        "is_money": order.removeprefix("-") in _FRANCS if order else group.is_money,
        "offset": offset,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement(rows, order), parameters)
        found = cursor.fetchall()
    counts = dict.fromkeys((group.name for group in rows.groups), 0)
    counts |= {in_group: counted for in_group, counted, *_rest in found}
    kept = (row[2] for row in found if row[0] == group.name)
    sums: dict[str, dict[str, int]] = json.loads(next(kept, "{}"))
    return counts, sums, (Row(*row) for _in_group, _counted, _sums, position, *row in found if position is not None)
