"""Which months of rent a lease asks for, how much each, and when. Pure: no Django, no database, no clock.

Every day lived in is asked for once, whatever the payment day: docs/formulas/money.md. Amounts are whole francs.
"""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from leasing.months import calendar_months_between, month_begun

Billing = Literal["calendar", "anniversary", "calendar_full"]

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class RentChange:
    """From the month that begins on `from_month` on, the rent is another."""

    from_month: dt.date
    monthly_rent: int


@dataclass(frozen=True)
class LoweredMonth:
    """What the month that begins in `period` asks for less, as was granted."""

    period: dt.date
    francs: int


@dataclass(frozen=True)
class Terms:
    """What a lease says about its rent.

    `end`: its last day, None while nobody ended it. `rents_from`: what was due before this day is not on record, and
    is not asked for. `asked_until`: the last day that other months have asked for already, such as those under a
    billing of before or of the lease that this one renews.
    """

    billing: Billing
    start: dt.date
    payment_day: int
    monthly_rent: int
    end: dt.date | None = None
    changes: tuple[RentChange, ...] = ()
    rents_from: dt.date | None = None
    lowered: tuple[LoweredMonth, ...] = ()
    asked_until: dt.date | None = None

    def rent_on(self, day: dt.date) -> int:
        """The monthly rent on a day."""
        rents = [change.monthly_rent for change in self.changes if change.from_month <= day]
        return rents[-1] if rents else self.monthly_rent


@dataclass(frozen=True)
class RentMonth:
    """One month that is asked for. `period`: the first day of the calendar month in which it begins."""

    period: dt.date
    due_date: dt.date
    amount: int


def rent_months(terms: Terms, *, first: dt.date, last: dt.date) -> list[RentMonth]:
    """The months with a period from `first` to `last` (first days of months) that the lease asks for, in order.

    - calendar: calendar months, the first and the last by days; due on the payment day, on the last day of a shorter
      month, never before the start, never after the end.
    - anniversary: month k begins k months after the start (31 January, 28 February, 31 March) and ends the day before
      the next; due on its first day, at the rent of that day; the last by days of its own month.
    - calendar_full: as calendar, each month that the lease touches in full.

    After the end nothing is due. The changes of rent are given in order. What was granted is taken off a month, down to
    nothing.
    """
    months = _anniversaries(terms, last) if terms.billing == "anniversary" else _calendar_months(terms, last)
    lowered = {each.period: each.francs for each in terms.lowered}
    return [
        replace(month, amount=max(0, month.amount - lowered[month.period])) if month.period in lowered else month
        for month in months
        if month.period >= first and (terms.rents_from is None or month.due_date >= terms.rents_from)
    ]


def by_days(rent: int, first: int, last: int, days: int) -> int:
    """What days `first` to `last` of a month of so many days cost: parts of a month always add up to its rent."""
    return _rounded(rent * last, days) - _rounded(rent * (first - 1), days)


def _calendar_months(terms: Terms, last: dt.date) -> Iterator[RentMonth]:
    begins = _first_day_to_ask_for(terms)
    # What a billing of before has left of a month is asked for by days under every billing.
    full = terms.billing == "calendar_full" and begins == terms.start
    period = begins.replace(day=1)
    while period <= last and (terms.end is None or begins <= terms.end):
        days = calendar.monthrange(period.year, period.month)[1]
        month_ends = period.replace(day=days)
        ends = month_ends if terms.end is None else min(month_ends, terms.end)
        rent = terms.rent_on(period)
        amount = rent if full else by_days(rent, begins.day, ends.day, days)
        due = max(begins, period.replace(day=min(terms.payment_day, days)))
        yield RentMonth(period, due if terms.end is None else min(due, terms.end), amount)
        begins = period = month_ends + _DAY
        full = terms.billing == "calendar_full"


def _anniversaries(terms: Terms, last: dt.date) -> Iterator[RentMonth]:
    asked_from = _first_day_to_ask_for(terms)
    number = max(0, calendar_months_between(terms.start, asked_from) - 1)
    part: RentMonth | None = None  # what a billing of before has left of a month, asked for with the next one
    while True:
        begins, next_begins = month_begun(terms.start, number), month_begun(terms.start, number + 1)
        number += 1
        if begins.replace(day=1) > last or (terms.end is not None and begins > terms.end):
            break
        if next_begins <= asked_from:
            continue
        ends = next_begins - _DAY if terms.end is None else min(next_begins - _DAY, terms.end)
        first = max(begins, asked_from)
        days = (next_begins - begins).days
        amount = by_days(terms.rent_on(begins), (first - begins).days + 1, (ends - begins).days + 1, days)
        month = RentMonth(first.replace(day=1), first, amount)
        if first > begins:
            part = month
            continue
        if part is not None:
            month, part = RentMonth(month.period, part.due_date, part.amount + month.amount), None
        yield month
    if part is not None and part.period <= last:
        yield part


def _first_day_to_ask_for(terms: Terms) -> dt.date:
    return terms.start if terms.asked_until is None else max(terms.start, terms.asked_until + _DAY)


def _rounded(dividend: int, divisor: int) -> int:
    """Half up."""
    return (2 * dividend + divisor) // (2 * divisor)
