"""Work on the scores that nobody waits for."""

import datetime as dt
import logging

from outbox.models import Job
from retention.actions import analyse
from sites_app.jobs import site_job

log = logging.getLogger(__name__)


@site_job
def analyse_site(job: Job) -> None:
    """Each night: the scores of the site's tenancies as of that day (job.kwargs: the day)."""
    found = analyse(days={job.site_code: dt.date.fromisoformat(job.kwargs["day"])})
    log.info("%s: %s tenancies scored, %s scores new", job.site_code, found.scored, found.changed)
