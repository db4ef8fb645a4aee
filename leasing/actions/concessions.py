"""A lower rent in the next months, so that a tenant stays; and taking it back."""

import datetime as dt

from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken
from leasing.actions.instalments import bring_up_to_date, remake_months
from leasing.actions.locks import locked_contract
from leasing.models import Concession, Contract, Instalment
from leasing.months import month_begun
from leasing.refusals import require_signed
from leasing.rent_months import rent_months
from leasing.terms import LONGEST_ADVANCE_MONTHS, lease_of
from screens import formats

LONGEST_MONTHS = 12


def grant_concession(
    *,
    contract: Contract,
    francs: int,
    months: int,
    reason: str,
    by: Actor,
    today: dt.date,
    first_month: dt.date | None = None,
) -> Concession:
    """Ask for so many francs less in each of the next months that are not paid, or in those from `first_month` on.

    Raises RuleBroken: no francs or more than the rent, no month or more than a year's, no reason, the contract does not
    run or ends before, or a month is due or paid already: the sentence names the first one that can be lowered.
    """
    if not reason.strip():
        raise RuleBroken("reason", "concession_says_why", _("Say why the rent is lowered."))
    if not 1 <= months <= LONGEST_MONTHS:
        sentence = _("A rent is lowered for 1 to %(most)s months.") % {"most": LONGEST_MONTHS}
        raise RuleBroken("months", "concession_of_some_months", sentence)
    with change(by):
        contract = locked_contract(contract.pk)
        require_signed(contract)
        if francs < 1 or francs > lease_of(contract).terms.rent_on(today):
            raise RuleBroken(
                "francs",
                "concession_of_francs",
                _("A rent is lowered by 1 franc at least, and by the whole rent at most."),
            )
        possible = months_to_lower(contract, months, today)
        if len(possible) < months:
            sentence = _("Contract %(reference)s has no %(months)s months to come that could be lowered.")
            raise RuleBroken(
                "months", "concession_within_the_contract",
                sentence % {"reference": contract.reference, "months": formats.number(months)},
            )  # fmt: skip
        if first_month is not None:
            possible = _from(first_month.replace(day=1), possible, months, contract, today)
        concession = Concession.objects.create(
            site_id=contract.site_id,
            contract=contract,
            account_id=contract.signed_account_id(),
            periods=possible[:months],
            francs=francs,
            reason=reason.strip()[:200],
            granted_on=today,
            granted_by=by,
        )
        _remade(contract, min(possible), today, by)
        return concession


def withdraw_concession(*, concession: Concession, by: Actor, today: dt.date) -> None:
    """Ask for the full rent again. Said twice it is said once.

    Raises RuleBroken: a month was paid at the lower rent.
    """
    with change(by):
        contract = locked_contract(concession.contract_id)
        kept = Concession.objects.filter(site_id=contract.site_id, pk=concession.pk).first()
        if kept is None:
            return
        lowered = Instalment.objects.filter(
            site_id=contract.site_id,
            account_id=kept.account_id,
            kind=Instalment.Kind.RENT,
            period__in=kept.periods,
        )
        paid = next((month for month in lowered.order_by("period") if month.paid_amount >= month.amount), None)
        if paid is not None:
            sentence = _("The rent of %(month)s is paid as it was lowered: it stays so.")
            raise RuleBroken("concession", "concession_not_paid_yet", sentence % {"month": formats.month(paid.period)})
        kept.delete()
        _remade(contract, min(kept.periods), today, by)


def months_to_lower(contract: Contract, months: int, today: dt.date) -> list[dt.date]:
    """The next months, so many at least where the contract asks for as many, that are to fall due and are not paid."""
    lease = lease_of(contract)
    if not lease.is_running:
        return []
    made = Instalment.objects.filter(
        site_id=contract.site_id, contract=contract, kind=Instalment.Kind.RENT, due_date__gte=today
    ).order_by("period")
    found = [month.period for month in made if month.paid_amount < month.amount]
    last = month_begun(lease.next_period, LONGEST_ADVANCE_MONTHS + months)
    later = rent_months(lease.terms, first=lease.next_period, last=last)
    return found + [month.period for month in later if month.due_date >= today and month.amount]


def _from(first: dt.date, possible: list[dt.date], months: int, contract: Contract, today: dt.date) -> list[dt.date]:
    if first not in possible:
        sentence = _("The rent of %(asked)s is due or paid already: it can be lowered from %(month)s on.")
        values = {"asked": formats.month(first), "month": formats.month(possible[0])}
        raise RuleBroken("first_month", "concession_of_unpaid_months", sentence % values)
    asked = [month for month in possible if month >= first]
    if len(asked) < months:
        asked = [month for month in months_to_lower(contract, months + len(possible), today) if month >= first]
    return asked[:months]


def _remade(contract: Contract, first: dt.date, today: dt.date, by: Actor) -> None:
    renewed = Contract.objects.filter(
        site_id=contract.site_id, account_id=contract.signed_account_id(), property_id=contract.property_id
    )
    for one in renewed.filter(status=Contract.Status.ACTIVE):
        remake_months(one, first)
    bring_up_to_date(contract.site_id, [contract.signed_account_id()], today, by=by)
