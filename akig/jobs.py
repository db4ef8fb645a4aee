"""The planner, which turns the schedule into jobs, and the jobs of what belongs to no site."""

import logging
from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from accounts.clearing import forget_old_sign_ins
from akig.schedule import SCHEDULE, due_jobs
from outbox.actions import enqueue
from outbox.jobs import outbox_job
from outbox.models import Job
from sites_app.models import Site

log = logging.getLogger(__name__)


@shared_task
def plan() -> int:
    """Write down the jobs that are due and not yet written down. Returns how many."""
    return plan_jobs(timezone.now())


def plan_jobs(now: datetime) -> int:
    """Every due job exists exactly once afterwards, whoever else plans at the same time."""
    sites = Site.objects.values_list("code", "timezone")
    due = {job.key: job for job in due_jobs(now, sites, SCHEDULE, agency=settings.TIME_ZONE)}
    known = set(Job.objects.filter(key__in=due).values_list("key", flat=True))
    missing = [job for key, job in due.items() if key not in known]
    for job in missing:
        enqueue(job.job, key=job.key, site_code=job.site_code, day=job.day.isoformat())
    return len(missing)


@outbox_job
def clear_sign_ins(job: Job) -> None:
    """Each night: sessions that are over and old sign-in logs are deleted."""
    if deleted := forget_old_sign_ins(timezone.now()):
        log.info("%s rows of old sessions and sign-ins deleted", deleted)
