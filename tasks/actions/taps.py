"""What an agent does with a task in one tap, and taking it back."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken
from tasks import verbs
from tasks.actions.change import change_task, give_back, key_of, locked_task, state_of, tell_its_cause, write_down
from tasks.models import Task, TaskChange
from tasks.refusals import TaskConflict, moment

LONGEST_POSTPONEMENT = dt.timedelta(days=366)
LONGEST_PROMISE_DAYS = 92
"""A promise for later than that would bury a debt."""
OUTCOMES_OF_PEOPLE = tuple(outcome for outcome in Task.Outcome if outcome != Task.Outcome.CAUSE_GONE)
"""Only AKIG itself finds that the cause is gone."""


def start_task(*, task_id: UUID, by: Actor, now: dt.datetime, key: str, version: int | None = None) -> Task:
    """Begin. A task that waits for an open one may be begun too: the order is advice.

    Like every tap: the same key and request again changes nothing and returns the task as it is.

    Raises Task.DoesNotExist, TaskConflict, IdempotencyConflict; RuleBroken: it is over, or has been started.
    """

    def apply(task: Task) -> None:
        _require_open(task)
        if task.status == Task.Status.IN_PROGRESS:
            raise RuleBroken("status", "task_started_once", _("This task has been started already."))
        _put_back(task)
        task.status, task.started_at = Task.Status.IN_PROGRESS, now

    return _tap(verbs.START, task_id, by, now, key, version, apply)


def finish_task(
    *,
    task_id: UUID,
    by: Actor,
    now: dt.datetime,
    key: str,
    outcome: str,
    rating: int | None = None,
    note: str = "",
    promised_on: dt.date | None = None,
    promised_francs: int | None = None,
    version: int | None = None,
) -> Task:
    """End with an outcome, whether it was started or not; of a promise with its day and amount, where they are known.

    Raises like start_task; RuleBroken: it is over, the outcome is none of a person's, the rating not from 1 to 5, or
    the promise for a day that is past or far away, for no francs, or of something that was not promised.
    """
    note = note.strip()
    if outcome not in OUTCOMES_OF_PEOPLE:
        raise RuleBroken("outcome", "outcome_of_a_person", _("Say how it went: one of the outcomes offered."))
    if rating is not None and not 1 <= rating <= 5:
        raise RuleBroken("rating", "task_rating_from_1_to_5", _("A rating is a number from 1 to 5."))
    is_promise = outcome == Task.Outcome.PROMISED
    if not is_promise and (promised_on or promised_francs is not None):
        sentence = _("Only what was promised has a day and an amount.")
        raise RuleBroken("outcome", "promise_of_what_was_promised", sentence)
    if promised_francs is not None and promised_francs <= 0:
        sentence = _("The amount must be a whole number of francs, more than zero.")
        raise RuleBroken("promised_francs", "promise_of_francs", sentence)

    def apply(task: Task) -> None:
        _require_open(task)
        if promised_on is not None:
            _require_promised_day(promised_on, _day_there(task, now))
        task.status, task.completed_at, task.put_off_until = Task.Status.DONE, now, None
        task.outcome, task.rating, task.note = str(outcome), rating, note
        task.promised_on, task.promised_francs = promised_on, promised_francs

    asked: dict[str, Any] = {"outcome": str(outcome), "rating": rating, "note": note}
    if promised_on or promised_francs:
        # Only then, so that a tap of before there were promises is still the same tap.
        asked |= {"promised_on": promised_on and promised_on.isoformat(), "promised_francs": promised_francs}
    return _tap(verbs.FINISH, task_id, by, now, key, version, apply, **asked)


def cannot_do(*, task_id: UUID, by: Actor, now: dt.datetime, key: str, why: str, version: int | None = None) -> Task:
    """Say why it cannot be done now; it stays open, blocked. Raises like start_task; RuleBroken: without a reason."""
    why = _required(why)

    def apply(task: Task) -> None:
        _require_open(task)
        task.status, task.note, task.put_off_until = Task.Status.BLOCKED, why, None

    return _tap(verbs.CANNOT, task_id, by, now, key, version, apply, why=why)


def postpone_task(
    *, task_id: UUID, by: Actor, now: dt.datetime, key: str, due_at: dt.datetime, version: int | None = None
) -> Task:
    """Have it to do later, from its beginning; until that day, or that hour of today, it leaves the day.

    Raises like start_task; RuleBroken: a past or very distant moment.
    """

    def apply(task: Task) -> None:
        _require_open(task)
        require_due_to_come(due_at, now)
        _put_back(task)
        task.due_at = due_at
        zone = ZoneInfo(task.site.timezone)
        day = due_at.astimezone(zone).date()
        # The day on which it comes back has it from its first hour, so that the morning's order knows it.
        is_today = day == _day_there(task, now)
        task.put_off_until = due_at if is_today else dt.datetime.combine(day, dt.time.min, zone)

    return _tap(verbs.POSTPONE, task_id, by, now, key, version, apply, due_at=due_at.isoformat())


def resume_task(*, task_id: UUID, by: Actor, now: dt.datetime, key: str, version: int | None = None) -> Task:
    """Have what was started, blocked or put off to do again.

    Raises like start_task; RuleBroken: it is to do already.
    """

    def apply(task: Task) -> None:
        _require_open(task)
        if task.status == Task.Status.PENDING and not task.is_put_off(now):
            raise RuleBroken("status", "task_to_resume", _("This task is to be done already."))
        _put_back(task)

    return _tap(verbs.RESUME, task_id, by, now, key, version, apply)


def cancel_task(*, task_id: UUID, by: Actor, now: dt.datetime, key: str, why: str, version: int | None = None) -> Task:
    """Decide that it is not to be done; for managers. Raises like start_task; RuleBroken: without a reason."""
    why = _required(why)

    def apply(task: Task) -> None:
        _require_open(task)
        task.status, task.completed_at, task.note = Task.Status.CANCELLED, now, why
        task.put_off_until = None

    return _tap(verbs.CANCEL, task_id, by, now, key, version, apply, why=why)


def undo_change(*, key: str, by: Actor, now: dt.datetime) -> Task:
    """Give the task back what it had before the change made with this key. Undoing twice is undoing once.

    Only the person who made a change can undo it, at any time, until somebody changes the task again.

    Raises Task.DoesNotExist: there is no such change of this person; TaskConflict: the task was changed since;
    RuleBroken: the change made or moved the task.
    """
    mine = TaskChange.objects.filter(key=key_of(by, key), by_id=by.pk if by else None)
    found = mine.values_list("task_id", flat=True).first()
    if found is None:
        raise Task.DoesNotExist
    with change(by):
        task = locked_task(found)
        undone = mine.get()
        if undone.undone_at is not None:
            return task
        if undone.verb not in _CAN_BE_UNDONE:
            raise RuleBroken("key", "change_can_be_undone", _("Only what was done to a task can be undone."))
        if task.version != undone.version_after:
            raise TaskConflict(task)
        before, was_open = state_of(task), task.is_open()
        give_back(task, undone.before)
        task.version += 1
        task.save()
        undone.undone_at = now
        undone.save(update_fields=["undone_at"])
        # A key of its own: the history tells that it was taken back, and by whom.
        write_down(task, verb=verbs.UNDO, by=by, now=now, key=f"undo:{undone.pk}", digest="", before=before)
        tell_its_cause(task, was_open)
        return task


_CAN_BE_UNDONE = (verbs.START, verbs.FINISH, verbs.CANNOT, verbs.POSTPONE, verbs.RESUME, verbs.CANCEL)


def require_due_to_come(due_at: dt.datetime, now: dt.datetime) -> None:
    """Raise RuleBroken for a moment that is past or more than a year away."""
    if due_at <= now:
        raise RuleBroken("due_at", "due_at_to_come", _("Choose a time in the future."))
    if due_at > now + LONGEST_POSTPONEMENT:
        raise RuleBroken("due_at", "due_at_within_a_year", _("Choose a time within a year."))


def _tap(
    verb: str,
    task_id: UUID,
    by: Actor,
    now: dt.datetime,
    key: str,
    version: int | None,
    apply: Callable[[Task], None],
    **asked: Any,
) -> Task:
    return change_task(task_id=task_id, verb=verb, by=by, now=now, key=key, version=version, asked=asked, apply=apply)


def _put_back(task: Task) -> None:
    # The time it takes is counted from the next start.
    task.status, task.started_at, task.note, task.put_off_until = Task.Status.PENDING, None, "", None


def _day_there(task: Task, now: dt.datetime) -> dt.date:
    return now.astimezone(ZoneInfo(task.site.timezone)).date()


def _require_promised_day(day: dt.date, today: dt.date) -> None:
    if day < today:
        raise RuleBroken("promised_on", "promise_to_come", _("A promise is for today or a day to come."))
    if day > today + dt.timedelta(days=LONGEST_PROMISE_DAYS):
        sentence = _("A promise is for a day within %(days)s days.") % {"days": LONGEST_PROMISE_DAYS}
        raise RuleBroken("promised_on", "promise_to_come", sentence)


def _required(why: str) -> str:
    why = why.strip()
    if not why:
        raise RuleBroken("why", "reason_required", _("Say why."))
    return why


def _require_open(task: Task) -> None:
    if not task.is_open():
        values = {"status": task.get_status_display(), "when": moment(task.completed_at, task)}
        sentence = _("This task is over: “%(status)s” since %(when)s.") % values
        raise RuleBroken("status", "task_is_open", sentence)
