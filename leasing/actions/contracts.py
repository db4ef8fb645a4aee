"""A contract's life: signed, renewed, ended."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken, broken_constraint, constraint_of, not_on_this_site, require_past
from leasing.actions.instalments import MONTHS_AHEAD, drop_after_end, generate_instalments, month_after
from leasing.actions.locks import lock_property, locked_with_its_property
from leasing.models import Contract, Deposit, Property, Tenant
from leasing.refusals import require_signed
from screens import formats

_NO_OVERLAP = "contracts_in_force_do_not_overlap"


def sign_contract(*, contract: Contract, by: Actor, today: dt.date, signed_on: dt.date | None = None) -> Contract:
    """Put a contract in force: a draft that is saved, or a new one with its values. Signed today unless it says when.

    Its instalments are made a year ahead, or for its months of avance if they are more, and its deposit is held.
    Signing a contract that is active already changes nothing.

    Raises:
        RuleBroken: another contract has the property on some of its days, its reference is taken, it was ended, or
            its property or tenant is not on its site.
        ValidationError: a value has not the form of its column.
    """
    with change(by):
        if contract._state.adding:
            lock_property(contract.property_id)
        else:
            contract = locked_with_its_property(contract)
        if contract.status == Contract.Status.ACTIVE and not contract._state.adding:
            return contract
        if contract.status in (Contract.Status.ENDED, Contract.Status.TERMINATED):
            raise _already_ended(contract)
        contract.status = Contract.Status.ACTIVE
        contract.signed_on = signed_on or contract.signed_on or today
        require_past("signed_on", contract.signed_on, today)
        _save(contract)
        if contract.deposit_amount:
            Deposit.objects.get_or_create(
                site_id=contract.site_id, contract=contract, defaults={"amount": contract.deposit_amount}
            )
        _make_months(contract, today)
        return contract


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

    Rent and payment day are the old ones unless given. The deposit that is held goes with the tenant to the renewal.
    Months that were paid ahead on the old contract stay paid there and are not asked for again (see
    generate_instalments); its arrears stay its own. A renewal of the same contract with the same reference that is
    there already is returned as it is.

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
            _end(old, start_date - dt.timedelta(days=1), Contract.Status.ENDED, renewed=True)
        renewal = Contract(
            site=old.site,
            reference=reference,
            property_id=old.property_id,
            tenant_id=old.tenant_id,
            agent_id=old.agent_id,
            start_date=start_date,
            end_date=end_date,
            monthly_rent=old.monthly_rent if monthly_rent is None else monthly_rent,
            payment_day=payment_day or old.payment_day,
            renewal_of=old,
        )
        deposit = Deposit.objects.filter(site_id=old.site_id, contract=old, state=Deposit.State.HELD).first()
        renewal = sign_contract(contract=renewal, by=by, today=today, signed_on=signed_on)
        if deposit is not None:
            deposit.contract = renewal
            deposit.save(update_fields=["contract"])
            renewal.deposit_amount = deposit.amount
            renewal.save(update_fields=["deposit_amount"])
        return renewal


def end_contract(
    *, contract: Contract, ended_on: dt.date, by: Actor, today: dt.date, terminated: bool = False
) -> Contract:
    """Say that a contract's last day is `ended_on` (past or to come), at its term or terminated before it.

    What was due up to that day stays due: arrears survive the end, and payments still go to them. Months after it
    are no longer asked for (see drop_after_end). Saying the same again changes nothing.

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
        _end(contract, ended_on, status)
        return contract


def _end(contract: Contract, ended_on: dt.date, status: Contract.Status, *, renewed: bool = False) -> None:
    contract.status, contract.ended_on = status, ended_on
    contract.save(update_fields=["status", "ended_on"])
    # The last months, when the nightly job has not come so far yet.
    generate_instalments(site=contract.site, until=ended_on, contracts=[contract])
    drop_after_end(contract, renewed=renewed)


def _make_months(contract: Contract, today: dt.date) -> None:
    advance = month_after(contract.start_date, max(contract.advance_months - 1, 0))
    until = max(month_after(today, MONTHS_AHEAD), advance)
    generate_instalments(site=contract.site, until=until, contracts=[contract])


def _save(contract: Contract) -> None:
    contract.clean_fields(exclude=["site", "property", "tenant", "agent", "renewal_of"])
    for field, model in (("property", Property), ("tenant", Tenant)):
        if not model.objects.filter(site_id=contract.site_id, pk=getattr(contract, f"{field}_id")).exists():
            raise not_on_this_site(field)
    try:
        with transaction.atomic():
            contract.save()
    except IntegrityError as error:
        refused = _overlap(contract) if constraint_of(error) == _NO_OVERLAP else broken_constraint(error, Contract)
        if refused is None:
            raise
        raise refused from error


def _overlap(contract: Contract) -> RuleBroken:
    others = Contract.objects.filter(site_id=contract.site_id, property_id=contract.property_id)
    others = others.exclude(pk=contract.pk).signed()
    other = others.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=contract.start_date)).earliest("start_date")
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
