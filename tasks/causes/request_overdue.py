"""A service request that nobody has answered.

There while a request is open after the site's days to answer (rule `maintenance_response_days`); due on the day after
them. Its contract is the latest signed one of its tenant and its property.
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leasing.models import ServiceRequest
from leasing.readings import is_signed
from screens import formats
from sites_app.models import Site
from sites_app.queries import rules_for
from tasks.causes import sentences
from tasks.causes.cause import About, Cause, Records


def _parameters(site: Site, today: dt.date) -> dict[str, Any]:
    return {"request_overdue_days": rules_for(site, today).maintenance_response_days}


_SELECT = f"""
    SELECT r.id::text, NULL,
        jsonb_build_object(
            'category', r.category, 'priority', r.priority, 'opened_on', r.opened_on,
            'response_days', %(request_overdue_days)s
        ),
        r.opened_on + %(request_overdue_days)s + 1, c.agent_id, r.tenant_id, c.id, r.property_id, true
    FROM leasing_servicerequest r
    LEFT JOIN LATERAL (
        SELECT c.id, c.agent_id
        FROM leasing_contract c
        WHERE c.site_id = %(site)s AND c.property_id = r.property_id AND c.tenant_id = r.tenant_id
            AND {is_signed("c")}
        ORDER BY c.start_date DESC, c.id LIMIT 1
    ) c ON true
    WHERE r.site_id = %(site)s AND r.closed_on IS NULL AND r.opened_on + %(request_overdue_days)s < %(today)s::date
"""


def _title(about: About) -> str:
    return _("Answer the request of %(tenant)s: %(subject)s") % {"tenant": about.whom, "subject": _subject(about)}


def _subject(about: About) -> str:
    return sentences.label_of(ServiceRequest.Category, about.facts["category"])


def _reason(about: About) -> str:
    opened = sentences.date_of(about.facts["opened_on"])
    days = (about.today - opened).days
    return ngettext(
        "This request has waited for %(days)s day, since %(day)s; the site answers within %(within)s.",
        "This request has waited for %(days)s days, since %(day)s; the site answers within %(within)s.",
        days,
    ) % {
        "days": formats.number(days),
        "day": formats.date_in_year(opened, about.today.year),
        "within": sentences.days(about.facts["response_days"]),
    }


REQUEST_OVERDUE = Cause(
    name="request_overdue",
    label=gettext_lazy("service request overdue"),
    kind="maintenance",
    records=Records(select=_SELECT, parameters=_parameters),
    title=_title,
    subject=_subject,
    reason=_reason,
)
