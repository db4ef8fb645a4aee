"""The SQL behind the KPIs: each statement serves any number of sites and periods. Its readings: docs/formulas/kpi.md.

Parameters: sites, and arrays no, a, b, year_ago with one entry for each period [a, b]. Beside them the bounds of all
periods (first_day, last_day, first_end, …): these the planner knows, while it takes the days of a joined row for a
ninth of the table.
"""

# One row for each site and period asked for, so that a site without any record has its zeros too.
GRID = """
WITH period AS (
    SELECT no, a, b, year_ago, b + 1 - %(activity)s AS active_from
    FROM unnest(%(no)s::int[], %(a)s::date[], %(b)s::date[], %(year_ago)s::date[]) AS p (no, a, b, year_ago)
),
grid AS (SELECT site_id, no FROM unnest(%(sites)s::text[]) AS s (site_id) CROSS JOIN period)
"""

CONTRACTS = """,
contract AS MATERIALIZED (
    SELECT site_id, id, tenant_id, property_id, monthly_rent, start_date, end_date, ended_on, signed_on
    FROM leasing_contract
    WHERE site_id = ANY (%(sites)s) AND status <> 'draft'
),
in_force AS MATERIALIZED (
    SELECT no, site_id, id, tenant_id, property_id, monthly_rent
    FROM period JOIN contract ON start_date <= b AND (ended_on IS NULL OR ended_on >= b)
),
home AS (SELECT id FROM leasing_property WHERE site_id = ANY (%(sites)s) AND status = 'lettable'),
disputed AS (
    SELECT DISTINCT no, contract_id AS id
    FROM period JOIN leasing_litigation ON opened_on <= b AND (resolved_on IS NULL OR resolved_on > b)
    WHERE site_id = ANY (%(sites)s)
),
paying AS (
    SELECT DISTINCT no, contract_id AS id
    FROM period JOIN leasing_payment pay ON received_on BETWEEN active_from AND b
    WHERE site_id = ANY (%(sites)s) AND NOT EXISTS (
        SELECT FROM leasing_paymentreversal r WHERE r.site_id = pay.site_id AND r.payment_id = pay.id
    )
),
clock AS MATERIALIZED (
    -- Computed first: beside row-level security an index takes only plain comparisons with columns.
    SELECT no, code AS site_id, active_from::timestamp AT TIME ZONE timezone AS since,
        (b + 1)::timestamp AT TIME ZONE timezone AS until
    FROM period CROSS JOIN sites_app_site
    WHERE code = ANY (%(sites)s)
),
spoken AS (
    SELECT DISTINCT no, tenant_id
    FROM clock JOIN leasing_interaction i ON i.site_id = clock.site_id AND happened_at >= since AND happened_at < until
    WHERE i.site_id = ANY (%(sites)s) AND happened_at BETWEEN %(first_moment)s AND %(last_moment)s
),
standing AS (
    SELECT no, site_id, count(*) AS in_force, sum(monthly_rent) AS rent, count(disputed.id) AS disputed,
        count(*) FILTER (WHERE paying.id IS NULL AND spoken.tenant_id IS NULL) AS inactive, count(home.id) AS let
    FROM in_force
    LEFT JOIN disputed USING (no, id)
    LEFT JOIN paying USING (no, id)
    LEFT JOIN spoken USING (no, tenant_id)
    -- Each home once: no two contracts in force hold the same (contracts_in_force_do_not_overlap).
    LEFT JOIN home ON home.id = property_id
    GROUP BY no, site_id
),
renting_before AS (
    SELECT DISTINCT no, site_id, tenant_id
    FROM period JOIN contract ON start_date <= year_ago AND (ended_on IS NULL OR ended_on >= year_ago)
),
kept AS (
    SELECT no, site_id, count(*) AS tenants_before,
        count(*) FILTER (WHERE (no, tenant_id) IN (SELECT no, tenant_id FROM in_force)) AS tenants_kept
    FROM renting_before
    GROUP BY no, site_id
),
happened AS (
    SELECT no, c.site_id,
        count(*) FILTER (WHERE ended_on BETWEEN a AND b) AS ended,
        count(*) FILTER (WHERE ended_on BETWEEN a AND b AND NOT EXISTS (
            SELECT FROM leasing_litigation l WHERE l.site_id = c.site_id AND l.contract_id = c.id
        )) AS ended_undisputed,
        count(*) FILTER (WHERE signed_on BETWEEN a AND b) AS signed,
        count(*) FILTER (WHERE end_date BETWEEN a AND b) AS terms_ended,
        count(*) FILTER (WHERE end_date BETWEEN a AND b AND (
            ended_on IS NULL
            OR ended_on >= end_date + %(tacit)s
            OR EXISTS (
                SELECT FROM leasing_contract next
                WHERE next.site_id = c.site_id AND next.tenant_id = c.tenant_id
                    AND next.property_id = c.property_id AND next.status <> 'draft'
                    AND next.start_date > c.start_date AND next.start_date <= c.end_date + %(renewal)s
            )
            OR EXISTS (
                SELECT FROM leasing_contract next
                WHERE next.site_id = c.site_id AND next.renewal_of_id = c.id AND next.status <> 'draft'
                    AND next.start_date > c.start_date AND next.start_date <= c.end_date + %(renewal)s
            )
        )) AS renewed
    FROM period JOIN contract c
        ON ended_on BETWEEN a AND b OR signed_on BETWEEN a AND b OR end_date BETWEEN a AND b
    GROUP BY no, c.site_id
)
SELECT site_id, no, in_force, rent, disputed, inactive, let, tenants_before, tenants_kept,
    ended, ended_undisputed, signed, terms_ended, renewed
FROM grid
LEFT JOIN standing USING (site_id, no)
LEFT JOIN kept USING (site_id, no)
LEFT JOIN happened USING (site_id, no)
"""

# One pass over the instalments serves every period: they are added up per due date and day of settlement, which tell
# whether they were missed and whether they were paid in full by b. Only for those paid in part, or in full later, one
# has to look at the payments. It rests on leasing.actions.settlement: settled_on is the day of the last payment.
RENT = """,
draft AS MATERIALIZED (SELECT id FROM leasing_contract WHERE site_id = ANY (%(sites)s) AND status = 'draft'),
rent AS MATERIALIZED (
    SELECT site_id, due_date, settled_on, count(*) AS due, sum(amount) AS francs
    FROM leasing_instalment
    WHERE site_id = ANY (%(sites)s) AND due_date BETWEEN %(year_start)s AND %(last_day)s AND amount > 0
        AND contract_id NOT IN (SELECT id FROM draft)
    GROUP BY site_id, due_date, settled_on
),
fallen_due AS (
    SELECT no, site_id,
        sum(due) FILTER (WHERE due_date > year_ago) AS due_in_year,
        sum(due) FILTER (
            WHERE due_date > year_ago AND due_date + %(missed)s <= b
                AND (settled_on IS NULL OR settled_on > due_date + %(missed)s)
        ) AS missed,
        sum(due) FILTER (WHERE due_date >= a) AS due,
        sum(francs) FILTER (WHERE due_date >= a) AS francs_due,
        sum(francs) FILTER (WHERE due_date >= a AND settled_on <= b) AS francs_settled
    FROM period JOIN rent ON due_date <= b
    GROUP BY no, site_id
),
partly AS (
    SELECT no, site_id, sum((
        -- Looked up for each: the planner takes these few for many, and would join all allocations there are.
        SELECT sum(part.amount) FROM leasing_allocation part
        JOIN leasing_payment pay ON pay.site_id = part.site_id AND pay.id = part.payment_id
        WHERE part.site_id = i.site_id AND part.instalment_id = i.id AND pay.received_on <= b
    )) AS francs_in_part
    FROM period CROSS JOIN LATERAL (
        -- Two parts, and a bound that the planner knows: so both come out of the index on the day of settlement.
        SELECT site_id, id, contract_id FROM leasing_instalment
        WHERE site_id = ANY (%(sites)s) AND settled_on IS NULL AND due_date BETWEEN a AND b AND paid_amount > 0
        UNION ALL
        SELECT site_id, id, contract_id FROM leasing_instalment
        WHERE site_id = ANY (%(sites)s) AND settled_on > %(first_end)s AND settled_on > b AND due_date BETWEEN a AND b
    ) i
    WHERE contract_id NOT IN (SELECT id FROM draft)
    GROUP BY no, site_id
)
SELECT site_id, no, due_in_year, missed, due, francs_due,
    coalesce(francs_settled, 0) + coalesce(francs_in_part, 0) AS francs_received
FROM grid
LEFT JOIN fallen_due USING (site_id, no)
LEFT JOIN partly USING (site_id, no)
"""

OTHERS = """,
closed AS (
    SELECT site_id, closed_on, closed_on - issued_on AS days FROM leasing_notice
    WHERE site_id = ANY (%(sites)s) AND closed_on BETWEEN %(first_day)s AND %(last_day)s
    UNION ALL
    SELECT site_id, resolved_on, resolved_on - opened_on FROM leasing_litigation
    WHERE site_id = ANY (%(sites)s) AND resolved_on BETWEEN %(first_day)s AND %(last_day)s
),
matter AS (
    SELECT no, site_id, count(*) AS matters, sum(days) AS matter_days
    FROM period JOIN closed ON closed_on BETWEEN a AND b
    GROUP BY no, site_id
),
deposit AS (
    SELECT no, d.site_id, count(*) AS deposits, count(*) FILTER (WHERE d.state = 'full') AS deposits_full,
        count(c.ended_on) AS deposits_timed, sum(d.settled_on - c.ended_on) AS deposit_days
    FROM period
    JOIN leasing_deposit d ON d.settled_on BETWEEN a AND b
    JOIN leasing_contract c ON c.site_id = d.site_id AND c.id = d.contract_id
    WHERE d.site_id = ANY (%(sites)s) AND d.settled_on BETWEEN %(first_day)s AND %(last_day)s
    GROUP BY no, d.site_id
),
answer AS (
    SELECT no, site_id, count(*) AS ratings, count(*) FILTER (WHERE rating >= 9) AS promoters,
        count(*) FILTER (WHERE rating <= 6) AS detractors
    FROM period JOIN leasing_survey ON answered_on BETWEEN a AND b
    WHERE site_id = ANY (%(sites)s) AND kind = 'nps'
    GROUP BY no, site_id
),
to_let AS (
    SELECT site_id, count(*) AS lettable FROM leasing_property
    WHERE site_id = ANY (%(sites)s) AND status = 'lettable'
    GROUP BY site_id
),
working AS (
    -- Memberships keep no history: these are the agents of now, for every period.
    SELECT site_id, array_agg(user_id) AS agents
    FROM sites_app_membership JOIN accounts_user ON accounts_user.id = user_id
    WHERE site_id = ANY (%(sites)s) AND role = 'agent' AND is_active
    GROUP BY site_id
)
SELECT site_id, no, matters, matter_days, deposits, deposits_full, deposits_timed, deposit_days,
    ratings, promoters, detractors, lettable, coalesce(agents, '{}') AS agents
FROM grid
LEFT JOIN matter USING (site_id, no)
LEFT JOIN deposit USING (site_id, no)
LEFT JOIN answer USING (site_id, no)
LEFT JOIN to_let USING (site_id)
LEFT JOIN working USING (site_id)
"""

# What each agent did, what is owed and since when, how money came in, and what a home costs. `age`: how many full
# thirty days, at most 3, a rent is past its first day of being late.
FIGURES = """,
contract AS MATERIALIZED (
    SELECT site_id, id, tenant_id, coalesce(agent_id, 0) AS agent, monthly_rent, start_date, ended_on, signed_on
    FROM leasing_contract
    WHERE site_id = ANY (%(sites)s) AND status <> 'draft'
),
held AS MATERIALIZED (
    SELECT no, site_id, agent, monthly_rent,
        start_date <= b AND (ended_on IS NULL OR ended_on >= b) AS is_in_force,
        coalesce(signed_on BETWEEN a AND b, false) AS is_signed
    FROM period JOIN contract
        ON signed_on BETWEEN a AND b OR start_date <= b AND (ended_on IS NULL OR ended_on >= b)
),
by_agent AS (
    SELECT no, site_id, agent, count(*) FILTER (WHERE is_signed) AS signed,
        count(*) FILTER (WHERE is_in_force) AS in_force, sum(monthly_rent) FILTER (WHERE is_in_force) AS rent
    FROM held GROUP BY no, site_id, agent
),
middle AS (
    SELECT no, site_id, percentile_disc(0.5) WITHIN GROUP (ORDER BY monthly_rent) AS median_rent
    FROM held WHERE is_in_force
    GROUP BY no, site_id
),
asked AS (
    SELECT no, i.site_id, agent, count(*) AS due, sum(amount) AS francs_due,
        sum(CASE
            WHEN settled_on <= b THEN amount
            WHEN paid_amount > 0 THEN coalesce((
                SELECT sum(part.amount) FROM leasing_allocation part
                JOIN leasing_payment pay ON pay.site_id = part.site_id AND pay.id = part.payment_id
                WHERE part.site_id = i.site_id AND part.instalment_id = i.id AND pay.received_on <= b
            ), 0)
        END) AS francs_received
    FROM period
    JOIN leasing_instalment i ON due_date BETWEEN a AND b
    JOIN contract c ON c.site_id = i.site_id AND c.id = i.contract_id
    WHERE i.site_id = ANY (%(sites)s) AND amount > 0
    GROUP BY no, i.site_id, agent
),
answered AS (
    SELECT no, site_id, agent, count(*) AS answers, sum(rating) AS rating
    FROM (
        -- A tenant with two contracts of one agent has answered once.
        SELECT DISTINCT no, s.site_id, s.id, agent, rating
        FROM period
        JOIN leasing_survey s ON answered_on BETWEEN a AND b
        JOIN contract c ON c.site_id = s.site_id AND c.tenant_id = s.tenant_id
            AND start_date <= answered_on AND (ended_on IS NULL OR ended_on >= answered_on)
        WHERE s.site_id = ANY (%(sites)s) AND s.kind = 'satisfaction'
    ) answer
    GROUP BY no, site_id, agent
),
agents AS (
    SELECT no, site_id, jsonb_agg(jsonb_build_object(
        'agent', agent, 'signed', coalesce(signed, 0), 'in_force', coalesce(in_force, 0), 'rent', coalesce(rent, 0),
        'due', coalesce(due, 0), 'francs_due', coalesce(francs_due, 0),
        'francs_received', coalesce(francs_received, 0), 'answers', coalesce(answers, 0),
        'rating', coalesce(rating, 0)
    ) ORDER BY agent) AS agents
    FROM by_agent FULL JOIN asked USING (no, site_id, agent) FULL JOIN answered USING (no, site_id, agent)
    GROUP BY no, site_id
),
draft AS MATERIALIZED (SELECT id FROM leasing_contract WHERE site_id = ANY (%(sites)s) AND status = 'draft'),
owed AS (
    SELECT no, site_id, least((b - due_date - 1) / 30, 3) AS age, count(*) AS rents,
        sum(amount - CASE WHEN paid_amount = 0 THEN 0 ELSE coalesce((
            SELECT sum(part.amount) FROM leasing_allocation part
            JOIN leasing_payment pay ON pay.site_id = part.site_id AND pay.id = part.payment_id
            WHERE part.site_id = i.site_id AND part.instalment_id = i.id AND pay.received_on <= b
        ), 0) END) AS francs
    FROM period CROSS JOIN LATERAL (
        SELECT site_id, id, contract_id, due_date, amount, paid_amount FROM leasing_instalment
        WHERE site_id = ANY (%(sites)s) AND settled_on IS NULL AND due_date < b
        UNION ALL
        SELECT site_id, id, contract_id, due_date, amount, paid_amount FROM leasing_instalment
        WHERE site_id = ANY (%(sites)s) AND settled_on > %(first_end)s AND settled_on > b AND due_date < b
    ) i
    WHERE amount > 0 AND contract_id NOT IN (SELECT id FROM draft)
    GROUP BY no, site_id, age
),
arrears AS (
    SELECT no, site_id,
        jsonb_agg(jsonb_build_object('age', age, 'rents', rents, 'francs', francs) ORDER BY age) AS arrears
    FROM owed GROUP BY no, site_id
),
received AS (
    SELECT no, site_id, method, count(*) AS payments, sum(amount) AS francs
    FROM period JOIN leasing_payment pay ON received_on BETWEEN a AND b
    WHERE site_id = ANY (%(sites)s) AND NOT EXISTS (
        SELECT FROM leasing_paymentreversal r WHERE r.site_id = pay.site_id AND r.payment_id = pay.id
    )
    GROUP BY no, site_id, method
),
income AS (
    SELECT no, site_id, jsonb_agg(jsonb_build_object(
        'method', method, 'payments', payments, 'francs', francs
    ) ORDER BY method) AS income
    FROM received GROUP BY no, site_id
)
SELECT site_id, no, median_rent, coalesce(agents, '[]') AS agents, coalesce(arrears, '[]') AS arrears,
    coalesce(income, '[]') AS income
FROM grid
LEFT JOIN middle USING (site_id, no)
LEFT JOIN agents USING (site_id, no)
LEFT JOIN arrears USING (site_id, no)
LEFT JOIN income USING (site_id, no)
"""

# The snapshots that can be believed, and what has no history: who the agents are, and which homes are to be let. For
# each site a row at least. `not_to_let` counts the contracts in force on a month's last day whose home is to be let no
# more: the others are let. These are few, so that a closed month stays a read of some milliseconds.
SNAPSHOTS = """
WITH working AS (
    SELECT site_id, jsonb_object_agg(user_id, coalesce(nullif(full_name, ''), username)) AS agents
    FROM sites_app_membership JOIN accounts_user ON accounts_user.id = user_id
    WHERE site_id = ANY (%(sites)s) AND role = 'agent' AND is_active
    GROUP BY site_id
),
to_let AS (
    SELECT site_id, count(*) AS lettable FROM leasing_property
    WHERE site_id = ANY (%(sites)s) AND status = 'lettable'
    GROUP BY site_id
),
withdrawn AS (
    SELECT site_id, month, count(*) AS not_to_let
    FROM (
        SELECT month, (month + interval '1 month')::date - 1 AS b FROM unnest(%(months)s::date[]) AS m (month)
    ) closed
    JOIN (
        -- Looked up for each of these few homes: the planner would read all contracts there are.
        SELECT p.site_id, start_date, ended_on
        FROM leasing_property p CROSS JOIN LATERAL (
            SELECT status, start_date, ended_on FROM leasing_contract c
            WHERE c.site_id = p.site_id AND c.property_id = p.id
            OFFSET 0
        ) c
        WHERE p.site_id = ANY (%(sites)s) AND p.status = ANY (%(other_statuses)s) AND c.status <> 'draft'
    ) held ON start_date <= b AND (ended_on IS NULL OR ended_on >= b)
    GROUP BY site_id, month
)
SELECT site.code AS site_id, coalesce(agents, '{}') AS agents, coalesce(lettable, 0) AS lettable, kept.month, counts,
    coalesce(not_to_let, 0) AS not_to_let, CASE WHEN kept.month = %(figured)s THEN figures END AS figures
FROM sites_app_site site
LEFT JOIN working ON working.site_id = site.code
LEFT JOIN to_let ON to_let.site_id = site.code
LEFT JOIN kpi_kpisnapshot kept
    ON kept.site_id = site.code AND kept.month = ANY (%(months)s::date[]) AND kept.timezone = site.timezone
    AND NOT EXISTS (
        SELECT FROM kpi_toucheddays touched
        WHERE touched.site_id = kept.site_id AND first < kept.month + interval '1 month'
            AND (last IS NULL OR last >= kept.month)
    )
LEFT JOIN withdrawn ON withdrawn.site_id = kept.site_id AND withdrawn.month = kept.month
WHERE site.code = ANY (%(sites)s)
"""

# What values are held against on a day, whether a person gets the report by mail, and the day on which a site's
# records begin: rows of six kinds.
YARDSTICKS = """
SELECT 'target' AS kind, site_id, key, value::text, NULL AS top, NULL::numeric[] AS "values", NULL AS source,
    NULL AS status, NULL::date AS as_of
FROM kpi_kpitarget
WHERE site_id = ANY (%(sites)s) AND valid @> %(day)s::date
UNION ALL
SELECT 'deadline', site_id, rule_type, value::text, NULL, NULL, source, status, NULL
FROM sites_app_regionalrule
WHERE site_id = ANY (%(sites)s) AND rule_type = 'deposit_return_days' AND valid @> %(day)s::date
UNION ALL
SELECT 'reference', NULL, key, average::text, top::text, NULL, source, status, as_of
FROM kpi_kpibenchmark
UNION ALL
SELECT 'network', NULL, key, NULL, NULL, "values", NULL, NULL, computed_at::date
FROM kpi_networkbenchmark
WHERE month = %(month)s
UNION ALL
SELECT 'subscription', site_id, NULL, NULL, NULL, NULL, NULL, NULL, since
FROM kpi_reportsubscription
WHERE site_id = ANY (%(sites)s) AND user_id = %(user)s
UNION ALL
SELECT 'first', code, NULL, NULL, NULL, NULL, NULL, NULL, (
    SELECT min(start_date) FROM leasing_contract WHERE site_id = code AND status <> 'draft'
)
FROM sites_app_site
WHERE code = ANY (%(sites)s)
"""

OVERVIEW = """
WITH in_force AS MATERIALIZED (
    SELECT site_id, property_id FROM leasing_contract
    WHERE site_id = ANY (%(sites)s) AND status <> 'draft'
        AND start_date <= %(today)s AND (ended_on IS NULL OR ended_on >= %(today)s)
),
standing AS (SELECT site_id, count(*) AS in_force FROM in_force GROUP BY site_id),
to_let AS (
    SELECT site_id, count(*) AS lettable,
        count(*) FILTER (WHERE id IN (SELECT property_id FROM in_force)) AS let
    FROM leasing_property
    WHERE site_id = ANY (%(sites)s) AND status = 'lettable'
    GROUP BY site_id
),
draft AS MATERIALIZED (SELECT id FROM leasing_contract WHERE site_id = ANY (%(sites)s) AND status = 'draft'),
this_month AS (
    SELECT site_id, sum(amount) AS due FROM leasing_instalment
    WHERE site_id = ANY (%(sites)s) AND due_date BETWEEN %(first)s AND %(last)s
        AND contract_id NOT IN (SELECT id FROM draft)
    GROUP BY site_id
),
unpaid AS (
    SELECT site_id, sum(amount - paid_amount) AS arrears, count(*) AS late FROM leasing_instalment
    WHERE site_id = ANY (%(sites)s) AND paid_amount < amount AND due_date < %(today)s
        AND contract_id NOT IN (SELECT id FROM draft)
    GROUP BY site_id
),
income AS (
    SELECT site_id, sum(amount) AS received FROM leasing_payment pay
    WHERE site_id = ANY (%(sites)s) AND received_on BETWEEN %(first)s AND %(today)s AND NOT EXISTS (
        SELECT FROM leasing_paymentreversal r WHERE r.site_id = pay.site_id AND r.payment_id = pay.id
    )
    GROUP BY site_id
)
SELECT currency, sum(lettable) AS lettable, sum(let) AS let, sum(in_force) AS in_force, sum(due) AS due,
    sum(received) AS received, sum(arrears) AS arrears, sum(late) AS late
FROM (SELECT code AS site_id, currency FROM sites_app_site WHERE code = ANY (%(sites)s)) AS site
LEFT JOIN standing USING (site_id)
LEFT JOIN to_let USING (site_id)
LEFT JOIN this_month USING (site_id)
LEFT JOIN unpaid USING (site_id)
LEFT JOIN income USING (site_id)
GROUP BY currency
ORDER BY currency
"""
