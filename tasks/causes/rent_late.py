"""What is late on one account: one task for one debt, with all its months, other charges and francs.

There while an instalment is not paid in full, 3 days or more after its due date, and a lease of the account runs; due
on the day on which the debt asked last. When the tenant has left it ends: `recovery` has what is left of it. It asks
again for as long as it is there: docs/formulas/task-causes.md.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leasing.models import Instalment
from leasing.readings import is_rent
from screens import formats
from sites_app.models import Site
from tasks.causes import sentences
from tasks.causes.cause import About, Cause, Facts, LateRent, Records

LATE_STEPS = (3, 10, 20)
"""Days after its due date on which an unpaid rent asks to be followed, and asks again."""
ASKED_AGAIN_DAYS = 30
"""So long after the last time a debt asks again, as long as it is there."""
PROMISE_DAYS, NO_ANSWER_DAYS = 7, 2
"""So long a debt waits when the tenant has promised to pay, or could not be reached; then it asks again.

A promise for a day waits until that day is over.
"""


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
    "rent_late_open": """
        SELECT account_id, kind, label, period, due_date, amount - paid_amount AS francs,
            CASE WHEN due_date <= %(today)s::date - %(rent_late_third)s THEN %(rent_late_third)s
                WHEN due_date <= %(today)s::date - %(rent_late_second)s THEN %(rent_late_second)s
                ELSE %(rent_late_first)s END AS step
        FROM leasing_instalment
        WHERE site_id = %(site)s AND paid_amount < amount AND due_date <= %(today)s::date - %(rent_late_first)s
            AND (%(account)s::uuid IS NULL OR account_id = %(account)s)
    """,
    "rent_late_answer": """
        SELECT DISTINCT ON (c.account_id) c.account_id,
            (t.completed_at AT TIME ZONE %(timezone)s)::date AS answered_on,
            CASE t.outcome WHEN 'promised' THEN coalesce(
                t.promised_on + 1 - (t.completed_at AT TIME ZONE %(timezone)s)::date, %(rent_late_promise)s
            ) WHEN 'no_answer' THEN %(rent_late_no_answer)s
                ELSE %(rent_late_again)s END AS pause,
            t.outcome IN ('promised', 'no_answer') AS waits
        FROM tasks_task t
        JOIN contract c ON c.id = t.contract_id
        WHERE t.site_id = %(site)s AND t.cause IN ('rent_late', 'recovery') AND t.status IN ('done', 'cancelled')
            AND t.outcome <> 'cause_gone'
        ORDER BY c.account_id, t.completed_at DESC
    """,
    "rent_late_owed": f"""
        SELECT account_id, sum(francs)::bigint AS francs, min(due_date) AS since, max(due_date + step) AS reached_on,
            coalesce(
                array_agg(DISTINCT period ORDER BY period) FILTER (WHERE {is_rent("late")}), ARRAY[]::date[]
            ) AS periods,
            jsonb_agg(jsonb_build_array(kind, label) ORDER BY due_date, kind, label COLLATE "C")
                FILTER (WHERE NOT {is_rent("late")}) AS charges
        FROM rent_late_open late
        GROUP BY account_id
    """,
    # Of whom it is asked, and by whom: the lease that runs, else the last one.
    "rent_late_lease": """
        SELECT DISTINCT ON (account_id) account_id, id, tenant_id, property_id, agent_id,
            ended_on < %(today)s AS is_over
        FROM contract
        WHERE account_id IN (SELECT account_id FROM rent_late_owed)
        ORDER BY account_id, coalesce(ended_on >= %(today)s, true) DESC, start_date <= %(today)s DESC,
            start_date DESC, id
    """,
    "rent_late_debt": """
        SELECT c.*, owed.francs, owed.reached_on,
            jsonb_strip_nulls(jsonb_build_object(
                'since', since, 'periods', periods, 'amount', francs, 'charges', charges
            )) AS facts,
            last_on + (%(today)s::date - last_on) / %(rent_late_again)s * %(rent_late_again)s AS asked_on,
            coalesce(answered_on + pause > %(today)s AND (waits OR reached_on <= answered_on), false) AS rests
        FROM rent_late_owed owed
        JOIN rent_late_lease c USING (account_id)
        LEFT JOIN rent_late_answer USING (account_id)
        CROSS JOIN LATERAL (
            SELECT greatest(
                reached_on, CASE WHEN answered_on + pause <= %(today)s THEN answered_on + pause END
            ) AS last_on
        ) l
    """,
}


# A tenant who has promised to pay is left in peace for a while: such a debt keeps a task open, and makes none.
_SELECT = """
    SELECT d.account_id::text, d.asked_on::text, d.facts, d.asked_on, d.agent_id, d.tenant_id, d.id, d.property_id,
        NOT d.rests
    FROM rent_late_debt d
    WHERE d.is_over IS NOT TRUE
"""


def _debt_of(facts: Facts) -> LateRent:
    """What was late when the task was made."""
    return LateRent.from_texts(facts["amount"], facts["periods"], facts["since"], facts.get("charges", ()))


def _what_is_late(about: About) -> str:
    """By name: "Rent of March, Repair (gate)"."""
    late = _late(about)
    return ", ".join([*([_rents(late.periods, about.today)] if late.periods else []), *_charges(late)])


def _francs_of(about: About) -> int | None:
    """What is late by now."""
    return about.debt.francs or None if about.debt else None


def _late(about: About) -> LateRent:
    """What is late; of what has come in since, that for which the task was made."""
    return about.debt if about.debt and about.debt.since else _debt_of(about.facts)


def _rents(periods: Sequence[dt.date], today: dt.date) -> str:
    if len(periods) == 1:
        return _("Rent %(of_month)s") % {"of_month": sentences.of_months(periods, today)[0]}
    return _("%(count)s late rents") % {"count": formats.number(len(periods))}


def _charges(late: LateRent) -> list[str]:
    """Each once: "Repair (gate)"."""
    named = {
        f"{kind} ({label})" if label else kind
        for kind, label in ((sentences.label_of(Instalment.Kind, kind), label) for kind, label in late.charges)
    }
    return sorted(named)


def _title(about: About) -> str:
    late = _late(about)
    match sentences.of_months(late.periods, about.today):
        case []:
            return _("Ask %(tenant)s for: %(what)s") % {"tenant": about.whom, "what": _what_is_late(about)}
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
    late = _late(about)
    return _rents(late.periods, about.today) if late.periods else _what_is_late(about)


def _reason(about: About) -> str:
    debt = about.debt or LateRent()
    if debt.since is None:
        return _("The rent has come in: this task closes by itself within the hour.")
    days, months = (about.today - debt.since).days, sentences.of_months(debt.periods, about.today)
    values = {"days": formats.number(days), "amount": formats.francs(debt.francs, about.currency)}
    if debt.charges:
        return ngettext(
            "Late, the oldest by %(days)s day: %(what)s. In all %(amount)s.",
            "Late, the oldest by %(days)s days: %(what)s. In all %(amount)s.",
            days,
        ) % (values | {"what": _what_is_late(about)})
    if len(months) == 1:
        return ngettext(
            "The rent %(of_month)s is %(days)s day late: %(amount)s.",
            "The rent %(of_month)s is %(days)s days late: %(amount)s.",
            days,
        ) % (values | {"of_month": months[0]})
    return ngettext(
        "%(count)s rents are late, the oldest by %(days)s day: %(amount)s.",
        "%(count)s rents are late, the oldest by %(days)s days: %(amount)s.",
        days,
    ) % (values | {"count": formats.number(len(months))})


RENT_LATE = Cause(
    name="rent_late",
    label=gettext_lazy("late rent"),
    kind="payment_follow",
    records=Records(select=_SELECT, tables=_TABLES, parameters=_parameters, asks_again=True),
    title=_title,
    subject=_subject,
    reason=_reason,
    tells_when=True,
    francs=_francs_of,
    debt_of=_debt_of,
)
