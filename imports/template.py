"""The empty template: an Excel file with a sheet for each table, an example line in each, and the words of choices."""

import datetime as dt
import io
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from imports.cells import OneOf, yes_or_no
from imports.choices import YES_OR_NO, Words
from imports.headings import HELP_SHEET, WORDS_SHEET, is_english
from imports.table import EXAMPLE, FileColumn, Table
from imports.tables import TABLES

_FILLED_IN = 1000
"""So many lines offer the words of a choice in a list."""
_GREY, _REQUIRED, _WIDEST = "FF7A7A7A", "FFFFF2CC", 36
_FORMATS = {int: "#,##0", dt.date: "dd/mm/yyyy", dt.datetime: "dd/mm/yyyy hh:mm"}


def empty_template(language: str) -> bytes:
    """The template as XLSX, in English for English readers and in French for everybody else."""
    import openpyxl

    spoken = "en" if is_english(language) else "fr"
    book = openpyxl.Workbook()
    with translation.override(spoken):
        _write_help(book.worksheets[0], HELP_SHEET[spoken])
        sheets = {name: book.create_sheet(str(table.label)) for name, table in TABLES.items()}
        lists = _write_words(book.create_sheet(WORDS_SHEET[spoken]), spoken)
        for name, sheet in sheets.items():
            _write_table(sheet, TABLES[name], lists, spoken)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _write_help(sheet: Any, title: str) -> None:
    from openpyxl.styles import Alignment, Font

    lines = [
        _("How to fill in this file"),
        _("Each sheet holds a table. Fill in those that you have, one line each; leave the others as they are."),
        _("Columns with * are needed; the others may stay empty. Columns may be moved or taken away."),
        _("The grey line of each sheet is an example, known by its first cell: it is never imported. Write below it."),
        _("A contract names its property and its tenant by their codes, a payment its contract by its reference."),
        _("Days: 23/11/2026. Amounts: whole francs, 1 500 000. The currency is that of the branch."),
        _("Columns with a list take the words of the last sheet, in French or in English."),
        _("Then send the file on the page Import: “Check only” says what would come in, and changes nothing."),
    ]
    sheet.title = title
    sheet.column_dimensions["A"].width = 100
    for number, line in enumerate(lines, 1):
        cell = sheet.cell(number, 1, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(1, 1).font = Font(bold=True, size=14)


def _write_words(sheet: Any, spoken: str) -> dict[tuple[str, str], str]:
    """The words of all choices; returns where those of each column stand that a cell offers first."""
    lists = {}
    sheet.append([_("Sheet"), _("Column"), _("Write"), _("Also understood")])
    for table in TABLES.values():
        for name, column in table.columns.items():
            words = _words_of(column)
            if words is None:
                continue
            first = sheet.max_row + 1
            for value in words.french:
                word, *others = words.spoken(value)
                sheet.append([str(table.label), _heading(name, column, spoken), word, ", ".join(others)])
            lists[table.name, name] = f"'{sheet.title}'!$C${first}:$C${sheet.max_row}"
    _make_head(sheet)
    for letter, width in zip("ABCD", (18, 22, 26, 80), strict=True):
        sheet.column_dimensions[letter].width = width
    return lists


def _write_table(sheet: Any, table: Table, lists: dict[tuple[str, str], str], spoken: str) -> None:
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    for number, (name, column) in enumerate(table.columns.items(), 1):
        letter = get_column_letter(number)
        head = sheet.cell(1, number, _heading(name, column, spoken) + (" *" if column.required else ""))
        if column.required:
            head.fill = PatternFill("solid", fgColor=_REQUIRED)
        example = sheet.cell(2, number, _example(table, name, column, spoken))
        example.font = Font(italic=True, color=_GREY)
        shown = _FORMATS.get(type(example.value), "")
        if shown:
            example.number_format = shown
        longest = max(len(head.value), len(str(example.value or "")))
        sheet.column_dimensions[letter].width = min(longest + 3, _WIDEST)
        if (table.name, name) in lists:
            # Offers its words and refuses none: the import takes others too.
            words = DataValidation("list", formula1=lists[table.name, name], allow_blank=True, showErrorMessage=False)
            words.add(f"{letter}2:{letter}{_FILLED_IN}")
            sheet.add_data_validation(words)
    _make_head(sheet)


def _make_head(sheet: Any) -> None:
    from openpyxl.styles import Font

    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"


def _heading(name: str, column: FileColumn, spoken: str) -> str:
    heading = name.replace("_", " ") if spoken == "en" else column.french
    return heading[0].upper() + heading[1:]


def _example(table: Table, name: str, column: FileColumn, spoken: str) -> Any:
    key = EXAMPLE if spoken == "en" else "exemple"
    value = key if name == table.row._fields[0] else table.example.get(name)
    if value == EXAMPLE:
        return key
    words = _words_of(column)
    return words.spoken(value)[0] if words and value is not None else value


def _words_of(column: FileColumn) -> Words | None:
    if column.read is yes_or_no:
        return YES_OR_NO
    return column.read.words if isinstance(column.read, OneOf) else None
