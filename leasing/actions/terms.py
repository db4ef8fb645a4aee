"""A running contract changes: its rent, its payment day, its billing. Earlier months stay as they were."""

import datetime as dt
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken
from leasing.actions.instalments import bring_up_to_date, remake_months
from leasing.actions.locks import locked_contract
from leasing.models import Contract, Instalment, RentStep
from leasing.months import calendar_months_between, month_after, month_begun
from leasing.refusals import require_signed
from screens import formats
from sites_app.models import BILLINGS


def change_rent(*, contract: Contract, monthly_rent: int, from_month: dt.date, by: Actor, today: dt.date) -> Contract:
    """Another rent from a month on, until a later change that is agreed already. No signing.

    Months from there that are not paid in full ask for the new one.

    Raises RuleBroken: the month has fallen due already, is before the contract or after its end, or the rent is less
    than nothing.
    """
    if monthly_rent < 0:
        raise RuleBroken("monthly_rent", "rent_step_not_negative", _("The rent cannot be less than nothing."))
    with change(by):
        contract, first = _open_contract(contract, from_month, today)
        RentStep.objects.update_or_create(
            site_id=contract.site_id, contract=contract, from_month=first, defaults={"monthly_rent": monthly_rent}
        )
        return _remade(contract, first, today)


def change_payment_day(
    *, contract: Contract, payment_day: int, from_month: dt.date, by: Actor, today: dt.date
) -> Contract:
    """Another payment day from a month on. Months from there that are not paid in full are due on it.

    Raises RuleBroken: the month has fallen due already, is before the contract or after its end, or it is no day.
    """
    if not 1 <= payment_day <= 31:
        raise RuleBroken("payment_day", "contract_payment_day_in_a_month", _("The payment day is from 1 to 31."))
    with change(by):
        contract, first = _open_contract(contract, from_month, today)
        contract.payment_day = payment_day
        contract.save(update_fields=["payment_day"])
        return _remade(contract, first, today)


def change_billing(*, contract: Contract, billing: str, from_month: dt.date, by: Actor, today: dt.date) -> Contract:
    """Another way to cut the months, from a month on. What lies between the two is asked for by days.

    Raises RuleBroken: the month has fallen due already, is before the contract or after its end, a month from there is
    paid, or it is no billing.
    """
    if billing not in dict(BILLINGS):
        raise RuleBroken("billing", "billing", _("There is no such billing."))
    with change(by):
        contract, first = _open_contract(contract, from_month, today)
        if contract.billing == billing:
            return contract
        paid = Instalment.objects.filter(site_id=contract.site_id, contract=contract, kind=Instalment.Kind.RENT)
        if paid.filter(period__gte=first, paid_amount__gt=0).exists():
            raise RuleBroken(
                "from_month",
                "billing_from_an_unpaid_month",
                _("A month from %(month)s on is paid: choose a later one.") % {"month": formats.month(first)},
            )
        contract.billing_from = _first_day_not_asked_for(contract, first)
        contract.billing = billing
        contract.save(update_fields=["billing", "billing_from"])
        return _remade(contract, first, today)


def _first_day_not_asked_for(contract: Contract, first: dt.date) -> dt.date:
    """The months before `first` have asked for the days before this one."""
    if contract.billing != "anniversary":
        return max(first, contract.start_date)
    return month_begun(contract.start_date, max(calendar_months_between(contract.start_date, first), 0))


def _open_contract(contract: Contract, from_month: dt.date, today: dt.date) -> tuple[Contract, dt.date]:
    """The contract, locked, and the first of the month; the first one that has not fallen due may be the earliest."""
    contract = locked_contract(contract.pk)
    require_signed(contract)
    first = from_month.replace(day=1)
    open_months: Any = Instalment.objects.filter(
        site_id=contract.site_id, contract=contract, kind=Instalment.Kind.RENT, due_date__gt=today
    )
    earliest = open_months.aggregate(first=Min("period"))["first"] or month_after(today, 1)
    if first < earliest:
        raise RuleBroken(
            "from_month",
            "change_from_a_month_not_yet_due",
            _("The months before %(month)s have fallen due: the change can only apply from %(month)s on.")
            % {"month": formats.month(earliest)},
        )
    if contract.ended_on is not None and first > contract.ended_on:
        raise RuleBroken(
            "from_month",
            "change_before_the_end",
            _("Contract %(reference)s ends on %(day)s: nothing changes after that day.")
            % {"reference": contract.reference, "day": formats.date_short(contract.ended_on)},
        )
    return contract, first


def _remade(contract: Contract, first: dt.date, today: dt.date) -> Contract:
    remake_months(contract, first)
    bring_up_to_date(contract.site_id, [contract.signed_account_id()], today)
    return contract
