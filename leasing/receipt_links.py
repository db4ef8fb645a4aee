"""The signed link that a paper carries, and what anybody who holds the paper is told by it.

The key is the site's secret with a salt of its own: whoever changes SECRET_KEY keeps the former one in
SECRET_KEY_FALLBACKS, or papers that were handed out count as forged.
"""

import base64
import binascii
import datetime as dt
import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.signing import BadSignature, Signer

from changes.keys import digest_of
from leasing.models import Receipt
from sites_app.scope import site_scope

GENUINE, CANCELLED, ALTERED, UNKNOWN, FORGED = "genuine", "cancelled", "altered", "unknown", "forged"
_SIGNATURE = 22  # characters of base64: 132 bits


class _ShortSigner(Signer):
    """Django's, cut to what a QR code on a small paper holds: still far beyond guessing."""

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        return super().signature(value, key)[:_SIGNATURE]


@dataclass(frozen=True)
class Checked:
    """What the link of a paper says. Without a paper, all but the state is empty."""

    state: str
    number: str = ""
    kind: str = ""
    issued_on: dt.date | None = None
    francs: int | None = None
    currency: str = ""
    property_code: str = ""
    cancelled_on: dt.date | None = None


def link_of(receipt: Receipt) -> str:
    """The address at which everybody may check a paper: short, and with nobody's name in it."""
    return f"{settings.PUBLIC_URL}/r/{token_of(receipt)}/"


def token_of(receipt: Receipt) -> str:
    """The site, the paper and the signature."""
    row = base64.urlsafe_b64encode(receipt.pk.bytes).decode().rstrip("=")
    return _signer().sign(f"{receipt.site_id}.{row}")


def check(token: str) -> Checked:
    """What is known of the paper of a token; whoever asks need not have signed in.

    Nothing is looked up for a token that AKIG has not signed.
    """
    try:
        code, _dot, row = _signer().unsign(token).partition(".")
        receipt_id = uuid.UUID(bytes=base64.urlsafe_b64decode(f"{row}=="))
    except (BadSignature, ValueError, binascii.Error):
        return Checked(FORGED)
    with site_scope([code]):
        receipt = Receipt.objects.select_related("site").filter(pk=receipt_id).first()
        if receipt is None:
            return Checked(UNKNOWN)
        return _as_it_stands(receipt)


def is_as_issued(receipt: Receipt) -> bool:
    """Whether what would be printed is what was."""
    return receipt.digest == digest_of(receipt.content)


def _as_it_stands(receipt: Receipt) -> Checked:
    if not is_as_issued(receipt):
        return Checked(ALTERED, number=receipt.name)
    cancelled = receipt.cancellations.first()
    zone = ZoneInfo(receipt.site.timezone)
    return Checked(
        CANCELLED if cancelled else GENUINE,
        number=receipt.name,
        kind=receipt.kind,
        issued_on=receipt.issued_on,
        francs=receipt.amount,
        currency=receipt.site.currency,
        property_code=receipt.content["property_code"],
        cancelled_on=cancelled.cancelled_at.astimezone(zone).date() if cancelled else None,
    )


def _signer() -> Signer:
    return _ShortSigner(salt="leasing.receipt", sep=".")
