"""What can be done with the portfolio: one function for each change, all of it or nothing."""

from leasing.actions.contracts import end_contract, renew_contract, sign_contract
from leasing.actions.deposits import settle_deposit
from leasing.actions.disputes import open_litigation, resolve_litigation
from leasing.actions.instalments import extend_instalments, generate_instalments
from leasing.actions.notices import issue_notice
from leasing.actions.payments import record_payment, reverse_payment
from leasing.actions.portfolio import claim_room, create_property, create_tenant, record_interaction

__all__ = [
    "claim_room",
    "create_property",
    "create_tenant",
    "end_contract",
    "extend_instalments",
    "generate_instalments",
    "issue_notice",
    "open_litigation",
    "record_interaction",
    "record_payment",
    "renew_contract",
    "resolve_litigation",
    "reverse_payment",
    "settle_deposit",
    "sign_contract",
]
