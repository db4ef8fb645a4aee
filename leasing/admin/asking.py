"""What a button asks before it acts. The actions know the rules; the page shows their refusals beside these fields."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminBigIntegerFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from leasing.actions import CHARGES
from leasing.models import Contract, Deposit, Instalment, Litigation, Payment, Property, RentStep
from sites_app.models import BILLINGS


def _words(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=UnfoldAdminSingleDateWidget, **kwargs)


def _text(label: Any, longest: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, widget=UnfoldAdminTextInputWidget, **kwargs)


def _francs(label: Any, **kwargs: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, widget=UnfoldAdminBigIntegerFieldWidget, **kwargs)


def _choice(label: Any, choices: Any, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminSelectWidget, **kwargs)


class SureForm(forms.Form):
    """Nothing but the question."""


class ReasonForm(forms.Form):
    reason = _text(_("reason"), 200)


class SignForm(forms.Form):
    signed_on = _day(_words(Contract, "signed_on"))


class SignPastForm(SignForm):
    """Of a contract that has begun: from when its rents are known."""

    rents_from = _day(
        _words(Contract, "rents_from"),
        help_text=_("What was due before this day is not on record, and is not asked for."),
    )


class RenewForm(forms.Form):
    reference = _text(_words(Contract, "reference"), 40)
    start_date = _day(_words(Contract, "start_date"))
    end_date = _day(_words(Contract, "end_date"), required=False)
    monthly_rent = _francs(_words(Contract, "monthly_rent"), min_value=0)


class MoveForm(forms.Form):
    property = forms.ModelChoiceField(
        label=_("to property"),
        queryset=Property.objects.none(),
        widget=AutocompleteSelect(Contract._meta.get_field("property"), admin.site),
    )
    on = _day(_("first day there"))
    reference = _text(_("reference of the new contract"), 40)
    monthly_rent = _francs(_words(Contract, "monthly_rent"), min_value=0)
    deposit_amount = _francs(_words(Contract, "deposit_amount"), min_value=0)
    end_date = _day(_words(Contract, "end_date"), required=False)

    def __init__(self, *args: Any, homes: models.QuerySet, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home: Any = self.fields["property"]
        home.queryset, home.label_from_instance = homes, label


class EndForm(forms.Form):
    ended_on = _day(_("last day"))
    reason = _choice(
        _words(Contract, "end_reason"),
        [("", "---------"), *(one for one in Contract.EndReason.choices if one[0] != Contract.EndReason.MOVED)],
        help_text=_("A tenant who goes to another property of the agency is moved by a button of its own."),
    )
    terminated = forms.BooleanField(
        label=_("terminated before its term"), required=False, widget=UnfoldBooleanSwitchWidget
    )


class FromMonthForm(forms.Form):
    """A change of a running contract, and the month from which it holds."""

    from_month = _day(_words(RentStep, "from_month"), help_text=_("Any day of the first month that changes."))


class RentForm(FromMonthForm):
    field_order = ["monthly_rent", "from_month"]
    monthly_rent = _francs(_words(Contract, "monthly_rent"), min_value=0)


class PaymentDayForm(FromMonthForm):
    field_order = ["payment_day", "from_month"]
    payment_day = forms.IntegerField(label=_words(Contract, "payment_day"), widget=UnfoldAdminIntegerFieldWidget)


class BillingForm(FromMonthForm):
    field_order = ["billing", "from_month"]
    billing = _choice(_words(Contract, "billing"), BILLINGS)


class ChargeForm(forms.Form):
    kind = _choice(_words(Instalment, "kind"), [(kind.value, kind.label) for kind in CHARGES])
    label = _text(_("what for"), 80, required=False)
    amount = _francs(_words(Instalment, "amount"))
    due_date = _day(_words(Instalment, "due_date"))


class _OnceForm(forms.Form):
    # Made with the page: sent twice, it is written down once.
    idempotency_key = forms.CharField(max_length=120, widget=forms.HiddenInput, initial=lambda: f"admin-{uuid.uuid4()}")


class CreditForm(_OnceForm):
    amount = _francs(_words(Payment, "amount"))
    reason = _text(_words(Payment, "reason"), 200)
    given_on = _day(_("let go on"))


class RefundForm(_OnceForm):
    amount = _francs(_words(Payment, "amount"))
    reason = _text(_words(Payment, "reason"), 200)
    refunded_on = _day(_("given back on"))


class SettleForm(forms.Form):
    refunded_amount = _francs(_("amount returned"), min_value=0, help_text=_("0: nothing is given back."))
    kept_for_arrears = _francs(
        _words(Deposit, "kept_for_arrears"), min_value=0, help_text=_("It pays what the tenant still owes.")
    )
    settled_on = _day(_words(Deposit, "settled_on"))


class ResolveForm(forms.Form):
    resolved_on = _day(_words(Litigation, "resolved_on"))
