"""Targets, which a site's administrators set; benchmarks, which superusers set; and what AKIG writes by itself."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from kpi.definitions import BY_KEY, Unit
from kpi.labels import LABELS, write
from kpi.models import KPIBenchmark, KPISnapshot, KPITarget, NetworkBenchmark, ReportSubscription, TouchedDays
from sites_app.dated_admin import DatedAdmin
from sites_app.site_admin import GlobalAdmin, ShownAdmin, SiteForm, SiteModelAdmin


@display(description=KPITarget._meta.get_field("key").verbose_name, ordering="key")
def indicator(self: Any, row: Any) -> str:
    return capfirst(str(LABELS[row.key].name))


@display(description=KPISnapshot._meta.get_field("month").verbose_name, ordering="month")
def month(self: Any, row: Any) -> str:
    return date_format(row.month, "YEAR_MONTH_FORMAT")


class KpiAdmin(SiteModelAdmin):
    view_permission = "kpi.view_kpi"
    change_permission = "sites_app.manage_rules"


@admin.register(KPITarget)
class KPITargetAdmin(KpiAdmin, DatedAdmin):
    icon = "target"
    list_display = ["indicator", "shown_value", "days"]
    list_filter = ["key"]
    list_select_related = ["site"]
    search_fields = ["key"]
    fields = ["key", "value", "valid"]
    indicator = indicator

    def get_readonly_fields(self, request: HttpRequest, obj: KPITarget | None = None) -> Sequence[str]:
        return ["key"] if obj else []

    @display(description=KPITarget._meta.get_field("value").verbose_name)
    def shown_value(self, target: KPITarget) -> str:
        return write(BY_KEY[target.key].unit, target.value, target.site.currency)


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


@admin.register(KPIBenchmark)
class KPIBenchmarkAdmin(KpiAdmin, GlobalAdmin):
    icon = "trophy"
    form = BenchmarkForm
    list_display = ["indicator", "shown_average", "shown_top", "status", "source", "as_of"]
    list_filter = ["status"]
    search_fields = ["key", "source"]
    fields = ["key", "average", "top", "status", "source", "as_of"]
    indicator = indicator

    def get_readonly_fields(self, request: HttpRequest, obj: KPIBenchmark | None = None) -> Sequence[str]:
        return ["key"] if obj else []

    @display(description=KPIBenchmark._meta.get_field("average").verbose_name)
    def shown_average(self, benchmark: KPIBenchmark) -> str:
        return write(BY_KEY[benchmark.key].unit, benchmark.average)

    @display(description=KPIBenchmark._meta.get_field("top").verbose_name)
    def shown_top(self, benchmark: KPIBenchmark) -> str:
        return write(BY_KEY[benchmark.key].unit, benchmark.top)


@admin.register(NetworkBenchmark)
class NetworkBenchmarkAdmin(KpiAdmin, GlobalAdmin, ShownAdmin):
    icon = "hub"
    list_display = ["month_name", "indicator", "sites", "computed_at"]
    list_filter = ["key"]
    date_hierarchy = "month"
    fields = ["month_name", "indicator", "shown_values", "computed_at"]
    month_name = month
    indicator = indicator

    @display(description=gettext_lazy("sites"))
    def sites(self, row: NetworkBenchmark) -> int:
        return len(row.values)

    @display(description=NetworkBenchmark._meta.get_field("values").verbose_name)
    def shown_values(self, row: NetworkBenchmark) -> str:
        return " · ".join(write(BY_KEY[row.key].unit, value) for value in row.values)


@admin.register(KPISnapshot)
class KPISnapshotAdmin(KpiAdmin, ShownAdmin):
    icon = "photo_camera"
    list_display = ["month_name", "computed_at"]
    date_hierarchy = "month"
    fields = ["month_name", "counts", "figures", "timezone", "computed_at"]
    month_name = month


@admin.register(TouchedDays)
class TouchedDaysAdmin(KpiAdmin, ShownAdmin):
    icon = "history"
    list_display = ["first", "last"]
    fields = ["first", "last"]


@admin.register(ReportSubscription)
class ReportSubscriptionAdmin(KpiAdmin, ShownAdmin):
    """Everybody asks for their own, on the page; an administrator can end somebody else's."""

    icon = "mail"
    may_delete = True
    list_display = ["user", "since"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__full_name"]
    fields = ["user", "since"]
