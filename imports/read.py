"""Rows of a spreadsheet as typed rows for staging, with every cell that could not be read."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from imports import values
from imports.sources import Sheet
from imports.table import Where
from imports.tables import TABLES


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a cell (the row without a `column`, the file without a `line`), in the reader's language."""

    source: str
    line: int
    column: str
    value: str
    reason: str


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
    """Reads one sheet; `problems` fills up while `rows()` is drawn from."""

    def __init__(self, sheet: Sheet, *, country: str, timezone: dt.tzinfo) -> None:
        self._sheet, self._where = sheet, Where(country, timezone)
        self._table = TABLES[sheet.table]
        self.problems = Problems()
        self.refused_keys: set[str] = set()

    def rows(self) -> Iterator[tuple]:
        """Every row whose cells could all be read."""
        for line, cells in self._sheet.rows:
            row = self._row(line, cells)
            if row is not None:
                yield row

    def _row(self, line: int, cells: Any) -> tuple | None:
        found: dict[str, Any] = {}
        sound = self._every_cell_has_a_heading(line, cells)
        for position, column in self._sheet.columns.items():
            cell = cells[position] if position < len(cells) else None
            declared = self._table.columns[column]
            if values.as_text(cell) == "":
                if declared.required:
                    sound = self._refuse(line, column, cell, _("This cell must not be empty."))
                continue
            try:
                found[column] = declared.read(cell, self._where)
            except values.BadValue as bad:
                sound = self._refuse(line, column, cell, str(bad))
        if not sound:
            self._remember_key(cells)
            return None
        if self._table.complete:
            self._table.complete(found, lambda column: self._written(column, cells))
        return self._table.row(**found, source=self._sheet.source, line=line)

    def _every_cell_has_a_heading(self, line: int, cells: Any) -> bool:
        # 1,500,000 without quotes in a file with commas is three cells: reading the first alone would be one franc.
        for position, cell in enumerate(cells):
            if position not in self._sheet.headed and values.as_text(cell):
                return self._refuse(line, "", cell, _("This cell has no heading: the row has one separator too many."))
        return True

    def _refuse(self, line: int, column: str, cell: Any, reason: str) -> bool:
        self.problems.add(Problem(self._sheet.source, line, column, values.as_text(cell)[:120], reason))
        return False

    def _remember_key(self, cells: Any) -> None:
        # Rows that refer to this one are not wrong because of it.
        for position, column in self._sheet.columns.items():
            if column == self._table.row._fields[0] and position < len(cells):
                self.refused_keys.add(values.as_text(cells[position]))

    def _written(self, column: str, cells: Any) -> str:
        return next(values.as_text(cells[i]) for i, name in self._sheet.columns.items() if name == column)
