"""The SQL that lists the rows behind a KPI: one statement counts its groups and reads some rows of one of them.

Each head names its rows `found`, by the readings of docs/formulas/kpi.md that kpi.counting.statements counts by. What
the facts of a row mean differs from head to head: kpi.pages.evidence_labels has their headings. `weight` sorts: the
heaviest first, and before it NULL, which is "never" or "not over yet".

Parameters: sites, the period's a, b and year_ago, due_from, the days of kpi.indicators.definitions, and which rows to
read: group, is_money, offset, limit.
"""

from collections.abc import Mapping

_FOUND = """,
found (
    site_id, in_group, model, id, contract_id, tenant_id, property_id,
    since, until, days, amount, received, number, kind, remark, weight
) AS ("""

_CONTRACT = """
WITH contract AS NOT MATERIALIZED (
    -- Written out wherever it is named: the correlated reads below need the table's indexes.
    SELECT site_id, id, tenant_id, property_id, agent_id, monthly_rent, start_date, end_date, ended_on, signed_on
    FROM leasing_contract
    WHERE site_id = ANY (%(sites)s) AND status <> 'draft'
),
in_force AS (
    SELECT * FROM contract WHERE start_date <= %(b)s AND (ended_on IS NULL OR ended_on >= %(b)s)
)"""

# Only for a rent that was paid in part by b, or in full later, one has to look at the payments.
_RENT = """,
draft AS MATERIALIZED (SELECT id FROM leasing_contract WHERE site_id = ANY (%(sites)s) AND status = 'draft'),
rent AS (
    SELECT i.site_id, i.id, contract_id, tenant_id, due_date, settled_on, amount,
        CASE WHEN settled_on <= %(b)s THEN amount WHEN paid_amount = 0 THEN 0 ELSE (
            SELECT coalesce(sum(part.amount), 0)::bigint
            FROM leasing_allocation part
            JOIN leasing_payment pay ON pay.site_id = part.site_id AND pay.id = part.payment_id
            WHERE part.site_id = i.site_id AND part.instalment_id = i.id AND pay.received_on <= %(b)s
        ) END AS received
    FROM leasing_instalment i
    WHERE i.site_id = ANY (%(sites)s) AND due_date BETWEEN %(due_from)s AND %(b)s AND amount > 0
        AND contract_id NOT IN (SELECT id FROM draft)
)"""

_RESOLUTION_TIME = """
    SELECT site_id, 'closed', 'notice', id, contract_id, NULL::uuid, NULL::uuid,
        issued_on, closed_on, closed_on - issued_on, NULL::bigint, NULL::bigint, NULL::int, kind, NULL,
        closed_on - issued_on
    FROM leasing_notice
    WHERE site_id = ANY (%(sites)s) AND closed_on BETWEEN %(a)s AND %(b)s
    UNION ALL
    SELECT site_id, 'closed', 'litigation', id, contract_id, NULL, NULL,
        opened_on, resolved_on, resolved_on - opened_on, NULL, NULL, NULL, kind, NULL,
        resolved_on - opened_on
    FROM leasing_litigation
    WHERE site_id = ANY (%(sites)s) AND resolved_on BETWEEN %(a)s AND %(b)s
"""

_RESOLUTION = """
    SELECT c.site_id, CASE WHEN number > 0 THEN 'disputed' ELSE 'undisputed' END, 'contract', c.id,
        c.id, tenant_id, property_id, ended_on, resolved_on, resolved_on - opened_on, monthly_rent, NULL, number,
        NULL, NULL, resolved_on - opened_on
    FROM contract c CROSS JOIN LATERAL (
        SELECT count(*) AS number, min(opened_on) AS opened_on,
            CASE WHEN count(resolved_on) = count(*) THEN max(resolved_on) END AS resolved_on
        FROM leasing_litigation l
        WHERE l.site_id = c.site_id AND l.contract_id = c.id
    ) litigation
    WHERE ended_on BETWEEN %(a)s AND %(b)s
"""

_DEPOSIT_RETURN = """
    SELECT d.site_id, CASE WHEN d.state = 'full' THEN 'full' ELSE 'not_full' END, 'deposit', d.id,
        contract_id, NULL::uuid, NULL::uuid, c.ended_on, settled_on, settled_on - c.ended_on,
        amount, refunded_amount, NULL, d.state, NULL, amount - refunded_amount
    FROM leasing_deposit d
    JOIN leasing_contract c ON c.site_id = d.site_id AND c.id = d.contract_id
    WHERE d.site_id = ANY (%(sites)s) AND d.settled_on BETWEEN %(a)s AND %(b)s
"""

_DEPOSIT_TIME = """
    SELECT d.site_id, 'timed', 'deposit', d.id,
        contract_id, NULL::uuid, NULL::uuid, c.ended_on, settled_on, settled_on - c.ended_on,
        amount, refunded_amount, NULL, d.state, NULL, settled_on - c.ended_on
    FROM leasing_deposit d
    JOIN leasing_contract c ON c.site_id = d.site_id AND c.id = d.contract_id
    WHERE d.site_id = ANY (%(sites)s) AND d.settled_on BETWEEN %(a)s AND %(b)s AND c.ended_on IS NOT NULL
"""

# An answer is a tenant's, not a contract's: the contract that had begun last says where and with which agent.
_NPS = """
    SELECT site_id, CASE WHEN rating >= 9 THEN 'promoters' WHEN rating <= 6 THEN 'detractors' ELSE 'neutral' END,
        'survey', id, (
            SELECT id FROM contract c
            WHERE c.site_id = s.site_id AND c.tenant_id = s.tenant_id AND start_date <= answered_on
            ORDER BY start_date DESC, id LIMIT 1
        ), tenant_id, NULL::uuid, answered_on, NULL::date, NULL::int, NULL::bigint, NULL, rating, NULL, comment, -rating
    FROM leasing_survey s
    WHERE site_id = ANY (%(sites)s) AND kind = 'nps' AND answered_on BETWEEN %(a)s AND %(b)s
"""

# Of a tenant's contracts the one in force on b, or else the last one to end.
_RETENTION = """
    SELECT r.site_id, CASE WHEN now THEN 'stayed' ELSE 'left' END, 'tenant', r.tenant_id,
        c.id, r.tenant_id, c.property_id, c.start_date, c.ended_on, %(b)s - c.ended_on,
        c.monthly_rent, NULL, NULL, NULL, NULL, c.monthly_rent
    FROM (
        SELECT site_id, tenant_id,
            bool_or(start_date <= %(year_ago)s AND (ended_on IS NULL OR ended_on >= %(year_ago)s)) AS before,
            bool_or(ended_on IS NULL OR ended_on >= %(b)s) AS now,
            (array_agg(id ORDER BY ended_on DESC NULLS FIRST, start_date DESC, id))[1] AS contract_id
        FROM contract WHERE start_date <= %(b)s
        GROUP BY site_id, tenant_id
    ) r
    JOIN contract c ON c.site_id = r.site_id AND c.id = r.contract_id
    WHERE before
"""

# By the agents' names; first the contracts that nobody is credited with.
_PRODUCTIVITY = """
    SELECT site_id, 'signed', 'contract', c.id, c.id, tenant_id, property_id,
        signed_on, NULL::date, NULL::int, monthly_rent, NULL, NULL, NULL, NULL,
        -(dense_rank() OVER (ORDER BY coalesce(nullif(full_name, ''), username) NULLS FIRST, agent_id))
    FROM contract c LEFT JOIN accounts_user u ON u.id = agent_id
    WHERE signed_on BETWEEN %(a)s AND %(b)s
"""

_REVENUE = """
    SELECT site_id, 'in_force', 'contract', id, id, tenant_id, property_id,
        start_date, NULL::date, NULL::int, monthly_rent, NULL, NULL, NULL, NULL, monthly_rent
    FROM in_force
"""

# Of an empty property the contract that ended last, and the day from which it is let again.
_OCCUPANCY = """
    SELECT p.site_id, CASE WHEN f.id IS NULL THEN 'empty' ELSE 'let' END, 'property', p.id,
        coalesce(f.id, last.id), coalesce(f.tenant_id, last.tenant_id), p.id,
        coalesce(f.start_date, last.ended_on + 1), CASE WHEN f.id IS NULL THEN (
            SELECT min(start_date) FROM contract c
            WHERE c.site_id = p.site_id AND c.property_id = p.id AND c.start_date > %(b)s
        ) END, %(b)s - last.ended_on,
        coalesce(f.monthly_rent, p.market_rent, last.monthly_rent), NULL, NULL, p.kind, NULL,
        CASE WHEN f.id IS NULL THEN %(b)s - last.ended_on ELSE %(b)s - f.start_date END
    FROM leasing_property p
    LEFT JOIN in_force f ON f.site_id = p.site_id AND f.property_id = p.id
    LEFT JOIN LATERAL (
        SELECT id, tenant_id, ended_on, monthly_rent FROM contract c
        WHERE f.id IS NULL AND c.site_id = p.site_id AND c.property_id = p.id AND ended_on < %(b)s
        ORDER BY ended_on DESC, id LIMIT 1
    ) last ON true
    WHERE p.site_id = ANY (%(sites)s) AND p.status = 'lettable'
"""

_RISK = """
    SELECT site_id, 'missed', 'instalment', id, contract_id, tenant_id, NULL::uuid,
        due_date, settled_on, %(b)s - due_date, amount, received, NULL::int, NULL, NULL, amount - received
    FROM rent
    WHERE due_date + %(missed)s <= %(b)s AND (settled_on IS NULL OR settled_on > due_date + %(missed)s)
    UNION ALL
    SELECT site_id, 'disputed', 'contract', f.id, f.id, tenant_id, property_id,
        opened_on, NULL, %(b)s - opened_on, monthly_rent, NULL, number, NULL, NULL, %(b)s - opened_on
    FROM in_force f JOIN (
        SELECT contract_id, count(*) AS number, min(opened_on) AS opened_on
        FROM leasing_litigation
        WHERE site_id = ANY (%(sites)s) AND opened_on <= %(b)s AND (resolved_on IS NULL OR resolved_on > %(b)s)
        GROUP BY contract_id
    ) l ON l.contract_id = f.id
    UNION ALL
    SELECT site_id, 'silent', 'contract', id, id, tenant_id, property_id,
        paid_on, spoken_on, %(b)s - greatest(paid_on, spoken_on), monthly_rent, NULL, NULL, NULL, NULL,
        %(b)s - greatest(paid_on, spoken_on)
    FROM silent
"""

_SILENT = """,
clock AS MATERIALIZED (
    -- Computed first: beside row-level security an index takes only plain comparisons with columns.
    SELECT code AS site_id, timezone, (%(b)s + 1 - %(activity)s)::timestamp AT TIME ZONE timezone AS since,
        (%(b)s + 1)::timestamp AT TIME ZONE timezone AS until
    FROM sites_app_site
    WHERE code = ANY (%(sites)s)
),
silent AS (
    SELECT f.*, (
        SELECT max(received_on) FROM leasing_payment pay
        WHERE pay.site_id = f.site_id AND pay.contract_id = f.id AND received_on <= %(b)s AND NOT EXISTS (
            SELECT FROM leasing_paymentreversal r WHERE r.site_id = pay.site_id AND r.payment_id = pay.id
        )
    ) AS paid_on, (
        SELECT (max(happened_at) AT TIME ZONE timezone)::date FROM leasing_interaction i
        WHERE i.site_id = f.site_id AND i.tenant_id = f.tenant_id AND happened_at < until
    ) AS spoken_on
    FROM in_force f JOIN clock USING (site_id)
    WHERE NOT EXISTS (
        SELECT FROM leasing_payment pay
        WHERE pay.site_id = f.site_id AND pay.contract_id = f.id
            AND received_on BETWEEN %(b)s + 1 - %(activity)s AND %(b)s AND NOT EXISTS (
                SELECT FROM leasing_paymentreversal r WHERE r.site_id = pay.site_id AND r.payment_id = pay.id
            )
    ) AND NOT EXISTS (
        SELECT FROM leasing_interaction i
        WHERE i.site_id = f.site_id AND i.tenant_id = f.tenant_id AND happened_at >= since AND happened_at < until
    )
)"""

_COLLECTION = """
    SELECT site_id, CASE WHEN settled_on <= %(b)s THEN 'paid' ELSE 'open' END, 'instalment', id,
        contract_id, tenant_id, NULL::uuid, due_date, settled_on, %(b)s - due_date,
        amount, received, NULL, NULL, NULL, amount - received
    FROM rent
"""

_RENEWAL = """
    SELECT site_id, CASE WHEN how IS NULL THEN 'not_renewed' ELSE 'renewed' END, 'contract', id,
        id, tenant_id, property_id, end_date, ended_on, NULL::int, monthly_rent, NULL, NULL, how, NULL, monthly_rent
    FROM (
        SELECT c.*, CASE
            WHEN ended_on IS NULL OR ended_on >= end_date + %(tacit)s THEN 'runs_on'
            WHEN EXISTS (
                SELECT FROM contract next
                WHERE next.site_id = c.site_id AND next.tenant_id = c.tenant_id AND next.property_id = c.property_id
                    AND next.start_date > c.start_date AND next.start_date <= c.end_date + %(renewal)s
            ) OR EXISTS (
                SELECT FROM leasing_contract next
                WHERE next.site_id = c.site_id AND next.renewal_of_id = c.id AND next.status <> 'draft'
                    AND next.start_date > c.start_date AND next.start_date <= c.end_date + %(renewal)s
            ) THEN 'followed'
        END AS how
        FROM contract c
        WHERE end_date BETWEEN %(a)s AND %(b)s
    ) term
"""

# A group is counted beside each of its rows: the number of the last page, which a request may ask beyond, is known
# only here. A group without rows to show still gives one row, with its count.
_PAGE = """
),
tally AS (SELECT in_group, count(*) AS counted FROM found GROUP BY in_group),
page AS (
    SELECT found.*, currency, row_number() OVER (
        ORDER BY CASE WHEN %(is_money)s THEN currency END, weight DESC NULLS FIRST, since, site_id, found.id
    ) AS position
    FROM found JOIN sites_app_site site ON site.code = site_id
    WHERE in_group = %(group)s
    ORDER BY position
    LIMIT %(limit)s
    OFFSET (SELECT least(%(offset)s, (counted - 1) / %(limit)s * %(limit)s) FROM tally WHERE in_group = %(group)s)
)
SELECT in_group, counted, position,
    page.site_id, currency, model, page.id, c.id, c.reference, t.id, t.name, t.phone, p.id, p.code, p.neighbourhood,
    coalesce(nullif(u.full_name, ''), u.username), since, until, days, amount, received, number, page.kind, remark
FROM tally
LEFT JOIN page USING (in_group)
LEFT JOIN leasing_contract c ON c.site_id = page.site_id AND c.id = page.contract_id
LEFT JOIN leasing_tenant t ON t.site_id = page.site_id AND t.id = coalesce(page.tenant_id, c.tenant_id)
LEFT JOIN leasing_property p ON p.site_id = page.site_id AND p.id = coalesce(page.property_id, c.property_id)
LEFT JOIN accounts_user u ON u.id = c.agent_id
ORDER BY position
"""

EVIDENCE: Mapping[str, str] = {
    "averageResolutionTime": _CONTRACT + _FOUND + _RESOLUTION_TIME + _PAGE,
    "resolutionRate": _CONTRACT + _FOUND + _RESOLUTION + _PAGE,
    "depositReturnRate": _CONTRACT + _FOUND + _DEPOSIT_RETURN + _PAGE,
    "depositReturnTime": _CONTRACT + _FOUND + _DEPOSIT_TIME + _PAGE,
    "npsScore": _CONTRACT + _FOUND + _NPS + _PAGE,
    "tenantRetentionRate": _CONTRACT + _FOUND + _RETENTION + _PAGE,
    "agentProductivity": _CONTRACT + _FOUND + _PRODUCTIVITY + _PAGE,
    "revenuePerAgent": _CONTRACT + _FOUND + _REVENUE + _PAGE,
    "occupancyRate": _CONTRACT + _FOUND + _OCCUPANCY + _PAGE,
    "portfolioRiskScore": _CONTRACT + _RENT + _SILENT + _FOUND + _RISK + _PAGE,
    "paymentCollectionRate": _CONTRACT + _RENT + _FOUND + _COLLECTION + _PAGE,
    "renewalRate": _CONTRACT + _FOUND + _RENEWAL + _PAGE,
}
