"""People, their tokens and the locks. Only superusers change people: whoever may do that may become anybody."""

from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.actions import revoke_token
from accounts.models import ApiToken, User
from changes.history import history_of
from screens.admin_tables import TableAdmin

# Rights come from memberships; a second way to grant them would only hide who may do what.
admin.site.unregister(Group)


def _is_superuser(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_superuser


class _WithHistory(TableAdmin):
    """Shows below the form what the audit wrote down about the row, to superusers."""

    change_form_outer_after_template = "admin/site_history.html"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id) if object_id and _is_superuser(request) else None
        context = {"history": history_of(row)} if row is not None else {}
        return super().changeform_view(request, object_id, form_url, context | (extra_context or {}))


@admin.register(User)
class UserAdmin(DjangoUserAdmin, _WithHistory):  # type: ignore[misc]  # each asks the next of a lookup
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "full_name", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "preferred_language"]
    search_fields = ["username", "full_name", "email", "phone"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["full_name", "email", "phone", "preferred_language"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": [
                    "username",
                    "full_name",
                    "email",
                    "phone",
                    "preferred_language",
                    "password1",
                    "password2",
                ],
            },
        )
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # What a person recorded keeps their name: an account is disabled, not deleted.
        return False


class _ReadOnlyAdmin(TableAdmin):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request)


@admin.register(ApiToken)
class ApiTokenAdmin(_ReadOnlyAdmin, _WithHistory):
    list_display = ["name", "user", "created_at", "expires_at", "last_used_at", "revoked_at"]
    list_select_related = ["user"]
    list_filter = ["revoked_at", "expires_at"]
    search_fields = ["name", "user__username", "user__full_name", "user__email"]
    fields = ["user", "name", "created_at", "expires_at", "last_used_at", "revoked_at"]
    actions = ["revoke"]

    @admin.action(description=_("Revoke the selected tokens"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        alive = list(queryset.filter(revoked_at=None))
        for token in alive:
            revoke_token(token=token, now=timezone.now())
        self.message_user(
            request,
            ngettext("%(count)s token no longer works.", "%(count)s tokens no longer work.", len(alive))
            % {"count": len(alive)},
        )


@admin.register(AccessAttempt)
class AccessAttemptAdmin(_ReadOnlyAdmin):
    list_display = ["username", "ip_address", "failures_since_start", "attempt_time", "user_agent"]
    list_filter = ["attempt_time"]
    search_fields = ["username", "ip_address"]
    fields = ["username", "ip_address", "user_agent", "failures_since_start", "attempt_time"]
    actions = ["unlock"]

    @admin.action(description=_("Unlock: clear these failed attempts"))
    def unlock(self, request: HttpRequest, queryset: QuerySet[AccessAttempt]) -> None:
        count, _by_table = queryset.delete()
        self.message_user(
            request,
            ngettext("%(count)s lock released.", "%(count)s locks released.", count) % {"count": count},
        )


@admin.register(AccessLog)
class AccessLogAdmin(_ReadOnlyAdmin):
    list_display = ["username", "ip_address", "attempt_time", "logout_time", "user_agent"]
    list_filter = ["attempt_time"]
    search_fields = ["username", "ip_address"]
    fields = ["username", "ip_address", "user_agent", "attempt_time", "logout_time"]
