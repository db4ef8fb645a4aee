"""The SQL of the profile: one statement for any number of sites and days. Its readings: README.md.

Everything is read as of each day. Parameters: sites, days, last_day, the latest of them, and observed_by, a day or
nothing. Each relation is materialised, and joined by the whole (JOIN_WHOLE).
"""

from leasing.readings import is_received, is_rent, is_signed, rent_steps

GAP_DAYS = 30
"""A home of one tenant that is let again within so many days was never left."""
JUDGED_AFTER_DAYS = 3
"""People enter payments late: what has just fallen due is not judged."""
MISSED_AFTER_DAYS = 30
CONTACT_DAYS = 270
"""The 90 days of inbound_recent and the 180 before."""

JOIN_WHOLE = "SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off"
"""Hashed by every column that is compared: a merge of what is thought to be one row goes by the first of them alone,
and compares everybody of a day with everybody."""
JOIN_AS_BEFORE = (
    "SELECT set_config('enable_nestloop', 'on', true) AS nested, set_config('enable_mergejoin', 'on', true) AS merged"
)
"""A part of the statement itself: it is planned by then."""

_CHAIN = "PARTITION BY {by}tenant_id, property_id ORDER BY start_date, id"


def _months_between(first: str, last: str) -> str:
    """Whole months; the 29th of February has its day on the 28th in other years."""
    months = (
        f"((extract(year FROM {last}) - extract(year FROM {first})) * 12"
        f" + extract(month FROM {last}) - extract(month FROM {first}))::int"
    )
    return f"({months} - CASE WHEN {first} + make_interval(months => {months}) > {last} THEN 1 ELSE 0 END)"


_CLOCK = """clock AS MATERIALIZED (
    SELECT code AS site_id, timezone, d, (d + 1)::timestamp AT TIME ZONE timezone AS until,
        (d - interval '1 year')::date AS year_ago, (d - interval '24 months')::date AS two_years_ago
    FROM sites_app_site CROSS JOIN unnest(%(days)s::date[]) AS day (d)
    WHERE code = ANY (%(sites)s)
)"""
_SIGNED = f"""signed AS MATERIALIZED (
    SELECT site_id, id, tenant_id, property_id, account_id, start_date, end_date, ended_on, end_reason, monthly_rent,
        advance_months, coalesce(signed_on, start_date) AS known_on,
        lead(coalesce(signed_on, start_date)) OVER t AS next_known_on,
        lead(start_date) OVER t - ended_on <= {GAP_DAYS} AS goes_on
    FROM leasing_contract WHERE site_id = ANY (%(sites)s) AND {is_signed("leasing_contract")}
    WINDOW t AS ({_CHAIN.format(by="")})
)"""
# From which day on ends of tenancies are on record; with `observed_by`, a later day, as that day knows it. The end of a
# contract with which the tenancy goes on is none: whoever records only the tenants of today may have those as well.
_OBSERVED = """observed AS MATERIALIZED (
    SELECT clock.site_id, d, coalesce(
        (SELECT day FROM retention_observedfrom o WHERE o.site_id = clock.site_id),
        min(date_trunc('month', ended_on)::date),
        (SELECT (min(pgh_created_at) AT TIME ZONE timezone)::date FROM leasing_contractevent e
            WHERE e.site_id = clock.site_id)
    ) AS observed_from
    FROM clock LEFT JOIN signed ON signed.site_id = clock.site_id
        AND ended_on <= greatest(d, %(observed_by)s::date)
        AND NOT coalesce(goes_on AND next_known_on <= greatest(d, %(observed_by)s::date), false)
    GROUP BY clock.site_id, d, timezone
)"""

# Who: one row for each tenancy in force on each day, and why some are not scored.
_TENANCIES = f"""
WITH {_CLOCK},
version AS MATERIALIZED (
    -- What was on record of a contract and when; the first is the oldest there is to know.
    SELECT id, end_date, ended_on, end_reason, pgh_created_at AS recorded_at,
        CASE WHEN row_number() OVER v = 1 THEN '-infinity' ELSE pgh_created_at END AS since,
        coalesce(lead(pgh_created_at) OVER v, 'infinity') AS until
    FROM leasing_contractevent WHERE site_id = ANY (%(sites)s)
    WINDOW v AS (PARTITION BY id ORDER BY pgh_id)
),
{_SIGNED},
known AS MATERIALIZED (
    SELECT d, year_ago, two_years_ago, c.site_id, c.id, tenant_id, property_id, account_id, start_date, monthly_rent,
        advance_months,
        CASE WHEN c.ended_on <= d THEN c.ended_on END AS ended_on,
        CASE WHEN v.id IS NULL THEN c.end_date ELSE v.end_date END AS end_date,
        CASE WHEN c.ended_on <= d THEN c.ended_on WHEN recorded_at < clock.until THEN v.ended_on END AS leaves_on,
        CASE WHEN c.ended_on <= d THEN c.end_reason WHEN recorded_at < clock.until THEN v.end_reason END AS leaves_why
    FROM clock JOIN signed c ON c.site_id = clock.site_id AND known_on <= d
    LEFT JOIN version v ON v.id = c.id AND v.since < clock.until AND v.until >= clock.until
),
marked AS (
    SELECT *, (start_date - lag(ended_on) OVER c > {GAP_DAYS})::int AS breaks
    FROM known WINDOW c AS ({_CHAIN.format(by="d, ")})
),
chained AS MATERIALIZED (
    SELECT *, coalesce(sum(breaks) OVER c, 0) AS chain FROM marked WINDOW c AS ({_CHAIN.format(by="d, ")})
),
tenancy AS MATERIALIZED (
    SELECT row_number() OVER () AS no, d, year_ago, two_years_ago, site_id, tenant_id, property_id, chain,
        min(start_date) AS started_on,
        (array_agg(id ORDER BY start_date DESC, id DESC) FILTER (WHERE start_date <= d))[1] AS contract_id,
        (array_agg(monthly_rent ORDER BY start_date DESC, id DESC) FILTER (WHERE start_date <= d))[1] AS first_rent,
        (array_agg(end_date ORDER BY start_date DESC, id DESC))[1] AS term_ends,
        (array_agg(leaves_on ORDER BY start_date DESC, id DESC))[1] AS leaves_on,
        (array_agg(leaves_why ORDER BY start_date DESC, id DESC))[1] AS leaves_why,
        bool_or(advance_months > 0) AS paid_ahead_agreed
    FROM chained
    GROUP BY d, year_ago, two_years_ago, site_id, tenant_id, property_id, chain
    HAVING bool_or(start_date <= d AND (ended_on IS NULL OR ended_on = d))
),
part AS MATERIALIZED (
    -- The contracts of each tenancy.
    SELECT no, d, year_ago, two_years_ago, id AS contract_id, account_id, ended_on
    FROM chained JOIN tenancy USING (d, year_ago, two_years_ago, site_id, tenant_id, property_id, chain)
),
notice AS MATERIALIZED (
    SELECT contract_id, kind, issued_on, closed_on, kind = 'eviction' OR given_by = 'landlord' AS is_landlords
    FROM leasing_notice WHERE site_id = ANY (%(sites)s) AND kind IN ('to_quit', 'eviction')
),
noticed AS (
    SELECT no, bool_or(kind = 'eviction') AS evicted, bool_or(kind = 'to_quit' AND is_landlords) AS taken_back,
        bool_or(NOT is_landlords) AS quits, min(issued_on) AS noticed_on
    FROM part JOIN notice USING (contract_id)
    WHERE issued_on <= d AND (closed_on IS NULL OR closed_on > d) AND (ended_on IS NULL OR ended_on = d)
    GROUP BY no
),
{_OBSERVED},
judged AS MATERIALIZED (
    SELECT t.*, observed_from, noticed_on, CASE
        WHEN objection.tenant_id IS NOT NULL THEN 'objected'
        WHEN observed_from IS NULL OR observed_from > d THEN 'unobserved'
        WHEN evicted OR leaves_why = 'eviction' THEN 'eviction'
        WHEN taken_back OR leaves_why = 'owner' THEN 'repossession'
        WHEN quits OR leaves_on IS NOT NULL THEN 'leaving'
        ELSE 'scored'
    END AS standing
    FROM tenancy t
    JOIN observed USING (site_id, d)
    LEFT JOIN noticed USING (no)
    LEFT JOIN (
        SELECT DISTINCT tenant_id FROM retention_scoringobjection WHERE site_id = ANY (%(sites)s)
    ) objection USING (tenant_id)
),
scored AS MATERIALIZED (SELECT * FROM judged WHERE standing = 'scored'),
"""

# What became of them, for learning and for counting: read from all that is on record now, and never a feature.
_OUTCOMES = f"""
whole_marked AS (
    SELECT *, (start_date - lag(ended_on) OVER c > {GAP_DAYS})::int AS breaks
    FROM signed WINDOW c AS ({_CHAIN.format(by="")})
),
whole AS MATERIALIZED (
    SELECT *, coalesce(sum(breaks) OVER c, 0) AS chain FROM whole_marked WINDOW c AS ({_CHAIN.format(by="")})
),
last_of AS MATERIALIZED (
    SELECT DISTINCT ON (tenant_id, property_id, chain) tenant_id, property_id, chain, ended_on,
        end_reason IN ('', 'left', 'not_renewed') AS is_decision
    FROM whole ORDER BY tenant_id, property_id, chain, start_date DESC, id DESC
),
came_notice AS (
    SELECT s.no, min(n.issued_on) FILTER (WHERE NOT is_landlords) AS quit_on,
        min(n.issued_on) FILTER (WHERE is_landlords) AS put_out_on
    FROM scored s
    JOIN whole own ON own.id = s.contract_id
    JOIN whole other ON other.tenant_id = own.tenant_id AND other.property_id = own.property_id
        AND other.chain = own.chain
    JOIN notice n ON n.contract_id = other.id AND n.issued_on > s.d
    GROUP BY s.no
),
outcome AS (
    SELECT no, least(quit_on, CASE WHEN is_decision THEN l.ended_on END) AS decided_on,
        least(put_out_on, CASE WHEN NOT is_decision THEN l.ended_on END) AS censored_on
    FROM scored s
    JOIN whole own ON own.id = s.contract_id
    JOIN last_of l ON l.tenant_id = own.tenant_id AND l.property_id = own.property_id AND l.chain = own.chain
    LEFT JOIN came_notice USING (no)
),
"""

# The facts, each with at most one row for a scored tenancy.
_MONEY = f"""
due AS MATERIALIZED (
    SELECT no, d, p.year_ago, p.two_years_ago, i.id, i.kind, i.period, i.due_date, i.amount, {is_rent("i")} AS is_rent,
        CASE WHEN i.settled_on <= d THEN i.settled_on END AS settled_on
    FROM part p
    JOIN leasing_instalment i ON i.contract_id = p.contract_id
    WHERE i.site_id = ANY (%(sites)s) AND i.amount > 0 AND (p.ended_on IS NULL OR i.period <= p.ended_on)
        AND no IN (SELECT no FROM scored)
        AND CASE
            WHEN i.due_date > d THEN i.settled_on <= d
            ELSE i.due_date > p.two_years_ago OR i.settled_on IS NULL OR i.settled_on > d
        END
),
late AS (
    SELECT no, d, year_ago, due_date, settled_on, kind,
        greatest(coalesce(settled_on, d) - due_date, 0) AS days,
        due_date + {MISSED_AFTER_DAYS} <= d
            AND (settled_on IS NULL OR settled_on > due_date + {MISSED_AFTER_DAYS}) AS is_missed,
        row_number() OVER (PARTITION BY no, kind ORDER BY due_date DESC, period DESC, id) AS back
    FROM due
    WHERE is_rent AND due_date > two_years_ago AND due_date <= d - {JUDGED_AFTER_DAYS}
),
habit AS (
    SELECT no, count(*) FILTER (WHERE days = 0) AS on_time, count(*) FILTER (WHERE days > 0 AND NOT is_missed) AS late,
        count(*) FILTER (WHERE is_missed) AS missed,
        count(*) FILTER (WHERE is_missed AND due_date > year_ago) AS missed_in_year,
        avg(days) AS average_delay_days,
        sum(days) FILTER (WHERE kind = 'rent' AND back <= 3) AS days_of_last,
        sum(days) FILTER (WHERE kind = 'rent' AND back > 3) AS days_before,
        count(*) FILTER (WHERE kind = 'rent' AND back > 3) AS rents_before
    FROM late GROUP BY no
),
ahead AS (SELECT no, count(*) AS months FROM due WHERE kind = 'rent' AND due_date > d GROUP BY no),
open AS MATERIALIZED (SELECT no, d, id, amount FROM due WHERE due_date <= d AND settled_on IS NULL),
paid AS MATERIALIZED (
    SELECT id, account_id, received_on, reversed_on, {is_received("pay")} AS is_money
    FROM leasing_payment pay
    LEFT JOIN (
        SELECT payment_id, reversed_on FROM leasing_paymentreversal WHERE site_id = ANY (%(sites)s)
    ) r ON r.payment_id = pay.id
    WHERE site_id = ANY (%(sites)s) AND received_on <= %(last_day)s
),
placed AS MATERIALIZED (
    SELECT instalment_id, payment_id, amount FROM leasing_allocation
    WHERE site_id = ANY (%(sites)s) AND instalment_id IN (SELECT id FROM open)
),
partly AS (
    SELECT no, sum(placed.amount) AS francs
    FROM open JOIN placed ON placed.instalment_id = open.id JOIN paid ON paid.id = placed.payment_id
    WHERE received_on <= d GROUP BY no
),
owed AS (SELECT no, sum(amount) AS francs FROM open GROUP BY no),
last_money AS (
    SELECT no, max(received_on) AS last_on
    FROM (SELECT DISTINCT no, d, account_id FROM part) a JOIN paid USING (account_id)
    WHERE is_money AND received_on <= d AND (reversed_on IS NULL OR reversed_on > d)
    GROUP BY no
),
step AS MATERIALIZED ({rent_steps("= ANY (%(sites)s)")}),
"""

_WORDS = f"""
word AS MATERIALIZED (
    -- The day first, where the site is: a moment that is compared with a day finds no index and no hash.
    SELECT i.site_id, tenant_id, (happened_at AT TIME ZONE timezone)::date AS on_day
    FROM leasing_interaction i JOIN (SELECT DISTINCT site_id, timezone FROM clock) zone USING (site_id)
    WHERE i.site_id = ANY (%(sites)s) AND direction = 'in'
),
contact AS (
    SELECT no, max(on_day) AS last_on, count(*) FILTER (WHERE on_day > d - 90) AS recent,
        count(*) FILTER (WHERE on_day <= d - 90 AND on_day > d - {CONTACT_DAYS}) AS before
    FROM scored JOIN word USING (tenant_id) WHERE on_day <= d GROUP BY no
),
written AS (
    SELECT clock.site_id, d, count(*) AS contacts
    FROM clock JOIN word ON word.site_id = clock.site_id AND on_day <= d AND on_day > d - {CONTACT_DAYS}
    GROUP BY clock.site_id, d
),
renting AS (SELECT site_id, d, count(*) AS tenancies FROM tenancy GROUP BY site_id, d),
rule_on AS (
    SELECT clock.site_id, d,
        max(value::text::int) FILTER (WHERE rule_type = 'maintenance_response_days') AS response_days,
        max(value::text::int) FILTER (WHERE rule_type = 'notice_to_quit_days') AS notice_days
    FROM clock JOIN sites_app_regionalrule rule ON rule.site_id = clock.site_id AND valid @> d
    WHERE rule_type IN ('maintenance_response_days', 'notice_to_quit_days') AND jsonb_typeof(value) = 'number'
    GROUP BY clock.site_id, d
),
asked AS (
    SELECT no, max(opened_on) AS last_on, count(*) FILTER (WHERE opened_on > d - 180) AS requests,
        count(*) FILTER (WHERE opened_on > d - 180 AND is_complaint) AS complaints,
        count(*) FILTER (WHERE (closed_on IS NULL OR closed_on > d) AND opened_on + response_days < d) AS overdue
    FROM scored
    JOIN leasing_servicerequest r USING (site_id, tenant_id, property_id)
    LEFT JOIN rule_on USING (site_id, d)
    WHERE opened_on <= d
    GROUP BY no
),
answered AS (
    SELECT no, max(answered_on) AS last_on,
        avg(rating) FILTER (WHERE kind = 'satisfaction' AND answered_on > d - 365) AS satisfaction,
        count(*) FILTER (WHERE kind = 'satisfaction' AND answered_on > d - 365) AS n
    FROM scored JOIN leasing_survey v USING (tenant_id)
    WHERE v.site_id = ANY (%(sites)s) AND answered_on <= d GROUP BY no
),
brought AS (
    SELECT no, count(*) AS referrals
    FROM scored JOIN leasing_tenant r ON r.referred_by_id = scored.tenant_id
    WHERE r.site_id = ANY (%(sites)s) AND joined_on <= d GROUP BY no
),
years AS (
    -- The next anniversary that has not passed, the first at the earliest.
    SELECT no, started_on + make_interval(years => greatest(1, extract(year FROM d)::int
        - extract(year FROM started_on)::int)) AS this_year,
        started_on + make_interval(years => greatest(1, extract(year FROM d)::int
        - extract(year FROM started_on)::int + 1)) AS next_year
    FROM scored
),
window_of AS (
    SELECT no, least(
        CASE WHEN this_year >= d THEN this_year ELSE next_year END::date, CASE WHEN term_ends >= d THEN term_ends END
    ) AS window_on
    FROM scored JOIN years USING (no)
),
"""

# Who has a draft and rents nothing.
_DRAFTED = """
drafted AS (
    SELECT DISTINCT ON (c.tenant_id, clock.d) c.site_id, clock.d, c.tenant_id, c.property_id, c.id AS contract_id
    FROM clock JOIN leasing_contract c ON c.site_id = clock.site_id
    JOIN (SELECT id, min(recorded_at) AS recorded_at FROM version GROUP BY id) first ON first.id = c.id
    LEFT JOIN (SELECT DISTINCT tenant_id, d FROM tenancy) renting ON renting.tenant_id = c.tenant_id
        AND renting.d = clock.d
    WHERE c.site_id = ANY (%(sites)s) AND c.status = 'draft' AND first.recorded_at < clock.until
        AND renting.tenant_id IS NULL
    ORDER BY c.tenant_id, clock.d, c.id
)
"""

PROFILE = f"""{_TENANCIES}{_OUTCOMES}{_MONEY}{_WORDS}{_DRAFTED}
SELECT j.site_id, j.d AS day, j.tenant_id, j.property_id, j.contract_id, j.standing,
    j.started_on, observed_from, notice_days,
    CASE WHEN decided_on <= coalesce(censored_on, decided_on) THEN decided_on END AS decided_on,
    CASE WHEN censored_on < coalesce(decided_on, 'infinity') THEN censored_on END AS censored_on,
    {_months_between("j.started_on", "j.d")} AS tenure_months,
    coalesce(on_time, 0) AS on_time, coalesce(habit.late, 0) AS late, coalesce(missed, 0) AS missed,
    coalesce(missed_in_year, 0) AS missed_in_year,
    average_delay_days,
    -- One division: the days at which a band begins are met exactly.
    CASE WHEN rents_before >= 3 THEN (days_of_last * rents_before - days_before * 3)::numeric / (3 * rents_before) END
        AS late_change_days,
    (coalesce(owed.francs, 0) - coalesce(partly.francs, 0))::bigint AS arrears,
    CASE WHEN paid_ahead_agreed THEN coalesce(ahead.months, 0) END AS prepaid_months,
    coalesce(step.monthly_rent, first_rent) AS monthly_rent,
    home.market_rent,
    window_on, window_on - j.d AS days_to_window,
    {_months_between("j.started_on", "window_on")} AS window_age_months,
    greatest(last_money.last_on, contact.last_on, asked.last_on, answered.last_on) AS last_activity_on,
    coalesce(contact.recent, 0) AS inbound_recent, coalesce(contact.before, 0) AS inbound_before,
    coalesce(contacts, 0) AS site_contacts, tenancies AS site_tenancies,
    coalesce(requests, 0) AS requests, coalesce(overdue, 0) AS overdue_requests, coalesce(complaints, 0) AS complaints,
    satisfaction, coalesce(answered.n, 0) AS satisfaction_n, coalesce(brought.referrals, 0) AS referrals
FROM judged j
LEFT JOIN outcome USING (no)
LEFT JOIN habit USING (no)
LEFT JOIN owed USING (no)
LEFT JOIN partly USING (no)
LEFT JOIN ahead USING (no)
LEFT JOIN last_money USING (no)
LEFT JOIN step ON step.contract_id = j.contract_id AND from_month <= j.d AND (step.until > j.d OR step.until IS NULL)
LEFT JOIN leasing_property home ON home.site_id = j.site_id AND home.id = j.property_id
LEFT JOIN window_of USING (no)
LEFT JOIN contact USING (no)
LEFT JOIN written ON written.site_id = j.site_id AND written.d = j.d
LEFT JOIN renting ON renting.site_id = j.site_id AND renting.d = j.d
LEFT JOIN rule_on ON rule_on.site_id = j.site_id AND rule_on.d = j.d
LEFT JOIN asked USING (no)
LEFT JOIN answered USING (no)
LEFT JOIN brought USING (no)
UNION ALL
SELECT site_id, d, tenant_id, property_id, contract_id, 'applicant', {", ".join(["NULL"] * 30)}
FROM drafted
"""

# The same tenancies, without any feature: how each stands, and what an end is known by. Parameters more: tenants, or
# nothing for everybody; left_out, a standing that is not asked for, or nothing.
STANDINGS = f"""{_TENANCIES}{_DRAFTED}
SELECT found.*, tenant.name AS tenant, home.code AS home, contract.reference
FROM (
    SELECT site_id, tenant_id, property_id, contract_id, standing, started_on, observed_from, noticed_on, leaves_on
    FROM judged
    UNION ALL
    SELECT site_id, tenant_id, property_id, contract_id, 'applicant', NULL, NULL, NULL, NULL
    FROM drafted
) found
JOIN leasing_property home ON home.site_id = found.site_id AND home.id = found.property_id
JOIN leasing_contract contract ON contract.site_id = found.site_id AND contract.id = found.contract_id
JOIN leasing_tenant tenant ON tenant.site_id = found.site_id AND tenant.id = found.tenant_id
WHERE (%(tenants)s::uuid[] IS NULL OR found.tenant_id = ANY (%(tenants)s))
    AND standing IS DISTINCT FROM %(left_out)s::text
ORDER BY contract.reference
"""

OBSERVED_FROM = f"""
WITH {_CLOCK},
{_SIGNED},
{_OBSERVED}
"""
"""The beginning of a statement that reads `observed`: of each site and day, from which day on ends are on record."""
