"""What a payment pays, in whole sentences: the same words before it is saved and after."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from leasing.models import Instalment, Payment
from leasing.previews import Asked, Part, Preview
from screens import formats
from sites_app.rules import PAYMENT_METHODS

_LISTED_ONE_BY_ONE = 3


def of_preview(preview: Preview, currency: str) -> list[str]:
    """What a payment would pay, what stays on account, and what is still owed."""
    lines = [*of_parts(preview.parts, currency), _on_account(preview.on_account, currency)]
    if preview.owed:
        lines.append(_("Still owed today: %(amount)s.") % {"amount": formats.francs(preview.owed, currency)})
    return lines


def of_parts(parts: Sequence[Part], currency: str) -> list[str]:
    """What each part of a payment pays, in full or in part; many months in one sentence."""
    full = [part for part in parts if not part.left]
    months = [part for part in full if part.asked.kind == Instalment.Kind.RENT]
    lines = []
    if len(months) > _LISTED_ONE_BY_ONE:
        full = [part for part in full if part.asked.kind != Instalment.Kind.RENT]
        ends = sorted(part.asked.period for part in months)
        values = {
            "count": formats.number(len(months)),
            "first": formats.month(ends[0]),
            "last": formats.month(ends[-1]),
        }
        lines = [_("Pays %(count)s months in full: %(first)s to %(last)s.") % values]
    lines += [_("Pays %(what)s in full.") % {"what": what(part.asked)} for part in full]
    for part in parts:
        if part.left:
            values = {"what": what(part.asked), "left": formats.francs(part.left, currency)}
            lines.append(_("Pays %(what)s in part: %(left)s left.") % values)
    return lines


def what(asked: Asked) -> str:
    """A month's rent by its month, another charge by its kind, label and month."""
    month = formats.month(asked.period)
    if asked.kind == Instalment.Kind.RENT:
        return month
    kind = str(dict(Instalment.Kind.choices).get(asked.kind, asked.kind))
    return " · ".join(filter(None, [kind, asked.label, month]))


def _on_account(francs: int, currency: str) -> str:
    amount = formats.francs(francs, currency)
    return _("On account: %(amount)s.") % {"amount": amount}


def title(payment: Payment) -> str:
    """What a payment is, with its amount."""
    amount = formats.francs(abs(payment.amount), payment.site.currency)
    if payment.method in dict(PAYMENT_METHODS):
        return _("Payment of %(amount)s") % {"amount": amount}
    return f"{payment.get_method_display()} · {amount}"
