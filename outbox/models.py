"""Work to be done later, written in the same transaction as the change that wants it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet):
    def open(self) -> "JobQuerySet":
        """Neither done, nor refused, nor given up."""
        return self.filter(done_at=None, attempts__lt=Job.MAX_ATTEMPTS)

    def free(self) -> "JobQuerySet":
        """Open, and not in the hands of a worker at this moment: locks the rows that it returns."""
        return self.open().select_for_update(skip_locked=True)


class Job(models.Model):
    """This row is the truth about a job; the broker only wakes a worker. It names rows, it does not copy them."""

    MAX_ATTEMPTS = 12

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("job"), max_length=200)
    # The same wish twice is one job: "leasing.jobs.extend_instalments:GN_KINDIA:2026-11-23".
    key = models.CharField(_("key"), max_length=250, unique=True)
    site_code = models.CharField(_("site"), max_length=20, blank=True)
    user_id = models.BigIntegerField(_("user"), null=True, blank=True)
    kwargs = models.JSONField(_("details"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sends = models.PositiveSmallIntegerField(_("times sent"), default=0)
    due_at = models.DateTimeField(_("to be sent from"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None), name="outbox_job_to_send"),
            models.Index(fields=["done_at"], name="outbox_job_done"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_done(self) -> bool:
        return self.done_at is not None and not self.last_error

    @property
    def is_refused(self) -> bool:
        """Asked for by somebody who may not, or about something that is gone: not tried again."""
        return self.done_at is not None and bool(self.last_error)

    @property
    def is_given_up(self) -> bool:
        return self.done_at is None and self.attempts >= self.MAX_ATTEMPTS
