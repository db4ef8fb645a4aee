"""The administration of the portfolio: what an action does goes through the action, what it may not change is shown."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from typing import Any

import phonenumbers
from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from leasing import actions, admin_forms
from leasing.models import (
    Allocation,
    Contract,
    Deposit,
    ImportRun,
    Instalment,
    Interaction,
    Litigation,
    Notice,
    Owner,
    Payment,
    PaymentReversal,
    Property,
    ServiceRequest,
    Survey,
    Tenant,
)
from leasing.refusals import RuleBroken, francs
from sites_app.history import NOTHING
from sites_app.site_admin import ReadOnlyInline, SiteModelAdmin

MANAGE = "leasing.manage_portfolio"


class PortfolioAdmin(SiteModelAdmin):
    view_permission = "leasing.view_portfolio"
    change_permission = MANAGE
    exported_as = ""  # the table's name for an import, where it has one

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.site is not None and MANAGE in request.site_permissions

    @action(description=gettext_lazy("Export all (CSV)"), url_path="export", icon="download", permissions=["export"])
    def export(self, request: HttpRequest) -> HttpResponse:
        return redirect("leasing:export", self.exported_as, "csv")

    def asked(
        self,
        request: HttpRequest,
        row: Any,
        form: forms.Form,
        do: Callable[[dict[str, Any]], Any],
        *,
        title: str,
        sentence: str,
        button: str,
        done: str,
    ) -> HttpResponse:
        """A button's page: shows the form, does it when it is filled in, shows why it was refused."""
        if request.method == "POST" and form.is_valid():
            try:
                result = do(form.cleaned_data)
            except RuleBroken as refusal:
                admin_forms.show_refusal(form, refusal)
            else:
                return self.done(request, result if isinstance(result, self.model) else row, done)
        return self.ask(request, row, title=title, sentence=sentence, button=button, form=form)


def money(model: type[models.Model], name: str) -> Callable[..., str]:
    """A column of francs with the currency of the row's site."""

    @display(description=model._meta.get_field(name).verbose_name, ordering=name)
    def column(self: Any, row: models.Model) -> str:
        amount = getattr(row, name)
        return NOTHING if amount is None else francs(amount, row.site)

    return column


def tag(model: type[models.Model], name: str, tones: dict[Any, str]) -> Callable[..., tuple[str, str]]:
    """A column that shows a state as a coloured word."""

    @display(description=model._meta.get_field(name).verbose_name, ordering=name, label=tones)
    def column(self: Any, row: models.Model) -> tuple[str, str]:
        return getattr(row, name), getattr(row, f"get_{name}_display")()

    return column


@display(description=Tenant._meta.get_field("phone").verbose_name, ordering="phone")
def phone(self: Any, row: Any) -> str:
    if not row.phone:
        return NOTHING
    return phonenumbers.format_number(row.phone, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


_CONTRACT_TONES = {
    Contract.Status.DRAFT: "info",
    Contract.Status.ACTIVE: "success",
    Contract.Status.TERMINATED: "warning",
    Contract.Status.ENDED: "default",
}


class ContractInline(ReadOnlyInline):
    model = Contract
    fields = ["reference", "start_date", "end_date", "ended_on", "monthly_rent", "status"]
    show_change_link = True


class InstalmentInline(ReadOnlyInline):
    model = Instalment
    fields = ["period", "due_date", "amount", "paid_amount", "settled_on"]


class PaymentInline(ReadOnlyInline):
    model = Payment
    fields = ["received_on", "amount", "method", "provider", "external_reference"]
    show_change_link = True


class DepositInline(ReadOnlyInline):
    model = Deposit
    fields = ["amount", "state", "refunded_amount", "settled_on"]
    show_change_link = True


class InteractionInline(ReadOnlyInline):
    model = Interaction
    fields = ["happened_at", "channel", "direction", "note"]
    per_page = 20


@admin.register(Tenant)
class TenantAdmin(PortfolioAdmin):
    icon = "person"
    form = admin_forms.TenantForm
    exported_as = "tenants"
    actions_list = ["export"]
    list_display = ["name", "code", "phone_number", "employment_status", "joined_on"]
    list_filter = ["employment_status", "language"]
    search_fields = ["name", "code", "phone", "email"]
    date_hierarchy = "joined_on"
    autocomplete_fields = ["referred_by"]
    fieldsets = [
        (None, {"fields": ["code", "name", "phone", "email", "language"]}),
        (gettext_lazy("About the person"), {"fields": ["employment_status", "joined_on", "referred_by"]}),
    ]
    phone_number = phone

    def get_inlines(self, request: HttpRequest, obj: Tenant | None) -> list[Any]:
        return [ContractInline, InteractionInline] if obj else []

    def choice_label(self, obj: Tenant) -> str:
        return f"{obj.name} · {obj.code}"


@admin.register(Property)
class PropertyAdmin(PortfolioAdmin):
    icon = "apartment"
    form = admin_forms.PropertyForm
    exported_as = "properties"
    actions_list = ["export"]
    list_display = ["code", "kind", "neighbourhood", "address", "owner", "rent", "status_tag"]
    list_select_related = ["owner"]
    list_filter = ["kind", "status"]
    search_fields = ["code", "address", "neighbourhood", "owner__name"]
    autocomplete_fields = ["owner"]
    fieldsets = [
        (None, {"fields": ["code", "kind", "status", "owner", "market_rent"]}),
        (gettext_lazy("Where it is"), {"fields": ["neighbourhood", "address"]}),
    ]
    rent = money(Property, "market_rent")
    status_tag = tag(
        Property,
        "status",
        {
            Property.Status.LETTABLE: "success",
            Property.Status.UNDER_WORKS: "warning",
            Property.Status.WITHDRAWN: "default",
        },
    )

    def get_inlines(self, request: HttpRequest, obj: Property | None) -> list[Any]:
        return [ContractInline] if obj else []

    def choice_label(self, obj: Property) -> str:
        return " · ".join(filter(None, [obj.code, obj.get_kind_display(), obj.neighbourhood]))


@admin.register(Owner)
class OwnerAdmin(PortfolioAdmin):
    icon = "key"
    list_display = ["name", "phone_number", "email"]
    search_fields = ["name", "phone", "email"]
    fields = ["name", "phone", "email"]
    phone_number = phone


@admin.register(Contract)
class ContractAdmin(PortfolioAdmin):
    icon = "contract"
    form = admin_forms.ContractForm
    exported_as = "contracts"
    actions_list = ["export"]
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

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        # Here and not for the list alone: choices name the three, too.
        return super().get_queryset(request).select_related("site", "tenant", "property", "agent")

    def choice_label(self, obj: Contract) -> str:
        return f"{obj.reference} · {obj.property.code} · {obj.tenant.name}"

    def get_inlines(self, request: HttpRequest, obj: Contract | None) -> list[Any]:
        return [InstalmentInline, PaymentInline, DepositInline] if obj else []

    def get_readonly_fields(self, request: HttpRequest, obj: Contract | None = None) -> Sequence[str]:
        by_actions = ["status", "signed_on", "ended_on", "renewal_of"]
        if obj is None or obj.status == Contract.Status.DRAFT:
            return by_actions
        # Months are made from these: another rent is a renewal.
        agreed = ["property", "tenant", "start_date", "monthly_rent", "deposit_amount", "advance_months"]
        return [*by_actions, *agreed]

    def has_delete_permission(self, request: HttpRequest, obj: Contract | None = None) -> bool:
        signed = obj is not None and obj.status != Contract.Status.DRAFT
        return not signed and super().has_delete_permission(request, obj)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
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
    def sign(self, request: HttpRequest, object_id: str) -> HttpResponse:
        contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = request.site.today()
        return self.asked(
            request,
            contract,
            admin_forms.SignForm(request.POST or None, initial={"signed_on": contract.signed_on or today}),
            lambda said: actions.sign_contract(contract=contract, by=request.user, today=today, **said),
            title=_("Sign contract %(reference)s?") % {"reference": contract.reference},
            sentence=_("It is put in force, its deposit is held, and its months are made for a year ahead."),
            button=_("Sign"),
            done=_("Contract %(reference)s is in force.") % {"reference": contract.reference},
        )

    @action(description=gettext_lazy("Renew"), url_path="renew", icon="autorenew")
    def renew(self, request: HttpRequest, object_id: str) -> HttpResponse:
        contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        return self.asked(
            request,
            contract,
            admin_forms.RenewForm(request.POST or None, initial={"monthly_rent": contract.monthly_rent}),
            lambda said: actions.renew_contract(contract=contract, by=request.user, today=request.site.today(), **said),
            title=_("Renew contract %(reference)s") % {"reference": contract.reference},
            sentence=_(
                "This contract ends on the day before the renewal starts. Property, tenant, agent and the deposit that"
                " is held go with it; arrears stay here."
            ),
            button=_("Renew"),
            done=_("Contract %(reference)s is renewed.") % {"reference": contract.reference},
        )

    @action(description=gettext_lazy("End"), url_path="end", icon="event_busy", variant=ActionVariant.DANGER)
    def end(self, request: HttpRequest, object_id: str) -> HttpResponse:
        contract = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = request.site.today()
        return self.asked(
            request,
            contract,
            admin_forms.EndForm(request.POST or None, initial={"ended_on": today}),
            lambda said: actions.end_contract(contract=contract, by=request.user, today=today, **said),
            title=_("End contract %(reference)s?") % {"reference": contract.reference},
            sentence=_("What was due up to its last day stays due. Later months are no longer asked for."),
            button=_("End"),
            done=_("Contract %(reference)s is ended.") % {"reference": contract.reference},
        )


class OpenMonthFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("paid", Instalment.State.PAID.label), ("open", _("Not paid in full"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        if self.value() == "paid":
            return queryset.filter(paid_amount__gte=F("amount"))
        return queryset.filter(paid_amount__lt=F("amount")) if self.value() == "open" else queryset


@admin.register(Instalment)
class InstalmentAdmin(PortfolioAdmin):
    """Made by contracts and paid by payments: only shown."""

    icon = "calendar_month"
    may_add = may_change = may_delete = False
    exported_as = "instalments"
    actions_list = ["export"]
    list_display = ["month", "contract", "tenant", "due_date", "due", "paid", "state"]
    list_select_related = ["contract", "tenant"]
    list_filter = [OpenMonthFilter]
    search_fields = ["contract__reference", "tenant__name"]
    date_hierarchy = "due_date"
    fields = ["contract", "tenant", "month", "due_date", "due", "paid", "settled_on", "state_word"]
    due = money(Instalment, "amount")
    paid = money(Instalment, "paid_amount")

    def get_readonly_fields(self, request: HttpRequest, obj: Instalment | None = None) -> Sequence[str]:
        return self.fields

    @display(description=Instalment._meta.get_field("period").verbose_name, ordering="period")
    def month(self, instalment: Instalment) -> str:
        return date_format(instalment.period, "YEAR_MONTH_FORMAT")

    @display(
        description=gettext_lazy("state"),
        label={
            Instalment.State.PAID: "success",
            Instalment.State.PARTIAL: "info",
            Instalment.State.PENDING: "default",
            Instalment.State.LATE: "warning",
            Instalment.State.MISSED: "danger",
        },
    )
    def state(self, instalment: Instalment) -> tuple[str, str]:
        state = instalment.state_on(instalment.site.today())
        return state, state.label

    @display(description=gettext_lazy("state"))
    def state_word(self, instalment: Instalment) -> str:
        return self.state(instalment)[1]

    def choice_label(self, obj: Instalment) -> str:
        return f"{obj.contract.reference} · {self.month(obj)}"


class AllocationInline(ReadOnlyInline):
    model = Allocation
    fields = ["month", "amount"]
    readonly_fields = ["month"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related("instalment")

    @display(description=Instalment._meta.get_field("period").verbose_name)
    def month(self, allocation: Allocation) -> str:
        return date_format(allocation.instalment.period, "YEAR_MONTH_FORMAT")


class ReversalInline(ReadOnlyInline):
    model = PaymentReversal
    fields = ["reversed_on", "reason", "person"]
    readonly_fields = ["person"]

    @display(description=PaymentReversal._meta.get_field("reversed_by").verbose_name)
    def person(self, reversal: PaymentReversal) -> str:
        return str(reversal.reversed_by or NOTHING)


@admin.register(Payment)
class PaymentAdmin(PortfolioAdmin):
    """Added through the action that lets it pay months; never edited or deleted; a mistake is reversed."""

    icon = "payments"
    may_change = may_delete = False
    exported_as = "payments"
    actions_list = ["export"]
    list_display = ["received_on", "received", "contract", "tenant", "method", "provider", "standing"]
    list_select_related = ["contract__tenant"]
    list_filter = ["method"]
    search_fields = ["contract__reference", "contract__tenant__name", "external_reference"]
    date_hierarchy = "received_on"
    autocomplete_fields = ["contract"]
    actions_detail = ["reverse"]
    fieldsets = [
        (None, {"fields": ["contract", "received", "received_on", "standing_word"]}),
        (gettext_lazy("How it was paid"), {"fields": ["method", "provider", "external_reference"]}),
        (gettext_lazy("Who wrote it down"), {"fields": ["person", "recorded_on"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["contract", "amount", "received_on"]}),
        (gettext_lazy("How it was paid"), {"fields": ["method", "provider", "external_reference", "idempotency_key"]}),
    ]
    readonly_fields = ["received", "standing_word", "person", "recorded_on"]
    received = money(Payment, "amount")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.takes_changes(request) and "leasing.record_payment" in request.site_permissions

    def get_readonly_fields(self, request: HttpRequest, obj: Payment | None = None) -> Sequence[str]:
        return super().get_readonly_fields(request, obj) if obj else []

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        reversals = PaymentReversal.objects.filter(payment=OuterRef("pk"))
        return super().get_queryset(request).annotate(is_reversed=Exists(reversals))

    def get_inlines(self, request: HttpRequest, obj: Payment | None) -> list[Any]:
        return [AllocationInline, ReversalInline] if obj else []

    def get_form(self, request: HttpRequest, obj: Payment | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = admin_forms.ReceiptForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given = super().get_changeform_initial_data(request)
        return {"received_on": request.site.today(), **given, "idempotency_key": f"admin-{uuid.uuid4()}"}

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        payment = self.get_object(request, object_id)
        if payment is None or payment.is_reversed or not self.may_write(request):
            return []
        return super().get_actions_detail(request, object_id)

    @action(description=gettext_lazy("Reverse"), url_path="reverse", icon="undo", variant=ActionVariant.DANGER)
    def reverse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        payment = self.row_or_404(request, object_id, allowed=self.may_write(request))
        return self.asked(
            request,
            payment,
            admin_forms.ReasonForm(request.POST or None),
            lambda said: actions.reverse_payment(payment=payment, by=request.user, today=request.site.today(), **said),
            title=_("Reverse the payment of %(amount)s?") % {"amount": francs(payment.amount, request.site)},
            sentence=_(
                "It was a mistake: it counts nowhere any more, and the months that it paid are open again. Both stay"
                " in the books."
            ),
            button=_("Reverse"),
            done=_("The payment is reversed."),
        )

    @display(description=Contract._meta.get_field("tenant").verbose_name, ordering="contract__tenant__name")
    def tenant(self, payment: Payment) -> str:
        return payment.contract.tenant.name

    @display(description=gettext_lazy("state"), label={"reversed": "danger", "standing": "success"})
    def standing(self, payment: Payment) -> tuple[str, str]:
        return ("reversed", _("Reversed")) if payment.is_reversed else ("standing", _("Received"))

    @display(description=gettext_lazy("state"))
    def standing_word(self, payment: Payment) -> str:
        return self.standing(payment)[1]

    @display(description=gettext_lazy("recorded on"))
    def recorded_on(self, payment: Payment) -> dt.datetime:
        return payment.recorded_at

    def choice_label(self, obj: Payment) -> str:
        return f"{obj.contract.reference} · {date_format(obj.received_on, 'SHORT_DATE_FORMAT')} · {self.received(obj)}"

    @display(description=Payment._meta.get_field("recorded_by").verbose_name)
    def person(self, payment: Payment) -> str:
        return str(payment.recorded_by or NOTHING)


class _BooksAdmin(PortfolioAdmin):
    may_add = may_change = may_delete = False


@admin.register(PaymentReversal)
class PaymentReversalAdmin(_BooksAdmin):
    icon = "undo"
    list_display = ["reversed_on", "payment", "contract", "reason", "reversed_by"]
    list_select_related = ["payment__contract", "reversed_by"]
    search_fields = ["payment__contract__reference", "reason"]
    date_hierarchy = "reversed_on"
    fields = ["payment", "reversed_on", "reason", "person"]
    readonly_fields = ["person"]

    @display(description=Payment._meta.get_field("contract").verbose_name, ordering="payment__contract__reference")
    def contract(self, reversal: PaymentReversal) -> str:
        return reversal.payment.contract.reference

    @display(description=PaymentReversal._meta.get_field("reversed_by").verbose_name)
    def person(self, reversal: PaymentReversal) -> str:
        return str(reversal.reversed_by or NOTHING)


@admin.register(Allocation)
class AllocationAdmin(_BooksAdmin):
    icon = "call_split"
    list_display = ["month", "contract", "payment", "share"]
    list_select_related = ["payment", "instalment__contract"]
    search_fields = ["instalment__contract__reference"]
    date_hierarchy = "instalment__period"
    fields = ["contract", "month", "payment", "share"]
    readonly_fields = ["contract", "month", "share"]
    share = money(Allocation, "amount")

    @display(description=Instalment._meta.get_field("contract").verbose_name)
    def contract(self, allocation: Allocation) -> str:
        return allocation.instalment.contract.reference

    @display(description=Instalment._meta.get_field("period").verbose_name, ordering="instalment__period")
    def month(self, allocation: Allocation) -> str:
        return date_format(allocation.instalment.period, "YEAR_MONTH_FORMAT")

    def choice_label(self, obj: Allocation) -> str:
        return f"{self.contract(obj)} · {self.month(obj)}"


@admin.register(Deposit)
class DepositAdmin(PortfolioAdmin):
    """Held when a contract is signed, settled when it has ended."""

    icon = "savings"
    may_add = may_change = may_delete = False
    list_display = ["contract", "tenant", "held", "state_tag", "refunded", "settled_on"]
    list_select_related = ["contract__tenant"]
    list_filter = ["state"]
    search_fields = ["contract__reference", "contract__tenant__name"]
    date_hierarchy = "settled_on"
    fields = ["contract", "held", "state", "refunded", "settled_on"]
    readonly_fields = ["held", "refunded"]
    actions_detail = ["settle"]
    held = money(Deposit, "amount")
    refunded = money(Deposit, "refunded_amount")
    state_tag = tag(
        Deposit,
        "state",
        {
            Deposit.State.HELD: "info",
            Deposit.State.FULL: "success",
            Deposit.State.PARTIAL: "warning",
            Deposit.State.WITHHELD: "danger",
        },
    )

    @display(description=Contract._meta.get_field("tenant").verbose_name, ordering="contract__tenant__name")
    def tenant(self, deposit: Deposit) -> str:
        return deposit.contract.tenant.name

    def choice_label(self, obj: Deposit) -> str:
        return f"{obj.contract.reference} · {self.held(obj)}"

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        deposit = self.get_object(request, object_id)
        if deposit is None or deposit.state != Deposit.State.HELD or not self.may_write(request):
            return []
        return super().get_actions_detail(request, object_id)

    @action(description=gettext_lazy("Settle"), url_path="settle", icon="price_check", variant=ActionVariant.PRIMARY)
    def settle(self, request: HttpRequest, object_id: str) -> HttpResponse:
        deposit = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = request.site.today()
        return self.asked(
            request,
            deposit,
            admin_forms.SettleForm(
                request.POST or None, initial={"refunded_amount": deposit.amount, "settled_on": today}
            ),
            lambda said: actions.settle_deposit(deposit=deposit, by=request.user, today=today, **said),
            title=_("Settle the deposit of contract %(reference)s") % {"reference": deposit.contract.reference},
            sentence=_("The deposit is %(amount)s. Say how much of it is given back.")
            % {"amount": francs(deposit.amount, request.site)},
            button=_("Settle"),
            done=_("The deposit is settled."),
        )


@admin.register(Notice)
class NoticeAdmin(PortfolioAdmin):
    """Issued through the action that asks the site's rules for its lawful day; its state is kept here."""

    icon = "mark_email_unread"
    may_delete = False
    list_display = ["contract", "kind", "issued_on", "legal_deadline", "state_tag", "closed_on"]
    list_select_related = ["contract"]
    list_filter = ["kind", "state"]
    search_fields = ["contract__reference", "contract__tenant__name"]
    date_hierarchy = "issued_on"
    autocomplete_fields = ["contract"]
    fields = ["contract", "kind", "issued_on", "legal_deadline", "state", "reminder_count", "closed_on"]
    add_fieldsets = [(None, {"fields": ["contract", "kind", "issued_on", "execute_on"]})]
    state_tag = tag(
        Notice,
        "state",
        {
            Notice.State.PENDING: "warning",
            Notice.State.SENT: "info",
            Notice.State.ACKNOWLEDGED: "info",
            Notice.State.SIGNED: "success",
            Notice.State.EXPIRED: "default",
        },
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Notice | None = None) -> Sequence[str]:
        return ["contract", "kind", "issued_on", "legal_deadline"] if obj else []

    def get_form(self, request: HttpRequest, obj: Notice | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = admin_forms.IssueNoticeForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"issued_on": request.site.today(), **super().get_changeform_initial_data(request)}


@admin.register(Litigation)
class LitigationAdmin(PortfolioAdmin):
    icon = "balance"
    may_change = may_delete = False
    list_display = ["contract", "kind", "state_tag", "opened_on", "resolved_on"]
    list_select_related = ["contract"]
    list_filter = ["kind", "state"]
    search_fields = ["contract__reference", "contract__tenant__name"]
    date_hierarchy = "opened_on"
    autocomplete_fields = ["contract"]
    fields = ["contract", "kind", "state", "opened_on", "resolved_on"]
    add_fieldsets = [(None, {"fields": ["contract", "kind", "opened_on"]})]
    actions_detail = ["resolve"]
    state_tag = tag(Litigation, "state", {Litigation.State.OPEN: "warning", Litigation.State.RESOLVED: "success"})

    def get_form(self, request: HttpRequest, obj: Litigation | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = admin_forms.OpenLitigationForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"opened_on": request.site.today(), **super().get_changeform_initial_data(request)}

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        litigation = self.get_object(request, object_id)
        if litigation is None or litigation.state != Litigation.State.OPEN or not self.may_write(request):
            return []
        return super().get_actions_detail(request, object_id)

    @action(description=gettext_lazy("Resolve"), url_path="resolve", icon="handshake", variant=ActionVariant.PRIMARY)
    def resolve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        litigation = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = request.site.today()
        return self.asked(
            request,
            litigation,
            admin_forms.ResolveForm(request.POST or None, initial={"resolved_on": today}),
            lambda said: actions.resolve_litigation(litigation=litigation, by=request.user, today=today, **said),
            title=_("Resolve this litigation?"),
            sentence=_("It is closed on the day that you say."),
            button=_("Resolve"),
            done=_("The litigation is resolved."),
        )


@admin.register(ServiceRequest)
class ServiceRequestAdmin(PortfolioAdmin):
    icon = "build"
    list_display = ["tenant", "property", "category", "priority_tag", "opened_on", "closed_on", "is_complaint"]
    list_select_related = ["tenant", "property"]
    list_filter = ["category", "priority", "is_complaint"]
    search_fields = ["tenant__name", "property__code"]
    date_hierarchy = "opened_on"
    autocomplete_fields = ["tenant", "property"]
    fields = ["tenant", "property", "category", "priority", "is_complaint", "opened_on", "closed_on"]
    priority_tag = tag(
        ServiceRequest,
        "priority",
        {
            ServiceRequest.Priority.LOW: "default",
            ServiceRequest.Priority.NORMAL: "info",
            ServiceRequest.Priority.HIGH: "warning",
            ServiceRequest.Priority.URGENT: "danger",
        },
    )


@admin.register(Interaction)
class InteractionAdmin(PortfolioAdmin):
    icon = "forum"
    list_display = ["happened_at", "tenant", "channel", "direction", "agent", "note"]
    list_select_related = ["tenant", "agent"]
    list_filter = ["channel", "direction"]
    search_fields = ["tenant__name", "tenant__code"]
    date_hierarchy = "happened_at"
    autocomplete_fields = ["tenant"]
    fields = ["tenant", "channel", "direction", "happened_at", "person", "note"]
    add_fieldsets = [(None, {"fields": ["tenant", "channel", "direction", "happened_at", "note"]})]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.takes_changes(request) and "leasing.record_interaction" in request.site_permissions

    def get_readonly_fields(self, request: HttpRequest, obj: Interaction | None = None) -> Sequence[str]:
        return ["tenant", "person"] if obj else []

    def get_form(
        self, request: HttpRequest, obj: Interaction | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = admin_forms.RecordInteractionForm
        return super().get_form(request, obj, change=change, **kwargs)

    @display(description=Interaction._meta.get_field("agent").verbose_name)
    def person(self, interaction: Interaction) -> str:
        return str(interaction.agent or NOTHING)


@admin.register(Survey)
class SurveyAdmin(PortfolioAdmin):
    icon = "sentiment_satisfied"
    list_display = ["tenant", "kind", "rating", "answered_on", "comment"]
    list_select_related = ["tenant"]
    list_filter = ["kind"]
    search_fields = ["tenant__name", "tenant__code"]
    date_hierarchy = "answered_on"
    autocomplete_fields = ["tenant"]
    fields = ["tenant", "kind", "rating", "answered_on", "comment"]


@admin.register(ImportRun)
class ImportRunAdmin(SiteModelAdmin):
    view_permission = change_permission = "leasing.import_portfolio"
    may_add = may_change = may_delete = False
    icon = "upload_file"
    list_display = ["started_at", "started_by", "state", "dry_run", "problem_count"]
    list_select_related = ["started_by"]
    list_filter = ["state"]
    fields = [
        "started_at",
        "started_by",
        "finished_at",
        "state",
        "dry_run",
        "file_names",
        "counts",
        "problem_count",
        "warning_count",
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).without_rows()
