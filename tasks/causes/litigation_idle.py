"""A dispute in which nothing happens.

There while a dispute is open and has not moved for 14 days or more; due 14 days after its last movement. What is a
movement says docs/formulas/task-causes.md.
"""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leasing.models import Litigation
from leasing.readings import is_standing
from screens import formats
from sites_app.models import Site
from tasks.causes import sentences
from tasks.causes.cause import About, Cause, Records

IDLE_DAYS = 14


def _parameters(_site: Site, _today: dt.date) -> dict[str, Any]:
    return {"litigation_idle_days": IDLE_DAYS}


_TABLES = {
    "litigation_idle_dispute": f"""
        SELECT l.*, c.tenant_id, c.property_id, c.agent_id, greatest(
            l.opened_on,
            (
                SELECT max((x.happened_at AT TIME ZONE %(timezone)s)::date)
                FROM leasing_interaction x
                WHERE x.site_id = %(site)s AND x.tenant_id = c.tenant_id
                    AND x.happened_at < ((%(today)s::date + 1)::timestamp AT TIME ZONE %(timezone)s)
            ),
            (
                SELECT max(p.received_on)
                FROM leasing_payment p
                WHERE p.site_id = %(site)s AND p.contract_id = c.id AND p.received_on <= %(today)s
                    AND {is_standing("p")}
            ),
            (
                SELECT max((t.completed_at AT TIME ZONE %(timezone)s)::date)
                FROM tasks_task t
                WHERE t.site_id = %(site)s AND t.contract_id = c.id AND t.status = 'done' AND t.outcome <> 'cause_gone'
                    AND t.source LIKE 'litigation_idle:' || l.id || ':%%'
            )
        ) AS last_moved_on
        FROM leasing_litigation l
        JOIN contract c ON c.id = l.contract_id
        WHERE l.site_id = %(site)s AND l.resolved_on IS NULL
            AND l.opened_on <= %(today)s::date - %(litigation_idle_days)s
    """,
}

# The day of the last movement is part of what it is about: a dispute that stops again is a new trouble.
_SELECT = """
    SELECT l.id || ':' || l.last_moved_on, NULL,
        jsonb_build_object('kind', l.kind, 'opened_on', l.opened_on, 'last_moved_on', l.last_moved_on),
        l.last_moved_on + %(litigation_idle_days)s, l.agent_id, l.tenant_id, l.contract_id, l.property_id, true
    FROM litigation_idle_dispute l
    WHERE l.last_moved_on <= %(today)s::date - %(litigation_idle_days)s
"""


def _title(about: About) -> str:
    return _("Move the dispute with %(tenant)s forward") % {"tenant": about.whom}


def _reason(about: About) -> str:
    facts = about.facts
    days = (about.today - sentences.date_of(facts["last_moved_on"])).days
    return ngettext(
        "Nothing has happened in this dispute for %(days)s day (%(kind)s, opened on %(day)s).",
        "Nothing has happened in this dispute for %(days)s days (%(kind)s, opened on %(day)s).",
        days,
    ) % {
        "days": formats.number(days),
        "kind": sentences.label_of(Litigation.Kind, facts["kind"]).lower(),
        "day": formats.date_in_year(sentences.date_of(facts["opened_on"]), about.today.year),
    }


LITIGATION_IDLE = Cause(
    name="litigation_idle",
    label=gettext_lazy("stalled dispute"),
    kind="litigation",
    records=Records(select=_SELECT, tables=_TABLES, parameters=_parameters),
    title=_title,
    reason=_reason,
)
