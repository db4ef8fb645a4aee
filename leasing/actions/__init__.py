"""What can be done with the portfolio: one function for each change, all of it or nothing."""

from leasing.actions.charges import CHARGES, add_charge
from leasing.actions.concessions import grant_concession, withdraw_concession
from leasing.actions.contacts import describe_contact, record_interaction, take_back_contact
from leasing.actions.contracts import (
    end_contract,
    move_tenant,
    renew_contract,
    reopen_contract,
    sign_contract,
    void_contract,
)
from leasing.actions.deposits import settle_deposit
from leasing.actions.disputes import open_litigation, resolve_litigation
from leasing.actions.instalments import extend_instalments
from leasing.actions.notices import issue_notice
from leasing.actions.payments import give_credit, record_payment, refund_payment, reverse_payment
from leasing.actions.portfolio import claim_room, create_property, create_tenant
from leasing.actions.receipts import issue_quittance, issue_receipt, print_receipt
from leasing.actions.terms import change_billing, change_payment_day, change_rent

__all__ = [
    "CHARGES",
    "add_charge",
    "change_billing",
    "change_payment_day",
    "change_rent",
    "claim_room",
    "create_property",
    "create_tenant",
    "describe_contact",
    "end_contract",
    "extend_instalments",
    "give_credit",
    "grant_concession",
    "issue_notice",
    "issue_quittance",
    "issue_receipt",
    "move_tenant",
    "open_litigation",
    "print_receipt",
    "record_interaction",
    "record_payment",
    "refund_payment",
    "renew_contract",
    "reopen_contract",
    "resolve_litigation",
    "reverse_payment",
    "settle_deposit",
    "sign_contract",
    "take_back_contact",
    "void_contract",
    "withdraw_concession",
]
