"""Sites, who works on them, their rules and closing days; and the flags, which belong to no site."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.admin import TranslationAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from screens import formats
from sites_app import rules
from sites_app.access import cover_for
from sites_app.actions import change_status, grant_membership, require_administrator
from sites_app.dated_admin import DatedAdmin, DatedForm
from sites_app.models import Flag, Membership, RegionalRule, Role, Site, SiteClosingDay
from sites_app.request import SiteRequest, one_site
from sites_app.site_admin import ActionForm, GlobalAdmin, SiteForm, SiteModelAdmin

_STATUS_TONES = {
    Site.Status.ACTIVE: "success",
    Site.Status.MAINTENANCE: "warning",
    Site.Status.OFFLINE: "danger",
}
_RULE_TONES = {RegionalRule.Status.CONFIRMED: "success", RegionalRule.Status.TO_BE_CONFIRMED: "warning"}


def in_each_language(name: str) -> list[tuple[Any, dict[str, Any]]]:
    """A tab for each language of a translated column."""
    return [(label, {"classes": ["tab"], "fields": [f"{name}_{code}"]}) for code, label in settings.LANGUAGES]


class SettingsAdmin(SiteModelAdmin):
    """What only a site's own administrators change, also while the site is closed: they open it again."""

    def takes_changes(self, request: SiteRequest) -> bool:
        # Whoever stands in for an offline site works in it, but gives nobody a role there and changes no rule.
        return request.site_access is not None and not request.site_access.via_cover


@admin.register(Site)
class SiteAdmin(SettingsAdmin, TranslationAdmin):
    view_permission = change_permission = "sites_app.manage_site"
    site_path = "pk"
    may_delete = False
    icon = "domain"
    list_display = ["code", "name", "status_tag", "currency", "max_tenants", "max_properties", "failover_site"]
    list_select_related = ["failover_site"]
    list_filter = ["status"]
    search_fields = ["code", "name"]
    fieldsets = [
        (None, {"fields": ["code", "status", "failover_site", "default_language"]}),
        (gettext_lazy("Place and money"), {"fields": ["country", "timezone", "currency", "billing"]}),
        (gettext_lazy("Limits"), {"fields": ["max_tenants", "max_properties"]}),
        *in_each_language("name"),
    ]
    actions_detail = ["reopen", "maintain", "take_offline"]

    def has_add_permission(self, request: SiteRequest) -> bool:
        return request.user.is_superuser and super().has_add_permission(request)

    def get_readonly_fields(self, request: SiteRequest, obj: Site | None = None) -> Sequence[str]:
        if obj is None:
            return ["status"]
        # The code is in every address and every row; amounts are in the currency that they were paid in.
        return ["code", "status", "country", "currency"]

    def formfield_for_foreignkey(self, db_field: Any, request: SiteRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "failover_site":
            own = request.resolver_match.kwargs.get("object_id") if request.resolver_match else None
            field.queryset = Site.objects.exclude(pk=own)
        return field

    def formfield_for_dbfield(self, db_field: Any, request: SiteRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "failover_site":
            field.widget = field.widget.widget  # without the ways to the other site's settings
        return field

    def response_add(self, request: SiteRequest, obj: Site, post_url_continue: str | None = None) -> HttpResponse:
        super().response_add(request, obj, post_url_continue)
        # The page that one stands on belongs to another site.
        return HttpResponseRedirect(f"/{obj.code}/admin/sites_app/site/{obj.code}/change/")

    @display(description=Site._meta.get_field("status").verbose_name, ordering="status", label=_STATUS_TONES)
    def status_tag(self, site: Site) -> tuple[str, str]:
        return site.status, site.get_status_display()

    # --- open, maintenance, offline ---------------------------------------------------------------------------

    def get_actions_detail(self, request: SiteRequest, object_id: Any) -> list[Any]:
        site = self.get_object(request, object_id)
        if site is None or not self._may_change_status(request):
            return []
        now = {Site.Status.ACTIVE: "reopen", Site.Status.MAINTENANCE: "maintain", Site.Status.OFFLINE: "take_offline"}
        offered = super().get_actions_detail(request, object_id)
        return [entry for entry in offered if not entry.action_name.endswith(f"_{now[site.status]}")]

    @action(description=gettext_lazy("Open again"), url_path="open", icon="check_circle", variant=ActionVariant.SUCCESS)
    def reopen(self, request: SiteRequest, object_id: str) -> HttpResponse:
        return self._change_status(request, object_id, Site.Status.ACTIVE)

    @action(description=gettext_lazy("Maintenance"), url_path="maintenance", icon="construction")
    def maintain(self, request: SiteRequest, object_id: str) -> HttpResponse:
        return self._change_status(request, object_id, Site.Status.MAINTENANCE)

    @action(
        description=gettext_lazy("Take offline"), url_path="offline", icon="cloud_off", variant=ActionVariant.DANGER
    )
    def take_offline(self, request: SiteRequest, object_id: str) -> HttpResponse:
        return self._change_status(request, object_id, Site.Status.OFFLINE)

    def _may_change_status(self, request: SiteRequest) -> bool:
        # Also for who stands in: they may open it again when nobody of the site itself can.
        return request.site is not None and self.change_permission in request.site_permissions

    def _change_status(self, request: SiteRequest, object_id: str, status: Site.Status) -> HttpResponse:
        site = self.row_or_404(request, object_id, allowed=self._may_change_status(request))
        if request.method == "POST":
            change_status(site=site, status=status)
            return self.done(
                request, site, _("%(site)s: %(status)s.") % {"site": site.name, "status": Site.Status(status).label}
            )
        titles = {
            Site.Status.ACTIVE: _("Open %(site)s again?"),
            Site.Status.MAINTENANCE: _("Put %(site)s in maintenance?"),
            Site.Status.OFFLINE: _("Take %(site)s offline?"),
        }
        return self.ask(
            request,
            site,
            title=titles[status] % {"site": site.name},
            sentence=_consequence(site, status),
            button=_("Yes, I am sure"),
        )


def _consequence(site: Site, status: Site.Status) -> str:
    if status == Site.Status.ACTIVE:
        return _("Its people work as usual again. Nobody stands in for it any more.")
    if status == Site.Status.MAINTENANCE:
        return _("Everybody can read, nobody can change anything, until an administrator opens it again.")
    cover = cover_for(site, {other.code: other for other in Site.objects.all()})
    if cover is None:
        return _(
            "Its own people can read, and change nothing. No other site can stand in for it: no failover site is open."
        )
    return _(
        "Its own people can read, and change nothing. The people of %(cover)s stand in for it, each in the role that"
        " they have there, until it is opened again."
    ) % {"cover": cover.name}


class GrantForm(ActionForm):
    """A role for a person who is named, not chosen from a list: who works elsewhere is nobody's business here."""

    person = forms.CharField(
        label=gettext_lazy("User name or e-mail"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Of a person who has an account. Accounts are created by a superuser."),
    )

    class Meta:
        model = Membership
        fields = ["person", "role"]

    def clean_person(self) -> Any:
        people = get_user_model()
        try:
            person = people.objects.named(self.cleaned_data["person"])
        except people.DoesNotExist:
            raise ValidationError(_("Nobody has this user name or e-mail.")) from None
        if Membership.objects.filter(user=person, site=self.site).exists():
            raise ValidationError(_("This person has a role on this site already: open it in the list to change it."))
        return person

    def act(self) -> Membership:
        return grant_membership(user=self.cleaned_data["person"], site=self.site, role=self.cleaned_data["role"])


class MembershipForm(SiteForm):
    def clean_role(self) -> str:
        role = self.cleaned_data["role"]
        if role != Role.ADMIN and not (self.by and self.by.is_superuser):
            require_administrator(site=self.site, without=[self.instance.pk])
        return role

    def clean_is_primary(self) -> bool:
        others = Membership.objects.filter(user=self.instance.user_id, is_primary=True).exclude(pk=self.instance.pk)
        if self.cleaned_data["is_primary"] and (other := others.first()):
            raise ValidationError(_("The primary site of this person is %(site)s.") % {"site": other.site_id})
        return self.cleaned_data["is_primary"]


@admin.register(Membership)
class MembershipAdmin(SettingsAdmin):
    view_permission = change_permission = "sites_app.manage_memberships"
    icon = "badge"
    form = MembershipForm
    list_display = ["user", "user_name", "role", "is_primary", "active"]
    list_select_related = ["user"]
    list_filter = ["role", "user__is_active"]
    search_fields = ["user__username", "user__full_name", "user__email"]
    fieldsets = [(None, {"fields": ["user_name", "role", "is_primary"]})]
    add_fieldsets = [(None, {"fields": ["person", "role"]})]

    def get_form(self, request: SiteRequest, obj: Membership | None = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = GrantForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(self, request: SiteRequest, obj: Membership | None = None) -> Sequence[str]:
        # Whether somebody's first site is another one is not for the administrators of this one.
        return ["user_name"] if request.user.is_superuser else ["user_name", "is_primary"]

    # --- the last administrator stays ----------------------------------------------------------------------------

    def get_deleted_objects(self, objs: Any, request: SiteRequest) -> tuple[Any, Any, Any, Any]:
        # Asked before each deletion, of one and of several.
        if not request.user.is_superuser:
            require_administrator(site=one_site(request), without=[membership.pk for membership in objs])
        return super().get_deleted_objects(objs, request)

    def delete_view(self, request: SiteRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self._or_refused(request, super().delete_view, request, object_id, extra_context)

    def changelist_view(self, request: SiteRequest, extra_context: Any = None) -> HttpResponse:
        return self._or_refused(request, super().changelist_view, request, extra_context)

    def _or_refused(self, request: SiteRequest, view: Any, *arguments: Any) -> HttpResponse:
        try:
            return view(*arguments)
        except ValidationError as refused:
            messages.error(request, refused.messages[0])
            return HttpResponseRedirect(reverse("admin:sites_app_membership_changelist"))

    @display(description=gettext_lazy("user name"), ordering="user__username")
    def user_name(self, membership: Membership) -> str:
        return membership.user.get_username()

    @display(description=gettext_lazy("may sign in"), boolean=True)
    def active(self, membership: Membership) -> bool:
        return membership.user.is_active


class RuleForm(DatedForm):
    def clean(self) -> dict[str, Any]:
        super().clean()
        rule_type = self.cleaned_data.get("rule_type") or self.instance.rule_type
        if rule_type:
            self.instance.entity = rules.entity_of(rule_type)
            if "value" in self._errors:  # no JSON at all
                self._errors.pop("value")
                self.add_error("value", rules.expected_form(rule_type))
        return self.cleaned_data


@admin.register(RegionalRule)
class RegionalRuleAdmin(DatedAdmin, SettingsAdmin, TranslationAdmin):
    view_permission = change_permission = "sites_app.manage_rules"
    icon = "gavel"
    form = RuleForm
    list_display = ["rule", "shown_value", "days", "status_tag", "source"]
    list_filter = ["entity", "status"]
    search_fields = ["rule_type", "source", "description"]
    fieldsets = [
        (None, {"fields": ["rule_type", "value", "valid", "source", "status"]}),
        *in_each_language("description"),
    ]

    def get_readonly_fields(self, request: SiteRequest, obj: RegionalRule | None = None) -> Sequence[str]:
        return ["rule_type"] if obj else []

    def get_form(
        self, request: SiteRequest, obj: RegionalRule | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        texts = {"value": rules.expected_form(obj.rule_type)} if obj else {}
        return super().get_form(request, obj, change=change, help_texts=texts, **kwargs)

    @display(description=gettext_lazy("rule"), ordering="rule_type")
    def rule(self, rule: RegionalRule) -> str:
        return capfirst(rule.get_rule_type_display())

    @display(description=RegionalRule._meta.get_field("value").verbose_name)
    def shown_value(self, rule: RegionalRule) -> str:
        return _readable(rule)

    @display(description=RegionalRule._meta.get_field("status").verbose_name, ordering="status", label=_RULE_TONES)
    def status_tag(self, rule: RegionalRule) -> tuple[str, str]:
        return rule.status, rule.get_status_display()


def _readable(rule: RegionalRule) -> str:
    value = rules.parse_value(rule.rule_type, rule.value)
    methods = dict(rules.PAYMENT_METHODS)
    if value is None:
        return formats.NOTHING
    if isinstance(value, Decimal):
        exponent = (value * 100).normalize().as_tuple().exponent
        return formats.percent(value, decimals=max(0, -int(exponent)))
    if isinstance(value, int):
        return formats.number(value)
    if isinstance(value, rules.Season):
        return "{1:02}/{0:02} – {3:02}/{2:02}".format(*value.first, *value.last)
    parts = [value] if isinstance(value, str) else value
    return ", ".join(f"{part:%H:%M}" if isinstance(part, dt.time) else str(methods.get(part, part)) for part in parts)


@admin.register(SiteClosingDay)
class SiteClosingDayAdmin(SettingsAdmin):
    view_permission = change_permission = "sites_app.manage_rules"
    icon = "event_busy"
    list_display = ["day", "reason"]
    date_hierarchy = "day"
    search_fields = ["reason"]
    fields = ["day", "reason"]


class FlagForm(forms.ModelForm):
    roles = forms.MultipleChoiceField(
        label=Flag._meta.get_field("roles").verbose_name,
        choices=Role.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


@admin.register(Flag)
class FlagAdmin(GlobalAdmin):
    """For superusers: a flag reaches into every site. What waffle would decide by cookie is not offered."""

    view_permission = change_permission = "sites_app.manage_site"
    icon = "flag"
    form = FlagForm  # type: ignore[assignment]  # a flag belongs to no site
    list_display = ["name", "everyone", "superusers", "percent", "shown_roles", "note"]
    search_fields = ["name", "note"]
    fields = ["name", "note", "everyone", "superusers", "roles", "sites", "percent"]

    def has_view_permission(self, request: SiteRequest, obj: Flag | None = None) -> bool:
        return request.user.is_superuser and super().has_view_permission(request, obj)

    def formfield_for_manytomany(self, db_field: Any, request: SiteRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(
            db_field, request, widget=UnfoldAdminCheckboxSelectMultipleWidget, **kwargs
        )

    @display(description=Flag._meta.get_field("roles").verbose_name)
    def shown_roles(self, flag: Flag) -> str:
        return ", ".join(str(Role(role).label) for role in flag.roles) or formats.NOTHING
