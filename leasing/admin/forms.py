"""The administration's forms that go through an action: the action knows the rules, the form shows its refusal."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget

from accounts.models import User
from changes.refusals import RuleBroken
from leasing.actions import claim_room, issue_notice, open_litigation, record_interaction, record_payment
from leasing.models import Interaction, Litigation, Notice, Payment, Property, Tenant
from sites_app.queries import rules_for
from sites_app.rules import PAYMENT_METHODS
from sites_app.site_admin import ActionForm, SiteForm


def show_refusal(form: forms.BaseForm, refusal: RuleBroken) -> None:
    """The sentence beside the field that it is about, else above the form."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.sentence)


def show_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """What columns say of themselves, each beside its field, else above the form."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, errors)


class PortfolioActionForm(ActionForm):
    refusals = (RuleBroken, ValidationError)

    def refused(self, error: Exception) -> None:
        if isinstance(error, RuleBroken):
            show_refusal(self, error)
        else:
            super().refused(error)


class _RoomForm(SiteForm):
    """A new row needs room under its site's limit; the limit stays locked until the row is saved."""

    takes: str

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.instance._state.adding and not self._errors:
            try:
                claim_room(site=self.site, **{self.takes: 1})
            except RuleBroken as refusal:
                show_refusal(self, refusal)
        return self.cleaned_data


class TenantForm(_RoomForm):
    takes = "tenants"

    class Meta:
        model = Tenant
        fields: list[str] = []


class PropertyForm(_RoomForm):
    takes = "properties"

    class Meta:
        model = Property
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whole = self.fields.get("part_of")
        if isinstance(whole, forms.ModelChoiceField) and whole.queryset is not None:
            whole.queryset = whole.queryset.exclude(pk=self.instance.pk)


class ContractForm(SiteForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agent = self.fields.get("agent")
        if isinstance(agent, forms.ModelChoiceField) and agent.queryset is not None and self.instance.agent_id:
            # Somebody who has left the site stays the agent until another one is chosen.
            people = [*agent.queryset.values_list("pk", flat=True), self.instance.agent_id]
            agent.queryset = User.objects.filter(pk__in=people)


class ReceiptForm(PortfolioActionForm):
    # Made with the page: sent twice, it is one payment.
    idempotency_key = forms.CharField(max_length=120, widget=forms.HiddenInput)

    class Meta:
        model = Payment
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Brought forward, let go, given back: AKIG's own kinds are no way to pay.
        method: Any = self.fields["method"]
        method.choices = PAYMENT_METHODS
        known = rules_for(self.site, self.site.today()).mobile_money_providers
        choices = [("", _("For mobile money only")), *((name, name) for name in known)]
        self.fields["provider"].widget = UnfoldAdminSelectWidget(choices=choices)

    def act(self) -> models.Model:
        return record_payment(**self.cleaned_data, by=self.by, today=self.site.today())


class IssueNoticeForm(PortfolioActionForm):
    execute_on = forms.DateField(
        label=_("carried out on"),
        required=False,
        widget=UnfoldAdminSingleDateWidget,
        help_text=_("For an eviction or a notice to quit. Leave empty for the legal deadline set by the site’s rules."),
    )

    class Meta:
        model = Notice
        fields: list[str] = []

    def act(self) -> models.Model:
        return issue_notice(**self.cleaned_data, by=self.by, today=self.site.today())


class OpenLitigationForm(PortfolioActionForm):
    class Meta:
        model = Litigation
        fields: list[str] = []

    def act(self) -> models.Model:
        return open_litigation(**self.cleaned_data, by=self.by, today=self.site.today())


class RecordInteractionForm(PortfolioActionForm):
    class Meta:
        model = Interaction
        fields: list[str] = []

    def act(self) -> models.Model:
        return record_interaction(**self.cleaned_data, by=self.by, today=self.site.today())
