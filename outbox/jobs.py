"""How an app declares a job, and the two jobs that keep the others going."""

from collections.abc import Callable
from functools import partial
from typing import Any

from celery import shared_task
from django.utils import timezone

from outbox import actions
from outbox.models import Job

Work = Callable[[Job], None]


def outbox_job(work: Work | None = None, *, name: str = "", **options: Any) -> Any:
    """Make a function `(job) -> None` a job that `outbox.actions.enqueue` can ask for by its name.

    The name is the function's own, `leasing.jobs.extend_instalments`. The function runs in a transaction that
    also marks the job as done, so its effect happens once; it raises `outbox.actions.Refused` when trying
    again would not help. `options` are Celery's, such as `time_limit` in seconds. Calling the result with a
    job's id does the job at once.
    """
    if work is None:
        return partial(outbox_job, name=name, **options)

    def receive(job_id: str) -> bool:
        return actions.run(job_id, work)

    receive.__doc__ = work.__doc__
    receive.__module__ = work.__module__
    return shared_task(name=name or f"{work.__module__}.{work.__qualname__}", **options)(receive)


@shared_task
def relay(after_restart: bool = False, nothing_on_its_way: bool = False) -> int:
    """Send what has not been sent, and forget what was done long ago."""
    now = timezone.now()
    actions.forget_old_jobs(now)
    return actions.relay(now, after_restart=after_restart, nothing_on_its_way=nothing_on_its_way)
