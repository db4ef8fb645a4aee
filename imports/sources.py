"""Spreadsheets as they come: CSV, workbooks or a zip of them; which sheet is which table, lines above the header.

Cells come out as they stand in the file; what they mean is `values`' business.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from imports.csv_files import HEADER_WITHIN, MAX_COLUMNS, csv_rows
from imports.headings import column_named, spoken, table_named, table_words
from imports.spreadsheets.apart import BookSheet, read_members, read_workbook, seconds_for
from imports.spreadsheets.cells import Merged
from imports.spreadsheets.limits import BeyondLimit, Limits
from imports.tables import TABLES
from imports.unreadable import UnreadableSource, of_refusal, refused_source, shown

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 500_000
MAX_FILES = 20
MAX_MEMBERS = 100

_CSV_ENDINGS = {".csv", ".txt", ".tsv"}
_BOOK_ENDINGS = {".xlsx", ".xlsm", ".xls", ".ods"}
ENDINGS = (".csv", ".xlsx", ".xls", ".ods", ".zip", ".txt", ".tsv", ".xlsm")
"""Of files that are read."""
# What systems and programs leave beside files: nobody put it there.
_LEFT_BY_PROGRAMS = re.compile(r"\..*|~\$.*|Thumbs\.db|desktop\.ini|Icon\r", re.IGNORECASE)
_TOLD = 20


@dataclass(frozen=True)
class Sheet:
    """One table of a source: its columns by position, and its rows with the line on which each starts.

    `headed` are the positions of all cells with a heading, known or not; `headings` how the known ones are written.
    `left_out`, on the first sheet of a workbook, are the names of those that hold something and no table; `not_read`,
    on the first of all sheets, are the names of files. `remarks` are sentences about the sheet.
    """

    table: str
    source: str
    columns: dict[int, str]
    headed: frozenset[int]
    ignored: tuple[str, ...]
    rows: Iterator[tuple[int, Sequence[Any]]] = field(repr=False)
    header: int = 1
    """The line that it stands on."""
    left_out: tuple[str, ...] = ()
    headings: Mapping[int, str] = field(default_factory=dict)
    not_read: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def open_sources(files: Sequence[tuple[str, bytes]], passed_over: Sequence[str] = ()) -> list[Sheet]:
    """The tables in files given by name and content. Raises UnreadableSource.

    A CSV holds the table that it is named for; a workbook one sheet per table; a zip any of these. `passed_over` are
    the names of files that cannot be read, and have not been.
    """
    if len(files) > MAX_FILES:
        raise UnreadableSource("", _("At most %(limit)d files at once.") % {"limit": MAX_FILES})
    if sum(len(content) for _name, content in files) > MAX_BYTES:
        raise UnreadableSource(
            shown(files[0][0]), _("More than %(limit)d MB: send it in parts.") % {"limit": MAX_BYTES // 1024 // 1024}
        )
    not_read = [shown(name) for name in passed_over]
    sheets = [sheet for name, content in files for sheet in _sheets_of(name, content, not_read)]
    if not sheets:
        raise UnreadableSource(shown(files[0][0]) if files else "", _no_table(not_read))
    sheets[0] = replace(sheets[0], not_read=tuple(not_read))
    seen: dict[str, str] = {}
    for sheet in sheets:
        if sheet.table in seen:
            raise UnreadableSource(
                sheet.source,
                _("%(other)s already contains the same table, %(table)s.")
                % {"other": seen[sheet.table], "table": sheet.table},
            )
        seen[sheet.table] = sheet.source
    return sheets


def _no_table(not_read: Sequence[str]) -> str:
    if not not_read:
        return _("There is no table in it.")
    return _("There is no table in it. Not named after a table: %(names)s.") % {"names": ", ".join(not_read[:_TOLD])}


def read_folder(path: Path) -> tuple[list[tuple[str, bytes]], list[str]]:
    """The files of a folder, or a single file, by name and content; and the names of those that cannot be read.

    Raises UnreadableSource.
    """
    passed_over: list[str] = []
    if path.is_dir():
        beside = sorted(p for p in path.iterdir() if not _LEFT_BY_PROGRAMS.fullmatch(p.name))
        found = [p for p in beside if p.is_file() and _may_be_read(p.name)]
        passed_over = [p.name for p in beside if p not in found]
        if not found:
            raise UnreadableSource(str(path), _("There is no spreadsheet in this folder."))
    elif path.is_file():
        found = [path]
    else:
        raise UnreadableSource(str(path), _("There is no such file or folder."))
    if sum(p.stat().st_size for p in found) > MAX_BYTES:
        raise UnreadableSource(
            str(path), _("More than %(limit)d MB: send it in parts.") % {"limit": MAX_BYTES // 1024 // 1024}
        )
    try:
        return [(p.name, p.read_bytes()) for p in found], passed_over
    except OSError as error:
        raise UnreadableSource(str(path), error.strerror or str(error)) from error


def _may_be_read(name: str) -> bool:
    """Whether a file among others may hold a table: a text only when it is named after one."""
    ending = Path(name).suffix.lower()
    return table_named(Path(name).stem) is not None if ending in _CSV_ENDINGS else ending in ENDINGS


def _sheets_of(name: str, content: bytes, not_read: list[str]) -> Iterator[Sheet]:
    source = shown(name)
    ending = Path(name).suffix.lower()
    if ending in _CSV_ENDINGS:
        table = table_named(Path(name).stem)
        if table is None:
            raise UnreadableSource(
                source, _("The file name does not say which table it holds: call it tenants.csv, payments.csv…")
            )
        yield _sheet(table, source, csv_rows(source, content, table))
    elif ending in _BOOK_ENDINGS:
        yield from _book_sheets(name, source, content, not_read)
    elif ending == ".zip":
        yield from _zip_sheets(source, content, not_read)
    else:
        raise UnreadableSource(source, _("Only CSV, XLSX, XLS, ODS and zip files can be read."))


def _book_sheets(name: str, shown_name: str, content: bytes, not_read: list[str]) -> Iterator[Sheet]:
    limits = Limits(rows=MAX_ROWS, columns=MAX_COLUMNS, unpacked_bytes=10 * MAX_BYTES, seconds=seconds_for(content))
    try:
        found = read_workbook(content, limits, table_words())
    except BeyondLimit as refused:
        raise of_refusal(shown_name, refused) from refused
    named = {sheet.title: table_named(sheet.title) for sheet in found}
    read = [sheet for sheet in found if sheet.rows is not None]
    if not any(named.values()) and len(read) == 1:
        # The only sheet that holds something: its file may say what.
        named[read[0].title] = table_named(Path(name).stem)
    left_out = tuple(shown(sheet.title) for sheet in found if not named[sheet.title] and sheet.holds_something)
    if not any(named.values()):
        not_read.append(f"{shown_name} ({', '.join(left_out[:_TOLD])})" if left_out else shown_name)
    for sheet in read:
        table = named[sheet.title]
        if table is not None and sheet.rows is not None:
            source = f"{shown_name} · {shown(sheet.title)}"
            made = _sheet(table, source, iter(sheet.rows))
            yield replace(made, left_out=left_out, remarks=_remarks(made, sheet))
            left_out = ()


def _remarks(sheet: Sheet, book_sheet: BookSheet) -> tuple[str, ...]:
    """What the screen shows of a sheet that its cells do not say, where it concerns its table."""
    about = book_sheet.about
    known = set(sheet.columns)
    merged = [
        f"{_letters(left)}{first}:{_letters(right)}{last}"
        for first, left, last, right in about.get("merged", ())
        if last > sheet.header and not known.isdisjoint(range(left - 1, right))
    ]
    columns = [_letters(column) for column in about.get("hidden_columns", ()) if column - 1 in known]
    lines = [str(line) for line in about.get("hidden_lines", ()) if line > sheet.header]
    said = []
    if book_sheet.hidden:
        said.append(_("This sheet is hidden; it was read like the others."))
    if merged:
        sentence = _("The value of merged cells counts for each of them: %(ranges)s.")
        said.append(sentence % {"ranges": _some(merged)})
    if columns:
        said.append(_("Hidden columns were read like the others: %(columns)s.") % {"columns": _some(columns)})
    if lines:
        said.append(_("Hidden lines were read like the others: %(lines)s.") % {"lines": _some(lines)})
    return tuple(said)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_TOLD]) + ("…" if len(names) > _TOLD else "")


def _letters(column: int) -> str:
    """A column as spreadsheets name it: 1 is A, 28 is AB."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _zip_sheets(name: str, content: bytes, not_read: list[str]) -> Iterator[Sheet]:
    # Its members are taken into memory one after the other and all of them together.
    limits = Limits(members=MAX_MEMBERS, member_bytes=MAX_BYTES, unpacked_bytes=MAX_BYTES, seconds=seconds_for(content))
    try:
        for member, inner in read_members(content, limits):
            if _LEFT_BY_PROGRAMS.fullmatch(member):
                continue
            if _may_be_read(member):
                yield from _sheets_of(member, inner, not_read)
            else:
                not_read.append(shown(member))
    except BeyondLimit as refused:
        raise of_refusal(name, refused) from refused


def _sheet(table: str, source: str, rows: Iterator[tuple[int, Sequence[Any]]]) -> Sheet:
    rows = _undamaged(source, rows)
    header, columns, headings, headed, ignored, rows = _find_header(table, source, rows)
    return Sheet(table, source, columns, headed, ignored, _filled(source, rows), header, headings=headings)


def _undamaged(source: str, rows: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows; an Excel file that is damaged in its middle says so, whatever its reader trips over."""
    try:
        yield from rows
    except UnreadableSource:
        raise
    except Exception as error:
        raise UnreadableSource(source, _("This file is damaged.")) from error


def _find_header(
    table: str, source: str, rows: Iterator[tuple[int, Sequence[Any]]]
) -> tuple[int, dict[int, str], dict[int, str], frozenset[int], tuple[str, ...], Iterator[tuple[int, Sequence[Any]]]]:
    """Its line, the columns, how they are written, what has a heading, the unknown headings, the rows behind it."""
    understood = TABLES[table].understood
    best: set[str] = set()
    best_headings: list[str] = []
    for _try in range(HEADER_WITHIN):
        line, cells = next(rows, (0, None))
        if cells is None:
            break
        names, columns = _named(table, cells)
        if set(columns.values()) >= TABLES[table].required:
            line, cells, rows = _last_line_of_header(line, cells, rows)
            names, columns = _named(table, cells)
            named = [column for column in columns.values() if not understood[column].several]
            twice = {column for column in named if named.count(column) > 1}
            if twice:
                raise UnreadableSource(
                    source, _("Two columns mean the same: %(columns)s.") % {"columns": spoken(table, twice)}, line
                )
            if set(columns.values()) >= TABLES[table].required:
                ignored = tuple(_in_one_line(cells[i]) for i, column in names.items() if column is None)
                written = {i: _in_one_line(cells[i]) for i in columns}
                return line, columns, written, frozenset(names), ignored, rows
        headings = [_in_one_line(cells[i]) for i in names]
        if (len(set(columns.values())), len(headings)) > (len(best), len(best_headings)):
            best, best_headings = set(columns.values()), headings
    missing = spoken(table, TABLES[table].required - best)
    if not best_headings:
        raise UnreadableSource(source, _("Columns missing: %(missing)s. The file is empty.") % {"missing": missing})
    sentence = _("Columns missing: %(missing)s; found: %(found)s.")
    raise UnreadableSource(source, sentence % {"missing": missing, "found": _some(best_headings)})


def _named(table: str, cells: Sequence[Any]) -> tuple[dict[int, str | None], dict[int, str]]:
    """The column that each heading names, or None; and those that name one. A heading counts where it begins."""
    headings = {i: _heading(cell) for i, cell in enumerate(cells) if not (isinstance(cell, Merged) and cell.across)}
    names = {i: column_named(table, heading) for i, heading in headings.items() if heading}
    return names, {i: column for i, column in names.items() if column}


def _heading(cell: Any) -> str:
    return str((cell.value if isinstance(cell, Merged) else cell) or "").strip()


def _in_one_line(cell: Any) -> str:
    return shown(" ".join(_heading(cell).split()))


def _last_line_of_header(
    line: int, cells: Sequence[Any], rows: Iterator[tuple[int, Sequence[Any]]]
) -> tuple[int, Sequence[Any], Iterator[tuple[int, Sequence[Any]]]]:
    """A heading that is merged with the line below goes on there, beside what stands under its neighbour."""
    while (below := next(rows, None)) is not None:
        above = {_heading(cell) for cell in cells}
        if not any(isinstance(cell, Merged) and not cell.across and _heading(cell) in above for cell in below[1]):
            return line, cells, chain([below], rows)
        line, cells = below
    return line, cells, rows


def _filled(source: str, rows: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, Sequence[Any]]]:
    count = 0
    for line, cells in rows:
        if any(cell is not None and str(cell).strip() for cell in cells):
            count += 1
            if count > MAX_ROWS:
                raise refused_source(source, "rows", MAX_ROWS, line)
            yield line, cells
