"""Plain tasks with fixed values: call a function, override what the test is about. Needs the site in scope.

Each row goes to the table as it is, past every action and rule.
"""

import datetime as dt
import itertools
import uuid
from typing import Any

from sites_app.models import Site
from tasks.models import Task, TaskDependency
from tasks.priority import Priority, from_parts
from tasks.queries import Grounds, Manifesto, RankedTask

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
    values.setdefault("cause", "manual")
    if values["cause"] == "manual":
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


def ranked_task(**overrides: Any) -> RankedTask:
    """A task as queries give it, without a database: Awa's visit to Fatoumata Diallo, due today, on NOW's day."""
    number = next(_number)
    values: dict[str, Any] = {
        "id": uuid.UUID(int=number), "kind": "inspection", "cause": "manual", "facts": {}, "title": "",
        "description": "", "status": "pending", "due_at": NOW.replace(hour=18), "version": 1, "agent_id": 1,
        "tenant_id": uuid.UUID(int=1), "tenant_name": "Fatoumata Diallo", "tenant_phone": "+224620000002",
        "contract_id": uuid.UUID(int=2), "contract_reference": "B-1", "property_id": uuid.UUID(int=3),
        "property_code": "P-1", "neighbourhood": "Kaloum", "currency": "GNF", "minutes": 90,
        "priority": priority_of(), "waits_for": (), "note": "",
    } | overrides  # fmt: skip
    values.setdefault("grounds", Grounds(day=NOW.date(), due_on=values["due_at"].date()))
    if values["cause"] == "manual":
        values["title"] = values["title"] or "Visit the roof"
    return RankedTask(**values)


def priority_of(**parts: Any) -> Priority:
    return from_parts({"urgency": 90, "impact": 50, "affinity": 60, "dependency": 0} | parts)


def manifesto_of(*tasks: RankedTask, **overrides: Any) -> Manifesto:
    """A day of these tasks, the first three on top."""
    values: dict[str, Any] = {
        "site_code": "GN_KINDIA", "agent_id": 1, "agent_name": "Awa", "day": NOW.date(), "top": tasks[:3],
        "rest": tasks[3:], "total": len(tasks), "minutes": sum(task.minutes for task in tasks), "done_this_week": 0,
        "recommendations": (), "risks": (),
    } | overrides  # fmt: skip
    return Manifesto(**values)
