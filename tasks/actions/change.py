"""What every tap stands on: the task's lock, its key, the version that the person saw, and what was before."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from accounts.models import Actor
from changes import keys
from changes.audit import change
from changes.refusals import RuleBroken, constraint_of
from tasks.causes import registry
from tasks.models import Task, TaskChange
from tasks.refusals import KeyReused, TaskConflict

LONGEST_KEY = 90
"""In characters, of a key that a person or a program sends; with whose it is, it has to fit its column."""
_MOMENTS = ("due_at", "started_at", "completed_at", "put_off_until")
STATE = ("status", *_MOMENTS, "outcome", "rating", "note", "promised_on", "promised_francs", "agent_id")
"""What a tap may change, and undoing it gives back."""
CHANGED = (*(name.removesuffix("_id") for name in STATE), "version")
"""The fields that are saved with it."""


def change_task(
    *,
    task_id: UUID,
    verb: str,
    by: Actor,
    now: dt.datetime,
    key: str,
    version: int | None,
    asked: dict[str, Any],
    apply: Callable[[Task], None],
) -> Task:
    """Change one task once for a key: `apply` checks the rules and sets the fields of STATE that change.

    `asked` is what the person asked for, as it counts for "the same change again"; that returns the task as it is now.

    Raises Task.DoesNotExist, KeyReused, TaskConflict (the task is not at `version` any more), or what `apply` raises.
    """
    digest = digest_of(verb, by, task=str(task_id), version=version, **asked)
    with change(by):
        task = locked_task(task_id)
        if was_done_before(task.site_id, by, key, digest):
            return task
        if version is not None and version != task.version:
            raise TaskConflict(task)
        before, was_open = state_of(task), task.is_open()
        apply(task)
        task.version += 1
        task.save(update_fields=CHANGED)
        write_down(task, verb=verb, by=by, now=now, key=key_of(by, key), digest=digest, before=before)
        tell_its_cause(task, was_open)
        return task


def tell_its_cause(task: Task, was_open: bool) -> None:
    """Have the app that a task is of do what follows from its end, or from its being open again: here and now."""
    cause = registry.get(task.cause)
    if was_open and not task.is_open():
        cause.ended(task)
    elif task.is_open() and not was_open:
        cause.reopened(task)


def locked_task(task_id: UUID) -> Task:
    """The task as it is now; nobody else changes it until the transaction ends."""
    tasks = Task.objects.select_related("site", "agent")
    return tasks.select_for_update(of=("self",), no_key=True).get(pk=task_id)


def key_of(by: Actor, key: str) -> str:
    """A person's key as it is kept: nobody takes another's, or one of those that AKIG gives its own changes."""
    return f"by {by and by.pk}:{key}"


def was_done_before(site_code: str, by: Actor, key: str, digest: str) -> bool:
    """Whether the key's change was made. Raises KeyReused when it was another one, RuleBroken for no key at all."""
    if not key:
        raise RuleBroken("key", "idempotency_key", _("Without a key the same change could be made twice."))
    if len(key) > LONGEST_KEY:
        sentence = _("A key has at most %(longest)s characters.") % {"longest": LONGEST_KEY}
        raise RuleBroken("key", "idempotency_key", sentence)
    rows = TaskChange.objects.filter(site_id=site_code, key=key_of(by, key))
    return keys.is_known(rows.values_list("request_digest", flat=True).first(), digest, KeyReused())


def write_down(
    task: Task, *, verb: str, by: Actor, now: dt.datetime, key: str, digest: str, before: dict[str, Any]
) -> None:
    """Keep the change with what was before. Raises KeyReused when the key was taken at this very moment."""
    try:
        with transaction.atomic():
            as_change(task, verb=verb, by=by, now=now, key=key, digest=digest, before=before).save(force_insert=True)
    except IntegrityError as error:
        if constraint_of(error) != "one_change_of_a_task_per_key":
            raise
        raise KeyReused from error


def as_change(
    task: Task, *, verb: str, by: Actor, now: dt.datetime, key: str, before: dict[str, Any], digest: str = ""
) -> TaskChange:
    """The row, not saved yet, that says what was done to a task, which has its new version."""
    return TaskChange(
        site_id=task.site_id,
        task=task,
        key=key,
        request_digest=digest,
        verb=verb,
        before=before,
        version_after=task.version,
        by=by,
        at=now,
    )


def digest_of(verb: str, by: Actor, **asked: Any) -> str:
    """The same for the same change asked for by the same person."""
    return keys.digest_of({"verb": verb, "by": by and by.pk, **asked})


def state_of(task: Task) -> dict[str, Any]:
    state = {name: getattr(task, name) for name in STATE}
    return state | {name: state[name] and state[name].isoformat() for name in (*_MOMENTS, "promised_on")}


def give_back(task: Task, before: dict[str, Any]) -> None:
    for name in STATE:
        # Of changes that are older than the field nothing is kept.
        value = before.get(name)
        if value and name in _MOMENTS:
            value = parse_datetime(value)
        elif value and name == "promised_on":
            value = dt.date.fromisoformat(value)
        setattr(task, name, value)
