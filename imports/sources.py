"""Spreadsheets as they come: CSV, XLSX or a zip of them; which sheet is which table, lines above the header.

Cells come out as they stand in the file; what they mean is `values`' business.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from imports.csv_files import HEADER_WITHIN, MAX_COLUMNS, csv_rows
from imports.headings import column_named, table_named, table_words
from imports.spreadsheets.apart import read_members, read_workbook, seconds_for
from imports.spreadsheets.limits import BeyondLimit, Limits
from imports.tables import TABLES
from imports.unreadable import UnreadableSource, of_refusal, refused_source, shown

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 500_000
MAX_FILES = 20
MAX_MEMBERS = 100

_CSV_ENDINGS = {".csv", ".txt", ".tsv"}
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Sheet:
    """One table of a source: its columns by position, and its rows with the line on which each starts.

    `headed` are the positions of all cells with a heading, known or not; `headings` how the known ones are written.
    `left_out`, on the first sheet of an Excel
    file, are the names of those that hold something and no table.
    """

    table: str
    source: str
    columns: dict[int, str]
    headed: frozenset[int]
    ignored: tuple[str, ...]
    rows: Iterator[tuple[int, Sequence[Any]]] = field(repr=False)
    left_out: tuple[str, ...] = ()
    headings: Mapping[int, str] = field(default_factory=dict)


def open_sources(files: Sequence[tuple[str, bytes]]) -> list[Sheet]:
    """The tables in files given by name and content. Raises UnreadableSource.

    A CSV holds the table that it is named for; an XLSX one sheet per table; a zip any of these.
    """
    if len(files) > MAX_FILES:
        raise UnreadableSource("", _("At most %(limit)d files at once.") % {"limit": MAX_FILES})
    if sum(len(content) for _name, content in files) > MAX_BYTES:
        raise UnreadableSource(
            shown(files[0][0]), _("More than %(limit)d MB: send it in parts.") % {"limit": MAX_BYTES // 1024 // 1024}
        )
    sheets = [sheet for name, content in files for sheet in _sheets_of(name, content)]
    if not sheets:
        raise UnreadableSource(shown(files[0][0]) if files else "", _("There is no table in it."))
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


def read_folder(path: Path) -> list[tuple[str, bytes]]:
    """The files of a folder, or a single file, by name and content. Raises UnreadableSource."""
    if path.is_dir():
        endings = {*_CSV_ENDINGS, ".xlsx"}
        found = sorted(p for p in path.iterdir() if p.suffix.lower() in endings and p.is_file())
        if not found:
            raise UnreadableSource(str(path), _("There is no CSV or XLSX file in this folder."))
    elif path.is_file():
        found = [path]
    else:
        raise UnreadableSource(str(path), _("There is no such file or folder."))
    if sum(p.stat().st_size for p in found) > MAX_BYTES:
        raise UnreadableSource(
            str(path), _("More than %(limit)d MB: send it in parts.") % {"limit": MAX_BYTES // 1024 // 1024}
        )
    try:
        return [(p.name, p.read_bytes()) for p in found]
    except OSError as error:
        raise UnreadableSource(str(path), error.strerror or str(error)) from error


def _sheets_of(name: str, content: bytes) -> Iterator[Sheet]:
    source = shown(name)
    ending = Path(name).suffix.lower()
    if ending in _CSV_ENDINGS:
        table = table_named(Path(name).stem)
        if table is None:
            raise UnreadableSource(
                source, _("The file name does not say which table it holds: call it tenants.csv, payments.csv…")
            )
        yield _sheet(table, source, csv_rows(source, content, table))
    elif ending == ".xlsx":
        yield from _xlsx_sheets(name, source, content)
    elif ending == ".zip":
        yield from _zip_sheets(source, content)
    else:
        raise UnreadableSource(source, _("Only CSV, XLSX and zip files can be read."))


def _xlsx_sheets(name: str, shown_name: str, content: bytes) -> Iterator[Sheet]:
    if content.startswith(_OLD_OR_LOCKED):
        reason = _("This file is locked with a password, or of the old kind .xls: save it as .xlsx without one.")
        raise UnreadableSource(shown_name, reason)
    limits = Limits(rows=MAX_ROWS, columns=MAX_COLUMNS, unpacked_bytes=10 * MAX_BYTES, seconds=seconds_for(content))
    try:
        found = read_workbook(content, limits, table_words())
    except BeyondLimit as refused:
        raise of_refusal(shown_name, refused) from refused
    named = {sheet.title: table_named(sheet.title) for sheet in found}
    if len(named) == 1 and not any(named.values()):
        named = dict.fromkeys(named, table_named(Path(name).stem))
    left_out = tuple(shown(sheet.title) for sheet in found if not named[sheet.title] and sheet.holds_something)
    for sheet in found:
        table = named[sheet.title]
        if table is not None and sheet.rows is not None:
            source = f"{shown_name} · {shown(sheet.title)}"
            yield replace(_sheet(table, source, iter(sheet.rows)), left_out=left_out)
            left_out = ()


def _zip_sheets(name: str, content: bytes) -> Iterator[Sheet]:
    # Its members are taken into memory one after the other and all of them together.
    limits = Limits(members=MAX_MEMBERS, member_bytes=MAX_BYTES, unpacked_bytes=MAX_BYTES, seconds=seconds_for(content))
    try:
        for member, inner in read_members(content, limits):
            yield from _sheets_of(member, inner)
    except BeyondLimit as refused:
        raise of_refusal(name, refused) from refused


def _sheet(table: str, source: str, rows: Iterator[tuple[int, Sequence[Any]]]) -> Sheet:
    rows = _undamaged(source, rows)
    columns, headings, headed, ignored = _find_header(table, source, rows)
    return Sheet(table, source, columns, headed, ignored, _filled(source, rows), headings=headings)


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
) -> tuple[dict[int, str], dict[int, str], frozenset[int], tuple[str, ...]]:
    understood = TABLES[table].understood
    best: set[str] = set()
    for _try in range(HEADER_WITHIN):
        line, cells = next(rows, (0, None))
        if cells is None:
            break
        names = {i: column_named(table, str(cell)) for i, cell in enumerate(cells) if str(cell or "").strip()}
        columns = {i: column for i, column in names.items() if column}
        if set(columns.values()) >= TABLES[table].required:
            named = [column for column in columns.values() if not understood[column].several]
            twice = sorted({column for column in named if named.count(column) > 1})
            if twice:
                raise UnreadableSource(
                    source, _("Two columns mean the same: %(columns)s.") % {"columns": ", ".join(twice)}, line
                )
            ignored = tuple(shown(str(cells[i]).strip()) for i, column in names.items() if column is None)
            headings = {i: shown(" ".join(str(cells[i]).split())) for i in columns}
            return columns, headings, frozenset(names), ignored
        best = max(best, set(columns.values()), key=len)
    missing = ", ".join(sorted(TABLES[table].required - best))
    raise UnreadableSource(source, _("No line has the required columns. Missing: %(columns)s.") % {"columns": missing})


def _filled(source: str, rows: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, Sequence[Any]]]:
    count = 0
    for line, cells in rows:
        if any(cell is not None and str(cell).strip() for cell in cells):
            count += 1
            if count > MAX_ROWS:
                raise refused_source(source, "rows", MAX_ROWS, line)
            yield line, cells
