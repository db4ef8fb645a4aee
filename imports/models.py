"""What became of each import: its files, its counts, and the rows that stood in the way."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes.audit import append_only
from leasing.models import Payment
from sites_app.models import SameSiteForeignKey, SiteScopedModel, SiteScopedQuerySet, scoped_manager
from sites_app.rules import PAYMENT_METHODS

KEEP_FILES = dt.timedelta(days=7)
"""Files that wait for their job, or for an answer."""


class ImportRunQuerySet(SiteScopedQuerySet):
    def without_rows(self) -> "ImportRunQuerySet":
        """For lists: leaves out the bad rows, which may be a thousand a run."""
        return self.defer("problems", "warnings", "held")


ImportRunManager = models.Manager.from_queryset(ImportRunQuerySet)


class ImportRun(SiteScopedModel):
    """One upload of spreadsheets, from the moment it was sent."""

    class State(models.TextChoices):
        QUEUED = "queued", _("In progress")
        DONE = "done", _("Imported")
        CHECKED = "checked", _("Checked")
        REFUSED = "refused", _("Refused")
        ASKS = "asks", _("To be answered")
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
    # With what the files are imported when somebody has answered: the question, and what it takes to begin again.
    held_count = models.PositiveIntegerField(_("rows to be answered"), default=0)
    held_francs = models.BigIntegerField(default=0, editable=False)
    held = models.JSONField(default=list, blank=True, editable=False)
    question = models.CharField(max_length=64, blank=True, editable=False)
    answers = models.JSONField(default=list, blank=True, editable=False)
    paths = models.JSONField(default=list, blank=True, editable=False)
    history_from = models.DateField(null=True, blank=True, editable=False)

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
        """The key of the background job of this run, when it has one: another after each answer."""
        key = f"imports.jobs.import_portfolio:{self.site_id}:{self.pk}"
        return f"{key}:{len(self.answers)}" if self.answers else key

    @property
    def files_kept_until(self) -> dt.datetime:
        """When files that wait for their job or for an answer are removed."""
        return self.started_at + KEEP_FILES


class PaymentLikeness(SiteScopedModel):
    """What a person said of a row of a file that looked like a recorded payment: the same money, or another payment.

    The row is of the payment's own contract and amount. One that was the same money is known from then on.
    """

    payment = SameSiteForeignKey(Payment, on_delete=models.PROTECT, related_name="+", verbose_name=_("payment"))
    received_on = models.DateField(_("received on"))
    method = models.CharField(_("method"), max_length=8, choices=PAYMENT_METHODS)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    is_same = models.BooleanField(_("the same money"))
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("answered by"),
        db_index=False,
    )
    answered_at = models.DateTimeField(_("answered"), default=timezone.now)

    class Meta:
        ordering = ["-answered_at"]
        verbose_name = _("payment recognised again")
        verbose_name_plural = _("payments recognised again")
        indexes = [models.Index(fields=["site", "payment"], name="likeness_site_payment")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.received_on:%Y-%m-%d} · {self.payment_id}"
