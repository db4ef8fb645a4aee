"""Writes down which money pays which instalment, so that it always equals `placing.place`.

Everything here needs the accounts' locks (leasing.actions.locks).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Actor
from changes import sql
from leasing.models import ReceiptCancellation
from leasing.placing import Debt, Placed, Received, place_with_quittances
from leasing.readings import in_order_of_debts, is_standing, is_standing_quittance

_AT_ONCE = 400
"""Accounts that are held in memory at a time."""
_FEW = 10
"""Accounts whose shares are found one by one."""


def place_anew(site_code: str, accounts: Iterable[UUID], *, by: Actor = None) -> dict[UUID, int]:
    """Place the money of accounts as their records stand now, and write down what that changes.

    What a standing quittance says is paid comes first. One that is not true any more is cancelled, by `by`.

    Returns the francs on account of each that has instalments or payments. Four statements for 400 accounts; two
    more where they are over ten, one more where a quittance is cancelled.
    """
    waiting = iter(dict.fromkeys(accounts))
    on_account: dict[UUID, int] = {}
    while some := list(islice(waiting, _AT_ONCE)):
        books = _read(site_code, some)
        placed: dict[UUID, Placed] = {}
        for account, book in books.items():
            placed[account], untrue = place_with_quittances(
                book.receipts, book.debts, {month: paper.francs for month, paper in book.quittances.items()}
            )
            book.cancel(site_code, untrue, by)
        _write(site_code, some, placed)
        on_account |= {account: found.on_account for account, found in placed.items()}
    return on_account


@dataclass(frozen=True)
class _Quittance:
    """A standing quittance, and the francs that it says were asked for and paid."""

    receipt: UUID
    francs: int


@dataclass(frozen=True)
class _Book:
    """What one account has received and owes, in the order in which it is placed."""

    receipts: list[Received] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    quittances: dict[Hashable, _Quittance] = field(default_factory=dict)

    def cancel(self, site_code: str, untrue: Iterable[Hashable], by: Actor) -> None:
        if untrue:
            asked = {debt.instalment: debt.francs for debt in self.debts}
            causes = ReceiptCancellation.Cause
            ReceiptCancellation.objects.bulk_create(
                ReceiptCancellation(
                    site_id=site_code,
                    receipt_id=paper.receipt,
                    cause=causes.UNPAID if asked.get(month) == paper.francs else causes.CHANGED,
                    cancelled_by=by,
                )
                for month, paper in self.quittances.items()
                if month in untrue
            )


def _read(site_code: str, accounts: list[UUID]) -> dict[UUID, _Book]:
    names: dict[str, Any] = {"site": site_code, "accounts": accounts}
    books: dict[UUID, _Book] = defaultdict(_Book)
    with connection.cursor() as cursor:
        cursor.execute(_RECEIPTS, names)
        for account, *receipt in cursor.fetchall():
            books[account].receipts.append(Received(*receipt))
        cursor.execute(_DEBTS, names)
        for account, instalment, francs, paper, month, said in cursor.fetchall():
            if instalment is not None:
                books[account].debts.append(Debt(instalment, francs))
            if paper is not None:
                books[account].quittances[month] = _Quittance(paper, said)
    return books


def _write(site_code: str, accounts: list[UUID], placed: dict[UUID, Placed]) -> None:
    shares = [share for found in placed.values() for share in found.shares]
    settled: dict[object, dt.date] = {}
    for found in placed.values():
        settled |= found.settled_on
    names = {
        "site": site_code,
        "accounts": accounts,
        "payments": [share.payment for share in shares],
        "instalments": [share.instalment for share in shares],
        "francs": [share.francs for share in shares],
        "settled": list(settled),
        "days": list(settled.values()),
    }
    many = len(accounts) > _FEW
    # Of rows that an import wrote just now the planner knows nothing: it would read them all for each of them.
    if many:
        sql.run("SET LOCAL enable_nestloop = off", {})
    sql.run(_SHARES, names)
    sql.run(_SETTLED, names)
    if many:
        sql.run("SET LOCAL enable_nestloop = on", {})


_RECEIPTS = f"""
    SELECT account_id, id, received_on, amount, waives_id FROM leasing_payment p
    WHERE site_id = %(site)s AND account_id = ANY (%(accounts)s::uuid[]) AND {is_standing("p")}
    ORDER BY account_id, received_on, recorded_at, id
"""

# Quittances are so few that the join costs no more than looking for them. One of a month that is gone has no debt.
_DEBTS = f"""
    SELECT coalesce(i.account_id, q.account_id), i.id, i.amount, q.id, q.instalment_id, q.amount
    FROM (
        SELECT * FROM leasing_instalment WHERE site_id = %(site)s AND account_id = ANY (%(accounts)s::uuid[])
    ) i
    FULL JOIN (
        SELECT c.account_id, r.id, r.instalment_id, r.amount
        FROM leasing_contract c JOIN leasing_receipt r ON r.site_id = c.site_id AND r.contract_id = c.id
        WHERE c.site_id = %(site)s AND c.account_id = ANY (%(accounts)s::uuid[]) AND {is_standing_quittance("r")}
    ) q ON q.instalment_id = i.id
    ORDER BY 1, {in_order_of_debts("i")}
"""

# Only what differs is written: each row tells the months whose figures it changes.
_SHARES = """
    WITH wanted AS (
        SELECT * FROM unnest(%(payments)s::uuid[], %(instalments)s::uuid[], %(francs)s::bigint[])
            AS w (payment_id, instalment_id, amount)
    ), there AS MATERIALIZED (
        SELECT a.id, a.payment_id, a.instalment_id, a.amount
        FROM leasing_payment p JOIN leasing_allocation a ON a.site_id = p.site_id AND a.payment_id = p.id
        WHERE p.site_id = %(site)s AND p.account_id = ANY (%(accounts)s::uuid[])
    ), gone AS (
        DELETE FROM leasing_allocation a USING there
        WHERE a.site_id = %(site)s AND a.id = there.id
            AND NOT EXISTS (
                SELECT FROM wanted w
                WHERE w.payment_id = there.payment_id AND w.instalment_id = there.instalment_id
            )
    ), other AS (
        UPDATE leasing_allocation a SET amount = w.amount
        FROM there JOIN wanted w USING (payment_id, instalment_id)
        WHERE a.site_id = %(site)s AND a.id = there.id AND w.amount <> there.amount
    )
    INSERT INTO leasing_allocation (site_id, payment_id, instalment_id, amount)
    SELECT %(site)s, w.payment_id, w.instalment_id, w.amount FROM wanted w
    WHERE NOT EXISTS (
        SELECT FROM there WHERE there.payment_id = w.payment_id AND there.instalment_id = w.instalment_id
    )
"""

# What is paid is added up from the shares there are: had somebody placed the same money without the lock, the database
# would refuse a month that is paid twice. A deposit is received as far as its instalment is paid, and held once that is
# paid in full.
_SETTLED = """
    WITH paid AS (
        SELECT i.id, sum(a.amount)::bigint AS francs
        FROM leasing_instalment i JOIN leasing_allocation a ON a.site_id = i.site_id AND a.instalment_id = i.id
        WHERE i.site_id = %(site)s AND i.account_id = ANY (%(accounts)s::uuid[]) GROUP BY i.id
    ), settled AS (
        SELECT * FROM unnest(%(settled)s::uuid[], %(days)s::date[]) AS s (id, day)
    ), changed AS (
        UPDATE leasing_instalment i SET paid_amount = now.francs, settled_on = now.day
        FROM (
            SELECT i.id, coalesce(paid.francs, 0) AS francs, settled.day
            FROM leasing_instalment i LEFT JOIN paid USING (id) LEFT JOIN settled USING (id)
            WHERE i.site_id = %(site)s AND i.account_id = ANY (%(accounts)s::uuid[])
        ) now
        WHERE i.site_id = %(site)s AND i.id = now.id
            AND (i.paid_amount, i.settled_on) IS DISTINCT FROM (now.francs, now.day)
        RETURNING i.contract_id, i.kind, i.paid_amount, i.amount
    )
    UPDATE leasing_deposit d
    SET received = d.agreed - c.amount + c.paid_amount,
        state = CASE WHEN c.paid_amount = c.amount THEN 'held' ELSE 'due' END
    FROM changed c
    WHERE c.kind = 'deposit' AND d.site_id = %(site)s AND d.contract_id = c.contract_id AND d.state IN ('due', 'held')
"""
