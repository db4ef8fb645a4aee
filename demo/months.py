"""Arithmetic of whole months."""

import calendar
import datetime as dt


def plus_months(day: dt.date, months: int) -> dt.date:
    """The same day of another month; the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(first: dt.date, last: dt.date) -> int:
    """Whole months from one day to a later one; negative when it is earlier."""
    months = (last.year - first.year) * 12 + last.month - first.month
    return months - 1 if last.day < first.day else months
