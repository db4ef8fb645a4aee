"""Who and what a site has: tenants, properties, owners."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy

from leasing.admin import forms as admin_forms
from leasing.admin.base import (
    ContractInline,
    InteractionInline,
    PortfolioAdmin,
    money,
    phone,
    tag,
)
from leasing.models import Owner, Property, Tenant
from sites_app.request import SiteRequest


@admin.register(Tenant)
class TenantAdmin(PortfolioAdmin):
    icon = "person"
    form = admin_forms.TenantForm
    list_display = ["name", "code", "phone_number", "employment_status", "joined_on"]
    list_filter = ["employment_status", "language"]
    search_fields = ["name", "code", "phone", "phone_2", "email"]
    found_by = {"tenant": "pk"}
    date_hierarchy = "joined_on"
    autocomplete_fields = ["referred_by"]
    fieldsets = [
        (None, {"fields": ["code", "name", "phone", "phone_2", "email", "language"]}),
        (gettext_lazy("About the person"), {"fields": ["employment_status", "joined_on", "referred_by"]}),
    ]
    phone_number = phone

    def get_inlines(self, request: SiteRequest, obj: Tenant | None) -> list[Any]:
        return [ContractInline, InteractionInline] if obj else []

    def choice_label(self, obj: Tenant) -> str:
        return f"{obj.name} · {obj.code}"


@admin.register(Property)
class PropertyAdmin(PortfolioAdmin):
    icon = "apartment"
    form = admin_forms.PropertyForm
    list_display = ["code", "kind", "part_of", "neighbourhood", "address", "owner", "rent", "status_tag"]
    list_select_related = ["owner", "part_of"]
    list_filter = ["kind", "status"]
    search_fields = ["code", "address", "neighbourhood", "owner__name"]
    found_by = {"property": "pk", "owner": "owner_id"}
    autocomplete_fields = ["owner", "part_of"]
    fieldsets = [
        (None, {"fields": ["code", "kind", "part_of", "status", "owner", "market_rent"]}),
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

    def get_inlines(self, request: SiteRequest, obj: Property | None) -> list[Any]:
        return [ContractInline] if obj else []

    def choice_label(self, obj: Property) -> str:
        return " · ".join(filter(None, [obj.code, obj.get_kind_display(), obj.neighbourhood]))


@admin.register(Owner)
class OwnerAdmin(PortfolioAdmin):
    icon = "key"
    list_display = ["name", "phone_number", "email"]
    search_fields = ["name", "phone", "email"]
    found_by = {"owner": "pk"}
    fields = ["name", "phone", "email"]
    phone_number = phone
