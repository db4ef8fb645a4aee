"""How the cells of a column are read: a reader for each kind of column. None says that the cell stands for nothing."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from imports import choices, values
from imports.choices import Words
from imports.table import Noted, Reader, Where
from screens import amounts


def text(longest: int) -> Reader:
    return lambda cell, _where: values.text(cell, longest)


def _unless_a_dash(read: Reader) -> Reader:
    return lambda cell, where: None if values.is_dash(cell) else read(cell, where)


def whole_number(least: int, most: int) -> Reader:
    return _unless_a_dash(lambda cell, _where: values.whole_number(cell, least, most))


@dataclass(frozen=True)
class OneOf:
    """One of a few values, by any of its words; `understood` reads a cell that may hold more than one word."""

    words: Words
    understood: Callable[[str], str | None] | None = None

    def __call__(self, cell: Any, _where: Where) -> str | None:
        return None if values.is_dash(cell) else choices.choice(cell, self.words, self.understood)


def yes_or_no(cell: Any, _where: Where) -> bool | None:
    return None if values.is_dash(cell) else choices.yes_or_no(cell)


def amount(cell: Any, where: Where) -> int | None:
    return None if amounts.is_nothing(cell, where.currency) else amounts.amount(cell, where.currency)


def balance(cell: Any, where: Where) -> int | None:
    """An amount that may be less than nothing."""
    return None if amounts.is_nothing(cell, where.currency) else amounts.balance(cell, where.currency)


MONEY = (amount, balance)
"""Readers whose columns may name a currency in their heading."""


@_unless_a_dash
def date(cell: Any, _where: Where) -> Any:
    day, hour = values.day_and_hour(cell)
    if hour in (None, dt.time()):
        return day
    return Noted(day, _("Only the day is kept: the hour is left out."))


@_unless_a_dash
def moment(cell: Any, where: Where) -> Any:
    return values.moment(cell, where.timezone)


@_unless_a_dash
def phone(cell: Any, where: Where) -> Any:
    """One number: of two in one cell the first is kept."""
    first, *others = values.phones(cell, where.country) or [values.phone(cell, where.country)]
    if not others:
        return first
    return Noted(first, _("Only the first number is kept here: the other one is left out."))


@_unless_a_dash
def phones(cell: Any, where: Where) -> list[str]:
    """All numbers of a cell: for columns that their table puts together."""
    return values.phones(cell, where.country) or [values.phone(cell, where.country)]
