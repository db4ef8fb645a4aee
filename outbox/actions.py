"""Ask for a job, hand it to the broker, do it exactly once in effect."""

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from kombu.pools import producers

from changes.breaker import Breaker
from outbox.models import Job

log = logging.getLogger(__name__)

_BATCH = 500
_KEEP_DONE = timedelta(days=60)
_LONGEST_WAIT = timedelta(hours=1)
_BROKER_SECONDS = 0.3
_broker = Breaker("broker", rest=5, patience=5)
_ON_ITS_WAY = timedelta(seconds=10)


class Refused(Exception):
    """The job cannot be done and trying again would not help. The message is kept: no personal data in it."""


def enqueue(name: str, *, key: str, site_code: str = "", user_id: int | None = None, **kwargs: Any) -> Job:
    """Have the job `name` done once the caller's transaction is committed; nothing happens when it is not.

    A second call with the same key is the same job, whatever its details. `kwargs` are small JSON values: ids,
    dates as text, no personal data. A broker that is down is no error: the relay sends the job when it is back.
    """
    now = timezone.now()
    job = Job(name=name, key=key, site_code=site_code, user_id=user_id, kwargs=kwargs, created_at=now, due_at=now)
    if _has_broker():
        # Counted as sent from the start, so that the usual case is one write.
        job.sends, job.sent_at, job.due_at = 1, now, now + _wait(1)
    Job.objects.bulk_create([job], ignore_conflicts=True)
    kept = Job.objects.get(key=key)
    if kept.pk == job.pk and _has_broker():
        # No functools.partial: Django names the function when it logs an error.
        transaction.on_commit(lambda: _send_at_once(kept), robust=True)
    return kept


def relay(now: datetime, *, after_restart: bool = False, nothing_on_its_way: bool = False) -> int:
    """Send every job that was not sent, was lost on the way, or failed and may be tried again. Returns how many.

    `after_restart`, of a worker or the broker: also what was started and is in nobody's hands.
    `nothing_on_its_way`: the broker's queue is empty and the worker idle, so what was sent a moment ago and never
    began is lost.
    """
    if not _has_broker():
        return 0
    wanted = Q(due_at__lte=now)
    if after_restart:
        wanted |= Q(started_at__isnull=False)
    if nothing_on_its_way:
        wanted |= Q(started_at=None, sent_at__lte=now - _ON_ITS_WAY)
    sent = 0
    while jobs := _counted_as_sent(wanted, now):
        # After the commit: until then a worker would find the row locked and leave it.
        done = _send(jobs)
        sent += done
        if done < _BATCH:
            break
    return sent


def run(job_id: UUID | str, work: Callable[[Job], None]) -> bool:
    """Do the job: its effect and the mark that it is done are one transaction. Returns whether it was done now.

    A message that comes twice, late, or while another worker has the job does nothing.
    """
    if not _begin(job_id):
        return False
    try:
        with transaction.atomic():
            job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id, done_at=None).first()
            if job is None:
                return False
            work(job)
            done_at = timezone.now()
            Job.objects.filter(pk=job_id).update(done_at=done_at, last_error="")
    except Refused as refusal:
        log.warning("Job %s is refused: %s", job_id, refusal)
        Job.objects.filter(pk=job_id).update(done_at=timezone.now(), last_error=str(refusal) or "refused")
        return False
    except Exception as error:
        Job.objects.filter(pk=job_id).update(last_error=_without_personal_data(error))
        raise
    log.info("Job %s is done, %.1f s after it was asked for", job.key, (done_at - job.created_at).total_seconds())
    return True


def forget_old_jobs(now: datetime) -> int:
    """Delete what was done long ago. Returns how many."""
    return Job.objects.filter(done_at__lt=now - _KEEP_DONE).delete()[0]


def impatient_connection(seconds: float) -> Any:
    """A way to the broker that waits so long for each word of it, and no longer."""
    limits = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    return current_app.connection_for_write(connect_timeout=seconds, transport_options=limits)


def _begin(job_id: UUID | str) -> bool:
    # Committed before the work begins: a job that kills its worker shall not do so for ever.
    with transaction.atomic():
        job = Job.objects.free().filter(pk=job_id).first()
        if job is None:
            return False
        now = timezone.now()
        job.attempts += 1
        job.started_at, job.due_at = now, now + _wait(job.attempts)
        job.save(update_fields=["attempts", "started_at", "due_at"])
        return True


def _send_at_once(job: Job) -> None:
    """Tell the broker while somebody waits for the answer.

    One that says nothing is waited for a moment only, and not at all while it is known to be away.
    """
    if _broker.may_ask():
        try:
            with _impatient_producer() as producer:
                current_app.send_task(job.name, args=[str(job.pk)], ignore_result=True, retry=False, producer=producer)
        except Exception as error:  # whatever the broker's client raises: the row stays and is sent later
            _broker.failed(error)
        else:
            _broker.answered()
            return
    _leave_to_the_relay([job])


@contextmanager
def _impatient_producer() -> Iterator[Any]:
    with producers[impatient_connection(_BROKER_SECONDS)].acquire(block=True, timeout=_BROKER_SECONDS) as producer:
        yield producer


def _counted_as_sent(wanted: Q, now: datetime) -> list[Job]:
    """The next jobs to be sent: not those that this relay has counted already."""
    with transaction.atomic():
        left = Job.objects.free().filter(wanted).exclude(sent_at=now)
        jobs = list(left.order_by("due_at")[:_BATCH])
        for job in jobs:
            job.sends += 1
            job.sent_at, job.due_at = now, now + _wait(job.sends)
        Job.objects.bulk_update(jobs, ["sends", "sent_at", "due_at"])
    return jobs


def _send(jobs: list[Job]) -> int:
    for position, job in enumerate(jobs):
        try:
            current_app.send_task(job.name, args=[str(job.pk)], ignore_result=True, retry=False)
        except Exception as error:  # whatever the broker's client raises: the row stays and is sent later
            log.warning("The broker does not take jobs now (%s); they are sent later.", type(error).__name__)
            _leave_to_the_relay(jobs[position:])
            return position
    return len(jobs)


def _leave_to_the_relay(jobs: list[Job]) -> None:
    with transaction.atomic():
        unsent = Job.objects.free().filter(pk__in=[job.pk for job in jobs])
        Job.objects.filter(pk__in=unsent.values("pk")).update(due_at=timezone.now(), sent_at=None)


def _has_broker() -> bool:
    return bool(settings.CELERY_BROKER_URL)


def _wait(times: int) -> timedelta:
    """Two minutes, then twice as long each time, up to an hour."""
    return min(timedelta(minutes=2 ** min(times, 6)), _LONGEST_WAIT)


def _without_personal_data(error: Exception) -> str:
    """The kind of error and where it happened: its message may quote a row."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__qualname__} in {Path(last.filename).name}, line {last.lineno}"
