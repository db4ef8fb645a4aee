from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.models import Job, JobQuerySet
from screens.admin_tables import TableAdmin


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Waiting")), ("done", _("Done")), ("refused", _("Refused")), ("given_up", _("Abandoned"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        match self.value():
            case "open":
                return cast("JobQuerySet", queryset).open()
            case "done":
                return queryset.exclude(done_at=None).filter(last_error="")
            case "refused":
                return queryset.exclude(done_at=None).exclude(last_error="")
            case "given_up":
                return queryset.filter(done_at=None, attempts__gte=Job.MAX_ATTEMPTS)
        return queryset


@admin.register(Job)
class JobAdmin(TableAdmin):
    """To look at, and to try again what was given up; jobs are made by the application."""

    list_display = ["key", "created_at", "started_at", "done_at", "attempts", "last_error"]
    list_filter = [StateFilter, "name", "site_code"]
    search_fields = ["key"]
    actions = ["try_again"]

    @admin.action(description=_("Try again"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        queryset.filter(done_at=None).update(attempts=0, due_at=timezone.now())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Job | None = None) -> bool:
        return False
