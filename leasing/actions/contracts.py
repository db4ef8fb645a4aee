"""A contract's life: signed, renewed, moved to another property, ended; and what of it was typed by mistake."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken, broken_constraint, constraint_of, not_on_this_site, require_past
from leasing.actions.closing import close_matters_of_ended
from leasing.actions.deposits import ask_for_deposit, carry_deposit, carry_deposit_back
from leasing.actions.instalments import (
    bring_up_to_date,
    drop_after_end,
    drop_instalments,
    remake_months,
)
from leasing.actions.locks import lock_properties, locked_contract, locked_with_its_property
from leasing.models import Account, Concession, Contract, Instalment, Payment, Property, RentStep, Tenant
from leasing.queries import rent_of
from leasing.refusals import require_signed
from leasing.terms import lease_of
from screens import formats

_NO_OVERLAP = "contracts_in_force_do_not_overlap"
_DAY = dt.timedelta(days=1)


def sign_contract(
    *,
    contract: Contract,
    by: Actor,
    today: dt.date,
    signed_on: dt.date | None = None,
    rents_from: dt.date | None = None,
) -> Contract:
    """Put a contract in force: a draft that is saved, or a new one with its values. Signed today unless it says when.

    It opens an account, or goes on in that of the contract that it renews. Its instalments are made a year ahead, from
    its start or from `rents_from` (its own unless given), and its deposit falls due with the first of them. Signing a
    contract that is active already changes nothing.

    Raises:
        RuleBroken: another contract has the property on some of its days, its reference is taken, it was ended, or
            its property or tenant is not on its site.
        ValidationError: a value has not the form of its column.
    """
    with change(by):
        if contract._state.adding:
            lock_properties([contract.property_id])
        else:
            contract = locked_with_its_property(contract)
        if rents_from is not None and contract.status == Contract.Status.DRAFT:
            contract.rents_from = rents_from
        return _sign(contract, signed_on=signed_on, today=today)


def renew_contract(
    *,
    contract: Contract,
    reference: str,
    start_date: dt.date,
    by: Actor,
    today: dt.date,
    end_date: dt.date | None = None,
    monthly_rent: int | None = None,
    payment_day: int | None = None,
    signed_on: dt.date | None = None,
) -> Contract:
    """End a contract on the day before `start_date` and put its renewal in force: same property, tenant and agent.

    Rent and payment day are the old ones unless given. The account goes on: what was prepaid pays the renewal's
    months, and arrears stay. The deposit is carried to the renewal. A renewal of the same contract with the same
    reference that is there already is returned as it is.

    Raises RuleBroken like sign_contract, and when the renewal would start on or before the first day of the contract
    or before the day on which it was ended.
    """
    with change(by):
        old = locked_with_its_property(contract)
        known = Contract.objects.filter(site_id=old.site_id, renewal_of=old, reference=reference).first()
        if known is not None:
            return known
        require_signed(old)
        if start_date <= (old.ended_on or old.start_date):
            raise RuleBroken(
                "start_date",
                "renewal_starts_after",
                _("A renewal of contract %(reference)s can only start after %(day)s.")
                % {"reference": old.reference, "day": formats.date_short(old.ended_on or old.start_date)},
            )
        if old.ended_on is None:
            _end(old, start_date - _DAY, Contract.Status.ENDED, reason="")
        renewal = _successor(
            old,
            reference=reference,
            property_id=old.property_id,
            start_date=start_date,
            end_date=end_date,
            monthly_rent=rent_of(old, start_date) if monthly_rent is None else monthly_rent,
            payment_day=payment_day or old.payment_day,
            renewal_of=old,
        )
        _sign(renewal, signed_on=signed_on, today=today, carried_from=old)
        # Now, when the tenant has a contract on the home again: requests about it stay open.
        close_matters_of_ended(old.site_id, today, contracts=[old.pk])
        return renewal


def move_tenant(
    *,
    contract: Contract,
    to_property: Property,
    on: dt.date,
    monthly_rent: int,
    reference: str,
    by: Actor,
    today: dt.date,
    deposit_amount: int | None = None,
    end_date: dt.date | None = None,
    payment_day: int | None = None,
    signed_on: dt.date | None = None,
) -> Contract:
    """Let a tenant move to another property of the agency: the contract ends the day before `on`, a new one begins.

    The account goes on: what was prepaid pays the new contract's months. The deposit is carried; what a larger one
    lacks falls due with the first rent, what a smaller one leaves over is on account. For no figure is it a departure
    or a signing. The same move asked for twice is one.

    Raises RuleBroken like sign_contract, and when the move would be on or before the first day of the contract, or the
    contract was ended.
    """
    with change(by):
        lock_properties([contract.property_id, to_property.pk])
        old = locked_contract(contract.pk)
        known = Contract.objects.filter(site_id=old.site_id, moved_from=old, reference=reference).first()
        if known is not None:
            return known
        require_signed(old)
        if old.ended_on is not None:
            raise _already_ended(old)
        if on <= old.start_date:
            raise RuleBroken(
                "on",
                "move_after_the_first_day",
                _("Contract %(reference)s starts on %(start)s: a move can only be after that day.")
                % {"reference": old.reference, "start": formats.date_short(old.start_date)},
            )
        _end(old, on - _DAY, Contract.Status.ENDED, reason=Contract.EndReason.MOVED)
        move = _successor(
            old,
            reference=reference,
            property_id=to_property.pk,
            start_date=on,
            end_date=end_date,
            monthly_rent=monthly_rent,
            payment_day=payment_day or old.payment_day,
            deposit_amount=old.deposit_amount if deposit_amount is None else deposit_amount,
            moved_from=old,
        )
        _sign(move, signed_on=signed_on, today=today, carried_from=old)
        close_matters_of_ended(old.site_id, today, contracts=[old.pk])
        return move


def end_contract(
    *,
    contract: Contract,
    ended_on: dt.date,
    by: Actor,
    today: dt.date,
    terminated: bool = False,
    reason: str = "",
) -> Contract:
    """Say that a contract's last day is `ended_on` (past or to come), at its term or terminated before it.

    What was due up to that day stays due: arrears survive the end, and payments still go to them. The last month is
    cut to its days, and what was paid for later days is on account. Its open notices and requests are closed with it.
    Saying the same again changes nothing.

    Raises RuleBroken: the contract is a draft, was ended on another day, or the day is before its start.
    """
    status = Contract.Status.TERMINATED if terminated else Contract.Status.ENDED
    with change(by):
        contract = locked_with_its_property(contract)
        require_signed(contract)
        if contract.ended_on is not None:
            if (contract.status, contract.ended_on) == (status, ended_on):
                return contract
            raise _already_ended(contract)
        if ended_on < contract.start_date:
            raise RuleBroken(
                "ended_on",
                "contract_ended_not_before_start",
                _("Contract %(reference)s starts on %(start)s: it cannot end before that day.")
                % {"reference": contract.reference, "start": formats.date_short(contract.start_date)},
            )
        _end(contract, ended_on, status, reason=reason)
        bring_up_to_date(contract.site_id, [contract.signed_account_id()], today)
        close_matters_of_ended(contract.site_id, today, contracts=[contract.pk])
        return contract


def reopen_contract(*, contract: Contract, by: Actor, today: dt.date) -> Contract:
    """Take back an end that was a mistake: the contract runs on, and asks again for the months after it.

    What the end has closed stays closed. One that runs changes nothing.

    Raises RuleBroken: a renewal or a move follows the contract, or another one has the property since.
    """
    with change(by):
        contract = locked_with_its_property(contract)
        require_signed(contract)
        if contract.ended_on is None:
            return contract
        signed = Contract.objects.signed().filter(site_id=contract.site_id)
        follows = signed.filter(Q(renewal_of=contract) | Q(moved_from=contract)).first()
        if follows is not None:
            raise RuleBroken(
                "contract",
                "contract_followed_by_another",
                _("Contract %(next)s follows contract %(reference)s: take that one back first.")
                % {"next": follows.reference, "reference": contract.reference},
            )
        _reopen(contract)
        bring_up_to_date(contract.site_id, [contract.signed_account_id()], today)
        return contract


def void_contract(*, contract: Contract, by: Actor, today: dt.date) -> Contract:
    """Take back a contract that should never have been signed: it is a draft again, and asks for nothing.

    Where it renewed another contract or moved its tenant, that one runs on as before, with its deposit.

    Raises RuleBroken: money was recorded on it, a renewal or a move follows it, or another contract has the property
    of the one before since.
    """
    with change(by):
        before = contract.renewal_of or contract.moved_from
        lock_properties([contract.property_id, *([before.property_id] if before else [])])
        contract = locked_contract(contract.pk)
        require_signed(contract)
        if Payment.objects.standing().filter(site_id=contract.site_id, contract=contract).exists():
            raise RuleBroken(
                "contract",
                "contract_without_money",
                _("Money was recorded on contract %(reference)s: reverse it first, or end the contract.")
                % {"reference": contract.reference},
            )
        follows = Contract.objects.filter(site_id=contract.site_id)
        if follows.filter(Q(renewal_of=contract) | Q(moved_from=contract)).exists():
            raise RuleBroken(
                "contract",
                "contract_followed_by_another",
                _("Another contract follows contract %(reference)s: take that one back first.")
                % {"reference": contract.reference},
            )
        account, day_before = contract.signed_account_id(), contract.start_date - _DAY
        carry_deposit_back(contract, by=by, today=today, reason=_("The contract was taken back."))
        _forget_months(contract)
        contract.status, contract.account, contract.signed_on = Contract.Status.DRAFT, None, None
        contract.ended_on, contract.end_reason = None, ""
        contract.save(update_fields=["status", "account", "signed_on", "ended_on", "end_reason"])
        if before is not None and before.ended_on == day_before:
            before.refresh_from_db()
            _reopen(before)
        bring_up_to_date(contract.site_id, [account], today)
        return contract


def _sign(
    contract: Contract, *, signed_on: dt.date | None, today: dt.date, carried_from: Contract | None = None
) -> Contract:
    if contract.status == Contract.Status.ACTIVE and not contract._state.adding:
        return contract
    if contract.status in (Contract.Status.ENDED, Contract.Status.TERMINATED):
        raise _already_ended(contract)
    contract.status = Contract.Status.ACTIVE
    contract.signed_on = signed_on or contract.signed_on or today
    require_past("signed_on", contract.signed_on, today)
    _check(contract)
    contract.account = _account_of(contract)
    _save(contract)
    bring_up_to_date(contract.site_id, [contract.signed_account_id()], today)
    if carried_from is None or not carry_deposit(carried_from, contract, today):
        ask_for_deposit(contract)
    if contract.deposit_amount or carried_from is not None:
        bring_up_to_date(contract.site_id, [contract.signed_account_id()], today)
    return contract


def _successor(old: Contract, **values: Any) -> Contract:
    """A contract of the same tenant, in the same account and with the same billing, not saved yet."""
    return Contract(
        site=old.site,
        account_id=old.account_id,
        tenant_id=old.tenant_id,
        agent_id=old.agent_id,
        billing=old.billing,
        **values,
    )


def _account_of(contract: Contract) -> Account:
    if contract.account is not None:
        return contract.account
    before = contract.renewal_of or contract.moved_from
    if before is not None and before.account is not None and before.tenant_id == contract.tenant_id:
        return before.account
    return Account.objects.create(site_id=contract.site_id, tenant_id=contract.tenant_id)


def _end(contract: Contract, ended_on: dt.date, status: Contract.Status, *, reason: str) -> None:
    contract.status, contract.ended_on, contract.end_reason = status, ended_on, reason
    contract.save(update_fields=["status", "ended_on", "end_reason"])
    drop_after_end(contract)


def _reopen(contract: Contract) -> None:
    if contract.ended_on is None:
        return
    month = lease_of(contract).month_of_end()
    contract.status, contract.ended_on, contract.end_reason = Contract.Status.ACTIVE, None, ""
    _save(contract, update_fields=["status", "ended_on", "end_reason"])
    remake_months(contract, month, also_paid=True)


def _forget_months(contract: Contract) -> None:
    instalments = Instalment.objects.filter(site_id=contract.site_id, contract=contract)
    drop_instalments(contract.site_id, list(instalments.values_list("id", flat=True)))
    RentStep.objects.filter(site_id=contract.site_id, contract=contract).delete()
    Concession.objects.filter(site_id=contract.site_id, contract=contract).delete()


def _check(contract: Contract) -> None:
    contract.clean_fields(exclude=["site", "account", "property", "tenant", "agent", "renewal_of", "moved_from"])
    for field, model in (("property", Property), ("tenant", Tenant)):
        if not model.objects.filter(site_id=contract.site_id, pk=getattr(contract, f"{field}_id")).exists():
            raise not_on_this_site(field)


def _save(contract: Contract, update_fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            contract.save(update_fields=update_fields)
    except IntegrityError as error:
        refused = _overlap(contract) if constraint_of(error) == _NO_OVERLAP else broken_constraint(error, Contract)
        if refused is None:
            raise
        raise refused from error


def _overlap(contract: Contract) -> RuleBroken:
    others = Contract.objects.filter(site_id=contract.site_id, property_id=contract.property_id)
    others = others.exclude(pk=contract.pk).signed()
    other = others.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=contract.start_date)).earliest("start_date")
    values = {
        "property": contract.property.code,
        "reference": other.reference,
        "start": formats.date_short(other.start_date),
    }
    if other.ended_on is None:
        sentence = _(
            "Property %(property)s has been let under contract %(reference)s since %(start)s, and the "
            "contract has not been ended."
        )
    else:
        sentence = _("Property %(property)s is let under contract %(reference)s from %(start)s to %(end)s.")
        values["end"] = formats.date_short(other.ended_on)
    return RuleBroken("property", _NO_OVERLAP, sentence % values)


def _already_ended(contract: Contract) -> RuleBroken:
    return RuleBroken(
        "contract",
        "contract_ended_once",
        _("Contract %(reference)s was already ended, on %(day)s.")
        % {"reference": contract.reference, "day": formats.date_short(contract.ended_on)},
    )
