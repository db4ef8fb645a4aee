"""CSV files as they come: encodings, separators, line ends. Read line by line, so that none fills the memory."""

import codecs
import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from imports.headings import column_named
from imports.unreadable import UnreadableSource, refused_source

HEADER_WITHIN = 20
"""The header is looked for in so many first lines; what stands above it is a title."""
MAX_COLUMNS = 500
MAX_LINES = 1_048_576
"""Empty ones counted: as many as a spreadsheet has."""
MAX_LINE = 1_000_000
"""Characters of one line. A cell of more than csv.field_size_limit() is refused as well."""

_SEPARATORS = ";,\t|"
_CHUNK = 1 << 20
_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")

Row = tuple[int, list[str]]


def csv_rows(name: str, content: bytes, table: str) -> Iterator[Row]:
    """The rows of a table's file, each with the line on which it starts. Raises UnreadableSource."""
    if content.startswith(_PACKED):
        raise UnreadableSource(name, _("This is no text but a spreadsheet or an archive: give it its own ending."))
    encoding = _encoding(name, content)
    # Decoded as it is read: a text of 50 MB in memory would be four times as much.
    with io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="") as head:
        separator = _separator(head.read(20_000), table)
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    reader = csv.reader(_lines(name, text), delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                raise refused_source(name, "cell", csv.field_size_limit(), line) from error
            raise UnreadableSource(
                name, _("A quotation mark is not closed, or is in the middle of a cell."), line
            ) from error
        if len(cells) > MAX_COLUMNS and any(cell.strip() for cell in cells[MAX_COLUMNS:]):
            raise refused_source(name, "columns", MAX_COLUMNS, line)
        yield line, cells[:MAX_COLUMNS]
        line = reader.line_num + 1


def _lines(name: str, text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(MAX_LINE):
        number += 1
        if number > MAX_LINES:
            raise refused_source(name, "lines", MAX_LINES, number)
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            raise refused_source(name, "line", MAX_LINE, number)
        yield line


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
