"""Plain tasks with fixed values: call a function, override what the test is about. Needs the site in scope.

Each row goes to the table as it is, past every action and rule.
"""

import datetime as dt
import itertools
from typing import Any

from sites_app.models import Site
from tasks.models import Task, TaskDependency

NOW = dt.datetime(2026, 3, 20, 9, 0, tzinfo=dt.UTC)
"""A Friday morning. Conakry's clock is UTC."""
_number = itertools.count(1)


def make_task(site: Site, **overrides: Any) -> Task:
    """A visit of nobody's that a person asked for, due at six in the evening of NOW's day, of no tenant.

    A cause of the records takes its own title away. A status brings the moments that it must have.
    """
    number = next(_number)
    values: dict[str, Any] = {
        "kind": Task.Kind.INSPECTION,
        "due_at": NOW.replace(hour=18),
        "created_at": NOW,
    } | overrides
    values.setdefault("cause", Task.Cause.MANUAL)
    if values["cause"] == Task.Cause.MANUAL:
        values.setdefault("title", f"Visit no. {number}")
    values.setdefault("source", f"{values['cause']}:{number}")
    if values.get("status") in (Task.Status.IN_PROGRESS, Task.Status.DONE):
        values.setdefault("started_at", values.get("completed_at", NOW) - dt.timedelta(minutes=30))
    if values.get("status") in (Task.Status.DONE, Task.Status.CANCELLED):
        values.setdefault("completed_at", NOW)
    if values.get("status") == Task.Status.DONE:
        values.setdefault("outcome", Task.Outcome.SUCCEEDED)
    return Task.objects.create(site=site, **values)


def make_dependency(task: Task, needs: Task) -> TaskDependency:
    """`task` waits for `needs`."""
    return TaskDependency.objects.create(site_id=task.site_id, task=task, needs=needs)
