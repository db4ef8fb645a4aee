"""The cells of a workbook as they are stored, row by row; rows and columns that are not there are not made up."""

import datetime as dt
import warnings
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import IO, Any

from imports.folding import file_word
from imports.spreadsheets.archives import XmlArchive, open_archive
from imports.spreadsheets.limits import BeyondLimit, Limits

GLANCE = 20
"""So many rows say whether a sheet that no table is named after holds something."""

Write = Callable[[Any], None]


@dataclass(frozen=True)
class _Sheet:
    """A sheet of a workbook that is open: its title, and the archive's member that has its cells."""

    title: str
    member: str
    reader: Any


def write_workbook(source: IO[bytes], write: Write, limits: Limits, names: Collection[str]) -> None:
    """Tell `write` of each sheet, and of each filled row in those that are read.

    Raises BeyondLimit, or whatever a reader trips over in a damaged file.

    A sheet is read when its name, folded, is one of `names`, or when it is the only one.
    {"sheet": title, "read": true} comes before its rows, [line, cells]; {"sheet": title, "read": false, "holds": …}.
    """
    sheets = _open(source, limits)
    if len(sheets) > limits.sheets:
        raise BeyondLimit("sheets", limit=limits.sheets)
    rows = _Rows(limits)
    for sheet in sheets:
        if len(sheets) == 1 or file_word(sheet.title) in names:
            write({"sheet": sheet.title, "read": True})
            for row in rows.of(sheet):
                write(row)
        else:
            write({"sheet": sheet.title, "read": False, "holds": _holds_something(sheet)})


def _open(source: IO[bytes], limits: Limits) -> list[_Sheet]:
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.styles.stylesheet import apply_stylesheet

    open_archive(source, limits)
    warnings.simplefilter("ignore")
    # Values, not formulas: what the person saw in the cell. No links: nothing is looked up elsewhere.
    reader = ExcelReader(source, read_only=True, data_only=True, keep_links=False)
    reader.archive = XmlArchive(source, limits)
    # Not reader.read(): it goes through a sheet to its end for the size, and takes parts that nobody asks for.
    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    return [
        _Sheet(sheet.name, relation.target, reader)
        for sheet, relation in reader.parser.find_sheets()
        if relation.target in reader.valid_files and "chartsheet" not in relation.Type
    ]


class _Rows:
    """Rows of one sheet after the other; counts what is in all of them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._characters = 0

    def of(self, sheet: _Sheet) -> Iterator[list[Any]]:
        """[line, cells] of each row that holds something."""
        count = 0
        for line, cells in _stored(sheet):
            row = self._row(sheet.title, line, cells)
            if row:
                count += 1
                if count > self._limits.rows:
                    raise BeyondLimit("rows", limit=self._limits.rows, sheet=sheet.title, line=line)
                yield [line, row]

    def _row(self, sheet: str, line: int, cells: list[dict[str, Any]]) -> list[Any]:
        row: list[Any] = []
        for cell in cells:
            value, column = cell["value"], cell["column"]
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            if column > self._limits.columns:
                raise BeyondLimit("columns", limit=self._limits.columns, sheet=sheet, line=line)
            if isinstance(value, str):
                self._characters += len(value)
                if len(value) > self._limits.cell_characters:
                    raise BeyondLimit("cell", limit=self._limits.cell_characters, sheet=sheet, line=line)
                if self._characters > self._limits.text_characters:
                    raise BeyondLimit("text", limit=self._limits.text_characters, sheet=sheet, line=line)
            row += [None] * (column - len(row))
            row[column - 1] = _plain(value)
        return row


def _stored(sheet: _Sheet) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    # Not a worksheet's iter_rows: that makes every row and cell up to the size that the sheet claims to have.
    from openpyxl.worksheet._reader import WorkSheetParser

    book = sheet.reader.wb
    try:
        with sheet.reader.archive.open(sheet.member) as part:
            parser = WorkSheetParser(
                part,
                sheet.reader.shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            yield from parser.parse()
    except BeyondLimit as refused:
        refused.sheet = refused.sheet or sheet.title
        raise
    except MemoryError as error:
        raise BeyondLimit("memory", limit=sheet.reader.archive.limits.memory_bytes, sheet=sheet.title) from error
    except Exception as error:
        raise BeyondLimit("damaged", sheet=sheet.title) from error


def _holds_something(sheet: _Sheet) -> bool:
    try:
        for line, cells in _stored(sheet):
            if line > GLANCE:
                return False
            if any(str(cell["value"] or "").strip() for cell in cells):
                return True
    except BeyondLimit:
        return True  # what it holds cannot be read: that it is left out is worth saying all the more
    return False


def _plain(value: Any) -> Any:
    """A cell as JSON holds it: days and hours as their kind and ISO text."""
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return [type(value).__name__, value.isoformat()]
    return str(value)
