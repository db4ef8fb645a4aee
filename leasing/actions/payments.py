"""Money received, and money that turns out not to have been."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.keys import digest_of, is_known
from changes.refusals import IdempotencyConflict, RuleBroken, constraint_of, not_on_this_site, require_past
from leasing.actions.instalments import drop_after_end, generate_instalments, month_after, months_between
from leasing.actions.locks import locked_contract
from leasing.actions.settlement import release, settle
from leasing.allocation import months_touched
from leasing.models import Contract, Instalment, Payment, PaymentReversal
from leasing.refusals import cited, require_signed
from screens import formats
from sites_app.queries import rules_for
from sites_app.rules import PAYMENT_METHODS

LONGEST_ADVANCE_MONTHS = 24
"""A payment makes and pays months up to this many after today's, or as many as its contract agrees on if more."""

# Known to exist: asking the database again would cost a statement each.
_KEYS = ("site", "contract", "payment", "recorded_by", "reversed_by")


@dataclass(frozen=True)
class _Receipt:
    """What a payment says, as it counts for "the same payment again"."""

    contract: str
    amount: int
    method: str
    provider: str
    external_reference: str
    received_on: str

    def digest(self) -> str:
        return digest_of(asdict(self))


def record_payment(
    *,
    contract: Contract,
    amount: int,
    method: str,
    provider: str = "",
    external_reference: str = "",
    received_on: dt.date,
    by: Actor,
    idempotency_key: str,
    today: dt.date,
) -> Payment:
    """Write down money received, in whole francs, and let it pay the contract's months, the oldest first.

    What is left pays months to come (avance): they are made for it up to LONGEST_ADVANCE_MONTHS after the month of
    `today`, or as many as the contract's advance_months. The rest stays on account and pays what comes later. A
    contract that was ended gets no new months: money beyond its arrears stays on account.

    The same key with the same content returns the first payment, also when both come at the same moment.

    Raises:
        IdempotencyConflict: the key was used for a payment of another content.
        RuleBroken: a rule of the site on `received_on` forbids it, the amount is not positive, the day is to come,
            the contract is a draft or not on a site in scope, or the mobile money transaction is already recorded.
        ValidationError: a text is too long for its column.
    """
    if type(amount) is not int or amount <= 0:
        raise RuleBroken("amount", "amount_positive", _("The amount must be a whole number of francs, more than zero."))
    if not idempotency_key:
        raise RuleBroken(
            "idempotency_key", "idempotency_key", _("Without a key the same payment could be recorded twice.")
        )
    with transaction.atomic():
        contract = locked_contract(contract.pk)
        provider, external_reference = provider.strip(), external_reference.strip()
        if method == "mobile":
            provider = _as_the_site_writes_it(provider, contract, received_on)
        receipt = _Receipt(str(contract.pk), amount, method, provider, external_reference, received_on.isoformat())
        first = _recorded_before(contract, idempotency_key, receipt)
        if first is not None:
            return first
        _check_rules(contract, receipt, received_on, today)
        payment = Payment(
            site=contract.site,
            contract=contract,
            amount=amount,
            method=method,
            provider=provider,
            external_reference=external_reference,
            received_on=received_on,
            recorded_by=by,
            idempotency_key=idempotency_key,
            request_digest=receipt.digest(),
        )
        payment.clean_fields(exclude=_KEYS)
        try:
            with transaction.atomic():
                payment.save(force_insert=True)
        except IntegrityError as error:
            refused = _lost_the_race(error, payment)
            if refused is None:
                raise
            raise refused from error
        _place(contract, today)
        return payment


def reverse_payment(*, payment: Payment, by: Actor, reason: str, today: dt.date) -> PaymentReversal:
    """Say that a payment was a mistake. Both rows stay; the payment counts nowhere any more.

    The months that it paid are open again, and what the contract has on account pays them, the oldest first; months
    that other payments have paid stay paid. Reversing it again returns the first reversal.

    Raises RuleBroken: no reason is given, or the payment is not on a site in scope.
    """
    reason = reason.strip()
    with transaction.atomic():
        contract = locked_contract(payment.contract_id, field="payment")
        if not Payment.objects.filter(pk=payment.pk, contract=contract).exists():
            raise not_on_this_site("payment")
        first = PaymentReversal.objects.filter(payment=payment).first()
        if first is not None:
            return first
        if not reason:
            raise RuleBroken("reason", "reason_required", _("Say why the payment is reversed."))
        reversal = PaymentReversal(
            site=contract.site, payment=payment, reversed_on=today, reversed_by=by, reason=reason
        )
        reversal.clean_fields(exclude=_KEYS)
        reversal.save(force_insert=True)
        release(contract.site_id, payment.pk)
        if contract.ended_on is not None and not _is_renewed(contract):
            drop_after_end(contract)
        else:
            settle(contract.site_id, [contract.pk])
        return reversal


def _place(contract: Contract, today: dt.date) -> None:
    """Let the money on account pay what is open, and make months ahead as long as money is left for them."""
    while left := settle(contract.site_id, [contract.pk]):
        if contract.status != Contract.Status.ACTIVE or not contract.monthly_rent:
            return
        months = Instalment.objects.filter(site_id=contract.site_id, contract=contract).order_by("-period")
        last = months.values_list("period", flat=True).first() or month_after(contract.start_date, -1)
        furthest = month_after(today, max(LONGEST_ADVANCE_MONTHS, contract.advance_months))
        # In months, not days: an amount can be worth more of them than a calendar has.
        until = month_after(last, min(months_touched(left, contract.monthly_rent), months_between(last, furthest)))
        # More than one turn only for a renewal, which leaves out the months that were paid before it.
        if not generate_instalments(site=contract.site, until=until, contracts=[contract]):
            return


def _is_renewed(contract: Contract) -> bool:
    return Contract.objects.signed().filter(renewal_of=contract).exists()


def _recorded_before(contract: Contract, key: str, receipt: _Receipt) -> Payment | None:
    first = Payment.objects.filter(site_id=contract.site_id, idempotency_key=key).first()
    is_known(None if first is None else first.request_digest, receipt.digest(), _key_reused())
    return first


def _lost_the_race(error: IntegrityError, payment: Payment) -> RuleBroken | None:
    """What another transaction wrote first: the same key for another contract, or the same mobile money transaction."""
    name = constraint_of(error)
    if name == "payment_key_unique_in_site":
        return _key_reused()
    other = Payment.objects.filter(
        site_id=payment.site_id,
        method="mobile",
        provider=payment.provider,
        external_reference=payment.external_reference,
    ).select_related("contract")
    if name != "mobile_payment_reference_unique_in_site" or not other:
        return None
    return RuleBroken(
        "external_reference",
        name,
        _("The %(provider)s transaction %(reference)s is already recorded: contract %(contract)s, %(day)s.")
        % {
            "provider": payment.provider,
            "reference": payment.external_reference,
            "contract": other[0].contract.reference,
            "day": formats.date_short(other[0].received_on),
        },
    )


def _as_the_site_writes_it(provider: str, contract: Contract, received_on: dt.date) -> str:
    known = rules_for(contract.site, received_on).mobile_money_providers
    return next((name for name in known if name.casefold() == provider.casefold()), provider)


def _check_rules(contract: Contract, receipt: _Receipt, received_on: dt.date, today: dt.date) -> None:
    site = contract.site
    require_signed(contract)
    require_past("received_on", received_on, today)
    rules = rules_for(site, received_on)
    names = dict(PAYMENT_METHODS)
    if receipt.method not in rules.payment_methods:
        raise RuleBroken(
            "method",
            "payment_methods",
            _("%(site)s does not accept “%(method)s”, only %(methods)s (%(cited)s).")
            % {
                "site": site.name,
                "method": names.get(receipt.method, receipt.method),
                "methods": _listed(names[method] for method in rules.payment_methods),
                "cited": cited(rules.get("payment_methods")),
            },
        )
    limit = rules.largest_cash_payment
    if receipt.method == "cash" and limit is not None and receipt.amount > limit:
        raise RuleBroken(
            "amount",
            "largest_cash_payment",
            _("%(site)s does not accept more than %(limit)s in cash in one payment (%(cited)s).")
            % {
                "site": site.name,
                "limit": formats.francs(limit, site.currency),
                "cited": cited(rules.get("largest_cash_payment")),
            },
        )
    if receipt.method == "mobile" and receipt.provider not in rules.mobile_money_providers:
        sentence = (
            _("%(site)s does not accept mobile money from “%(provider)s”, only from %(providers)s (%(cited)s).")
            if receipt.provider
            else _("%(site)s accepts mobile money from %(providers)s: say which one it came from (%(cited)s).")
        )
        values = {
            "site": site.name,
            "provider": receipt.provider,
            "providers": _listed(rules.mobile_money_providers),
            "cited": cited(rules.get("mobile_money_providers")),
        }
        raise RuleBroken("provider", "mobile_money_providers", sentence % values)


def _key_reused() -> IdempotencyConflict:
    return IdempotencyConflict(
        "idempotency_key", _("This key was already used for another payment. Send a new payment with a new key.")
    )


def _listed(names: Any) -> str:
    return ", ".join(str(name) for name in names)
