"""Which payment pays which month. Pure: no Django, no database, no clock. Amounts are whole francs."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Money:
    """What is left of a payment."""

    payment: Hashable
    francs: int


@dataclass(frozen=True)
class Debt:
    """What an instalment still lacks."""

    instalment: Hashable
    francs: int


@dataclass(frozen=True)
class Share:
    """So much of a payment goes to an instalment: more than nothing."""

    payment: Hashable
    instalment: Hashable
    francs: int


def allocate(money: Iterable[Money], debts: Iterable[Debt]) -> list[Share]:
    """Let the money pay the debts, both in the order given (oldest first).

    A debt is paid in full before the next one gets anything, and a payment is used up before the next one is
    touched. What no share covers stays: of the money on account, of the debts unpaid. Raises ValueError when an
    amount is negative.
    """
    shares: list[Share] = []
    waiting = iter(debts)
    debt: Debt | None = None
    lacks = 0
    for payment in money:
        left = _not_negative(payment.francs)
        while left:
            while debt is None or not lacks:
                debt = next(waiting, None)
                if debt is None:
                    return shares
                lacks = _not_negative(debt.francs)
            taken = min(left, lacks)
            shares.append(Share(payment.payment, debt.instalment, taken))
            left -= taken
            lacks -= taken
    return shares


def months_touched(francs: int, monthly_rent: int) -> int:
    """How many months an amount pays, the last one perhaps in part. Raises ValueError for a rent of nothing."""
    if _not_negative(francs) and monthly_rent <= 0:
        raise ValueError("no number of months without rent uses up money")
    return -(-francs // monthly_rent) if francs else 0


def _not_negative(francs: int) -> int:
    if francs < 0:
        raise ValueError(f"{francs} francs")
    return francs
