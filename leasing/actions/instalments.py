"""Months of rent: made ahead, and taken back after the end of a contract."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from leasing.actions.settlement import bring_up_to_date, settle
from leasing.models import Allocation, Contract, Instalment
from leasing.queries import contracts_with_money_to_place
from sites_app.models import Site

MONTHS_AHEAD = 12
"""How far ahead of today every running contract has its instalments."""


def generate_instalments(*, site: Site, until: dt.date, contracts: Iterable[Contract] | None = None) -> int:
    """Make the missing instalments up to the month that holds `until`; returns how many. Calling it twice makes none.

    One statement for one contract and for the whole site (`contracts=None`: every active contract). The rule:

    - One instalment of the full monthly rent for each calendar month that the contract touches, the first and the
      last month included: no part of a month is charged in proportion.
    - It is due on the contract's payment day, on the last day of a shorter month, and never before the contract
      starts: a contract that starts on the 20th with payment day 5 has its first instalment due on the 20th.
    - A contract that nobody ended runs on past its term by tacit renewal. One that was ended has no instalment that
      would be due after that day.
    - A contract goes on after its last instalment: earlier months that an import left out are history as it was.
    - A renewal does not ask again for a month that the renewed contract has asked for.

    Drafts have no instalments.
    """
    names: dict[str, Any] = {"site": site.code, "until": until}
    if contracts is not None:
        names["contracts"] = [contract.pk for contract in contracts]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FOR_SITE if contracts is None else _FOR_CONTRACTS, names)
        return cursor.rowcount


def extend_instalments(*, site: Site, today: dt.date) -> int:
    """Have every active contract's instalments a year ahead; money on account pays what has come. Returns how many.

    Made for each night; any day's call does the work of the days before it too.
    """
    with transaction.atomic():
        made = generate_instalments(site=site, until=month_after(today, MONTHS_AHEAD))
        # Their locks are held since the first statement: only active contracts, so that no lock is taken out of order.
        settle(site.code, contracts_with_money_to_place(site))
    return made


def drop_after_end(contract: Contract, *, renewed: bool = False) -> None:
    """No rent is asked for what would be due after the end of the contract. Needs the contract's lock.

    A month without any payment goes. A month paid in full stays, because a receipt says so: what it holds is owed
    back to the tenant (queries.prepaid_by_month). A month paid in part goes too, and its money is on account again,
    for the arrears or to be given back; only where the tenant stays on (`renewed`) it is kept, and its rest is due.
    """
    after = Instalment.objects.filter(site_id=contract.site_id, contract=contract, due_date__gt=contract.ended_on)
    if not renewed:
        in_part = list(after.filter(paid_amount__gt=0, paid_amount__lt=F("amount")).values_list("id", flat=True))
        Allocation.objects.filter(site_id=contract.site_id, instalment_id__in=in_part).delete()
        bring_up_to_date(contract.site_id, in_part)
    after.filter(paid_amount=0).delete()
    settle(contract.site_id, [contract.pk])


def months_between(first: dt.date, last: dt.date) -> int:
    """How many months the month of `last` comes after that of `first`; negative where it comes before."""
    return (last.year - first.year) * 12 + last.month - first.month


def month_after(day: dt.date, months: int) -> dt.date:
    """The first day of the month that comes so many months after the month of `day`."""
    number = day.year * 12 + day.month - 1 + months
    return dt.date(number // 12, number % 12 + 1, 1)


# The lock is taken in the statement itself: a contract that somebody is ending at this moment is waited for, and is
# then seen as ended. In the order of the ids, like everything else that locks more than one.
_GENERATE = """
    WITH contract AS (
        SELECT id, tenant_id, monthly_rent, payment_day, start_date, ended_on, renewal_of_id
        FROM leasing_contract
        WHERE site_id = %(site)s AND <which>
        ORDER BY id FOR NO KEY UPDATE
    )
    INSERT INTO leasing_instalment (site_id, contract_id, tenant_id, period, due_date, amount, paid_amount)
    SELECT %(site)s, c.id, c.tenant_id, month::date, due.on_day, c.monthly_rent, 0
    FROM contract c
    CROSS JOIN LATERAL (
        SELECT max(period) AS period FROM leasing_instalment i WHERE i.site_id = %(site)s AND i.contract_id = c.id
    ) last
    CROSS JOIN generate_series(
        coalesce(last.period + interval '1 month', date_trunc('month', c.start_date::timestamp)),
        date_trunc('month', least(%(until)s::date, c.ended_on)::timestamp),
        interval '1 month'
    ) AS month
    CROSS JOIN LATERAL (
        SELECT greatest(
            c.start_date, least(month::date + c.payment_day - 1, (month + interval '1 month')::date - 1)
        ) AS on_day
    ) due
    WHERE (c.ended_on IS NULL OR due.on_day <= c.ended_on)
      AND NOT EXISTS (
          SELECT FROM leasing_instalment asked
          WHERE asked.site_id = %(site)s AND asked.contract_id = c.renewal_of_id AND asked.period = month::date
      )
    ON CONFLICT (site_id, contract_id, period) DO NOTHING
"""
_FOR_SITE = _GENERATE.replace("<which>", "status = 'active'")
_FOR_CONTRACTS = _GENERATE.replace("<which>", "status <> 'draft' AND id = ANY (%(contracts)s::uuid[])")
