"""The planner: turns the schedule into jobs."""

from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from akig.schedule import SCHEDULE, due_jobs
from outbox.actions import enqueue
from outbox.models import Job
from sites_app.models import Site


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
