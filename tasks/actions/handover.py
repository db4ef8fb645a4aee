"""Tasks given to somebody else, and taken back."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Actor, User
from changes.audit import change
from changes.refusals import RuleBroken
from sites_app.models import Site
from tasks import verbs
from tasks.actions.change import CHANGED, as_change, give_back, state_of
from tasks.models import Task, TaskChange
from tasks.workers import works_on


def reassign_tasks(
    *, site: Site, task_ids: Iterable[UUID], agent: User, by: Actor, now: dt.datetime, handover: UUID | None = None
) -> int:
    """Give open tasks to somebody who works on the site. Returns how many changed hands.

    What the one before had begun is to do from its beginning; what is over, or is theirs already, stays as it is.
    Tasks given with the same `handover` can be taken back together.

    Raises RuleBroken: the person does not work on the site.
    """
    require_worker(site, agent)
    key = f"{verbs.REASSIGN}:{handover or uuid.uuid4()}"
    with change(by):
        tasks = Task.objects.open().filter(site=site, pk__in=list(task_ids)).exclude(agent_id=agent.pk)
        moved = {task: state_of(task) for task in tasks.order_by("id").select_for_update(no_key=True)}
        for task in moved:
            task.agent = agent
            if task.status == Task.Status.IN_PROGRESS:
                task.status, task.started_at = Task.Status.PENDING, None
        _save(moved, verbs.REASSIGN, {task.pk: f"{key}:{task.pk}" for task in moved}, by, now)
        return len(moved)


def take_back(*, site: Site, handover: UUID, by: Actor, now: dt.datetime) -> tuple[int, int]:
    """Give the tasks of a handover back to whom they belonged, as they were. Only who handed them over can do it.

    Returns how many went back, and how many did not, because somebody has changed them since. Twice is once.
    """
    with change(by):
        rows = _given_by(site, handover, by)
        changes = {one.task_id: one for one in rows}
        tasks = list(Task.objects.filter(site=site, pk__in=changes).order_by("id").select_for_update(no_key=True))
        untouched = {task: state_of(task) for task in tasks if task.version == changes[task.pk].version_after}
        for task in untouched:
            give_back(task, changes[task.pk].before)
        _save(untouched, verbs.UNDO, {task.pk: f"{verbs.UNDO}:{changes[task.pk].pk}" for task in untouched}, by, now)
        rows.filter(task__in=untouched).update(undone_at=now)
        return len(untouched), len(tasks) - len(untouched)


def can_take_back(*, site: Site, handover: UUID, by: Actor) -> bool:
    """Whether the person has made this handover, and not taken all of it back."""
    return _given_by(site, handover, by).exists()


def _given_by(site: Site, handover: UUID, by: Actor) -> QuerySet[TaskChange]:
    given = f"{verbs.REASSIGN}:{handover}:"
    return TaskChange.objects.filter(site=site, by=by, key__startswith=given, undone_at=None)


def require_worker(site: Site, person: User) -> None:
    """Raise RuleBroken for somebody who has no tasks on the site."""
    if not works_on(site, person):
        sentence = _("%(person)s does not work on %(site)s: choose one of its agents or managers.")
        raise RuleBroken("agent", "agent_of_the_site", sentence % {"person": person, "site": site.name})


def _save(before: dict[Task, dict[str, Any]], verb: str, keys: dict[UUID, str], by: Actor, now: dt.datetime) -> None:
    """Save tasks, each by its key, and write down what they were `before`."""
    for task in before:
        task.version += 1
    Task.objects.bulk_update(before, CHANGED)
    TaskChange.objects.bulk_create(
        as_change(task, verb=verb, by=by, now=now, key=keys[task.pk], before=state) for task, state in before.items()
    )
