"""What one sends from the day and from a task. Each change carries the key of its form and the version seen."""

import datetime as dt
import re
import uuid
import zoneinfo
from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leasing.pages.payment_forms import FrancsField
from screens import formats
from sites_app.models import Site
from tasks.actions import OUTCOMES_OF_PEOPLE
from tasks.actions.change import LONGEST_KEY
from tasks.actions.taps import LONGEST_PROMISE_DAYS
from tasks.models import Task

LONGEST_TEXT = 2000
_AFTERNOON, _MORNING = dt.time(15), dt.time(9)
_LATEST = dt.date(2100, 12, 31)
_SUNDAY = 6
OUTCOME_ICONS = {
    Task.Outcome.SUCCEEDED: "check",
    Task.Outcome.PROMISED: "calendar",
    Task.Outcome.NO_ANSWER: "silent",
    Task.Outcome.REFUSED: "cross",
}
_ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class TapForm(forms.Form):
    """A change that needs no more than a press on a button."""

    key = forms.CharField(max_length=LONGEST_KEY, widget=forms.HiddenInput, label=gettext_lazy("Key of the form"))
    version = forms.IntegerField(
        required=False, min_value=1, widget=forms.HiddenInput, label=gettext_lazy("Version of the task")
    )

    def asked(self) -> dict[str, Any]:
        """The arguments of the action that come from the form."""
        return dict(self.cleaned_data)

    def point_at_the_error(self) -> None:
        """Have the page open where the first wrong field is: on a phone it is far below."""
        wrong = next((name for name in self.errors if name in self.fields and not self[name].is_hidden), None)
        if wrong:
            self.fields[wrong].widget.attrs["autofocus"] = True


def long_text(label: Any, *, required: bool, rows: int = 2) -> forms.CharField:
    """A field for some sentences."""
    return forms.CharField(
        label=label, required=required, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": rows})
    )


class DoneForm(TapForm):
    """How it ended, by the button that was pressed; whatever else there is to say is folded away."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("How did it end?"),
        choices=[(outcome.value, outcome.label) for outcome in OUTCOMES_OF_PEOPLE],
        error_messages={"required": gettext_lazy("Say how it ended.")},
    )
    promised_on = forms.DateField(
        label=gettext_lazy("Promised for"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    promised_francs = FrancsField(label=gettext_lazy("How much?"), required=False)
    rating = forms.TypedChoiceField(
        label=gettext_lazy("How well did it go? (1 to 5, optional)"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "—"), *((number, str(number)) for number in range(1, 6))],
    )
    note = long_text(gettext_lazy("Note (optional)"), required=False)

    def __init__(self, *args: Any, site: Site, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("FrancsField", self.fields["promised_francs"]).currency = site.currency
        today = now.astimezone(zoneinfo.ZoneInfo(site.timezone)).date()
        latest = today + dt.timedelta(days=LONGEST_PROMISE_DAYS)
        self.fields["promised_on"].widget.attrs |= {"min": today.isoformat(), "max": latest.isoformat()}

    @property
    def outcomes(self) -> list[tuple[str, Any, str]]:
        """The four large buttons: what each sends, says and shows."""
        return [(outcome.value, outcome.label, OUTCOME_ICONS[outcome]) for outcome in OUTCOMES_OF_PEOPLE]

    @property
    def promise_is_wrong(self) -> bool:
        return bool(self["promised_on"].errors or self["promised_francs"].errors)

    def asked(self) -> dict[str, Any]:
        """A day and an amount go with a promise; with any other outcome they were typed by the way."""
        said = super().asked()
        if said["outcome"] != Task.Outcome.PROMISED:
            del said["promised_on"], said["promised_francs"]
        return said


class WhyForm(TapForm):
    """What is holding it up: one of the usual reasons by its button, or in one's own words."""

    reason = forms.ChoiceField(
        required=False,
        label=gettext_lazy("What is holding it up?"),
        choices=[
            ("nobody_there", gettext_lazy("Nobody there")),
            ("wrong_number", gettext_lazy("Wrong number")),
            ("waiting", gettext_lazy("Waiting for somebody")),
            ("not_mine", gettext_lazy("Not mine")),
        ],
    )
    why = long_text(gettext_lazy("Another reason"), required=False)

    def clean(self) -> dict[str, Any]:
        if not self.errors and not self.cleaned_data["reason"] and not self.cleaned_data["why"].strip():
            self.add_error("why", _("Say what is holding it up."))
        return self.cleaned_data

    def asked(self) -> dict[str, Any]:
        said = super().asked()
        usual = dict(cast("Any", self.fields["reason"]).choices)
        reason = str(usual.get(said.pop("reason"), ""))
        return said | {"why": ". ".join(filter(None, (reason, said["why"].strip())))}


class CancelForm(TapForm):
    why = long_text(gettext_lazy("Why is it not needed any more?"), required=True)
    version = None  # type: ignore[assignment]  # the way Django gives to leave a field out


class MomentField(forms.ChoiceField):
    """One of the moments offered, as text: a tap made offline means the day on which it was made, not sent."""

    def to_python(self, value: Any) -> dt.datetime | None:
        if not value:
            return None
        try:
            moment = parse_datetime(value)
        except ValueError:
            moment = None
        if moment is None or timezone.is_naive(moment) or moment.date() > _LATEST:
            raise ValidationError(_("This is not one of the times offered."))
        return moment

    def validate(self, value: Any) -> None:
        """Any moment may come: what was offered this morning is not offered now."""


class LaterForm(TapForm):
    when = MomentField(label=gettext_lazy("When?"), required=False)
    day = forms.DateField(
        label=gettext_lazy("Or on another day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, site: Site, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zoneinfo.ZoneInfo(site.timezone)
        here = now.astimezone(self.zone)
        when = cast("forms.ChoiceField", self.fields["when"])
        when.choices = [(moment.isoformat(), words) for moment, words in _moments(here)]
        first = here.date() if here.time() < _MORNING else here.date() + dt.timedelta(days=1)
        self.fields["day"].widget.attrs["min"] = first.isoformat()

    def clean_day(self) -> dt.date | None:
        return not_too_far(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        if not self.errors and self.cleaned_data["day"] is None and self.cleaned_data["when"] is None:
            self.add_error("when", _("Say when."))
        return self.cleaned_data

    def asked(self) -> dict[str, Any]:
        day = self.cleaned_data["day"]
        chosen = dt.datetime.combine(day, _MORNING, self.zone) if day else self.cleaned_data["when"]
        return {"key": self.cleaned_data["key"], "version": self.cleaned_data["version"], "due_at": chosen}


def not_too_far(day: dt.date | None) -> dt.date | None:
    """The day as it is; ValidationError for one that nobody means."""
    if day is not None and day > _LATEST:
        raise ValidationError(_("Give a day up to %(day)s.") % {"day": formats.date_short(_LATEST)})
    return day


def _moments(here: dt.datetime) -> Iterable[tuple[dt.datetime, str]]:
    """What "later" may mean at this hour: this afternoon, tomorrow, in three days, next Monday."""
    today = here.date()
    if here.time() < _AFTERNOON:
        yield dt.datetime.combine(today, _AFTERNOON, here.tzinfo), _("This afternoon")
    days = {1: _("Tomorrow"), 3: _("In 3 days, on %(day)s")}
    # On a Sunday next Monday is tomorrow.
    days = {7 - today.weekday(): _("Next week, on %(day)s")} | days
    for ahead in sorted(days):
        day = today + dt.timedelta(days=ahead)
        if day.weekday() == _SUNDAY:
            continue
        yield dt.datetime.combine(day, _MORNING, here.tzinfo), days[ahead] % {"day": formats.weekday(day)}


_TAP_FORMS = {"done": DoneForm, "cannot": WhyForm, "later": LaterForm, "cancel": CancelForm}


def tap_form(
    verb: str, task: Any, site: Site, now: dt.datetime, data: Any = None, *, owed: int | None = None
) -> TapForm:
    """The form of a tap: filled in, or for the task as it is now, with a new key. Its ids differ from all others.

    `owed` are the francs that a promise may be about.
    """
    kind = _TAP_FORMS.get(verb, TapForm)
    needed = {"site": site, "now": now} if kind in (DoneForm, LaterForm) else {}
    fresh = {"key": uuid.uuid4(), "version": task.version, "promised_francs": owed}
    return kind(data, initial=fresh, auto_id=f"{verb}-{str(task.id)[:8]}-%s", **needed)


class WaitForm(forms.Form):
    """Which task is to be done before: one of the agent's, or a colleague's by the address of its page."""

    needs = forms.ChoiceField(label=gettext_lazy("Do this one first"), required=False)
    address = forms.CharField(
        label=gettext_lazy("Or a colleague’s task: the address of its page"), required=False, max_length=300
    )

    def __init__(self, *args: Any, may_manage: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What was offered a minute ago may be done by now: the action says what is wrong with it.
        self.fields["needs"].valid_value = is_id  # type: ignore[attr-defined]  # it is a choice
        if not may_manage:
            # Colleagues' tasks are not for everybody's eyes.
            del self.fields["address"]

    def offer(self, others: Iterable[tuple[UUID, str]]) -> None:
        """Have these tasks, by id and title, to choose from."""
        needs = cast("forms.ChoiceField", self.fields["needs"])
        needs.choices = [("", "—"), *((str(pk), title) for pk, title in others)]

    def clean(self) -> dict[str, Any]:
        needs, address = self.cleaned_data.get("needs"), self.cleaned_data.get("address", "")
        found = re.search(_ID, address.lower())
        if needs:
            self.cleaned_data["task"] = UUID(needs)
        elif found:
            self.cleaned_data["task"] = UUID(found[0])
        elif not self.errors:
            field = "address" if address else "needs"
            self.add_error(field, _("Choose a task, or give the address of its page."))
        return self.cleaned_data


class UndoForm(forms.Form):
    key = forms.CharField(max_length=LONGEST_KEY, widget=forms.HiddenInput)


def is_id(text: str) -> bool:
    """Whether a text is an id of a row: a forged one never reaches the database."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
