"""Which period the page shows. A GET form: its address can be kept and sent to somebody."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kpi.counting.periods import (
    EARLIEST,
    LATEST,
    LONGEST_YEARS,
    Period,
    first_of_month,
    last_full_months,
    month_so_far,
    whole_month,
)
from kpi.report.metrics import Metrics
from screens import formats
from screens.texts import Text


class Choice(TextChoices):
    THIS_MONTH = "this-month", gettext_lazy("This month")
    LAST_MONTH = "last-month", gettext_lazy("Last month")
    QUARTER = "quarter", gettext_lazy("3 months")
    YEAR = "year", gettext_lazy("12 months")


@dataclass(frozen=True)
class ComparedPeriod:
    """The period to show and the one to compare it with; `choice` is "" for dates of one's own.

    `cut_from` is the end that was asked for, where that is still to come.
    """

    period: Period
    previous: Period
    choice: str
    cut_from: dt.date | None = None

    @cached_property
    def query(self) -> str:
        """The part of an address that asks for the same again."""
        if self.choice:
            return urlencode({"period": self.choice})
        return urlencode({"start": self.period.start.isoformat(), "end": self.period.end.isoformat()})


def asked_for(choice: str, today: dt.date) -> ComparedPeriod:
    """A choice as dates: the month so far, or full months up to the last one that is over."""
    if choice == Choice.THIS_MONTH:
        return ComparedPeriod(*month_so_far(today), choice)
    months = {Choice.LAST_MONTH: 1, Choice.QUARTER: 3, Choice.YEAR: 12}[Choice(choice)]
    period = last_full_months(today, months)
    return ComparedPeriod(period, period.previous(), choice)


@dataclass(frozen=True)
class Beginning:
    """Where the records begin, for who asks for a period before them: the day, and its month, which has some."""

    day: dt.date
    month: ComparedPeriod


def beginning(metrics: Metrics, first_day: dt.date | None, today: dt.date) -> Beginning | None:
    """The beginning of the records, if what was found lies before it; none is to come yet."""
    if first_day is None or not metrics.is_before(first_day) or first_day > today:
        return None
    month = whole_month(first_of_month(first_day), today)
    return Beginning(first_day, ComparedPeriod(month, month.previous(), ""))


def _day(label: Text) -> forms.DateField:
    widget = forms.DateInput(
        format="%Y-%m-%d", attrs={"type": "date", "min": EARLIEST.isoformat(), "max": LATEST.isoformat()}
    )
    return forms.DateField(label=label, required=False, widget=widget)


class PeriodForm(forms.Form):
    """A choice, or the two days of a period of one's own. Without either: the last full month.

    What is still to come has no numbers: a period ends today at the latest, and says so.
    """

    period = forms.ChoiceField(label=gettext_lazy("Period"), choices=Choice.choices, required=False)
    start = _day(pgettext_lazy("first day", "From"))
    end = _day(pgettext_lazy("last day", "To"))

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["start"].widget.attrs["max"] = today.isoformat()

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        for name in ("start", "end"):
            day = cleaned.get(name)
            if day is not None and not EARLIEST <= day <= LATEST:
                self.add_error(name, _("Give a date from %(first)s to %(last)s.") % _days(first=EARLIEST, last=LATEST))
        if self.errors:
            return cleaned
        start, end = cleaned.get("start"), cleaned.get("end")
        if start is None and end is None:
            return cleaned
        if start is None or end is None:
            self.add_error("start" if start is None else "end", _("Give both days of the period."))
        elif end < start:
            self.add_error("end", _("The end, %(end)s, is before the start, %(start)s.") % _days(start=start, end=end))
        elif start > self.today:
            self.add_error("start", _("The start, %(start)s, is in the future.") % _days(start=start))
        elif Period(start, min(end, self.today)).is_too_long:
            self.add_error("end", _("A period has at most %(years)s years.") % {"years": LONGEST_YEARS})
        return cleaned

    def compared(self) -> ComparedPeriod:
        """What to show; for a form with errors, what is shown without one."""
        if not self.is_valid():
            return asked_for(Choice.LAST_MONTH, self.today)
        start, end = self.cleaned_data["start"], self.cleaned_data["end"]
        if start is not None:
            period = Period(start, min(end, self.today))
            return ComparedPeriod(period, period.previous(), "", cut_from=end if end > self.today else None)
        return asked_for(self.cleaned_data["period"] or Choice.LAST_MONTH, self.today)


def _days(**days: dt.date) -> dict[str, str]:
    return {name: formats.date_short(day) for name, day in days.items()}
