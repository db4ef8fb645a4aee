"""Contracts: drafted here, signed, renewed and ended by their buttons."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant

from leasing import actions
from leasing.admin import forms as admin_forms
from leasing.admin.base import (
    DepositInline,
    InstalmentInline,
    PaymentInline,
    PortfolioAdmin,
    money,
    tag,
)
from leasing.models import Contract
from sites_app.request import SiteRequest, one_site

_CONTRACT_TONES = {
    Contract.Status.DRAFT: "info",
    Contract.Status.ACTIVE: "success",
    Contract.Status.TERMINATED: "warning",
    Contract.Status.ENDED: "default",
}


@admin.register(Contract)
class ContractAdmin(PortfolioAdmin):
    icon = "contract"
    form = admin_forms.ContractForm
    list_display = ["reference", "tenant", "property", "start_date", "end_date", "rent", "status_tag", "agent"]
    list_filter = ["status"]
    search_fields = ["reference", "tenant__name", "property__code"]
    date_hierarchy = "start_date"
    autocomplete_fields = ["property", "tenant"]
    actions_detail = ["sign", "renew", "end"]
    fieldsets = [
        (None, {"fields": ["reference", "status", "property", "tenant", "agent"]}),
        (gettext_lazy("Term"), {"fields": ["start_date", "end_date", "signed_on", "ended_on", "renewal_of"]}),
        (gettext_lazy("Money"), {"fields": ["monthly_rent", "payment_day", "deposit_amount", "advance_months"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["reference", "property", "tenant", "agent"],
                "description": gettext_lazy("A new contract is a draft. Sign it to put it in force."),
            },
        ),
        (gettext_lazy("Term"), {"fields": ["start_date", "end_date"]}),
        (gettext_lazy("Money"), {"fields": ["monthly_rent", "payment_day", "deposit_amount", "advance_months"]}),
    ]
    rent = money(Contract, "monthly_rent")
    status_tag = tag(Contract, "status", _CONTRACT_TONES)

    def get_queryset(self, request: SiteRequest) -> models.QuerySet:
        # Here and not for the list alone: choices name the three, too.
        return super().get_queryset(request).select_related("site", "tenant", "property", "agent")

    def choice_label(self, obj: Contract) -> str:
        return f"{obj.reference} · {obj.property.code} · {obj.tenant.name}"

    def get_inlines(self, request: SiteRequest, obj: Contract | None) -> list[Any]:
        return [InstalmentInline, PaymentInline, DepositInline] if obj else []

    def get_readonly_fields(self, request: SiteRequest, obj: Contract | None = None) -> Sequence[str]:
        by_actions = ["status", "signed_on", "ended_on", "renewal_of"]
        if obj is None or obj.status == Contract.Status.DRAFT:
            return by_actions
        # Months are made from these: another rent is a renewal.
        agreed = ["property", "tenant", "start_date", "monthly_rent", "deposit_amount", "advance_months"]
        return [*by_actions, *agreed]

    def has_delete_permission(self, request: SiteRequest, obj: Contract | None = None) -> bool:
        signed = obj is not None and obj.status != Contract.Status.DRAFT
        return not signed and super().has_delete_permission(request, obj)

    def get_actions_detail(self, request: SiteRequest, object_id: Any) -> list[Any]:
        contract = self.get_object(request, object_id)
        if contract is None or not self.may_write(request):
            return []
        fitting = {
            Contract.Status.DRAFT: ["sign"],
            Contract.Status.ACTIVE: ["renew", "end"],
        }.get(contract.status, ["renew"])
        offered = super().get_actions_detail(request, object_id)
        return [entry for entry in offered if entry.action_name.rpartition("_")[2] in fitting]

    @action(description=gettext_lazy("Sign"), url_path="sign", icon="signature", variant=ActionVariant.PRIMARY)
    def sign(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        return self.asked(
            request,
            contract,
            admin_forms.SignForm(request.POST or None, initial={"signed_on": contract.signed_on or today}),
            lambda said: actions.sign_contract(contract=contract, by=request.user, today=today, **said),
            title=_("Sign contract %(reference)s?") % {"reference": contract.reference},
            sentence=_("It comes into force, its deposit is held, and its instalments are created for a year ahead."),
            button=_("Sign"),
            done=_("Contract %(reference)s is in force.") % {"reference": contract.reference},
        )

    @action(description=gettext_lazy("Renew"), url_path="renew", icon="autorenew")
    def renew(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        return self.asked(
            request,
            contract,
            admin_forms.RenewForm(request.POST or None, initial={"monthly_rent": contract.monthly_rent}),
            lambda said: actions.renew_contract(contract=contract, by=request.user, today=today, **said),
            title=_("Renew contract %(reference)s") % {"reference": contract.reference},
            sentence=_(
                "This contract ends on the day before the renewal starts. Property, tenant, agent and the deposit held "
                "carry over to it; arrears stay here."
            ),
            button=_("Renew"),
            done=_("Contract %(reference)s is renewed.") % {"reference": contract.reference},
        )

    @action(description=gettext_lazy("End"), url_path="end", icon="event_busy", variant=ActionVariant.DANGER)
    def end(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        return self.asked(
            request,
            contract,
            admin_forms.EndForm(request.POST or None, initial={"ended_on": today}),
            lambda said: actions.end_contract(contract=contract, by=request.user, today=today, **said),
            title=_("End contract %(reference)s?") % {"reference": contract.reference},
            sentence=_("What was due up to its last day stays due. Later months are no longer charged."),
            button=_("End"),
            done=_("Contract %(reference)s is ended.") % {"reference": contract.reference},
        )
