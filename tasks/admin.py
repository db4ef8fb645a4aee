"""Tasks in the administration: shown with their history, changed on the task pages."""

from django.contrib import admin

from sites_app.site_admin import ShownAdmin
from tasks.models import Task, TaskChange, TaskDependency, TaskPrioritization


class TasksAdmin(ShownAdmin):
    view_permission = change_permission = "tasks.manage_tasks"


@admin.register(Task)
class TaskAdmin(TasksAdmin):
    icon = "task_alt"
    list_display = ["__str__", "kind", "agent", "status", "due_at"]
    list_select_related = ["agent"]
    list_filter = ["kind", "status", "cause"]
    search_fields = ["title", "tenant__name", "contract__reference"]
    date_hierarchy = "due_at"
    fields = [
        "kind", "cause", "facts", "title", "description", "agent", "status", "due_at", "tenant", "contract", "property",
        "created_by", "started_at", "completed_at", "outcome", "rating", "note", "promised_on",
        "promised_francs", "put_off_until", "source",
    ]  # fmt: skip


@admin.register(TaskDependency)
class TaskDependencyAdmin(TasksAdmin):
    icon = "account_tree"
    list_display = ["task", "needs"]
    list_select_related = ["task", "needs"]
    fields = ["task", "needs"]


@admin.register(TaskPrioritization)
class TaskPrioritizationAdmin(TasksAdmin):
    icon = "format_list_numbered"
    list_display = ["day", "agent", "rank", "task", "score"]
    list_select_related = ["agent", "task"]
    date_hierarchy = "day"
    fields = ["day", "agent", "rank", "task", "score", "parts", "computed_at"]


@admin.register(TaskChange)
class TaskChangeAdmin(TasksAdmin):
    icon = "touch_app"
    list_display = ["at", "task", "verb", "by", "undone_at"]
    list_select_related = ["task", "by"]
    fields = ["task", "verb", "by", "at", "undone_at", "before", "version_after"]
