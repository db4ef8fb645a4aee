"""Files that are made to hurt, each by a few lines; none is more than a few hundred kilobytes."""

import io
import struct
import zipfile

import pytest

from imports.sources import open_sources
from imports.unreadable import UnreadableSource

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<row r="1">{}{}</row>'.format(*(f'<c t="inlineStr"><is><t>{word}</t></is></c>' for word in ("code", "nom")))


def sheet_of(rows, head=HEAD, before=""):
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{head}{rows}</sheetData></worksheet>'


def cell(place, text):
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(line, *cells):
    return f'<row r="{line}">{"".join(cells)}</row>'


def workbook(*sheets, titles=("Locataires",), strings=None, more=()):
    """A workbook from the XML of its sheets; `strings` is the XML of its shared strings, `more` are other members."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KINDS}.sheet.main+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KINDS}.sharedStrings+xml"/></Types>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(f'<sheet name="{t}" sheetId="{n}" r:id="r{n}"/>' for n, t in enumerate(titles, 1))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELS}">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n, _sheet in enumerate(sheets, 1)
        )
        + "</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"/>',
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"/>',
        **{f"xl/worksheets/sheet{n}.xml": sheet for n, sheet in enumerate(sheets, 1)},
    }
    return archive(*parts.items(), *more)


def archive(*members, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        for name, content in members:
            made.writestr(name, content)
    return target.getvalue()


def with_flag(content, bit):
    """The archive with a flag set on its members, as one that is encrypted has."""
    changed = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = changed.find(mark)
        while start >= 0:
            changed[start + place] |= bit
            start = changed.find(mark, start + 4)
    return bytes(changed)


def with_declared_size(content, size):
    """The archive whose members say that they unpack to so many bytes."""
    changed = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = changed.find(mark)
        while start >= 0:
            changed[start + place : start + place + 4] = struct.pack("<I", size)
            start = changed.find(mark, start + 4)
    return bytes(changed)


FAR_CELL = workbook(sheet_of(row(1048576, cell("XFD1048576", "x"))))
LOW_CELL = workbook(sheet_of(row(1048576, cell("A1048576", "T-1"), cell("B1048576", "Bah"))))


def giant_cell(length=23_000_000):
    """One cell of 230 MB in 225 kB, or of less."""
    return workbook(sheet_of(row(2, cell("A2", "x" * length))))


def many_strings(count=1_000_000):
    """Shared strings: 32 million of them are 558 kB."""
    return workbook(sheet_of(""), strings=f'<sst xmlns="{MAIN}">{"<si><t>x</t></si>" * count}</sst>')


def repeated_string(times, length=32_000):
    """One long text that many cells show."""
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, times + 2))
    return workbook(sheet_of(rows), strings=f'<sst xmlns="{MAIN}"><si><t>{"x" * length}</t></si></sst>')


LAUGHS = workbook(
    sheet_of(
        row(2, cell("A2", "&e9;")),
        before='<!DOCTYPE w [<!ENTITY e0 "ha">'
        + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
        + "]>",
    )
)
OUTSIDE = workbook(
    sheet_of(row(2, cell("A2", "&file;")), before='<!DOCTYPE w [<!ENTITY file SYSTEM "file:///etc/passwd">]>')
)
ENDLESS = workbook(sheet_of("")[: -len("</sheetData></worksheet>")] + row(2, cell("A2", "T-1")) * 1000)
MANY_SHEETS = workbook(*[sheet_of("")] * 101, titles=[f"S{n}" for n in range(101)])


def read(name, content):
    return [(sheet.source, list(sheet.rows)) for sheet in open_sources([(name, content)])]


def refusal(name, content):
    with pytest.raises(UnreadableSource) as refused:
        read(name, content)
    return refused.value
