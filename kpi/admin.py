"""Targets, which a site's administrators set; benchmarks, which superusers set; and what AKIG writes by itself."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import display

from kpi.definitions import BY_KEY, Unit
from kpi.labels import LABELS, write
from kpi.models import KPIBenchmark, KPISnapshot, KPITarget, NetworkBenchmark, ReportSubscription, TouchedDays
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


class BenchmarkForm(SiteForm):
    def clean(self) -> dict[str, Any]:
        super().clean()
        key = self.cleaned_data.get("key") or self.instance.key
        average, top = self.cleaned_data.get("average"), self.cleaned_data.get("top")
        if key not in BY_KEY or average is None or top is None:
            return self.cleaned_data
        definition = BY_KEY[key]
        if definition.unit is Unit.SHARE:
            for name, value in (("average", average), ("top", top)):
                if not 0 <= value <= 1:
                    self.add_error(name, _("A share is between 0 and 1: 0.95 and not 95."))
        if (top < average) if definition.higher_is_better else (top > average):
            self.add_error("top", ValidationError(_("The best value is better than the average.")))
        return self.cleaned_data


class GlobalAdmin(SiteModelAdmin):
    """Rows that belong to no site: whoever sees indicators reads them, superusers change them."""

    view_permission = "kpi.view_kpi"
    change_permission = "sites_app.manage_rules"
    site_path = ""

    def takes_changes(self, request: HttpRequest) -> bool:
        return request.user.is_superuser and request.site is not None

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return ModelAdmin.get_queryset(self, request)


@admin.register(KPIBenchmark)
class KPIBenchmarkAdmin(GlobalAdmin):
    icon = "trophy"
    form = BenchmarkForm
    list_display = ["indicator", "shown_average", "shown_top", "status", "source", "as_of"]
    list_filter = ["status"]
    search_fields = ["key", "source"]
    fields = ["key", "average", "top", "status", "source", "as_of"]

    def get_readonly_fields(self, request: HttpRequest, obj: KPIBenchmark | None = None) -> Sequence[str]:
        return ["key"] if obj else []

    @display(description=KPIBenchmark._meta.get_field("key").verbose_name, ordering="key")
    def indicator(self, benchmark: KPIBenchmark) -> str:
        return capfirst(benchmark.get_key_display())

    @display(description=KPIBenchmark._meta.get_field("average").verbose_name)
    def shown_average(self, benchmark: KPIBenchmark) -> str:
        return write(BY_KEY[benchmark.key].unit, benchmark.average)

    @display(description=KPIBenchmark._meta.get_field("top").verbose_name)
    def shown_top(self, benchmark: KPIBenchmark) -> str:
        return write(BY_KEY[benchmark.key].unit, benchmark.top)


@display(description=KPISnapshot._meta.get_field("month").verbose_name, ordering="month")
def month(self: Any, row: Any) -> str:
    return date_format(row.month, "YEAR_MONTH_FORMAT")


@admin.register(NetworkBenchmark)
class NetworkBenchmarkAdmin(GlobalAdmin):
    icon = "hub"
    may_add = may_change = may_delete = False
    list_display = ["month_name", "indicator", "sites", "computed_at"]
    list_filter = ["key"]
    date_hierarchy = "month"
    fields = ["month_name", "indicator", "shown_values", "computed_at"]
    month_name = month

    @display(description=KPIBenchmark._meta.get_field("key").verbose_name, ordering="key")
    def indicator(self, row: NetworkBenchmark) -> str:
        return capfirst(str(LABELS[row.key].name))

    @display(description=gettext_lazy("sites"))
    def sites(self, row: NetworkBenchmark) -> int:
        return len(row.values)

    @display(description=NetworkBenchmark._meta.get_field("values").verbose_name)
    def shown_values(self, row: NetworkBenchmark) -> str:
        return " · ".join(write(BY_KEY[row.key].unit, value) for value in row.values)


class WrittenByAkig(SiteModelAdmin):
    """Only shown."""

    view_permission = "kpi.view_kpi"
    change_permission = "sites_app.manage_rules"
    may_add = may_change = may_delete = False


@admin.register(KPISnapshot)
class KPISnapshotAdmin(WrittenByAkig):
    icon = "photo_camera"
    list_display = ["month_name", "computed_at"]
    date_hierarchy = "month"
    fields = ["month_name", "counts", "figures", "timezone", "computed_at"]
    month_name = month


@admin.register(TouchedDays)
class TouchedDaysAdmin(WrittenByAkig):
    icon = "history"
    list_display = ["first", "last"]
    fields = ["first", "last"]


@admin.register(ReportSubscription)
class ReportSubscriptionAdmin(WrittenByAkig):
    """Everybody asks for their own, on the page; an administrator can end somebody else's."""

    icon = "mail"
    may_delete = True
    list_display = ["user", "since"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__full_name"]
    fields = ["user", "since"]
