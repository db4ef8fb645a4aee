"""LibreOffice's and OpenOffice's workbooks, .ods, row by row as their XML comes."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import IO, Any
from xml.etree.ElementTree import Element, iterparse

from imports.spreadsheets.archives import XmlArchive, open_archive
from imports.spreadsheets.cells import NoResult, ShownNumber
from imports.spreadsheets.formats import words_beside, worth_showing
from imports.spreadsheets.limits import BeyondLimit, Limits
from imports.spreadsheets.sheets import Cells, Lines, Merges, OpenSheet, SheetLook

_NAMES = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT, _STYLE = (f"{{{_NAMES}{name}:1.0}}" for name in ("table", "office", "text", "style"))
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_SHEET, _ROW, _CELL, _PARAGRAPH = f"{_TABLE}table", f"{_TABLE}table-row", f"{_TABLE}table-cell", f"{_TEXT}p"
_CELLS = {_CELL, f"{_TABLE}covered-table-cell"}
_FAR = 1 << 30
_DEEPEST = 200
"""Elements within one another: in an honest book a dozen. Without a limit the child is ended by its memory, slowly."""


def open_ods(source: IO[bytes], limits: Limits) -> list[OpenSheet]:
    """The sheets of a workbook. Raises BeyondLimit, or whatever the XML's reader trips over."""
    open_archive(source, limits)
    archive = XmlArchive(source, limits)
    names = set(archive.namelist())
    # A locked one says so in its list of parts; their content looks like noise.
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise BeyondLimit("locked")
    if "encrypted-package" in names:
        raise BeyondLimit("locked")
    document = _Document(archive, limits)
    return [
        OpenSheet(title, hidden, document.lines_of(number), holds)
        for number, (title, hidden, holds) in enumerate(document.sheets())
    ]


class _Document:
    """The sheets of a workbook, of which the XML is read twice: for their names, and for their cells in turn."""

    def __init__(self, archive: XmlArchive, limits: Limits) -> None:
        self._archive, self._limits = archive, limits
        self._number = 0
        self._elements: Iterator[tuple[str, Element, int]] = iter(())

    def sheets(self) -> list[tuple[str, bool, bool]]:
        """Title of each sheet, whether it is hidden, and whether it holds something."""
        style, hidden_styles = "", set[str]()
        found: list[tuple[str, str]] = []
        holding: set[int] = set()
        for event, element, within in _elements(self._archive, frozenset({_PARAGRAPH})):
            if event == "end":
                if (
                    within == 1
                    and element.tag == _PARAGRAPH
                    and len(found) - 1 not in holding
                    and "".join(_pieces(element)).strip()
                ):
                    holding.add(len(found) - 1)
            elif element.tag == f"{_STYLE}style":
                style = element.get(f"{_STYLE}name", "")
            elif element.tag == f"{_STYLE}table-properties" and element.get(f"{_TABLE}display") == "false":
                hidden_styles.add(style)
            elif element.tag == _SHEET and within == 1:
                if len(found) == self._limits.sheets:
                    raise BeyondLimit("sheets", limit=self._limits.sheets)
                found.append((element.get(f"{_TABLE}name", ""), element.get(f"{_TABLE}style-name", "")))
        return [(title, styled in hidden_styles, number in holding) for number, (title, styled) in enumerate(found)]

    def lines_of(self, wanted: int) -> Callable[[SheetLook], Lines]:
        """Reads a sheet, on from the one before it."""

        def lines(about: SheetLook) -> Lines:
            if self._number > wanted or not self._number:
                self._number, self._elements = 0, _elements(self._archive)
            for event, element, within in self._elements:
                if event == "start" and element.tag == _SHEET and within == 1:
                    self._number += 1
                    if self._number == wanted + 1:
                        yield from self._rows(about)
                        return

        return lines

    def _rows(self, about: SheetLook) -> Lines:
        merges = Merges([], self._limits.columns)
        line, column = 0, 0
        for event, element, within in self._elements:
            # Tables within a cell are no sheets.
            if event == "start" or within != 1:
                continue
            if element.tag == _SHEET:
                return
            if element.tag == f"{_TABLE}table-column":
                times = _times(element, "columns")
                if _is_hidden(element):
                    about.hidden_columns += range(column + 1, min(column + times, self._limits.columns) + 1)
                column += times
            elif element.tag == _ROW:
                times = _times(element, "rows")
                if cells := _cells(element, line + 1, merges, about):
                    for again in range(line + 1, line + times + 1):
                        own = dict(cells)
                        merges.fill(again, own)
                        if _is_hidden(element):
                            about.add_hidden(again)
                        yield again, own
                line += times


def _elements(archive: XmlArchive, also: frozenset[str] = frozenset()) -> Iterator[tuple[str, Element, int]]:
    """What is in no row, each row, and `also` elements of a row, as they start and end, and within how many sheets.

    What has ended is let go of.
    """
    sheets, rows, depth = 0, 0, 0
    above: list[Element] = []
    told = also | {_SHEET, _ROW}
    with archive.open("content.xml") as part:
        for event, element in iterparse(part, ("start", "end")):  # noqa: S314 -- XmlArchive refuses declarations
            tag = element.tag
            depth += 1 if event == "start" else -1
            if depth > _DEEPEST:
                raise BeyondLimit("damaged")
            # Nearly all of a workbook are cells: they are passed over as fast as can be.
            if rows and tag not in told:
                continue
            if event == "start":
                if not rows:
                    above.append(element)
                sheets += tag == _SHEET
                rows += tag == _ROW
                yield event, element, sheets
                continue
            yield event, element, sheets
            sheets -= tag == _SHEET
            rows -= tag == _ROW
            # A row's cells are kept until the row has been read.
            if not rows and above[-1] is element:
                above.pop()
                if above:
                    above[-1].remove(element)


def _is_hidden(element: Element) -> bool:
    return element.get(f"{_TABLE}visibility", "visible") != "visible"


def _times(element: Element, what: str) -> int:
    return max(1, min(int(element.get(f"{_TABLE}number-{what}-repeated", "1")), _FAR))


def _cells(row: Element, line: int, merges: Merges, about: SheetLook) -> Cells:
    cells: Cells = {}
    column = 0
    for element in row:
        if element.tag not in _CELLS:
            continue
        times = _times(element, "columns")
        covered = element.tag != _CELL
        # What a covered cell holds is not seen.
        value = None if covered or not (len(element) or element.attrib) else _value(element)
        if value is not None and value != "":
            # A value in a million cells is refused where it is beyond the last column that is read.
            for again in range(min(times, 1000)):
                cells[column + 1 + again] = value
            down = int(element.get(f"{_TABLE}number-rows-spanned", "1"))
            across = int(element.get(f"{_TABLE}number-columns-spanned", "1"))
            if down > 1 or across > 1:
                merged = (line, column + 1, line + down - 1, column + across)
                about.merged.append(merged)
                merges.add(merged)
        column += times
    return cells


def _value(cell: Element) -> Any:
    kind = cell.get(f"{_OFFICE}value-type", "")
    text = _text(cell)
    formula = cell.get(f"{_TABLE}formula")
    if formula is not None and not kind and not text:
        return NoResult(formula.removeprefix("of:"))
    # Written as a text, or as the number 0, with what the screen shows.
    if cell.get(f"{_CALC}value-type") == "error" or (formula is not None and text.startswith(("#", "Err:"))):
        return text or "#VALUE!"
    if kind in {"float", "currency", "percentage"}:
        number = float(cell.get(f"{_OFFICE}value", ""))
        shown = worth_showing(text, number) if kind == "float" else None
        words = "" if kind == "percentage" else words_beside(text)
        return ShownNumber(number, shown, words) if shown is not None or words else number
    if kind == "date":
        written = re.sub(r"(\.\d{6})\d+", r"\1", cell.get(f"{_OFFICE}date-value", ""))
        return dt.datetime.fromisoformat(written)
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    if kind == "string":
        return cell.get(f"{_OFFICE}string-value", text)
    return text


def _text(cell: Element) -> str:
    """The paragraphs of a cell as the screen shows them; what is noted on it is no part of it."""
    return "\n".join("".join(_pieces(paragraph)) for paragraph in cell if paragraph.tag == _PARAGRAPH)


def _pieces(element: Element) -> Iterator[str]:
    if element.text:
        yield element.text
    for inner in element:
        if inner.tag == f"{_TEXT}s":
            yield " " * min(int(inner.get(f"{_TEXT}c", "1")), 40_000)
        elif inner.tag in {f"{_TEXT}tab", f"{_TEXT}line-break"}:
            yield " "
        elif inner.tag.startswith(_TEXT):
            yield from _pieces(inner)
        if inner.tail:
            yield inner.tail
