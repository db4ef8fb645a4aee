"""What becomes of the caution when a contract has ended."""

import datetime as dt

from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken, require_past
from leasing.actions.locks import locked_contract
from leasing.models import Deposit
from screens import formats


def settle_deposit(
    *, deposit: Deposit, refunded_amount: int, settled_on: dt.date, by: Actor, today: dt.date
) -> Deposit:
    """Give a deposit back, in full, in part or (0 francs) not at all. Saying the same again changes nothing.

    Raises RuleBroken: more would be given back than was deposited, it was settled otherwise before, its contract has
    not ended by that day, the day is to come, or it is not on a site in scope.
    """
    with change(by):
        contract = locked_contract(deposit.contract_id, field="deposit")
        deposit = Deposit.objects.get(pk=deposit.pk)
        if deposit.state != Deposit.State.HELD:
            if (deposit.refunded_amount, deposit.settled_on) == (refunded_amount, settled_on):
                return deposit
            raise RuleBroken(
                "deposit",
                "deposit_settled_once",
                _("The deposit of contract %(reference)s was already settled, on %(day)s: %(amount)s given back.")
                % {
                    "reference": contract.reference,
                    "day": formats.date_short(deposit.settled_on),
                    "amount": formats.francs(deposit.refunded_amount, contract.site.currency),
                },
            )
        if not 0 <= refunded_amount <= deposit.amount:
            raise RuleBroken(
                "refunded_amount",
                "deposit_refund_at_most_its_amount",
                _("The deposit is %(deposit)s: between nothing and all of it can be given back.")
                % {"deposit": formats.francs(deposit.amount, contract.site.currency)},
            )
        require_past("settled_on", settled_on, today)
        if contract.ended_on is None or settled_on < contract.ended_on:
            raise RuleBroken(
                "settled_on",
                "deposit_settled_after_the_end",
                _("Contract %(reference)s has not ended on %(day)s: its deposit is still held.")
                % {"reference": contract.reference, "day": formats.date_short(settled_on)},
            )
        deposit.refunded_amount, deposit.settled_on = refunded_amount, settled_on
        deposit.state = _state_after(deposit)
        deposit.save(update_fields=["refunded_amount", "settled_on", "state"])
        return deposit


def _state_after(deposit: Deposit) -> Deposit.State:
    if deposit.refunded_amount == deposit.amount:
        return Deposit.State.FULL
    return Deposit.State.PARTIAL if deposit.refunded_amount else Deposit.State.WITHHELD
