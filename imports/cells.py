"""How the cells of a column are read: a reader for each kind of column."""

from decimal import Decimal
from typing import Any

from imports import values
from imports.table import Reader, Where


def text(longest: int) -> Reader:
    return lambda cell, _where: values.text(cell, longest)


def whole_number(least: int, most: int) -> Reader:
    return lambda cell, _where: values.whole_number(cell, least, most)


def choice(words: dict[str, str]) -> Reader:
    """One of a few values, by any of its words."""
    return lambda cell, _where: values.choice(cell, words)


def words(**of_values: str) -> dict[str, str]:
    """The words of a choice: each value's own, and those that people use for it."""
    return {word: value for value, used in of_values.items() for word in f"{value} {used}".split()}


def amount(cell: Any, _where: Where) -> int:
    return values.amount(cell)


def balance(cell: Any, _where: Where) -> int:
    """An amount that may be less than nothing: −500 000, or (500 000) as accountants write it."""
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        return -values.amount(-cell) if cell < 0 else values.amount(cell)
    written = values.as_text(cell)
    if written.startswith(("-", "−")):
        return -values.amount(written[1:])
    if written.startswith("(") and written.endswith(")"):
        return -values.amount(written[1:-1])
    return values.amount(cell)


def date(cell: Any, _where: Where) -> Any:
    return values.date(cell)


def moment(cell: Any, where: Where) -> Any:
    return values.moment(cell, where.timezone)


def phone(cell: Any, where: Where) -> str:
    return values.phone(cell, where.country)


def yes_or_no(cell: Any, _where: Where) -> bool:
    return values.yes_or_no(cell)
