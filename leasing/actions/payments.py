"""Money received, and money that turns out not to have been."""

import datetime as dt
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.keys import digest_of, is_known
from changes.refusals import IdempotencyConflict, RuleBroken, constraint_of, not_on_this_site, require_past
from leasing.actions.instalments import bring_up_to_date
from leasing.actions.locks import locked_contract
from leasing.actions.receipts import cancel_receipt_of, has_receipt, write_receipt
from leasing.actions.same_payment import require_no_other
from leasing.models import Contract, Instalment, Payment, PaymentReversal
from leasing.queries import on_account, owed
from leasing.refusals import cited, require_francs, require_signed
from screens import formats
from sites_app.queries import rules_for
from sites_app.rules import PAYMENT_METHODS, RegionalRules

# Known to exist: asking the database again would cost a statement each.
_KEYS = ("site", "account", "contract", "payment", "waives", "recorded_by", "reversed_by")


@dataclass(frozen=True)
class _Receipt:
    """What a payment says, as it counts for "the same payment again"."""

    contract: str
    amount: int
    method: str
    provider: str
    external_reference: str
    received_on: str
    reason: str = ""
    waives: str = ""

    def digest(self) -> str:
        # As it was before a payment could have a reason: its key is still known.
        return digest_of(
            {name: text for name, text in asdict(self).items() if text or name not in ("reason", "waives")}
        )


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
    seen: Collection[UUID] | None = None,
) -> Payment:
    """Write down money received, in whole francs; the money of the account is placed anew with it (placing.place).

    What is left pays months to come (avance) of the account's running lease: instalments.bring_up_to_date. The rest
    stays on account and pays what comes later. Its receipt is issued with it (actions.receipts).

    The same key with the same content returns the first payment, also when both come at the same moment.

    `seen`: the payments of the same amount and day in the account that the person was shown, who says that this is
    other money. None: whoever asks does not want to be asked.

    Raises:
        IdempotencyConflict: the key was used for a payment of another content.
        SamePayment: the account has a payment of the same amount and day that is not among `seen`.
        RuleBroken: a rule of the site on `received_on` forbids it, the amount is not positive, the day is to come,
            the contract is a draft or not on a site in scope, or the mobile money transaction is already recorded.
        ValidationError: a text is too long for its column.
    """
    require_francs(amount)
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
        rules = _check_rules(contract, receipt, received_on, today)
        if seen is not None:
            require_no_other(contract, amount, received_on, key=idempotency_key, seen=seen)
        return _write_down(
            contract, receipt, received_on=received_on, by=by, key=idempotency_key, today=today, rules=rules
        )


def refund_payment(
    *,
    contract: Contract,
    amount: int,
    reason: str,
    refunded_on: dt.date,
    by: Actor,
    idempotency_key: str,
    today: dt.date,
) -> Payment:
    """Give money back that is on account, in whole francs. It is taken off the money received last, and has a receipt.

    The same key with the same content returns the first refund.

    Raises RuleBroken: more than is on account, no reason, the amount is not positive, or the day is to come.
    """
    require_francs(amount)
    return _of_our_own(contract, "refund", -amount, reason, refunded_on, by=by, key=idempotency_key, today=today)


def give_credit(
    *,
    contract: Contract,
    amount: int,
    reason: str,
    given_on: dt.date,
    by: Actor,
    idempotency_key: str,
    today: dt.date,
    waives: Instalment | None = None,
) -> Payment:
    """Let a debt go: what `waives` still asks for, or else the oldest debts. It is no income and counts in no rate.

    The same key with the same content returns the first credit.

    Raises RuleBroken: more than is owed, no reason, the amount is not positive, or the day is to come.
    """
    require_francs(amount)
    return _of_our_own(
        contract,
        "credit",
        amount,
        reason,
        given_on,
        by=by,
        key=idempotency_key,
        today=today,
        waives=waives,
    )


def _of_our_own(
    contract: Contract,
    method: str,
    amount: int,
    reason: str,
    day: dt.date,
    *,
    by: Actor,
    key: str,
    today: dt.date,
    waives: Instalment | None = None,
) -> Payment:
    reason = reason.strip()
    with transaction.atomic():
        contract = locked_contract(contract.pk)
        receipt = _Receipt(
            str(contract.pk), amount, method, "", "", day.isoformat(), reason, str(waives.pk) if waives else ""
        )
        first = _recorded_before(contract, key, receipt)
        if first is not None:
            return first
        require_signed(contract)
        require_past("received_on", day, today)
        if not reason:
            raise RuleBroken("reason", "reason_required", _("Say why."))
        _require_enough(contract, method, amount, waives, today)
        return _write_down(contract, receipt, received_on=day, by=by, key=key, today=today, waives=waives)


def _require_enough(contract: Contract, method: str, amount: int, waives: Instalment | None, today: dt.date) -> None:
    currency = contract.site.currency
    if method == "refund" and -amount > (left := on_account(contract)):
        raise RuleBroken(
            "amount",
            "refund_at_most_what_is_on_account",
            _("%(left)s is on account: no more can be given back.") % {"left": formats.francs(max(left, 0), currency)},
        )
    if method == "credit":
        if waives is not None:
            asked = Instalment.objects.filter(pk=waives.pk, account_id=contract.signed_account_id()).first()
            if asked is None:
                raise not_on_this_site("waives")
            left = asked.amount - asked.paid_amount
        else:
            left = owed(contract, today)
        if amount > left:
            raise RuleBroken(
                "amount",
                "credit_at_most_what_is_owed",
                _("%(left)s is owed: no more can be let go.") % {"left": formats.francs(left, currency)},
            )


def _write_down(
    contract: Contract,
    receipt: "_Receipt",
    *,
    received_on: dt.date,
    by: Actor,
    key: str,
    today: dt.date,
    waives: Instalment | None = None,
    rules: RegionalRules | None = None,
) -> Payment:
    payment = Payment(
        site=contract.site,
        account_id=contract.signed_account_id(),
        contract=contract,
        amount=receipt.amount,
        method=receipt.method,
        waives=waives,
        reason=receipt.reason,
        provider=receipt.provider,
        external_reference=receipt.external_reference,
        received_on=received_on,
        recorded_by=by,
        idempotency_key=key,
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
    bring_up_to_date(contract.site_id, [contract.signed_account_id()], today)
    if has_receipt(payment):
        # Last: the next number of the site is locked from here to the commit.
        write_receipt(contract, payment, by=by, today=today, rules=rules)
    return payment


def reverse_payment(*, payment: Payment, by: Actor, reason: str, today: dt.date) -> PaymentReversal:
    """Say that a payment was a mistake. Both rows stay; the payment counts nowhere any more.

    The money of the account is placed anew, as if the payment had never been. Its receipt is cancelled, and each
    quittance of a month that is no longer paid in full. Reversing it again returns the first reversal.

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
        cancel_receipt_of(reversal)
        bring_up_to_date(contract.site_id, [contract.signed_account_id()], today, by=by)
        return reversal


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


def _check_rules(contract: Contract, receipt: _Receipt, received_on: dt.date, today: dt.date) -> RegionalRules:
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
    return rules


def _key_reused() -> IdempotencyConflict:
    return IdempotencyConflict(
        "idempotency_key", _("This key was already used for another payment. Send a new payment with a new key.")
    )


def _listed(names: Any) -> str:
    return ", ".join(str(name) for name in names)
