"""Workbooks by a few lines: Excel's by openpyxl, LibreOffice's from XML, the old kind from records; and their rows."""

import datetime as dt
import io
import struct
from xml.sax.saxutils import escape

import openpyxl

from imports.read import SheetReader
from imports.sources import open_sources
from imports.tests.hostile import archive

ODS = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
_OPEN = (
    "<office:document-content"
    + "".join(f' xmlns:{name}="{_NAMES}{name}:1.0"' for name in ("office", "table", "text", "style"))
    + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
)


def ods_cell(value, shown=None, more=""):
    """A cell as LibreOffice writes it: its value, and what the screen shows of it."""
    if value is None:
        return f"<table:table-cell {more}/>"
    if isinstance(value, dt.date):
        kind, shown = f'office:value-type="date" office:date-value="{value}"', shown or f"{value:%d/%m/%Y}"
    elif isinstance(value, str):
        kind, shown = 'office:value-type="string"', value
    else:
        kind, shown = f'office:value-type="float" office:value="{value}"', shown or f"{value}"
    return f"<table:table-cell {kind} {more}><text:p>{escape(shown)}</text:p></table:table-cell>"


def ods_row(*cells, more=""):
    made = (cell if isinstance(cell, str) and cell.startswith("<") else ods_cell(cell) for cell in cells)
    return f"<table:table-row {more}>{''.join(made)}</table:table-row>"


def ods_document(body, *, before="", styles=""):
    return (
        f"{before}{_OPEN}<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )


def ods_book(sheets, *more, **how):
    """A workbook from the rows of its sheets, by title; the rows are XML, or lists of cells."""
    body = "".join(
        f'<table:table table:name="{title}" table:style-name="of_{title}">'
        + "".join(row if isinstance(row, str) else ods_row(*row) for row in rows)
        + "</table:table>"
        for title, rows in sheets.items()
    )
    return archive(("mimetype", ODS), ("content.xml", ods_document(body, **how)), *more)


# --- the old kind ------------------------------------------------------------------------------------------------


def _record(kind, *content):
    joined = b"".join(content)
    return struct.pack("<HH", kind, len(joined)) + joined


def _text(text, size="<H"):
    return struct.pack(size, len(text)) + b"\1" + text.encode("utf-16-le")


def _begin(what):
    return _record(0x809, struct.pack("<HHHHII", 0x600, what, 0x0DBB, 0x07CC, 0, 6))


_END = _record(0x0A)
_GENERAL, _DAY, _OWN = 0, 1, 2


def xls_stream(sheets, *, own_format="0000", merged=(), hidden=(), hidden_sheets=()):
    """The records of a workbook: sheets are lists of rows by title; a cell (12,) has `own_format`, b"*" is an error."""
    bodies = [_xls_sheet(lines, merged, hidden) for lines in sheets.values()]
    head = [
        _begin(5),
        _record(0x42, struct.pack("<H", 1200)),
        _record(0x41E, struct.pack("<H", 164), _text(own_format)),
        *(_record(0xE0, struct.pack("<HH", 0, number), b"\0" * 16) for number in (0, 14, 164)),
    ]
    names = [_record(0x85, struct.pack("<IBB", 0, title in hidden_sheets, 0), _text(title, "<B")) for title in sheets]
    place = len(b"".join([*head, *names, _END]))
    for number, body in enumerate(bodies):
        names[number] = names[number][:4] + struct.pack("<I", place) + names[number][8:]
        place += len(body)
    return b"".join([*head, *names, _END, *bodies])


def _xls_sheet(lines, merged, hidden):
    made = [_begin(0x10)]
    made += [_record(0x208, struct.pack("<HHHHHHI", row - 1, 0, 9, 255, 0, 0, 0x20)) for row in hidden]
    for row, cells in enumerate(lines):
        for column, value in enumerate(cells):
            made += _xls_cell(row, column, value)
    if merged:
        ranges = (struct.pack("<HHHH", *one) for one in merged)
        made.append(_record(0xE5, struct.pack("<H", len(merged)), *ranges))
    return b"".join([*made, _END])


def _xls_cell(row, column, value):
    def at(style):
        return struct.pack("<HHH", row, column, style)

    if value is None:
        return []
    if isinstance(value, bytes):
        return [_record(0x205, at(_GENERAL), bytes([0x2A, 1]))]
    if isinstance(value, dt.date):
        return [_record(0x203, at(_DAY), struct.pack("<d", (value - dt.date(1899, 12, 30)).days))]
    if isinstance(value, str):
        return [_record(0x204, at(_GENERAL), _text(value))]
    style, number = (_OWN, value[0]) if isinstance(value, tuple) else (_GENERAL, value)
    return [_record(0x203, at(style), struct.pack("<d", number))]


def xls_book(sheets, stream="Workbook", **how):
    """The same in the file of streams that Excel makes: sectors of 512 bytes, their table, their directory."""
    content = xls_stream(sheets, **how)
    # Shorter ones would stand in sectors of another size.
    content = content.ljust(max(4096, -(-len(content) // 512) * 512), b"\0")
    sectors = len(content) // 512
    assert sectors <= 125, "one sector of the table is enough for a test"
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
    head += struct.pack("<IIIIIIIII", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    head += b"\xff" * (512 - len(head))

    def entry(name, kind, child, start, size):
        written = (name + "\0").encode("utf-16-le")
        links = struct.pack("<HBBIII", len(written), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return written.ljust(64, b"\0") + links + b"\0" * 36 + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(stream, 2, 0xFFFFFFFF, 2, len(content))
    return head + table + directory.ljust(512, b"\0") + content


# --- read ---------------------------------------------------------------------------------------------------------


def read(name, content):
    """The sheet, its rows without their places, what is refused by line and column, and what is said beside."""
    [sheet] = open_sources([(name, content)])
    reader = SheetReader(sheet, country="GN", timezone=dt.UTC, currency="GNF")
    rows = [tuple(value for value in row[:-2] if value is not None) for row in reader.rows()]
    refused = [(problem.line, problem.column, problem.reason) for problem in reader.problems.listed]
    return sheet, rows, refused, [(p.line, p.reason) for p in reader.remarks.listed]


def xlsx(rows, *, formats=None, merged=(), hidden=(), title="Locataires"):
    """A workbook as openpyxl writes it; formats by cell."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for cells in rows:
        sheet.append(cells)
    for place, code in (formats or {}).items():
        sheet[place].number_format = code
    for place in merged:
        sheet.merge_cells(place)
    for line in hidden:
        sheet.row_dimensions[line].hidden = True
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
