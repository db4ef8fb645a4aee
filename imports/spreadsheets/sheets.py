"""A sheet of an open workbook of any kind, and what is known of it beside its cells."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from imports.spreadsheets.cells import Merged

Cells = dict[int, Any]
"""The cells of a line that are not empty, by column, the first being 1."""
Lines = Iterator[tuple[int, Cells]]
Range = tuple[int, int, int, int]
"""First line, first column, last line, last column."""

_MOST_TOLD = 1000


@dataclass
class SheetLook:
    """What the screen shows of a sheet that no cell says; complete when its lines have been read."""

    merged: list[Range] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    hidden_lines: list[int] = field(default_factory=list)
    hidden_line_count: int = 0

    def add_hidden(self, line: int) -> None:
        """A line that holds something and is not shown."""
        self.hidden_line_count += 1
        if len(self.hidden_lines) < _MOST_TOLD:
            self.hidden_lines.append(line)


@dataclass(frozen=True)
class OpenSheet:
    """A sheet: `lines` reads it from its beginning and tells `SheetLook` what it sees. Lines may be empty."""

    title: str
    hidden: bool
    lines: Callable[[SheetLook], Lines]
    holds_something: bool | None = None
    """Where that is known already."""


class Merges:
    """Gives cells the value of the cell that they are merged with."""

    def __init__(self, ranges: list[Range], last_column: int) -> None:
        self._coming = sorted(ranges, reverse=True)
        self._last_column = last_column
        self._open: list[tuple[Range, Any]] = []

    def add(self, merged: Range) -> None:
        """One that begins in the line that is filled next."""
        self._coming.append(merged)

    def fill(self, line: int, cells: Cells) -> None:
        """Lines in their order. One that has nothing of its own stays empty: a merge makes no rows up."""
        while self._coming and self._coming[-1][0] <= line:
            merged = self._coming.pop()
            value = cells.get(merged[1]) if merged[0] == line else None
            if value is not None and not isinstance(value, Merged):
                self._open.append((merged, value))
        if not self._open:
            return
        self._open = [(merged, value) for merged, value in self._open if merged[2] >= line]
        if not cells:
            return
        for (first_line, first, _last_line, last), value in self._open:
            for column in range(first + (line == first_line), min(last, self._last_column) + 1):
                cells.setdefault(column, Merged(value, column > first))
