"""Arithmetic of months. Pure."""

import calendar
import datetime as dt


def month_begun(start: dt.date, months: int) -> dt.date:
    """So many months after a day: the same day of another month, the last one of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def month_after(day: dt.date, months: int) -> dt.date:
    """The first day of the month that comes so many months after the month of `day`."""
    return month_begun(day.replace(day=1), months)


def calendar_months_between(first: dt.date, last: dt.date) -> int:
    """How many months the month of `last` comes after that of `first`; negative where it comes before."""
    return (last.year - first.year) * 12 + last.month - first.month
