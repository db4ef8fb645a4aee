"""Everything about one task, for its page: a fixed number of statements."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext_lazy

from changes.history import HistoryEntry, history_of
from tasks import words
from tasks.models import Task, TaskDependency
from tasks.pages import told
from tasks.pages.day import TaskCard, card_of, forms_of
from tasks.pages.forms import TapForm, WaitForm, tap_form
from tasks.priority import WEIGHTS
from tasks.queries import RankedTask, manifesto

PAST_DAYS = 10
# What does not change, and the version, which rises with everything that does.
_NOT_TOLD = ("version", "source", "cause", "facts", "created_by", "created_at", "tenant", "contract", "property")
PART_NAMES = {
    "urgency": gettext_lazy("Urgency"),
    "impact": gettext_lazy("Impact"),
    "affinity": gettext_lazy("Suitability of the agent"),
    "dependency": gettext_lazy("Tasks that wait for it"),
}


@dataclass(frozen=True)
class ScorePart:
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
    card: TaskCard | None
    """Where it stands now; None for a task that is over or nobody's."""
    parts: tuple[ScorePart, ...]
    waits_for: tuple[Neighbour, ...]
    waited_for_by: tuple[Neighbour, ...]
    outcome: str
    put_off_until: dt.datetime | None
    """When it comes back into the day, for a task that is put off."""
    history: tuple[HistoryEntry, ...]
    past: tuple[PastRank, ...]
    forms: dict[str, TapForm]
    wait_form: WaitForm | None


def task_page(
    task: Task, now: dt.datetime, *, may_manage: bool, tried: dict[str, TapForm], wait_form: WaitForm | None = None
) -> TaskPage:
    """Needs a task with its past ranks. `tried` and `wait_form` were refused: they stand in place of fresh ones."""
    day = _day_of(task, now)
    card = next((card_of(one, rank, reasons=10) for rank, one in enumerate(day, 1) if one.id == task.pk), None)
    needed, waiting = _neighbours(task)
    linked = {task.pk, *(one.task.pk for one in (*needed, *waiting))}
    wait_form = (wait_form or WaitForm(may_manage=may_manage)) if task.is_open() else None
    if wait_form:
        wait_form.offer((one.id, words.title_of(one)) for one in day if one.id not in linked)
    return TaskPage(
        title=card.title if card else words.title_of_row(task),
        card=card,
        parts=_parts(card.task.priority.parts) if card else (),
        waits_for=needed,
        waited_for_by=waiting,
        outcome=told.outcome_of(task, task.site, now),
        put_off_until=task.put_off_until if task.is_put_off(now) else None,
        history=tuple(history_of(task, leave_out=_NOT_TOLD, told=partial(told.sentence_of, site=task.site, now=now))),
        past=_past(task),
        forms=_forms(task, now, may_manage, card.task.amount if card else None) | tried,
        wait_form=wait_form,
    )


def _day_of(task: Task, now: dt.datetime) -> tuple[RankedTask, ...]:
    """The day on which the task stands, in order; none for a task that is over or nobody's."""
    if task.agent_id is None or not task.is_open():
        return ()
    return manifesto(task.site, task.agent_id, now).tasks


def _parts(values: Mapping[str, Decimal]) -> tuple[ScorePart, ...]:
    return tuple(ScorePart(str(PART_NAMES[name]), values[name], weight) for name, weight in WEIGHTS.items())


def _neighbours(task: Task) -> tuple[tuple[Neighbour, ...], tuple[Neighbour, ...]]:
    """What the task waits for, and what waits for it."""
    rows = TaskDependency.objects.filter(Q(task=task) | Q(needs=task), site_id=task.site_id)
    with_names = [f"{end}__{one}" for end in ("task", "needs") for one in ("agent", "tenant", "contract", "property")]
    found = list(rows.select_related(*with_names))
    needed = [row.needs for row in found if row.task_id == task.pk]
    waiting = [row.task for row in found if row.needs_id == task.pk]
    return _named(needed, task), _named(waiting, task)


def _named(rows: Iterable[Task], task: Task) -> tuple[Neighbour, ...]:
    found = []
    for row in sorted(rows, key=lambda row: (row.due_at, row.pk)):
        row.site = task.site
        found.append(Neighbour(row, words.title_of_row(row)))
    return tuple(found)


def _past(task: Task) -> tuple[PastRank, ...]:
    return tuple(
        PastRank(dt.date.fromisoformat(one["day"]), one["agent"], one["rank"], Decimal(str(one["score"])))
        for one in task.past_ranks  # type: ignore[attr-defined]  # by with_past_ranks
    )


def _forms(task: Task, now: dt.datetime, may_manage: bool, owed: int | None) -> dict[str, TapForm]:
    if not task.is_open():
        return {}
    forms = forms_of(task, task.site, now, owed)
    if task.status == Task.Status.IN_PROGRESS:
        forms["resume"] = tap_form("resume", task, task.site, now)
    if may_manage:
        forms["cancel"] = tap_form("cancel", task, task.site, now)
    return forms
