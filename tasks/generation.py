"""What the records ask for: tasks made from them, kept up with them, and closed when their cause has gone.

Two statements, whatever the size of the site and the number of causes. Both read `tasks.causes.judged.FOUND`, so that a
task is closed exactly when its cause would not make it today. docs/formulas/task-causes.md says each in words.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction

from changes import sql
from changes.audit import change
from sites_app.models import Site
from tasks import verbs
from tasks.causes import judged, registry
from tasks.causes.rent_late import RENT_LATE
from tasks.closing import CLOSED, STATE_BEFORE
from tasks.workers import WORKING_ROLES

END_OF_DAY = dt.time(18)


def generate_tasks(*, site: Site, today: dt.date) -> int:
    """Make what the records of the site ask for on a day, once each, and bring open tasks up to date with them.

    What is late on an account is one task at a time; it goes on when the tenant has moved or renewed. What a person
    has finished or cancelled is not asked for again, but for a debt: that asks again, see
    docs/formulas/task-causes.md. What was closed because its cause had gone is open again when the cause is back: a
    payment that was reversed. Returns how many are to do that were not.
    """
    with change(None):
        return _count(_GENERATE, site, today)


def close_gone(*, site: Site, today: dt.date, now: dt.datetime) -> int:
    """Close the open tasks whose cause has gone: rent came in, notice closed, dispute resolved or moved, contract
    renewed or ended, request closed. Returns how many.
    """
    with change(None):
        return _count(_CLOSE, site, today, now=now, note="")


def judge_debt(*, site: Site, account: UUID, today: dt.date, now: dt.datetime) -> int:
    """The same for the late rents of one account, at once: its task is closed when nothing is late any more, takes up
    what is left, or is open again when a payment was reversed. Returns how many were closed.
    """
    with change(None):
        closed = _count(_CLOSE, site, today, only=account, now=now, note="")
        _count(_GENERATE, site, today, only=account)
        return closed


def _count(statement: str, site: Site, today: dt.date, *, only: UUID | None = None, **more: Any) -> int:
    parameters = {
        "evening": END_OF_DAY,
        "roles": list(WORKING_ROLES),
        "judged": [RENT_LATE.name] if only else judged.NAMES,
        "standing_in": [name for name, _stands_for in registry.stand_ins()],
        "stands_for": [stands_for for _name, stands_for in registry.stand_ins()],
        "root": f"{RENT_LATE.name}:{only}" if only else None,
        "asking_again": judged.ASKING_AGAIN,
        "gone": verbs.CAUSE_GONE,
        "back": verbs.CAUSE_BACK,
    }
    with transaction.atomic():
        return sql.value(_CAUSES + statement, judged.parameters(site, today, only) | parameters | more)


# One row for each cause. `root` is the same for as long as the trouble lasts, `source` for as long as it asks for the
# same thing: a debt's carries the day on which it asked last. `generated` are tasks of these causes only: what a person
# or another app has asked for is theirs to close, and what nobody knows any more is nobody's.
_CAUSES = f"""
    WITH worker AS (
        SELECT m.user_id
        FROM sites_app_membership m
        JOIN accounts_user u ON u.id = m.user_id
        WHERE m.site_id = %(site)s AND m.role = ANY (%(roles)s) AND u.is_active
    ),
    {judged.FOUND},
    -- Another app's task speaks to the tenant of this contract already.
    stand_in AS MATERIALIZED (
        SELECT t.contract_id, s.stands_for
        FROM tasks_task t
        JOIN unnest(%(standing_in)s::text[], %(stands_for)s::text[]) AS s (cause, stands_for) ON s.cause = t.cause
        WHERE t.site_id = %(site)s AND t.status IN ('pending', 'in_progress', 'blocked') AND t.contract_id IS NOT NULL
    ),
    cause AS MATERIALIZED (
        SELECT *, concat_ws(':', root, asks) AS source,
            (due_on + %(evening)s::time) AT TIME ZONE %(timezone)s AS due_at
        FROM found
        WHERE (%(root)s::text IS NULL OR root = %(root)s) AND NOT EXISTS (
            SELECT FROM stand_in s WHERE s.contract_id = found.contract_id AND s.stands_for = found.cause
        )
    ),
    -- Open tasks, and those that were closed by themselves and whose cause is there again.
    generated AS (
        SELECT t.*, {STATE_BEFORE} AS before,
            CASE WHEN t.cause = ANY (%(asking_again)s) THEN substring(t.source FROM '^[^:]+:[^:]+') ELSE t.source END
                AS root
        FROM tasks_task t
        WHERE t.site_id = %(site)s AND t.cause = ANY (%(judged)s)
            AND (%(root)s::text IS NULL OR t.source LIKE %(root)s || ':%%') AND t.id IN (
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
        SELECT DISTINCT ON (c.source) t.id, t.version, t.before, c.source, c.cause, c.facts, c.contract_id,
            c.property_id, t.status = 'done' AS is_back,
            CASE WHEN t.status = 'done' THEN c.due_at ELSE t.due_at END AS due_at
        FROM generated t
        JOIN cause c ON c.root = t.root
        WHERE CASE WHEN t.status = 'done' THEN c.begins AND c.source = t.source
            ELSE (c.source, c.cause, c.facts) <> (t.source, t.cause, t.facts) OR c.contract_id <> t.contract_id END
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
        SET source = s.source, cause = s.cause, facts = s.facts, contract_id = s.contract_id,
            property_id = s.property_id, due_at = s.due_at, version = t.version + is_back::int,
            status = CASE WHEN is_back THEN 'pending' ELSE t.status END,
            started_at = CASE WHEN is_back THEN NULL ELSE t.started_at END,
            completed_at = CASE WHEN is_back THEN NULL ELSE t.completed_at END,
            outcome = CASE WHEN is_back THEN '' ELSE t.outcome END,
            note = CASE WHEN is_back THEN '' ELSE t.note END,
            put_off_until = CASE WHEN is_back THEN NULL ELSE t.put_off_until END
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

_CLOSE = f"""
    gone AS (
        SELECT t.id, g.before FROM tasks_task t
        JOIN generated g ON g.id = t.id
        WHERE t.site_id = %(site)s AND t.version = g.version AND t.status IN ('pending', 'in_progress', 'blocked')
            AND NOT EXISTS (SELECT FROM cause c WHERE c.root = g.root)
        ORDER BY t.id FOR NO KEY UPDATE OF t
    ),
    {CLOSED}
"""
