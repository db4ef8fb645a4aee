"""Workbooks of the old kind, .xls, which xlrd holds as a whole: they end at 65,536 rows and 256 columns."""

import io
from typing import IO, Any

import xlrd
from xlrd import sheet as xlrd_sheet
from xlrd.formatting import std_format_strings

from imports.spreadsheets.formats import OF_THE_READER, shown_number
from imports.spreadsheets.limits import BeyondLimit, Limits
from imports.spreadsheets.sheets import Cells, Lines, Merges, OpenSheet, SheetLook

# A workbook with a password for opening it is, in its newer kind, this stream of an old one.
_LOCKED = "EncryptedPackage".encode("utf-16-le")


def open_xls(source: IO[bytes], limits: Limits) -> list[OpenSheet]:
    """The sheets of a workbook, without charts and macros. Raises BeyondLimit, or whatever xlrd trips over."""
    content = source.read()
    if _LOCKED in content:
        raise BeyondLimit("locked")
    try:
        # With its formats: what a code shows, what is merged and what is hidden is in them.
        book = xlrd.open_workbook(
            file_contents=content, logfile=io.StringIO(), formatting_info=True, on_demand=True, ragged_rows=True
        )
    except xlrd.XLRDError as error:
        raise BeyondLimit("locked" if "encrypted" in str(error).lower() else "damaged") from error
    if book.nsheets > limits.sheets:
        raise BeyondLimit("sheets", limit=limits.sheets)
    return [
        OpenSheet(title, bool(book._sheet_visibility[number]), _lines_of(book, number, limits))
        for number, title in enumerate(book.sheet_names())
    ]


def _lines_of(book: Any, number: int, limits: Limits) -> Any:
    def lines(about: SheetLook) -> Lines:
        sheet = book.sheet_by_index(number)
        about.merged += [(first + 1, left + 1, behind, right) for first, behind, left, right in sheet.merged_cells]
        about.hidden_columns += [column + 1 for column, info in sheet.colinfo_map.items() if info.hidden]
        merges = Merges(about.merged, limits.columns)
        for row in range(sheet.nrows):
            cells: Cells = {}
            for column in range(sheet.row_len(row)):
                value = _value(book, sheet, row, column)
                if value is not None:
                    cells[column + 1] = value
            merges.fill(row + 1, cells)
            if cells and row in sheet.rowinfo_map and sheet.rowinfo_map[row].hidden:
                about.add_hidden(row + 1)
            yield row + 1, cells
        book.unload_sheet(number)

    return lines


def _value(book: Any, sheet: Any, row: int, column: int) -> Any:
    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind == xlrd_sheet.XL_CELL_NUMBER:
        key = book.xf_list[sheet.cell_xf_index(row, column)].format_key
        code = book.format_map[key].format_str
        # Where the file has no words of its own for it, these are xlrd's.
        return shown_number(value, code, is_of_the_reader=std_format_strings.get(key) == code and key in OF_THE_READER)
    if kind == xlrd_sheet.XL_CELL_DATE:
        try:
            moment = xlrd.xldate.xldate_as_datetime(value, book.datemode)
        except (ValueError, OverflowError):
            return "#VALUE!"  # what is marked as a day and is none
        return moment.time() if 0 <= value < 1 else moment
    if kind == xlrd_sheet.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(value, "#VALUE!")
    if kind == xlrd_sheet.XL_CELL_BOOLEAN:
        return bool(value)
    return value if kind == xlrd_sheet.XL_CELL_TEXT and value else None
