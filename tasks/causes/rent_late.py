"""Late rents of one contract: one task for one debt, with all its months and francs.

There while a rent of a signed contract is not paid in full, 3 days or more after its due date; due on the day on which
the debt asked last. It asks again for as long as it is there: docs/formulas/task-causes.md.
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from screens import formats
from sites_app.models import Site
from tasks.causes import sentences
from tasks.causes.cause import About, Cause, Facts, LateRent, Records

LATE_STEPS = (3, 10, 20)
"""Days after its due date on which an unpaid rent asks to be followed, and asks again."""
ASKED_AGAIN_DAYS = 30
"""So long after the last time a debt asks again, as long as it is there."""
PROMISE_DAYS, NO_ANSWER_DAYS = 7, 2
"""So long a debt waits when the tenant has promised to pay, or could not be reached; then it asks again."""


def _parameters(_site: Site, _today: dt.date) -> dict[str, Any]:
    first, second, third = LATE_STEPS
    return {
        "rent_late_first": first,
        "rent_late_second": second,
        "rent_late_third": third,
        "rent_late_again": ASKED_AGAIN_DAYS,
        "rent_late_promise": PROMISE_DAYS,
        "rent_late_no_answer": NO_ANSWER_DAYS,
    }


_TABLES = {
    "rent_late_rent": """
        SELECT contract_id, period, due_date, amount - paid_amount AS francs,
            CASE WHEN due_date <= %(today)s::date - %(rent_late_third)s THEN %(rent_late_third)s
                WHEN due_date <= %(today)s::date - %(rent_late_second)s THEN %(rent_late_second)s
                ELSE %(rent_late_first)s END AS step
        FROM leasing_instalment
        WHERE site_id = %(site)s AND paid_amount < amount AND due_date <= %(today)s::date - %(rent_late_first)s
    """,
    "rent_late_answer": """
        SELECT DISTINCT ON (contract_id) contract_id, (completed_at AT TIME ZONE %(timezone)s)::date AS answered_on,
            CASE outcome WHEN 'promised' THEN %(rent_late_promise)s WHEN 'no_answer' THEN %(rent_late_no_answer)s
                ELSE %(rent_late_again)s END AS pause,
            outcome IN ('promised', 'no_answer') AS waits
        FROM tasks_task
        WHERE site_id = %(site)s AND cause = 'rent_late' AND status IN ('done', 'cancelled') AND outcome <> 'cause_gone'
        ORDER BY contract_id, completed_at DESC
    """,
    "rent_late_owed": """
        SELECT contract_id, sum(francs)::bigint AS francs, min(due_date) AS since, max(due_date + step) AS reached_on,
            array_agg(period ORDER BY due_date, period) AS periods
        FROM rent_late_rent
        GROUP BY contract_id
    """,
    "rent_late_debt": """
        SELECT owed.*, last_on + (%(today)s::date - last_on) / %(rent_late_again)s * %(rent_late_again)s AS asked_on,
            coalesce(answered_on + pause > %(today)s AND (waits OR reached_on <= answered_on), false) AS rests
        FROM rent_late_owed owed
        LEFT JOIN rent_late_answer USING (contract_id)
        CROSS JOIN LATERAL (
            SELECT greatest(
                reached_on, CASE WHEN answered_on + pause <= %(today)s THEN answered_on + pause END
            ) AS last_on
        ) l
    """,
}

# A tenant who has promised to pay is left in peace for a while: such a debt keeps a task open, and makes none.
_SELECT = """
    SELECT c.id::text, d.asked_on::text,
        jsonb_build_object('since', d.since, 'periods', d.periods, 'amount', d.francs),
        d.asked_on, c.agent_id, c.tenant_id, c.id, c.property_id, NOT d.rests
    FROM rent_late_debt d
    JOIN contract c ON c.id = d.contract_id
"""


def _debt_of(facts: Facts) -> LateRent:
    return LateRent.from_texts(facts["amount"], facts["periods"], facts["since"])


def _months(about: About) -> list[str]:
    """The months that are late; of rents that have come in since, those for which the task was made."""
    late = (about.debt and about.debt.periods) or _debt_of(about.facts).periods
    return sentences.of_months(late, about.today)


def _title(about: About) -> str:
    match _months(about):
        case [month]:
            return _("Ask %(tenant)s for the rent %(of_month)s") % {"tenant": about.whom, "of_month": month}
        case [first, second]:
            return _("Ask %(tenant)s for the rents %(of_month)s and %(of_next_month)s") % {
                "tenant": about.whom, "of_month": first, "of_next_month": second
            }  # fmt: skip
        case months:
            return _("Ask %(tenant)s for %(count)s overdue rents") % {
                "tenant": about.whom, "count": formats.number(len(months))
            }  # fmt: skip


def _subject(about: About) -> str:
    months = _months(about)
    if len(months) == 1:
        return _("Rent %(of_month)s") % {"of_month": months[0]}
    return _("%(count)s late rents") % {"count": formats.number(len(months))}


def _reason(about: About) -> str:
    debt = about.debt or LateRent()
    if debt.since is None:
        return _("The rent has come in: this task closes by itself within the hour.")
    days, months = (about.today - debt.since).days, _months(about)
    amount = formats.francs(debt.francs, about.currency)
    if len(months) == 1:
        return ngettext(
            "The rent %(of_month)s is %(days)s day late: %(amount)s.",
            "The rent %(of_month)s is %(days)s days late: %(amount)s.",
            days,
        ) % {"of_month": months[0], "days": formats.number(days), "amount": amount}
    return ngettext(
        "%(count)s rents are late, the oldest by %(days)s day: %(amount)s.",
        "%(count)s rents are late, the oldest by %(days)s days: %(amount)s.",
        days,
    ) % {"count": formats.number(len(months)), "days": formats.number(days), "amount": amount}


def _francs(about: About) -> int | None:
    return about.debt.francs or None if about.debt else None


RENT_LATE = Cause(
    name="rent_late",
    label=gettext_lazy("late rent"),
    kind="payment_follow",
    records=Records(select=_SELECT, tables=_TABLES, parameters=_parameters, asks_again=True),
    title=_title,
    subject=_subject,
    reason=_reason,
    tells_when=True,
    francs=_francs,
    debt_of=_debt_of,
)
