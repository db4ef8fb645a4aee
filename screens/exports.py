"""Files that a spreadsheet opens: rows as CSV or XLSX, and the answer that makes a browser save them."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MAX_XLSX_ROWS = 200_000

# What a spreadsheet would run; a phone (+224 620…) or a number is none of it.
_FORMULA = re.compile(r"^'*[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?\d[\d .,\u00a0\u202f]*$")
# What XML, and so XLSX, cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class TooManyRows(Exception):
    """What was asked for does not fit a file of a bearable size; the message is for the person who asked."""


def download(content: bytes, name: str) -> HttpResponse:
    """A file that the browser saves instead of showing it. `name` ends in the kind of file that it is, one of KINDS."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=KINDS[name.rpartition(".")[2]], headers=headers)


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet runs as a formula: an apostrophe in front, which the import takes off again."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.match(value):
        return f"'{value}"
    return value


def as_csv(rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows as the CSV that spreadsheets in French open with a double click: UTF-8 with BOM, semicolons."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([safe_cell(_plain(cell)) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Mapping[str, Iterable[Iterable[Any]]]) -> bytes:
    """Rows as an XLSX, a sheet for each name. Dates and numbers stay what they are."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([_xlsx_cell(cell) for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _plain(cell: Any) -> Any:
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, dt.date) else _text(cell)


def _xlsx_cell(cell: Any) -> Any:
    if cell is None or isinstance(cell, dt.date | int | Decimal):
        return cell
    return safe_cell(_CONTROL.sub(" ", _text(cell)))


def _text(cell: Any) -> Any:
    # How str() writes a phone depends on a setting.
    return getattr(cell, "as_e164", cell)
