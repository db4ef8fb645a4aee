"""Work on the portfolio that nobody waits for."""

import datetime as dt
import logging

from leasing import actions
from leasing.actions.closing import close_matters_of_ended
from leasing.queries import money_faults
from outbox.models import Job
from sites_app.jobs import site_job
from sites_app.models import Site

log = logging.getLogger(__name__)


@site_job
def extend_instalments(job: Job) -> None:
    """Each night: the site's instalments a year ahead, what contracts that ended have left open, and proof that the
    site's francs add up (job.kwargs: the day)."""
    site = Site.objects.get(code=job.site_code)
    today = dt.date.fromisoformat(job.kwargs["day"])
    # First: placing money anew would put right, and hide, what was wrong.
    faults = money_faults(site)
    made = actions.extend_instalments(site=site, today=today)
    close_matters_of_ended(site.code, today)
    log.info("%s: %s instalments made", site.code, made)
    if faults:
        kinds = sorted({fault.kind for fault in faults})
        log.error("%s: money does not add up in %s rows (%s)", site.code, len(faults), ", ".join(kinds))
