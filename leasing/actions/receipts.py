"""Receipts for money: a number of the site's one row, and what is printed, frozen.

The counter of the site is locked last, after the account and the contract: issue nothing and lock nothing after it.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Actor
from changes import sql
from changes.keys import digest_of
from changes.refusals import RuleBroken, not_on_this_site
from leasing.actions.locks import locked_contract
from leasing.in_words import LANGUAGES, francs_in_words
from leasing.models import (
    PAYMENT_KINDS,
    Allocation,
    Contract,
    Instalment,
    Payment,
    PaymentReversal,
    Receipt,
    ReceiptCancellation,
    ReceiptPrint,
)
from leasing.models.receipts import paper_number
from leasing.papers import Paper, PaperLine, PaperMoney
from leasing.refusals import require_signed
from leasing.taxes import taxes_on_rent
from screens import formats
from sites_app.queries import rules_for
from sites_app.rules import PAYMENT_METHODS, RegionalRules

_OF_A_MONTH = (Instalment.Kind.RENT, Instalment.Kind.SERVICE)


def issue_receipt(*, payment: Payment, by: Actor, today: dt.date) -> Receipt:
    """The reçu of a payment, or of a refund: the one that it has, else a new one.

    Raises RuleBroken: no money was received or given back by it, it was reversed, or it is not on a site in scope.
    """
    with transaction.atomic():
        contract = locked_contract(payment.contract_id, field="payment")
        found = Payment.objects.filter(pk=payment.pk, contract=contract).first()
        if found is None:
            raise not_on_this_site("payment")
        first = Receipt.objects.filter(site_id=contract.site_id, payment=found).first()
        if first is not None:
            return first
        if not has_receipt(found):
            raise RuleBroken(
                "payment",
                "receipt_of_money",
                _("“%(kind)s” is no money that was received or given back: it has no receipt.")
                % {"kind": dict(PAYMENT_KINDS)[found.method]},
            )
        if PaymentReversal.objects.filter(site_id=contract.site_id, payment=found).exists():
            raise RuleBroken(
                "payment", "receipt_of_a_standing_payment", _("The payment was reversed: it gets no receipt any more.")
            )
        return write_receipt(contract, found, by=by, today=today)


def has_receipt(payment: Payment) -> bool:
    """Whether it is money that was received or given back: a reçu says no more than that."""
    return payment.method in dict(PAYMENT_METHODS) or payment.method == "refund"


def write_receipt(
    contract: Contract, payment: Payment, *, by: Actor, today: dt.date, rules: RegionalRules | None = None
) -> Receipt:
    """The reçu of a payment that has none and was just placed. `contract` is that of locked_contract.

    `rules`: those of the day of the payment, where they were read already.
    """
    is_refund = payment.method == "refund"
    shares = Allocation.objects.filter(site_id=contract.site_id, payment=payment).select_related("instalment")
    lines = [_line(share.instalment, share.amount) for share in sorted(shares, key=_by_due_date)]
    francs = abs(payment.amount)
    return _write(
        contract,
        Receipt.Kind.REFUND if is_refund else Receipt.Kind.RECEIPT,
        francs,
        lines,
        [payment],
        payment=payment,
        on_account=0 if is_refund else francs - sum(line.francs for line in lines),
        day=payment.received_on,
        rules=rules,
        by=by,
        today=today,
    )


def issue_quittance(*, instalment: Instalment, by: Actor, today: dt.date) -> Receipt:
    """The quittance of a month's rent or service charge that is paid in full: the standing one, else a new one.

    While it stands, the account's money pays this month before any other.

    Raises RuleBroken: it is another debt, it is not paid in full, some of it was let go and not paid, the contract is a
    draft, or it is not on a site in scope.
    """
    with transaction.atomic():
        contract = locked_contract(instalment.contract_id, field="instalment")
        require_signed(contract)
        month = Instalment.objects.filter(pk=instalment.pk, contract=contract).first()
        if month is None:
            raise not_on_this_site("instalment")
        papers = Receipt.objects.filter(site_id=contract.site_id, instalment_id=month.pk)
        first = papers.standing().first()
        if first is not None:
            return first
        shares = list(
            Allocation.objects.filter(site_id=contract.site_id, instalment=month)
            .select_related("payment")
            .order_by("payment__received_on", "payment__recorded_at", "payment_id")
        )
        _require_paid_in_full(contract, month, shares)
        return _write(
            contract,
            Receipt.Kind.QUITTANCE,
            month.amount,
            [_line(month, month.amount)],
            [share.payment for share in shares],
            instalment=month,
            turn=papers.count() + 1,
            shares={share.payment_id: share.amount for share in shares},
            day=month.settled_on or today,
            by=by,
            today=today,
        )


def cancel_receipt_of(reversal: PaymentReversal) -> None:
    """The reçu of a payment that was just reversed holds no longer. Needs the account's lock."""
    for receipt in Receipt.objects.standing().filter(site_id=reversal.site_id, payment=reversal.payment_id):
        ReceiptCancellation.objects.create(
            site_id=reversal.site_id,
            receipt=receipt,
            cause=ReceiptCancellation.Cause.REVERSED,
            reason=reversal.reason,
            cancelled_by=reversal.reversed_by,
        )


def print_receipt(*, receipt: Receipt, by: Actor) -> bool:
    """Write down that a paper is given out for printing. False for the original: any later one is a duplicate."""
    with transaction.atomic():
        contract = locked_contract(receipt.contract_id, field="receipt")
        prints = ReceiptPrint.objects.filter(site_id=contract.site_id, receipt=receipt)
        was_printed = prints.exists()
        ReceiptPrint.objects.create(site_id=contract.site_id, receipt=receipt, printed_by=by)
        return was_printed


def _require_paid_in_full(contract: Contract, month: Instalment, shares: Iterable[Allocation]) -> None:
    if month.kind not in _OF_A_MONTH:
        raise RuleBroken(
            "instalment",
            "quittance_of_a_month",
            _("“%(kind)s” is no month's rent or service charge: its payments have their own receipts.")
            % {"kind": month.get_kind_display()},
        )
    if month.paid_amount < month.amount or not month.amount:
        raise RuleBroken(
            "instalment",
            "quittance_when_paid_in_full",
            _("%(month)s is not paid in full: %(left)s is lacking.")
            % {
                "month": formats.month(month.period).capitalize(),
                "left": formats.francs(month.amount - month.paid_amount, contract.site.currency),
            },
        )
    if any(share.payment.method == "credit" for share in shares):
        raise RuleBroken(
            "instalment",
            "quittance_when_paid_in_full",
            _("Some of %(month)s was let go, not paid: it gets no quittance.") % {"month": formats.month(month.period)},
        )


def _write(
    contract: Contract,
    kind: Receipt.Kind,
    francs: int,
    lines: list[PaperLine],
    payments: list[Payment],
    *,
    day: dt.date,
    by: Actor,
    today: dt.date,
    payment: Payment | None = None,
    instalment: Instalment | None = None,
    turn: int = 1,
    on_account: int = 0,
    shares: dict | None = None,
    rules: RegionalRules | None = None,
) -> Receipt:
    site, unit = contract.site, contract.property
    rent = sum(line.francs for line in lines if line.kind == Instalment.Kind.RENT)
    taxes = taxes_on_rent(rules or rules_for(site, day), rent) if rent else ()
    words = {language: francs_in_words(francs, site.currency, language) for language in LANGUAGES}
    # From here on every other clerk of the site who issues one waits for our commit.
    number = sql.value(_NEXT_NUMBER, {"site": site.code})
    paper = Paper(
        number=paper_number(site.code, number),
        kind=kind.value,
        issued_on=today,
        issued_by=by.get_full_name() if by else "",
        site=site.name,
        currency=site.currency,
        landlord=unit.owner.name if unit.owner else "",
        tenant=contract.tenant.name,
        tenant_code=contract.tenant.code,
        property_code=unit.code,
        address=", ".join(filter(None, (unit.address, unit.neighbourhood))),
        contract=contract.reference,
        francs=francs,
        words=words,
        lines=tuple(lines),
        on_account=on_account,
        money=tuple(_money(part, shares) for part in payments),
        reason=payment.reason if payment else "",
        taxes=taxes,
    )
    content = paper.as_content()
    return Receipt.objects.create(
        site=site,
        number=number,
        kind=kind,
        contract=contract,
        payment=payment,
        instalment_id=instalment.pk if instalment else None,
        turn=turn,
        amount=francs,
        issued_on=today,
        issued_by=by,
        content=content,
        digest=digest_of(content),
    )


def _line(instalment: Instalment, francs: int) -> PaperLine:
    return PaperLine(instalment.kind, instalment.label, instalment.period, francs)


def _by_due_date(share: Allocation) -> tuple:
    return share.instalment.due_date, share.instalment.period, share.instalment.kind, str(share.instalment_id)


def _money(payment: Payment, shares: dict | None) -> PaperMoney:
    francs = abs(payment.amount) if shares is None else shares[payment.pk]
    return PaperMoney(payment.received_on, payment.method, payment.provider, payment.external_reference, francs)


# Rolled back, the number is the next one's again; until then the row is locked.
_NEXT_NUMBER = """
    INSERT INTO leasing_receiptcounter AS counter (site_id, last) VALUES (%(site)s, 1)
    ON CONFLICT (site_id) DO UPDATE SET last = counter.last + 1
    RETURNING last
"""
