"""What the records ask for: tasks made from them, kept up with them, and closed when their cause has gone.

Two statements, whatever the size of the site. `_CAUSES` says what is a cause; both read it, so that a task is closed
exactly when its cause would not make it today. docs/formulas/task-causes.md says each in words.
"""

import datetime as dt
from typing import Any

from django.db import connection, transaction

from changes.audit import change
from sites_app.models import Site
from sites_app.queries import rules_for
from tasks import verbs
from tasks.workers import WORKING_ROLES

END_OF_DAY = dt.time(18)
LATE_STEPS = (3, 10, 20)
"""Days after its due date on which an unpaid rent asks to be followed, and asks again."""
ASKED_AGAIN_DAYS = 30
"""So long after the last time a debt asks again, as long as it is there."""
PROMISE_DAYS, NO_ANSWER_DAYS = 7, 2
"""So long a debt waits when the tenant has promised to pay, or could not be reached; then it asks again."""
NOTICE_DAYS = 5
IDLE_DAYS = 14
TERM_DAYS = 60
TERM_LEAD_DAYS = 30
"""A renewal is to be settled a month before the term: later is too late to find another tenant."""


def generate_tasks(*, site: Site, today: dt.date) -> int:
    """Make what the records of the site ask for on a day, once each, and bring open tasks up to date with them.

    What is late on a contract is one task at a time. What a person has finished or cancelled is not asked for again,
    but for a debt: that asks again, see docs/formulas/task-causes.md. What was closed because its cause had gone is
    open again when the cause is back: a payment that was reversed. Returns how many are to do that were not.
    """
    with change(None):
        return _count(_GENERATE, site, today)


def close_gone(*, site: Site, today: dt.date, now: dt.datetime) -> int:
    """Close the open tasks whose cause has gone: rent came in, notice closed, dispute resolved or moved, contract
    renewed or ended, request closed. Returns how many.
    """
    with change(None):
        return _count(_CLOSE, site, today, now=now)


def _count(statement: str, site: Site, today: dt.date, **more: Any) -> int:
    first, second, third = LATE_STEPS
    parameters = {
        "site": site.code,
        "timezone": site.timezone,
        "today": today,
        "evening": END_OF_DAY,
        "first": first,
        "second": second,
        "third": third,
        "again": ASKED_AGAIN_DAYS,
        "promise": PROMISE_DAYS,
        "no_answer": NO_ANSWER_DAYS,
        "notice": NOTICE_DAYS,
        "idle": IDLE_DAYS,
        "term": TERM_DAYS,
        "lead": TERM_LEAD_DAYS,
        "response": rules_for(site, today).maintenance_response_days,
        "roles": list(WORKING_ROLES),
        "gone": verbs.CAUSE_GONE,
        "back": verbs.CAUSE_BACK,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CAUSES + statement, parameters | more)
        return cursor.fetchone()[0]


# One row for each cause. `root` is the same for as long as the trouble lasts, `source` for as long as it asks for the
# same thing: a debt's carries the day on which it asked last, a dispute's the day of its last movement, a term's its
# end. `begins` is false for what keeps a task open but makes none: a term that is over runs on by tacit renewal, and a
# tenant who has promised to pay is left in peace for a while.
_CAUSES = """
    WITH worker AS (
        SELECT m.user_id
        FROM sites_app_membership m
        JOIN accounts_user u ON u.id = m.user_id
        WHERE m.site_id = %(site)s AND m.role = ANY (%(roles)s) AND u.is_active
    ),
    contract AS (
        SELECT id, tenant_id, property_id, agent_id, monthly_rent, end_date, start_date, ended_on
        FROM leasing_contract
        WHERE site_id = %(site)s AND status <> 'draft'
    ),
    late AS (
        SELECT contract_id, period, due_date, amount - paid_amount AS francs,
            CASE WHEN due_date <= %(today)s::date - %(third)s THEN %(third)s
                WHEN due_date <= %(today)s::date - %(second)s THEN %(second)s ELSE %(first)s END AS step
        FROM leasing_instalment
        WHERE site_id = %(site)s AND paid_amount < amount AND due_date <= %(today)s::date - %(first)s
    ),
    answered AS (
        SELECT DISTINCT ON (contract_id) contract_id, (completed_at AT TIME ZONE %(timezone)s)::date AS answered_on,
            CASE outcome WHEN 'promised' THEN %(promise)s WHEN 'no_answer' THEN %(no_answer)s ELSE %(again)s END
                AS pause,
            outcome IN ('promised', 'no_answer') AS waits
        FROM tasks_task
        WHERE site_id = %(site)s AND cause = 'rent_late' AND status IN ('done', 'cancelled') AND outcome <> 'cause_gone'
        ORDER BY contract_id, completed_at DESC
    ),
    owed AS (
        SELECT contract_id, sum(francs)::bigint AS francs, min(due_date) AS since, max(due_date + step) AS reached_on,
            array_agg(period ORDER BY due_date, period) AS periods
        FROM late
        GROUP BY contract_id
    ),
    debt AS (
        SELECT owed.*, last_on + (%(today)s::date - last_on) / %(again)s * %(again)s AS asked_on,
            coalesce(answered_on + pause > %(today)s AND (waits OR reached_on <= answered_on), false) AS rests
        FROM owed
        LEFT JOIN answered USING (contract_id)
        CROSS JOIN LATERAL (
            SELECT greatest(
                reached_on, CASE WHEN answered_on + pause <= %(today)s THEN answered_on + pause END
            ) AS last_on
        ) l
    ),
    request AS (
        SELECT r.*, c.id AS contract_id, c.agent_id
        FROM leasing_servicerequest r
        LEFT JOIN LATERAL (
            SELECT c.id, c.agent_id
            FROM leasing_contract c
            WHERE c.site_id = %(site)s AND c.property_id = r.property_id AND c.tenant_id = r.tenant_id
                AND c.status <> 'draft'
            ORDER BY c.start_date DESC, c.id LIMIT 1
        ) c ON true
        WHERE r.site_id = %(site)s AND r.closed_on IS NULL AND r.opened_on + %(response)s < %(today)s::date
    ),
    moved AS (
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
                    AND NOT EXISTS (
                        SELECT FROM leasing_paymentreversal v WHERE v.site_id = %(site)s AND v.payment_id = p.id
                    )
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
        WHERE l.site_id = %(site)s AND l.resolved_on IS NULL AND l.opened_on <= %(today)s::date - %(idle)s
    ),
    found (cause, kind, root, asks, facts, due_on, agent_id, tenant_id, contract_id, property_id, begins) AS (
        SELECT 'rent_late', 'payment_follow', 'rent_late:' || c.id, ':' || d.asked_on,
            jsonb_build_object('since', d.since, 'periods', d.periods, 'amount', d.francs),
            d.asked_on, c.agent_id, c.tenant_id, c.id, c.property_id, NOT d.rests
        FROM debt d
        JOIN contract c ON c.id = d.contract_id
        UNION ALL
        SELECT 'notice_deadline', 'notice', 'notice_deadline:' || n.id, '',
            jsonb_build_object('kind', n.kind, 'issued_on', n.issued_on, 'legal_deadline', n.legal_deadline),
            n.legal_deadline, c.agent_id, c.tenant_id, c.id, c.property_id, true
        FROM leasing_notice n
        JOIN contract c ON c.id = n.contract_id
        WHERE n.site_id = %(site)s AND n.closed_on IS NULL AND n.state <> 'expired'
            AND n.legal_deadline <= %(today)s::date + %(notice)s
        UNION ALL
        SELECT 'litigation_idle', 'litigation', 'litigation_idle:' || l.id || ':' || l.last_moved_on, '',
            jsonb_build_object('kind', l.kind, 'opened_on', l.opened_on, 'last_moved_on', l.last_moved_on),
            l.last_moved_on + %(idle)s, l.agent_id, l.tenant_id, l.contract_id, l.property_id, true
        FROM moved l
        WHERE l.last_moved_on <= %(today)s::date - %(idle)s
        UNION ALL
        SELECT 'term_ending', 'retention', 'term_ending:' || c.id || ':' || c.end_date, '',
            jsonb_build_object('end_date', c.end_date, 'monthly_rent', c.monthly_rent),
            c.end_date - %(lead)s, c.agent_id, c.tenant_id, c.id, c.property_id, c.end_date >= %(today)s
        FROM contract c
        WHERE c.end_date <= %(today)s::date + %(term)s AND c.start_date <= %(today)s
            AND c.ended_on IS NULL
            AND NOT EXISTS (
                SELECT FROM leasing_contract r
                WHERE r.site_id = %(site)s AND r.renewal_of_id = c.id AND r.status <> 'draft'
            )
        UNION ALL
        SELECT 'request_overdue', 'maintenance', 'request_overdue:' || r.id, '',
            jsonb_build_object(
                'category', r.category, 'priority', r.priority, 'opened_on', r.opened_on, 'response_days', %(response)s
            ),
            r.opened_on + %(response)s + 1, r.agent_id, r.tenant_id, r.contract_id, r.property_id, true
        FROM request r
    ),
    cause AS MATERIALIZED (
        SELECT *, root || asks AS source, (due_on + %(evening)s::time) AT TIME ZONE %(timezone)s AS due_at FROM found
    ),
    -- Open tasks, and those that were closed by themselves and whose cause is there again; with what was before, for
    -- the history: the fields of actions.change.STATE.
    generated AS (
        SELECT t.*, coalesce(substring(t.source FROM '^rent_late:[^:]+'), t.source) AS root,
            jsonb_build_object(
                'status', t.status, 'due_at', t.due_at, 'started_at', t.started_at, 'completed_at', t.completed_at,
                'outcome', t.outcome, 'rating', t.rating, 'note', t.note, 'agent_id', t.agent_id
            ) AS before
        FROM tasks_task t
        WHERE t.site_id = %(site)s AND t.cause <> 'manual' AND t.id IN (
            SELECT o.id FROM tasks_task o
            WHERE o.site_id = %(site)s AND o.status IN ('pending', 'in_progress', 'blocked')
            UNION ALL
            SELECT o.id FROM tasks_task o JOIN cause c ON c.source = o.source
            WHERE o.site_id = %(site)s AND o.status = 'done' AND o.outcome = 'cause_gone'
        )
    ),
"""

# Only what is changed is locked, in the order of the ids like everywhere: nobody waits for the morning. A task that a
# person changes at this very moment has another version when its lock is free, and is left to the next run.
_GENERATE = """
    stale AS (
        -- One of a root: two are open when a person has undone what was finished before the next step.
        SELECT DISTINCT ON (c.source) t.id, t.version, t.before, c.source, c.facts, t.status = 'done' AS is_back,
            CASE WHEN t.status = 'done' THEN c.due_at ELSE t.due_at END AS due_at
        FROM generated t
        JOIN cause c ON c.root = t.root
        WHERE CASE WHEN t.status = 'done' THEN c.begins AND c.source = t.source
            ELSE (c.source, c.facts) <> (t.source, t.facts) END
            AND (c.source = t.source OR NOT EXISTS (
                SELECT FROM tasks_task o WHERE o.site_id = %(site)s AND o.source = c.source
            ))
        ORDER BY c.source, t.id
    ),
    locked AS (
        SELECT t.id FROM tasks_task t
        JOIN stale s ON s.id = t.id
        WHERE t.site_id = %(site)s AND t.version = s.version
        ORDER BY t.id FOR NO KEY UPDATE OF t
    ),
    renewed AS (
        UPDATE tasks_task t
        SET source = s.source, facts = s.facts, due_at = s.due_at, version = t.version + is_back::int,
            status = CASE WHEN is_back THEN 'pending' ELSE t.status END,
            started_at = CASE WHEN is_back THEN NULL ELSE t.started_at END,
            completed_at = CASE WHEN is_back THEN NULL ELSE t.completed_at END,
            outcome = CASE WHEN is_back THEN '' ELSE t.outcome END
        FROM stale s JOIN locked ON locked.id = s.id
        WHERE t.site_id = %(site)s AND t.id = s.id
        RETURNING t.id, t.version, s.before, s.is_back
    ),
    written AS (
        INSERT INTO tasks_taskchange (site_id, task_id, key, request_digest, verb, before, version_after, at)
        SELECT %(site)s, id, %(back)s || ':' || id || ':' || version, '', %(back)s, before, version, now()
        FROM renewed
        WHERE is_back
    ),
    made AS (
        INSERT INTO tasks_task (
            site_id, agent_id, kind, cause, facts, title, description, status, due_at, tenant_id, contract_id,
            property_id, created_at, source, outcome, note, version
        )
        SELECT %(site)s, w.user_id, c.kind, c.cause, c.facts, '', '', 'pending', c.due_at, c.tenant_id, c.contract_id,
            c.property_id, now(), c.source, '', '', 1
        FROM cause c
        LEFT JOIN worker w ON w.user_id = c.agent_id
        WHERE c.begins AND NOT EXISTS (SELECT FROM generated t WHERE t.root = c.root AND t.status <> 'done')
        ON CONFLICT (site_id, source) DO NOTHING
        RETURNING id
    )
    SELECT (SELECT count(*) FROM made) + (SELECT count(*) FROM renewed WHERE is_back)
"""

_CLOSE = """
    gone AS (
        SELECT t.id, g.before FROM tasks_task t
        JOIN generated g ON g.id = t.id
        WHERE t.site_id = %(site)s AND t.version = g.version AND t.status IN ('pending', 'in_progress', 'blocked')
            AND NOT EXISTS (SELECT FROM cause c WHERE c.root = g.root)
        ORDER BY t.id FOR NO KEY UPDATE OF t
    ),
    closed AS (
        UPDATE tasks_task t
        SET status = 'done', outcome = 'cause_gone', note = '', completed_at = %(now)s, version = t.version + 1
        FROM gone
        WHERE t.site_id = %(site)s AND t.id = gone.id
        RETURNING t.id, t.version, gone.before
    ),
    written AS (
        INSERT INTO tasks_taskchange (site_id, task_id, key, request_digest, verb, before, version_after, at)
        SELECT %(site)s, id, %(gone)s || ':' || id || ':' || version, '', %(gone)s, before, version, %(now)s FROM closed
    )
    SELECT count(*) FROM closed
"""
