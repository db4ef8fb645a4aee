"""Work on the figures that nobody waits for."""

import datetime as dt
import logging

from accounts.models import User
from kpi import actions
from kpi.counting.periods import first_of_month
from kpi.flag import is_on_for
from kpi.models import ReportSubscription
from kpi.pages.mail import send_report
from outbox.actions import Refused, enqueue
from outbox.jobs import outbox_job
from outbox.models import Job
from sites_app.access import access_for
from sites_app.jobs import site_job
from sites_app.models import Site

log = logging.getLogger(__name__)


@site_job
def refresh_snapshots(job: Job) -> None:
    """Each hour: the site's closed months as its records have them now (job.kwargs: the day)."""
    site = Site.objects.get(code=job.site_code)
    written = actions.refresh_snapshots(site=site, today=dt.date.fromisoformat(job.kwargs["day"]))
    if written:
        log.info("%s: %s months written", site.code, written)


@outbox_job
def compare_sites(job: Job) -> None:
    """Each night: what the agency's sites have reached, side by side and without names (job.kwargs: the day)."""
    kept = actions.compare_sites(today=dt.date.fromisoformat(job.kwargs["day"]))
    log.info("%s values of the network written", kept)


@site_job
def queue_reports(job: Job) -> None:
    """Each morning: one mail for each subscriber who has not had the report of the last month (job.kwargs: the day).

    The mail is a job of its own, with a key that the same month has on every day.
    """
    month = first_of_month(dt.date.fromisoformat(job.kwargs["day"]), 1).isoformat()
    for user_id in ReportSubscription.objects.filter(site_id=job.site_code).values_list("user_id", flat=True):
        enqueue(
            "kpi.jobs.mail_report",
            key=f"kpi.jobs.mail_report:{job.site_code}:{month}:{user_id}",
            site_code=job.site_code,
            person=user_id,
            month=month,
        )


@site_job
def mail_report(job: Job) -> None:
    """A closed month's report to one person (job.kwargs: who, and the month), who may see it and has the dashboard.

    Which side of the flag somebody is on may change while they are subscribed.
    """
    person = User.objects.filter(pk=job.kwargs["person"]).first()
    access = access_for(person).get(job.site_code) if person is not None else None
    if person is None or access is None or "kpi.view_kpi" not in access.permissions:
        raise Refused("the person may no longer see it")
    if not is_on_for(person, access):
        raise Refused("the person does not have the dashboard")
    if not person.email:
        raise Refused("the person has no e-mail address")
    site = Site.objects.get(code=job.site_code)
    if not ReportSubscription.objects.filter(site=site, user=person).exists():
        raise Refused("the person does not want it any more")
    send_report(site=site, person=person, month=dt.date.fromisoformat(job.kwargs["month"]))
