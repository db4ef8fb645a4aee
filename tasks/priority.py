"""How pressing a task is, and in which order tasks stand: docs/formulas/tasks.md.

Pure: no Django, no database, no clock.
"""

import datetime as dt
import functools
import heapq
import itertools
import math
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any
from uuid import UUID

WEIGHTS: Mapping[str, Decimal] = {
    "urgency": Decimal("0.35"),
    "impact": Decimal("0.35"),
    "affinity": Decimal("0.20"),
    "dependency": Decimal("0.10"),
}

# Hours until due, and the urgency there; in between on a straight line, before the first and after the last constant.
URGENCY: tuple[tuple[int, int], ...] = ((0, 100), (24, 90), (72, 70), (336, 20))

KIND_IMPACT: Mapping[str, int] = {
    "litigation": 95,
    "payment_follow": 90,
    "notice": 80,
    "retention": 75,
    "inspection": 60,
    "maintenance": 40,
    "admin": 30,
}
PERCENTILE_UNKNOWN = Decimal("0.5")
MISSED_POINTS = 15

NEUTRAL_AFFINITY = 60
NEUTRAL_TASKS = 5
RECORD_DAYS = 90

POINTS_PER_WAITING_TASK = 20

KIND_MINUTES: Mapping[str, int] = {
    "payment_follow": 45,
    "litigation": 120,
    "notice": 60,
    "retention": 30,
    "inspection": 90,
    "maintenance": 45,
    "admin": 30,
}
FINISHED_FOR_A_MEDIAN = 10

URGENT, PRESSING = 75, 50
"""From so many whole points on."""


class Impact(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class Priority:
    """Four parts from 0 to 100, and the score that they give. Whoever weighs and adds up the parts gets it exactly."""

    score: Decimal
    urgency: Decimal
    impact: Decimal
    affinity: Decimal
    dependency: Decimal

    @property
    def points(self) -> int:
        """The score as a screen shows it, halves up."""
        return int(self.score.quantize(Decimal(1), ROUND_HALF_UP))

    @property
    def parts(self) -> Mapping[str, Decimal]:
        return {name: getattr(self, name) for name in WEIGHTS}

    @property
    def contributions(self) -> Mapping[str, Decimal]:
        """What each part brings to the score: their sum is the score."""
        return {name: weight * getattr(self, name) for name, weight in WEIGHTS.items()}


@dataclass(frozen=True)
class TrackRecord:
    """What an agent did of one kind in the last 90 days.

    `done` tasks, of which `succeeded` came out as wanted or with a promise; `left` fell due and are still open. Of the
    done ones `rated` have a rating (`rating` is the sum), and `timed` a beginning: `quick` of these took at most the
    estimated minutes.
    """

    done: int = 0
    succeeded: int = 0
    left: int = 0
    rated: int = 0
    rating: int = 0
    timed: int = 0
    quick: int = 0

    @property
    def tasks(self) -> int:
        return self.done + self.left


@dataclass(frozen=True)
class Standing:
    """What the order of tasks looks at."""

    id: UUID
    score: Decimal
    due_at: dt.datetime


def priority(
    *,
    hours: Fraction,
    kind: str,
    percentile: Decimal | None,
    has_missed: bool,
    record: TrackRecord,
    waiting: int,
) -> Priority:
    """The priority of a task that is due in so many hours, less than 0 when it is overdue.

    `percentile`, from 0 to 1, is where the tenant's monthly rent stands within the site, None without one; `waiting`
    the number of open tasks that wait for this one, directly or through others.
    """
    return from_parts(
        {
            "urgency": rounded(urgency(hours)),
            "impact": rounded(impact(kind, percentile, has_missed)),
            "affinity": rounded(affinity(record)),
            "dependency": rounded(dependency(waiting)),
        }
    )


def from_parts(parts: Mapping[str, Any]) -> Priority:
    """The priority that parts give, also parts that were written down as text."""
    known = {name: Decimal(parts[name]) for name in WEIGHTS}
    return Priority(score=sum((WEIGHTS[name] * part for name, part in known.items()), Decimal(0)), **known)


def hours_until(due_at: dt.datetime, now: dt.datetime) -> Fraction:
    return Fraction((due_at - now) // dt.timedelta(microseconds=1), 3_600_000_000)


def urgency(hours: Fraction) -> Fraction:
    """100 for what is overdue, 20 for what is due in two weeks or later. It never rises with the hours."""
    for (start, above), (end, below) in itertools.pairwise(URGENCY):
        if hours <= end:
            return above - Fraction(above - below, end - start) * max(hours - start, Fraction(0))
    return Fraction(URGENCY[-1][1])


def impact(kind: str, percentile: Decimal | None, has_missed: bool) -> Fraction:
    share = Fraction(PERCENTILE_UNKNOWN if percentile is None else percentile)
    missed = MISSED_POINTS if has_missed else 0
    return min(Fraction(6, 10) * KIND_IMPACT[kind] + Fraction(25, 100) * share * 100 + missed, Fraction(100))


def impact_level(part: Decimal) -> Impact:
    """The impact part in one word."""
    if part >= 80:
        return Impact.CRITICAL
    if part >= 60:
        return Impact.HIGH
    return Impact.MEDIUM if part >= 40 else Impact.LOW


@functools.lru_cache(maxsize=4096)  # asked again for each task of an agent
def affinity(record: TrackRecord) -> Fraction:
    """How well this kind goes with this agent; near 60 for who has done few of them.

    Unrated tasks count as rated in the middle, 3 of 5; of tasks without a beginning half count as quick.
    """
    if not record.tasks:
        return Fraction(NEUTRAL_AFFINITY)
    completion = Fraction(record.done, record.tasks)
    rating = Fraction(record.rating, record.rated) if record.rated else Fraction(3)
    speed = Fraction(record.quick, record.timed) if record.timed else Fraction(1, 2)
    own = 30 + 30 * completion + 20 * rating / 5 + 20 * speed
    return (NEUTRAL_AFFINITY * NEUTRAL_TASKS + own * record.tasks) / (NEUTRAL_TASKS + record.tasks)


def dependency(waiting: int) -> Fraction:
    return Fraction(min(POINTS_PER_WAITING_TASK * waiting, 100))


def waiting_for(needs: Mapping[UUID, Set[UUID]]) -> dict[UUID, frozenset[UUID]]:
    """For each task that others need: all that wait for it, directly or through others. Never itself."""
    directly: dict[UUID, set[UUID]] = {}
    for task, needed in needs.items():
        for one in needed:
            directly.setdefault(one, set()).add(task)
    found = {}
    for task in directly:
        seen, ahead = {task}, [task]
        while ahead:
            new = directly.get(ahead.pop(), set()) - seen
            seen |= new
            ahead += new
        found[task] = frozenset(seen - {task})
    return found


def in_order(tasks: Iterable[Standing], waiting: Mapping[UUID, Set[UUID]]) -> list[UUID]:
    """The ids by score, the highest first; of equal ones the earlier due, then the lower id.

    A task that others wait for takes the place of the most pressing of them when that is a better one, just above it:
    what an urgent task needs is not left below. `waiting` comes from `waiting_for`. It is a total order: each task
    stands once, and the same tasks stand in the same order however they came in.
    """
    own = {task.id: (-task.score, task.due_at, task.id) for task in tasks}
    waiters = {task: [other for other in waiting.get(task, ()) if other in own and other != task] for task in own}
    place = {task: min([own[task], *(own[other] for other in waiters[task])]) for task in own}
    lacking = dict.fromkeys(own, 0)
    for others in waiters.values():
        for other in others:
            lacking[other] += 1
    free = [(place[task], own[task]) for task in own if not lacking[task]]
    heapq.heapify(free)
    ordered: dict[UUID, None] = {}
    while len(ordered) < len(own):
        if free:
            task = heapq.heappop(free)[1][2]
        else:
            # Only in a circle, which the database refuses: broken at its best place, so that every task has one.
            task = min((place[task], own[task]) for task in own if task not in ordered)[1][2]
        if task in ordered:
            continue
        ordered[task] = None
        for other in waiters[task]:
            lacking[other] -= 1
            if not lacking[other]:
                heapq.heappush(free, (place[other], own[other]))
    return list(ordered)


def rounded(part: Fraction) -> Decimal:
    """To two decimals, halves up. Rounded here and nowhere later: the score is the exact sum of what is shown."""
    return Decimal(math.floor(part * 100 + Fraction(1, 2))) / 100
