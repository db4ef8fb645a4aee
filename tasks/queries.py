"""An agent's day, everybody's load, who could take whose tasks: three statements each, whatever the number of tasks."""

import calendar
import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from leasing.models import MISSED_AFTER_DAYS
from sites_app.models import OutsideScope, Site
from sites_app.scope import current_site_codes
from tasks import statements
from tasks.models import Task
from tasks.priority import (
    FINISHED_FOR_A_MEDIAN,
    KIND_MINUTES,
    RECORD_DAYS,
    URGENT,
    Priority,
    Record,
    Standing,
    affinity,
    from_parts,
    hours_until,
    in_order,
    priority,
    rounded,
    waiting_for,
)

TOP = 3
WORKDAY_MINUTES = 8 * 60
LEAST_MINUTES, MOST_MINUTES = 5, WORKDAY_MINUTES
"""A site's median is believed within these: nobody does a task in no time, and none is meant to take a whole day."""
DELEGATIONS = 2
SELDOM_TASKS = 5


@dataclass(frozen=True)
class Grounds:
    """What a task's score and its reasons rest on, on the day `day` of the site; `due_on` is the due date there."""

    day: dt.date
    due_on: dt.date
    waiting: int = 0
    percentile: Decimal | None = None
    has_missed: bool = False
    late_rents: int = 0
    open_francs: int | None = None
    record: Record = field(default_factory=Record)


@dataclass(frozen=True)
class RankedTask:
    """An open task with its priority. `waits_for`: the open tasks that must be done before it."""

    id: UUID
    kind: str
    cause: str
    facts: dict[str, Any]
    title: str
    description: str
    status: str
    due_at: dt.datetime
    version: int
    agent_id: int | None
    tenant_id: UUID | None
    tenant_name: str
    tenant_phone: str
    contract_id: UUID | None
    contract_reference: str
    property_id: UUID | None
    property_code: str
    neighbourhood: str
    currency: str
    minutes: int
    priority: Priority
    waits_for: tuple[UUID, ...]
    note: str
    grounds: Grounds

    @property
    def amount(self) -> int | None:
        """The francs that are open of a late rent; None where the task is about no rent."""
        return self.facts.get("amount") if self.grounds.open_francs is None else self.grounds.open_francs


@dataclass(frozen=True)
class Recommendation:
    """`advice`: "start" or "then" with a task of one's own; "delegate" one to a colleague who has time for it."""

    advice: str
    task: RankedTask
    to_agent_id: int | None = None
    to_name: str = ""
    affinity: Decimal | None = None
    free_minutes: int | None = None


@dataclass(frozen=True)
class Risk:
    """`risk`: "overload" (`minutes`), "blocking" (`count` tasks block others), "seldom" (`count` of `of` of `kind`)."""

    risk: str
    minutes: int = 0
    count: int = 0
    of: int = 0
    kind: str = ""


@dataclass(frozen=True)
class Manifesto:
    """An agent's day: at most three tasks, then the rest in order. What cannot be done stands last."""

    site_code: str
    agent_id: int
    agent_name: str
    day: dt.date
    top: tuple[RankedTask, ...]
    rest: tuple[RankedTask, ...]
    total: int
    minutes: int
    done_this_week: int
    recommendations: tuple[Recommendation, ...]
    risks: tuple[Risk, ...]


@dataclass(frozen=True)
class AgentLoad:
    """What one agent has at hand; `agent_id` None: the tasks of nobody, or of people who are no agents any more."""

    agent_id: int | None
    name: str
    open: int
    urgent: int
    overdue: int
    minutes: int
    done_this_week: int


@dataclass(frozen=True)
class Proposal:
    """Who could take a task. `free_minutes` is what they had left before it; 0: nobody had, they have the least."""

    task: RankedTask
    to_agent_id: int
    to_name: str
    affinity: Decimal
    free_minutes: int


@dataclass(frozen=True)
class _Person:
    id: int
    name: str
    is_agent: bool
    done_this_week: int
    records: Mapping[str, Record]
    due_minutes: int

    @property
    def free_minutes(self) -> int:
        """What is left of a working day when everything that is due by tonight is done."""
        return max(0, WORKDAY_MINUTES - self.due_minutes)

    def affinity(self, kind: str) -> Decimal:
        return rounded(affinity(self.records[kind]))


@dataclass(frozen=True)
class _Board:
    """Some agents' open tasks in order, and the people of the site."""

    tasks: tuple[RankedTask, ...]
    people: Mapping[int, _Person]

    @property
    def agents(self) -> list[_Person]:
        return sorted((p for p in self.people.values() if p.is_agent), key=lambda person: (person.name, person.id))


def manifesto(site: Site, agent_id: int, now: dt.datetime) -> Manifesto:
    """The agent's day at this moment. Three statements."""
    board = _board(site, [agent_id], now)
    person = board.people.get(agent_id)
    can, stuck = _without_what_is_stuck(board.tasks)
    minutes = sum(task.minutes for task in board.tasks)
    return Manifesto(
        site_code=site.code,
        agent_id=agent_id,
        agent_name=person.name if person else "",
        day=_local(site, now).date(),
        top=tuple(can[:TOP]),
        rest=(*can[TOP:], *stuck),
        total=len(board.tasks),
        minutes=minutes,
        done_this_week=person.done_this_week if person else 0,
        recommendations=tuple(_recommendations(can, board, agent_id)),
        risks=tuple(_risks(board.tasks, minutes)),
    )


def ranked(site: Site, agent_ids: Sequence[int], now: dt.datetime) -> list[RankedTask]:
    """The open tasks of some agents, in one order. Three statements."""
    return list(_board(site, agent_ids, now).tasks)


def loads(site: Site, now: dt.datetime) -> list[AgentLoad]:
    """Every active agent of the site by name; last what belongs to none of them, if there is any. Three statements."""
    board = _board(site, None, now)
    agents = {person.id: person for person in board.agents}
    tasks_of: dict[int | None, list[RankedTask]] = {agent_id: [] for agent_id in agents}
    for task in board.tasks:
        tasks_of.setdefault(task.agent_id if task.agent_id in agents else None, []).append(task)
    return [
        AgentLoad(
            agent_id=agent_id,
            name=agents[agent_id].name if agent_id is not None else "",
            open=len(tasks),
            urgent=sum(task.priority.score >= URGENT for task in tasks),
            overdue=sum(task.due_at < now for task in tasks),
            minutes=sum(task.minutes for task in tasks),
            done_this_week=agents[agent_id].done_this_week if agent_id is not None else 0,
        )
        for agent_id, tasks in tasks_of.items()
    ]


def proposals(site: Site, agent_id: int | None, now: dt.datetime) -> list[Proposal]:
    """For each open task of an agent, the most pressing first, who could take it. Three statements.

    It is the colleague with the highest affinity of those who have the time left that it takes; where nobody has, the
    one with the least to do. None as the agent: the tasks that belong to no agent of the site.
    """
    board = _board(site, None if agent_id is None else [agent_id], now)
    agents = {person.id for person in board.agents}
    free = {person.id: WORKDAY_MINUTES - person.due_minutes for person in board.agents if person.id != agent_id}
    found = []
    for task in board.tasks:
        if agent_id is None and task.agent_id in agents:
            continue
        person = _best_for(task, board, free) or _least_busy(board, free)
        if person is not None:
            left = max(0, free[person.id])
            found.append(Proposal(task, person.id, person.name, person.affinity(task.kind), left))
            free[person.id] -= task.minutes
    return found


def kept_parts(task: RankedTask) -> dict[str, Any]:
    """What TaskPrioritization.parts keeps of a task: its four parts, and what they and the reasons rest on."""
    grounds = task.grounds
    return {
        **{name: str(part) for name, part in task.priority.parts.items()},
        "minutes": task.minutes,
        "grounds": {
            **asdict(grounds),
            "day": grounds.day.isoformat(),
            "due_on": grounds.due_on.isoformat(),
            "percentile": None if grounds.percentile is None else str(grounds.percentile),
        },
    }


def kept_ranking(site: Site, agent_id: int, day: dt.date) -> list[RankedTask]:
    """An agent's tasks as they stood when a day began, with the parts of then; none: it was not kept. One statement."""
    found = []
    parameters = _days(site, day) | {"agents": [agent_id]}
    for row in sorted(_fetch(site, statements.KEPT_TASKS, parameters), key=lambda row: (row["rank"], row["id"])):
        parts = json.loads(row["parts"])
        minutes = parts.get("minutes", KIND_MINUTES[row["kind"]])
        found.append(_task(site, row, minutes, from_parts(parts), (), _kept_grounds(site, row, parts, day)))
    return found


def _board(site: Site, agent_ids: Sequence[int] | None, now: dt.datetime) -> _Board:
    """The open tasks of some agents, or of everyone and nobody, with the people of the site."""
    local = _local(site, now)
    today = local.date()
    days = _days(site, today)
    people, minutes = _people(site, agent_ids or (), now, local)
    needs: dict[UUID, set[UUID]] = {}
    for row in _fetch(site, statements.WAITING, {"site": site.code}):
        needs.setdefault(row["task_id"], set()).add(row["needs_id"])
    waiting = waiting_for(needs)
    tasks = {}
    parameters = days | {"everyone": agent_ids is None, "agents": list(agent_ids or ())}
    for row in _fetch(site, statements.OPEN_TASKS, parameters):
        person = people.get(row["agent_id"])
        grounds = Grounds(
            day=today,
            due_on=row["due_at"].astimezone(local.tzinfo).date(),
            waiting=len(waiting.get(row["id"], ())),
            percentile=row["percentile"],
            has_missed=row["has_missed"],
            late_rents=row["late_rents"],
            open_francs=row["open_francs"],
            record=person.records[row["kind"]] if person else Record(),
        )
        rank = priority(
            hours=hours_until(row["due_at"], now),
            kind=row["kind"],
            percentile=grounds.percentile,
            has_missed=grounds.has_missed,
            record=grounds.record,
            waiting=grounds.waiting,
        )
        waits_for = tuple(sorted(needs.get(row["id"], ())))
        tasks[row["id"]] = _task(site, row, minutes[row["kind"]], rank, waits_for, grounds)
    order = in_order((Standing(t.id, t.priority.score, t.due_at) for t in tasks.values()), waiting)
    return _Board(tuple(tasks[task] for task in order), people)


def _people(
    site: Site, agent_ids: Sequence[int], now: dt.datetime, local: dt.datetime
) -> tuple[dict[int, _Person], dict[str, int]]:
    """The site's agents and those asked for, and how many minutes each kind takes there."""
    today = local.date()
    parameters = {
        "site": site.code,
        "agents": list(agent_ids),
        "kinds": list(KIND_MINUTES),
        "minutes": list(KIND_MINUTES.values()),
        "enough": FINISHED_FOR_A_MEDIAN,
        "least": LEAST_MINUTES,
        "most": MOST_MINUTES,
        "now": now,
        "since": now - dt.timedelta(days=RECORD_DAYS),
        "year_ago": now - dt.timedelta(days=365),
        "monday": _midnight(today - dt.timedelta(days=today.weekday()), local),
        "midnight": _midnight(today + dt.timedelta(days=1), local),
    }
    minutes: dict[str, int] = {}
    rows_of: dict[int, list[dict[str, Any]]] = {}
    for row in _fetch(site, statements.PEOPLE, parameters):
        minutes[row["kind"]] = row["minutes"]
        if row["agent_id"] is not None:
            rows_of.setdefault(row["agent_id"], []).append(row)
    people = {
        agent_id: _Person(
            id=agent_id,
            name=rows[0]["name"],
            is_agent=rows[0]["is_agent"],
            done_this_week=rows[0]["done_this_week"],
            records={row["kind"]: Record(**{name: row[name] for name in _COUNTED}) for row in rows},
            due_minutes=sum(row["due"] * row["minutes"] for row in rows),
        )
        for agent_id, rows in rows_of.items()
    }
    return people, minutes


_COUNTED = ("done", "succeeded", "left", "rated", "rating", "timed", "quick")


def _task(
    site: Site, row: Mapping[str, Any], minutes: int, rank: Priority, waits_for: tuple[UUID, ...], grounds: Grounds
) -> RankedTask:
    return RankedTask(
        **{name: row[name] for name in _READ},
        facts=json.loads(row["facts"]),
        currency=site.currency,
        minutes=minutes,
        priority=rank,
        waits_for=waits_for,
        grounds=grounds,
    )


_READ = (
    "id", "kind", "cause", "title", "description", "status", "due_at", "version", "agent_id", "tenant_id",
    "tenant_name", "tenant_phone", "contract_id", "contract_reference", "property_id", "property_code",
    "neighbourhood", "note",
)  # fmt: skip


def _kept_grounds(site: Site, row: Mapping[str, Any], parts: Mapping[str, Any], day: dt.date) -> Grounds:
    kept = parts.get("grounds")
    if kept is None:
        return Grounds(day=day, due_on=_local(site, row["due_at"]).date())
    return Grounds(
        **kept
        | {
            "day": dt.date.fromisoformat(kept["day"]),
            "due_on": dt.date.fromisoformat(kept["due_on"]),
            "percentile": None if kept["percentile"] is None else Decimal(kept["percentile"]),
            "record": Record(**kept["record"]),
        }
    )


def _without_what_is_stuck(tasks: Iterable[RankedTask]) -> tuple[list[RankedTask], list[RankedTask]]:
    """What can be done, and what cannot: said so by the agent, or waiting for such a task of theirs."""
    tasks = list(tasks)
    stuck = {task.id for task in tasks if task.status == Task.Status.BLOCKED}
    while more := {task.id for task in tasks if task.id not in stuck and stuck.intersection(task.waits_for)}:
        stuck |= more
    return [task for task in tasks if task.id not in stuck], [task for task in tasks if task.id in stuck]


def _recommendations(tasks: Sequence[RankedTask], board: _Board, agent_id: int) -> Iterator[Recommendation]:
    """Where to start, what then; and whom to ask for what does not fit into a working day."""
    for advice, task in zip(("start", "then"), tasks, strict=False):
        yield Recommendation(advice, task)
    free = {person.id: person.free_minutes for person in board.agents if person.id != agent_id}
    spent, delegated = 0, 0
    for number, task in enumerate(tasks):
        spent += task.minutes
        if number < TOP or spent <= WORKDAY_MINUTES or delegated == DELEGATIONS:
            continue
        person = _best_for(task, board, free)
        if person is not None:
            left = free[person.id]
            yield Recommendation("delegate", task, person.id, person.name, person.affinity(task.kind), left)
            free[person.id] -= task.minutes
            delegated += 1


def _best_for(task: RankedTask, board: _Board, free: Mapping[int, int]) -> _Person | None:
    """The highest affinity among those who have the time; of equals who has more of it, then the lower id."""
    able = [board.people[one] for one, minutes in free.items() if minutes >= task.minutes]
    return min(able, key=lambda person: (-person.affinity(task.kind), -free[person.id], person.id), default=None)


def _least_busy(board: _Board, free: Mapping[int, int]) -> _Person | None:
    return min((board.people[one] for one in free), key=lambda person: (-free[person.id], person.id), default=None)


def _risks(tasks: Sequence[RankedTask], minutes: int) -> Iterator[Risk]:
    if minutes > WORKDAY_MINUTES:
        yield Risk("overload", minutes=minutes)
    blocking = sum(task.grounds.waiting > 0 for task in tasks)
    if blocking:
        yield Risk("blocking", count=blocking)
    records = {task.kind: task.grounds.record for task in tasks}
    for kind in sorted(records):
        record = records[kind]
        if record.tasks >= SELDOM_TASKS and 2 * record.succeeded < record.tasks:
            yield Risk("seldom", count=record.succeeded, of=record.tasks, kind=kind)


def _local(site: Site, moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(ZoneInfo(site.timezone))


def _midnight(day: dt.date, local: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, local.tzinfo)


def _days(site: Site, today: dt.date) -> dict[str, Any]:
    return {
        "site": site.code,
        "today": today,
        "missed_by": today - dt.timedelta(days=MISSED_AFTER_DAYS),
        "three_months_ago": _three_months_before(today),
    }


def _three_months_before(day: dt.date) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 - 3, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _fetch(site: Site, statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    # Row-level security would only answer with nothing for a site that is not in scope.
    if site.code not in (current_site_codes() or ()):
        raise OutsideScope(f"Tasks of {site.code}; in scope: {current_site_codes()}")
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
