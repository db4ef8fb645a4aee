"""The report of a closed month as a mail to one person."""

import datetime as dt
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from kpi.counting.periods import calendar_month
from kpi.pages.report_page import page_of
from kpi.report.report import report
from screens import formats
from sites_app.models import Site


def send_report(*, site: Site, person: User, month: dt.date) -> None:
    """Send the month's report in the person's own language, else in the site's. Needs the site in scope.

    Raises what the mail server's client raises, so that the job is tried again.
    """
    period = calendar_month(month)
    sent_report = report([site], period, period.previous(), today=site.today())
    with translation.override(person.preferred_language or site.default_language):
        context = {
            "person": person,
            "site": site,
            "report": sent_report,
            "page": page_of(sent_report),
            "address": f"{settings.PUBLIC_URL}/{site.code}/kpi/?start={period.start}&end={period.end}",
        }
        mail = EmailMultiAlternatives(
            subject=_("%(site)s in %(month)s: the indicators") % {"site": site.name, "month": formats.month(month)},
            body=render_to_string("kpi/mail.txt", context),
            to=[recipient(person)],
        )
        mail.attach_alternative(render_to_string("kpi/mail.html", context), "text/html")
    mail.send()


def recipient(person: User) -> str:
    """The person's name and address as a mail server's client takes them, whatever the name: "Diallo, Mariama"."""
    name = " ".join(person.get_full_name().split())
    return formataddr((name, sanitize_address(person.email, "utf-8")))
