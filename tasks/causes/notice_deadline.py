"""The legal deadline of a notice is near.

There while a notice is neither closed nor expired, and its deadline at most 5 days away, or past; due on the deadline.
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leasing.models import Notice
from screens import formats
from sites_app.models import Site
from tasks.causes import sentences
from tasks.causes.cause import About, Cause, Records

NOTICE_DAYS = 5


def _parameters(_site: Site, _today: dt.date) -> dict[str, Any]:
    return {"notice_deadline_days": NOTICE_DAYS}


_SELECT = """
    SELECT n.id::text, NULL,
        jsonb_build_object('kind', n.kind, 'issued_on', n.issued_on, 'legal_deadline', n.legal_deadline),
        n.legal_deadline, c.agent_id, c.tenant_id, c.id, c.property_id, true
    FROM leasing_notice n
    JOIN contract c ON c.id = n.contract_id
    WHERE n.site_id = %(site)s AND n.closed_on IS NULL AND n.state <> 'expired'
        AND n.legal_deadline <= %(today)s::date + %(notice_deadline_days)s
"""


def _title(about: About) -> str:
    return _("%(notice)s: %(tenant)s") % {"notice": _subject(about), "tenant": about.whom}


def _subject(about: About) -> str:
    return sentences.label_of(Notice.Kind, about.facts["kind"])


def _reason(about: About) -> str:
    deadline = sentences.date_of(about.facts["legal_deadline"])
    days = (deadline - about.today).days
    values = {"day": formats.date_in_year(deadline, about.today.year), "days": formats.number(abs(days))}
    if days < 0:
        return (
            ngettext(
                "The legal deadline passed %(days)s day ago (%(day)s).",
                "The legal deadline passed %(days)s days ago (%(day)s).",
                -days,
            )
            % values
        )
    if days == 0:
        return _("The legal deadline is today (%(day)s).") % values
    return (
        ngettext(
            "The legal deadline is in %(days)s day (%(day)s).",
            "The legal deadline is in %(days)s days (%(day)s).",
            days,
        )
        % values
    )


NOTICE_DEADLINE = Cause(
    name="notice_deadline",
    label=gettext_lazy("legal deadline near"),
    kind="notice",
    records=Records(select=_SELECT, parameters=_parameters),
    title=_title,
    subject=_subject,
    reason=_reason,
    tells_when=True,
)
