"""Work on tasks that nobody waits for."""

import datetime as dt
import logging

from django.utils import timezone

from outbox.models import Job
from sites_app.jobs import site_job
from sites_app.models import Site
from tasks.actions import keep_rankings
from tasks.generation import close_gone, generate_tasks

log = logging.getLogger(__name__)


@site_job
def begin_day(job: Job) -> None:
    """Each morning: tasks whose cause has gone are closed, what the records ask for is made, and the order in which
    each agent's day begins is kept (job.kwargs: the day). A job that comes when its day is over leaves it to the next.
    """
    site, now = Site.objects.get(code=job.site_code), timezone.now()
    day = _day_of(job)
    if day < site.today():
        return
    closed = close_gone(site=site, today=day, now=now)
    made = generate_tasks(site=site, today=day)
    kept = keep_rankings(site=site, day=day, now=now)
    log.info("%s: %s tasks closed, %s made, %s ranked", site.code, closed, made, kept)


@site_job
def close_what_is_gone(job: Job) -> None:
    """Each hour: a task whose rent has come in is closed (job.kwargs: the day, which is not over)."""
    site, day = Site.objects.get(code=job.site_code), _day_of(job)
    # What is due today would not have been yesterday, and would be closed.
    if day < site.today():
        return
    if closed := close_gone(site=site, today=day, now=timezone.now()):
        log.info("%s: %s tasks closed", site.code, closed)


def _day_of(job: Job) -> dt.date:
    return dt.date.fromisoformat(job.kwargs["day"])
