"""What is due and what was received: shown, added, let go and reversed, never edited or deleted."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Exists, F, OuterRef
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from leasing import actions
from leasing.admin import asking
from leasing.admin import forms as admin_forms
from leasing.admin.base import PortfolioAdmin, money, person, tag
from leasing.models import (
    Allocation,
    Contract,
    Instalment,
    Payment,
    PaymentReversal,
)
from screens import formats
from sites_app.request import SiteRequest, one_site
from sites_app.rules import PAYMENT_METHODS
from sites_app.site_admin import ReadOnlyInline, ShownAdmin


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
class InstalmentAdmin(PortfolioAdmin, ShownAdmin):
    """Made by contracts and paid by payments: only shown; what one still asks for can be let go."""

    icon = "calendar_month"
    list_display = ["month", "kind_tag", "label", "contract", "tenant", "due_date", "due", "paid", "state"]
    list_select_related = ["contract", "tenant"]
    list_filter = ["kind", OpenMonthFilter]
    search_fields = ["contract__reference", "tenant__name", "label"]
    found_by = {"contract": "contract_id", "tenant": "tenant_id"}
    date_hierarchy = "due_date"
    actions_detail = ["let_go"]
    fields = ["contract", "tenant", "kind", "label", "month", "due_date", "due", "paid", "settled_on", "state_word"]
    kind_tag = tag(
        Instalment,
        "kind",
        {
            Instalment.Kind.RENT: "default",
            Instalment.Kind.SERVICE: "default",
            Instalment.Kind.PENALTY: "warning",
            Instalment.Kind.REPAIR: "info",
            Instalment.Kind.DEPOSIT: "info",
            Instalment.Kind.OPENING: "info",
            Instalment.Kind.OTHER: "info",
        },
    )
    due = money(Instalment, "amount")
    paid = money(Instalment, "paid_amount")

    def get_readonly_fields(self, request: SiteRequest, obj: Instalment | None = None) -> Sequence[str]:
        return self.fields

    @display(description=Instalment._meta.get_field("period").verbose_name, ordering="period")
    def month(self, instalment: Instalment) -> str:
        return formats.month(instalment.period)

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
        return state, str(state.label)

    @display(description=gettext_lazy("state"))
    def state_word(self, instalment: Instalment) -> str:
        return self.state(instalment)[1]

    def choice_label(self, obj: Instalment) -> str:
        what = self.month(obj) if obj.kind == Instalment.Kind.RENT else f"{obj.get_kind_display()} · {self.month(obj)}"
        return f"{obj.contract.reference} · {what}"

    def get_actions_detail(self, request: SiteRequest, object_id: Any) -> list[Any]:
        instalment = self.get_object(request, object_id)
        if instalment is None or instalment.paid_amount >= instalment.amount or not self.may_write(request):
            return []
        return super().get_actions_detail(request, object_id)

    @action(description=gettext_lazy("Let it go"), url_path="let-go", icon="money_off")
    def let_go(self, request: SiteRequest, object_id: str) -> HttpResponse:
        instalment = self.row_or_404(request, object_id, allowed=self.may_write(request))
        site = one_site(request)
        today, left = site.today(), instalment.amount - instalment.paid_amount
        return self.asked(
            request,
            instalment,
            asking.CreditForm(request.POST or None, initial={"amount": left, "given_on": today}),
            lambda said: actions.give_credit(
                contract=instalment.contract, waives=instalment, by=request.user, today=today, **said
            ),
            title=_("Let go what %(instalment)s still asks for?") % {"instalment": self.choice_label(instalment)},
            sentence=_(
                "%(amount)s of it is not paid. What is let go is no income, and counts in no rate; it can be reversed "
                "like a payment."
            )
            % {"amount": formats.francs(left, site.currency)},
            button=_("Let it go"),
            done=_("The debt is let go."),
        )


class AllocationInline(ReadOnlyInline):
    model = Allocation
    fields = ["month", "amount"]
    readonly_fields = ["month"]

    def get_queryset(self, request: SiteRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related("instalment")

    @display(description=Instalment._meta.get_field("period").verbose_name)
    def month(self, allocation: Allocation) -> str:
        return formats.month(allocation.instalment.period)


class ReversalInline(ReadOnlyInline):
    model = PaymentReversal
    fields = ["reversed_on", "reason", "person"]
    readonly_fields = ["person"]
    person = person(PaymentReversal, "reversed_by")


@admin.register(Payment)
class PaymentAdmin(PortfolioAdmin):
    """Added through the action that lets it pay months; never edited or deleted; a mistake is reversed."""

    add_permission = "leasing.record_payment"
    icon = "payments"
    may_change = may_delete = False
    list_display = ["received_on", "received", "contract", "tenant", "method", "provider", "reason", "standing"]
    list_select_related = ["contract__tenant"]
    list_filter = ["method"]
    search_fields = ["contract__reference", "contract__tenant__name", "external_reference", "reason"]
    found_by = {"contract": "contract_id", "tenant": "contract__tenant_id"}
    date_hierarchy = "received_on"
    autocomplete_fields = ["contract"]
    actions_detail = ["reverse"]
    fieldsets = [
        (None, {"fields": ["contract", "received", "received_on", "standing_word"]}),
        (gettext_lazy("How it was paid"), {"fields": ["method", "provider", "external_reference", "waives", "reason"]}),
        (gettext_lazy("Who recorded it"), {"fields": ["person", "recorded_on"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["contract", "amount", "received_on"]}),
        (gettext_lazy("How it was paid"), {"fields": ["method", "provider", "external_reference", "idempotency_key"]}),
    ]
    readonly_fields = ["received", "standing_word", "waives", "person", "recorded_on"]
    received = money(Payment, "amount")
    person = person(Payment, "recorded_by")

    def get_readonly_fields(self, request: SiteRequest, obj: Payment | None = None) -> Sequence[str]:
        return super().get_readonly_fields(request, obj) if obj else []

    def get_queryset(self, request: SiteRequest) -> models.QuerySet:
        reversals = PaymentReversal.objects.filter(payment=OuterRef("pk"))
        return super().get_queryset(request).annotate(is_reversed=Exists(reversals))

    def get_inlines(self, request: SiteRequest, obj: Payment | None) -> list[Any]:
        return [AllocationInline, ReversalInline] if obj else []

    def get_form(self, request: SiteRequest, obj: Payment | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = admin_forms.ReceiptForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request: SiteRequest) -> dict[str, Any]:
        given = super().get_changeform_initial_data(request)
        return {"received_on": one_site(request).today(), **given, "idempotency_key": f"admin-{uuid.uuid4()}"}

    def get_actions_detail(self, request: SiteRequest, object_id: Any) -> list[Any]:
        payment = self.get_object(request, object_id)
        if payment is None or payment.is_reversed or not self.may_write(request):
            return []
        return super().get_actions_detail(request, object_id)

    @action(description=gettext_lazy("Reverse"), url_path="reverse", icon="undo", variant=ActionVariant.DANGER)
    def reverse(self, request: SiteRequest, object_id: str) -> HttpResponse:
        payment = self.row_or_404(request, object_id, allowed=self.may_write(request))
        site = one_site(request)
        values = {"amount": formats.francs(abs(payment.amount), site.currency), "kind": payment.get_method_display()}
        if payment.method in dict(PAYMENT_METHODS):
            title = _("Reverse the payment of %(amount)s?") % values
        else:
            title = _("Reverse “%(kind)s” of %(amount)s?") % values
        return self.asked(
            request,
            payment,
            asking.ReasonForm(request.POST or None),
            lambda said: actions.reverse_payment(
                payment=payment, by=request.user, today=one_site(request).today(), **said
            ),
            title=title,
            sentence=_(
                "It was a mistake: it no longer counts anywhere, and the months it paid are due again. Both stay in "
                "the books."
            ),
            button=_("Reverse"),
            done=_("The payment is reversed."),
        )

    @display(description=Contract._meta.get_field("tenant").verbose_name, ordering="contract__tenant__name")
    def tenant(self, payment: Payment) -> str:
        return payment.contract.tenant.name

    @display(description=gettext_lazy("state"), label={"reversed": "danger", "standing": "success"})
    def standing(self, payment: Payment) -> tuple[str, str]:
        is_reversed = payment.is_reversed  # type: ignore[attr-defined]  # get_queryset has counted it
        if is_reversed:
            return "reversed", _("Reversed")
        return "standing", _("Received") if payment.method in dict(PAYMENT_METHODS) else _("Recorded")

    @display(description=gettext_lazy("state"))
    def standing_word(self, payment: Payment) -> str:
        return self.standing(payment)[1]

    @display(description=gettext_lazy("recorded on"))
    def recorded_on(self, payment: Payment) -> dt.datetime:
        return payment.recorded_at

    def choice_label(self, obj: Payment) -> str:
        return f"{obj.contract.reference} · {formats.date_short(obj.received_on)} · {self.received(obj)}"


@admin.register(PaymentReversal)
class PaymentReversalAdmin(PortfolioAdmin, ShownAdmin):
    icon = "undo"
    list_display = ["reversed_on", "payment", "contract", "reason", "reversed_by"]
    list_select_related = ["payment__contract", "reversed_by"]
    search_fields = ["payment__contract__reference", "reason"]
    date_hierarchy = "reversed_on"
    fields = ["payment", "reversed_on", "reason", "person"]
    readonly_fields = ["person"]
    person = person(PaymentReversal, "reversed_by")

    @display(description=Payment._meta.get_field("contract").verbose_name, ordering="payment__contract__reference")
    def contract(self, reversal: PaymentReversal) -> str:
        return reversal.payment.contract.reference


@admin.register(Allocation)
class AllocationAdmin(PortfolioAdmin, ShownAdmin):
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
        return formats.month(allocation.instalment.period)

    def choice_label(self, obj: Allocation) -> str:
        return f"{self.contract(obj)} · {self.month(obj)}"
