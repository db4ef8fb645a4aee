"""Rows of a spreadsheet as typed rows for staging, with every cell that could not be read."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from imports import values
from imports.cells import MONEY
from imports.furniture import why_no_row
from imports.headings import currency_named
from imports.sources import Sheet
from imports.spreadsheets.cells import Merged, NoResult, ShownNumber
from imports.table import EXAMPLES, FileColumn, LineRead, Noted, Where
from imports.tables import TABLES
from screens import formats
from screens.amounts import fits, of_another_currency, refuse_another_currency
from screens.written import BadValue


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a cell (the row without a `column`, the file without a `line`), in the reader's language."""

    source: str
    line: int
    column: str
    value: str
    reason: str
    heading: str = ""
    """What the file calls the column."""


# What Excel and LibreOffice show where a formula failed, in English and French, and where a column is too narrow.
_ERROR = re.compile(r"#(?:[^\W\d_][\w ]*[!?]|N/[AD]|DIV/0 ?!|GETTING_DATA|#+)|Err(?:eur)? ?: ?\d{3}", re.IGNORECASE)

# "\u202e650000" stands on the screen as 000056.
_TURNED = re.compile("[\u202b\u202e\u2067]")
# NUL, and half of a letter: no database holds them.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")

MAX_LISTED = 1000
"""So many problems are listed; all of them are counted."""


@dataclass
class Problems:
    """Problems: the first of them, and how many there are."""

    listed: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.listed) < MAX_LISTED:
            self.listed.append(problem)

    def add_all(self, other: "Problems") -> None:
        self.count += other.count
        self.listed += other.listed[: MAX_LISTED - len(self.listed)]


class SheetReader:
    """Reads one sheet; `problems`, `remarks` and the lines of `examples` fill up while `rows()` is drawn from."""

    def __init__(self, sheet: Sheet, *, country: str, timezone: dt.tzinfo, currency: str) -> None:
        self._sheet, self._where = sheet, Where(country, timezone, currency)
        self._table = TABLES[sheet.table]
        # Of each cell's position: asked for once, for half a million rows.
        understood = self._table.understood
        self._declared = {position: understood[column] for position, column in sheet.columns.items()}
        self._key_at = [i for i, column in sheet.columns.items() if column == self._table.row._fields[0]]
        self.problems = Problems()
        self._noted: dict[tuple[str, str], _Noted] = {}
        self._no_rows = Problems()
        self.refused_keys: set[str] = set()
        self.examples: list[int] = []

    def rows(self) -> Iterator[tuple]:
        """Every row whose cells could all be read."""
        self._every_currency_is_the_sites()
        for line, cells in self._sheet.rows:
            if self._is_example(cells):
                self.examples.append(line)
                continue
            if reason := why_no_row(self._table, self._sheet.columns, cells, self._where):
                first = next(filter(None, map(_shown, cells)), "")
                self._no_rows.add(Problem(self._sheet.source, line, "", first, reason))
                continue
            row = self._row(line, cells)
            if row is not None:
                yield row

    @property
    def remarks(self) -> Problems:
        """Lines that are no rows; and of cells what was not taken: one remark for each column and sentence."""
        remarks = Problems()
        remarks.add_all(self._no_rows)
        for (column, sentence), noted in self._noted.items():
            if noted.count > 1:
                count = _("Rows like this: %(count)s.") % {"count": formats.number(noted.count)}
                sentence = f"{sentence} {count}"
            remarks.add(Problem(self._sheet.source, noted.line, column, noted.value, sentence))
        return remarks

    def _row(self, line: int, cells: Any) -> tuple | None:
        found: dict[str, Any] = {}
        sound = self._every_cell_has_a_heading(line, cells)
        merged = {position for position, cell in enumerate(cells) if isinstance(cell, Merged)}
        if merged:
            cells = [cell.value if isinstance(cell, Merged) else cell for cell in cells]
        for position, column in self._sheet.columns.items():
            cell = cells[position] if position < len(cells) else None
            declared = self._declared[position]
            if fault := _fault(cell, declared, is_merged=position in merged):
                sound = self._refuse(line, column, cell, fault)
                continue
            try:
                if isinstance(cell, ShownNumber) and declared.read in MONEY:
                    # An amount is what is stored, whatever of it is shown, but for its currency.
                    refuse_another_currency(cell.currency, self._where.currency)
                    cell = float(cell)
                said = None if values.as_text(cell) == "" else declared.read(cell, self._where)
            except BadValue as bad:
                sound = self._refuse(line, column, cell, str(bad))
                continue
            if isinstance(said, Noted):
                self._note(line, column, cell, said.sentence)
                said = said.value
            if said is not None:
                found[column] = [*found.get(column, []), *said] if declared.several else said
            elif declared.required:
                sound = self._refuse(line, column, cell, _("This cell must not be empty."))
        sound = sound and self._is_completed(line, cells, found)
        if not sound:
            self._remember_key(cells)
            return None
        return self._table.row(**found, source=self._sheet.source, line=line)

    def _is_completed(self, line: int, cells: Any, found: dict[str, Any]) -> bool:
        if self._table.complete is None:
            return True
        refused: list[str] = []

        def written(column: str) -> str:
            there = [i for i, name in self._sheet.columns.items() if name == column and i < len(cells)]
            return " / ".join(filter(None, [values.as_text(cells[i]) for i in there]))

        def remark(column: str, sentence: str) -> None:
            self._note(line, column, written(column), sentence)

        def refuse(column: str, sentence: str) -> None:
            refused.append(column)
            self._refuse(line, column, written(column), sentence)

        self._table.complete(LineRead(found, written, remark, refuse))
        return not refused

    def _is_example(self, cells: Any) -> bool:
        return any(key.lower() in EXAMPLES for key in self._keys(cells))

    def _every_currency_is_the_sites(self) -> None:
        for position, column in self._sheet.columns.items():
            heading = self._sheet.headings[position]
            currency = currency_named(self._sheet.table, column, heading)
            if currency and not fits(currency, self._where.currency):
                self._refuse(self._sheet.header, column, heading, of_another_currency(currency, self._where.currency))

    def _every_cell_has_a_heading(self, line: int, cells: Any) -> bool:
        # 1,500,000 without quotes in a file with commas is three cells: reading the first alone would be one franc.
        for position, cell in enumerate(cells):
            if position in self._sheet.headed or isinstance(cell, Merged):
                continue
            if values.as_text(cell):
                return self._refuse(line, "", cell, _("This cell has no heading: the row has one separator too many."))
        return True

    def _refuse(self, line: int, column: str, cell: Any, reason: str) -> bool:
        self.problems.add(Problem(self._sheet.source, line, column, _shown(cell), reason))
        return False

    def _note(self, line: int, column: str, cell: Any, sentence: str) -> None:
        noted = self._noted.setdefault((column, sentence), _Noted(line, _shown(cell)))
        noted.count += 1

    def _remember_key(self, cells: Any) -> None:
        # Rows that refer to this one are not wrong because of it.
        self.refused_keys.update(self._keys(cells))

    def _keys(self, cells: Any) -> list[str]:
        return [values.as_text(cells[i]) for i in self._key_at if i < len(cells)]


@dataclass
class _Noted:
    """The first line of which something was noted, and how many there are."""

    line: int
    value: str
    count: int = 0


def _shown(cell: Any) -> str:
    return values.as_text(cell)[:120]


def _fault(cell: Any, declared: FileColumn, *, is_merged: bool) -> str:
    """What keeps a cell from saying anything at all, whatever its column; "" for nothing."""
    if isinstance(cell, NoResult):
        return _("This formula has no result in the file. Open the file in its program, save it and send it again.")
    if isinstance(cell, str):
        if _ERROR.fullmatch(cell.strip()):
            return _("This is an error of the spreadsheet, and no value.")
        if not cell.isprintable() and _NO_TEXT.search(cell):
            return _("This cell holds what is no text: write it again.")
        if not cell.isprintable() and _TURNED.search(cell):
            return _("A mark of this cell shows it from right to left, as nobody wrote it: write the cell again.")
        if "\ufffd" in cell:
            return _("Characters of this cell were lost before the file came here (�). Write them again.")
    if is_merged and declared.read in MONEY:
        return _("This amount is merged over several cells and would count for each: write it in every cell it is for.")
    return ""
