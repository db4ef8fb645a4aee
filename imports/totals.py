"""What an import comes to in francs: to be held against the agency's own books, before and after."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imports.writing import Writing
from leasing.readings import is_handed_over, is_in_force, is_received, is_signed, is_standing, rent_on


@dataclass(frozen=True)
class RowsTotal:
    """What rows come to: all of the files, and those of them that are new here.

    Of "rents": a month of the files' contracts that are in force; of "deposits": what is held of all of the files'
    contracts; "owed" and "ahead" are the opening balances.
    """

    name: str
    rows: int
    francs: int
    new_francs: int


@dataclass(frozen=True)
class Totals:
    """The totals of an import, and what all tenants of the site owe once it is in, and have ahead."""

    day: dt.date
    lines: tuple[RowsTotal, ...]
    owing: int
    owed: int
    ahead: int
    prepaid: int


def totals_kept(kept: Mapping[str, Any]) -> Totals | None:
    """Totals as a run keeps them; None for those of before they were counted."""
    if not kept:
        return None
    lines = tuple(RowsTotal(**line) for line in kept["lines"])
    return Totals(**{**kept, "day": dt.date.fromisoformat(kept["day"]), "lines": lines})


def totals_of_loaded(writing: Writing, today: dt.date) -> Totals:
    """What the rows come to that have just been loaded: they stand in the temporary tables still. Two statements."""
    writing.run(_LINES)
    lines = tuple(RowsTotal(*row) for row in writing.cursor.fetchall() if row[1])
    writing.run(_BALANCES)
    return Totals(today, lines, *writing.cursor.fetchone())


def _sums(name: str, place: int, francs: str, is_new: str, rows: str) -> str:
    return (
        f"SELECT {place}, '{name}', count(*), coalesce(sum({francs}), 0)::bigint,"
        f" coalesce(sum({francs}) FILTER (WHERE {is_new}), 0)::bigint FROM {rows}"
    )


# Of a home whose tenant left today and another came in, one rent counts; of a deposit that was carried, the last.
_THERE = "leasing_contract c ON c.site_id = %(site)s AND c.id = coalesce(s.known_id, s.id)"
_IN_FORCE = f"{is_signed('c')} AND {is_in_force('c', '%(today)s')} AND NOT {is_handed_over('c', '%(today)s')}"
_HELD = """
    (
        SELECT d.received, bool_or(s.is_new) AS is_new FROM (
            SELECT coalesce(known_id, id) AS contract_id, known_id IS NULL AS is_new FROM import_contracts
            UNION ALL
            SELECT c.id, s.known_id IS NULL FROM import_deposits s
            JOIN leasing_contract c ON c.site_id = %(site)s AND c.reference = s.contract
        ) s
        JOIN leasing_deposit d ON d.site_id = %(site)s AND d.contract_id = s.contract_id
        WHERE d.state IN ('due', 'held') AND d.received > 0
        GROUP BY d.id, d.received
    ) held
"""
_LINES = f"""
    SELECT name, number, francs, new_francs FROM (
        {_sums("rents", 1, rent_on("c", "%(today)s"), "s.known_id IS NULL",
               f"import_contracts s JOIN {_THERE} WHERE {_IN_FORCE}")}
        UNION ALL
        {_sums("instalments", 2, "amount", "known_id IS NULL", "import_instalments")}
        UNION ALL
        {_sums("payments", 3, "amount", "known_id IS NULL",
               f"import_payments s WHERE s.reversed_on IS NULL AND {is_received('s')}")}
        UNION ALL
        {_sums("deposits", 4, "received", "is_new", _HELD)}
        UNION ALL
        {_sums("owed", 5, "opening_balance", "known_id IS NULL", "import_contracts WHERE opening_balance > 0")}
        UNION ALL
        {_sums("ahead", 6, "-opening_balance", "known_id IS NULL", "import_contracts WHERE opening_balance < 0")}
    ) line (place, name, number, francs, new_francs) ORDER BY place
"""  # fmt: skip

# As leasing.queries.owed says it, for all accounts. Ahead is what pays nothing that is due yet.
_BALANCES = f"""
    WITH due AS (
        SELECT account_id,
            coalesce(sum(amount - paid_amount) FILTER (WHERE due_date <= %(today)s), 0) AS owed,
            coalesce(sum(paid_amount) FILTER (WHERE due_date <= %(today)s), 0) AS paid
        FROM leasing_instalment WHERE site_id = %(site)s GROUP BY account_id
    ), money AS (
        SELECT account_id, sum(amount) AS francs FROM leasing_payment p
        WHERE site_id = %(site)s AND {is_standing("p")} GROUP BY account_id
    ), tenant AS (
        SELECT a.tenant_id, sum(coalesce(due.owed, 0)) AS owed,
            sum(greatest(0, coalesce(money.francs, 0) - coalesce(due.paid, 0))) AS ahead
        FROM leasing_account a
        LEFT JOIN due ON due.account_id = a.id LEFT JOIN money ON money.account_id = a.id
        WHERE a.site_id = %(site)s GROUP BY a.tenant_id
    )
    SELECT count(*) FILTER (WHERE owed > 0), coalesce(sum(owed), 0)::bigint,
        count(*) FILTER (WHERE ahead > 0), coalesce(sum(ahead), 0)::bigint
    FROM tenant
"""
