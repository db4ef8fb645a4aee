"""The list of the rows behind an indicator: its columns for the page, the phone, CSV and XLSX."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kpi.indicators import rows as declared
from kpi.indicators.rows import Group, Shape
from kpi.report.rows import PAGE_ROWS, SORTABLE, Evidence, Row
from leasing.models import Deposit, Litigation, Notice, Property
from screens.lists import Column, Empty, FoundRows, Kind, Listing

_KINDS = {Shape.DATE: Kind.DATE, Shape.NUMBER: Kind.NUMBER, Shape.FRANCS: Kind.FRANCS}
# What the page writes with something beside it: links, a phone, a neighbourhood; or cut short.
_CELL = "kpi/_cell.html"
_TEMPLATED = (Shape.CONTRACT, Shape.TENANT, Shape.PROPERTY, Shape.RECORD, Shape.TEXT)


def listing_of(group: Group, name: str, site_names: Mapping[str, str], empty: Empty) -> Listing:
    """The list of one group. `name` is its files'. The page says the site where there are several."""
    return Listing(
        name=name,
        columns=tuple(_columns(group, site_names)),
        empty=empty,
        currency="currency",
        page_rows=PAGE_ROWS,
    )


def found_in(evidence: Evidence) -> FoundRows:
    """A page of a group, with its sums by column."""
    sums: dict[str, dict[str, int]] = {}
    for currency, of_currency in evidence.sums.items():
        for fact, amount in of_currency.items():
            if amount is not None:
                sums.setdefault(fact, {})[currency] = amount
    return FoundRows(evidence.rows, evidence.count, evidence.page, sums)


def _columns(group: Group, site_names: Mapping[str, str]) -> Iterator[Column]:
    site = _("Site")
    yield Column("site", site, lambda row: site_names[row.site_code], on_page=False)
    for place, column in enumerate(group.columns):
        yield _column(column)
        if place == 0 and len(site_names) > 1:
            yield Column("site_here", site, lambda row: site_names[row.site_code], in_file=False)
        # What the page writes below a fact has a column of its own in a file.
        if column.shape is Shape.TENANT:
            yield Column("phone", _("Phone"), "phone", on_page=False)
        if column.shape is Shape.PROPERTY:
            yield Column("neighbourhood", _("Neighbourhood"), "neighbourhood", on_page=False)


def _column(column: declared.FactColumn) -> Column:
    return Column(
        name=column.fact,
        heading=str(column.heading),
        value=(lambda row: _kind(row, column)) if column.fact == "kind" else column.fact,
        kind=_KINDS.get(column.shape, Kind.TEXT),
        sort=column.fact in SORTABLE,
        template=_CELL if column.shape in _TEMPLATED else "",
    )


def _kind(row: Row, column: declared.FactColumn) -> Any:
    if row.kind is None:
        return None
    if column.words:
        return column.words.get(row.kind)
    match row.model:
        case "notice":
            return Notice.Kind(row.kind).label
        case "litigation":
            return _("Dispute: %(kind)s") % {"kind": Litigation.Kind(row.kind).label}
        case "deposit":
            return Deposit.State(row.kind).label
        case "property":
            return Property.Kind(row.kind).label
        case _other:
            raise ValueError(f"{row.model} has no kinds of its own: its column says them")
