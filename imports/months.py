"""The months of contracts that the running ones do not get by themselves (allocate.place_touched)."""

from uuid import UUID

from imports.history import move_beginnings_back
from imports.writing import Writing
from leasing.actions.instalments import drop_instalments, insert_months
from leasing.months import month_after
from leasing.rent_months import RentMonth, rent_months
from leasing.terms import Lease, leases


def make_months_of_ended(writing: Writing) -> int:
    """The months of new contracts that have ended, and have no instalments in the files. Returns how many."""
    writing.run(_ENDED_WITHOUT_INSTALMENTS)
    return _make_all(writing, [contract for (contract,) in writing.cursor.fetchall()])


def make_earlier_months(writing: Writing) -> tuple[int, int]:
    """Where older payments have come for rents whose beginning was assumed. Returns how many contracts, and months."""
    moved = move_beginnings_back(writing)
    return len(moved), _make_all(writing, moved)


def take_history_as_it_was(writing: Writing) -> int:
    """Let the instalments of the files take the place of months that were made while nobody had given any.

    So a file that comes later than its contract changes as much as if it had come with it. Returns how many months
    were made between the file's last one and those that stay.
    """
    writing.run(*_GIVEN_LATER)
    given = dict(writing.cursor.fetchall())
    if not given:
        return 0
    writing.run(_NOT_GIVEN)
    drop_instalments(writing.site.code, [instalment for (instalment,) in writing.cursor.fetchall()])
    writing.run(_BEGIN_AS_GIVEN)
    found = {lease.contract: lease for lease in leases(writing.site.code, contracts=given)}
    between = {
        key: rent_months(lease.terms, first=month_after(given[key], 1), last=lease.last_period)
        for key, lease in found.items()
        if lease.is_running and lease.last_period is not None
    }
    return insert_months(writing.site.code, found, between)


def _make_all(writing: Writing, contracts: list[UUID]) -> int:
    found = {lease.contract: lease for lease in leases(writing.site.code, contracts=contracts)}
    return insert_months(writing.site.code, found, {key: _all_months(lease) for key, lease in found.items()})


def _all_months(lease: Lease) -> list[RentMonth]:
    last = lease.terms.end or lease.last_period
    return [] if last is None else rent_months(lease.terms, first=lease.terms.start.replace(day=1), last=last)


_ENDED_WITHOUT_INSTALMENTS = """
    SELECT c.id FROM leasing_contract c
    WHERE c.site_id = %(site)s AND c.ended_on IS NOT NULL
        AND c.id IN (SELECT id FROM import_contracts WHERE known_id IS NULL)
        AND NOT EXISTS (
            SELECT FROM leasing_instalment i WHERE i.site_id = c.site_id AND i.contract_id = c.id AND i.kind = 'rent'
        )
"""

_GIVEN_LATER = (
    "DROP TABLE IF EXISTS pg_temp.import_given_later",
    """
    CREATE TEMPORARY TABLE import_given_later ON COMMIT DROP AS
    SELECT c.id AS contract_id, c.ended_on, min(i.due_date) AS first_day,
        date_trunc('month', max(coalesce(i.for_month, i.due_date)))::date AS last_period
    FROM import_instalments i JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = i.contract
    WHERE i.kind = 'rent' AND c.rents_from_assumed
        AND NOT EXISTS (SELECT FROM import_rents_begin begins WHERE begins.contract_id = c.id)
        AND NOT EXISTS (SELECT FROM import_contracts s WHERE s.known_id = c.id AND s.rents_assumed)
    GROUP BY c.id, c.ended_on
    """,
    "INSERT INTO import_touched SELECT contract_id FROM import_given_later",
    "SELECT contract_id, last_period FROM import_given_later",
)
_NOT_GIVEN = """
    SELECT i.id FROM import_given_later given
    JOIN leasing_contract c ON c.site_id = %(site)s AND c.id = given.contract_id
    JOIN leasing_instalment i ON i.site_id = c.site_id AND i.contract_id = c.id AND i.kind = 'rent'
    WHERE (i.period < given.last_period OR given.ended_on IS NOT NULL)
        AND NOT EXISTS (
            SELECT FROM import_instalments s
            WHERE s.contract = c.reference AND s.kind = 'rent'
                AND date_trunc('month', coalesce(s.for_month, s.due_date))::date = i.period
        )
"""
_BEGIN_AS_GIVEN = """
    UPDATE leasing_contract c SET rents_from = given.first_day, rents_from_assumed = false
    FROM import_given_later given WHERE c.site_id = %(site)s AND c.id = given.contract_id
"""
