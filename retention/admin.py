"""The scores and what they are measured by, which AKIG writes; offers and words; what tenants do not want."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from modeltranslation.admin import TranslationAdmin

from changes.refusals import RuleBroken
from retention.actions import object_to_scoring
from retention.models import (
    CampaignResult,
    ContactPreference,
    ListRecord,
    ObservedFrom,
    Offer,
    OfferRecord,
    RelettingTime,
    RetentionAction,
    RetentionCampaign,
    RetentionScore,
    ScoreModel,
    ScoringObjection,
    SiteFactor,
    TalkGuide,
)
from sites_app.request import SiteRequest
from sites_app.site_admin import ActionForm, GlobalAdmin, ShownAdmin, SiteModelAdmin


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


@admin.register(ContactPreference)
class ContactPreferenceAdmin(RetentionAdmin):
    icon = "notifications_off"
    list_display = ["tenant", "channel", "allowed", "since", "by"]
    list_select_related = ["tenant", "by"]
    list_filter = ["channel", "allowed"]
    search_fields = ["tenant__name", "tenant__code"]
    autocomplete_fields = ["tenant"]
    fields = ["tenant", "channel", "allowed", "since", "by"]
    readonly_fields = ["by"]


@admin.register(SiteFactor)
class SiteFactorAdmin(RetentionAdmin, ShownAdmin):
    icon = "balance"
    list_display = ["day", "since", "observed", "expected", "factor", "network_factor"]
    date_hierarchy = "day"


@admin.register(RelettingTime)
class RelettingTimeAdmin(RetentionAdmin, ShownAdmin):
    icon = "hourglass_empty"
    list_display = ["day", "vacancies", "mean_days", "days"]
    date_hierarchy = "day"


@admin.register(ListRecord)
class ListRecordAdmin(RetentionAdmin, ShownAdmin):
    icon = "fact_check"
    list_display = ["day", "k", "n", "k_rest", "n_rest"]
    date_hierarchy = "day"


@admin.register(ScoreModel)
class ScoreModelAdmin(RetentionAdmin, GlobalAdmin, ShownAdmin):
    icon = "model_training"
    list_display = ["trained_at", "rows", "decisions", "status", "reason"]
    list_filter = ["status"]
    date_hierarchy = "trained_at"


@admin.register(Offer)
class OfferAdmin(RetentionAdmin, GlobalAdmin, TranslationAdmin):
    icon = "redeem"
    list_display = ["name", "kind", "level", "share", "months", "amount", "currency", "approval", "active"]
    list_filter = ["kind", "level", "active"]
    search_fields = ["key", "name"]


@admin.register(TalkGuide)
class TalkGuideAdmin(RetentionAdmin, GlobalAdmin, TranslationAdmin):
    icon = "forum"
    list_display = ["key", "opening"]
    search_fields = ["key", "opening"]


@admin.register(RetentionCampaign)
class RetentionCampaignAdmin(RetentionAdmin, ShownAdmin):
    icon = "campaign"
    list_display = ["name", "status", "budget", "start_date", "control_share", "verdict_on", "created_by"]
    list_select_related = ["created_by"]
    list_filter = ["status"]
    search_fields = ["name"]
    date_hierarchy = "start_date"


@admin.register(RetentionAction)
class RetentionActionAdmin(RetentionAdmin, ShownAdmin):
    icon = "handshake"
    list_display = ["campaign", "tenant", "offer", "cost", "arm", "state", "kept"]
    list_select_related = ["campaign", "tenant", "offer"]
    list_filter = ["arm", "state"]
    search_fields = ["tenant__name", "tenant__code", "campaign__name"]


@admin.register(CampaignResult)
class CampaignResultAdmin(RetentionAdmin, ShownAdmin):
    icon = "fact_check"
    list_display = ["campaign", "day", "contacted", "contacted_kept", "set_aside", "set_aside_kept", "spent", "verdict"]
    list_select_related = ["campaign"]
    list_filter = ["verdict"]
    search_fields = ["campaign__name"]
    date_hierarchy = "day"


@admin.register(OfferRecord)
class OfferRecordAdmin(RetentionAdmin, GlobalAdmin, ShownAdmin):
    icon = "insights"
    list_display = ["offer", "day", "contacted", "contacted_kept", "set_aside", "set_aside_kept", "offered", "accepted"]
    list_select_related = ["offer"]
    date_hierarchy = "day"
