"""The list of the board: columns, rows, and where they come from.

What is open on one site is ranked already, and costs no statement more; what is over, and "all my sites", are read.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from screens.lists import Column, Empty, FoundRows, Kind, Listing, ListState, Phone, ask, of_queryset, of_sequence
from sites_app.models import Site
from tasks import words
from tasks.models import Task
from tasks.pages.board_forms import FilterForm
from tasks.pages.day import ICONS, TaskCard, card_of
from tasks.queries import RankedTask, SiteDay


@dataclass(frozen=True)
class BoardTask:
    """A task of the list: ranked where it is open on the site that is looked at, as a row where it was read."""

    site: Site
    agent: str
    ranked: RankedTask | None = None
    place: int | None = None
    row: Task | None = None

    @property
    def task(self) -> Any:
        return self.row or self.ranked

    @property
    def _row(self) -> Task:
        if self.row is None:
            raise ValueError("a task of the list is ranked, or was read as a row")
        return self.row

    @property
    def due_at(self) -> dt.datetime:
        return self.task.due_at

    @cached_property
    def title(self) -> str:
        return words.title_of(self.ranked) if self.ranked else words.title_of_row(self._row)

    @cached_property
    def card(self) -> TaskCard | None:
        return card_of(self.ranked, 0, reasons=0) if self.ranked else None

    @property
    def icon(self) -> str:
        return ICONS[self.task.kind]

    @property
    def is_open(self) -> bool:
        return self.task.status in Task.OPEN

    @property
    def francs(self) -> int | None:
        return self.ranked.amount if self.ranked else None

    @property
    def reason(self) -> str:
        return words.reasons_of(self.ranked, limit=1)[0] if self.ranked else ""

    @property
    def kind(self) -> str:
        return str(Task.Kind(self.task.kind).label)

    @property
    def state(self) -> str:
        return str(Task.Status(self.task.status).label)

    @property
    def tenant(self) -> str:
        return self.ranked.tenant_name if self.ranked else getattr(self._row.tenant, "name", "")

    @property
    def phone(self) -> str:
        return self.ranked.tenant_phone if self.ranked else str(getattr(self._row.tenant, "phone", "") or "")

    @property
    def contract(self) -> str:
        return self.ranked.contract_reference if self.ranked else getattr(self._row.contract, "reference", "")

    @property
    def home(self) -> str:
        return self.ranked.property_code if self.ranked else getattr(self._row.property, "code", "")


_TASK = Column("task", gettext_lazy("Task"), "title", template="tasks/_board_task.html", phone=Phone.LINE)
_SITE = Column("site", gettext_lazy("Site"), "site.name", sort=True, phone=Phone.LINE)
_PRIORITY = Column(
    "priority",
    gettext_lazy("Priority"),
    lambda row: row.ranked and row.ranked.priority.points,
    template="tasks/_board_priority.html",
    phone=Phone.LINE,
)
# The first place is the highest priority; what a task waits for stands above it, whatever its points.
_PLACE = replace(_PRIORITY, sort=lambda row: -row.place)
_FRANCS = Column("francs", gettext_lazy("Arrears"), "francs", Kind.FRANCS, sort=True, phone=Phone.LINE)
_AGENT = Column("agent", gettext_lazy("Agent"), "agent", sort="agent.full_name", phone=Phone.LINE)
_DUE = Column(
    "due",
    pgettext_lazy("task", "Due"),
    "due_at",
    Kind.MOMENT,
    sort="due_at",
    template="tasks/_board_due.html",
    phone=Phone.LINE,
)
_STATE = Column(
    "state", gettext_lazy("State"), "state", sort="status", template="tasks/_board_state.html", phone=Phone.LINE
)
_OF_FILES = (
    Column("kind", gettext_lazy("Kind"), "kind", on_page=False),
    Column("tenant", gettext_lazy("Tenant"), "tenant", on_page=False),
    Column("phone", gettext_lazy("Phone"), "phone", Kind.PHONE, on_page=False),
    Column("contract", gettext_lazy("Contract"), "contract", on_page=False),
    Column("property", gettext_lazy("Property"), "home", on_page=False),
    Column("reason", gettext_lazy("Reason"), "reason", on_page=False),
)
RANKED = Listing(
    name="tasks",
    columns=(
        replace(_TASK, sort="title"),
        _PLACE,
        _FRANCS,
        replace(_AGENT, sort=True),
        _DUE,
        replace(_STATE, sort="state"),
        *_OF_FILES,
    ),
    empty=Empty(
        gettext_lazy("Nothing is open"),
        text=gettext_lazy("What the records call for appears here each morning. Add anything else that needs doing."),
        url=reverse_lazy("tasks:new"),
        action=gettext_lazy("New task"),
        icon="check",
    ),
    currency="site.currency",
    order="-priority",
)
READ = replace(RANKED, columns=(_TASK, _PRIORITY, _AGENT, _DUE, _STATE, *_OF_FILES), order="due")
OF_ALL_SITES = replace(
    READ,
    columns=(_TASK, _SITE, _AGENT, _DUE, _STATE, *_OF_FILES),
    empty=Empty(gettext_lazy("Nothing is open"), icon="check"),
)


def board_list(data: QueryDict, site: Site | None, form: FilterForm, day: SiteDay) -> tuple[ListState, FoundRows]:
    """What the address asks of the board, and the tasks found: two statements at most, and one for the names of agents
    who have left.
    """
    if site is not None and form.asks_for_open_ones():
        asked = ask(data, RANKED, form)
        return asked, of_sequence(asked, _ranked(site, form, day))
    asked = ask(data, OF_ALL_SITES if site is None else READ, form)
    found = of_queryset(asked, form.chosen(Task.objects.select_related(*_SHOWN)))
    return asked, replace(found, rows=_read(found.rows, day) if asked.file else list(_read(found.rows, day)))


_SHOWN = ("site", "agent", "tenant", "contract", "property")


def _ranked(site: Site, form: FilterForm, day: SiteDay) -> list[BoardTask]:
    found = form.found_by_words(Task.objects.filter(site=site, status__in=Task.OPEN))
    chosen = [
        (place, task)
        for place, task in enumerate(day.ranked.values(), 1)
        if form.takes(task) and (found is None or task.id in found)
    ]
    names = _names({task.agent_id for _place, task in chosen if task.agent_id is not None}, form)
    return [BoardTask(site, names.get(task.agent_id or 0, ""), task, place) for place, task in chosen]


def _read(rows: Iterable[Task], day: SiteDay) -> Iterable[BoardTask]:
    for row in rows:
        ranked = day.ranked.get(row.pk) or day.put_off.get(row.pk)
        yield BoardTask(row.site, str(row.agent or ""), ranked, row=row)


def _names(ids: set[int], form: FilterForm) -> Mapping[int, str]:
    """Those who work on the site are known; only who has left is asked for."""
    known = {worker.pk: str(worker) for worker in form.workers}
    left = ids - known.keys()
    return known | {person.pk: str(person) for person in User.objects.filter(pk__in=left)} if left else known
