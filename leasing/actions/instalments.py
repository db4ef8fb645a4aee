"""Months of rent: made ahead, made anew when a lease changes, and taken back after its end."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import Actor
from changes import sql
from leasing.actions.locks import lock_accounts
from leasing.actions.settlement import place_anew
from leasing.models import Contract, Instalment
from leasing.months import month_after
from leasing.rent_months import RentMonth, rent_months
from leasing.terms import MONTHS_AHEAD, Lease, accounts_to_extend, lease_of, leases
from sites_app.models import Site

Months = Mapping[UUID, list[RentMonth]]


def extend_instalments(*, site: Site, today: dt.date) -> int:
    """Have every active contract's instalments a year ahead; money on account pays what has come. Returns how many.

    Made for each night; any day's call does the work of the days before it too.
    """
    with transaction.atomic():
        short = accounts_to_extend(site.code, month_after(today, MONTHS_AHEAD))
        # What somebody is changing at this moment is waited for, and read again.
        lock_accounts(short)
        return bring_up_to_date(site.code, short, today)


def bring_up_to_date(site_code: str, accounts: Iterable[UUID], today: dt.date, *, by: Actor = None) -> int:
    """Have the months of accounts as their leases and their money want them on a day, and the money placed anew.

    Every running lease has its months a year ahead. Money that is left then makes and pays further months of the
    account's latest running lease, as far as Lease.months_for goes;
    months further than a year ahead that nothing pays are taken away. The same records give the same months and the
    same shares, whatever was written before; a quittance that is not true any more is cancelled, by `by`. Needs the
    accounts' locks. Returns how many months were made.
    """
    accounts = list(accounts)
    horizon = month_after(today, MONTHS_AHEAD)
    running = {lease.contract: lease for lease in leases(site_code, accounts=accounts) if lease.is_running}
    made = insert_months(site_code, running, {key: lease.missing(horizon) for key, lease in running.items()})
    on_account = place_anew(site_code, accounts, by=by)
    latest = {lease.account: lease for lease in sorted(running.values(), key=lambda lease: lease.terms.start)}
    ahead = {lease.contract: lease.months_for(on_account.get(account, 0), today) for account, lease in latest.items()}
    more = insert_months(site_code, running, ahead)
    if more:
        place_anew(site_code, [account for account, lease in latest.items() if ahead[lease.contract]], by=by)
    sql.run(_DROP_UNPAID_AHEAD, {"site": site_code, "accounts": accounts, "horizon": horizon})
    return made + more


def remake_months(contract: Contract, first: dt.date, *, also_paid: bool = False) -> None:
    """Have the months of a contract from the period `first` on as its terms are now, in place of those that are there.

    Months that are paid in full stay as they are unless `also_paid`. What a month loses is on account, until
    bring_up_to_date places it. Needs the account's lock.
    """
    _remake(lease_of(contract), contract, first, also_paid=also_paid)


def drop_after_end(contract: Contract) -> None:
    """After the end nothing is due: the month of the last day is cut to its days, what comes later goes.

    Service charges for later months go too. What was paid for later days is on account, until bring_up_to_date
    places it. Debts of other kinds stay. Needs the account's lock. Raises ValueError for a contract that has not ended.
    """
    lease = lease_of(contract)
    month = lease.month_of_end()
    # The last months, when the nightly job has not come so far yet.
    insert_months(contract.site_id, {lease.contract: lease}, {lease.contract: lease.missing(month)})
    _remake(lease, contract, month, also_paid=True)
    others = Instalment.objects.filter(site_id=contract.site_id, contract=contract)
    later = others.filter(
        Q(kind=Instalment.Kind.SERVICE, period__gt=contract.ended_on)
        | Q(kind=Instalment.Kind.DEPOSIT, due_date__gt=contract.ended_on)
    )
    drop_instalments(contract.site_id, list(later.values_list("id", flat=True)))


def insert_months(site_code: str, of: Mapping[UUID, Lease], months: Months) -> int:
    """Write down months of contracts; one that is there already stays as it is. Returns how many were made."""
    made = [(of[contract], month) for contract, some in months.items() for month in some]
    if not made:
        return 0
    return sql.run(
        _INSERT,
        {
            "site": site_code,
            "contracts": [lease.contract for lease, _month in made],
            "accounts": [lease.account for lease, _month in made],
            "tenants": [lease.tenant for lease, _month in made],
            "periods": [month.period for _lease, month in made],
            "due": [month.due_date for _lease, month in made],
            "francs": [month.amount for _lease, month in made],
        },
    )


def _remake(lease: Lease, contract: Contract, first: dt.date, *, also_paid: bool) -> None:
    there = {
        month.period: month
        for month in Instalment.objects.filter(
            site_id=contract.site_id, contract=contract, kind=Instalment.Kind.RENT, period__gte=first
        )
    }
    last = max(there, default=first)
    wanted = {month.period: month for month in rent_months(lease.terms, first=first, last=last)}
    gone = [month.id for period, month in there.items() if period not in wanted]
    drop_instalments(contract.site_id, gone)
    other = [
        (there[period].id, month)
        for period, month in wanted.items()
        if period in there
        and (also_paid or there[period].paid_amount < there[period].amount)
        and (there[period].due_date, there[period].amount) != (month.due_date, month.amount)
    ]
    sql.run(
        _CHANGE,
        {
            "site": contract.site_id,
            "ids": [instalment for instalment, _month in other],
            "due": [month.due_date for _instalment, month in other],
            "francs": [month.amount for _instalment, month in other],
        },
    )
    missing = [month for period, month in wanted.items() if period not in there]
    insert_months(contract.site_id, {contract.pk: lease}, {contract.pk: missing})


def drop_instalments(site_code: str, instalments: list[UUID]) -> None:
    """Take instalments away, with what was placed on them. One that a credit names stays, and asks for nothing."""
    if instalments:
        names = {"site": site_code, "ids": instalments}
        sql.run(_FREE, names)
        sql.run(_DROP, names)
        sql.run(_ASK_FOR_NOTHING, names)


_INSERT = """
    INSERT INTO leasing_instalment
        (site_id, contract_id, account_id, tenant_id, kind, label, period, due_date, amount, paid_amount)
    SELECT %(site)s, made.contract, made.account, made.tenant, 'rent', '', made.period, made.due, made.francs, 0
    FROM unnest(%(contracts)s::uuid[], %(accounts)s::uuid[], %(tenants)s::uuid[], %(periods)s::date[], %(due)s::date[],
        %(francs)s::bigint[]) AS made (contract, account, tenant, period, due, francs)
    ON CONFLICT (site_id, contract_id, period) WHERE kind = 'rent' DO NOTHING
"""

_CHANGE = """
    UPDATE leasing_instalment i SET due_date = other.due, amount = other.francs, paid_amount = 0, settled_on = NULL
    FROM unnest(%(ids)s::uuid[], %(due)s::date[], %(francs)s::bigint[]) AS other (id, due, francs)
    WHERE i.site_id = %(site)s AND i.id = other.id
"""

# What a month has of payments goes first: the figures of closed months are told by its row (kpi's triggers).
_FREE = "DELETE FROM leasing_allocation WHERE site_id = %(site)s AND instalment_id = ANY (%(ids)s::uuid[])"
_DROP = """
    DELETE FROM leasing_instalment i
    WHERE site_id = %(site)s AND id = ANY (%(ids)s::uuid[])
        AND NOT EXISTS (SELECT FROM leasing_payment p WHERE p.site_id = i.site_id AND p.waives_id = i.id)
"""
_ASK_FOR_NOTHING = """
    UPDATE leasing_instalment SET amount = 0, paid_amount = 0, settled_on = NULL
    WHERE site_id = %(site)s AND id = ANY (%(ids)s::uuid[])
"""

_DROP_UNPAID_AHEAD = """
    DELETE FROM leasing_instalment i
    WHERE site_id = %(site)s AND account_id = ANY (%(accounts)s::uuid[]) AND kind = 'rent'
        AND period > %(horizon)s AND paid_amount = 0 AND amount > 0
        AND NOT EXISTS (SELECT FROM leasing_payment p WHERE p.site_id = i.site_id AND p.waives_id = i.id)
"""
