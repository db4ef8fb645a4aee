"""A receipt in words: for the page that is printed, and for the message that is sent with it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from leasing.in_words import LANGUAGES
from leasing.models import PAYMENT_KINDS, Instalment, Receipt, ReceiptCancellation
from leasing.months import month_after
from leasing.papers import Paper, PaperLine
from leasing.receipt_links import is_as_issued, link_of
from leasing.taxes import Tax
from screens import formats
from screens.texts import Text
from sites_app.rules import PAYMENT_METHODS, RULE_TYPES

_METHODS = dict((*PAYMENT_METHODS, *PAYMENT_KINDS))
_LINES = {**dict(Instalment.Kind.choices)}


@dataclass(frozen=True)
class TaxWords:
    name: Text
    rate: str
    amount: str
    source: str
    confirmed: bool


@dataclass(frozen=True)
class LineWords:
    """What was paid: one debt, or the same rent of `months` months that follow each other."""

    name: str
    first: dt.date
    last: dt.date
    months: int
    francs: int

    @property
    def together(self) -> int:
        return self.months * self.francs


@dataclass(frozen=True)
class PaperPage:
    """What the template shows. `duplicate`: this view of it is not the original."""

    receipt: Receipt
    paper: Paper
    title: str
    sentence: str
    words: str
    lines: list[LineWords]
    money: list[tuple[dt.date, Text, str, int]]
    taxes: list[TaxWords]
    duplicate: bool
    was_printed: bool
    cancellation: ReceiptCancellation | None
    as_issued: bool
    link: str
    code: SafeString


def page_of(receipt: Receipt, *, duplicate: bool, was_printed: bool) -> PaperPage:
    """A receipt, read with its cancellations, as it is shown or printed."""
    paper, link = Paper.from_content(receipt.content), link_of(receipt)
    return PaperPage(
        receipt=receipt,
        paper=paper,
        title=_title(paper),
        sentence=_sentence(paper),
        words=paper.words["en" if get_language() == "en" else LANGUAGES[0]],
        lines=_lines(paper.lines),
        money=[
            (part.received_on, _METHODS.get(part.method, part.method), _how(part.provider, part.reference), part.francs)
            for part in paper.money
        ],
        taxes=[_tax(tax, paper.currency) for tax in paper.taxes],
        duplicate=duplicate,
        was_printed=was_printed,
        cancellation=next(iter(receipt.cancellations.all()), None),
        as_issued=is_as_issued(receipt),
        link=link,
        code=qr_code(link),
    )


def message_of(receipt: Receipt) -> str:
    """The sentence that goes to the tenant with a receipt, by WhatsApp or text message."""
    paper = Paper.from_content(receipt.content)
    values = {
        "site": paper.site,
        "number": paper.number,
        "amount": formats.francs(paper.francs, paper.currency),
        "link": link_of(receipt),
    }
    if receipt.kind == Receipt.Kind.REFUND:
        return _("%(site)s: %(amount)s given back, receipt %(number)s. To check it: %(link)s") % values
    if receipt.kind == Receipt.Kind.QUITTANCE and paper.rent_period:
        values["month"] = formats.month(paper.rent_period)
        return (
            _("%(site)s: %(month)s is paid in full, %(amount)s, rent receipt %(number)s. To check it: %(link)s")
            % values
        )
    return _("%(site)s: %(amount)s received, receipt %(number)s. To check it: %(link)s") % values


def whatsapp_of(receipt: Receipt, phone: Any) -> str:
    """The address that opens WhatsApp with the message written; "" without a phone."""
    address = formats.whatsapp(phone)
    return f"{address}?text={quote(message_of(receipt))}" if address else ""


def qr_code(link: str) -> SafeString:
    """A link as a picture that a phone reads: SVG of one path, black on white."""
    drawn = segno.make(link, error="m", micro=False).svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=2)
    return mark_safe(drawn)  # noqa: S308 -- drawn from squares: nothing of the link is written in it


def _title(paper: Paper) -> str:
    if paper.kind == Receipt.Kind.QUITTANCE:
        is_rent = any(line.kind == Instalment.Kind.RENT for line in paper.lines)
        return _("Rent receipt") if is_rent else _("Receipt for charges")
    return _("Refund receipt") if paper.kind == Receipt.Kind.REFUND else _("Receipt for a payment")


def _sentence(paper: Paper) -> str:
    values = {"tenant": paper.tenant, "words": ""}
    if paper.kind == Receipt.Kind.REFUND:
        return _("Given back to %(tenant)s the sum of") % values
    return _("Received from %(tenant)s the sum of") % values


def _lines(lines: Iterable[PaperLine]) -> list[LineWords]:
    found: list[LineWords] = []
    for line in lines:
        word = str(_LINES.get(line.kind, line.kind))
        name = f"{word} · {line.label}" if line.label else word
        last = found[-1] if found else None
        if last and (last.name, last.francs, month_after(last.last, 1)) == (name, line.francs, line.period):
            found[-1] = replace(last, last=line.period, months=last.months + 1)
        else:
            found.append(LineWords(name, line.period, line.period, 1, line.francs))
    return found


def _how(provider: str, reference: str) -> str:
    return " · ".join(filter(None, (provider, reference)))


def _tax(tax: Tax, currency: str) -> TaxWords:
    [rate] = formats.percents_at_most([Decimal(tax.rate)])
    name = dict(RULE_TYPES).get(tax.rule_type, tax.rule_type)
    return TaxWords(name, rate, formats.francs(tax.francs, currency), tax.source, tax.confirmed)
