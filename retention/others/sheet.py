"""A CSV file as columns of numbers and of words. Pure."""

import csv
import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Literal

MOST_VALUES = 50
"""A column of words with more values than this tells rows apart, and teaches nothing."""
_YES = {"1", "1.0", "yes", "y", "true", "t", "oui", "o", "vrai"}
_NO = {"0", "0.0", "no", "n", "false", "f", "non", "faux"}
_DATES = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S")

Kind = Literal["number", "words", "date", "identifier", "empty"]


class SheetRefused(ValueError):
    """The file cannot be evaluated, for the reason given."""


@dataclass(frozen=True)
class SheetColumn:
    """A column: its values as text, and as what they are: numbers or dates, None where the cell is empty."""

    name: str
    kind: Kind
    texts: tuple[str, ...]
    numbers: tuple[float | None, ...] = ()
    dates: tuple[dt.date | None, ...] = ()

    @property
    def few_values(self) -> bool:
        """Whether each of its values can be looked at by itself."""
        return self.kind == "words" or (self.kind == "number" and len(set(self.texts)) <= 10)


@dataclass(frozen=True)
class CsvSheet:
    """The rows whose target and duration can be read: whether the event came, after how long, and all other columns."""

    events: tuple[bool, ...]
    durations: tuple[float, ...] | None
    columns: dict[str, SheetColumn]
    left_out: int


def read_sheet(path: Path, *, target: str, duration: str | None) -> CsvSheet:
    """The columns of a file. `target` names a column of yes and no, or is COLUMN=VALUE. Raises SheetRefused."""
    names, rows = _cells(path)
    at = {name: number for number, name in enumerate(names)}
    column, _equals, value = target.partition("=")
    for wanted in filter(None, (column, duration)):
        if wanted not in at:
            raise SheetRefused(f"there is no column {wanted}: there are {', '.join(names)}")
    came = _reader_of_events([row[at[column]] for row in rows], column, value)
    events, durations, kept = [], [], []
    for row in rows:
        event, time = came(row[at[column]]), _number(row[at[duration]]) if duration else 0.0
        if event is None or time is None or time < 0:
            continue
        events.append(event)
        durations.append(time)
        kept.append(row)
    if not any(events) or all(events):
        raise SheetRefused(f"{column}: the event came in {sum(events)} of {len(events)} rows")
    others = [name for name in names if name not in (column, duration)]
    return CsvSheet(
        events=tuple(events),
        durations=tuple(durations) if duration else None,
        columns={name: _column(name, [row[at[name]] for row in kept]) for name in others},
        left_out=len(rows) - len(kept),
    )


def _cells(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SheetRefused(f"{path}: {error.strerror}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    separator = max(",;\t", key=head.count)
    rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines(), delimiter=separator) if any(row)]
    if len(rows) < 2:
        raise SheetRefused(f"{path}: no rows")
    names, body = rows[0], rows[1:]
    if repeated := [name for name, times in Counter(names).items() if times > 1]:
        raise SheetRefused(f"the column {repeated[0]} stands twice")
    for number, row in enumerate(body, 2):
        if len(row) != len(names):
            raise SheetRefused(f"row {number} has {len(row)} cells, the head has {len(names)}")
    return names, body


def _reader_of_events(texts: Sequence[str], column: str, value: str) -> Callable[[str], bool | None]:
    found = {text.casefold() for text in texts if text}
    if value:
        if value.casefold() not in found:
            raise SheetRefused(f"{column} is nowhere {value}")
        return lambda text: text.casefold() == value.casefold() if text else None
    if unknown := sorted(found - _YES - _NO):
        raise SheetRefused(f"{column} is {', '.join(unknown[:5])}: say which is the event, --target {column}=VALUE")
    return lambda text: text.casefold() in _YES if text else None


def _column(name: str, texts: Sequence[str]) -> SheetColumn:
    filled = [text for text in texts if text]
    if not filled:
        return SheetColumn(name, "empty", tuple(texts))
    if all(_number(text) is not None for text in filled):
        return SheetColumn(name, "number", tuple(texts), numbers=tuple(map(_number, texts)))
    if all(_date(text) is not None for text in filled):
        return SheetColumn(name, "date", tuple(texts), dates=tuple(map(_date, texts)))
    return SheetColumn(name, "words" if len(set(texts)) <= MOST_VALUES else "identifier", tuple(texts))


def _number(text: str) -> float | None:
    """As 1234.5, 1 234,5 or 1 234.5. An empty cell is none: read as a word it would make words of the column."""
    plain = text.translate({0x20: None, 0xA0: None, 0x202F: None})
    if "," in plain and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        found = float(plain)
    except ValueError:
        return None
    return found if isfinite(found) else None


def _date(text: str) -> dt.date | None:
    for form in _DATES:
        try:
            return dt.datetime.strptime(text, form).date()  # noqa: DTZ007 -- a day, of which no hour is asked
        except ValueError:
            continue
    return None
