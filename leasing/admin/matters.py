"""What happens around a contract: notices, litigations, requests, calls and visits, surveys."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant

from leasing import actions
from leasing.admin import asking
from leasing.admin import forms as admin_forms
from leasing.admin.base import PortfolioAdmin, person, tag
from leasing.models import Interaction, Litigation, Notice, ServiceRequest, Survey
from sites_app.request import SiteRequest, one_site


@admin.register(Notice)
class NoticeAdmin(PortfolioAdmin):
    """Issued through the action that asks the site's rules for its lawful day; its state is kept here."""

    icon = "mark_email_unread"
    may_delete = False
    list_display = ["contract", "kind", "given_by", "issued_on", "legal_deadline", "state_tag", "closed_on"]
    list_select_related = ["contract"]
    list_filter = ["kind", "given_by", "state"]
    search_fields = ["contract__reference", "contract__tenant__name"]
    found_by = {"contract": "contract_id", "tenant": "contract__tenant_id"}
    date_hierarchy = "issued_on"
    autocomplete_fields = ["contract"]
    fields = ["contract", "kind", "given_by", "issued_on", "legal_deadline", "state", "reminder_count", "closed_on"]
    add_fieldsets = [(None, {"fields": ["contract", "kind", "given_by", "issued_on", "execute_on"]})]
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

    def get_readonly_fields(self, request: SiteRequest, obj: Notice | None = None) -> Sequence[str]:
        return ["contract", "kind", "issued_on", "legal_deadline"] if obj else []

    def get_form(self, request: SiteRequest, obj: Notice | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = admin_forms.IssueNoticeForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request: SiteRequest) -> dict[str, Any]:
        return {"issued_on": one_site(request).today(), **super().get_changeform_initial_data(request)}


@admin.register(Litigation)
class LitigationAdmin(PortfolioAdmin):
    icon = "balance"
    may_change = may_delete = False
    list_display = ["contract", "kind", "state_tag", "opened_on", "resolved_on"]
    list_select_related = ["contract"]
    list_filter = ["kind", "state"]
    search_fields = ["contract__reference", "contract__tenant__name"]
    found_by = {"contract": "contract_id", "tenant": "contract__tenant_id"}
    date_hierarchy = "opened_on"
    autocomplete_fields = ["contract"]
    fields = ["contract", "kind", "state", "opened_on", "resolved_on"]
    add_fieldsets = [(None, {"fields": ["contract", "kind", "opened_on"]})]
    actions_detail = ["resolve"]
    state_tag = tag(Litigation, "state", {Litigation.State.OPEN: "warning", Litigation.State.RESOLVED: "success"})

    def get_form(self, request: SiteRequest, obj: Litigation | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = admin_forms.OpenLitigationForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_changeform_initial_data(self, request: SiteRequest) -> dict[str, Any]:
        return {"opened_on": one_site(request).today(), **super().get_changeform_initial_data(request)}

    def get_actions_detail(self, request: SiteRequest, object_id: Any) -> list[Any]:
        litigation = self.get_object(request, object_id)
        if litigation is None or litigation.state != Litigation.State.OPEN or not self.may_write(request):
            return []
        return super().get_actions_detail(request, object_id)

    @action(description=gettext_lazy("Resolve"), url_path="resolve", icon="handshake", variant=ActionVariant.PRIMARY)
    def resolve(self, request: SiteRequest, object_id: str) -> HttpResponse:
        litigation = self.row_or_404(request, object_id, allowed=self.may_write(request))
        today = one_site(request).today()
        return self.asked(
            request,
            litigation,
            asking.ResolveForm(request.POST or None, initial={"resolved_on": today}),
            lambda said: actions.resolve_litigation(litigation=litigation, by=request.user, today=today, **said),
            title=_("Resolve this dispute?"),
            sentence=_("It is closed on the day you give."),
            button=_("Resolve"),
            done=_("The dispute is resolved."),
        )


@admin.register(ServiceRequest)
class ServiceRequestAdmin(PortfolioAdmin):
    icon = "build"
    list_display = ["tenant", "property", "category", "priority_tag", "opened_on", "closed_on", "is_complaint"]
    list_select_related = ["tenant", "property"]
    list_filter = ["category", "priority", "is_complaint"]
    search_fields = ["tenant__name", "property__code"]
    found_by = {"tenant": "tenant_id", "property": "property_id"}
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
    add_permission = "leasing.record_interaction"
    icon = "forum"
    list_display = ["happened_at", "tenant", "channel", "direction", "agent", "note"]
    list_select_related = ["tenant", "agent"]
    list_filter = ["channel", "direction"]
    search_fields = ["tenant__name", "tenant__code"]
    found_by = {"tenant": "tenant_id"}
    date_hierarchy = "happened_at"
    autocomplete_fields = ["tenant"]
    fields = ["tenant", "channel", "direction", "happened_at", "person", "note"]
    person = person(Interaction, "agent")
    add_fieldsets = [(None, {"fields": ["tenant", "channel", "direction", "happened_at", "note"]})]

    def get_readonly_fields(self, request: SiteRequest, obj: Interaction | None = None) -> Sequence[str]:
        return ["tenant", "person"] if obj else []

    def get_form(
        self, request: SiteRequest, obj: Interaction | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = admin_forms.RecordInteractionForm
        return super().get_form(request, obj, change=change, **kwargs)


@admin.register(Survey)
class SurveyAdmin(PortfolioAdmin):
    icon = "sentiment_satisfied"
    list_display = ["tenant", "kind", "rating", "answered_on", "comment"]
    list_select_related = ["tenant"]
    list_filter = ["kind"]
    search_fields = ["tenant__name", "tenant__code"]
    found_by = {"tenant": "tenant_id"}
    date_hierarchy = "answered_on"
    autocomplete_fields = ["tenant"]
    fields = ["tenant", "kind", "rating", "answered_on", "comment"]
