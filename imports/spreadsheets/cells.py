"""What a cell says beyond text, number and day, on both sides of the child's JSON lines."""

import datetime as dt
from dataclasses import dataclass
from typing import Any


class NoResult(str):
    """A formula whose result the file does not have, as its text."""


class ShownNumber(float):
    """A number that the screen shows otherwise than plain: 12 as 0012, or with a currency: 1,500 as 1 500 FCFA."""

    shown: str
    """"" where it says no more than the number."""
    currency: str
    """The words beside its digits, which may be a currency."""

    def __new__(cls, number: float, shown: str | None, currency: str = "") -> "ShownNumber":
        made = super().__new__(cls, number)
        made.shown, made.currency = shown or "", currency
        return made


@dataclass(frozen=True)
class Merged:
    """What a cell has from the cell that it is merged with: one before it in its line (`across`), or one above."""

    value: Any
    across: bool


_LONGEST_FORMULA = 120
_MOMENTS: dict[str, Any] = {"datetime": dt.datetime, "date": dt.date, "time": dt.time}


def as_json(value: Any) -> Any:
    """A cell as JSON holds it: what it has no word for is a list of its kind and what it says."""
    if isinstance(value, Merged):
        return ["merged", as_json(value.value), value.across]
    if isinstance(value, ShownNumber):
        return ["shown", float(value), value.shown, value.currency]
    if isinstance(value, NoResult):
        return ["formula", value[:_LONGEST_FORMULA]]
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return [type(value).__name__, value.isoformat()]
    return str(value)


def from_json(cell: Any) -> Any:
    """The cell that `as_json` was given."""
    if not isinstance(cell, list):
        return cell
    kind = cell[0]
    if kind == "merged":
        return Merged(from_json(cell[1]), bool(cell[2]))
    if kind == "shown":
        return ShownNumber(cell[1], str(cell[2]), str(cell[3]))
    if kind == "formula":
        return NoResult(cell[1])
    return _MOMENTS[kind].fromisoformat(cell[1])
