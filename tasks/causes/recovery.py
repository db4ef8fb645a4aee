"""What tenants owe who have left: one task a week for each agent, worked from the list of ended leases.

There while an instalment of an account that has no running lease any more is not paid in full after its due date: what
leasing:arrears lists. It is due on the Friday of its week, and stands back for whatever else is due.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leasing.arrears import ended_leases_that_owe
from screens import formats
from tasks.causes.cause import About, Cause, Records

_NOBODYS = "nobody"
"""The root of what has no agent, or one who does not work here any more."""

_ASKED = "(SELECT %(site)s AS site_id, %(today)s::date AS today)"
_SELECT = f"""
    SELECT coalesce(worker.user_id::text, '{_NOBODYS}'), week.monday::text,
        jsonb_build_object('leases', count(*), 'amount', sum(lease.francs)), week.monday + 4, worker.user_id,
        NULL::uuid, NULL::uuid, NULL::uuid, true
    FROM ({ended_leases_that_owe(_ASKED, "= %(site)s")}) lease
    LEFT JOIN worker ON worker.user_id = lease.agent_id
    CROSS JOIN (SELECT date_trunc('week', %(today)s::date)::date AS monday) week
    GROUP BY worker.user_id, week.monday
"""


def _title(about: About) -> str:
    leases = about.facts.get("leases")
    if leases is None:
        # It was of one account, before there was the list.
        return _("Recover what %(tenant)s owes") % {"tenant": about.whom}
    return ngettext(
        "Recover the debt of %(count)s tenant who has left",
        "Recover the debts of %(count)s tenants who have left",
        leases,
    ) % {"count": formats.number(leases)}


def _subject(_about: About) -> str:
    return _("Recovery")


def _reason(about: About) -> str:
    if "leases" not in about.facts:
        return ""
    leases, amount = about.facts["leases"], formats.francs(about.facts["amount"], about.currency)
    return ngettext(
        "%(count)s ended lease owes %(amount)s: try again this week.",
        "%(count)s ended leases owe %(amount)s: choose three for this week.",
        leases,
    ) % {"count": formats.number(leases), "amount": amount}


RECOVERY = Cause(
    name="recovery",
    label=gettext_lazy("recovery"),
    kind="payment_follow",
    records=Records(select=_SELECT, asks_again=True),
    title=_title,
    subject=_subject,
    reason=_reason,
    tells_when=True,
    francs=lambda about: about.facts["amount"],
    can_wait=True,
    worked_from="leasing:arrears",
)
