"""What the rows of an import cannot say: changes of rent, refunds and credits, who gave notice. For all of a site at
once, because one action after another takes minutes."""

import datetime as dt
from collections import defaultdict

from django.db import connection

from accounts.models import User
from changes.keys import digest_of
from demo.portfolio import MadePortfolio, OwnMoneyRow
from leasing.actions.instalments import bring_up_to_date, remake_months
from leasing.models import Contract, Instalment, Notice, Payment, RentStep
from sites_app.models import Site

_LOOK = "ANALYZE (SKIP_LOCKED) leasing_contract, leasing_instalment, leasing_payment, leasing_allocation"


def write_the_rest(site: Site, made: MadePortfolio, by: User, today: dt.date) -> None:
    """Write it into a site whose rows are loaded, and place the money of the accounts it concerns. Needs their locks,
    or that nobody else can see them yet."""
    with connection.cursor() as cursor:
        # Of what was loaded just now the planner knows nothing; each change of one account would read all of them.
        cursor.execute(_LOOK)
    references = {step.contract for step in made.rent_steps} | {row.contract for row in made.own_money}
    contracts = {
        contract.reference: contract for contract in Contract.objects.filter(site=site, reference__in=references)
    }
    _change_rents(site, made, contracts)
    _write_own_money(site, made.own_money, contracts, by)
    _say_who_gave_notice(site, made)
    bring_up_to_date(site.code, dict.fromkeys(contract.signed_account_id() for contract in contracts.values()), today)


def _change_rents(site: Site, made: MadePortfolio, contracts: dict[str, Contract]) -> None:
    RentStep.objects.bulk_create(
        RentStep(
            site=site,
            contract=contracts[step.contract],
            from_month=step.from_month,
            monthly_rent=step.monthly_rent,
        )
        for step in made.rent_steps
    )
    first: dict[str, dt.date] = defaultdict(lambda: dt.date.max)
    for step in made.rent_steps:
        first[step.contract] = min(first[step.contract], step.from_month)
    for reference, month in first.items():
        remake_months(contracts[reference], month, also_paid=True)


def _write_own_money(site: Site, rows: list[OwnMoneyRow], contracts: dict[str, Contract], by: User) -> None:
    penalties = {
        (penalty.contract_id, penalty.due_date): penalty
        for penalty in Instalment.objects.filter(
            site=site,
            kind=Instalment.Kind.PENALTY,
            contract__in=[contracts[row.contract] for row in rows if row.waives],
        )
    }
    Payment.objects.bulk_create(
        Payment(
            site=site,
            account_id=contracts[row.contract].signed_account_id(),
            contract=contracts[row.contract],
            amount=row.amount,
            method=row.method,
            reason=row.reason,
            waives=penalties[contracts[row.contract].pk, row.waives] if row.waives else None,
            received_on=row.day,
            recorded_by=by,
            idempotency_key=f"demo:{row.method}:{number}",
            request_digest=digest_of({"contract": row.contract, "amount": row.amount, "on": row.day.isoformat()}),
        )
        for number, row in enumerate(rows)
    )


def _say_who_gave_notice(site: Site, made: MadePortfolio) -> None:
    notices = Notice.objects.filter(site=site)
    by_tenant = notices.filter(kind=Notice.Kind.TO_QUIT).exclude(contract__reference__in=made.quit_by_landlord)
    by_tenant.update(given_by=Notice.GivenBy.TENANT)
    notices.filter(given_by="").update(given_by=Notice.GivenBy.LANDLORD)
