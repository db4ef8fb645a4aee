"""Whom an import makes wait, and for whom it waits: clerks at work on the same contracts and properties."""

from imports.writing import Writing

_LOCKS = (
    # Properties before contracts, as in leasing.actions.locks: two who put one property's contracts in force at the
    # same moment would else wait for each other.
    """
    SELECT 1 FROM leasing_property
    WHERE site_id = %(site)s AND code IN (SELECT property FROM import_contracts)
    ORDER BY id FOR NO KEY UPDATE
    """,
    # A clerk who records a payment on one of these contracts waits for the import, or the import for the clerk.
    """
    SELECT 1 FROM leasing_account
    WHERE site_id = %(site)s AND id IN (
        SELECT account_id FROM leasing_contract
        WHERE site_id = %(site)s AND reference IN (
            SELECT contract FROM import_payments UNION SELECT contract FROM import_instalments
            UNION SELECT contract FROM import_deposits
            UNION SELECT renewal_of FROM import_contracts UNION SELECT moved_from FROM import_contracts
        )
        -- One of these may go on from the file's contracts, or be continued by them.
        UNION SELECT c.account_id FROM leasing_contract c
        JOIN leasing_tenant t ON t.site_id = c.site_id AND t.id = c.tenant_id
        WHERE c.site_id = %(site)s AND t.code IN (SELECT tenant FROM import_contracts)
        -- The rents of these may begin earlier, with an older payment.
        UNION SELECT account_id FROM leasing_contract
        WHERE site_id = %(site)s AND rents_from_assumed AND rents_from > start_date
            AND EXISTS (SELECT FROM import_payments)
    )
    ORDER BY id FOR NO KEY UPDATE
    """,
)


def wait_for_clerks(writing: Writing) -> None:
    """Nobody else changes what the rows touch until the transaction ends."""
    writing.run(*_LOCKS)
