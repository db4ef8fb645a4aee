"""The deposit of a contract: asked for when it is signed, carried to the next one, settled when it has ended."""

import datetime as dt

from django.db.models import Min
from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.keys import digest_of
from changes.refusals import RuleBroken, require_past
from leasing.actions.instalments import bring_up_to_date
from leasing.actions.locks import locked_contract
from leasing.models import Contract, Deposit, Instalment, Payment, PaymentReversal
from leasing.queries import owed
from screens import formats


def ask_for_deposit(contract: Contract, *, received: int = 0) -> Deposit | None:
    """The deposit that a contract agrees on, due with its first rent; `received`: so much of it is there already.

    One that is there is left as it is. None where none is agreed. Needs the account's lock.
    """
    known = Deposit.objects.filter(site_id=contract.site_id, contract=contract).first()
    if known is not None or not (contract.deposit_amount or received):
        return known
    lacking = max(0, contract.deposit_amount - received)
    if lacking:
        _ask_for(contract, lacking)
    return Deposit.objects.create(
        site_id=contract.site_id,
        contract=contract,
        agreed=contract.deposit_amount,
        received=received,
        state=Deposit.State.DUE if lacking else Deposit.State.HELD,
    )


def carry_deposit(old: Contract, new: Contract, today: dt.date) -> bool:
    """Carry the deposit of a contract to the one that follows it in the account; False when there is none to carry.

    What the new one agrees on beyond it falls due; what is over is on account. What the old one still asked for is
    asked for no more. Needs the account's lock.
    """
    deposit = Deposit.objects.filter(
        site_id=old.site_id, contract=old, state__in=[Deposit.State.DUE, Deposit.State.HELD]
    ).first()
    if deposit is None:
        return False
    if new.renewal_of_id == old.pk:
        new.deposit_amount = deposit.agreed
        new.save(update_fields=["deposit_amount"])
    _ask_no_more(old)
    over = max(0, deposit.received - new.deposit_amount)
    carried = ask_for_deposit(new, received=deposit.received - over)
    if carried is None:
        return False
    deposit.state, deposit.carried_to = Deposit.State.CARRIED, carried
    deposit.save(update_fields=["state", "carried_to"])
    if over:
        _put_on_account(old, over, today, key=_key_of_what_is_over(new), by=None)
    return True


def carry_deposit_back(contract: Contract, *, by: Actor, today: dt.date, reason: str) -> None:
    """The deposit that was carried to a contract is again that of the one before, with what was over.

    Needs the account's lock.
    """
    carried = Deposit.objects.filter(site_id=contract.site_id, contract=contract).first()
    if carried is None:
        return
    before = Deposit.objects.filter(site_id=contract.site_id, carried_to=carried).first()
    if before is not None:
        before.carried_to = None
        before.state = Deposit.State.HELD if before.received >= before.agreed else Deposit.State.DUE
        before.save(update_fields=["state", "carried_to"])
        if before.received < before.agreed:
            _ask_for(before.contract, before.agreed - before.received)
        over = Payment.objects.standing().filter(
            site_id=contract.site_id, idempotency_key=_key_of_what_is_over(contract)
        )
        for payment in over:
            PaymentReversal.objects.create(
                site_id=contract.site_id, payment=payment, reversed_on=today, reversed_by=by, reason=reason
            )
    carried.delete()


def settle_deposit(
    *,
    deposit: Deposit,
    refunded_amount: int,
    settled_on: dt.date,
    by: Actor,
    today: dt.date,
    kept_for_arrears: int = 0,
) -> Deposit:
    """Give a deposit back, in full, in part or (0 francs) not at all. Saying the same again changes nothing.

    `kept_for_arrears` of it pays what the tenant still owes: it goes into the account, and is no income.

    Raises RuleBroken: more would be given back or kept than was received, more kept than is owed, it was settled
    otherwise before, its contract has not ended by that day, the day is to come, or it is not on a site in scope.
    """
    with change(by):
        contract = locked_contract(deposit.contract_id, field="deposit")
        deposit = Deposit.objects.get(pk=deposit.pk)
        if deposit.state not in (Deposit.State.HELD, Deposit.State.DUE):
            if (deposit.refunded_amount, deposit.settled_on) == (refunded_amount, settled_on):
                return deposit
            raise _settled_before(contract, deposit)
        if not 0 <= refunded_amount <= deposit.received - kept_for_arrears or kept_for_arrears < 0:
            raise RuleBroken(
                "refunded_amount",
                "deposit_given_back_at_most_what_was_received",
                _("The deposit is %(deposit)s: between nothing and all of it can be given back.")
                % {"deposit": formats.francs(deposit.received, contract.site.currency)},
            )
        require_past("settled_on", settled_on, today)
        if contract.ended_on is None or settled_on < contract.ended_on:
            raise RuleBroken(
                "settled_on",
                "deposit_settled_after_the_end",
                _("Contract %(reference)s has not ended on %(day)s: its deposit is still held.")
                % {"reference": contract.reference, "day": formats.date_short(settled_on)},
            )
        if kept_for_arrears > (left := owed(contract, today)):
            raise RuleBroken(
                "kept_for_arrears",
                "deposit_kept_at_most_what_is_owed",
                _("%(left)s is owed: no more of the deposit can be kept for it.")
                % {"left": formats.francs(left, contract.site.currency)},
            )
        _ask_no_more(contract)
        deposit.refunded_amount, deposit.settled_on = refunded_amount, settled_on
        deposit.kept_for_arrears = kept_for_arrears
        deposit.state = _state_after(deposit)
        deposit.save(update_fields=["refunded_amount", "kept_for_arrears", "settled_on", "state"])
        if kept_for_arrears:
            _put_on_account(contract, kept_for_arrears, settled_on, key=f"deposit-kept-{deposit.pk}", by=by)
        bring_up_to_date(contract.site_id, [contract.signed_account_id()], today)
        return deposit


def _ask_for(contract: Contract, lacking: int) -> None:
    """So much is lacking of the deposit: it is due with the first rent."""
    asked = Instalment.objects.filter(site_id=contract.site_id, contract=contract, kind=Instalment.Kind.DEPOSIT).first()
    if asked is not None:
        asked.amount = asked.paid_amount + lacking
        asked.settled_on = None
        asked.save(update_fields=["amount", "settled_on"])
        return
    rents = Instalment.objects.filter(site_id=contract.site_id, contract=contract, kind=Instalment.Kind.RENT)
    due_date = rents.aggregate(first=Min("due_date"))["first"] or contract.start_date
    Instalment.objects.create(
        site_id=contract.site_id,
        contract=contract,
        account_id=contract.signed_account_id(),
        tenant_id=contract.tenant_id,
        kind=Instalment.Kind.DEPOSIT,
        period=due_date.replace(day=1),
        due_date=due_date,
        amount=lacking,
    )


def _key_of_what_is_over(contract: Contract) -> str:
    return f"deposit-carried-{contract.pk}"


def _put_on_account(contract: Contract, francs: int, day: dt.date, *, key: str, by: Actor) -> None:
    Payment.objects.create(
        site_id=contract.site_id,
        account_id=contract.signed_account_id(),
        contract=contract,
        amount=francs,
        method="deposit",
        received_on=day,
        recorded_by=by,
        idempotency_key=key,
        request_digest=digest_of({"contract": str(contract.pk), "amount": francs, "received_on": day.isoformat()}),
    )


def _ask_no_more(contract: Contract) -> None:
    """What the contract's deposit still lacks is not asked for any more."""
    asked = Instalment.objects.filter(site_id=contract.site_id, contract=contract, kind=Instalment.Kind.DEPOSIT)
    for instalment in asked:
        if not instalment.paid_amount:
            instalment.delete()
        elif instalment.paid_amount < instalment.amount:
            instalment.amount = instalment.paid_amount
            instalment.save(update_fields=["amount"])


def _settled_before(contract: Contract, deposit: Deposit) -> RuleBroken:
    if deposit.state == Deposit.State.CARRIED:
        return RuleBroken(
            "deposit",
            "deposit_settled_once",
            _("The deposit of contract %(reference)s was carried to the contract that follows it.")
            % {"reference": contract.reference},
        )
    return RuleBroken(
        "deposit",
        "deposit_settled_once",
        _("The deposit of contract %(reference)s was already settled, on %(day)s: %(amount)s given back.")
        % {
            "reference": contract.reference,
            "day": formats.date_short(deposit.settled_on),
            "amount": formats.francs(deposit.refunded_amount, contract.site.currency),
        },
    )


def _state_after(deposit: Deposit) -> Deposit.State:
    if deposit.refunded_amount == deposit.received:
        return Deposit.State.FULL
    return Deposit.State.PARTIAL if deposit.refunded_amount else Deposit.State.WITHHELD
