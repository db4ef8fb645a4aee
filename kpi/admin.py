"""Targets, which a site's administrators set; benchmarks, which superusers set; and what AKIG writes by itself."""

import statistics
from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from kpi.indicators import BY_KEY
from kpi.indicators.indicator import Unit
from kpi.models import KPIBenchmark, KPISnapshot, KPITarget, NetworkBenchmark, ReportSubscription, TouchedDays
from kpi.pages.words import write
from screens import formats
from sites_app.dated_admin import DatedAdmin, DatedForm, has_begun, is_over
from sites_app.request import SiteRequest
from sites_app.site_admin import GlobalAdmin, ShownAdmin, SiteForm, SiteModelAdmin


@display(description=KPITarget._meta.get_field("key").verbose_name, ordering="key")
def indicator(self: Any, row: Any) -> str:
    return capfirst(str(BY_KEY[row.key].name))


@display(description=KPISnapshot._meta.get_field("month").verbose_name, ordering="month")
def month(self: Any, row: Any) -> str:
    return formats.month(row.month)


class KpiAdmin(SiteModelAdmin):
    view_permission = "kpi.view_kpi"
    change_permission = "sites_app.manage_rules"


def why_it_stays(target: KPITarget) -> str:
    """What the page of a target says about what cannot be changed there; "" of one that has not begun."""
    if is_over(target):
        return _("This target is over. It is part of what was reported then, and stays as it is.")
    if has_begun(target):
        return _(
            "This target has begun: its value is part of what was reported. To set another, give the day from which "
            "this one no longer counts, and add the next."
        )
    return ""


class TargetForm(DatedForm):
    """One that has begun can only be ended: its value and the days that are over are part of what was reported."""

    def clean_valid(self) -> DateRange:
        days = super().clean_valid()
        if not self.instance._state.adding and has_begun(self.instance):
            if days.lower != self.instance.valid.lower:
                raise ValidationError(_("This target has begun: its first day stays as it is."))
            if days.upper is not None and days.upper < self.site.today():
                raise ValidationError(_("Past days were reported with this target: end it today or later."))
        return days


@admin.register(KPITarget)
class KPITargetAdmin(KpiAdmin, DatedAdmin):
    icon = "target"
    form = TargetForm
    list_display = ["indicator", "shown_value", "days"]
    list_filter = ["key"]
    list_select_related = ["site"]
    search_fields = ["key"]
    fields = ["key", "value", "valid"]
    indicator = indicator

    def get_readonly_fields(self, request: SiteRequest, obj: KPITarget | None = None) -> Sequence[str]:
        if obj is None:
            return []
        return ["key", "value"] if has_begun(obj) else ["key"]

    def has_change_permission(self, request: SiteRequest, obj: KPITarget | None = None) -> bool:
        return not (obj and is_over(obj)) and super().has_change_permission(request, obj)

    def get_fieldsets(self, request: SiteRequest, obj: KPITarget | None = None) -> Any:
        *others, (name, shown) = super().get_fieldsets(request, obj)
        said = why_it_stays(obj) if obj and self.may_write(request) else ""
        return [*others, (name, shown | {"description": said})]

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

    def get_readonly_fields(self, request: SiteRequest, obj: KPIBenchmark | None = None) -> Sequence[str]:
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
    fields = ["month_name", "indicator", "sites", "median", "best", "computed_at"]
    month_name = month
    indicator = indicator

    @display(description=gettext_lazy("sites"))
    def sites(self, row: NetworkBenchmark) -> int:
        return len(row.values)

    def get_fields(self, request: SiteRequest, obj: NetworkBenchmark | None = None) -> Sequence[str]:
        # Of few sites a list without names still says who is last.
        found = list(super().get_fields(request, obj))
        return [*found, "shown_values"] if request.user.is_superuser else found

    @display(description=gettext_lazy("median"))
    def median(self, row: NetworkBenchmark) -> str:
        return write(BY_KEY[row.key].unit, statistics.median(row.values))

    @display(description=gettext_lazy("best"))
    def best(self, row: NetworkBenchmark) -> str:
        return write(BY_KEY[row.key].unit, row.values[0])

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
