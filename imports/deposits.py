"""Deposits of which the files say nothing: held for who lives there, or carried to the contract that follows."""

from imports.writing import Writing


def before_deposits(writing: Writing) -> int:
    """Have there what the rows of deposits point at. Returns 0: no row of a file."""
    writing.run(_HELD_BY_WHO_FOLLOWS)
    return 0


def settle_the_rest(writing: Writing) -> None:
    """Deposits of new contracts of which the files say nothing, and what was kept of deposits, in their accounts."""
    writing.run(_ASKED_FOR, _HELD, *_CARRIED, _KEPT)


# A deposit that is due, and of which no instalment asks for anything yet, falls due when the rents begin.
_ASKED_FOR = """
    WITH asked AS (
        INSERT INTO leasing_instalment
            (site_id, contract_id, account_id, tenant_id, kind, label, period, due_date, amount, paid_amount)
        SELECT c.site_id, c.id, c.account_id, c.tenant_id, 'deposit', '', date_trunc('month', first.day)::date,
            first.day, coalesce(d.agreed, c.deposit_amount) - coalesce(d.received, 0), 0
        FROM import_deposits d
        JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = d.contract
        CROSS JOIN LATERAL (
            SELECT coalesce(min(i.due_date), greatest(c.start_date, c.rents_from)) AS day FROM leasing_instalment i
            WHERE i.site_id = c.site_id AND i.contract_id = c.id AND i.kind = 'rent'
        ) first
        WHERE d.known_id IS NULL AND d.state = 'due' AND c.ended_on IS NULL
            AND coalesce(d.agreed, c.deposit_amount) > coalesce(d.received, 0)
            AND NOT EXISTS (
                SELECT FROM leasing_instalment i
                WHERE i.site_id = c.site_id AND i.contract_id = c.id AND i.kind = 'deposit'
            )
        RETURNING contract_id
    )
    INSERT INTO import_touched SELECT contract_id FROM asked
"""

# Where a deposit was carried to, there is one.
_HELD_BY_WHO_FOLLOWS = """
    INSERT INTO leasing_deposit (site_id, contract_id, agreed, received, state, refunded_amount, kept_for_arrears)
    SELECT DISTINCT n.site_id, n.id, n.deposit_amount, n.deposit_amount, 'held', 0, 0
    FROM import_deposits d
    JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = d.contract
    JOIN leasing_contract n ON n.site_id = c.site_id AND CASE
        WHEN d.carried_to IS NOT NULL THEN n.reference = d.carried_to
        ELSE c.id IN (n.renewal_of_id, n.moved_from_id) AND n.status <> 'draft' END
    WHERE d.known_id IS NULL AND d.state = 'carried'
        AND NOT EXISTS (SELECT FROM import_deposits next WHERE next.contract = n.reference)
    ON CONFLICT (site_id, contract_id) DO NOTHING
"""

# The deposit of a new contract that runs is held, unless its instalments still ask for it.
_HELD = """
    INSERT INTO leasing_deposit (site_id, contract_id, agreed, received, state, refunded_amount, kept_for_arrears)
    SELECT c.site_id, c.id, c.deposit_amount, greatest(0, c.deposit_amount - coalesce(asked.francs, 0)),
        CASE WHEN asked.francs > 0 THEN 'due' ELSE 'held' END, 0, 0
    FROM leasing_contract c
    LEFT JOIN (
        SELECT contract, sum(amount) AS francs FROM import_instalments WHERE kind = 'deposit' GROUP BY contract
    ) asked ON asked.contract = c.reference
    WHERE c.site_id = %(site)s AND c.id IN (SELECT id FROM import_contracts WHERE known_id IS NULL)
      AND c.status = 'active' AND c.deposit_amount > 0
    ON CONFLICT (site_id, contract_id) DO NOTHING
"""

# Of a renewal or a move the old contract's deposit is the new one's, unless the files say what became of it. From the
# contract whose deposit is there back to the first.
_CARRIED = (
    "DROP TABLE IF EXISTS pg_temp.import_carried",
    """
    CREATE TEMPORARY TABLE import_carried ON COMMIT DROP AS
    WITH RECURSIVE chain AS (
        SELECT n.id AS contract_id, d.id AS deposit_id, NULL::uuid AS carried_to_id
        FROM leasing_contract n JOIN leasing_deposit d ON d.site_id = n.site_id AND d.contract_id = n.id
        WHERE n.site_id = %(site)s AND n.id IN (SELECT id FROM import_contracts WHERE known_id IS NULL)
            AND d.state <> 'carried' AND NOT (d.state = 'held' AND n.ended_on IS NOT NULL)
        UNION ALL
        SELECT old.id, coalesce(there.id, gen_random_uuid()), chain.deposit_id
        FROM chain
        JOIN leasing_contract n ON n.site_id = %(site)s AND n.id = chain.contract_id
        JOIN leasing_contract old ON old.site_id = n.site_id AND old.id = coalesce(n.renewal_of_id, n.moved_from_id)
        LEFT JOIN leasing_deposit there ON there.site_id = old.site_id AND there.contract_id = old.id
        WHERE old.ended_on IS NOT NULL AND old.deposit_amount > 0 AND (there.id IS NULL OR there.state = 'held')
            AND NOT EXISTS (SELECT FROM import_deposits d WHERE d.contract = old.reference)
    )
    SELECT DISTINCT ON (contract_id) * FROM chain WHERE carried_to_id IS NOT NULL ORDER BY contract_id
    """,
    """
    INSERT INTO leasing_deposit
        (id, site_id, contract_id, agreed, received, state, refunded_amount, kept_for_arrears, carried_to_id)
    SELECT carried.deposit_id, c.site_id, c.id, c.deposit_amount, c.deposit_amount, 'carried', 0, 0,
        carried.carried_to_id
    FROM import_carried carried JOIN leasing_contract c ON c.site_id = %(site)s AND c.id = carried.contract_id
    ON CONFLICT (site_id, contract_id) DO UPDATE SET state = 'carried', carried_to_id = excluded.carried_to_id
    """,
)

# What was kept of a deposit pays what was owed: it goes into the account, and is no income. Once, also where the
# payments have it.
_KEPT = """
    WITH kept AS (
        INSERT INTO leasing_payment
            (site_id, contract_id, account_id, amount, method, provider, external_reference, reason, received_on,
             recorded_by_id, recorded_at, idempotency_key, request_digest)
        SELECT c.site_id, c.id, c.account_id, k.kept_for_arrears, 'deposit', '', '', '', k.settled_on, %(by)s, now(),
            'deposit-kept-' || k.id,
            encode(sha256(convert_to(
                jsonb_build_array(c.reference, k.kept_for_arrears, k.settled_on)::text, 'UTF8')), 'hex')
        FROM leasing_deposit k JOIN leasing_contract c ON c.site_id = k.site_id AND c.id = k.contract_id
        WHERE k.site_id = %(site)s AND k.kept_for_arrears > 0
            AND c.reference IN (SELECT contract FROM import_deposits)
            AND NOT EXISTS (
                SELECT FROM leasing_payment p
                WHERE p.site_id = k.site_id AND p.contract_id = k.contract_id AND p.method = 'deposit'
                    AND p.received_on = k.settled_on AND p.amount = k.kept_for_arrears
            )
        ON CONFLICT (site_id, idempotency_key) DO NOTHING
        RETURNING contract_id
    )
    INSERT INTO import_touched SELECT contract_id FROM kept
"""
