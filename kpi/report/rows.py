"""The rows that a KPI's value was counted from, in groups: "why 82 %?" has a list as its answer.

`kpi.counting.reading.site_counts` counts the same rows, by the same readings of docs/formulas/kpi.md.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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


# What an indicator's SQL finds: kpi.indicators.rows.Rows.
_FOUND = """,
found (
    site_id, in_group, model, id, contract_id, tenant_id, property_id,
    since, until, days, amount, received, number, kind, remark, weight
) AS ("""

# A group is counted beside each of its rows: the number of the last page, which a request may ask beyond, is known
# only here. A group without rows to show still gives one row, with its count.
_PAGE = """
),
tally AS (SELECT in_group, count(*) AS counted FROM found GROUP BY in_group),
page AS (
    SELECT found.*, currency, row_number() OVER (
        ORDER BY CASE WHEN %(is_money)s THEN currency END, weight DESC NULLS FIRST, since, site_id, found.id
    ) AS position
    FROM found JOIN sites_app_site site ON site.code = site_id
    WHERE in_group = %(group)s
    ORDER BY position
    LIMIT %(limit)s
    OFFSET (SELECT least(%(offset)s, (counted - 1) / %(limit)s * %(limit)s) FROM tally WHERE in_group = %(group)s)
)
SELECT in_group, counted, position,
    page.site_id, currency, model, page.id, c.id, c.reference, t.id, t.name, t.phone, p.id, p.code, p.neighbourhood,
    coalesce(nullif(u.full_name, ''), u.username), since, until, days, amount, received, number, page.kind, remark
FROM tally
LEFT JOIN page USING (in_group)
LEFT JOIN leasing_contract c ON c.site_id = page.site_id AND c.id = page.contract_id
LEFT JOIN leasing_tenant t ON t.site_id = page.site_id AND t.id = coalesce(page.tenant_id, c.tenant_id)
LEFT JOIN leasing_property p ON p.site_id = page.site_id AND p.id = coalesce(page.property_id, c.property_id)
LEFT JOIN accounts_user u ON u.id = c.agent_id
ORDER BY position
"""


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
    """A page of one group, and how many rows each group of the KPI has."""

    group: str
    counts: Mapping[str, int]
    page: int
    rows: tuple[Row, ...]

    @property
    def count(self) -> int:
        return self.counts[self.group]


def group_of(key: str, name: str) -> Group | None:
    """The group of this name; None when the KPI has none."""
    return next((group for group in BY_KEY[key].groups if group.name == name), None)


def statement(rows: Rows) -> str:
    """The SQL that counts an indicator's groups and reads some rows of one of them.

    Parameters: those of kpi.counting.relations, and which rows to read: group, is_money, offset, limit.
    """
    return "".join((CONTRACTS, *rows.relations, _FOUND, rows.found, _PAGE))


def evidence(key: str, codes: Sequence[str], period: Period, group: Group, page: int = 1) -> Evidence:
    """The rows of one page of a group, the worst first. One statement; a page beyond the last is the last.

    Raises OutsideScope for a site that is not in scope: row-level security would only answer with nothing.
    """
    counts, rows = _read(key, codes, period, group, offset=(page - 1) * PAGE_ROWS, limit=PAGE_ROWS)
    last = max(1, -(-counts[group.name] // PAGE_ROWS))
    return Evidence(group.name, counts, min(page, last), tuple(rows))


def every_row(key: str, codes: Sequence[str], period: Period, group: Group) -> Iterator[Row]:
    """All rows of a group, in the order of the pages. One statement. Raises TooManyRows, and OutsideScope."""
    counts, rows = _read(key, codes, period, group, offset=0, limit=MAX_ROWS)
    if counts[group.name] > MAX_ROWS:
        raise TooManyRows(
            _("%(rows)d rows are too many for one file (at most %(limit)d): choose a shorter period, or one site.")
            % {"rows": counts[group.name], "limit": MAX_ROWS}
        )
    return rows


def _read(
    key: str, codes: Sequence[str], period: Period, group: Group, *, offset: int, limit: int
) -> tuple[dict[str, int], Iterator[Row]]:
    require_scope(codes)
    rows = BY_KEY[key].rows
    parameters = {
        "sites": list(codes),
        "a": period.start,
        "b": period.end,
        "year_ago": period.year_before_end,
        "missed": MISSED_AFTER_DAYS,
        "activity": ACTIVITY_DAYS,
        "renewal": RENEWAL_DAYS,
        "tacit": TACIT_RENEWAL_DAYS,
        "group": group.name,
        "is_money": group.is_money,
        "offset": offset,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement(rows), parameters)
        found = cursor.fetchall()
    counts = dict.fromkeys((group.name for group in rows.groups), 0)
    counts |= {in_group: counted for in_group, counted, *_rest in found}
    return counts, (Row(*row) for _in_group, _counted, position, *row in found if position is not None)
