"""The records that everything else reads: owners, properties, tenants, contracts, rent due and rent received.

Money is whole francs. Dates are dates of the site's timezone. Every index leads with the site.
"""

from leasing.models.books import (
    MISSED_AFTER_DAYS,
    PAYMENT_KINDS,
    Allocation,
    Deposit,
    Instalment,
    Payment,
    PaymentQuerySet,
    PaymentReversal,
)
from leasing.models.concessions import Concession
from leasing.models.contracts import (
    Account,
    Contract,
    RentStep,
    _DateRange,  # noqa: F401 -- the first migration names it by this module
)
from leasing.models.matters import Interaction, Litigation, Notice, ServiceRequest, Survey
from leasing.models.people import Owner, Property, Tenant
from leasing.models.receipts import Receipt, ReceiptCancellation, ReceiptCounter, ReceiptPrint
from leasing.models.search import SearchWord

# The tables of events are put here by the history of the tables they follow.
__all__ = [
    "MISSED_AFTER_DAYS",
    "PAYMENT_KINDS",
    "Account",
    "Allocation",
    "Concession",
    "Contract",
    "ContractEvent",
    "Deposit",
    "DepositEvent",
    "Instalment",
    "Interaction",
    "Litigation",
    "Notice",
    "NoticeEvent",
    "Owner",
    "Payment",
    "PaymentQuerySet",
    "PaymentReversal",
    "Property",
    "Receipt",
    "ReceiptCancellation",
    "ReceiptCounter",
    "ReceiptPrint",
    "RentStep",
    "RentStepEvent",
    "SearchWord",
    "ServiceRequest",
    "Survey",
    "Tenant",
]
