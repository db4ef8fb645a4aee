"""The SQL of the counts: each statement serves any number of sites and periods. Its readings: docs/formulas/kpi.md.

Parameters: sites, and arrays no, a, b, year_ago with one entry for each period [a, b]. Beside them the bounds of all
periods (first_day, last_day, first_end, …): these the planner knows, while it takes the days of a joined row for a
ninth of the table.
"""

from leasing.readings import (
    begins_by_moving,
    bounds,
    ends_by_moving,
    is_handed_over,
    is_in_force,
    is_received,
    is_rent,
    is_signed,
    is_silent_after_term,
    is_standing,
    is_within,
    let_go,
    received_by,
    rent_steps,
)

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
    SELECT site_id, id, tenant_id, property_id, account_id, monthly_rent, start_date, end_date, ended_on,
        CASE WHEN NOT {begins_by_moving("leasing_contract")} THEN signed_on END AS signed_on,
        CASE WHEN NOT {ends_by_moving("leasing_contract")} THEN ended_on END AS left_on
    FROM leasing_contract
    WHERE site_id = ANY (%(sites)s) AND {is_signed("leasing_contract")}
),
step AS MATERIALIZED ({rent_steps("= ANY (%(sites)s)")}),
in_force AS MATERIALIZED (
    SELECT no, c.site_id, c.id, tenant_id, account_id, end_date, b,
        CASE WHEN {is_handed_over("c", "b")} THEN NULL ELSE property_id END AS home_id,
        coalesce(step.monthly_rent, c.monthly_rent) AS monthly_rent
    FROM period JOIN contract c ON {is_in_force("c", "b")}
    LEFT JOIN step ON step.contract_id = c.id AND from_month <= b AND (until > b OR until IS NULL)
),
home AS MATERIALIZED (
    SELECT site_id, id, part_of_id IS NOT NULL AS is_part
    FROM leasing_property WHERE site_id = ANY (%(sites)s) AND status = 'lettable'
),
to_let AS (SELECT site_id, count(*) AS wholes FROM home WHERE NOT is_part GROUP BY site_id),
disputed AS (
    SELECT DISTINCT no, contract_id AS id
    FROM period JOIN leasing_litigation ON opened_on <= b AND (resolved_on IS NULL OR resolved_on > b)
    WHERE site_id = ANY (%(sites)s)
),
paying AS (
    SELECT DISTINCT no, account_id
    FROM period JOIN leasing_payment pay ON received_on BETWEEN active_from AND b
    WHERE site_id = ANY (%(sites)s) AND {is_received("pay")} AND {is_standing("pay")}
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
    SELECT no, f.site_id, count(*) AS in_force, sum(monthly_rent) AS rent, count(disputed.id) AS disputed,
        count(*) FILTER (WHERE paying.account_id IS NULL AND spoken.tenant_id IS NULL) AS inactive,
        -- Whoever has paid or spoken in the 30 days is not asked about.
        count(*) FILTER (
            WHERE paying.account_id IS NULL AND spoken.tenant_id IS NULL AND {is_silent_after_term("f", "b")}
        ) AS silent,
        count(home_id) AS homes, count(home.id) AS let, count(*) FILTER (WHERE is_part) AS parts
    FROM in_force f
    LEFT JOIN disputed USING (no, id)
    LEFT JOIN paying USING (no, account_id)
    LEFT JOIN spoken USING (no, tenant_id)
    LEFT JOIN home ON home.id = home_id
    GROUP BY no, f.site_id
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
        count(*) FILTER (WHERE left_on BETWEEN a AND b) AS ended,
        count(*) FILTER (WHERE left_on BETWEEN a AND b AND NOT EXISTS (
            SELECT FROM leasing_litigation l WHERE l.site_id = c.site_id AND l.contract_id = c.id
        )) AS ended_undisputed,
        count(*) FILTER (WHERE signed_on BETWEEN a AND b) AS signed,
        count(*) FILTER (WHERE end_date BETWEEN a AND b AND NOT is_cut) AS terms_ended,
        count(*) FILTER (WHERE end_date BETWEEN a AND b AND NOT is_cut AND (
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
        ON left_on BETWEEN a AND b OR signed_on BETWEEN a AND b OR end_date BETWEEN a AND b
    -- A move before the contract has run on for so long cuts its term.
    CROSS JOIN LATERAL (
        SELECT coalesce(left_on IS NULL AND ended_on < end_date + %(tacit)s, false) AS is_cut
    ) term
    GROUP BY no, c.site_id
)
SELECT site_id, no, in_force, rent, disputed, inactive, silent, homes, let,
    coalesce(wholes, 0) + coalesce(parts, 0) AS lettable, tenants_before, tenants_kept,
    ended, ended_undisputed, signed, terms_ended, renewed
FROM grid
LEFT JOIN to_let USING (site_id)
LEFT JOIN standing USING (site_id, no)
LEFT JOIN kept USING (site_id, no)
LEFT JOIN happened USING (site_id, no)
"""

# One pass over the instalments serves every period: they are added up per due date and day of settlement, which tell
# whether they were missed and whether they were paid in full by b. Only for those paid in part, or in full later, one
# has to look at the payments. It rests on leasing.actions.settlement: settled_on is the day of the last payment. What
# credits have let go of those paid in full was not received: there are few, and they are taken off.
RENT = f""",
bound AS MATERIALIZED ({bounds("= ANY (%(sites)s)")}),
rent AS MATERIALIZED (
    SELECT site_id, due_date, settled_on, count(*) AS due, sum(amount) AS francs
    FROM leasing_instalment i
    WHERE site_id = ANY (%(sites)s) AND due_date BETWEEN %(year_start)s AND %(last_day)s AND amount > 0
        AND {is_rent("i")} AND {is_within("bound", "i")}
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
        SELECT site_id, id, contract_id, period, kind FROM leasing_instalment
        WHERE site_id = ANY (%(sites)s) AND settled_on IS NULL AND due_date BETWEEN a AND b AND paid_amount > 0
        UNION ALL
        SELECT site_id, id, contract_id, period, kind FROM leasing_instalment
        WHERE site_id = ANY (%(sites)s) AND settled_on > %(first_end)s AND settled_on > b AND due_date BETWEEN a AND b
    ) i
    WHERE {is_rent("i")} AND {is_within("bound", "i")}
    GROUP BY no, site_id
),
waived AS (
    SELECT no, i.site_id, sum(credited.francs) AS francs_let_go
    FROM ({let_go("= ANY (%(sites)s)")}) credited
    JOIN leasing_instalment i ON i.site_id = ANY (%(sites)s) AND i.id = credited.id
    JOIN period ON due_date BETWEEN a AND b AND settled_on <= b
    WHERE {is_rent("i")} AND {is_within("bound", "i")}
    GROUP BY no, i.site_id
)
SELECT site_id, no, due_in_year, missed, due, francs_due,
    coalesce(francs_settled, 0) + coalesce(francs_in_part, 0) - coalesce(francs_let_go, 0) AS francs_received
FROM grid
LEFT JOIN fallen_due USING (site_id, no)
LEFT JOIN partly USING (site_id, no)
LEFT JOIN waived USING (site_id, no)
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
working AS (
    -- Memberships keep no history: these are the agents of now, for every period.
    SELECT site_id, array_agg(user_id) AS agents
    FROM sites_app_membership JOIN accounts_user ON accounts_user.id = user_id
    WHERE site_id = ANY (%(sites)s) AND role = 'agent' AND is_active
    GROUP BY site_id
)
SELECT site_id, no, matters, matter_days, deposits, deposits_full, deposits_timed, deposit_days,
    ratings, promoters, detractors, coalesce(agents, '{}') AS agents
FROM grid
LEFT JOIN matter USING (site_id, no)
LEFT JOIN deposit USING (site_id, no)
LEFT JOIN answer USING (site_id, no)
LEFT JOIN working USING (site_id)
"""
