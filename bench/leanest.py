"""The same numbers by hand: one site, one period and the one before it, each table read once where that is possible.

What a good engineer writes who needs nothing else: no list of sites, no list of periods, no snapshot. Parameters: site;
of the period a, b, y (twelve months before b), since and until (the 30 days to b in the site's timezone); of the period
before the same with a 2. Numbers of days are those of docs/formulas/kpi.md.
"""

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from typing import Any

from changes import sql
from kpi.counting.counts import ACTIVITY_DAYS, Counts
from kpi.counting.figures import Figures, from_json
from kpi.counting.periods import Period
from sites_app.models import Site

# No sign of life since a term that has been over for long; and a home that somebody else has on the same day.
_SILENT = """(
    c.end_date < %(b<of>)s::date - 60 AND (
        SELECT pay.id FROM leasing_payment pay
        WHERE pay.site_id = %(site)s AND pay.account_id = c.account_id AND pay.received_on > c.end_date
            AND pay.received_on <= %(b<of>)s AND pay.method IN ('cash', 'bank', 'mobile', 'cheque') AND NOT EXISTS (
                SELECT FROM leasing_paymentreversal r WHERE r.site_id = %(site)s AND r.payment_id = pay.id
            )
        LIMIT 1
    ) IS NULL AND (
        SELECT word.id FROM leasing_interaction word
        WHERE word.site_id = %(site)s AND word.tenant_id = c.tenant_id AND word.happened_at < %(until<of>)s
            AND word.happened_at >= (c.end_date + 1)::timestamp AT TIME ZONE %(zone)s
        LIMIT 1
    ) IS NULL
)"""
_TWICE = """(coalesce(c.ended_on = %(b<of>)s, false) AND EXISTS (
    SELECT FROM leasing_contract other
    WHERE other.site_id = %(site)s AND other.property_id = c.property_id AND other.status <> 'draft'
        AND other.start_date <= %(b<of>)s AND (other.ended_on IS NULL OR other.ended_on >= %(b<of>)s)
        AND (other.ended_on IS DISTINCT FROM %(b<of>)s OR other.id > c.id)
))"""

# In force, rent, disputes, silence, homes let; what ended, was signed, came to its term; who stayed.
CONTRACTS = """
WITH contract AS MATERIALIZED (
    SELECT id, tenant_id, property_id, account_id, monthly_rent, start_date, end_date, ended_on,
        CASE WHEN moved_from_id IS NULL THEN signed_on END AS signed_on,
        CASE WHEN end_reason <> 'moved' THEN ended_on END AS left_on,
        start_date <= %(b)s AND (ended_on IS NULL OR ended_on >= %(b)s) AS now,
        start_date <= %(b2)s AND (ended_on IS NULL OR ended_on >= %(b2)s) AS now2
    FROM leasing_contract WHERE site_id = %(site)s AND status <> 'draft'
),
disputed AS (
    SELECT contract_id, bool_or(opened_on <= %(b)s AND (resolved_on IS NULL OR resolved_on > %(b)s)) AS now,
        bool_or(opened_on <= %(b2)s AND (resolved_on IS NULL OR resolved_on > %(b2)s)) AS now2
    FROM leasing_litigation WHERE site_id = %(site)s AND opened_on <= %(b)s
    GROUP BY contract_id
),
paying AS (
    SELECT account_id, bool_or(received_on BETWEEN %(b)s::date - 29 AND %(b)s) AS now,
        bool_or(received_on BETWEEN %(b2)s::date - 29 AND %(b2)s) AS now2
    FROM leasing_payment p
    WHERE site_id = %(site)s AND method IN ('cash', 'bank', 'mobile', 'cheque') AND (
        received_on BETWEEN %(b)s::date - 29 AND %(b)s OR received_on BETWEEN %(b2)s::date - 29 AND %(b2)s
    ) AND NOT EXISTS (SELECT FROM leasing_paymentreversal r WHERE r.site_id = %(site)s AND r.payment_id = p.id)
    GROUP BY account_id
),
spoken AS (
    SELECT tenant_id, bool_or(happened_at >= %(since)s AND happened_at < %(until)s) AS now,
        bool_or(happened_at >= %(since2)s AND happened_at < %(until2)s) AS now2
    FROM leasing_interaction
    WHERE site_id = %(site)s AND (
        happened_at >= %(since)s AND happened_at < %(until)s OR happened_at >= %(since2)s AND happened_at < %(until2)s
    )
    GROUP BY tenant_id
),
step AS MATERIALIZED (
    SELECT contract_id, monthly_rent, from_month,
        lead(from_month) OVER (PARTITION BY contract_id ORDER BY from_month) AS until
    FROM leasing_rentstep WHERE site_id = %(site)s
),
standing AS (
    SELECT count(*) FILTER (WHERE c.now) AS in_force,
        sum(coalesce(s1.monthly_rent, c.monthly_rent)) FILTER (WHERE c.now) AS rent,
        count(*) FILTER (WHERE c.now AND d.now) AS disputed,
        count(*) FILTER (WHERE c.now AND p.now IS NOT TRUE AND s.now IS NOT TRUE) AS inactive,
        count(*) FILTER (WHERE c.now AND p.now IS NOT TRUE AND s.now IS NOT TRUE AND <silent>) AS silent,
        count(*) FILTER (WHERE c.now AND NOT <twice>) AS homes,
        count(*) FILTER (WHERE c.now AND home.id IS NOT NULL AND NOT <twice>) AS let,
        count(*) FILTER (WHERE c.now AND home.part_of_id IS NOT NULL AND NOT <twice>) AS parts,
        count(*) FILTER (WHERE c.now2) AS in_force2,
        sum(coalesce(s2.monthly_rent, c.monthly_rent)) FILTER (WHERE c.now2) AS rent2,
        count(*) FILTER (WHERE c.now2 AND d.now2) AS disputed2,
        count(*) FILTER (WHERE c.now2 AND p.now2 IS NOT TRUE AND s.now2 IS NOT TRUE) AS inactive2,
        count(*) FILTER (WHERE c.now2 AND p.now2 IS NOT TRUE AND s.now2 IS NOT TRUE AND <silent2>) AS silent2,
        count(*) FILTER (WHERE c.now2 AND NOT <twice2>) AS homes2,
        count(*) FILTER (WHERE c.now2 AND home.id IS NOT NULL AND NOT <twice2>) AS let2,
        count(*) FILTER (WHERE c.now2 AND home.part_of_id IS NOT NULL AND NOT <twice2>) AS parts2
    FROM contract c
    LEFT JOIN disputed d ON d.contract_id = c.id
    LEFT JOIN paying p ON p.account_id = c.account_id
    LEFT JOIN spoken s ON s.tenant_id = c.tenant_id
    LEFT JOIN step s1 ON s1.contract_id = c.id AND s1.from_month <= %(b)s AND (s1.until > %(b)s OR s1.until IS NULL)
    LEFT JOIN step s2 ON s2.contract_id = c.id AND s2.from_month <= %(b2)s AND (s2.until > %(b2)s OR s2.until IS NULL)
    LEFT JOIN leasing_property home
        ON home.site_id = %(site)s AND home.id = c.property_id AND home.status = 'lettable'
    WHERE c.now OR c.now2
),
tenants AS (
    SELECT count(*) FILTER (WHERE before) AS tenants_before, count(*) FILTER (WHERE before AND now) AS tenants_kept,
        count(*) FILTER (WHERE before2) AS tenants_before2, count(*) FILTER (WHERE before2 AND now2) AS tenants_kept2
    FROM (
        SELECT bool_or(now) AS now, bool_or(now2) AS now2,
            bool_or(start_date <= %(y)s AND (ended_on IS NULL OR ended_on >= %(y)s)) AS before,
            bool_or(start_date <= %(y2)s AND (ended_on IS NULL OR ended_on >= %(y2)s)) AS before2
        FROM contract GROUP BY tenant_id
    ) AS tenant
),
happened AS (
    SELECT count(*) FILTER (WHERE left_on BETWEEN %(a)s AND %(b)s) AS ended,
        count(*) FILTER (WHERE left_on BETWEEN %(a)s AND %(b)s AND NOT has_litigation) AS ended_undisputed,
        count(*) FILTER (WHERE signed_on BETWEEN %(a)s AND %(b)s) AS signed,
        count(*) FILTER (WHERE end_date BETWEEN %(a)s AND %(b)s) AS terms_ended,
        count(*) FILTER (WHERE end_date BETWEEN %(a)s AND %(b)s AND is_renewed) AS renewed,
        count(*) FILTER (WHERE left_on BETWEEN %(a2)s AND %(b2)s) AS ended2,
        count(*) FILTER (WHERE left_on BETWEEN %(a2)s AND %(b2)s AND NOT has_litigation) AS ended_undisputed2,
        count(*) FILTER (WHERE signed_on BETWEEN %(a2)s AND %(b2)s) AS signed2,
        count(*) FILTER (WHERE end_date BETWEEN %(a2)s AND %(b2)s) AS terms_ended2,
        count(*) FILTER (WHERE end_date BETWEEN %(a2)s AND %(b2)s AND is_renewed) AS renewed2
    FROM (
        SELECT signed_on, left_on,
            CASE WHEN left_on IS NOT NULL OR ended_on IS NULL OR ended_on >= end_date + 30 THEN end_date END
                AS end_date,
            left_on IS NOT NULL AND EXISTS (
                SELECT FROM leasing_litigation l WHERE l.site_id = %(site)s AND l.contract_id = c.id
            ) AS has_litigation,
            end_date IS NOT NULL AND (
                ended_on IS NULL OR ended_on >= end_date + 30 OR EXISTS (
                    SELECT FROM leasing_contract next
                    WHERE next.site_id = %(site)s AND next.status <> 'draft'
                        AND next.tenant_id = c.tenant_id AND next.property_id = c.property_id
                        AND next.start_date > c.start_date AND next.start_date <= c.end_date + 90
                ) OR EXISTS (
                    SELECT FROM leasing_contract next
                    WHERE next.site_id = %(site)s AND next.status <> 'draft' AND next.renewal_of_id = c.id
                        AND next.start_date > c.start_date AND next.start_date <= c.end_date + 90
                )
            ) AS is_renewed
        FROM contract c
        WHERE left_on BETWEEN %(a)s AND %(b)s OR left_on BETWEEN %(a2)s AND %(b2)s
            OR signed_on BETWEEN %(a)s AND %(b)s OR signed_on BETWEEN %(a2)s AND %(b2)s
            OR end_date BETWEEN %(a)s AND %(b)s OR end_date BETWEEN %(a2)s AND %(b2)s
    ) AS c
)
SELECT * FROM standing, tenants, happened
"""

# One pass over a year and a month of instalments; the payments only of those that are paid in part, or later, and the
# few that credits have let go.
RENT = """
WITH bound AS MATERIALIZED (
    SELECT id, CASE WHEN status = 'draft' THEN '-infinity' ELSE ended_on END AS last FROM leasing_contract
    WHERE site_id = %(site)s AND (status = 'draft' OR ended_on IS NOT NULL)
),
rent AS (
    SELECT due_date, settled_on, count(*) AS due, sum(amount) AS francs
    FROM leasing_instalment i
    WHERE site_id = %(site)s AND due_date BETWEEN least(%(y2)s::date + 1, %(a2)s) AND %(b)s AND amount > 0
        AND kind IN ('rent', 'service') AND NOT EXISTS (
            SELECT FROM bound WHERE bound.id = contract_id AND bound.last < period
        )
    GROUP BY due_date, settled_on
),
whole AS (
    SELECT sum(due) FILTER (WHERE due_date > %(y)s) AS due_in_year,
        sum(due) FILTER (WHERE due_date > %(y)s AND due_date + 30 <= %(b)s
            AND (settled_on IS NULL OR settled_on > due_date + 30)) AS missed,
        sum(due) FILTER (WHERE due_date >= %(a)s) AS due,
        sum(francs) FILTER (WHERE due_date >= %(a)s) AS francs_due,
        coalesce(sum(francs) FILTER (WHERE due_date >= %(a)s AND settled_on <= %(b)s), 0) AS settled,
        sum(due) FILTER (WHERE due_date > %(y2)s AND due_date <= %(b2)s) AS due_in_year2,
        sum(due) FILTER (WHERE due_date > %(y2)s AND due_date + 30 <= %(b2)s
            AND (settled_on IS NULL OR settled_on > due_date + 30)) AS missed2,
        sum(due) FILTER (WHERE due_date BETWEEN %(a2)s AND %(b2)s) AS due2,
        sum(francs) FILTER (WHERE due_date BETWEEN %(a2)s AND %(b2)s) AS francs_due2,
        coalesce(sum(francs) FILTER (WHERE due_date BETWEEN %(a2)s AND %(b2)s AND settled_on <= %(b2)s), 0) AS settled2
    FROM rent
),
partly AS (
    SELECT coalesce(sum(p.francs), 0) AS in_part
    FROM leasing_instalment i CROSS JOIN LATERAL (
        SELECT sum(part.amount) AS francs FROM leasing_allocation part
        JOIN leasing_payment pay ON pay.site_id = %(site)s AND pay.id = part.payment_id
        WHERE part.site_id = %(site)s AND part.instalment_id = i.id AND pay.received_on <= %(b)s
            AND pay.method <> 'credit'
    ) AS p
    WHERE site_id = %(site)s AND due_date BETWEEN %(a)s AND %(b)s AND (settled_on IS NULL OR settled_on > %(b)s)
        AND paid_amount > 0 AND kind IN ('rent', 'service') AND NOT EXISTS (
            SELECT FROM bound WHERE bound.id = contract_id AND bound.last < period
        )
),
partly2 AS (
    SELECT coalesce(sum(p.francs), 0) AS in_part2
    FROM leasing_instalment i CROSS JOIN LATERAL (
        SELECT sum(part.amount) AS francs FROM leasing_allocation part
        JOIN leasing_payment pay ON pay.site_id = %(site)s AND pay.id = part.payment_id
        WHERE part.site_id = %(site)s AND part.instalment_id = i.id AND pay.received_on <= %(b2)s
            AND pay.method <> 'credit'
    ) AS p
    WHERE site_id = %(site)s AND due_date BETWEEN %(a2)s AND %(b2)s AND (settled_on IS NULL OR settled_on > %(b2)s)
        AND paid_amount > 0 AND kind IN ('rent', 'service') AND NOT EXISTS (
            SELECT FROM bound WHERE bound.id = contract_id AND bound.last < period
        )
)
,
waived AS (
    SELECT
        coalesce(sum(part.amount) FILTER (WHERE due_date BETWEEN %(a)s AND %(b)s AND settled_on <= %(b)s), 0) AS francs,
        coalesce(sum(part.amount) FILTER (WHERE due_date BETWEEN %(a2)s AND %(b2)s AND settled_on <= %(b2)s), 0)
            AS francs2
    FROM leasing_payment pay
    CROSS JOIN LATERAL (
        SELECT instalment_id, amount FROM leasing_allocation
        WHERE site_id = %(site)s AND payment_id = pay.id OFFSET 0
    ) part
    JOIN leasing_instalment i ON i.site_id = %(site)s AND i.id = part.instalment_id
    WHERE pay.site_id = %(site)s AND pay.method = 'credit' AND kind IN ('rent', 'service')
        AND NOT EXISTS (SELECT FROM bound WHERE bound.id = i.contract_id AND bound.last < period)
)
SELECT due_in_year, missed, due, francs_due, settled + in_part - waived.francs AS francs_received,
    due_in_year2, missed2, due2, francs_due2, settled2 + in_part2 - waived.francs2 AS francs_received2
FROM whole, partly, partly2, waived
"""

OTHERS = """
WITH closed AS (
    SELECT closed_on AS day, closed_on - issued_on AS days FROM leasing_notice
    WHERE site_id = %(site)s AND closed_on BETWEEN %(a2)s AND %(b)s
    UNION ALL
    SELECT resolved_on, resolved_on - opened_on FROM leasing_litigation
    WHERE site_id = %(site)s AND resolved_on BETWEEN %(a2)s AND %(b)s
),
matter AS (
    SELECT count(*) FILTER (WHERE day >= %(a)s) AS matters, sum(days) FILTER (WHERE day >= %(a)s) AS matter_days,
        count(*) FILTER (WHERE day <= %(b2)s) AS matters2, sum(days) FILTER (WHERE day <= %(b2)s) AS matter_days2
    FROM closed
),
back AS (
    SELECT settled_on, state, ended_on FROM leasing_deposit d
    JOIN leasing_contract c ON c.site_id = %(site)s AND c.id = contract_id
    WHERE d.site_id = %(site)s AND settled_on BETWEEN %(a2)s AND %(b)s
),
deposit AS (
    SELECT count(*) FILTER (WHERE settled_on >= %(a)s) AS deposits,
        count(*) FILTER (WHERE settled_on >= %(a)s AND state = 'full') AS deposits_full,
        count(ended_on) FILTER (WHERE settled_on >= %(a)s) AS deposits_timed,
        sum(settled_on - ended_on) FILTER (WHERE settled_on >= %(a)s) AS deposit_days,
        count(*) FILTER (WHERE settled_on <= %(b2)s) AS deposits2,
        count(*) FILTER (WHERE settled_on <= %(b2)s AND state = 'full') AS deposits_full2,
        count(ended_on) FILTER (WHERE settled_on <= %(b2)s) AS deposits_timed2,
        sum(settled_on - ended_on) FILTER (WHERE settled_on <= %(b2)s) AS deposit_days2
    FROM back
),
answer AS (
    SELECT count(*) FILTER (WHERE answered_on >= %(a)s) AS ratings,
        count(*) FILTER (WHERE answered_on >= %(a)s AND rating >= 9) AS promoters,
        count(*) FILTER (WHERE answered_on >= %(a)s AND rating <= 6) AS detractors,
        count(*) FILTER (WHERE answered_on <= %(b2)s) AS ratings2,
        count(*) FILTER (WHERE answered_on <= %(b2)s AND rating >= 9) AS promoters2,
        count(*) FILTER (WHERE answered_on <= %(b2)s AND rating <= 6) AS detractors2
    FROM leasing_survey WHERE site_id = %(site)s AND kind = 'nps' AND answered_on BETWEEN %(a2)s AND %(b)s
)
SELECT *,
    (SELECT count(*) FROM leasing_property
        WHERE site_id = %(site)s AND status = 'lettable' AND part_of_id IS NULL) AS wholes,
    (SELECT array_agg(user_id) FROM sites_app_membership JOIN accounts_user u ON u.id = user_id
        WHERE site_id = %(site)s AND role = 'agent' AND is_active) AS agents
FROM matter, deposit, answer
"""

# By agent: signed, in force, rent; due, francs due and received; answers and ratings. 0 is nobody.
AGENTS = """
WITH contract AS MATERIALIZED (
    SELECT c.id, tenant_id, coalesce(agent_id, 0) AS agent, start_date, ended_on,
        coalesce(step.monthly_rent, c.monthly_rent) AS monthly_rent,
        CASE WHEN moved_from_id IS NULL THEN signed_on END AS signed_on
    FROM leasing_contract c LEFT JOIN (
        SELECT DISTINCT ON (contract_id) contract_id, monthly_rent FROM leasing_rentstep
        WHERE site_id = %(site)s AND from_month <= %(b)s ORDER BY contract_id, from_month DESC
    ) step ON step.contract_id = c.id
    WHERE site_id = %(site)s AND status <> 'draft'
),
held AS (
    SELECT agent, count(*) FILTER (WHERE signed_on BETWEEN %(a)s AND %(b)s) AS signed,
        count(*) FILTER (WHERE start_date <= %(b)s AND (ended_on IS NULL OR ended_on >= %(b)s)) AS in_force,
        sum(monthly_rent) FILTER (WHERE start_date <= %(b)s AND (ended_on IS NULL OR ended_on >= %(b)s)) AS rent
    FROM contract
    WHERE signed_on BETWEEN %(a)s AND %(b)s OR start_date <= %(b)s AND (ended_on IS NULL OR ended_on >= %(b)s)
    GROUP BY agent
),
asked AS (
    SELECT agent, count(*) AS due, sum(amount) AS francs_due,
        sum(CASE WHEN settled_on <= %(b)s THEN amount WHEN paid_amount > 0 THEN (
            SELECT sum(part.amount) FROM leasing_allocation part
            JOIN leasing_payment pay ON pay.site_id = %(site)s AND pay.id = part.payment_id
            WHERE part.site_id = %(site)s AND part.instalment_id = i.id AND pay.received_on <= %(b)s
                AND pay.method <> 'credit'
        ) END) AS francs_received
    FROM leasing_instalment i JOIN contract ON contract.id = contract_id
    WHERE site_id = %(site)s AND due_date BETWEEN %(a)s AND %(b)s AND amount > 0
        AND kind IN ('rent', 'service') AND (ended_on IS NULL OR period <= ended_on)
    GROUP BY agent
),
waived AS (
    SELECT agent, sum(part.amount) AS francs
    FROM leasing_payment pay
    CROSS JOIN LATERAL (
        SELECT instalment_id, amount FROM leasing_allocation
        WHERE site_id = %(site)s AND payment_id = pay.id OFFSET 0
    ) part
    JOIN leasing_instalment i ON i.site_id = %(site)s AND i.id = part.instalment_id
    JOIN contract ON contract.id = i.contract_id
    WHERE pay.site_id = %(site)s AND pay.method = 'credit' AND kind IN ('rent', 'service')
        AND due_date BETWEEN %(a)s AND %(b)s AND settled_on <= %(b)s AND (ended_on IS NULL OR period <= ended_on)
    GROUP BY agent
),
answered AS (
    SELECT agent, count(*) AS answers, sum(rating) AS rating
    FROM (
        SELECT DISTINCT s.id, agent, rating
        FROM leasing_survey s JOIN contract c ON c.tenant_id = s.tenant_id
            AND start_date <= answered_on AND (ended_on IS NULL OR ended_on >= answered_on)
        WHERE site_id = %(site)s AND kind = 'satisfaction' AND answered_on BETWEEN %(a)s AND %(b)s
    ) AS answer
    GROUP BY agent
)
SELECT agent, coalesce(signed, 0) AS signed, coalesce(in_force, 0) AS in_force, coalesce(rent, 0) AS rent,
    coalesce(due, 0) AS due, coalesce(francs_due, 0) AS francs_due,
    coalesce(francs_received, 0) - coalesce(waived.francs, 0) AS francs_received,
    coalesce(answers, 0) AS answers, coalesce(rating, 0) AS rating
FROM held FULL JOIN asked USING (agent) FULL JOIN answered USING (agent) LEFT JOIN waived USING (agent)
"""

MEDIAN = """
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY coalesce(step.monthly_rent, c.monthly_rent)) AS rent
FROM leasing_contract c LEFT JOIN (
    SELECT DISTINCT ON (contract_id) contract_id, monthly_rent FROM leasing_rentstep
    WHERE site_id = %(site)s AND from_month <= %(b)s ORDER BY contract_id, from_month DESC
) step ON step.contract_id = c.id
WHERE site_id = %(site)s AND status <> 'draft' AND start_date <= %(b)s AND (ended_on IS NULL OR ended_on >= %(b)s)
"""

ARREARS = """
SELECT least((%(b)s::date - due_date - 1) / 30, 3) AS age, count(*) AS debts,
    sum(amount - CASE WHEN paid_amount > 0 THEN coalesce((
        SELECT sum(part.amount) FROM leasing_allocation part
        JOIN leasing_payment pay ON pay.site_id = %(site)s AND pay.id = part.payment_id
        WHERE part.site_id = %(site)s AND part.instalment_id = i.id AND pay.received_on <= %(b)s
    ), 0) ELSE 0 END) AS francs
FROM leasing_instalment i
WHERE site_id = %(site)s AND due_date < %(b)s AND (settled_on IS NULL OR settled_on > %(b)s) AND amount > 0
    AND contract_id NOT IN (SELECT id FROM leasing_contract WHERE site_id = %(site)s AND status = 'draft')
GROUP BY age
"""

INCOME = """
SELECT method, count(*) AS payments, sum(amount - coalesce(francs, 0)) AS francs
FROM leasing_payment p LEFT JOIN (
    SELECT payment_id, sum(part.amount) AS francs
    FROM leasing_instalment i JOIN leasing_allocation part ON part.site_id = %(site)s AND part.instalment_id = i.id
    WHERE i.site_id = %(site)s AND kind NOT IN ('rent', 'service')
        AND (settled_on >= %(a)s OR settled_on IS NULL AND paid_amount > 0)
    GROUP BY payment_id
) elsewhere ON payment_id = p.id
WHERE site_id = %(site)s AND received_on BETWEEN %(a)s AND %(b)s
    AND method IN ('cash', 'bank', 'mobile', 'cheque') AND amount > coalesce(francs, 0)
    AND NOT EXISTS (SELECT FROM leasing_paymentreversal r WHERE r.site_id = %(site)s AND r.payment_id = p.id)
GROUP BY method
"""

for _of in ("", "2"):
    CONTRACTS = CONTRACTS.replace(f"<silent{_of}>", _SILENT.replace("<of>", _of)).replace(
        f"<twice{_of}>", _TWICE.replace("<of>", _of)
    )
_ALL = (CONTRACTS, RENT, OTHERS, AGENTS, MEDIAN, ARREARS, INCOME)


def parameters_of(site: Site, period: Period, previous: Period) -> dict[str, Any]:
    """What the statements take."""
    zone = zoneinfo.ZoneInfo(site.timezone)
    parameters: dict[str, Any] = {"site": site.code, "zone": site.timezone}
    for suffix, days in (("", period), ("2", previous)):
        since = days.end - dt.timedelta(days=ACTIVITY_DAYS - 1)
        parameters |= {
            "a" + suffix: days.start,
            "b" + suffix: days.end,
            "y" + suffix: days.year_before_end,
            "since" + suffix: dt.datetime.combine(since, dt.time(), zone),
            "until" + suffix: dt.datetime.combine(days.end + dt.timedelta(days=1), dt.time(), zone),
        }
    return parameters


def read(parameters: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """The rows of every statement."""
    return [list(sql.rows(statement, parameters)) for statement in _ALL]


def understood(rows: list[list[dict[str, Any]]]) -> tuple[Counts, Counts, Figures]:
    """What the rows say: the counts of the period and of the one before, and the period's figures."""
    contracts, rent, others, agents, median, arrears, income = rows
    whole = contracts[0] | rent[0] | others[0]
    # Properties keep no history: which are to be let is of now for both, and a part counts with its contract.
    wholes = whole.pop("wholes")
    whole |= {"lettable" + of: wholes + whole.pop("parts" + of) for of in ("", "2")}
    working = frozenset(whole.pop("agents") or ())
    now = {name: int(value or 0) for name, value in whole.items() if not name.endswith("2")}
    before = {name[:-1]: int(value or 0) for name, value in whole.items() if name.endswith("2")}
    figures = from_json({"agents": agents, "arrears": arrears, "income": income, "median_rent": median[0]["rent"]})
    return Counts(**now, agents=working), Counts(**before, agents=working), figures
