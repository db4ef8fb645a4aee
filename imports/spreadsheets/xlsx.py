"""Excel's own workbooks, .xlsx and .xlsm, row by row; rows and columns that are not there are not made up."""

import datetime as dt
import warnings
from typing import IO, Any
from xml.etree.ElementTree import iterparse

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet._reader import FORMULA_TAG, MERGE_TAG, VALUE_TAG, WorkSheetParser

from imports.spreadsheets.archives import XmlArchive, open_archive
from imports.spreadsheets.cells import NoResult
from imports.spreadsheets.formats import OF_THE_READER, shown_number
from imports.spreadsheets.limits import Limits
from imports.spreadsheets.sheets import Lines, Merges, OpenSheet, Range, SheetLook

_PIECE = 1 << 20
_TRUE = {"1", "true"}


def open_xlsx(source: IO[bytes], limits: Limits) -> list[OpenSheet]:
    """The sheets of a workbook, without charts. Raises BeyondLimit, or whatever openpyxl trips over."""
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
    formats = _formats(reader.wb)
    return [
        OpenSheet(sheet.name, sheet.state != "visible", _lines_of(reader, relation.target, formats, limits))
        for sheet, relation in reader.parser.find_sheets()
        if relation.target in reader.valid_files and "chartsheet" not in relation.Type
    ]


def _formats(book: Any) -> dict[int, tuple[str, bool]]:
    """The number format of each style of a cell that has one, and whether its currency is that of the reader."""
    own = book._number_formats
    found: dict[int, tuple[str, bool]] = {}
    for style, cell_style in enumerate(book._cell_styles):
        number = cell_style.numFmtId
        if number >= BUILTIN_FORMATS_MAX_SIZE and number - BUILTIN_FORMATS_MAX_SIZE < len(own):
            found[style] = own[number - BUILTIN_FORMATS_MAX_SIZE], False
        elif number in BUILTIN_FORMATS and number:
            found[style] = BUILTIN_FORMATS[number], number in OF_THE_READER
    return found


def _lines_of(reader: Any, member: str, formats: dict[int, tuple[str, bool]], limits: Limits) -> Any:
    def lines(about: SheetLook) -> Lines:
        # They stand behind the cells, and are needed before.
        about.merged += _merged(reader.archive, member)
        merges = Merges(about.merged, limits.columns)
        with reader.archive.open(member) as part:
            parser = _Parser(part, reader, formats)
            # Not a worksheet's iter_rows: that makes every row and cell up to the size that the sheet claims to have.
            for line, stored in parser.parse():
                cells = {cell["column"]: cell["value"] for cell in stored if cell["value"] is not None}
                merges.fill(line, cells)
                if parser.row_is_hidden and cells:
                    about.add_hidden(line)
                yield line, cells
            about.hidden_columns += parser.hidden_columns

    return lines


def _merged(archive: XmlArchive, member: str) -> list[Range]:
    if not _has_merges(archive, member):
        return []
    found: list[Range] = []
    with archive.open(member) as part:
        for _event, element in iterparse(part):  # noqa: S314 -- XmlArchive refuses declarations
            if element.tag == MERGE_TAG:
                for merged in element:
                    column, line, last_column, last_line = range_boundaries(merged.get("ref", ""))
                    found.append((int(line or 1), int(column or 1), int(last_line or 1), int(last_column or 1)))
            if not element.tag.endswith("mergeCell"):
                element.clear()
    return found


def _has_merges(archive: XmlArchive, member: str) -> bool:
    """Whether the word is in the sheet's bytes at all: far faster than reading its XML."""
    tail = b""
    with archive.open(member) as part:
        while piece := part.read(_PIECE):
            # An XML of two bytes a letter has NULs between them.
            if b"mergeCells" in (tail + piece).replace(b"\0", b""):
                return True
            tail = piece[-40:]
    return False


class _Parser(WorkSheetParser):
    """openpyxl's, which also says what a cell shows, that a formula has no result, and what is hidden."""

    def __init__(self, part: Any, reader: Any, formats: dict[int, tuple[str, bool]]) -> None:
        book = reader.wb
        super().__init__(
            part,
            reader.shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        self.row_is_hidden = False
        self.hidden_columns: list[int] = []
        self._formats = formats

    def parse_row(self, row: Any) -> Any:
        self.row_is_hidden = row.get("hidden") in _TRUE
        parsed = super().parse_row(row)
        self.row_dimensions.clear()  # nobody asks for them, and there may be half a million
        return parsed

    def parse_column_dimensions(self, col: Any) -> None:
        if col.get("hidden") in _TRUE:
            first, last = int(col.get("min")), int(col.get("max"))
            self.hidden_columns += range(first, min(last, first + 499) + 1)

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell = super().parse_cell(element)
        value = cell["value"]
        if value is None:
            formula = element.find(FORMULA_TAG)
            if formula is not None and not _has_result(element):
                cell["value"] = NoResult("=" + (formula.text or ""))
        elif cell["style_id"] in self._formats and type(value) in (int, float):
            code, is_of_the_reader = self._formats[cell["style_id"]]
            cell["value"] = shown_number(value, code, is_of_the_reader=is_of_the_reader)
        elif isinstance(value, dt.timedelta):
            cell["value"] = str(value)
        return cell


def _has_result(element: Any) -> bool:
    # A formula may well result in nothing to see: then it says that its result is a text.
    return element.get("t") == "str" and element.find(VALUE_TAG) is not None
