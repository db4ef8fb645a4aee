"""The rows behind the KPIs in words: what each group is called, what its columns say, and why it may be empty."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpi.counting.evidence import Row
from kpi.pages.labels import Text
from leasing.models import Deposit, Litigation, Notice, Property


class Shape(Enum):
    """How a page writes a fact. The first four are links to the records that they name."""

    CONTRACT = "contract"
    TENANT = "tenant"  # the name, and the phone below it
    PROPERTY = "property"  # the code, and the neighbourhood below it
    RECORD = "record"  # the record that was counted, by its kind
    KIND = "kind"
    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    FRANCS = "francs"


_NUMBERS = (Shape.NUMBER, Shape.FRANCS)


@dataclass(frozen=True)
class Column:
    """A heading, and the field of kpi.counting.evidence.Row that stands below it."""

    heading: Text
    shape: Shape
    fact: str

    @property
    def is_number(self) -> bool:
        return self.shape in _NUMBERS


@dataclass(frozen=True)
class GroupLabel:
    """One group for its reader; `empty` is what it means that nothing is in it."""

    name: Text
    empty: Text
    columns: tuple[Column, ...]
    has_tasks: bool = False  # what is late makes tasks: those of a row are among the board's


@dataclass(frozen=True)
class Cell:
    column: Column
    value: Any


@dataclass(frozen=True)
class Line:
    """A row as its cells, in the order of the columns."""

    row: Row
    site_name: str
    cells: tuple[Cell, ...]


_CONTRACT = Column(gettext_lazy("Contract"), Shape.CONTRACT, "contract_reference")
_TENANT = Column(gettext_lazy("Tenant"), Shape.TENANT, "tenant_name")
_PROPERTY = Column(gettext_lazy("Property"), Shape.PROPERTY, "property_code")
_AGENT = Column(gettext_lazy("Agent"), Shape.TEXT, "agent")
_WHO = (_CONTRACT, _TENANT, _PROPERTY)
_LAST_CONTRACT = Column(gettext_lazy("Last contract"), Shape.CONTRACT, "contract_reference")
_LAST_TENANT = Column(gettext_lazy("Last tenant"), Shape.TENANT, "tenant_name")


def _date(heading: Text, fact: str) -> Column:
    return Column(heading, Shape.DATE, fact)


def _francs(heading: Text, fact: str = "amount") -> Column:
    return Column(heading, Shape.FRANCS, fact)


def _number(heading: Text, fact: str = "days") -> Column:
    return Column(heading, Shape.NUMBER, fact)


_RENT = _francs(gettext_lazy("Rent"))
_DUE_ON = _date(gettext_lazy("Due on"), "since")
_ENDED_ON = _date(gettext_lazy("Ended on"), "since")
_TERM = _date(gettext_lazy("End of term"), "since")
_SETTLED_ON = _date(gettext_lazy("Settled on"), "until")
_KIND = Column(gettext_lazy("Kind"), Shape.KIND, "kind")
_SINCE = _date(gettext_lazy("Since"), "since")
_LITIGATIONS = _number(gettext_lazy("Litigations"), "number")
_MISSING_RENT = (
    _DUE_ON,
    _RENT,
    _francs(gettext_lazy("Received"), "received"),
    _francs(gettext_lazy("Missing"), "lacking"),
    _date(gettext_lazy("Paid since, on"), "until"),
)
_DEPOSIT = (
    _francs(gettext_lazy("Deposit")),
    _francs(gettext_lazy("Refunded"), "received"),
    _francs(gettext_lazy("Kept"), "lacking"),
    Column(gettext_lazy("State"), Shape.RECORD, "kind"),
)
_ANSWER = (
    _TENANT,
    _number(gettext_lazy("Rating"), "number"),
    _date(gettext_lazy("Answered on"), "since"),
    Column(gettext_lazy("Comment"), Shape.TEXT, "remark"),
    _CONTRACT,
    _PROPERTY,
    _AGENT,
)

GROUP_LABELS: Mapping[str, Mapping[str, GroupLabel]] = {
    "averageResolutionTime": {
        "closed": GroupLabel(
            gettext_lazy("Closed, the slowest first"),
            gettext_lazy("No notice and no litigation was closed."),
            (
                Column(gettext_lazy("Matter"), Shape.RECORD, "kind"),
                *_WHO,
                _date(gettext_lazy("Opened on"), "since"),
                _date(gettext_lazy("Closed on"), "until"),
                _number(gettext_lazy("Days")),
                _AGENT,
            ),
        ),
    },
    "resolutionRate": {
        "disputed": GroupLabel(
            gettext_lazy("Ended with a litigation"),
            gettext_lazy("No contract that ended had a litigation."),
            (
                *_WHO,
                _ENDED_ON,
                _LITIGATIONS,
                _date(gettext_lazy("All resolved on"), "until"),
                _number(gettext_lazy("Days of litigation")),
                _AGENT,
            ),
        ),
        "undisputed": GroupLabel(
            gettext_lazy("Ended without a litigation"),
            gettext_lazy("Every contract that ended had a litigation."),
            (*_WHO, _ENDED_ON, _RENT, _AGENT),
        ),
    },
    "depositReturnRate": {
        "not_full": GroupLabel(
            gettext_lazy("Not returned in full"),
            gettext_lazy("Every deposit settled was returned in full."),
            (*_WHO, _SETTLED_ON, *_DEPOSIT, _AGENT),
        ),
        "full": GroupLabel(
            gettext_lazy("Those returned in full"),
            gettext_lazy("No deposit settled was returned in full."),
            (*_WHO, _SETTLED_ON, *_DEPOSIT[:2], _AGENT),
        ),
    },
    "depositReturnTime": {
        "timed": GroupLabel(
            gettext_lazy("Settled, the slowest first"),
            gettext_lazy("No deposit of a contract that has ended was settled."),
            (*_WHO, _ENDED_ON, _SETTLED_ON, _number(gettext_lazy("Days")), *_DEPOSIT[:2], _DEPOSIT[3], _AGENT),
        ),
    },
    "npsScore": {
        "detractors": GroupLabel(
            gettext_lazy("Dissatisfied: 0 to 6"), gettext_lazy("Nobody gave a rating from 0 to 6."), _ANSWER
        ),
        "neutral": GroupLabel(
            gettext_lazy("Neutral: 7 and 8"), gettext_lazy("Nobody gave a rating of 7 or 8."), _ANSWER
        ),
        "promoters": GroupLabel(
            gettext_lazy("Would recommend us: 9 and 10"), gettext_lazy("Nobody gave a rating of 9 or 10."), _ANSWER
        ),
    },
    "tenantRetentionRate": {
        "left": GroupLabel(
            gettext_lazy("Tenants who left"),
            gettext_lazy("No tenant left."),
            (
                _TENANT,
                _CONTRACT,
                _PROPERTY,
                _date(gettext_lazy("Left on"), "until"),
                _number(gettext_lazy("Days since")),
                _RENT,
                _AGENT,
            ),
        ),
        "stayed": GroupLabel(
            gettext_lazy("Tenants who stayed"),
            gettext_lazy("No tenant stayed."),
            (_TENANT, _CONTRACT, _PROPERTY, _SINCE, _RENT, _AGENT),
        ),
    },
    "agentProductivity": {
        "signed": GroupLabel(
            gettext_lazy("Contracts signed"),
            gettext_lazy("No contract was signed."),
            (_AGENT, *_WHO, _date(gettext_lazy("Signed on"), "since"), _RENT),
        ),
    },
    "revenuePerAgent": {
        "in_force": GroupLabel(
            gettext_lazy("Contracts in force"),
            gettext_lazy("No contract was in force."),
            (*_WHO, _SINCE, _RENT, _AGENT),
        ),
    },
    "occupancyRate": {
        "empty": GroupLabel(
            gettext_lazy("Properties empty"),
            gettext_lazy("No property stood empty."),
            (
                _PROPERTY,
                _KIND,
                _date(gettext_lazy("Empty since"), "since"),
                _number(gettext_lazy("Days")),
                _date(gettext_lazy("Let again from"), "until"),
                _RENT,
                _LAST_CONTRACT,
                _LAST_TENANT,
            ),
        ),
        "let": GroupLabel(
            gettext_lazy("Properties let"),
            gettext_lazy("No property was let."),
            (_PROPERTY, _KIND, _CONTRACT, _TENANT, _SINCE, _RENT, _AGENT),
        ),
    },
    "portfolioRiskScore": {
        "missed": GroupLabel(
            gettext_lazy("Rents unpaid 30 days after they were due"),
            gettext_lazy("No rent was unpaid 30 days after it was due."),
            (*_WHO, *_MISSING_RENT, _AGENT),
            has_tasks=True,
        ),
        "disputed": GroupLabel(
            gettext_lazy("Contracts in litigation"),
            gettext_lazy("No contract was in litigation."),
            (
                *_WHO,
                _LITIGATIONS,
                _date(gettext_lazy("Opened on"), "since"),
                _number(gettext_lazy("Days")),
                _RENT,
                _AGENT,
            ),
        ),
        "silent": GroupLabel(
            gettext_lazy("Without payment or contact"),
            gettext_lazy("Every contract had a payment, or its tenant was spoken to, in the 30 days."),
            (
                *_WHO,
                _date(gettext_lazy("Last payment"), "since"),
                _date(gettext_lazy("Last contact"), "until"),
                _number(gettext_lazy("Days")),
                _RENT,
                _AGENT,
            ),
        ),
    },
    "paymentCollectionRate": {
        "open": GroupLabel(
            gettext_lazy("Not received in full"),
            gettext_lazy("Every rent due was received in full."),
            (*_WHO, *_MISSING_RENT, _AGENT),
            has_tasks=True,
        ),
        "paid": GroupLabel(
            gettext_lazy("Received in full"),
            gettext_lazy("No rent due was received in full."),
            (*_WHO, _DUE_ON, _RENT, _date(gettext_lazy("Paid on"), "until"), _AGENT),
        ),
    },
    "renewalRate": {
        "not_renewed": GroupLabel(
            gettext_lazy("Not renewed"),
            gettext_lazy("Every contract that came to its term was renewed, or runs on."),
            (*_WHO, _TERM, _date(gettext_lazy("Ended on"), "until"), _RENT, _AGENT),
        ),
        "renewed": GroupLabel(
            gettext_lazy("Renewed, or running on"),
            gettext_lazy("No contract that came to its term was renewed."),
            (*_WHO, _TERM, Column(gettext_lazy("How"), Shape.KIND, "kind"), _RENT, _AGENT),
        ),
    },
}

_HOW = {"runs_on": gettext_lazy("Runs on"), "followed": gettext_lazy("New contract")}


def lines(rows: Iterable[Row], columns: Sequence[Column], site_names: Mapping[str, str]) -> list[Line]:
    """The rows as a page shows them."""
    return [
        Line(row, site_names[row.site_code], tuple(Cell(column, _fact(row, column)) for column in columns))
        for row in rows
    ]


def table(rows: Iterable[Row], columns: Sequence[Column], site_names: Mapping[str, str]) -> Iterator[list[Any]]:
    """The rows as a spreadsheet has them: headings first, one fact in each cell, francs as plain numbers."""
    has_francs = any(column.shape is Shape.FRANCS for column in columns)
    headings: list[Any] = [_("Site")]
    for column in columns:
        headings += [column.heading, *_BESIDE.get(column.shape, {}).values()]
    yield [*headings, _("Currency")] if has_francs else headings
    for row in rows:
        cells = [site_names[row.site_code]]
        for column in columns:
            cells += [_fact(row, column), *(getattr(row, name) for name in _BESIDE.get(column.shape, ()))]
        yield [*cells, row.currency] if has_francs else cells


# What a page writes below a fact has a column of its own in a spreadsheet.
_BESIDE: Mapping[Shape, Mapping[str, Text]] = {
    Shape.TENANT: {"phone": gettext_lazy("Phone")},
    Shape.PROPERTY: {"neighbourhood": gettext_lazy("Neighbourhood")},
}


def _fact(row: Row, column: Column) -> Any:
    return _kind(row) if column.fact == "kind" else getattr(row, column.fact)


def _kind(row: Row) -> Text | None:
    if row.kind is None:
        return None
    match row.model:
        case "notice":
            return Notice.Kind(row.kind).label
        case "litigation":
            return _("Litigation: %(kind)s") % {"kind": Litigation.Kind(row.kind).label}
        case "deposit":
            return Deposit.State(row.kind).label
        case "property":
            return Property.Kind(row.kind).label
    return _HOW[row.kind]
