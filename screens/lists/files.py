"""What is shown, as a file: everything found, in the order of the page, a column for each fact."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from screens.exports import as_csv, as_xlsx, download, readable_number
from screens.lists.address import ListState
from screens.lists.columns import Column, Kind, fact
from screens.lists.sources import FoundRows

MAX_FILE_ROWS = 200_000
_LONGEST_SHEET_NAME = 31
_XLSX_FORMATS = {Kind.FRANCS: "#,##0", Kind.PERCENT: "0.0%", Kind.DATE: "dd/mm/yyyy", Kind.MOMENT: "dd/mm/yyyy hh:mm"}


def file_of(asked: ListState, found: FoundRows) -> HttpResponse:
    """The file that was asked for, with the rows that were found for it."""
    listing = asked.listing
    columns = [column for column in listing.columns if column.in_file]
    rows = _table(asked, columns, found)
    if asked.file == "csv":
        content = as_csv([readable_number(cell) for cell in row] for row in rows)
    else:
        formats = [_XLSX_FORMATS.get(column.kind, "") for column in columns]
        content = as_xlsx({listing.name[:_LONGEST_SHEET_NAME]: rows}, formats)
    return download(content, f"{listing.name}.{asked.file}")


def _table(asked: ListState, columns: list[Column], found: FoundRows) -> Iterator[list[Any]]:
    """Headings first. Francs are plain numbers, with their currency in a column of its own at the end."""
    has_francs = any(column.kind is Kind.FRANCS for column in columns)
    headings = [str(column.heading) for column in columns]
    yield [*headings, _("Currency")] if has_francs else headings
    for row in found.rows:
        cells = [_cell(fact(row, column.value), column.kind) for column in columns]
        yield [*cells, fact(row, asked.listing.currency)] if has_francs else cells


def _cell(value: Any, kind: Kind) -> Any:
    if value is None:
        return None
    if kind is Kind.MOMENT:
        # A spreadsheet knows no time zones: it has the clock that the page shows.
        return localtime(value).replace(tzinfo=None, second=0, microsecond=0)
    if kind is Kind.PERCENT:
        return Decimal(str(value))
    return str(value) if kind is Kind.TEXT else value
