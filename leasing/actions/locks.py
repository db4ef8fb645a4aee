"""The locks that actions take: a property's before an account's, an account's before a contract's."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from changes.refusals import RuleBroken, not_on_this_site
from leasing.models import Account, Contract, Property


def locked_contract(contract_id: UUID, *, field: str = "contract") -> Contract:
    """The contract as it is now; nobody else changes it, or the money of its account, until the transaction ends.

    Raises RuleBroken when it is not on a site in scope.
    """
    # NO KEY: rows that point at the contract may be written meanwhile. With the full lock the nightly job and a
    # clerk could each hold what the other's foreign keys wait for.
    contracts = Contract.objects.select_related("site", "tenant", "property__owner").filter(pk=contract_id)
    lock_accounts(contracts.order_by().exclude(account=None).values_list("account_id", flat=True))
    contract = contracts.select_for_update(of=("self",), no_key=True).first()
    if contract is None:
        raise not_on_this_site(field)
    return contract


def locked_with_its_property(contract: Contract) -> Contract:
    """The contract as it is now, when its property is locked too.

    Raises RuleBroken when it has moved to another property since it was read, or is not on a site in scope.
    """
    lock_properties([contract.property_id])
    locked = locked_contract(contract.pk)
    if locked.property_id != contract.property_id:
        raise RuleBroken(
            "property", "contract_as_read", _("The contract is now for another property. Check it and try again.")
        )
    return locked


def lock_properties(properties: Iterable[UUID]) -> None:
    """Nobody else puts a contract in force on these properties, or ends one, until the transaction ends.

    Call it before locked_contract.
    """
    # The constraint against overlaps alone is not enough: of two rows written at once each waits for the other, and
    # the database ends one of them as a deadlock, which tells the clerk nothing.
    list(
        Property.objects.select_for_update(no_key=True).filter(pk__in=list(properties)).order_by("pk").values_list("pk")
    )


def lock_accounts(accounts: Iterable[UUID]) -> None:
    """Nobody else places money in these accounts, or makes months in them, until the transaction ends."""
    list(Account.objects.select_for_update(no_key=True).filter(pk__in=list(accounts)).order_by("pk").values_list("pk"))
