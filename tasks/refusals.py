"""Why a task was not changed, in sentences for the person who tapped."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from changes.refusals import IdempotencyConflict, RuleBroken
from screens import formats
from tasks import verbs
from tasks.models import Task, TaskChange
from tasks.task_json import TaskDocument


class TaskConflict(RuleBroken):
    """Somebody else changed the task after the person saw it; nothing was changed. `task` is the task as it is."""

    status = 409

    def __init__(self, task: Task) -> None:
        self.task = task
        super().__init__("version", "task_version", _who_did_what_when(task), {"task": TaskDocument(task).data})


class KeyReused(IdempotencyConflict):
    """The key was used before, for another change or by another person."""

    def __init__(self) -> None:
        super().__init__(
            "key",
            _("This key was already used for another change of a task. Send a new change with a new key."),
        )


def moment(at: dt.datetime | None, task: Task) -> str:
    """Day and hour where the task's site is."""
    return formats.NOTHING if at is None else formats.moment(at, task.site.timezone)


def _who_did_what_when(task: Task) -> str:
    last = TaskChange.objects.filter(site_id=task.site_id, task=task, version_after=task.version)
    change = last.select_related("by").order_by("-at").first()
    values: dict[str, Any] = {"status": task.get_status_display(), "due": moment(task.due_at, task)}
    if change is None:
        return _("The task has been changed in the meantime: it is now “%(status)s”, due %(due)s.") % values
    values |= {"person": change.by or _("AKIG"), "when": moment(change.at, task)}
    if change.verb == verbs.REASSIGN:
        values["agent"] = task.agent or _("nobody")
        return _("%(person)s gave this task to %(agent)s on %(when)s.") % values
    if change.verb == verbs.CAUSE_GONE:
        return _("AKIG closed this task on %(when)s, because its cause no longer exists.") % values
    return _("%(person)s changed this task on %(when)s: it is now “%(status)s”, due %(due)s.") % values
