"""What became of each import: its files, its counts, and the rows that stood in the way."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sites_app.models import SiteScopedModel, SiteScopedQuerySet, scoped_manager


class ImportRunQuerySet(SiteScopedQuerySet):
    def without_rows(self) -> "ImportRunQuerySet":
        """For lists: leaves out the bad rows, which may be a thousand a run."""
        return self.defer("problems", "warnings")


ImportRunManager = models.Manager.from_queryset(ImportRunQuerySet)


class ImportRun(SiteScopedModel):
    """One upload of spreadsheets, from the moment it was sent."""

    class State(models.TextChoices):
        QUEUED = "queued", _("In progress")
        DONE = "done", _("Imported")
        CHECKED = "checked", _("Checked")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed")

    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("started by"),
        db_index=False,
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    dry_run = models.BooleanField(_("only checked"), default=False)
    file_names = models.JSONField(_("files"), default=list)
    counts = models.JSONField(_("rows"), default=dict, blank=True)
    totals = models.JSONField(default=dict, blank=True, editable=False)
    """What the rows come to in francs (totals.Totals); runs of before it was counted have none."""
    problem_count = models.PositiveIntegerField(_("bad rows"), default=0)
    problems = models.JSONField(default=list, blank=True, editable=False)
    warning_count = models.PositiveIntegerField(_("remarks"), default=0)
    warnings = models.JSONField(default=list, blank=True, editable=False)

    objects: ClassVar[ImportRunManager["ImportRun"]] = scoped_manager(ImportRunManager)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["site", "started_at"], name="importrun_site_started")]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} · {', '.join(self.file_names)}"

    @property
    def job_key(self) -> str:
        """The key of the background job of this run, when it has one."""
        return f"imports.jobs.import_portfolio:{self.site_id}:{self.pk}"
