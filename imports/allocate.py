"""Which payment pays which instalment: of all contracts that an import touched, at once."""

from changes.sql import value
from imports.months import make_months
from imports.writing import Writing
from leasing.models import Allocation
from leasing.readings import is_standing


def note_touched(writing: Writing) -> None:
    """Begin the list of contracts that get new instalments or payments: tables write it while they are loaded."""
    writing.run(
        "DROP TABLE IF EXISTS pg_temp.import_touched",
        "CREATE TEMPORARY TABLE import_touched (contract_id uuid) ON COMMIT DROP",
    )


def allocate(writing: Writing) -> tuple[int, int]:
    """Allocate the payments of the touched contracts, and make the months to come for money that is left.

    Returns how many instalments that made, and how many allocations.
    """
    made = allocations = 0
    writing.run(*_DISTINCT_TOUCHED)
    if value("SELECT EXISTS (TABLE import_touched)", {}):
        allocations = writing.run(*_ALLOCATE)
        # Money that is left pays months to come, as when a payment is recorded. More than one turn only for a
        # renewal, which leaves out the months that were paid before it.
        while writing.run(_MONEY_LEFT) and (more := make_months(writing.site, writing.cursor.fetchall())):
            made += more
            allocations += writing.run(*_ALLOCATE)
        writing.learn(Allocation, allocations)
    return made, allocations


_DISTINCT_TOUCHED = (
    "CREATE TEMPORARY TABLE import_touched_once ON COMMIT DROP AS SELECT DISTINCT contract_id FROM import_touched",
    "DROP TABLE pg_temp.import_touched",
    "ALTER TABLE import_touched_once RENAME TO import_touched",
    "ANALYZE pg_temp.import_touched",
)

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
    f"""
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
          AND {is_standing("p")}
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
            + make_interval(months => least((left_over.francs + c.monthly_rent - 1) / c.monthly_rent, 12000)::int),
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
