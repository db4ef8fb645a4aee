"""A contract ends its term soon: time to speak of the renewal.

There while a contract in force ends its term in at most 60 days, nobody has said when it ends, and it has no renewal
that is signed; due 30 days before the term.
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leasing.readings import is_signed, rent_on
from screens import formats
from sites_app.models import Site
from tasks.causes import sentences
from tasks.causes.cause import About, Cause, Records

TERM_DAYS = 60
TERM_LEAD_DAYS = 30
"""A renewal is to be settled a month before the term: later is too late to find another tenant."""


def _parameters(_site: Site, _today: dt.date) -> dict[str, Any]:
    return {"term_ending_days": TERM_DAYS, "term_ending_lead": TERM_LEAD_DAYS}


# A term that is over runs on by tacit renewal: it keeps a task open, and makes none.
_SELECT = f"""
    SELECT c.id || ':' || c.end_date, NULL,
        jsonb_build_object('end_date', c.end_date, 'monthly_rent', {rent_on("c", "%(today)s")}),
        c.end_date - %(term_ending_lead)s, c.agent_id, c.tenant_id, c.id, c.property_id, c.end_date >= %(today)s
    FROM contract c
    WHERE c.end_date <= %(today)s::date + %(term_ending_days)s AND c.start_date <= %(today)s
        AND c.ended_on IS NULL
        AND NOT EXISTS (
            SELECT FROM leasing_contract r
            WHERE r.site_id = %(site)s AND r.renewal_of_id = c.id AND {is_signed("r")}
        )
"""


def _title(about: About) -> str:
    return _("Offer %(tenant)s a renewal") % {"tenant": about.whom}


def _subject(_about: About) -> str:
    return _("Renewal")


def _reason(about: About) -> str:
    end = sentences.date_of(about.facts["end_date"])
    days = (end - about.today).days
    values = {
        "day": formats.date_in_year(end, about.today.year),
        "rent": formats.francs(_francs(about), about.currency),
        "days": formats.number(days),
    }
    if days < 0:
        return _("The contract’s term ended on %(day)s and it runs on: %(rent)s a month.") % values
    if days == 0:
        return _("The contract’s term ends today (%(day)s): %(rent)s a month.") % values
    return (
        ngettext(
            "The contract’s term ends in %(days)s day (%(day)s): %(rent)s a month.",
            "The contract’s term ends in %(days)s days (%(day)s): %(rent)s a month.",
            days,
        )
        % values
    )


def _francs(about: About) -> int | None:
    return about.facts["monthly_rent"]


TERM_ENDING = Cause(
    name="term_ending",
    label=gettext_lazy("contract ending"),
    kind="retention",
    records=Records(select=_SELECT, parameters=_parameters),
    title=_title,
    subject=_subject,
    reason=_reason,
    tells_when=True,
    francs=_francs,
)
