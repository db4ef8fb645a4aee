"""What managers send from the board: which tasks to list, who takes which, and tasks of their own."""

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from leasing.models import Contract, Property, Tenant
from leasing.search import listed
from screens.lists import SearchField
from sites_app.models import Site
from tasks.actions.change import LONGEST_KEY
from tasks.models import Task, TaskQuerySet
from tasks.pages.forms import is_id, long_text, not_too_far
from tasks.queries import RankedTask

_SEARCHED = (
    "title",
    "tenant__name",
    "tenant__phone",
    "contract__reference",
    "property__code",
    "property__neighbourhood",
)
_FOUND_BY = {"tenant": "tenant_id", "contract": "contract_id", "property": "property_id"}


class AgentForm(forms.Form):
    """A colleague, among those of the site who may have tasks."""

    agent = forms.TypedChoiceField(label=gettext_lazy("Agent"), coerce=int)

    def __init__(self, *args: Any, workers: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._workers = {worker.pk: worker for worker in workers}
        names = [(pk, worker.get_full_name()) for pk, worker in self._workers.items()]
        cast("forms.ChoiceField", self.fields["agent"]).choices = [("", _("Choose a colleague")), *names]
        self.fields["agent"].error_messages["required"] = _("Say who takes it.")

    def clean_agent(self) -> User:
        return self._workers[self.cleaned_data["agent"]]


class GiveForm(AgentForm):
    """The tasks ticked in a list, and to whom they go."""

    task = forms.TypedMultipleChoiceField(label=gettext_lazy("Tasks"), coerce=UUID)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].valid_value = is_id  # type: ignore[attr-defined]  # it is a choice
        self.fields["task"].error_messages["required"] = _("Tick at least one task.")


class TakeBackForm(forms.Form):
    """A handover to be taken back, and the filters of the board on which that was asked."""

    given = forms.UUIDField(widget=forms.HiddenInput)
    filters = forms.CharField(required=False, widget=forms.HiddenInput)


class FilterForm(forms.Form):
    """Which tasks the board lists. A GET form: its address can be kept."""

    NOBODY, LATER = "nobody", "later"

    q = SearchField()
    agent = forms.ChoiceField(label=gettext_lazy("Agent"), required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("All")), *Task.Kind.choices]
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", pgettext_lazy("tasks", "Open")),
            *Task.Status.choices,
            (LATER, gettext_lazy("Put off")),
            ("all", gettext_lazy("All")),
        ],
    )

    def __init__(self, *args: Any, workers: Iterable[User], now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workers, self.now = list(workers), now
        names = [(str(worker.pk), worker.get_full_name()) for worker in self.workers]
        cast("forms.ChoiceField", self.fields["agent"]).choices = [("", _("All")), *names, (self.NOBODY, _("Nobody"))]

    def asks_for_open_ones(self) -> bool:
        """Whether nothing that is over is wanted."""
        return self._asked("state") in ("", *Task.OPEN)

    def chosen(self, rows: TaskQuerySet) -> TaskQuerySet:
        """Of these tasks, those that are wanted; what cannot be is not asked."""
        rows = self._with_words(rows)
        agent, kind, state = self._asked("agent"), self._asked("kind"), self._asked("state")
        if agent == self.NOBODY:
            # Also of people who do not work here any more.
            nobodys = Q(agent=None)
            rows = rows.filter(nobodys | ~Q(agent__in=self.workers) if self.workers else nobodys)
        elif agent:
            rows = rows.filter(agent_id=int(agent))
        if kind:
            rows = rows.filter(kind=kind)
        if state == self.LATER:
            return rows.put_off(self.now)
        if self.asks_for_open_ones():
            rows = rows.at_hand(self.now)
        if state not in ("", "all"):
            rows = rows.filter(status=state)
        return rows

    def takes(self, task: RankedTask) -> bool:
        """The same of an open task that is here already, but for its words."""
        agent, kind, state = self._asked("agent"), self._asked("kind"), self._asked("state")
        if agent == self.NOBODY:
            if task.agent_id in {worker.pk for worker in self.workers}:
                return False
        elif agent and task.agent_id != int(agent):
            return False
        return (not kind or task.kind == kind) and (not state or task.status == state)

    def found_by_words(self, rows: TaskQuerySet) -> frozenset[UUID] | None:
        """Of these tasks, those that have every word; None where none was asked for.

        The database alone knows all that a task is found by: also a tenant's code, a home's address.
        """
        return frozenset(self._with_words(rows).values_list("pk", flat=True)) if self._asked("q") else None

    def _with_words(self, rows: TaskQuerySet) -> TaskQuerySet:
        return rows.filter(listed(self._asked("q"), *_SEARCHED, keys=_FOUND_BY))

    def _asked(self, name: str) -> str:
        self.is_valid()
        return self.cleaned_data.get(name, "")


class NewForm(AgentForm):
    """A task that a person asks for."""

    key = forms.CharField(max_length=LONGEST_KEY, widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("What is to be done?"), max_length=160)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Task.Kind.choices, initial=Task.Kind.ADMIN)
    due_on = forms.DateField(
        label=gettext_lazy("Due on"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    due_time = forms.TimeField(
        label=gettext_lazy("At what time"),
        initial="17:00",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "short"}),
    )
    contract = forms.CharField(
        label=gettext_lazy("Contract (its reference)"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"list": "contracts", "autocomplete": "off"}),
        help_text=gettext_lazy("Fills in the tenant and the property as well."),
    )
    tenant = forms.CharField(label=gettext_lazy("Tenant (the code)"), required=False, max_length=40)
    property = forms.CharField(label=gettext_lazy("Property (its code)"), required=False, max_length=40)
    description = long_text(gettext_lazy("More about it (optional)"), required=False, rows=4)

    field_order = ["title", "agent", "kind", "due_on", "due_time", "contract", "tenant", "property", "description"]

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._site = site

    def clean_due_on(self) -> dt.date | None:
        return not_too_far(self.cleaned_data["due_on"])

    def clean_contract(self) -> Contract | None:
        rows = Contract.objects.select_related("tenant", "property")
        return self._row(rows, "reference", "contract", _("There is no contract with this reference on this site."))

    def clean_tenant(self) -> Tenant | None:
        return self._row(Tenant.objects, "code", "tenant", _("There is no tenant with this code on this site."))

    def clean_property(self) -> Property | None:
        return self._row(Property.objects, "code", "property", _("There is no property with this code on this site."))

    def _row(self, rows: Any, column: str, field: str, sentence: str) -> Any:
        wanted = self.cleaned_data[field].strip()
        if not wanted:
            return None
        row = rows.filter(site=self._site, **{f"{column}__iexact": wanted}).first()
        if row is None:
            raise ValidationError(sentence)
        return row

    def asked(self) -> dict[str, Any]:
        """The arguments of create_task, without who, where and when."""
        values = {name: self.cleaned_data[name] for name in ("agent", "kind", "title", "description", "key")}
        contract = self.cleaned_data["contract"]
        return values | {
            "contract": contract,
            "tenant": self.cleaned_data["tenant"] or (contract and contract.tenant),
            "property": self.cleaned_data["property"] or (contract and contract.property),
            "due_at": dt.datetime.combine(
                self.cleaned_data["due_on"], self.cleaned_data["due_time"], zoneinfo.ZoneInfo(self._site.timezone)
            ),
        }
