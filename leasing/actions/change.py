"""What every action stands on: one transaction, who made the change, and the contract's lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pghistory
from django.db import transaction

from leasing.models import Contract
from leasing.refusals import not_on_this_site


@contextmanager
def change(by: Any) -> Iterator[None]:
    """All or nothing, and the audit events of what is inside name the person (a user, or None for the system)."""
    who = {} if by is None else {"user": by.pk}
    with transaction.atomic(), pghistory.context(**who):
        yield


def locked_contract(contract_id: UUID, *, field: str = "contract") -> Contract:
    """The contract as it is now; nobody else changes it or its money until the transaction ends.

    Raises RuleBroken when it is not on a site in scope.
    """
    # NO KEY: rows that point at the contract may be written meanwhile. With the full lock the nightly job and a
    # clerk could each hold what the other's foreign keys wait for.
    contract = (
        Contract.objects.select_related("site").select_for_update(of=("self",), no_key=True).filter(pk=contract_id)
    ).first()
    if contract is None:
        raise not_on_this_site(field)
    return contract
