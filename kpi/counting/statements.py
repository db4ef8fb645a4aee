"""The SQL of the counts: each statement serves any number of sites and periods. Its readings: docs/formulas/kpi.md.

Parameters: sites, and arrays no, a, b, year_ago with one entry for each period [a, b]. Beside them the bounds of all
periods (first_day, last_day, first_end, …): these the planner knows, while it takes the days of a joined row for a
ninth of the table.
"""

from leasing.readings import drafts, is_in_force, is_signed, is_standing, received_by

# One row for each site and period asked for, so that a site without any record has its zeros too.
GRID = """
WITH period AS (
    SELECT no, a, b, year_ago, b + 1 - %(activity)s AS active_from
    FROM unnest(%(no)s::int[], %(a)s::date[], %(b)s::date[], %(year_ago)s::date[]) AS p (no, a, b, year_ago)
),
grid AS (SELECT site_id, no FROM unnest(%(sites)s::text[]) AS s (site_id) CROSS JOIN period)
"""

CONTRACTS = f""",
contract AS MATERIALIZED (
    SELECT site_id, id, tenant_id, property_id, monthly_rent, start_date, end_date, ended_on, signed_on
    FROM leasing_contract
    WHERE site_id = ANY (%(sites)s) AND {is_signed("leasing_contract")}
),
in_force AS MATERIALIZED (
    SELECT no, site_id, id, tenant_id, property_id, monthly_rent
    FROM period JOIN contract ON {is_in_force("contract", "b")}
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
    WHERE site_id = ANY (%(sites)s) AND {is_standing("pay")}
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
    FROM period JOIN contract ON {is_in_force("contract", "year_ago")}
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
                    AND next.property_id = c.property_id AND {is_signed("next")}
                    AND next.start_date > c.start_date AND next.start_date <= c.end_date + %(renewal)s
            )
            OR EXISTS (
                SELECT FROM leasing_contract next
                WHERE next.site_id = c.site_id AND next.renewal_of_id = c.id AND {is_signed("next")}
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
RENT = f""",
draft AS MATERIALIZED ({drafts("= ANY (%(sites)s)")}),
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
    -- Looked up for each: the planner takes these few for many, and would join all allocations there are.
    SELECT no, site_id, sum({received_by("i", "b")}) AS francs_in_part
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
