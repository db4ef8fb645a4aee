"""From the temporary tables into the real ones, with a fixed number of statements whatever the number of rows."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from imports.staging import staged_counts
from leasing.actions.instalments import MONTHS_AHEAD, generate_instalments, month_after
from leasing.actions.payments import LONGEST_ADVANCE_MONTHS
from leasing.models import Contract
from sites_app.deadlines import legal_deadline
from sites_app.models import Site
from sites_app.queries import calendar_of, rules_for


@dataclass(frozen=True)
class Count:
    """What became of the rows of one file: new here, already here as written, or known and now closed by the file."""

    inserted: int = 0
    unchanged: int = 0
    closed: int = 0


@dataclass(frozen=True)
class LoadResult:
    """What a load did. Tables are named like their files."""

    counts: dict[str, Count] = field(default_factory=dict)
    owners: int = 0
    generated_instalments: int = 0
    allocations: int = 0

    @property
    def changes_nothing(self) -> bool:
        return not any(count.inserted or count.closed for count in self.counts.values())


def load_staged(
    *, site: Site, by: Any, today: dt.date, on_table: Callable[[str], None] = lambda table: None
) -> LoadResult:
    """Insert every staged row that the site does not have yet, generate missing instalments, allocate all payments.

    Needs an open `site_scope` of the site, and rows that `check_staged` has passed: a row that breaks a constraint
    raises IntegrityError (keys to other rows only at the end of the transaction), and the transaction around this
    leaves nothing behind. A row that is known is left as it is; a deposit, notice, litigation or request that was
    open is closed when its row says so. Payments are written down as recorded by `by`, a user or None.
    `on_table` hears which table comes next, and at last "allocations".
    """
    names = {
        "site": site.code,
        "by": by and by.pk,
        "ahead": month_after(today, MONTHS_AHEAD),
        "furthest": month_after(today, LONGEST_ADVANCE_MONTHS),
        "today": today,
    }
    with connection.cursor() as cursor:

        def run(*statements: str) -> int:
            for statement in statements:
                cursor.execute(statement, names)
            return cursor.rowcount

        totals = staged_counts(cursor)
        counts: dict[str, Count] = {}
        owners = generated = 0
        run(*_PREPARE)
        for table, total in totals.items():
            if not total:
                continue
            on_table(table)
            if table == "properties":
                run(_OWNER_OF_NAME_ALONE)
                owners = run(_OWNERS)
            if table == "notices":
                _stage_deadlines(cursor, site)
            closed = run(_CLOSE[table]) if table in _CLOSE else 0
            inserted = run(_INSERT[table])
            counts[table] = Count(inserted, total - inserted - closed, closed)
            _learn(cursor, _TABLE[table], inserted)
        if totals["contracts"]:
            on_table("generated")
            run(_HELD_DEPOSITS)
            run(_WITHOUT_INSTALMENTS)
            generated = _make_months(site, cursor.fetchall())
            _learn(cursor, "leasing_instalment", generated)
        on_table("allocations")
        allocations = 0
        run(*_DISTINCT_TOUCHED)
        cursor.execute("SELECT EXISTS (TABLE import_touched)")
        if cursor.fetchone()[0]:
            allocations = run(*_ALLOCATE)
            # Money that is left pays months to come, as when a payment is recorded. More than one turn only for a
            # renewal, which leaves out the months that were paid before it.
            while run(_MONEY_LEFT) and (made := _make_months(site, cursor.fetchall())):
                generated += made
                allocations += run(*_ALLOCATE)
            _learn(cursor, "leasing_allocation", allocations)
    return LoadResult(counts, owners, generated, allocations)


def _learn(cursor: Any, table: str, inserted: int) -> None:
    """Have the planner look at a table that has grown by much in this transaction, of which it knows nothing yet.

    Without it, statements that follow and the foreign keys' own checks at the commit guess that a site has one row
    and read all of them each time: hours for 100 000 rows. Not waited for when another import does it at the moment;
    skipped by the database with a warning where the role has not the privilege MAINTAIN (PostgreSQL before 17).
    """
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
    if inserted >= _MUCH and inserted > cursor.fetchone()[0] / 10:
        cursor.execute(sql.SQL("ANALYZE (SKIP_LOCKED) {}").format(sql.Identifier(table)).as_string())


def _make_months(site: Site, wanted: list[tuple[UUID, dt.date]]) -> int:
    """Make each contract's missing months up to its own day; returns how many."""
    until: dict[dt.date, list[Contract]] = {}
    for contract_id, day in wanted:
        until.setdefault(day, []).append(Contract(pk=contract_id))
    return sum(generate_instalments(site=site, until=day, contracts=until[day]) for day in sorted(until))


def _stage_deadlines(cursor: Any, site: Site) -> None:
    """One deadline for each kind of notice and day of issue, by the rules that were valid on that day."""
    calendar = calendar_of(site)
    cursor.execute("DROP TABLE IF EXISTS pg_temp.import_deadlines")
    cursor.execute("CREATE TEMPORARY TABLE import_deadlines (kind text, issued_on date, deadline date) ON COMMIT DROP")
    cursor.execute("SELECT DISTINCT kind, issued_on FROM import_notices")
    asked = cursor.fetchall()
    deadlines = [
        (kind, issued_on, legal_deadline(issued_on, _days_of_notice(kind, rules_for(site, issued_on)), calendar))
        for kind, issued_on in asked
    ]
    with cursor.copy("COPY import_deadlines FROM STDIN") as copy:
        for deadline in deadlines:
            copy.write_row(deadline)


def _days_of_notice(kind: str, rules: Any) -> int:
    if kind == "eviction":
        return rules.eviction_notice_days
    return rules.maintenance_response_days if kind == "repairs" else rules.notice_to_quit_days


_MUCH = 300
_TABLE = {
    "properties": "leasing_property",
    "tenants": "leasing_tenant",
    "contracts": "leasing_contract",
    "instalments": "leasing_instalment",
    "payments": "leasing_payment",
    "deposits": "leasing_deposit",
    "notices": "leasing_notice",
    "litigations": "leasing_litigation",
    "requests": "leasing_servicerequest",
    "interactions": "leasing_interaction",
    "surveys": "leasing_survey",
}

_PREPARE = (
    "DROP TABLE IF EXISTS pg_temp.import_touched",
    # Contracts that get new instalments or payments.
    "CREATE TEMPORARY TABLE import_touched (contract_id uuid) ON COMMIT DROP",
    # Properties before contracts, as in leasing.actions.locks: two who put one property's contracts in force at the
    # same moment would else wait for each other.
    """
    SELECT 1 FROM leasing_property
    WHERE site_id = %(site)s AND code IN (SELECT property FROM import_contracts)
    ORDER BY id FOR NO KEY UPDATE
    """,
    # A clerk who records a payment on one of these contracts waits for the import, or the import for the clerk.
    """
    SELECT 1 FROM leasing_contract
    WHERE site_id = %(site)s
      AND reference IN (SELECT contract FROM import_payments UNION SELECT contract FROM import_instalments)
    ORDER BY id FOR NO KEY UPDATE
    """,
)

_DISTINCT_TOUCHED = (
    "CREATE TEMPORARY TABLE import_touched_once ON COMMIT DROP AS SELECT DISTINCT contract_id FROM import_touched",
    "DROP TABLE pg_temp.import_touched",
    "ALTER TABLE import_touched_once RENAME TO import_touched",
    "ANALYZE pg_temp.import_touched",
)

# An owner named without a phone is the one owner of that name, when there is exactly one.
_OWNER_OF_NAME_ALONE = """
    UPDATE import_properties p SET owner_phone = known.phone
    FROM (
        SELECT name, min(phone) AS phone FROM (
            SELECT owner_name AS name, owner_phone AS phone FROM import_properties WHERE owner_phone <> ''
            UNION SELECT name, phone FROM leasing_owner WHERE site_id = %(site)s
        ) every_owner GROUP BY name HAVING count(*) = 1
    ) known
    WHERE p.owner_name = known.name AND coalesce(p.owner_phone, '') = ''
"""

_OWNERS = """
    INSERT INTO leasing_owner (site_id, name, phone, email)
    SELECT %(site)s, owner_name, coalesce(owner_phone, ''), ''
    FROM import_properties WHERE owner_name <> '' AND known_id IS NULL
    GROUP BY owner_name, coalesce(owner_phone, '') ORDER BY min(seq)
    ON CONFLICT (site_id, name, phone) DO NOTHING
"""

_INSERT = {
    "properties": """
        INSERT INTO leasing_property
            (id, site_id, code, kind, address, neighbourhood, owner_id, market_rent, status)
        SELECT p.id, %(site)s, p.code, p.kind, coalesce(p.address, ''), coalesce(p.neighbourhood, ''), o.id,
            p.market_rent, coalesce(p.status, 'lettable')
        FROM import_properties p
        LEFT JOIN leasing_owner o
            ON o.site_id = %(site)s AND o.name = p.owner_name AND o.phone = coalesce(p.owner_phone, '')
        WHERE p.known_id IS NULL ORDER BY p.seq
    """,
    "tenants": """
        INSERT INTO leasing_tenant
            (id, site_id, code, name, phone, email, language, employment_status, referred_by_id, joined_on)
        SELECT t.id, %(site)s, t.code, t.name, coalesce(t.phone, ''), coalesce(t.email, ''), coalesce(t.language, ''),
            coalesce(t.employment_status, ''), coalesce(known.id, new.id), t.joined_on
        FROM import_tenants t
        LEFT JOIN leasing_tenant known ON known.site_id = %(site)s AND known.code = t.referred_by
        LEFT JOIN import_tenants new ON new.code = t.referred_by
        WHERE t.known_id IS NULL ORDER BY t.seq
    """,
    "contracts": """
        WITH agents AS (
            SELECT m.user_id, lower(u.username) AS username, lower(nullif(u.email, '')) AS email
            FROM sites_app_membership m JOIN accounts_user u ON u.id = m.user_id WHERE m.site_id = %(site)s
        ), new AS (
            INSERT INTO leasing_contract
                (id, site_id, reference, property_id, tenant_id, agent_id, start_date, end_date, monthly_rent,
                 payment_day, deposit_amount, advance_months, status, signed_on, ended_on, renewal_of_id)
            SELECT c.id, %(site)s, c.reference, p.id, t.id, a.user_id, c.start_date, c.end_date, c.monthly_rent,
                coalesce(c.payment_day, 5), coalesce(c.deposit, 0), coalesce(c.advance_months, 0),
                coalesce(c.status, CASE WHEN c.ended_on IS NULL THEN 'active' ELSE 'ended' END),
                c.signed_on, c.ended_on, coalesce(known.id, renewed.id)
            FROM import_contracts c
            LEFT JOIN leasing_property p ON p.site_id = %(site)s AND p.code = c.property
            LEFT JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = c.tenant
            LEFT JOIN agents a ON lower(c.agent) IN (a.username, a.email)
            LEFT JOIN leasing_contract known ON known.site_id = %(site)s AND known.reference = c.renewal_of
            LEFT JOIN import_contracts renewed ON renewed.reference = c.renewal_of
            WHERE c.known_id IS NULL ORDER BY c.seq
            RETURNING id
        )
        INSERT INTO import_touched SELECT id FROM new
    """,
    # The nightly job may have made one of these months meanwhile.
    "instalments": """
        WITH new AS (
            INSERT INTO leasing_instalment (site_id, contract_id, tenant_id, period, due_date, amount, paid_amount)
            SELECT %(site)s, c.id, c.tenant_id, date_trunc('month', i.due_date)::date, i.due_date, i.amount, 0
            FROM import_instalments i
            LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = i.contract
            WHERE i.known_id IS NULL ORDER BY i.seq
            ON CONFLICT (site_id, contract_id, period) DO NOTHING
            RETURNING contract_id
        )
        INSERT INTO import_touched SELECT contract_id FROM new
    """,
    "payments": """
        WITH numbered AS (
            SELECT *, CASE WHEN method <> 'mobile' OR coalesce(reference, '') = '' THEN row_number() OVER (
                PARTITION BY contract, received_on, amount, method, coalesce(reference, '') ORDER BY seq
            ) END AS number
            FROM import_payments
        ), new AS (
            INSERT INTO leasing_payment
                (site_id, contract_id, amount, method, provider, external_reference, received_on, recorded_by_id,
                 recorded_at, idempotency_key, request_digest)
            SELECT %(site)s, c.id, n.amount, n.method, coalesce(n.provider, ''), coalesce(n.reference, ''),
                n.received_on, %(by)s, now() + n.seq * interval '1 microsecond',
                'import:' || encode(sha256(convert_to(
                    CASE WHEN n.number IS NULL
                        THEN jsonb_build_array(n.method, n.provider, n.reference)
                        ELSE jsonb_build_array(
                            n.contract, n.received_on, n.amount, n.method, coalesce(n.reference, ''), n.number)
                    END::text, 'UTF8')), 'hex'),
                encode(sha256(convert_to(jsonb_build_array(
                    n.contract, n.amount, n.method, n.provider, n.reference, n.received_on)::text, 'UTF8')), 'hex')
            FROM numbered n
            LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = n.contract
            WHERE n.known_id IS NULL ORDER BY n.seq
            RETURNING contract_id
        )
        INSERT INTO import_touched SELECT contract_id FROM new
    """,
    "deposits": """
        INSERT INTO leasing_deposit (site_id, contract_id, amount, state, refunded_amount, settled_on)
        SELECT %(site)s, c.id, c.deposit_amount, d.state,
            coalesce(d.refunded_amount, CASE d.state WHEN 'full' THEN c.deposit_amount ELSE 0 END), d.settled_on
        FROM import_deposits d
        LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = d.contract
        WHERE d.known_id IS NULL ORDER BY d.seq
    """,
    "notices": """
        INSERT INTO leasing_notice
            (site_id, contract_id, kind, issued_on, legal_deadline, state, closed_on, reminder_count)
        SELECT %(site)s, c.id, n.kind, n.issued_on, d.deadline,
            coalesce(n.state, CASE WHEN n.closed_on IS NULL THEN 'sent' ELSE 'acknowledged' END), n.closed_on, 0
        FROM import_notices n
        LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = n.contract
        LEFT JOIN import_deadlines d ON d.kind = n.kind AND d.issued_on = n.issued_on
        WHERE n.known_id IS NULL ORDER BY n.seq
    """,
    "litigations": """
        INSERT INTO leasing_litigation (site_id, contract_id, kind, state, opened_on, resolved_on)
        SELECT %(site)s, c.id, l.kind, CASE WHEN l.resolved_on IS NULL THEN 'open' ELSE 'resolved' END,
            l.opened_on, l.resolved_on
        FROM import_litigations l
        LEFT JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = l.contract
        WHERE l.known_id IS NULL ORDER BY l.seq
    """,
    "requests": """
        INSERT INTO leasing_servicerequest
            (site_id, tenant_id, property_id, category, priority, opened_on, closed_on, is_complaint)
        SELECT %(site)s, t.id, p.id, r.category, coalesce(r.priority, 'normal'), r.opened_on, r.closed_on,
            r.is_complaint
        FROM import_requests r
        LEFT JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = r.tenant
        LEFT JOIN leasing_property p ON p.site_id = %(site)s AND p.code = r.property
        WHERE r.known_id IS NULL ORDER BY r.seq
    """,
    "interactions": """
        WITH agents AS (
            SELECT m.user_id, lower(u.username) AS username, lower(nullif(u.email, '')) AS email
            FROM sites_app_membership m JOIN accounts_user u ON u.id = m.user_id WHERE m.site_id = %(site)s
        )
        INSERT INTO leasing_interaction (site_id, tenant_id, agent_id, channel, direction, happened_at, note)
        SELECT %(site)s, t.id, a.user_id, i.channel, i.direction, i.happened_at, coalesce(i.note, '')
        FROM import_interactions i
        LEFT JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = i.tenant
        LEFT JOIN agents a ON lower(i.agent) IN (a.username, a.email)
        WHERE i.known_id IS NULL ORDER BY i.seq
    """,
    "surveys": """
        INSERT INTO leasing_survey (site_id, tenant_id, kind, rating, answered_on, comment)
        SELECT %(site)s, t.id, s.kind, s.rating, s.answered_on, coalesce(s.comment, '')
        FROM import_surveys s
        LEFT JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = s.tenant
        WHERE s.known_id IS NULL ORDER BY s.seq
    """,
}

# What was open here and has come to its end in the file.
_CLOSE = {
    "deposits": """
        UPDATE leasing_deposit k SET state = d.state, settled_on = d.settled_on,
            refunded_amount = coalesce(d.refunded_amount, CASE d.state WHEN 'full' THEN k.amount ELSE 0 END)
        FROM import_deposits d
        WHERE k.site_id = %(site)s AND k.id = d.known_id AND k.state = 'held' AND d.state <> 'held'
    """,
    "notices": """
        UPDATE leasing_notice k SET closed_on = n.closed_on,
            state = coalesce(n.state, CASE WHEN k.state IN ('pending', 'sent') THEN 'acknowledged' ELSE k.state END)
        FROM import_notices n
        WHERE k.site_id = %(site)s AND k.id = n.known_id AND k.closed_on IS NULL AND n.closed_on IS NOT NULL
    """,
    "litigations": """
        UPDATE leasing_litigation k SET state = 'resolved', resolved_on = l.resolved_on
        FROM import_litigations l
        WHERE k.site_id = %(site)s AND k.id = l.known_id AND k.state = 'open' AND l.resolved_on IS NOT NULL
    """,
    "requests": """
        UPDATE leasing_servicerequest k SET closed_on = r.closed_on
        FROM import_requests r
        WHERE k.site_id = %(site)s AND k.id = r.known_id AND k.closed_on IS NULL AND r.closed_on IS NOT NULL
    """,
}

# History is taken as it was: a contract with instalments of its own in the files gets no others here.
_WITHOUT_INSTALMENTS = """
    SELECT id, greatest(
        %(ahead)s::date,
        date_trunc('month', start_date)::date + (coalesce(advance_months, 0) - 1) * interval '1 month'
    )::date
    FROM import_contracts c
    WHERE known_id IS NULL
      AND NOT EXISTS (SELECT FROM leasing_instalment i WHERE i.site_id = %(site)s AND i.contract_id = c.id)
"""

# The deposit of a new contract that runs is held, unless the files say what became of it.
_HELD_DEPOSITS = """
    INSERT INTO leasing_deposit (site_id, contract_id, amount, state, refunded_amount)
    SELECT c.site_id, c.id, c.deposit_amount, 'held', 0
    FROM leasing_contract c
    WHERE c.site_id = %(site)s AND c.id IN (SELECT id FROM import_contracts WHERE known_id IS NULL)
      AND c.status = 'active' AND c.deposit_amount > 0
    ON CONFLICT (site_id, contract_id) DO NOTHING
"""

# Oldest first on both sides. Lay the open instalments of a contract end to end, and what is left of its payments
# under them: where two intervals overlap, that payment pays that instalment. In temporary tables, because the
# planner knows nothing yet of rows that this transaction has inserted, and guesses a plan that takes hours.
_ALLOCATE = (
    "DROP TABLE IF EXISTS pg_temp.import_due, pg_temp.import_money",
    """
    CREATE TEMPORARY TABLE import_due ON COMMIT DROP AS
    SELECT contract_id, id, amount, paid_amount, amount - paid_amount AS open,
        sum(amount - paid_amount) OVER (PARTITION BY contract_id ORDER BY due_date, period)::bigint AS upto
    FROM leasing_instalment
    WHERE site_id = %(site)s AND paid_amount < amount
      AND contract_id IN (SELECT contract_id FROM import_touched)
    """,
    """
    CREATE TEMPORARY TABLE import_money ON COMMIT DROP AS
    SELECT contract_id, id, received_on, free,
        sum(free) OVER (PARTITION BY contract_id ORDER BY received_on, recorded_at, id)::bigint AS upto
    FROM (
        SELECT p.*, p.amount - coalesce(a.taken, 0) AS free
        FROM leasing_payment p
        LEFT JOIN (
            SELECT payment_id, sum(amount)::bigint AS taken FROM leasing_allocation
            WHERE site_id = %(site)s GROUP BY payment_id
        ) a ON a.payment_id = p.id
        WHERE p.site_id = %(site)s AND p.contract_id IN (SELECT contract_id FROM import_touched)
          AND NOT EXISTS (SELECT 1 FROM leasing_paymentreversal r WHERE r.site_id = %(site)s AND r.payment_id = p.id)
    ) standing WHERE free > 0
    """,
    "ANALYZE pg_temp.import_due",
    "ANALYZE pg_temp.import_money",
    """
    WITH spread AS MATERIALIZED (
        SELECT m.id AS payment_id, m.received_on, d.id AS instalment_id, d.amount AS due, d.paid_amount AS paid,
            least(d.upto, m.upto) - greatest(d.upto - d.open, m.upto - m.free) AS amount
        FROM import_due d JOIN import_money m ON m.contract_id = d.contract_id
            AND m.upto - m.free < d.upto AND d.upto - d.open < m.upto
    ), settled AS (
        UPDATE leasing_instalment i SET paid_amount = s.paid + s.now,
            settled_on = CASE WHEN s.paid + s.now = s.due THEN greatest(s.last, (
                SELECT max(p.received_on) FROM leasing_allocation a
                JOIN leasing_payment p ON p.site_id = a.site_id AND p.id = a.payment_id
                WHERE s.paid > 0 AND a.site_id = %(site)s AND a.instalment_id = i.id
            )) END
        FROM (
            SELECT instalment_id, due, paid, sum(amount)::bigint AS now, max(received_on) AS last
            FROM spread GROUP BY instalment_id, due, paid
        ) s
        WHERE i.site_id = %(site)s AND i.id = s.instalment_id
    )
    INSERT INTO leasing_allocation (site_id, payment_id, instalment_id, amount)
    SELECT %(site)s, payment_id, instalment_id, amount FROM spread
    ON CONFLICT (site_id, payment_id, instalment_id) DO UPDATE SET amount = leasing_allocation.amount + excluded.amount
    """,
)

# Contracts whose months are all paid and that still have money, with the month up to which it reaches: the money that
# _ALLOCATE found, less the months that it paid.
_MONEY_LEFT = """
    SELECT c.id, least(
        coalesce(last.period, date_trunc('month', c.start_date)::date - interval '1 month')
            + make_interval(months => ((left_over.francs + c.monthly_rent - 1) / c.monthly_rent)::int),
        greatest(%(furthest)s::date, date_trunc('month', %(today)s::date) + make_interval(months => c.advance_months))
    )::date
    FROM (
        SELECT m.contract_id, m.francs - coalesce(d.francs, 0) AS francs
        FROM (SELECT contract_id, max(upto) AS francs FROM import_money GROUP BY contract_id) m
        LEFT JOIN (SELECT contract_id, max(upto) AS francs FROM import_due GROUP BY contract_id) d
            ON d.contract_id = m.contract_id
    ) left_over
    JOIN leasing_contract c ON c.site_id = %(site)s AND c.id = left_over.contract_id
    CROSS JOIN LATERAL (
        SELECT max(period) AS period FROM leasing_instalment i WHERE i.site_id = %(site)s AND i.contract_id = c.id
    ) last
    WHERE left_over.francs > 0 AND c.status = 'active' AND c.monthly_rent > 0
"""
