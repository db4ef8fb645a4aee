"""The months of contracts that an import touched, and which payment pays which: of all of them at once."""

from imports.writing import Writing
from leasing.actions.instalments import bring_up_to_date
from leasing.models import Allocation


def note_touched(writing: Writing) -> None:
    """Begin the list of contracts that get new instalments or payments: tables write it while they are loaded."""
    writing.run(
        "DROP TABLE IF EXISTS pg_temp.import_touched",
        "CREATE TEMPORARY TABLE import_touched (contract_id uuid) ON COMMIT DROP",
    )


def place_touched(writing: Writing) -> int:
    """Have the months of the touched accounts, and their money placed anew. Returns how many months that made."""
    writing.run(_TOUCHED)
    accounts = [account for (account,) in writing.cursor.fetchall()]
    if not accounts:
        return 0
    made = bring_up_to_date(writing.site.code, accounts, writing.names["today"])
    writing.learn(Allocation, len(accounts))
    return made


_TOUCHED = """
    SELECT DISTINCT account_id FROM leasing_contract
    WHERE site_id = %(site)s AND id IN (SELECT contract_id FROM import_touched) AND account_id IS NOT NULL
"""
