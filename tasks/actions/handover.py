"""Tasks given to somebody else, and taken back."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from leasing.actions.change import change
from leasing.refusals import RuleBroken
from sites_app.models import Site
from tasks import verbs
from tasks.actions.change import STATE, give_back, state_of
from tasks.models import Task, TaskChange
from tasks.workers import works_on


def reassign_tasks(
    *, site: Site, task_ids: Iterable[UUID], agent: Any, by: Any, now: dt.datetime, handover: UUID | None = None
) -> int:
    """Give open tasks to somebody who works on the site. Returns how many changed hands.

    What the one before had begun is to do from its beginning; what is over, or is theirs already, stays as it is.
    Tasks given with the same `handover` can be taken back together.

    Raises RuleBroken: the person does not work on the site.
    """
    require_worker(site, agent)
    with change(by):
        tasks = Task.objects.open().filter(site=site, pk__in=list(task_ids)).exclude(agent_id=agent.pk)
        moved = list(tasks.order_by("id").select_for_update(no_key=True))
        before = {task.pk: state_of(task) for task in moved}
        mine = Task.objects.filter(site=site, pk__in=before)
        mine.update(agent=agent, version=F("version") + 1)
        mine.filter(status=Task.Status.IN_PROGRESS).update(status=Task.Status.PENDING, started_at=None)
        key = f"{verbs.REASSIGN}:{handover or uuid.uuid4()}"
        _write_down(moved, verbs.REASSIGN, {task.pk: f"{key}:{task.pk}" for task in moved}, before, by, now)
        return len(moved)


def take_back(*, site: Site, handover: UUID, by: Any, now: dt.datetime) -> tuple[int, int]:
    """Give the tasks of a handover back to whom they belonged, as they were. Only who handed them over can do it.

    Returns how many went back, and how many did not, because somebody has changed them since. Twice is once.
    """
    with change(by):
        rows = _given_by(site, handover, by)
        changes = {one.task_id: one for one in rows}
        tasks = list(Task.objects.filter(site=site, pk__in=changes).order_by("id").select_for_update(no_key=True))
        untouched = [task for task in tasks if task.version == changes[task.pk].version_after]
        before = {task.pk: state_of(task) for task in untouched}
        for task in untouched:
            give_back(task, changes[task.pk].before)
        Task.objects.bulk_update(untouched, [name.removesuffix("_id") for name in STATE])
        Task.objects.filter(site=site, pk__in=before).update(version=F("version") + 1)
        rows.filter(task__in=before).update(undone_at=now)
        keys = {task_id: f"{verbs.UNDO}:{changes[task_id].pk}" for task_id in before}
        _write_down(untouched, verbs.UNDO, keys, before, by, now)
        return len(untouched), len(tasks) - len(untouched)


def can_take_back(*, site: Site, handover: UUID, by: Any) -> bool:
    """Whether the person has made this handover, and not taken all of it back."""
    return _given_by(site, handover, by).exists()


def _given_by(site: Site, handover: UUID, by: Any) -> QuerySet[TaskChange]:
    given = f"{verbs.REASSIGN}:{handover}:"
    return TaskChange.objects.filter(site=site, by=by, key__startswith=given, undone_at=None)


def require_worker(site: Site, person: Any) -> None:
    """Raise RuleBroken for somebody who has no tasks on the site."""
    if not works_on(site, person):
        sentence = _("%(person)s does not work on %(site)s: choose one of its agents or managers.")
        raise RuleBroken("agent", "agent_of_the_site", sentence % {"person": person, "site": site.name})


def _write_down(
    tasks: Iterable[Task],
    verb: str,
    keys: dict[UUID, str],
    before: dict[UUID, dict[str, Any]],
    by: Any,
    now: dt.datetime,
) -> None:
    """For tasks as they were read: each has one version more now."""
    TaskChange.objects.bulk_create(
        TaskChange(
            site_id=task.site_id,
            task=task,
            key=keys[task.pk],
            request_digest="",
            verb=verb,
            before=before[task.pk],
            version_after=task.version + 1,
            by=by,
            at=now,
        )
        for task in tasks
    )
