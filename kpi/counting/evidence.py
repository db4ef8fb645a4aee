"""The rows that a KPI's value was counted from, in groups: "why 82 %?" has a list as its answer.

`kpi.counting.queries.site_counts` counts the same rows, by the same readings of docs/formulas/kpi.md.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from kpi.counting.evidence_statements import EVIDENCE
from kpi.counting.periods import Period
from kpi.indicators.definitions import ACTIVITY_DAYS, MISSED_AFTER_DAYS, RENEWAL_DAYS, TACIT_RENEWAL_DAYS
from screens.exports import TooManyRows
from sites_app.scope import require_scope

PAGE_ROWS = 50
MAX_ROWS = 200_000
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Group:
    """One answer to "which ones?". Where francs decide what comes first, only those of one currency are compared."""

    name: str
    is_money: bool = False


# The group that asks for something to be done comes first.
GROUPS: Mapping[str, tuple[Group, ...]] = {
    "averageResolutionTime": (Group("closed"),),
    "resolutionRate": (Group("disputed"), Group("undisputed")),
    "depositReturnRate": (Group("not_full", is_money=True), Group("full", is_money=True)),
    "depositReturnTime": (Group("timed"),),
    "npsScore": (Group("detractors"), Group("neutral"), Group("promoters")),
    "tenantRetentionRate": (Group("left", is_money=True), Group("stayed", is_money=True)),
    "agentProductivity": (Group("signed"),),
    "revenuePerAgent": (Group("in_force", is_money=True),),
    "occupancyRate": (Group("empty"), Group("let")),
    "portfolioRiskScore": (Group("missed", is_money=True), Group("disputed"), Group("silent")),
    "paymentCollectionRate": (Group("open", is_money=True), Group("paid", is_money=True)),
    "renewalRate": (Group("not_renewed", is_money=True), Group("renewed", is_money=True)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One record behind a KPI, and whom to speak to about it.

    `model` and `id` name the record that was counted. What the facts mean, from `since` to `remark`, differs from
    group to group: kpi.pages.evidence_labels has their headings. A row without a contract, or an agent, has None there.
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
    return next((group for group in GROUPS[key] if group.name == name), None)


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
    in_year = key == "portfolioRiskScore"
    parameters = {
        "sites": list(codes),
        "a": period.start,
        "b": period.end,
        "year_ago": period.year_before_end,
        "due_from": period.year_before_end + _DAY if in_year else period.start,
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
        cursor.execute(EVIDENCE[key], parameters)
        found = cursor.fetchall()
    counts = dict.fromkeys((group.name for group in GROUPS[key]), 0)
    counts |= {in_group: counted for in_group, counted, *_rest in found}
    return counts, (Row(*row) for _in_group, _counted, position, *row in found if position is not None)
