"""Open tasks in their order with what it rests on, and the people of a site: three statements, whatever the number."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from changes import sql
from leasing.models import MISSED_AFTER_DAYS
from leasing.months import month_begun
from sites_app.models import Site
from sites_app.scope import require_scope
from tasks import statements
from tasks.causes import registry
from tasks.causes.cause import LateRent
from tasks.causes.rent_late import LATE_STEPS
from tasks.priority import (
    FINISHED_FOR_A_MEDIAN,
    KIND_MINUTES,
    RECORD_DAYS,
    Priority,
    Standing,
    TrackRecord,
    affinity,
    from_parts,
    hours_until,
    in_order,
    priority,
    rounded,
    waiting_for,
)
from tasks.workers import WORKING_ROLES, staffed_by

WORKDAY_MINUTES = 8 * 60
LEAST_MINUTES, MOST_MINUTES = 5, WORKDAY_MINUTES
"""A site's median is believed within these: nobody does a task in no time, and none is meant to take a whole day."""


@dataclass(frozen=True)
class Grounds:
    """What a task's score and its reasons rest on, on the day `day` of the site; `due_on` is the due date there.

    `left_on`: the last day of its contract, when that is over; `deposit`: the francs of it that are still held.
    """

    day: dt.date
    due_on: dt.date
    waiting: int = 0
    percentile: Decimal | None = None
    has_missed: bool = False
    late_rents: int = 0
    debt: LateRent | None = None
    left_on: dt.date | None = None
    deposit: int | None = None
    record: TrackRecord = field(default_factory=TrackRecord)

    @property
    def is_due(self) -> bool:
        """By tonight."""
        return self.due_on <= self.day


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
    put_off_until: dt.datetime | None = None

    @property
    def debt(self) -> LateRent | None:
        """What is late, as it was when the task was looked at, else when it was made; None: it is about no rent."""
        debt_of = registry.get(self.cause).debt_of
        return None if debt_of is None else self.grounds.debt or debt_of(self.facts)

    @property
    def amount(self) -> int | None:
        """The francs that are late; None where the task is about no rent."""
        return self.debt.francs if self.debt else None


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    is_agent: bool
    works_here: bool
    done_this_week: int
    records: Mapping[str, TrackRecord]
    due_minutes: int

    @property
    def free_minutes(self) -> int:
        """What is left of a working day when everything that is due by tonight is done."""
        return max(0, WORKDAY_MINUTES - self.due_minutes)

    def affinity(self, kind: str) -> Decimal:
        return rounded(affinity(self.records[kind]))


@dataclass(frozen=True)
class TaskBoard:
    """Some agents' open tasks in order, what waits for which task of the site, and the people of the site.

    What is put off stands apart, by the moment at which it comes back.
    """

    tasks: tuple[RankedTask, ...]
    put_off: tuple[RankedTask, ...]
    waiting: Mapping[UUID, Set[UUID]]
    people: Mapping[int, Person]

    @property
    def agents(self) -> list[Person]:
        return sorted((p for p in self.people.values() if p.is_agent), key=lambda person: (person.name, person.id))

    def is_nobodys(self, task: RankedTask) -> bool:
        """Whether it belongs to nobody, or to somebody who does not work here any more."""
        person = None if task.agent_id is None else self.people.get(task.agent_id)
        return person is None or not person.works_here


def board_of(site: Site, agent_ids: Sequence[int] | None, now: dt.datetime) -> TaskBoard:
    """The open tasks of some agents, or of everyone and nobody, with the people of the site."""
    local = local_time(site, now)
    today = local.date()
    days = _days(site, today)
    people, minutes = _people(site, agent_ids or (), now, local)
    needs: dict[UUID, set[UUID]] = {}
    for row in _fetch(site, statements.WAITING, {"site": site.code}):
        needs.setdefault(row["task_id"], set()).add(row["needs_id"])
    waiting = waiting_for(needs)
    tasks, put_off = {}, []
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
            debt=_debt_now(row),
            left_on=row["left_on"],
            deposit=row["deposit"],
            record=person.records[row["kind"]] if person else TrackRecord(),
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
        task = _task(site, row, minutes[row["kind"]], rank, waits_for, grounds)
        if task.put_off_until is not None and task.put_off_until > now:
            put_off.append(task)
        else:
            tasks[task.id] = task
    order = in_order((Standing(t.id, t.priority.score, t.due_at) for t in tasks.values()), waiting)
    put_off.sort(key=lambda task: (task.put_off_until, task.id))
    return TaskBoard(tuple(tasks[task] for task in order), tuple(put_off), waiting, people)


def _people(
    site: Site, agent_ids: Sequence[int], now: dt.datetime, local: dt.datetime
) -> tuple[dict[int, Person], dict[str, int]]:
    """Who may have tasks on the site and those asked for, and how many minutes each kind takes there."""
    today = local.date()
    parameters = {
        "site": site.code,
        "agents": list(agent_ids),
        "roles": list(WORKING_ROLES),
        "staff": staffed_by(site),
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
        agent_id: Person(
            id=agent_id,
            name=rows[0]["name"],
            is_agent=rows[0]["is_agent"],
            works_here=rows[0]["works_here"],
            done_this_week=rows[0]["done_this_week"],
            records={row["kind"]: TrackRecord(**{name: row[name] for name in _COUNTED}) for row in rows},
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
    "neighbourhood", "note", "put_off_until",
)  # fmt: skip


def _kept_grounds(site: Site, row: Mapping[str, Any], parts: Mapping[str, Any], day: dt.date) -> Grounds:
    kept = parts.get("grounds")
    if kept is None:
        return Grounds(day=day, due_on=local_time(site, row["due_at"]).date())
    return Grounds(
        **kept
        | {
            "day": dt.date.fromisoformat(kept["day"]),
            "due_on": dt.date.fromisoformat(kept["due_on"]),
            "percentile": None if kept["percentile"] is None else Decimal(kept["percentile"]),
            "debt": LateRent.from_texts(**kept["debt"]) if kept["debt"] else None,
            "left_on": kept["left_on"] and dt.date.fromisoformat(kept["left_on"]),
            "record": TrackRecord(**kept["record"]),
        }
    )


def _debt_now(row: Mapping[str, Any]) -> LateRent | None:
    if registry.get(row["cause"]).debt_of is None:
        return None
    charges = tuple((kind, label) for kind, label in json.loads(row["charges"]))
    return LateRent(row["francs"], tuple(row["periods"]), row["since"], charges)


def kept_parts(task: RankedTask) -> dict[str, Any]:
    """What TaskPrioritization.parts keeps of a task: its four parts, and what they and the reasons rest on."""
    grounds = asdict(replace(task.grounds, debt=task.debt))
    return {
        **{name: str(part) for name, part in task.priority.parts.items()},
        "minutes": task.minutes,
        "grounds": json.loads(json.dumps(grounds, default=str)),  # days and decimals as texts
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


def local_time(site: Site, moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(ZoneInfo(site.timezone))


def _midnight(day: dt.date, local: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, local.tzinfo)


def _days(site: Site, today: dt.date) -> dict[str, Any]:
    return {
        "site": site.code,
        "today": today,
        "late_by": today - dt.timedelta(days=LATE_STEPS[0]),
        "missed_by": today - dt.timedelta(days=MISSED_AFTER_DAYS),
        "three_months_ago": month_begun(today, -3),
    }


def _fetch(site: Site, statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    require_scope([site.code])
    return list(sql.rows(statement, parameters))
