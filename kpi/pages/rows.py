"""The rows behind an indicator in words: each fact as its column writes it, on the page and in a spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpi.indicators.rows import Column, Shape, Text
from kpi.report.rows import Row
from leasing.models import Deposit, Litigation, Notice, Property


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
    return _kind(row, column) if column.fact == "kind" else getattr(row, column.fact)


def _kind(row: Row, column: Column) -> Text | None:
    if row.kind is None or column.words:
        return column.words.get(row.kind)
    match row.model:
        case "notice":
            return Notice.Kind(row.kind).label
        case "litigation":
            return _("Litigation: %(kind)s") % {"kind": Litigation.Kind(row.kind).label}
        case "deposit":
            return Deposit.State(row.kind).label
        case "property":
            return Property.Kind(row.kind).label
        case _other:
            raise ValueError(f"{row.model} has no kinds of its own: its column says them")
