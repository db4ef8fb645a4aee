"""What follows from new contracts: their months, and the deposits that are held."""

import datetime as dt
from uuid import UUID

from imports.writing import Writing
from leasing.actions.instalments import generate_instalments
from leasing.models import Contract
from sites_app.models import Site


def fill_new_contracts(writing: Writing) -> int:
    """Hold the deposits of new contracts, and make their months; returns how many months."""
    writing.run(_HELD_DEPOSITS, _WITHOUT_INSTALMENTS)
    return make_months(writing.site, writing.cursor.fetchall())


def make_months(site: Site, wanted: list[tuple[UUID, dt.date]]) -> int:
    """Make each contract's missing months up to its own day; returns how many."""
    until: dict[dt.date, list[Contract]] = {}
    for contract_id, day in wanted:
        until.setdefault(day, []).append(Contract(pk=contract_id))
    return sum(generate_instalments(site=site, until=day, contracts=until[day]) for day in sorted(until))


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
