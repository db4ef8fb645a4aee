"""The portfolio as programs read it, and a payment as they send it."""

import datetime as dt
from typing import Any, cast

from rest_framework import serializers

from changes.bodies import ChangeBody
from leasing.models import PAYMENT_KINDS, Contract, Deposit, Instalment, Payment, Property
from leasing.models.receipts import paper_number
from sites_app.models import BILLINGS, Site
from sites_app.rules import PAYMENT_METHODS

# ruff: noqa: N815 -- the clients' own names

LARGEST_AMOUNT = 2**53 - 1
"""What every JSON reader holds exactly."""


class CurrencyField(serializers.ChoiceField):
    """Of the amounts beside it: the site's."""

    def __init__(self) -> None:
        super().__init__(Site.Currency.choices, source="site.currency", read_only=True)


class DepositDocument(serializers.Serializer):
    """The caution of a contract, and what became of it."""

    state = serializers.ChoiceField(Deposit.State.choices)
    agreed = serializers.IntegerField()
    received = serializers.IntegerField()
    refundedAmount = serializers.IntegerField()
    keptForArrears = serializers.IntegerField(help_text="So much of it paid what the tenant still owed.")
    settledOn = serializers.DateField(allow_null=True)


class ContractDocument(serializers.Serializer):
    """A lease. `monthlyRent` is the rent that was signed, `currentRent` that of today."""

    id = serializers.UUIDField()
    siteId = serializers.CharField(source="site_id")
    reference = serializers.CharField()
    status = serializers.ChoiceField(Contract.Status.choices)
    accountId = serializers.UUIDField(
        source="account_id",
        allow_null=True,
        help_text="Of the tenancy, through renewals and moves: money is placed in it. Null for a draft.",
    )
    propertyId = serializers.UUIDField(source="property_id")
    propertyCode = serializers.CharField(source="property.code")
    tenantId = serializers.UUIDField(source="tenant_id")
    tenantName = serializers.CharField(source="tenant.name")
    agentId = serializers.IntegerField(source="agent_id", allow_null=True)
    startDate = serializers.DateField(source="start_date")
    endDate = serializers.DateField(source="end_date", allow_null=True, help_text="End of the agreed term.")
    signedOn = serializers.DateField(source="signed_on", allow_null=True)
    endedOn = serializers.DateField(source="ended_on", allow_null=True)
    endReason = serializers.ChoiceField(Contract.EndReason.choices, source="end_reason", allow_blank=True)
    monthlyRent = serializers.IntegerField(source="monthly_rent", help_text="As it was signed.")
    currentRent = serializers.IntegerField(help_text="Of today, where the site is.")
    depositAmount = serializers.IntegerField(source="deposit_amount")
    currency = CurrencyField()
    deposit = DepositDocument(allow_null=True)
    billing = serializers.ChoiceField(BILLINGS)
    paymentDay = serializers.IntegerField(source="payment_day")
    rentsFrom = serializers.DateField(
        source="rents_from",
        allow_null=True,
        help_text="What was due before is not on record. Null: from the start.",
    )
    advanceMonths = serializers.IntegerField(source="advance_months")
    renewalOfId = serializers.UUIDField(source="renewal_of_id", allow_null=True)
    movedFromId = serializers.UUIDField(source="moved_from_id", allow_null=True)

    def to_representation(self, instance: Contract) -> dict[str, Any]:
        # Read with the row: see leasing/api.py.
        changes: list[dict[str, Any]] = instance.rent_changes  # type: ignore[attr-defined]
        today = instance.site.today().isoformat()
        rents = [change["monthly_rent"] for change in changes if change["from_month"] <= today]
        vars(instance)["currentRent"] = rents[-1] if rents else instance.monthly_rent
        return super().to_representation(instance)


class TenantDocument(serializers.Serializer):
    id = serializers.UUIDField()
    siteId = serializers.CharField(source="site_id")
    code = serializers.CharField()
    name = serializers.CharField()
    phone = serializers.CharField(help_text="In E.164, or empty.")
    phone2 = serializers.CharField(source="phone_2", help_text="In E.164, or empty.")
    email = serializers.CharField(help_text="Or empty.")
    language = serializers.CharField(help_text="Or empty.")
    employmentStatus = serializers.CharField(source="employment_status", help_text="Or empty.")
    joinedOn = serializers.DateField(source="joined_on", allow_null=True)
    referredById = serializers.UUIDField(source="referred_by_id", allow_null=True)


class PropertyDocument(serializers.Serializer):
    id = serializers.UUIDField()
    siteId = serializers.CharField(source="site_id")
    code = serializers.CharField()
    kind = serializers.ChoiceField(Property.Kind.choices)
    status = serializers.ChoiceField(Property.Status.choices)
    address = serializers.CharField()
    neighbourhood = serializers.CharField()
    partOfId = serializers.UUIDField(
        source="part_of_id", allow_null=True, help_text="The property of which it is a part, such as a parking space."
    )
    ownerId = serializers.UUIDField(source="owner_id", allow_null=True)
    ownerName = serializers.CharField(source="owner.name", default=None, allow_null=True)
    marketRent = serializers.IntegerField(source="market_rent", allow_null=True)
    currency = CurrencyField()


class AllocationDocument(serializers.Serializer):
    """What a payment pays, a month's rent or another charge, and with how many francs."""

    instalmentId = serializers.UUIDField(source="instalment_id")
    kind = serializers.ChoiceField(Instalment.Kind.choices, source="instalment.kind")
    label = serializers.CharField(  # type: ignore[assignment]  # a field of this name, not the serializer's own
        source="instalment.label", help_text="What a charge is for, or empty."
    )
    period = serializers.DateField(source="instalment.period", help_text="The month's first day.")
    dueDate = serializers.DateField(source="instalment.due_date")
    amount = serializers.IntegerField()


class ReversalDocument(serializers.Serializer):
    reversedOn = serializers.DateField(source="reversed_on")
    reason = serializers.CharField()


class PaymentDocument(serializers.Serializer):
    """Money received, and what it pays: `amount` is the sum of the allocations and of `onAccount`.

    Also what is no money that came in: balances brought forward, debts that were let go, deposits kept for arrears, and
    refunds, whose amount is less than nothing. A payment that was reversed pays nothing, and nothing of it is on
    account.
    """

    id = serializers.UUIDField()
    siteId = serializers.CharField(source="site_id")
    accountId = serializers.UUIDField(source="account_id")
    contractId = serializers.UUIDField(source="contract_id")
    contractReference = serializers.CharField(source="contract.reference")
    tenantId = serializers.UUIDField(source="contract.tenant_id")
    tenantName = serializers.CharField(source="contract.tenant.name")
    amount = serializers.IntegerField()
    currency = CurrencyField()
    method = serializers.ChoiceField((*PAYMENT_METHODS, *PAYMENT_KINDS))
    provider = serializers.CharField()
    externalReference = serializers.CharField(source="external_reference")
    reason = serializers.CharField(help_text="Of a credit or a refund, or empty.")
    waivesId = serializers.UUIDField(
        source="waives_id", allow_null=True, help_text="The instalment that a credit lets go, where it is one."
    )
    receivedOn = serializers.DateField(source="received_on")
    recordedAt = serializers.DateTimeField(source="recorded_at", default_timezone=dt.UTC)
    recordedById = serializers.IntegerField(source="recorded_by_id", allow_null=True)
    allocations = AllocationDocument(many=True, help_text="The months it pays, the oldest first.")
    onAccount = serializers.IntegerField(help_text="Francs that pay nothing yet; less than nothing for a refund.")
    reversal = ReversalDocument(allow_null=True)
    receiptNumber = serializers.CharField(
        allow_null=True,
        help_text="Of the receipt, as it is written on it. Null: none was issued, as for an imported payment. The "
        "receipt of a payment that was reversed is cancelled.",
    )

    def to_representation(self, instance: Payment) -> dict[str, Any]:
        # Read by prefetch: see leasing/api.py.
        reversal = next(iter(instance.reversals.all()), None)
        paid = sum(share.amount for share in instance.allocations.all())
        number: int | None = instance.receipt_number  # type: ignore[attr-defined]  # the same
        vars(instance).update(
            reversal=reversal,
            onAccount=0 if reversal else instance.amount - paid,
            receiptNumber=None if number is None else paper_number(instance.site_id, number),
        )
        return super().to_representation(instance)


class NewPayment(ChangeBody):
    """Money received for a contract. Which rules hold is the site's: its methods, its providers, its limit in cash."""

    longest_key = cast("int", Payment._meta.get_field("idempotency_key").max_length)

    contractId = serializers.UUIDField()
    amount = serializers.IntegerField(min_value=1, max_value=LARGEST_AMOUNT, help_text="Whole francs.")
    method = serializers.ChoiceField(PAYMENT_METHODS)
    provider = serializers.CharField(
        required=False, allow_blank=True, max_length=40, default="", help_text="Of mobile money."
    )
    externalReference = serializers.CharField(required=False, allow_blank=True, max_length=80, default="")
    receivedOn = serializers.DateField(help_text="Not to come.")
