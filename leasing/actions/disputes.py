"""Litigations: opened and resolved."""

import datetime as dt

from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken, require_past
from leasing.actions.locks import locked_contract
from leasing.models import Contract, Litigation
from screens import formats


def open_litigation(*, contract: Contract, kind: str, opened_on: dt.date, by: Actor, today: dt.date) -> Litigation:
    """Open a dispute about a contract. One of the same kind and day that is still open is returned as it is.

    Raises RuleBroken: the day is to come, or the contract is not on a site in scope.
    """
    kind = Litigation.Kind(kind)
    with change(by):
        contract = locked_contract(contract.pk)
        require_past("opened_on", opened_on, today)
        same = {"site_id": contract.site_id, "contract": contract, "kind": kind, "opened_on": opened_on}
        known = Litigation.objects.filter(**same, state=Litigation.State.OPEN).first()
        return known or Litigation.objects.create(**same)


def resolve_litigation(*, litigation: Litigation, resolved_on: dt.date, by: Actor, today: dt.date) -> Litigation:
    """Close a dispute. One that is resolved already is returned as it is.

    Raises RuleBroken: the day is to come or before the dispute was opened, or it is not on a site in scope.
    """
    with change(by):
        locked_contract(litigation.contract_id, field="litigation")
        litigation = Litigation.objects.get(pk=litigation.pk)
        if litigation.state == Litigation.State.RESOLVED:
            return litigation
        require_past("resolved_on", resolved_on, today)
        if resolved_on < litigation.opened_on:
            raise RuleBroken(
                "resolved_on",
                "litigation_resolved_on_goes_with_state",
                _("The dispute was opened on %(day)s: it cannot have been resolved before.")
                % {"day": formats.date_short(litigation.opened_on)},
            )
        litigation.state, litigation.resolved_on = Litigation.State.RESOLVED, resolved_on
        litigation.save(update_fields=["state", "resolved_on"])
        return litigation
