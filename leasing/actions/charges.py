"""What is due beside the rent: service charges, penalties, repairs and others."""

import datetime as dt

from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken
from leasing.actions.instalments import bring_up_to_date
from leasing.actions.locks import locked_contract
from leasing.models import Contract, Instalment
from leasing.refusals import require_francs, require_signed
from screens import formats

CHARGES = (
    Instalment.Kind.SERVICE,
    Instalment.Kind.PENALTY,
    Instalment.Kind.REPAIR,
    Instalment.Kind.OTHER,
)
"""What can be added by hand: rents, deposits and balances brought forward come from the contract."""


def add_charge(
    *, contract: Contract, kind: str, label: str, amount: int, due_date: dt.date, by: Actor, today: dt.date
) -> Instalment:
    """Ask for something beside the rent. The account's money is placed anew: it may be paid at once.

    Raises RuleBroken: the kind is none of CHARGES, the amount is not positive, a kind other than service has no label,
    a service charge is for a month after the end, or the contract is a draft or not on a site in scope.
    """
    label = label.strip()
    if kind not in CHARGES:
        raise RuleBroken("kind", "charge_kind", _("There is no such charge."))
    require_francs(amount)
    if not label and kind != Instalment.Kind.SERVICE:
        raise RuleBroken("label", "charge_label", _("Say what the charge is for."))
    with change(by):
        contract = locked_contract(contract.pk)
        require_signed(contract)
        if kind == Instalment.Kind.SERVICE and contract.ended_on and due_date.replace(day=1) > contract.ended_on:
            raise RuleBroken(
                "due_date",
                "no_service_after_the_end",
                _("Contract %(reference)s ended on %(day)s: no service charge is due for a later month.")
                % {"reference": contract.reference, "day": formats.date_short(contract.ended_on)},
            )
        charge = Instalment(
            site_id=contract.site_id,
            contract=contract,
            account_id=contract.signed_account_id(),
            tenant_id=contract.tenant_id,
            kind=kind,
            label=label,
            period=due_date.replace(day=1),
            due_date=due_date,
            amount=amount,
        )
        charge.clean_fields(exclude=["site", "contract", "account", "tenant"])
        charge.save(force_insert=True)
        bring_up_to_date(contract.site_id, [contract.signed_account_id()], today)
        charge.refresh_from_db()
        return charge
