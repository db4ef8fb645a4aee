"""Targets: managers see them, a site's administrators set them."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold.decorators import display

from kpi.definitions import BY_KEY
from kpi.labels import write
from kpi.models import KPITarget
from sites_app.history import readable_days
from sites_app.site_admin import SiteForm, SiteModelAdmin, days_of


class TargetForm(SiteForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "valid" in self.fields:
            self.fields["valid"].required = False  # both days empty: always

    def clean_valid(self) -> Any:
        return days_of(self, "valid")


@admin.register(KPITarget)
class KPITargetAdmin(SiteModelAdmin):
    view_permission = "kpi.view_kpi"
    change_permission = "sites_app.manage_rules"
    icon = "target"
    form = TargetForm
    list_display = ["indicator", "shown_value", "days"]
    list_filter = ["key"]
    list_select_related = ["site"]
    search_fields = ["key"]
    fields = ["key", "value", "valid"]

    def get_readonly_fields(self, request: HttpRequest, obj: KPITarget | None = None) -> Sequence[str]:
        return ["key"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: KPITarget | None = None) -> bool:
        # What was aimed at once is part of what was reported then; a target that has not begun may be a slip.
        begun = obj is not None and (obj.valid.lower is None or obj.valid.lower <= obj.site.today())
        return not begun and super().has_delete_permission(request, obj)

    @display(description=KPITarget._meta.get_field("key").verbose_name, ordering="key")
    def indicator(self, target: KPITarget) -> str:
        return capfirst(target.get_key_display())

    @display(description=KPITarget._meta.get_field("value").verbose_name)
    def shown_value(self, target: KPITarget) -> str:
        return write(BY_KEY[target.key].unit, target.value, target.site.currency)

    @display(description=KPITarget._meta.get_field("valid").verbose_name, ordering="valid")
    def days(self, target: KPITarget) -> str:
        return readable_days(target.valid)
