"""A term is long over, and there is no sign of life: gone, or stayed on?

There while nobody has ended a contract whose term has been over for more than 60 days, and since then neither money
was received in its account nor was there contact with its tenant; due on the day on which it is found. Asked once.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leasing.readings import is_silent_after_term
from screens import formats
from tasks.causes import sentences
from tasks.causes.cause import About, Cause, Records

_SELECT = f"""
    SELECT c.id || ':' || c.end_date, NULL, jsonb_build_object('end_date', c.end_date), %(today)s::date, c.agent_id,
        c.tenant_id, c.id, c.property_id, true
    FROM contract c
    WHERE c.ended_on IS NULL AND {is_silent_after_term("c", "%(today)s::date")}
"""


def _title(about: About) -> str:
    return _("Gone, or stayed on? %(tenant)s") % {"tenant": about.whom}


def _subject(_about: About) -> str:
    return _("Gone, or stayed on?")


def _reason(about: About) -> str:
    end = sentences.date_of(about.facts["end_date"])
    return _(
        "The contract’s term ended on %(day)s, and since then there was neither a payment nor a word: end the contract "
        "if the tenant is gone, renew it if they have stayed."
    ) % {"day": formats.date_in_year(end, about.today.year)}


TERM_SILENT = Cause(
    name="term_silent",
    label=gettext_lazy("no sign of life after the term"),
    kind="inspection",
    records=Records(select=_SELECT),
    title=_title,
    subject=_subject,
    reason=_reason,
)
