"""The rows that are measured on: one site with a million instalments, five others beside it. The same each time.

Written in set-based SQL by the superuser, with triggers and foreign keys off: a minute instead of an hour. What they
would have watched is asked afterwards (`faults`).
"""

import datetime as dt
from typing import Any

from psycopg import ClientCursor

TODAY = dt.date(2026, 11, 25)
FIRST_DAY = dt.date(2023, 11, 1)
LARGE, SMALL = "GN_CONAKRY", "GN_LABE"
# Site, homes, agents, usual rent. A home has about 42 instalments in 36 months, a year ahead included.
SITES = (
    (LARGE, 22_200, 60, 1_800_000),
    ("GN_KINDIA", 900, 5, 1_200_000),
    ("GN_MAMOU", 700, 4, 1_000_000),
    (SMALL, 120, 3, 900_000),
    ("SN_DAKAR", 1_500, 8, 180_000),
    ("ML_BAMAKO", 1_200, 6, 120_000),
)
TABLES = (
    "property", "tenant", "account", "contract", "rentstep", "instalment", "payment", "paymentreversal", "allocation",
    "deposit", "notice", "litigation", "interaction", "survey",
)  # fmt: skip


def fill(connection: Any) -> None:
    """Fill an empty migrated database. `connection` is psycopg's, of the superuser."""
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("SET LOCAL work_mem = '256MB'")
        cursor = ClientCursor(connection)
        for statement in _PLAN:
            cursor.execute(statement, _PARAMETERS)
        # Random ids make writing an index row by row slow: off for the writing, then built whole.
        _use_indexes(cursor, False)
        for statement in _WRITE:
            cursor.execute(statement, _PARAMETERS)
        _use_indexes(cursor, True)
    connection.execute("VACUUM ANALYZE")


def _use_indexes(cursor: ClientCursor, use: bool) -> None:
    for table in TABLES:
        if use:
            cursor.execute(f"REINDEX TABLE leasing_{table}")
        else:
            cursor.execute(f"UPDATE pg_index SET indisready = false WHERE indrelid = 'leasing_{table}'::regclass")


def faults(connection: Any) -> list[str]:
    """The tables that hold a row which belongs to none: what the foreign keys would have said."""
    found = []
    keys = connection.execute("""
        SELECT conrelid::regclass::text, confrelid::regclass::text, attname
        FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[2]
        WHERE contype = 'f' AND conname LIKE 'leasing_%_same_site'
    """)
    for table, other, column in keys.fetchall():
        orphans = connection.execute(f"""
            SELECT EXISTS (SELECT FROM {table} r WHERE {column} IS NOT NULL AND NOT EXISTS (
                SELECT FROM {other} o WHERE o.site_id = r.site_id AND o.id = r.{column}
            ))
        """)
        if orphans.fetchone() == (True,):
            found.append(f"{table}.{column}")
    return found


_PARAMETERS = {
    "today": TODAY,
    "first_day": FIRST_DAY,
    "sites": [site for site, *_ in SITES],
    "homes": [homes for _site, homes, *_ in SITES],
    "agents": [agents for *_, agents, _rent in SITES],
    "rents": [rent for *_, rent in SITES],
}

# What happens, before it is written down: functions and tables that are temporary. Keys are numbers: a home's n, then
# 16 × n + the contract or the stay, then 64 × that + the month.
_PLAN = (
    # The same number for the same key and salt, 0 to sides − 1.
    """
    CREATE FUNCTION pg_temp.dice(key bigint, salt int, sides int) RETURNS int IMMUTABLE LANGUAGE sql AS
    'SELECT ((hashint8extended(key, salt) & 2147483647) %% sides)::int'
    """,
    """
    CREATE FUNCTION pg_temp.row_id(site text, kind text, key bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS
    'SELECT md5(site || kind || key::text)::uuid'
    """,
    # Of a hundred contracts 15 are renewed by a new one, 12 are left at their term, 6 before it, 12 in their second
    # year; 55 run on.
    """
    CREATE FUNCTION pg_temp.is_renewed(key bigint) RETURNS boolean IMMUTABLE LANGUAGE sql AS
    'SELECT pg_temp.dice(key, 7, 100) < 15'
    """,
    """
    CREATE FUNCTION pg_temp.last_day(key bigint, start date) RETURNS date IMMUTABLE LANGUAGE sql AS
    'SELECT start + CASE
        WHEN fate < 15 THEN 364
        WHEN fate < 27 THEN 325 + pg_temp.dice(key, 6, 60)
        WHEN fate < 33 THEN 60 + pg_temp.dice(key, 6, 250)
        WHEN fate < 45 THEN 400 + pg_temp.dice(key, 6, 400)
    END FROM (SELECT pg_temp.dice(key, 7, 100) AS fate) AS f'
    """,
    # The first agent of each site has left it.
    """
    INSERT INTO accounts_user (
        username, full_name, password, is_superuser, is_staff, is_active, date_joined, email, phone, preferred_language
    )
    SELECT lower(site) || '-agent-' || no, initcap(site) || ' ' || no, '!', false, false, no > 1, now(), '', '', ''
    FROM unnest(%(sites)s::text[], %(agents)s::int[]) AS s (site, agents), generate_series(1, agents + 1) AS no
    """,
    """
    CREATE TEMP TABLE staff ON COMMIT DROP AS
    SELECT site, id, row_number() OVER of_site - 1 AS place, count(*) OVER (PARTITION BY site) AS of
    FROM unnest(%(sites)s::text[]) AS s (site) JOIN accounts_user ON username LIKE lower(site) || '-agent-%%'
    WINDOW of_site AS (PARTITION BY site ORDER BY id)
    """,
    """
    CREATE TEMP TABLE home ON COMMIT DROP AS
    SELECT s.site, n, rent * (50 + pg_temp.dice(n, 1, 150)) / 100 / 5000 * 5000 AS rent, staff.id AS agent,
        CASE WHEN n %% 40 = 0 THEN 'under_works' WHEN n %% 90 = 1 THEN 'withdrawn' ELSE 'lettable' END AS status
    FROM unnest(%(sites)s::text[], %(homes)s::int[], %(rents)s::bigint[]) AS s (site, homes, rent)
    CROSS JOIN LATERAL generate_series(1, homes) AS n
    JOIN staff ON staff.site = s.site AND place = n %% of
    """,
    # One contract after another on each home.
    """
    CREATE TEMP TABLE lease ON COMMIT DROP AS
    WITH RECURSIVE chain AS (
        SELECT site, n, 1 AS k, 1 AS stay, false AS is_renewal, rent, agent, %(first_day)s::date
            + pg_temp.dice(n, 3, CASE WHEN pg_temp.dice(n, 2, 100) < 85 THEN 30 ELSE 900 END) AS start
        FROM home WHERE status <> 'under_works'
        UNION ALL
        SELECT site, n, k + 1, stay + CASE WHEN renewed THEN 0 ELSE 1 END, renewed,
            rent * (100 + pg_temp.dice(key, 4, 6)) / 100 / 5000 * 5000, agent,
            pg_temp.last_day(key, start) + 1 + CASE WHEN renewed THEN 0 ELSE 4 + pg_temp.dice(key, 5, 110) END
        FROM chain CROSS JOIN LATERAL (SELECT n * 16 + k AS key, pg_temp.is_renewed(n * 16 + k) AS renewed) AS this
        WHERE pg_temp.last_day(key, start) < %(today)s
    )
    SELECT site, n, key, is_renewal, rent, agent, start, pg_temp.row_id(site, 'contract', key) AS id,
        n * 16 + stay AS stay,
        -- One renewal in twenty stands for a move inside the agency.
        is_renewal AND pg_temp.dice(key, 35, 20) = 0 AS is_move,
        -- One tenant in 25 also rents the home beside.
        CASE WHEN n %% 25 = 0 THEN n * 16 - 15 ELSE n * 16 + stay END AS tenant,
        CASE WHEN pg_temp.dice(key, 8, 20) > 0 THEN start + 364 END AS term,
        CASE WHEN last_day < %(today)s THEN last_day END AS ended_on,
        CASE
            WHEN last_day IS NULL OR last_day >= %(today)s THEN 'active'
            WHEN last_day < start + 320 THEN 'terminated'
            ELSE 'ended'
        END AS status,
        (array[1, 5, 5, 5, 10])[1 + pg_temp.dice(n, 9, 5)] AS payment_day
    FROM chain
    CROSS JOIN LATERAL (SELECT n * 16 + k AS key, pg_temp.last_day(n * 16 + k, start) AS last_day) AS this
    WHERE start <= %(today)s
    """,
    # A contract is being prepared for one home in thirty, and rents have been entered for some of them.
    """
    INSERT INTO lease (site, n, key, is_renewal, is_move, rent, agent, start, id, stay, tenant, status, payment_day)
    SELECT site, n, n * 16 + 15, false, false, rent, agent, %(today)s::date + 6 - n %% 40,
        pg_temp.row_id(site, 'contract', n * 16 + 15), n * 16 + 15, n * 16 + 15, 'draft', 5
    FROM home WHERE n %% 30 = 0
    """,
    """
    CREATE TEMP TABLE due ON COMMIT DROP AS
    SELECT site, l.key * 64 + place AS key, l.id AS contract, l.key AS contract_key, l.stay, l.tenant, l.status, place,
        'rent' AS kind, month::date AS period,
        greatest(start, least(month::date + payment_day - 1, (month + interval '1 month')::date - 1)) AS due_date,
        CASE WHEN pg_temp.dice(l.key * 64 + place, 10, 200) > 0 THEN rent ELSE 0 END AS amount,
        pg_temp.row_id(site, 'instalment', l.key * 64 + place) AS id
    FROM lease l CROSS JOIN LATERAL generate_series(
        date_trunc('month', start::timestamp),
        date_trunc('month', coalesce(ended_on, %(today)s::date + interval '12 months')::timestamp), interval '1 month'
    ) WITH ORDINALITY AS m (month, place)
    WHERE status <> 'draft' OR n %% 90 = 0
    """,
    # The deposit of a stay, due with its first rent; now and then a service charge or a repair.
    """
    INSERT INTO due
    SELECT site, key * 64 + 61, id, key, stay, tenant, status, 61, 'deposit', date_trunc('month', start)::date, start,
        2 * rent, pg_temp.row_id(site, 'instalment', key * 64 + 61)
    FROM lease WHERE status <> 'draft' AND NOT is_renewal
    UNION ALL
    SELECT site, key * 64 + 62, id, key, stay, tenant, status, 62, kind, date_trunc('month', start)::date, start + 40,
        rent / 10, pg_temp.row_id(site, 'instalment', key * 64 + 62)
    FROM lease CROSS JOIN LATERAL (SELECT (array['service', 'repair'])[1 + pg_temp.dice(key, 36, 2)] AS kind) AS what
    WHERE status <> 'draft' AND start + 60 < %(today)s AND pg_temp.dice(key, 37, 12) = 0
    """,
    # Six tenants in ten pay on time, three are slack, one struggles; one in fifteen pays three months ahead.
    """
    CREATE TEMP TABLE part ON COMMIT DROP AS
    WITH told AS (
        SELECT *, pg_temp.dice(tenant, 11, 100) AS habit, pg_temp.dice(key, 12, 1000) AS luck,
            pg_temp.dice(key, 13, 1000) AS more, pg_temp.dice(tenant, 14, 15) = 0 AS is_ahead,
            min(due_date) OVER (PARTITION BY site, contract_key, place / 3) AS block_due
        FROM due WHERE amount > 0 AND status <> 'draft'
    ),
    character AS (
        SELECT *, CASE WHEN habit < 60 THEN 4 WHEN habit < 88 THEN 25 ELSE 130 END AS skips,
            CASE WHEN habit < 60 THEN 8 WHEN habit < 88 THEN 50 ELSE 160 END AS splits,
            CASE WHEN habit < 60 THEN more %% 7 - 4 WHEN habit < 88 THEN 1 + more %% 14 ELSE 4 + more %% 36 END AS delay
        FROM told
    )
    SELECT site, contract, stay, id AS instalment, payment_key, received_on, francs
    FROM character CROSS JOIN LATERAL (
        SELECT contract_key * 1024 + 960 + place / 3 AS payment_key, block_due - 3 AS received_on, amount AS francs
        WHERE is_ahead
        UNION ALL
        SELECT contract_key * 1024 + place * 4, due_date + delay, amount
        WHERE NOT is_ahead AND luck >= skips + splits
        UNION ALL
        SELECT contract_key * 1024 + place * 4, due_date + delay, amount / 2
        WHERE NOT is_ahead AND luck >= skips AND luck < skips + splits
        UNION ALL
        SELECT contract_key * 1024 + place * 4 + 1, due_date + delay + 8 + more %% 23, amount - amount / 2
        WHERE NOT is_ahead AND luck >= skips AND luck < skips + splits AND luck %% 10 < 9
        UNION ALL
        SELECT contract_key * 1024 + place * 4, due_date + 33 + more %% 80, amount
        WHERE NOT is_ahead AND luck < skips AND luck %% 2 = 0
    ) AS paid
    WHERE received_on <= %(today)s
    """,
    # Also money that no rent has taken yet, and payments entered twice by mistake.
    """
    CREATE TEMP TABLE paid ON COMMIT DROP AS
    SELECT site, contract, stay, payment_key AS key, received_on, false AS is_mistake,
        sum(francs) + CASE WHEN pg_temp.dice(payment_key, 15, 250) = 0 THEN 50000 ELSE 0 END AS amount
    FROM part GROUP BY site, contract, stay, payment_key, received_on
    """,
    """
    INSERT INTO paid SELECT site, contract, stay, key + (1::bigint << 40), received_on, true, amount
    FROM paid WHERE pg_temp.dice(key, 16, 300) = 0
    """,
    "ANALYZE home, lease, due, part, paid",
)

_TENANT_ID = "pg_temp.row_id(site, 'tenant', tenant)"
_HOME_ID = "pg_temp.row_id(site, 'home', n)"
_ACCOUNT_ID = "pg_temp.row_id(site, 'account', stay)"

_WRITE = (
    """
    INSERT INTO sites_app_membership (user_id, site_id, role, is_primary) SELECT id, site, 'agent', true FROM staff
    """,
    f"""
    INSERT INTO leasing_property (site_id, id, code, kind, address, neighbourhood, status, market_rent)
    SELECT site, {_HOME_ID}, 'P-' || n, 'apartment', 'Rue ' || n %% 900, 'Quartier ' || n %% 40, status, rent
    FROM home ORDER BY n
    """,
    # Every twentieth home has a parking space without a contract of its own.
    f"""
    INSERT INTO leasing_property (site_id, id, code, kind, address, neighbourhood, status, part_of_id)
    SELECT site, pg_temp.row_id(site, 'parking', n), 'K-' || n, 'parking', '', '', 'lettable', {_HOME_ID}
    FROM home WHERE n %% 20 = 0 ORDER BY n
    """,
    f"""
    INSERT INTO leasing_tenant (site_id, id, code, name, phone, phone_2, email, language, employment_status, joined_on)
    SELECT site, {_TENANT_ID}, 'L-' || tenant, 'Locataire ' || tenant, '', '', '', 'fr', 'salaried', min(start)
    FROM lease GROUP BY site, tenant ORDER BY min(start), tenant
    """,
    f"""
    INSERT INTO leasing_account (site_id, id, tenant_id)
    SELECT site, {_ACCOUNT_ID}, {_TENANT_ID} FROM lease GROUP BY site, stay, tenant ORDER BY min(start), stay
    """,
    f"""
    INSERT INTO leasing_contract (
        site_id, id, reference, account_id, property_id, tenant_id, agent_id, start_date, end_date, monthly_rent,
        billing, rents_from, rents_from_assumed, payment_day, deposit_amount, advance_months, status, signed_on,
        ended_on, end_reason, renewal_of_id, moved_from_id
    )
    SELECT site, id, 'C-' || key, {_ACCOUNT_ID}, {_HOME_ID}, {_TENANT_ID}, CASE WHEN key %% 50 > 0 THEN agent END,
        start, term, rent, 'calendar_full', start, false, payment_day, 2 * rent, 0, status,
        CASE WHEN status <> 'draft' THEN start - pg_temp.dice(key, 17, 20) END, ended_on,
        CASE
            WHEN ended_on IS NULL THEN ''
            WHEN pg_temp.is_renewed(key) AND pg_temp.dice(key + 1, 35, 20) = 0 THEN 'moved'
            ELSE 'left'
        END,
        CASE WHEN is_renewal AND NOT is_move THEN pg_temp.row_id(site, 'contract', key - 1) END,
        CASE WHEN is_move THEN pg_temp.row_id(site, 'contract', key - 1) END
    FROM lease ORDER BY start, key
    """,
    # One rent in 25 has changed since it was signed.
    """
    INSERT INTO leasing_rentstep (site_id, id, contract_id, from_month, monthly_rent)
    SELECT site, pg_temp.row_id(site, 'step', key), id, date_trunc('month', start + 200)::date, rent * 105 / 100
    FROM lease WHERE status <> 'draft' AND pg_temp.dice(key, 38, 25) = 0 ORDER BY start, key
    """,
    # By contract, as they are made when a contract is; payments by day, as they come in.
    f"""
    INSERT INTO leasing_instalment (
        site_id, id, contract_id, account_id, tenant_id, kind, label, period, due_date, amount, paid_amount, settled_on
    )
    SELECT due.site, id, contract, {_ACCOUNT_ID.replace("site", "due.site")}, {_TENANT_ID.replace("site", "due.site")},
        kind, '', period, due_date, amount, coalesce(francs, 0), CASE WHEN francs = amount THEN last END
    FROM due LEFT JOIN (
        SELECT instalment, sum(francs) AS francs, max(received_on) AS last FROM part GROUP BY instalment
    ) AS received ON instalment = id
    ORDER BY contract_key, place
    """,
    f"""
    INSERT INTO leasing_payment (
        site_id, id, contract_id, account_id, amount, method, reason, provider, external_reference, received_on,
        recorded_at, idempotency_key, request_digest
    )
    SELECT site, id, contract, {_ACCOUNT_ID}, amount, method, '', CASE WHEN method = 'mobile' THEN 'Orange' ELSE '' END,
        CASE WHEN method = 'mobile' THEN 'OM' || key ELSE '' END, received_on, received_on + time '12:00',
        'bench-' || key, ''
    FROM (
        SELECT *, pg_temp.row_id(site, 'payment', key) AS id,
            -- One in 400 is a debt let go.
            CASE WHEN pg_temp.dice(key, 39, 400) = 0 THEN 'credit' ELSE
                (array['mobile', 'mobile', 'mobile', 'cash', 'cash', 'bank'])[1 + pg_temp.dice(key, 18, 6)]
            END AS method
        FROM paid
    ) AS p
    ORDER BY received_on, key
    """,
    """
    INSERT INTO leasing_paymentreversal (site_id, id, payment_id, reversed_on, reason)
    SELECT site, pg_temp.row_id(site, 'reversal', key), pg_temp.row_id(site, 'payment', key), received_on,
        'Saisi deux fois'
    FROM paid WHERE is_mistake ORDER BY received_on, key
    """,
    """
    INSERT INTO leasing_allocation (site_id, id, payment_id, instalment_id, amount)
    SELECT site, md5(instalment::text || payment_key)::uuid, pg_temp.row_id(site, 'payment', payment_key),
        instalment, francs
    FROM part ORDER BY received_on, payment_key
    """,
    # A stay's deposit goes back some weeks after its last contract; that of a renewed contract goes on with the next.
    """
    INSERT INTO leasing_deposit (
        site_id, id, contract_id, agreed, received, state, refunded_amount, kept_for_arrears, settled_on
    )
    SELECT site, pg_temp.row_id(site, 'deposit', key), id, 2 * rent, 2 * rent, coalesce(state, 'held'),
        CASE state WHEN 'full' THEN 2 * rent WHEN 'partial' THEN rent ELSE 0 END, 0, settled_on
    FROM lease
    LEFT JOIN LATERAL (
        SELECT ended_on + 10 + pg_temp.dice(key, 19, 40) AS settled_on,
            (array['full', 'full', 'full', 'partial', 'withheld'])[1 + pg_temp.dice(key, 20, 5)] AS state
        WHERE ended_on + 60 < %(today)s
    ) AS back ON true
    WHERE status <> 'draft' AND (ended_on IS NULL OR NOT pg_temp.is_renewed(key))
    ORDER BY start, key
    """,
    """
    INSERT INTO leasing_notice (
        site_id, id, contract_id, kind, given_by, issued_on, legal_deadline, state, closed_on, reminder_count
    )
    SELECT site, pg_temp.row_id(site, 'notice', key), id, CASE WHEN ended_on IS NULL THEN 'renewal' ELSE 'to_quit' END,
        '', issued_on, issued_on + 30, CASE WHEN is_closed THEN 'signed' ELSE 'sent' END,
        CASE WHEN is_closed THEN issued_on + pg_temp.dice(key, 21, 45) END, 0
    FROM lease CROSS JOIN LATERAL (
        SELECT coalesce(ended_on, term, start + 400) - 60 AS issued_on, pg_temp.dice(key, 22, 10) < 8 AS is_closed
    ) AS about
    WHERE status <> 'draft' AND issued_on + 45 < %(today)s AND pg_temp.dice(key, 23, 10) < 6
    ORDER BY issued_on, key
    """,
    """
    INSERT INTO leasing_litigation (site_id, id, contract_id, kind, state, opened_on, resolved_on)
    SELECT site, pg_temp.row_id(site, 'litigation', key), id, 'payment',
        CASE WHEN is_resolved THEN 'resolved' ELSE 'open' END, opened_on,
        CASE WHEN is_resolved THEN opened_on + 5 + pg_temp.dice(key, 24, 150) END
    FROM lease CROSS JOIN LATERAL (
        SELECT start + 30 + pg_temp.dice(key, 25, 600) AS opened_on, pg_temp.dice(key, 26, 10) < 7 AS is_resolved
    ) AS about
    WHERE status <> 'draft' AND opened_on + 155 < %(today)s AND pg_temp.dice(key, 27, 100) < 6
    ORDER BY opened_on, key
    """,
    # Every other month a call or a message; twice a year a question.
    f"""
    INSERT INTO leasing_interaction (site_id, id, tenant_id, channel, direction, happened_at, note)
    SELECT site, pg_temp.row_id(site, 'interaction', key), {_TENANT_ID}, 'call', 'out', period
        + make_interval(days => pg_temp.dice(key, 28, 28), hours => 7 + pg_temp.dice(key, 29, 11)), ''
    FROM due
    WHERE status <> 'draft' AND period + 28 < %(today)s AND pg_temp.dice(key, 30, 100) < 45
    ORDER BY period, key
    """,
    f"""
    INSERT INTO leasing_survey (site_id, id, tenant_id, kind, rating, answered_on, comment)
    SELECT site, pg_temp.row_id(site, 'survey', key), {_TENANT_ID},
        CASE WHEN key %% 2 = 0 THEN 'nps' ELSE 'satisfaction' END,
        10 - least(pg_temp.dice(key, 31, 7), pg_temp.dice(key, 32, 11)), period + pg_temp.dice(key, 33, 28), ''
    FROM due
    WHERE status <> 'draft' AND period + 28 < %(today)s AND pg_temp.dice(key, 34, 100) < 16
    ORDER BY period, key
    """,
)
