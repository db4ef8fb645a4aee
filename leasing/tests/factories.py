"""Plain rows with fixed values: call a function, override what the test is about. Needs the site in scope.

Each row goes to the table as it is, past every action and rule; only unique codes and references are counted up.
"""

import datetime as dt
import hashlib
import itertools
from typing import Any

from changes.keys import digest_of
from leasing.models import (
    Account,
    Allocation,
    Concession,
    Contract,
    Deposit,
    Instalment,
    Interaction,
    Litigation,
    Notice,
    Owner,
    Payment,
    PaymentReversal,
    Property,
    Receipt,
    ReceiptCancellation,
    ReceiptCounter,
    ReceiptPrint,
    ServiceRequest,
    Survey,
    Tenant,
)
from leasing.papers import Paper, PaperLine, PaperMoney
from leasing.taxes import Tax
from sites_app.models import Site

START = dt.date(2026, 1, 1)
RENT = 1_500_000
PAPER = Paper(
    number="GN_KINDIA-000001",
    kind="receipt",
    issued_on=dt.date(2026, 1, 5),
    issued_by="Awa Camara",
    site="Kindia",
    currency="GNF",
    landlord="Elhadj Mamadou Barry",
    tenant="Fatoumata Diallo",
    tenant_code="L-0001",
    property_code="P-0001",
    address="Rue KA-020, Kaloum",
    contract="B-0001",
    francs=RENT,
    words={
        "fr": "un million cinq cent mille francs guinéens",
        "en": "one million, five hundred thousand Guinean francs",
    },
    lines=(PaperLine("rent", "", START, RENT),),
    on_account=0,
    money=(PaperMoney(dt.date(2026, 1, 5), "cash", "", "", RENT),),
    reason="",
    taxes=(Tax("tpa_rate", "0.04", 60_000, "Code général des impôts", confirmed=False),),
)
_number = itertools.count(1)


def make_owner(site: Site, **overrides: Any) -> Owner:
    values = {"name": f"Elhadj Mamadou Barry {next(_number)}", "phone": "+224620000001"}
    return Owner.objects.create(site=site, **(values | overrides))


def make_property(site: Site, **overrides: Any) -> Property:
    values = {
        "code": f"P-{next(_number):04}",
        "kind": Property.Kind.APARTMENT,
        "address": "Rue KA-020",
        "neighbourhood": "Kaloum",
        "market_rent": RENT,
    }
    return Property.objects.create(site=site, **(values | overrides))


def make_tenant(site: Site, **overrides: Any) -> Tenant:
    values = {
        "code": f"L-{next(_number):04}",
        "name": "Fatoumata Diallo",
        "phone": "+224620000002",
        "joined_on": START,
    }
    return Tenant.objects.create(site=site, **(values | overrides))


def make_contract(site: Site, **overrides: Any) -> Contract:
    """An active contract from 1 January 2026 without an end, on a property and with a tenant of its own.

    A status of ended or terminated brings its day: 30 June 2026.
    """
    values = {
        "reference": f"B-{next(_number):04}",
        "start_date": START,
        "monthly_rent": RENT,
        "payment_day": 5,
        "status": Contract.Status.ACTIVE,
    } | overrides
    if "property" not in values:
        values["property"] = make_property(site)
    if "tenant" not in values:
        values["tenant"] = make_tenant(site)
    if values["status"] in (Contract.Status.ENDED, Contract.Status.TERMINATED):
        values.setdefault("ended_on", dt.date(2026, 6, 30))
    if values["status"] != Contract.Status.DRAFT:
        values.setdefault("signed_on", values["start_date"])
        values.setdefault("account", make_account(site, values["tenant"]))
    return Contract.objects.create(site=site, **values)


def make_account(site: Site, tenant: Tenant) -> Account:
    return Account.objects.create(site=site, tenant=tenant)


def _account_of(contract: Contract) -> Account:
    return contract.account or make_account(contract.site, contract.tenant)


def make_instalment(contract: Contract, period: dt.date = START, **overrides: Any) -> Instalment:
    """The month that holds `period`, due on its fifth, unpaid."""
    first = period.replace(day=1)
    values = {
        "account": _account_of(contract),
        "tenant_id": contract.tenant_id,
        "period": first,
        "due_date": first.replace(day=5),
        "amount": contract.monthly_rent,
    }
    return Instalment.objects.create(site_id=contract.site_id, contract=contract, **(values | overrides))


def make_concession(contract: Contract, **overrides: Any) -> Concession:
    """A tenth off the rent of July, as it stands in the books: no instalment is changed."""
    values = {
        "account": _account_of(contract),
        "periods": [dt.date(2026, 7, 1)],
        "francs": contract.monthly_rent // 10,
        "reason": "so that they stay",
        "granted_on": START,
    }
    return Concession.objects.create(site_id=contract.site_id, contract=contract, **(values | overrides))


def make_instalments(contract: Contract, months: int, **overrides: Any) -> list[Instalment]:
    """The first `months` months from the one in which the contract starts."""
    months_from_zero = contract.start_date.year * 12 + contract.start_date.month - 1
    return [
        make_instalment(contract, dt.date(number // 12, number % 12 + 1, 1), **overrides)
        for number in range(months_from_zero, months_from_zero + months)
    ]


def make_payment(contract: Contract, **overrides: Any) -> Payment:
    """One month's rent in cash, all of it on account: nothing is allocated (see make_allocation)."""
    number = next(_number)
    values = {
        "account": _account_of(contract),
        "amount": contract.monthly_rent,
        "method": "cash",
        "received_on": dt.date(2026, 1, 5),
        "idempotency_key": f"key-{number}",
        "request_digest": hashlib.sha256(str(number).encode()).hexdigest(),
    }
    return Payment.objects.create(site_id=contract.site_id, contract=contract, **(values | overrides))


def make_allocation(payment: Payment, instalment: Instalment, amount: int | None = None) -> Allocation:
    """As much of the payment as the instalment lacks, or `amount`; the instalment is brought up to date."""
    amount = min(payment.amount, instalment.amount - instalment.paid_amount) if amount is None else amount
    instalment.paid_amount += amount
    if instalment.paid_amount == instalment.amount:
        instalment.settled_on = payment.received_on
    instalment.save(update_fields=["paid_amount", "settled_on"])
    return Allocation.objects.create(site_id=payment.site_id, payment=payment, instalment=instalment, amount=amount)


def make_paid_instalment(
    contract: Contract, period: dt.date = START, *, paid_on: dt.date, **overrides: Any
) -> Instalment:
    """An instalment paid in full on a day, with its payment and allocation."""
    instalment = make_instalment(contract, period, **overrides)
    make_allocation(make_payment(contract, amount=instalment.amount, received_on=paid_on), instalment)
    return instalment


def make_reversal(payment: Payment, **overrides: Any) -> PaymentReversal:
    values = {"reversed_on": payment.received_on, "reason": "Saisi deux fois"}
    return PaymentReversal.objects.create(site_id=payment.site_id, payment=payment, **(values | overrides))


def make_receipt(payment: Payment, **overrides: Any) -> Receipt:
    """The reçu of a payment, as PAPER says; nothing is counted."""
    values = {
        "number": next(_number),
        "kind": Receipt.Kind.RECEIPT,
        "contract_id": payment.contract_id,
        "payment": payment,
        "turn": 1,
        "amount": payment.amount,
        "issued_on": payment.received_on,
        "content": PAPER.as_content(),
        "digest": digest_of(PAPER.as_content()),
    }
    return Receipt.objects.create(site_id=payment.site_id, **(values | overrides))


def make_cancellation(receipt: Receipt, **overrides: Any) -> ReceiptCancellation:
    values = {"cause": ReceiptCancellation.Cause.REVERSED, "reason": "Saisi deux fois"}
    return ReceiptCancellation.objects.create(site_id=receipt.site_id, receipt=receipt, **(values | overrides))


def make_print(receipt: Receipt, **overrides: Any) -> ReceiptPrint:
    return ReceiptPrint.objects.create(site_id=receipt.site_id, receipt=receipt, **overrides)


def make_counter(site: Site) -> ReceiptCounter:
    """The site's one."""
    return ReceiptCounter.objects.get_or_create(site=site)[0]


def make_deposit(contract: Contract, **overrides: Any) -> Deposit:
    """Held in full; give `state` and `received` for another."""
    agreed = overrides.get("agreed", 2 * contract.monthly_rent)
    values = {"agreed": agreed, "received": agreed, "state": Deposit.State.HELD}
    return Deposit.objects.create(site_id=contract.site_id, contract=contract, **(values | overrides))


def make_notice(contract: Contract, **overrides: Any) -> Notice:
    values = {
        "kind": Notice.Kind.TO_QUIT,
        "issued_on": dt.date(2026, 3, 2),
        "legal_deadline": dt.date(2026, 4, 1),
        "state": Notice.State.SENT,
    }
    return Notice.objects.create(site_id=contract.site_id, contract=contract, **(values | overrides))


def make_litigation(contract: Contract, **overrides: Any) -> Litigation:
    """An open dispute; give `resolved_on` for one that is over."""
    values = {"kind": Litigation.Kind.PAYMENT, "opened_on": dt.date(2026, 3, 2)} | overrides
    if values.get("resolved_on"):
        values.setdefault("state", Litigation.State.RESOLVED)
    return Litigation.objects.create(site_id=contract.site_id, contract=contract, **values)


def make_request(contract: Contract, **overrides: Any) -> ServiceRequest:
    """A request of the contract's tenant about its property."""
    values = {
        "tenant_id": contract.tenant_id,
        "property_id": contract.property_id,
        "category": ServiceRequest.Category.PLUMBING,
        "opened_on": dt.date(2026, 3, 2),
    }
    return ServiceRequest.objects.create(site_id=contract.site_id, **(values | overrides))


def make_interaction(tenant: Tenant, **overrides: Any) -> Interaction:
    values = {
        "channel": Interaction.Channel.CALL,
        "happened_at": dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC),
    }
    return Interaction.objects.create(site_id=tenant.site_id, tenant=tenant, **(values | overrides))


def make_survey(tenant: Tenant, **overrides: Any) -> Survey:
    values = {"kind": Survey.Kind.NPS, "rating": 9, "answered_on": dt.date(2026, 3, 2)}
    return Survey.objects.create(site_id=tenant.site_id, tenant=tenant, **(values | overrides))
