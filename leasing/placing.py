"""Which money pays which instalment of one account. Pure: no Django, no database, no clock. Amounts are whole francs.

The same records give the same answer, in whatever order they were typed, where no quittance stands:
docs/formulas/money.md.
"""

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Received:
    """A standing payment. Less than nothing: a refund, money that was given back. `waives`: the one instalment that a
    credit lets go."""

    payment: Hashable
    received_on: dt.date
    francs: int
    waives: Hashable = None


@dataclass(frozen=True)
class Debt:
    """What an instalment asks for."""

    instalment: Hashable
    francs: int


@dataclass(frozen=True)
class Share:
    """So much of a payment goes to an instalment: more than nothing."""

    payment: Hashable
    instalment: Hashable
    francs: int


@dataclass(frozen=True)
class Placed:
    """How the money of an account lies. `settled_on` has every instalment that is paid in full, with the day on which
    the payment that completed it was received; `on_account` pays nothing yet, and is less than nothing where more was
    given back than had been received."""

    shares: tuple[Share, ...]
    settled_on: dict[Hashable, dt.date]
    on_account: int


def place(receipts: Iterable[Received], debts: Iterable[Debt]) -> Placed:
    """Let the money of an account pay its instalments, both in the order given.

    Receipts come by day of receipt, then in the order in which they were recorded; debts in the order of
    `readings.in_order_of_debts`. A credit that waives an instalment goes there before any money is placed, and what it
    has left, on as money. A refund is taken off the latest money received before it; what it lacks there, off what is
    received after it. A debt is paid in full before the next one gets anything. Raises ValueError when a debt is less
    than nothing.
    """
    receipts, debts = list(receipts), list(debts)
    lacking = {debt.instalment: debt.francs for debt in debts}
    if any(francs < 0 for francs in lacking.values()):
        raise ValueError("a debt is less than nothing")
    taken: dict[tuple[Hashable, Hashable], int] = {}
    settled_on: dict[Hashable, dt.date] = {}

    def pay(receipt: Received, instalment: Hashable, francs: int) -> None:
        key = (receipt.payment, instalment)
        taken[key] = taken.get(key, 0) + francs
        lacking[instalment] -= francs
        last = settled_on.get(instalment, receipt.received_on)
        settled_on[instalment] = max(last, receipt.received_on)

    money: list[Received] = []
    for receipt in receipts:
        waived = min(receipt.francs, lacking.get(receipt.waives, 0)) if receipt.waives is not None else 0
        if waived > 0:
            pay(receipt, receipt.waives, waived)
            receipt = replace(receipt, francs=receipt.francs - waived)
        money.append(receipt)
    money = _without_refunds(money)
    position, left = 0, money[0].francs if money else 0
    for debt in debts:
        while lacking[debt.instalment] and position < len(money):
            part = min(left, lacking[debt.instalment])
            pay(money[position], debt.instalment, part)
            left -= part
            if not left:
                position += 1
                left = money[position].francs if position < len(money) else 0
    return Placed(
        tuple(Share(payment, instalment, francs) for (payment, instalment), francs in taken.items()),
        {instalment: day for instalment, day in settled_on.items() if not lacking[instalment]},
        sum(receipt.francs for receipt in receipts) - sum(taken.values()),
    )


def place_with_quittances(
    receipts: Iterable[Received], debts: Iterable[Debt], quittances: Mapping[Hashable, int]
) -> tuple[Placed, frozenset[Hashable]]:
    """Let the money pay what a standing quittance says is paid before anything else, in the order given.

    `quittances`: the francs that each says were asked for and paid. Returns how the money lies, and the instalments
    whose quittance is not true any more: gone, asked for with another amount, or no longer paid in full. Those wait
    their turn like the others.
    """
    receipts, debts = list(receipts), list(debts)
    asked = {debt.instalment: debt.francs for debt in debts}
    true = {instalment for instalment, francs in quittances.items() if asked.get(instalment) == francs}
    while True:
        placed = place(receipts, sorted(debts, key=lambda debt: debt.instalment not in true))
        paid = true & placed.settled_on.keys()
        if paid == true:
            return placed, frozenset(quittances.keys() - true)
        true = paid


def _without_refunds(receipts: Iterable[Received]) -> list[Received]:
    money: list[Received] = []
    owed = 0
    for receipt in receipts:
        francs = receipt.francs
        if francs < 0:
            owed -= francs
            while owed and money:
                last = money.pop()
                taken = min(owed, last.francs)
                owed -= taken
                if taken < last.francs:
                    money.append(replace(last, francs=last.francs - taken))
            continue
        taken = min(owed, francs)
        owed -= taken
        if taken < francs:
            money.append(replace(receipt, francs=francs - taken))
    return money
