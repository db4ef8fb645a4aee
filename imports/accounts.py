"""Which account the contracts of a file belong to: the one that it names, that of the contract before, or a new one."""

from django.utils.translation import gettext_lazy as _

from imports.table import Check
from imports.writing import Writing

GOES_ON_WITHIN_DAYS = 90
"""A contract of the same tenant and property that begins so soon after the end of another goes on in its account."""


def open_accounts(writing: Writing) -> int:
    """Find each new contract's account, import_accounts; make those that are not there. Returns 0: no row of a file."""
    writing.run(*_FIND)
    return 0


GOES_ON = Check(
    """
    SELECT s.source, s.line, 'reference', s.reference, before.reference
    FROM import_before before JOIN import_contracts s ON s.id = before.id
    WHERE before.reference IS NOT NULL AND s.account IS NULL AND s.renewal_of IS DISTINCT FROM before.reference
        AND s.moved_from IS DISTINCT FROM before.reference
    """,
    _("This contract continues the account of contract %(detail)s."),
)
GOES_ON_IN = Check(
    """
    SELECT s.source, s.line, 'reference', s.reference, later.reference
    FROM import_after later JOIN import_contracts s ON s.id = later.id
    """,
    _("The account of this contract is that of contract %(detail)s, which continues it."),
)
ACCOUNT_OF_ANOTHER = Check(
    """
    SELECT s.source, s.line, 'account', s.account, s.account FROM import_contracts s
    WHERE s.known_id IS NULL AND s.status IS DISTINCT FROM 'draft' AND s.account <> s.reference
        AND s.account <> ALL (%(unreadable_contracts)s::text[])
        AND NOT EXISTS (
            SELECT FROM import_contracts first
            WHERE first.reference = s.account AND first.known_id IS NULL AND first.tenant = s.tenant
                AND first.status IS DISTINCT FROM 'draft' AND coalesce(first.account, first.reference) = first.reference
        )
        AND NOT EXISTS (
            SELECT FROM leasing_contract c JOIN leasing_tenant t ON t.site_id = c.site_id AND t.id = c.tenant_id
            WHERE c.site_id = %(site)s AND c.reference = s.account AND c.status <> 'draft' AND t.code = s.tenant
        )
    """,
    _("Contract %(detail)s is not the first one of an account of this tenant."),
)


# From the first contract of each tenancy down: what the file names, else a renewal, a move, or the same tenant back in
# the same home at once.
_FIND = (
    "DROP TABLE IF EXISTS pg_temp.import_before, pg_temp.import_accounts, pg_temp.import_after",
    f"""
    CREATE TEMPORARY TABLE import_before ON COMMIT DROP AS
    WITH there AS (
        SELECT s.id, s.reference, s.tenant, s.property, s.start_date, s.ended_on, NULL::uuid AS account_id
        FROM import_contracts s WHERE s.known_id IS NULL AND s.status IS DISTINCT FROM 'draft'
        UNION ALL
        SELECT c.id, c.reference, t.code, p.code, c.start_date, c.ended_on, c.account_id
        FROM leasing_contract c
        JOIN leasing_tenant t ON t.site_id = c.site_id AND t.id = c.tenant_id
        JOIN leasing_property p ON p.site_id = c.site_id AND p.id = c.property_id
        WHERE c.site_id = %(site)s AND c.status <> 'draft' AND t.code IN (SELECT tenant FROM import_contracts)
    )
    SELECT new.id, before.id AS before_id, before.account_id, before.reference
    FROM import_contracts new
    LEFT JOIN LATERAL (
        SELECT there.id, there.account_id, there.reference FROM there
        WHERE there.tenant = new.tenant AND there.id <> new.id AND CASE
            WHEN new.account IS NOT NULL THEN there.reference = new.account
            ELSE there.start_date < new.start_date
                AND (there.reference IN (new.renewal_of, new.moved_from) OR (
                    there.property = new.property
                    AND new.start_date >= there.ended_on AND new.start_date <= there.ended_on + {GOES_ON_WITHIN_DAYS}
                ))
            END
        ORDER BY there.reference IN (new.renewal_of, new.moved_from) DESC, there.start_date DESC LIMIT 1
    ) before ON true
    WHERE new.known_id IS NULL AND new.status IS DISTINCT FROM 'draft'
    """,
    """
    CREATE TEMPORARY TABLE import_accounts ON COMMIT DROP AS
    WITH RECURSIVE found AS (
        SELECT id, coalesce(account_id, gen_random_uuid()) AS account_id, account_id IS NULL AS is_new
        FROM import_before WHERE before_id IS NULL OR account_id IS NOT NULL
        UNION ALL
        SELECT b.id, found.account_id, found.is_new
        FROM import_before b JOIN found ON found.id = b.before_id AND b.account_id IS NULL
    )
    SELECT id, account_id, is_new FROM found
    """,
    # A file of old contracts that comes after that of the present ones: the account is there already.
    f"""
    CREATE TEMPORARY TABLE import_after ON COMMIT DROP AS
    SELECT DISTINCT ON (a.account_id) a.id, a.account_id, c.reference, c.account_id AS later_id
    FROM import_accounts a JOIN import_contracts s ON s.id = a.id
    JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = s.tenant
    JOIN leasing_property p ON p.site_id = %(site)s AND p.code = s.property
    JOIN leasing_contract c ON c.site_id = %(site)s AND c.tenant_id = t.id AND c.property_id = p.id
    WHERE a.is_new AND s.account IS NULL AND c.status <> 'draft' AND c.start_date > s.start_date
        AND c.start_date >= s.ended_on AND c.start_date <= s.ended_on + {GOES_ON_WITHIN_DAYS}
    ORDER BY a.account_id, c.start_date
    """,
    """
    UPDATE import_accounts a SET account_id = later.later_id, is_new = false
    FROM import_after later WHERE later.account_id = a.account_id
    """,
    """
    INSERT INTO leasing_account (site_id, id, tenant_id)
    SELECT DISTINCT ON (a.account_id) %(site)s, a.account_id, t.id
    FROM import_accounts a JOIN import_contracts c ON c.id = a.id
    JOIN leasing_tenant t ON t.site_id = %(site)s AND t.code = c.tenant
    WHERE a.is_new
    """,
    "ANALYZE pg_temp.import_accounts",
)
