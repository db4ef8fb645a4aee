"""The SQL behind the agent's day: three statements, whatever the number of tasks. Its readings: docs/formulas/tasks.md.

Each names the site beside row-level security: for the index, and as a second lock.
"""

from leasing.readings import drafts, is_in_force, is_rent, is_signed, rent_on


def _tasks(*, which: str, more: str = "", join: str = "") -> str:
    """Tasks with whom and what they are about, where the tenant's rent stands within the site, and what they owe.

    What is late on the account is what is late now: the facts of a task are of the morning.
    """
    return f"""
WITH in_force AS MATERIALIZED (
    SELECT tenant_id, sum({rent_on("c", "%(today)s")}) AS rent
    FROM leasing_contract c
    WHERE site_id = %(site)s AND {is_signed("c")} AND {is_in_force("c", "%(today)s")}
    GROUP BY tenant_id
),
placed AS (SELECT tenant_id, percent_rank() OVER (ORDER BY rent) AS percentile FROM in_force),
draft AS MATERIALIZED ({drafts("= %(site)s")})
SELECT t.id, t.kind, t.cause, t.facts, t.title, t.description, t.status, t.due_at, t.version, t.agent_id, t.note,
    t.put_off_until,
    tenant.id AS tenant_id, coalesce(tenant.name, '') AS tenant_name, coalesce(tenant.phone, '') AS tenant_phone,
    contract.id AS contract_id, coalesce(contract.reference, '') AS contract_reference,
    home.id AS property_id, coalesce(home.code, '') AS property_code,
    coalesce(home.neighbourhood, '') AS neighbourhood,
    placed.percentile::numeric AS percentile, coalesce(owed.has_missed, false) AS has_missed,
    coalesce(owed.late_rents, 0) AS late_rents, owed.francs, owed.periods, owed.since,
    owed.charges,
    CASE WHEN contract.ended_on < %(today)s THEN contract.ended_on END AS left_on, nullif(held.received, 0) AS deposit
    {more}
FROM tasks_task t
{join}
LEFT JOIN leasing_contract contract ON contract.site_id = t.site_id AND contract.id = t.contract_id
LEFT JOIN leasing_tenant tenant
    ON tenant.site_id = t.site_id AND tenant.id = coalesce(t.tenant_id, contract.tenant_id)
LEFT JOIN leasing_property home
    ON home.site_id = t.site_id AND home.id = coalesce(t.property_id, contract.property_id)
LEFT JOIN leasing_deposit held
    ON held.site_id = t.site_id AND held.contract_id = t.contract_id AND held.state IN ('due', 'held')
LEFT JOIN placed ON placed.tenant_id = tenant.id
LEFT JOIN LATERAL (
    SELECT bool_or(paid_amount < amount AND due_date <= %(missed_by)s AND {is_rent("i")}) AS has_missed,
        count(*) FILTER (
            WHERE due_date > %(three_months_ago)s AND (paid_amount < amount OR settled_on > due_date) AND {is_rent("i")}
        ) AS late_rents,
        coalesce(sum(amount - paid_amount) FILTER (WHERE is_late), 0)::bigint AS francs,
        coalesce(
            array_agg(DISTINCT period ORDER BY period) FILTER (WHERE is_late AND {is_rent("i")}), ARRAY[]::date[]
        ) AS periods,
        coalesce(
            jsonb_agg(jsonb_build_array(kind, label) ORDER BY due_date, kind, label COLLATE "C")
                FILTER (WHERE is_late AND NOT {is_rent("i")}),
            '[]'
        ) AS charges,
        min(due_date) FILTER (WHERE is_late) AS since
    FROM leasing_instalment i
    CROSS JOIN LATERAL (
        SELECT i.account_id = contract.account_id AND paid_amount < amount AND due_date <= %(late_by)s AS is_late
    ) l
    WHERE i.site_id = t.site_id AND i.tenant_id = tenant.id AND due_date < %(today)s
        AND contract_id NOT IN (SELECT id FROM draft)
) owed ON true
WHERE t.site_id = %(site)s AND {which}
"""


OPEN_TASKS = _tasks(
    which="""t.status IN ('pending', 'in_progress', 'blocked')
    AND (%(everyone)s OR t.agent_id = ANY (%(agents)s::bigint[]))"""
)

# The same tasks as they stood when a day began, also those that are over by now.
KEPT_TASKS = _tasks(
    more=", kept.rank, kept.parts, kept.computed_at",
    join="JOIN tasks_taskprioritization kept ON kept.site_id = t.site_id AND kept.task_id = t.id",
    which="kept.agent_id = ANY (%(agents)s::bigint[]) AND kept.day = %(today)s",
)

# Who may have tasks on the site and those asked for, each with one row for each kind: what they did, what they have,
# how long it takes. A task that the records closed was done by nobody, unless somebody had begun it.
PEOPLE = """
WITH usual AS (SELECT kind, minutes FROM unnest(%(kinds)s::text[], %(minutes)s::int[]) AS k (kind, minutes)),
person AS (
    SELECT u.id AS agent_id, coalesce(nullif(u.full_name, ''), u.username) AS name,
        coalesce(bool_or(m.role = 'agent') AND u.is_active, false) AS is_agent,
        coalesce(bool_or(m.role = ANY (%(roles)s)) AND u.is_active, false) AS works_here
    FROM accounts_user u
    LEFT JOIN sites_app_membership m ON m.user_id = u.id AND m.site_id = ANY (%(staff)s)
    WHERE m.role = ANY (%(roles)s) AND u.is_active OR u.id = ANY (%(agents)s::bigint[])
    GROUP BY u.id
),
finished AS MATERIALIZED (
    SELECT agent_id, kind, outcome, rating, completed_at,
        CASE WHEN outcome <> 'cause_gone' THEN completed_at - started_at END AS took
    FROM tasks_task
    WHERE site_id = %(site)s AND completed_at >= %(year_ago)s
        AND (status = 'done' AND outcome <> 'cause_gone' OR outcome = 'cause_gone' AND started_at IS NOT NULL)
),
median AS (
    SELECT kind, count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY took) AS took
    FROM finished
    WHERE took IS NOT NULL
    GROUP BY kind
),
estimate AS (
    SELECT kind, CASE
        WHEN n >= %(enough)s THEN least(greatest(round(extract(epoch FROM took) / 60), %(least)s), %(most)s)::int
        ELSE minutes
    END AS minutes
    FROM usual LEFT JOIN median USING (kind)
),
record AS (
    SELECT agent_id, kind, count(*) AS done, count(rating) AS rated, sum(rating) AS rating, count(took) AS timed,
        count(*) FILTER (WHERE outcome IN ('succeeded', 'promised')) AS succeeded,
        count(*) FILTER (WHERE took <= minutes * interval '1 minute') AS quick
    FROM finished JOIN estimate USING (kind)
    WHERE completed_at >= %(since)s
    GROUP BY agent_id, kind
),
week AS (
    SELECT agent_id, count(*) AS done_this_week FROM finished WHERE completed_at >= %(monday)s GROUP BY agent_id
),
at_hand AS (
    SELECT agent_id, kind,
        count(*) FILTER (WHERE due_at < %(midnight)s AND (put_off_until > %(now)s) IS NOT TRUE) AS due,
        count(*) FILTER (WHERE due_at >= %(since)s AND due_at < %(now)s) AS "left"
    FROM tasks_task
    WHERE site_id = %(site)s AND status IN ('pending', 'in_progress', 'blocked')
    GROUP BY agent_id, kind
)
SELECT kind, minutes, agent_id, name, is_agent, works_here, coalesce(done_this_week, 0) AS done_this_week,
    coalesce(due, 0) AS due, coalesce("left", 0) AS "left", coalesce(done, 0) AS done,
    coalesce(succeeded, 0) AS succeeded, coalesce(rated, 0) AS rated, coalesce(rating, 0) AS rating,
    coalesce(timed, 0) AS timed, coalesce(quick, 0) AS quick
FROM estimate
LEFT JOIN person ON true
LEFT JOIN week USING (agent_id)
LEFT JOIN record USING (agent_id, kind)
LEFT JOIN at_hand USING (agent_id, kind)
"""

# Which open task waits for which, of all the site: a chain may go through a colleague's tasks.
WAITING = """
SELECT d.task_id, d.needs_id
FROM tasks_taskdependency d
JOIN tasks_task waits ON waits.site_id = d.site_id AND waits.id = d.task_id
JOIN tasks_task needed ON needed.site_id = d.site_id AND needed.id = d.needs_id
WHERE d.site_id = %(site)s AND waits.status IN ('pending', 'in_progress', 'blocked')
    AND needed.status IN ('pending', 'in_progress', 'blocked')
"""
