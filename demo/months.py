"""Whole months: leasing/months.py has the rest."""

import datetime as dt

from leasing.months import calendar_months_between


def months_between(first: dt.date, last: dt.date) -> int:
    """Whole months from one day to a later one; negative when it is earlier."""
    months = calendar_months_between(first, last)
    return months - 1 if last.day < first.day else months
