"""Spreadsheets as they come: encodings, separators, line ends, lines above the header; CSV, XLSX or a zip of them.

Cells come out as they stand in the file; what they mean is `values`' business.
"""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from imports.headings import column_named, table_named
from imports.tables import TABLES

MAX_BYTES = 50 * 1024 * 1024
MAX_ROWS = 500_000
HEADER_WITHIN = 20
"""The header is looked for in so many first lines; what stands above it is a title."""

_SEPARATORS = ";,\t|"
_CHUNK = 1 << 20
_CSV_ENDINGS = {".csv", ".txt", ".tsv"}


class UnreadableSource(ValueError):
    """A file that cannot be read as a table at all; the message says which and why."""

    def __init__(self, source: str, reason: str, line: int = 0) -> None:
        self.source, self.reason, self.line = source, reason, line
        super().__init__(f"{source}: {reason}")


@dataclass(frozen=True)
class Sheet:
    """One table of a source: its columns by position, and its rows with the line on which each starts.

    `headed` are the positions of all cells with a heading, known or not. `left_out`, on the first sheet of an Excel
    file, are the names of those that hold something and no table.
    """

    table: str
    source: str
    columns: dict[int, str]
    headed: frozenset[int]
    ignored: tuple[str, ...]
    rows: Iterator[tuple[int, Sequence[Any]]] = field(repr=False)
    left_out: tuple[str, ...] = ()


def open_sources(files: Sequence[tuple[str, bytes]]) -> list[Sheet]:
    """The tables in files given by name and content. Raises UnreadableSource.

    A CSV holds the table that it is named for; an XLSX one sheet per table; a zip any of these.
    """
    if sum(len(content) for _name, content in files) > MAX_BYTES:
        raise UnreadableSource(
            files[0][0], _("More than %(limit)d MB: send it in parts.") % {"limit": MAX_BYTES // 1024 // 1024}
        )
    sheets = [sheet for name, content in files for sheet in _sheets_of(name, content)]
    if not sheets:
        raise UnreadableSource(files[0][0] if files else "", _("There is no table in it."))
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
        found = sorted(p for p in path.iterdir() if p.suffix.lower() in {*_CSV_ENDINGS, ".xlsx"})
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
    ending = Path(name).suffix.lower()
    if ending in _CSV_ENDINGS:
        table = table_named(Path(name).stem)
        if table is None:
            raise UnreadableSource(
                name, _("The file name does not say which table it holds: call it tenants.csv, payments.csv…")
            )
        yield _sheet(table, name, _csv_rows(name, content, table))
    elif ending == ".xlsx":
        yield from _xlsx_sheets(name, content)
    elif ending == ".zip":
        yield from _zip_sheets(name, content)
    else:
        raise UnreadableSource(name, _("Only CSV, XLSX and zip files can be read."))


def _csv_rows(name: str, content: bytes, table: str) -> Iterator[tuple[int, Sequence[Any]]]:
    encoding = _encoding(name, content)
    # Decoded as it is read: a text of 50 MB in memory would be four times as much.
    with io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="") as head:
        separator = _separator(head.read(20_000), table)
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    reader = csv.reader(text, delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableSource(
                name, _("A quotation mark is not closed, or is in the middle of a cell."), line
            ) from error
        yield line, cells
        line = reader.line_num + 1


def _separator(head: str, table: str) -> str:
    """The one with which a line has the most known headings; a title above may be full of commas."""

    def known(separator: str) -> int:
        return max((_known_headings(line, separator, table) for line in head.splitlines()[:HEADER_WITHIN]), default=0)

    return max(_SEPARATORS, key=known)


def _known_headings(line: str, separator: str, table: str) -> int:
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return 0
    return len({column_named(table, cell) for cell in cells} - {None})


def _encoding(name: str, content: bytes) -> str:
    utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if utf16 else ["utf-8-sig", "cp1252"]:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for start in range(0, len(content) + 1, _CHUNK):
                piece = decoder.decode(content[start : start + _CHUNK], final=start + _CHUNK > len(content))
                if "\0" in piece:
                    raise UnreadableSource(name, _("This is not a text file: it holds NUL characters."))
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableSource(name, _("The characters in this file cannot be read. Save it as CSV UTF-8."))


def _xlsx_sheets(name: str, content: bytes) -> Iterator[Sheet]:
    import openpyxl

    _check_unpacked_size(name, content, 10 * MAX_BYTES)
    try:
        # Values, not formulas: what the person saw in the cell.
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except Exception as error:
        raise UnreadableSource(name, _("This is not an Excel file, or it is damaged.")) from error
    named = {sheet.title: table_named(sheet.title) for sheet in book.worksheets}
    if len(named) == 1 and not any(named.values()):
        named = dict.fromkeys(named, table_named(Path(name).stem))
    left_out = tuple(sheet.title for sheet in book.worksheets if not named[sheet.title] and _holds_something(sheet))
    for sheet in book.worksheets:
        table = named[sheet.title]
        if table is not None:
            rows = ((number, row) for number, row in enumerate(sheet.iter_rows(values_only=True), start=1))
            yield replace(_sheet(table, f"{name} · {sheet.title}", rows), left_out=left_out)
            left_out = ()


def _holds_something(sheet: Any) -> bool:
    try:
        rows = sheet.iter_rows(max_row=HEADER_WITHIN, values_only=True)
        return any(cell is not None and str(cell).strip() for row in rows for cell in row)
    except Exception:
        return True  # what it holds cannot be read: that it is left out is worth saying all the more


def _zip_sheets(name: str, content: bytes) -> Iterator[Sheet]:
    # Its members are taken into memory one after the other and all of them together.
    _check_unpacked_size(name, content, MAX_BYTES)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            inner = Path(member.filename).name
            if not member.is_dir() and not member.filename.startswith("__MACOSX"):
                if Path(inner).suffix.lower() == ".zip":
                    raise UnreadableSource(name, _("A zip in a zip is not read."))
                yield from _sheets_of(inner, _member(archive, member, name))


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    try:
        return archive.read(member)
    except Exception as error:
        raise UnreadableSource(name, _("This file is damaged.")) from error


def _check_unpacked_size(name: str, content: bytes, largest: int) -> None:
    # An archive of a few bytes may unpack to gigabytes.
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            encrypted = any(member.flag_bits & 1 for member in archive.infolist())
    except Exception as error:
        raise UnreadableSource(name, _("This file is damaged.")) from error
    if encrypted:
        raise UnreadableSource(name, _("This file is locked with a password."))
    if unpacked > largest:
        raise UnreadableSource(name, _("This file unpacks to more than can be read."))


def _sheet(table: str, source: str, rows: Iterator[tuple[int, Sequence[Any]]]) -> Sheet:
    rows = _undamaged(source, rows)
    columns, headed, ignored = _find_header(table, source, rows)
    return Sheet(table, source, columns, headed, ignored, _filled(source, rows))


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
) -> tuple[dict[int, str], frozenset[int], tuple[str, ...]]:
    best: set[str] = set()
    for _try in range(HEADER_WITHIN):
        line, cells = next(rows, (0, None))
        if cells is None:
            break
        names = {i: column_named(table, str(cell)) for i, cell in enumerate(cells) if str(cell or "").strip()}
        columns = {i: column for i, column in names.items() if column}
        if set(columns.values()) >= TABLES[table].required:
            twice = sorted({c for c in columns.values() if list(columns.values()).count(c) > 1})
            if twice:
                raise UnreadableSource(
                    source, _("Two columns mean the same: %(columns)s.") % {"columns": ", ".join(twice)}, line
                )
            ignored = tuple(str(cells[i]).strip() for i, column in names.items() if column is None)
            return columns, frozenset(names), ignored
        best = max(best, set(columns.values()), key=len)
    missing = ", ".join(sorted(TABLES[table].required - best))
    raise UnreadableSource(source, _("No line has the required columns. Missing: %(columns)s.") % {"columns": missing})


def _filled(source: str, rows: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, Sequence[Any]]]:
    count = 0
    for line, cells in rows:
        if any(cell is not None and str(cell).strip() for cell in cells):
            count += 1
            if count > MAX_ROWS:
                raise UnreadableSource(source, _("More than %(limit)d rows: send it in parts.") % {"limit": MAX_ROWS})
            yield line, cells
