"""Contracts: drafted here, signed, renewed, moved, ended and taken back by their buttons."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from leasing import actions
from leasing.admin import asking
from leasing.admin import forms as admin_forms
from leasing.admin.accounts import MoneyButtons
from leasing.admin.base import (
    DepositInline,
    InstalmentInline,
    PaymentInline,
    PortfolioAdmin,
    RentStepInline,
    money,
    tag,
)
from leasing.admin.terms import TermButtons
from leasing.models import Account, Contract, Property
from leasing.queries import rent_of
from screens import formats
from sites_app.request import SiteRequest, one_site
from sites_app.site_admin import SiteModelAdmin

_CONTRACT_TONES = {
    Contract.Status.DRAFT: "info",
    Contract.Status.ACTIVE: "success",
    Contract.Status.TERMINATED: "warning",
    Contract.Status.ENDED: "default",
}
_MONEY = ["charge", "credit", "refund"]
_BUTTONS = {
    Contract.Status.DRAFT: ["sign"],
    Contract.Status.ACTIVE: ["renew", "move", "end", "rent", "payment-day", "billing", *_MONEY, "void"],
    Contract.Status.ENDED: ["renew", "reopen", *_MONEY, "void"],
    Contract.Status.TERMINATED: ["renew", "reopen", *_MONEY, "void"],
}
"""By their addresses."""


@admin.register(Contract)
class ContractAdmin(TermButtons, MoneyButtons, PortfolioAdmin):
    icon = "contract"
    form = admin_forms.ContractForm
    list_display = ["reference", "tenant", "property", "start_date", "end_date", "rent", "status_tag", "agent"]
    list_filter = ["status", "billing", "end_reason"]
    search_fields = ["reference", "tenant__name", "property__code"]
    found_by = {"contract": "pk", "tenant": "tenant_id", "property": "property_id"}
    date_hierarchy = "start_date"
    autocomplete_fields = ["property", "tenant"]
    actions_detail = [
        "sign",
        "renew",
        "move",
        "end",
        {
            "title": gettext_lazy("Change"),
            "icon": "edit_calendar",
            # The last two take back what was typed by mistake.
            "items": ["change_rent", "change_payment_day", "change_billing", "reopen", "void"],
        },
        {"title": gettext_lazy("Money"), "icon": "payments", "items": ["add_charge", "give_credit", "refund"]},
    ]
    fieldsets = [
        (None, {"fields": ["reference", "status", "property", "tenant", "agent", "account_page"]}),
        (
            gettext_lazy("Term"),
            {
                "fields": [
                    "start_date",
                    "end_date",
                    "signed_on",
                    "ended_on",
                    "end_reason",
                    "renewal_of",
                    "moved_from",
                ]
            },
        ),
        (
            gettext_lazy("Money"),
            {
                "fields": [
                    "monthly_rent",
                    "rent_today",
                    "billing",
                    "payment_day",
                    "rents_from",
                    "deposit_amount",
                    "advance_months",
                ]
            },
        ),
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
        (
            gettext_lazy("Money"),
            {"fields": ["monthly_rent", "billing", "payment_day", "deposit_amount", "advance_months"]},
        ),
    ]
    rent = money(Contract, "monthly_rent")
    status_tag = tag(Contract, "status", _CONTRACT_TONES)

    def get_queryset(self, request: SiteRequest) -> models.QuerySet:
        # Here and not for the list alone: choices name the three, too.
        return super().get_queryset(request).select_related("site", "tenant", "property", "agent")

    def get_changeform_initial_data(self, request: SiteRequest) -> dict[str, Any]:
        return {"billing": one_site(request).billing, **super().get_changeform_initial_data(request)}

    def choice_label(self, obj: Contract) -> str:
        return f"{obj.reference} · {obj.property.code} · {obj.tenant.name}"

    def get_inlines(self, request: SiteRequest, obj: Contract | None) -> list[Any]:
        return [InstalmentInline, PaymentInline, DepositInline, RentStepInline] if obj else []

    def get_readonly_fields(self, request: SiteRequest, obj: Contract | None = None) -> Sequence[str]:
        shown = ["status", "signed_on", "ended_on", "end_reason", "renewal_of", "moved_from", "account_page"]
        shown += ["rent_today", "rents_from"]
        if obj is None or obj.status == Contract.Status.DRAFT:
            return shown
        # Months are made from these: buttons change what may change.
        agreed = ["property", "tenant", "start_date", "monthly_rent", "deposit_amount", "advance_months"]
        return [*shown, *agreed, "billing", "payment_day"]

    @display(description=Contract._meta.get_field("account").verbose_name)
    def account_page(self, contract: Contract) -> str:
        if contract.account_id is None:
            return formats.NOTHING
        accounts: SiteModelAdmin = self.admin_site._registry[Account]
        return format_html('<a href="{}">{}</a>', accounts.page_of(contract.account), contract.tenant.name)

    @display(description=gettext_lazy("rent today"))
    def rent_today(self, contract: Contract) -> str:
        return formats.francs(rent_of(contract, contract.site.today()), contract.site.currency)

    def has_delete_permission(self, request: SiteRequest, obj: Contract | None = None) -> bool:
        signed = obj is not None and obj.status != Contract.Status.DRAFT
        return not signed and super().has_delete_permission(request, obj)

    def get_actions_detail(self, request: SiteRequest, object_id: Any) -> list[Any]:
        contract = self.get_object(request, object_id)
        if contract is None or not self.may_write(request):
            return []
        offered = super().get_actions_detail(request, object_id)
        return [entry for entry in offered if entry.path in _BUTTONS[contract.status]]

    @action(description=gettext_lazy("Sign"), url_path="sign", icon="signature", variant=ActionVariant.PRIMARY)
    def sign(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        form = asking.SignPastForm if contract.start_date < today else asking.SignForm
        initial = {"signed_on": contract.signed_on or today, "rents_from": contract.rents_from or contract.start_date}
        return self.asked(
            request,
            contract,
            form(request.POST or None, initial=initial),
            lambda said: actions.sign_contract(contract=contract, by=request.user, today=today, **said),
            title=_("Sign contract %(reference)s?") % {"reference": contract.reference},
            sentence=_(
                "It comes into force, its instalments are created for a year ahead, and its deposit falls due with the "
                "first of them."
            ),
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
            asking.RenewForm(request.POST or None, initial={"monthly_rent": rent_of(contract, today)}),
            lambda said: actions.renew_contract(contract=contract, by=request.user, today=today, **said),
            title=_("Renew contract %(reference)s") % {"reference": contract.reference},
            sentence=_(
                "This contract ends on the day before the renewal starts. Property, tenant, agent, deposit and account "
                "carry over to it: what was prepaid pays its months, and arrears stay."
            ),
            button=_("Renew"),
            done=_("Contract %(reference)s is renewed.") % {"reference": contract.reference},
        )

    @action(description=gettext_lazy("Move"), url_path="move", icon="moving")
    def move(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        homes: SiteModelAdmin = self.admin_site._registry[Property]
        form = asking.MoveForm(
            request.POST or None,
            homes=homes.get_queryset(request).exclude(pk=contract.property_id),
            label=homes.choice_label,
            initial={"monthly_rent": rent_of(contract, today), "deposit_amount": contract.deposit_amount},
        )

        def move(said: dict[str, Any]) -> Contract:
            home = said.pop("property")
            return actions.move_tenant(contract=contract, to_property=home, by=request.user, today=today, **said)

        return self.asked(
            request,
            contract,
            form,
            move,
            title=_("Move %(tenant)s to another property") % {"tenant": contract.tenant.name},
            sentence=_(
                "This contract ends on the day before, and a new one begins in the same account: what was prepaid pays "
                "its months. The deposit is carried over; what a larger one lacks falls due, what a smaller one leaves "
                "over is on account. No figure counts it as a departure."
            ),
            button=_("Move the tenant"),
            done=_("%(tenant)s has moved.") % {"tenant": contract.tenant.name},
        )

    @action(description=gettext_lazy("End"), url_path="end", icon="event_busy", variant=ActionVariant.DANGER)
    def end(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        return self.asked(
            request,
            contract,
            asking.EndForm(request.POST or None, initial={"ended_on": today}),
            lambda said: actions.end_contract(contract=contract, by=request.user, today=today, **said),
            title=_("End contract %(reference)s?") % {"reference": contract.reference},
            sentence=_(
                "What was due up to its last day stays due. Later days are no longer charged; what was paid for them "
                "is on account. Its open notices and requests are closed."
            ),
            button=_("End"),
            done=_("Contract %(reference)s is ended.") % {"reference": contract.reference},
        )

    @action(description=gettext_lazy("Reopen"), url_path="reopen", icon="undo")
    def reopen(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        return self.asked(
            request,
            contract,
            asking.SureForm(request.POST if request.method == "POST" else None),
            lambda said: actions.reopen_contract(contract=contract, by=request.user, today=today),
            title=_("Reopen contract %(reference)s?") % {"reference": contract.reference},
            sentence=_(
                "Its end was a mistake: it runs on, and the months since are due again. Notices and requests that the "
                "end has closed stay closed."
            ),
            button=_("Reopen"),
            done=_("Contract %(reference)s runs on.") % {"reference": contract.reference},
        )

    @action(description=gettext_lazy("Take back"), url_path="void", icon="delete_history", variant=ActionVariant.DANGER)
    def void(self, request: SiteRequest, object_id: str) -> HttpResponse:
        contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        return self.asked(
            request,
            contract,
            asking.SureForm(request.POST if request.method == "POST" else None),
            lambda said: actions.void_contract(contract=contract, by=request.user, today=today),
            title=_("Take contract %(reference)s back?") % {"reference": contract.reference},
            sentence=_(
                "It should never have been signed: it is a draft again, and asks for nothing. Where it renewed another "
                "contract or moved its tenant, that one runs on as before."
            ),
            button=_("Take back"),
            done=_("Contract %(reference)s is a draft again.") % {"reference": contract.reference},
        )
