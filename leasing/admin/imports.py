"""What became of each import: shown."""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from leasing.models import ImportRun
from sites_app.site_admin import ShownAdmin


@admin.register(ImportRun)
class ImportRunAdmin(ShownAdmin):
    view_permission = change_permission = "leasing.import_portfolio"
    icon = "upload_file"
    list_display = ["started_at", "started_by", "state", "dry_run", "problem_count"]
    list_select_related = ["started_by"]
    list_filter = ["state"]
    fields = [
        "started_at",
        "started_by",
        "finished_at",
        "state",
        "dry_run",
        "file_names",
        "counts",
        "problem_count",
        "warning_count",
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).without_rows()
