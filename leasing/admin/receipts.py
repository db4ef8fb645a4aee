"""The papers for money: shown, never added or changed here."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from leasing.admin.base import PortfolioAdmin, money, person
from leasing.models import Contract, Receipt, ReceiptCancellation, ReceiptCounter, ReceiptPrint
from screens import formats
from sites_app.site_admin import ReadOnlyInline, ShownAdmin


class CancellationInline(ReadOnlyInline):
    model = ReceiptCancellation
    fields = ["cancelled_at", "cause", "reason", "person"]
    readonly_fields = ["cancelled_at", "person"]
    person = person(ReceiptCancellation, "cancelled_by")


class PrintInline(ReadOnlyInline):
    model = ReceiptPrint
    fields = ["printed_at", "person"]
    readonly_fields = ["printed_at", "person"]
    person = person(ReceiptPrint, "printed_by")


@admin.register(Receipt)
class ReceiptAdmin(PortfolioAdmin, ShownAdmin):
    icon = "receipt_long"
    list_display = ["paper", "kind", "issued_on", "francs", "contract"]
    list_select_related = ["contract"]
    list_filter = ["kind"]
    search_fields = ["contract__reference", "contract__tenant__name"]
    date_hierarchy = "issued_on"
    fields = ["paper", "kind", "contract", "payment", "francs", "issued_on", "person"]
    readonly_fields = ["paper", "francs", "person"]
    francs = money(Receipt, "amount")
    person = person(Receipt, "issued_by")
    inlines = [CancellationInline, PrintInline]

    @display(description=gettext_lazy("number"), ordering="number")
    def paper(self, receipt: Receipt) -> str:
        return receipt.name


class _OfAReceipt(PortfolioAdmin, ShownAdmin):
    list_select_related = ["receipt__contract"]
    search_fields = ["receipt__contract__reference"]

    @display(description=gettext_lazy("number"), ordering="receipt__number")
    def paper(self, row: Any) -> str:
        return row.receipt.name

    @display(description=Contract._meta.verbose_name, ordering="receipt__contract__reference")
    def contract(self, row: Any) -> str:
        return row.receipt.contract.reference


@admin.register(ReceiptCancellation)
class ReceiptCancellationAdmin(_OfAReceipt):
    icon = "cancel"
    list_display = ["cancelled_at", "paper", "contract", "cause", "reason"]
    date_hierarchy = "cancelled_at"
    fields = ["paper", "contract", "cancelled_at", "cause", "reason", "person"]
    readonly_fields = ["paper", "contract", "cancelled_at", "person"]
    person = person(ReceiptCancellation, "cancelled_by")


@admin.register(ReceiptPrint)
class ReceiptPrintAdmin(_OfAReceipt):
    icon = "print"
    list_display = ["printed_at", "paper", "contract", "person"]
    list_select_related = ["receipt__contract", "printed_by"]
    date_hierarchy = "printed_at"
    fields = ["paper", "contract", "printed_at", "person"]
    readonly_fields = fields
    person = person(ReceiptPrint, "printed_by")


@admin.register(ReceiptCounter)
class ReceiptCounterAdmin(PortfolioAdmin, ShownAdmin):
    icon = "pin"
    list_display = ["site", "number"]
    fields = ["number"]
    readonly_fields = ["number"]

    @display(description=gettext_lazy("last number"), ordering="last")
    def number(self, counter: ReceiptCounter) -> str:
        return formats.number(counter.last)
