"""Writes down which payment pays which month. Everything here needs the contracts' locks (change.locked_contract)."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from uuid import UUID

from django.db import connection
from django.db.models import F

from leasing.allocation import Debt, Money, Share, allocate
from leasing.models import Allocation, Instalment, Payment


def settle(site_code: str, contracts: Iterable[UUID]) -> int:
    """Let the money on account of each contract pay its open months, oldest first on both sides.

    Returns the francs that stay on account. Three statements at least and five at most, for any number of contracts.
    """
    contracts = list(contracts)
    money: dict[UUID, list[Money]] = defaultdict(list)
    for contract, payment, francs in (
        Payment.objects.standing()
        .filter(site_id=site_code, contract_id__in=contracts)
        .with_on_account()
        .filter(on_account__gt=0)
        .order_by("received_on", "recorded_at", "id")
        .values_list("contract_id", "id", "on_account")
    ):
        money[contract].append(Money(payment, francs))
    if not money:
        return 0
    debts: dict[UUID, list[Debt]] = defaultdict(list)
    for contract, instalment, francs in (
        Instalment.objects.filter(site_id=site_code, contract_id__in=money, paid_amount__lt=F("amount"))
        .order_by("due_date", "period")
        .values_list("contract_id", "id", F("amount") - F("paid_amount"))
    ):
        debts[contract].append(Debt(instalment, francs))
    shares = [share for contract in money for share in allocate(money[contract], debts[contract])]
    if shares:
        _write(site_code, shares)
    return sum(m.francs for of in money.values() for m in of) - sum(share.francs for share in shares)


def release(site_code: str, payment: UUID) -> None:
    """Take the payment back from every month that it paid."""
    paid = Allocation.objects.filter(site_id=site_code, payment_id=payment)
    instalments = list(paid.values_list("instalment_id", flat=True))
    paid.delete()
    bring_up_to_date(site_code, instalments)


def bring_up_to_date(site_code: str, instalments: Iterable[Hashable]) -> None:
    """What each month says it has been paid is the sum of its allocations.

    It was settled on the day the last of its payments was received.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BRING_UP_TO_DATE, {"site": site_code, "ids": list(instalments)})


def _write(site_code: str, shares: list[Share]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD_SHARES,
            {
                "site": site_code,
                "payments": [share.payment for share in shares],
                "instalments": [share.instalment for share in shares],
                "francs": [share.francs for share in shares],
            },
        )
    bring_up_to_date(site_code, {share.instalment for share in shares})


# A payment meets a month that it has paid in part before, when the rest of that month came from one that was reversed.
_ADD_SHARES = """
    INSERT INTO leasing_allocation (site_id, payment_id, instalment_id, amount)
    SELECT %(site)s, * FROM unnest(%(payments)s::uuid[], %(instalments)s::uuid[], %(francs)s::bigint[])
    ON CONFLICT (site_id, payment_id, instalment_id) DO UPDATE SET amount = leasing_allocation.amount + excluded.amount
"""

_BRING_UP_TO_DATE = """
    UPDATE leasing_instalment i
    SET paid_amount = paid.francs, settled_on = CASE WHEN paid.francs = i.amount THEN paid.last END
    FROM (
        SELECT wanted.id, coalesce(sum(a.amount), 0)::bigint AS francs, max(p.received_on) AS last
        FROM unnest(%(ids)s::uuid[]) AS wanted (id)
        LEFT JOIN leasing_allocation a ON a.site_id = %(site)s AND a.instalment_id = wanted.id
        LEFT JOIN leasing_payment p ON p.site_id = %(site)s AND p.id = a.payment_id
        GROUP BY wanted.id
    ) paid
    WHERE i.site_id = %(site)s AND i.id = paid.id
"""
