"""The scores, which AKIG writes; objections, which hold for good; from which day on ends are on record."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models

from changes.refusals import RuleBroken
from retention.actions import object_to_scoring
from retention.models import ObservedFrom, RetentionScore, ScoringObjection
from sites_app.request import SiteRequest
from sites_app.site_admin import ActionForm, ShownAdmin, SiteModelAdmin


class RetentionAdmin(SiteModelAdmin):
    view_permission = change_permission = "retention.manage_retention"


@admin.register(RetentionScore)
class RetentionScoreAdmin(RetentionAdmin, ShownAdmin):
    icon = "speed"
    list_display = ["tenant", "contract", "score", "risk_level", "source", "intervene_by", "valid_from", "valid_to"]
    list_select_related = ["tenant", "contract"]
    list_filter = ["risk_level"]
    search_fields = ["tenant__name", "tenant__code", "contract__reference"]
    date_hierarchy = "valid_from"
    fields = [
        "tenant",
        "contract",
        "valid_from",
        "valid_to",
        "score",
        "risk_level",
        "probability",
        "source",
        "contributions",
        "absent",
        "profile",
        "intervene_by",
        "calculated_at",
    ]


class ObjectionForm(ActionForm):
    refusals = (RuleBroken, ValidationError)

    def act(self) -> models.Model:
        return object_to_scoring(**self.cleaned_data, by=self.by, today=self.site.today())

    def refused(self, error: Exception) -> None:
        if isinstance(error, RuleBroken):
            self.add_error(error.field if error.field in self.fields else None, error.sentence)
        else:
            super().refused(error)


@admin.register(ScoringObjection)
class ScoringObjectionAdmin(RetentionAdmin):
    may_change = may_delete = False
    icon = "do_not_disturb_on"
    form = ObjectionForm
    list_display = ["tenant", "since", "by", "note"]
    list_select_related = ["tenant", "by"]
    search_fields = ["tenant__name", "tenant__code"]
    autocomplete_fields = ["tenant"]
    fields = ["tenant", "since", "note", "by"]
    readonly_fields = ["by"]
    add_fieldsets: Any = [(None, {"fields": ["tenant", "since", "note"]})]


@admin.register(ObservedFrom)
class ObservedFromAdmin(RetentionAdmin):
    icon = "visibility"
    list_display = ["day"]
    fields = ["day"]

    def has_add_permission(self, request: SiteRequest) -> bool:
        if request.site is None or ObservedFrom.objects.filter(site=request.site).exists():
            return False
        return super().has_add_permission(request)

    def get_model_perms(self, request: SiteRequest) -> dict[str, bool]:
        """What the menu of every page asks: whether to show the table. One adds on its own page, not from the menu."""
        return {
            "add": False,
            "change": self.has_change_permission(request),
            "delete": self.has_delete_permission(request),
            "view": self.has_view_permission(request),
        }
