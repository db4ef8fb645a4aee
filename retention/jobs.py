"""Work on the scores that nobody waits for."""

import datetime as dt
import logging

from django.utils import timezone

from outbox.actions import Refused
from outbox.jobs import outbox_job
from outbox.models import Job
from retention.actions import analyse
from retention.campaigns.ending import close_what_is_gone
from retention.campaigns.records import pool_offers
from retention.campaigns.results import record_results
from retention.fitting import FitFailed
from retention.learning import learn
from retention.measuring import measure as measure_sites
from sites_app.jobs import site_job
from sites_app.models import Site
from sites_app.scope import site_scope

log = logging.getLogger(__name__)


@site_job
def analyse_site(job: Job) -> None:
    """Each night: the scores of the site's tenancies as of that day (job.kwargs: the day)."""
    found = analyse(days={job.site_code: dt.date.fromisoformat(job.kwargs["day"])})
    log.info("%s: %s tenancies scored, %s scores new", job.site_code, found.scored, found.changed)


@outbox_job
def measure(job: Job) -> None:
    """Each night: what scores are measured by on each of the agency's sites (job.kwargs: the day)."""
    codes = list(Site.objects.order_by("code").values_list("code", flat=True))
    with site_scope(codes):
        found = measure_sites(codes, day=dt.date.fromisoformat(job.kwargs["day"]))
    log.info("%s sites measured, %s rows written", found.measured, found.written)


@outbox_job
def fit_model(job: Job) -> None:
    """On the first of each month: the points are learned anew from all sites (job.kwargs: the day)."""
    day = dt.date.fromisoformat(job.kwargs["day"])
    if day.day != 1:
        return
    try:
        found = learn(today=day)
    except FitFailed as failure:
        # The same rows would come to the same; the model in use stays.
        raise Refused(str(failure)) from failure
    outcome = found.model.status if found.model else "nothing fitted"
    log.info("%s rows, %s departures: %s", found.rows, found.decisions, outcome)


@site_job
def campaign_results(job: Job) -> None:
    """Each night: how the site's campaigns stand, and the verdict of those that are ninety days old (job.kwargs: the
    day)."""
    site, day, now = Site.objects.get(code=job.site_code), dt.date.fromisoformat(job.kwargs["day"]), timezone.now()
    gone = close_what_is_gone(site=site, today=day, now=now)
    written = record_results(site=site, day=day, now=now)
    log.info("%s: %s results of campaigns written, %s actions are no longer needed", job.site_code, written, gone)


@site_job
def end_what_is_gone(job: Job) -> None:
    """Each hour: who has given notice, renewed or left is not spoken to any more (job.kwargs: the day)."""
    site, day = Site.objects.get(code=job.site_code), dt.date.fromisoformat(job.kwargs["day"])
    if gone := close_what_is_gone(site=site, today=day, now=timezone.now()):
        log.info("%s: %s actions are no longer needed", job.site_code, gone)


@outbox_job
def record_offers(job: Job) -> None:
    """Each night: what came of each offer on all of the agency's sites, as sums (job.kwargs: the day)."""
    codes = list(Site.objects.order_by("code").values_list("code", flat=True))
    with site_scope(codes):
        written = pool_offers(codes, day=dt.date.fromisoformat(job.kwargs["day"]))
    log.info("%s records of offers written", written)
