"""Rows of a spreadsheet as typed rows for staging, with every cell that could not be read."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from imports import values
from imports.headers import CHOICES, PROVIDERS, REQUIRED
from imports.sources import Sheet
from imports.staging import STAGED


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
class Found:
    """Problems: the first of them, and how many there are."""

    listed: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.listed) < MAX_LISTED:
            self.listed.append(problem)

    def add_all(self, other: "Found") -> None:
        self.count += other.count
        self.listed += other.listed[: MAX_LISTED - len(self.listed)]


# How long a text may be, where its table limits it.
_LONGEST = {
    "code": 40, "reference": 40, "property": 40, "tenant": 40, "contract": 40, "referred_by": 40, "renewal_of": 40,
    "name": 120, "owner_name": 120, "address": 200, "neighbourhood": 80, "provider": 40, "email": 254, "agent": 254,
    "note": 5000, "comment": 5000,
}  # fmt: skip
_PAYMENT_REFERENCE = 80
_PHONES = {"phone", "owner_phone"}
_AMOUNTS = {"market_rent", "monthly_rent", "deposit", "amount", "refunded_amount"}


class SheetReader:
    """Reads one sheet; `problems` fills up while `rows()` is drawn from."""

    def __init__(self, sheet: Sheet, *, country: str, timezone: dt.tzinfo) -> None:
        self._sheet, self._country, self._timezone = sheet, country, timezone
        self._shape = STAGED[sheet.table]
        self._parsers = {column: self._parser(column) for column in sheet.columns.values()}
        self.problems = Found()
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
            if values.as_text(cell) == "":
                if column in REQUIRED[self._sheet.table]:
                    sound = self._refuse(line, column, cell, _("This cell must not be empty."))
                continue
            try:
                found[column] = self._parsers[column](cell)
            except values.BadValue as bad:
                sound = self._refuse(line, column, cell, str(bad))
        if not sound:
            self._remember_key(cells)
            return None
        if self._sheet.table == "payments":
            self._name_the_provider(found, cells)
        return self._shape(**found, source=self._sheet.source, line=line)

    def _every_cell_has_a_heading(self, line: int, cells: Any) -> bool:
        # 1,500,000 without quotes in a file with commas is three cells: reading the first alone would be one franc.
        for position, cell in enumerate(cells):
            if position not in self._sheet.headed and values.as_text(cell):
                return self._refuse(line, "", cell, _("This cell has no heading: the row has a separator too many."))
        return True

    def _refuse(self, line: int, column: str, cell: Any, reason: str) -> bool:
        self.problems.add(Problem(self._sheet.source, line, column, values.as_text(cell)[:120], reason))
        return False

    def _remember_key(self, cells: Any) -> None:
        # Rows that refer to this one are not wrong because of it.
        for position, column in self._sheet.columns.items():
            if column == self._shape._fields[0] and position < len(cells):
                self.refused_keys.add(values.as_text(cells[position]))

    def _name_the_provider(self, found: dict[str, Any], cells: Any) -> None:
        if found.get("method") != "mobile":
            return
        position = next(i for i, column in self._sheet.columns.items() if column == "method")
        said = found.get("provider") or values.as_text(cells[position])
        # One spelling: the number of a transaction is known by its provider.
        named = PROVIDERS.get(values.folded(said))
        if named:
            found["provider"] = named

    def _parser(self, column: str) -> Callable[[Any], Any]:
        words = CHOICES.get((self._sheet.table, column))
        if words is not None:
            return lambda cell: values.choice(cell, words)
        if column in _AMOUNTS:
            return values.amount
        if column in _PHONES:
            return lambda cell: values.phone(cell, self._country)
        if column == "payment_day":
            return lambda cell: values.whole_number(cell, 1, 31)
        if column == "advance_months":
            return lambda cell: values.whole_number(cell, 0, 60)
        if column == "rating":
            return lambda cell: values.whole_number(cell, 0, 10)
        if column == "is_complaint":
            return values.yes_or_no
        if column == "happened_at":
            return lambda cell: values.moment(cell, self._timezone)
        if column.endswith(("_on", "_date")):
            return values.date
        longest = _PAYMENT_REFERENCE if (self._sheet.table, column) == ("payments", "reference") else _LONGEST[column]
        return lambda cell: values.text(cell, longest)
