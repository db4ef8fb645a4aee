"""The SQL of what the records say beside the counts, for any number of sites and periods: kpi.counting.statements."""

from leasing.readings import (
    begins_by_moving,
    drafts,
    is_before_the_end,
    is_in_force,
    is_received,
    is_rent,
    is_signed,
    is_standing,
    let_go,
    paid_by,
    received_by,
    rent_steps,
)

# What each agent did, what is owed and since when, how money came in, and what a home costs. `age`: how many full
# thirty days, at most 3, a rent is past its first day of being late.
FIGURES = f""",
contract AS MATERIALIZED (
    SELECT site_id, id, tenant_id, coalesce(agent_id, 0) AS agent, monthly_rent, start_date, ended_on,
        CASE WHEN NOT {begins_by_moving("leasing_contract")} THEN signed_on END AS signed_on
    FROM leasing_contract
    WHERE site_id = ANY (%(sites)s) AND {is_signed("leasing_contract")}
),
step AS MATERIALIZED ({rent_steps("= ANY (%(sites)s)")}),
held AS MATERIALIZED (
    SELECT no, site_id, agent, coalesce(step.monthly_rent, contract.monthly_rent) AS monthly_rent,
        {is_in_force("contract", "b")} AS is_in_force,
        coalesce(signed_on BETWEEN a AND b, false) AS is_signed
    FROM period JOIN contract
        ON signed_on BETWEEN a AND b OR {is_in_force("contract", "b")}
    LEFT JOIN step ON contract_id = contract.id AND from_month <= b AND (until > b OR until IS NULL)
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
fallen_due AS (
    SELECT no, i.site_id, agent, count(*) AS due, sum(amount) AS francs_due,
        sum(CASE
            WHEN settled_on <= b THEN amount
            WHEN paid_amount > 0 THEN coalesce({received_by("i", "b")}, 0)
        END) AS francs_received
    FROM period
    JOIN leasing_instalment i ON due_date BETWEEN a AND b
    JOIN contract c ON c.site_id = i.site_id AND c.id = i.contract_id
    WHERE i.site_id = ANY (%(sites)s) AND amount > 0 AND {is_rent("i")} AND {is_before_the_end("i", "c")}
    GROUP BY no, i.site_id, agent
),
waived AS (
    -- Of the rents paid in full: what credits have let go of them was not received.
    SELECT no, i.site_id, agent, sum(credited.francs) AS francs_let_go
    FROM ({let_go("= ANY (%(sites)s)")}) credited
    JOIN leasing_instalment i ON i.site_id = ANY (%(sites)s) AND i.id = credited.id
    JOIN period ON due_date BETWEEN a AND b AND settled_on <= b
    JOIN contract c ON c.site_id = i.site_id AND c.id = i.contract_id
    WHERE {is_rent("i")} AND {is_before_the_end("i", "c")}
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
            AND {is_in_force("c", "answered_on")}
        WHERE s.site_id = ANY (%(sites)s) AND s.kind = 'satisfaction'
    ) answer
    GROUP BY no, site_id, agent
),
agents AS (
    SELECT no, site_id, jsonb_agg(jsonb_build_object(
        'agent', agent, 'signed', coalesce(signed, 0), 'in_force', coalesce(in_force, 0), 'rent', coalesce(rent, 0),
        'due', coalesce(due, 0), 'francs_due', coalesce(francs_due, 0),
        'francs_received', coalesce(francs_received, 0) - coalesce(francs_let_go, 0), 'answers', coalesce(answers, 0),
        'rating', coalesce(rating, 0)
    ) ORDER BY agent) AS agents
    FROM by_agent FULL JOIN fallen_due USING (no, site_id, agent) FULL JOIN answered USING (no, site_id, agent)
    LEFT JOIN waived USING (no, site_id, agent)
    GROUP BY no, site_id
),
draft AS MATERIALIZED ({drafts("= ANY (%(sites)s)")}),
owed AS (
    SELECT no, site_id, least((b - due_date - 1) / 30, 3) AS age, count(*) AS debts,
        sum(amount - CASE WHEN paid_amount = 0 THEN 0 ELSE coalesce({paid_by("i", "b")}, 0) END) AS francs
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
        jsonb_agg(jsonb_build_object('age', age, 'debts', debts, 'francs', francs) ORDER BY age) AS arrears
    FROM owed GROUP BY no, site_id
),
elsewhere AS (
    -- What went into deposits, repairs and other debts that are no rent. One paid in full before was not paid since.
    SELECT payment_id, sum(part.amount) AS francs
    FROM (
        SELECT site_id, id FROM leasing_instalment i
        WHERE site_id = ANY (%(sites)s) AND NOT {is_rent("i")} AND settled_on IS NULL AND paid_amount > 0
        UNION ALL
        SELECT site_id, id FROM leasing_instalment i
        WHERE site_id = ANY (%(sites)s) AND NOT {is_rent("i")} AND settled_on >= %(first_day)s
    ) other
    JOIN leasing_allocation part ON part.site_id = other.site_id AND part.instalment_id = other.id
    GROUP BY payment_id
),
received AS (
    SELECT no, site_id, method, count(*) AS payments, sum(amount - coalesce(francs, 0)) AS francs
    FROM period JOIN leasing_payment pay ON received_on BETWEEN a AND b
    LEFT JOIN elsewhere ON payment_id = pay.id
    WHERE site_id = ANY (%(sites)s) AND {is_received("pay")} AND {is_standing("pay")} AND amount > coalesce(francs, 0)
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
