"""Files that a spreadsheet opens: rows as CSV or XLSX, and the answer that makes a browser save them."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.formats import number_format

from screens.harmless import harmless

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MAX_XLSX_ROWS = 200_000

# How a spreadsheet shows what a column says nothing about.
_FORMATS = {int: "#,##0", dt.date: "dd/mm/yyyy", dt.datetime: "dd/mm/yyyy hh:mm"}
_NARROWEST, _WIDEST = 12, 40
# What XML, and so XLSX, cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class TooManyRows(Exception):
    """What was asked for does not fit a file of a bearable size; the message is for the person who asked."""


def download(content: bytes, name: str) -> HttpResponse:
    """A file that the browser saves instead of showing it. `name` ends in the kind of file that it is, one of KINDS."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=KINDS[name.rpartition(".")[2]], headers=headers)


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet runs as a formula: an apostrophe in front, which the import takes off again."""
    return harmless(value) if isinstance(value, str) else value


def as_csv(rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows as the CSV that spreadsheets in French open with a double click: UTF-8 with BOM, semicolons."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([safe_cell(_plain(cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def readable_number(cell: Any) -> Any:
    """A decimal as a CSV reader in the active language knows it: 91,3 in French. Anything else stays what it is."""
    return number_format(cell, use_l10n=True, force_grouping=False) if isinstance(cell, float | Decimal) else cell


def readable_rows(rows: Iterable[Iterable[Any]]) -> Iterator[list[Any]]:
    """Rows whose decimals are as a CSV reader in the active language knows them."""
    for row in rows:
        yield [readable_number(cell) for cell in row]


def as_xlsx(sheets: Mapping[str, Iterable[Iterable[Any]]], formats: Sequence[str] = ()) -> bytes:
    """Rows as an XLSX, a sheet for each name; the first row is its head, bold, and stays when one scrolls.

    Dates and numbers stay what they are. `formats` says how a column shows them ("0.0%"), where not as their kind does.
    """
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        rows = iter(rows)
        head = [WriteOnlyCell(sheet, value=_xlsx_cell(cell)) for cell in next(rows, ())]
        for number, cell in enumerate(head, 1):
            cell.font = Font(bold=True)
            # A date in a column that is too narrow for it is shown as ####.
            width = min(max(len(str(cell.value)) + 2, _NARROWEST), _WIDEST)
            sheet.column_dimensions[get_column_letter(number)].width = width
        sheet.append(head)
        for row in _formatted(sheet, rows, formats):
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _formatted(sheet: Any, rows: Iterable[Iterable[Any]], formats: Sequence[str]) -> Iterator[list[Any]]:
    """The rows as cells, which are written before the next are made: one cell for each format is enough."""
    from openpyxl.cell import WriteOnlyCell

    cells: dict[tuple[int, str], Any] = {}
    for row in rows:
        line = []
        for number, value in enumerate(row):
            plain = _xlsx_cell(value)
            how = (formats[number] if number < len(formats) else "") or _FORMATS.get(type(plain), "")
            if how and not isinstance(plain, str):
                if (number, how) not in cells:
                    cells[number, how] = WriteOnlyCell(sheet)
                    cells[number, how].number_format = how
                cells[number, how].value = plain
                plain = cells[number, how]
            line.append(plain)
        yield line


def _plain(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "minutes")
    return cell.isoformat() if isinstance(cell, dt.date) else _text(cell)


def _xlsx_cell(cell: Any) -> Any:
    if cell is None or isinstance(cell, dt.date | int | float | Decimal):
        return cell
    return safe_cell(_CONTROL.sub(" ", _text(cell)))


def _text(cell: Any) -> Any:
    # How str() writes a phone depends on a setting. What becomes text only when it is written could be a formula.
    cell = getattr(cell, "as_e164", cell)
    return cell if isinstance(cell, int | float | Decimal) else str(cell)
