"""CSV files as they come: encodings, separators, line ends. Read line by line, so that none fills the memory."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from imports.headings import column_named
from imports.letters import Unclear, encoded_twice, single_byte_encoding, undo
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
_SAYS_SEPARATOR = re.compile(r'"?sep=(.)"?[\r\n]', re.IGNORECASE)
_TWICE_AT_MOST = 3

Row = tuple[int, list[str]]


def csv_rows(name: str, content: bytes, table: str) -> Iterator[Row]:
    """The rows of a table's file, each with the line on which it starts. Raises UnreadableSource."""
    if content.startswith(_PACKED):
        raise UnreadableSource(name, _("This is no text but a spreadsheet or an archive: give it its own ending."))
    content, encoding = _letters(name, content)
    # Decoded as it is read: a text of 50 MB in memory would be four times as much.
    with io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="") as head:
        start = head.read(20_000)
    said = _SAYS_SEPARATOR.match(start)
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    lines = _LinesOfText(name, text)
    reader = csv.reader(lines, delimiter=said[1] if said else _separator(start, table), strict=True)
    line = 1
    while True:
        lines.begins_row = True
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
        if not (said and line == 1):
            yield line, cells[:MAX_COLUMNS]
        line = reader.line_num + 1


class _LinesOfText:
    """The lines of a text, counted; the mark of UTF-8 is taken off one that begins a row.

    Files that were put together have it wherever another began. Within a cell it may be somebody's text.
    """

    def __init__(self, name: str, text: io.TextIOWrapper) -> None:
        self._name, self._text, self._number = name, text, 0
        self.begins_row = True

    def __iter__(self) -> "_LinesOfText":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self._number += 1
        if self._number > MAX_LINES:
            raise refused_source(self._name, "lines", MAX_LINES, self._number)
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            raise refused_source(self._name, "line", MAX_LINE, self._number)
        if self.begins_row:
            self.begins_row = False
            return line.removeprefix("\ufeff")
        return line


def _separator(head: str, table: str) -> str:
    """The one with which a line has the most known headings; a title above may be full of commas.

    Where no heading is known it is the one that cuts most lines into the same number of cells.
    """
    lines = re.split(r"\r\n|\r|\n", head)[:HEADER_WITHIN]

    def fits(separator: str) -> tuple[int, int]:
        rows = [_cells(line, separator) for line in lines]
        known = max(len({column_named(table, cell) for cell in cells} - {None}) for cells in rows)
        widths = Counter(len(cells) for cells in rows if len(cells) > 1)
        return known, max(widths.values(), default=0)

    return max(_SEPARATORS, key=fits)


def _cells(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _letters(name: str, content: bytes) -> tuple[bytes, str]:
    """The bytes to read, and their encoding. Raises UnreadableSource where it is not sure."""
    if encoding := _two_bytes_a_letter(content):
        _decode(name, content, encoding)
        return content, encoding
    try:
        is_utf8 = _decode(name, content, "utf-8-sig")
        if not is_utf8:
            encoding = single_byte_encoding(content)
            _decode(name, content, encoding)
            return content, encoding
        for _time in range(_TWICE_AT_MOST):
            if not (wrong := encoded_twice(content)):
                break
            content = undo(content, wrong)
            if not _decode(name, content, "utf-8-sig"):
                raise Unclear
    except Unclear as unclear:
        if unclear.mixed:
            reason = _("This line is in another encoding than the rest. Save the file as CSV UTF-8.")
        else:
            reason = _("The characters in this file cannot be read for sure. Save it as CSV UTF-8.")
        raise UnreadableSource(name, reason, unclear.line) from unclear
    return content, "utf-8-sig"


def _two_bytes_a_letter(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without its mark, every other byte of French or English is NUL.
    head = content[:2000]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(head) >= 4 and odd > 0.8 * len(head) / 2 and even == 0:
        return "utf-16-le"
    if len(head) >= 4 and even > 0.8 * len(head) / 2 and odd == 0:
        return "utf-16-be"
    return ""


def _decode(name: str, content: bytes, encoding: str) -> bool:
    """Whether the bytes are of this encoding. Raises UnreadableSource for what no text holds."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content) + 1, _CHUNK):
            piece = decoder.decode(content[start : start + _CHUNK], final=start + _CHUNK > len(content))
            if "\0" in piece:
                raise UnreadableSource(name, _("This is not a text file: it holds NUL characters."))
    except UnicodeDecodeError:
        if encoding.startswith("utf-16"):
            raise UnreadableSource(
                name, _("The characters in this file cannot be read for sure. Save it as CSV UTF-8.")
            ) from None
        return False
    return True
