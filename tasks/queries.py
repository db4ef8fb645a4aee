"""An agent's day, everybody's load, who could take whose tasks: three statements each, whatever the number of tasks.

One more while the site is offline: who covers it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sites_app.models import Site
from tasks.causes import registry
from tasks.models import Task
from tasks.priority import URGENT
from tasks.ranking import (
    WORKDAY_MINUTES,
    Grounds,
    LateRent,
    Person,
    RankedTask,
    TaskBoard,
    board_of,
    kept_parts,
    kept_ranking,
    local_time,
)

__all__ = [
    "WORKDAY_MINUTES",
    "AgentLoad",
    "Grounds",
    "LateRent",
    "Manifesto",
    "Proposal",
    "RankedTask",
    "Recommendation",
    "Risk",
    "SiteDay",
    "kept_parts",
    "kept_ranking",
    "manifesto",
    "proposals",
    "site_day",
]

TOP = 3
DELEGATIONS = 2
SELDOM_TASKS = 5


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
    put_off: tuple[RankedTask, ...] = ()
    """What comes back later: no part of the day, and counted nowhere."""

    @property
    def tasks(self) -> tuple[RankedTask, ...]:
        """The whole day, in order."""
        return (*self.top, *self.rest)


@dataclass(frozen=True)
class AgentLoad:
    """What one person has at hand; `agent_id` None: the tasks of nobody, or of people who do not work here any more."""

    agent_id: int | None
    name: str
    open: int
    urgent: int
    overdue: int
    minutes: int
    due_minutes: int
    """Of these, what is due by tonight: the rest of a working day is free."""
    done_this_week: int


@dataclass(frozen=True)
class SiteDay:
    """Everybody's load, and every open task of the site by its id; what is put off apart, and in no load."""

    loads: tuple[AgentLoad, ...]
    ranked: Mapping[UUID, RankedTask]
    put_off: Mapping[UUID, RankedTask]


@dataclass(frozen=True)
class Proposal:
    """Who could take a task. `free_minutes` is what they had left before it; 0: nobody had, they have the least."""

    task: RankedTask
    to_agent_id: int
    to_name: str
    affinity: Decimal
    free_minutes: int


def manifesto(site: Site, agent_id: int, now: dt.datetime) -> Manifesto:
    """The agent's day at this moment. Three statements."""
    board = board_of(site, [agent_id], now)
    person = board.people.get(agent_id)
    can, stuck = _without_what_is_stuck(board)
    top = _first_of(can)
    minutes = sum(task.minutes for task in board.tasks)
    return Manifesto(
        site_code=site.code,
        agent_id=agent_id,
        agent_name=person.name if person else "",
        day=local_time(site, now).date(),
        top=top,
        rest=(*(task for task in can if task not in top), *stuck),
        total=len(board.tasks),
        minutes=minutes,
        done_this_week=person.done_this_week if person else 0,
        recommendations=tuple(_recommendations(can, board, agent_id)),
        risks=tuple(_risks(board.tasks, minutes)),
        put_off=board.put_off,
    )


def site_day(site: Site, now: dt.datetime) -> SiteDay:
    """Every agent of the site by name, managers who have tasks, last what is nobody's; and how all that is open stands.

    Three statements.
    """
    board = board_of(site, None, now)
    tasks_of: dict[int, list[RankedTask]] = {person.id: [] for person in board.agents}
    nobodys = []
    for task in board.tasks:
        if task.agent_id is None or board.is_nobodys(task):
            nobodys.append(task)
        else:
            tasks_of.setdefault(task.agent_id, []).append(task)
    loads = [_load(board.people[agent_id], tasks, now) for agent_id, tasks in tasks_of.items()]
    if nobodys:
        loads.append(_load(None, nobodys, now))
    return SiteDay(tuple(loads), {task.id: task for task in board.tasks}, {task.id: task for task in board.put_off})


def _load(person: Person | None, tasks: Sequence[RankedTask], now: dt.datetime) -> AgentLoad:
    return AgentLoad(
        agent_id=person.id if person else None,
        name=person.name if person else "",
        open=len(tasks),
        urgent=sum(task.priority.points >= URGENT for task in tasks),
        overdue=sum(task.due_at < now for task in tasks),
        minutes=sum(task.minutes for task in tasks),
        due_minutes=sum(task.minutes for task in tasks if task.grounds.is_due),
        done_this_week=person.done_this_week if person else 0,
    )


def proposals(site: Site, agent_id: int | None, now: dt.datetime) -> list[Proposal]:
    """For each open task of an agent, the most pressing first, who could take it. Three statements.

    It is the colleague with the highest affinity of those who have the time left that it takes; where nobody has, the
    one with the least to do. None as the agent: the tasks of nobody, or of people who do not work here any more.
    """
    board = board_of(site, None if agent_id is None else [agent_id], now)
    free = {person.id: WORKDAY_MINUTES - person.due_minutes for person in board.agents if person.id != agent_id}
    found = []
    for task in board.tasks:
        if agent_id is None and not board.is_nobodys(task):
            continue
        person = _best_for(task, board, free) or _least_busy(board, free)
        if person is not None:
            left = max(0, free[person.id])
            found.append(Proposal(task, person.id, person.name, person.affinity(task.kind), left))
            free[person.id] -= task.minutes
    return found


def _without_what_is_stuck(board: TaskBoard) -> tuple[list[RankedTask], list[RankedTask]]:
    """What can be done, and what cannot: the agent said so of it, or of a task that it waits for."""
    blocked = [task.id for task in board.tasks if task.status == Task.Status.BLOCKED]
    stuck = set(blocked).union(*(board.waiting.get(task, ()) for task in blocked))
    return [task for task in board.tasks if task.id not in stuck], [task for task in board.tasks if task.id in stuck]


def _first_of(tasks: Sequence[RankedTask]) -> tuple[RankedTask, ...]:
    """The first three; of what can wait for an idle hour none, as long as anything else is due by tonight."""
    pressing = [task for task in tasks if not registry.get(task.cause).can_wait]
    is_busy = any(task.grounds.is_due for task in pressing)
    return tuple((pressing if is_busy else tasks)[:TOP])


def _recommendations(tasks: Sequence[RankedTask], board: TaskBoard, agent_id: int) -> Iterator[Recommendation]:
    """Where to start, what then; and whom to ask for what does not fit into a working day."""
    for advice, task in zip(("start", "then"), _first_of(tasks), strict=False):
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


def _best_for(task: RankedTask, board: TaskBoard, free: Mapping[int, int]) -> Person | None:
    """The highest affinity among those who have the time; of equals who has more of it, then the lower id."""
    able = [board.people[one] for one, minutes in free.items() if minutes >= task.minutes]
    return min(able, key=lambda person: (-person.affinity(task.kind), -free[person.id], person.id), default=None)


def _least_busy(board: TaskBoard, free: Mapping[int, int]) -> Person | None:
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
