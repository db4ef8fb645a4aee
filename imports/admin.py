"""What became of each import: shown. And the portfolio's lists as files, from their own pages."""

from typing import cast

from django.contrib import admin
from django.db import models
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from imports.exports import EXPORTED
from imports.models import ImportRun, ImportRunQuerySet, PaymentLikeness
from leasing.admin import PortfolioAdmin
from sites_app.request import SiteRequest
from sites_app.site_admin import ShownAdmin


@admin.register(ImportRun)
class ImportRunAdmin(ShownAdmin):
    view_permission = change_permission = "imports.import_portfolio"
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
        "held_count",
    ]

    def get_queryset(self, request: SiteRequest) -> models.QuerySet:
        return cast("ImportRunQuerySet", super().get_queryset(request)).without_rows()


@admin.register(PaymentLikeness)
class PaymentLikenessAdmin(ShownAdmin):
    view_permission = change_permission = "imports.import_portfolio"
    icon = "content_copy"
    list_display = ["received_on", "method", "reference", "payment", "is_same", "answered_by", "answered_at"]
    list_select_related = ["payment", "answered_by"]
    list_filter = ["is_same"]
    fields = list_display


@action(description=gettext_lazy("Export all (CSV)"), url_path="export", icon="download", permissions=["manage"])
def export(page: PortfolioAdmin, request: SiteRequest) -> HttpResponse:
    name = next(name for name, table in EXPORTED.items() if table.model is page.model)
    return redirect("imports:export", name, "csv")


for exported in EXPORTED.values():
    cast("PortfolioAdmin", admin.site.get_model_admin(exported.model)).offer(export)
