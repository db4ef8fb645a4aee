"""What one types about money: received, reversed, given back. Each form has a key: sent twice, it is made once.

`payment_form` and `payment_preview` are for any page that takes rent; leasing/_payment_form.html shows both.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leasing.actions.same_payment import told
from leasing.models import Contract
from leasing.pages import payment_words as words
from leasing.previews import AccountBooks, Preview
from screens import amounts, formats
from screens.lists.search import MOST_CHARACTERS, refuse_long_search
from screens.written import BadValue
from sites_app.models import Site
from sites_app.rules import PAYMENT_METHODS, RegionalRules

_LONGEST_KEY, _LONGEST_REFERENCE, _LONGEST_REASON = 120, 80, 200
_EARLIEST = dt.date(1950, 1, 1)
ICONS = {"cash": "money", "bank": "building", "mobile": "phone", "cheque": "paper"}
_Day = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _in_our_time(day: dt.date) -> None:
    if day < _EARLIEST:
        raise ValidationError(_("This year is out of the ordinary: check it."))


class FrancsField(forms.CharField):
    """Whole francs as people type them: 1 500 000, 1.500.000, 1500000 FG. The form says the site's currency."""

    currency = ""

    def __init__(self, **kwargs: Any) -> None:
        # Not of type "number", which refuses the spaces that make a million legible.
        kwargs["widget"] = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"})
        super().__init__(max_length=40, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return formats.number(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        try:
            francs = amounts.amount(text, self.currency)
        except BadValue as wrong:
            raise ValidationError(str(wrong)) from None
        if not francs:
            raise ValidationError(_("The amount must be a whole number of francs, more than zero."))
        return francs


class _MoneyForm(forms.Form):
    amount = FrancsField(label=gettext_lazy("Amount"))
    key = forms.CharField(
        max_length=_LONGEST_KEY, widget=forms.HiddenInput, initial=uuid.uuid4, label=gettext_lazy("Key of the form")
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("FrancsField", self.fields["amount"]).currency = site.currency


class PaymentForm(_MoneyForm):
    """Rent received: proposed so that one tap saves it."""

    contract = forms.UUIDField(widget=forms.HiddenInput)
    # The payments of the same amount and day that the page has shown, by id.
    seen = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
    method = forms.ChoiceField(label=gettext_lazy("How was it paid?"), widget=forms.RadioSelect)
    provider = forms.ChoiceField(label=gettext_lazy("Mobile money from"), required=False)
    external_reference = forms.CharField(
        label=gettext_lazy("Reference (optional)"),
        required=False,
        max_length=_LONGEST_REFERENCE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    received_on = forms.DateField(label=gettext_lazy("Received on"), widget=_Day, validators=[_in_our_time])

    def __init__(self, *args: Any, rules: RegionalRules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = dict(PAYMENT_METHODS)
        method, provider = cast("Any", self.fields["method"]), cast("Any", self.fields["provider"])
        method.choices = [(code, names[code]) for code in rules.payment_methods]
        provider.choices = [(name, name) for name in rules.mobile_money_providers]
        # What the site does not accept is refused by its rule, in a sentence with its source: actions.record_payment.
        method.valid_value = lambda value: value in names
        provider.valid_value = lambda value: len(value) <= 40
        if "mobile" not in rules.payment_methods:
            del self.fields["provider"]

    def clean_seen(self) -> list[UUID]:
        try:
            return [UUID(text) for text in self.cleaned_data["seen"].split()]
        except ValueError:
            return []

    @property
    def methods(self) -> list[tuple[Any, str]]:
        """The buttons of the methods, each with its picture."""
        return [(button, ICONS[str(button.data["value"])]) for button in self["method"]]

    @property
    def is_usual_day(self) -> bool:
        """Received today, as most: the day stays folded away."""
        return not self["received_on"].errors and str(self["received_on"].value()) == str(self.initial["received_on"])

    def asked(self) -> dict[str, Any]:
        """The arguments of the action that come from the form."""
        said = self.cleaned_data
        is_mobile = said["method"] == "mobile"
        return {
            "amount": said["amount"],
            "method": said["method"],
            "provider": said.get("provider", "") if is_mobile else "",
            "external_reference": said["external_reference"],
            "received_on": said["received_on"],
            "idempotency_key": said["key"],
            "seen": said["seen"],
        }


class ReversalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=_LONGEST_REASON,
        error_messages={"required": gettext_lazy("Say why the payment is reversed.")},
    )


class GiveBackForm(_MoneyForm):
    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=_LONGEST_REASON,
        error_messages={"required": gettext_lazy("Say why.")},
    )
    refunded_on = forms.DateField(label=gettext_lazy("Given back on"), widget=_Day, validators=[_in_our_time])


class WhoForm(forms.Form):
    """Whose rent it is, by a few letters or digits."""

    q = forms.CharField(
        label=gettext_lazy("Name, phone, code or home"),
        min_length=2,
        max_length=MOST_CHARACTERS,
        validators=[refuse_long_search],
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "autofocus": True}),
    )


class DayForm(forms.Form):
    """Which day's money, and of which person."""

    day = forms.DateField(required=False)
    agent = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


@dataclass(frozen=True)
class ShownPreview:
    """What a payment would do, in sentences; `alike` tells of the same money, recorded already."""

    lines: list[str]
    alike: list[tuple[UUID, str]]

    @property
    def seen(self) -> str:
        """The ids of what is told of, as the form sends them."""
        return " ".join(str(payment) for payment, _sentence in self.alike)


def payment_form(contract: Contract, books: AccountBooks, rules: RegionalRules) -> PaymentForm:
    """The form of an account, filled in: everything that is open, else a month's rent; paid as the last time."""
    last, methods = books.last_received, rules.payment_methods
    usual = last.method if last and last.method in methods else next(iter(methods), "")
    return PaymentForm(
        site=contract.site,
        rules=rules,
        initial={
            "contract": contract.pk,
            "amount": books.owed or books.rent,
            "method": usual,
            "provider": last.provider if last else "",
            "received_on": books.today,
        },
    )


def payment_preview(
    site: Site, books: AccountBooks, francs: int, received_on: dt.date, *, key: str = ""
) -> ShownPreview:
    """What saving this payment would do, and which payments look like the same money."""
    preview: Preview = books.with_payment(francs, received_on)
    alike = [
        (one.payment, told(francs, one.recorded_at, one.recorded_by, site))
        for one in books.alike(francs, received_on, but_for=key)
    ]
    return ShownPreview(words.of_preview(preview, site.currency), alike)
