"""Everything about one task, for its page: a fixed number of statements."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from sites_app.history import HistoryEntry, history_of
from tasks.forms import TapForm, tap_form
from tasks.models import Task, TaskDependency, TaskPrioritization
from tasks.page import Card, card_of, forms_of, title_of_row
from tasks.priority import WEIGHTS
from tasks.queries import ranked

_DAYS_SHOWN = 10
PART_NAMES = {
    "urgency": gettext_lazy("Urgency"),
    "impact": gettext_lazy("Impact"),
    "affinity": gettext_lazy("Fit with the agent"),
    "dependency": gettext_lazy("Tasks that wait for it"),
}


@dataclass(frozen=True)
class Part:
    """A part of the score: from 0 to 100, its weight, and the points that it gives."""

    name: str
    value: Decimal
    weight: Decimal

    @property
    def points(self) -> Decimal:
        return self.value * self.weight


@dataclass(frozen=True)
class Neighbour:
    """A task that waits for this one, or the other way round."""

    task: Task
    title: str


@dataclass(frozen=True)
class PastRank:
    day: dt.date
    agent: str
    rank: int
    score: Decimal


@dataclass(frozen=True)
class TaskPage:
    title: str
    card: Card | None
    """Where it stands now; None for a task that is over or nobody's."""
    parts: tuple[Part, ...]
    waits_for: tuple[Neighbour, ...]
    waited_for_by: tuple[Neighbour, ...]
    history: tuple[HistoryEntry, ...]
    past: tuple[PastRank, ...]
    forms: dict[str, TapForm]


def task_page(task: Task, now: dt.datetime, *, may_manage: bool, tried: dict[str, TapForm]) -> TaskPage:
    """`tried` are forms that were refused: they stand in place of fresh ones."""
    card = _card_now(task, now)
    return TaskPage(
        title=title_of_row(task),
        card=card,
        parts=_parts(card.task.priority.parts) if card else (),
        waits_for=_neighbours(task, "task", "needs"),
        waited_for_by=_neighbours(task, "needs", "task"),
        history=_history(task),
        past=_past(task),
        forms=_forms(task, now, may_manage) | tried,
    )


def _card_now(task: Task, now: dt.datetime) -> Card | None:
    if task.agent_id is None or not task.is_open():
        return None
    order = ranked(task.site, [task.agent_id], now)
    return next((card_of(one, rank, reasons=10) for rank, one in enumerate(order, 1) if one.id == task.pk), None)


def _parts(values: dict[str, Decimal]) -> tuple[Part, ...]:
    return tuple(Part(str(PART_NAMES[name]), values[name], weight) for name, weight in WEIGHTS.items())


def _neighbours(task: Task, here: str, there: str) -> tuple[Neighbour, ...]:
    rows = TaskDependency.objects.filter(site_id=task.site_id, **{here: task})
    rows = rows.select_related(f"{there}__tenant", f"{there}__property", f"{there}__contract", f"{there}__agent")
    found = [getattr(row, there) for row in rows]
    return tuple(Neighbour(one, title_of_row(one)) for one in sorted(found, key=lambda one: (one.due_at, one.pk)))


def _history(task: Task) -> tuple[HistoryEntry, ...]:
    """What people can make use of: that the version has risen is said by everything else."""
    version = capfirst(Task._meta.get_field("version").verbose_name)
    entries = (
        replace(entry, values=tuple(value for value in entry.values if value.field != version))
        for entry in history_of(task)
    )
    return tuple(entry for entry in entries if entry.values or entry.kind != "update")


def _past(task: Task) -> tuple[PastRank, ...]:
    rows = TaskPrioritization.objects.filter(site_id=task.site_id, task=task).select_related("agent")
    return tuple(
        PastRank(row.day, row.agent.get_full_name(), row.rank, row.score)
        for row in rows.order_by("-day", "rank")[:_DAYS_SHOWN]
    )


def _forms(task: Task, now: dt.datetime, may_manage: bool) -> dict[str, TapForm]:
    if not task.is_open():
        return {}
    forms = forms_of(task, task.site, now)
    if task.status == Task.Status.IN_PROGRESS:
        forms["resume"] = tap_form("resume", task, task.site, now)
    if may_manage:
        forms["cancel"] = tap_form("cancel", task, task.site, now)
    return forms
