"""What agents have to do, what waits for what, in which order a day began, and who changed what."""

import datetime as dt
from collections.abc import Container
from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, JSONObject, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes.audit import every_change
from leasing.models import Contract, Property, Tenant
from sites_app.models import SameSiteForeignKey, SiteScopedModel, SiteScopedQuerySet, scoped_manager
from tasks.causes import registry
from tasks.causes.manual import MANUAL

LONGEST_TITLE, LONGEST_SOURCE = 160, 120
"""In characters."""


class TaskQuerySet(SiteScopedQuerySet):
    def open(self) -> "TaskQuerySet":
        """Neither done nor cancelled."""
        return self.filter(status__in=Task.OPEN)

    def put_off(self, now: dt.datetime) -> "TaskQuerySet":
        """Open, and out of the day until a moment that has not come."""
        return self.open().filter(put_off_until__gt=now)

    def at_hand(self, now: dt.datetime) -> "TaskQuerySet":
        """Open, and not put off."""
        return self.open().exclude(put_off_until__gt=now)

    def visible_to(self, user_id: int, permissions: Container[str]) -> "TaskQuerySet":
        """An agent's own; all of them for whoever manages tasks."""
        return self if "tasks.manage_tasks" in permissions else self.filter(agent_id=user_id)

    def with_past_ranks(self, days: int) -> "TaskQuerySet":
        """Each with `past_ranks`: the last places in an agent's morning, as {"day", "agent", "rank", "score"}."""
        name = Coalesce(NullIf("agent__full_name", Value("")), "agent__username")
        past = TaskPrioritization.objects.filter(site_id=OuterRef("site_id"), task=OuterRef("pk")).order_by(
            "-day", "rank"
        )
        fields = JSONObject(day="day", agent=name, rank="rank", score="score")
        return self.annotate(past_ranks=ArraySubquery(past.values(json=fields)[:days]))


TaskManager = models.Manager.from_queryset(TaskQuerySet)


@pghistory.track(*every_change())
class Task(SiteScopedModel):
    """One thing to do for one agent. What records have asked for says why in `cause` and `facts`, in no language."""

    class Kind(models.TextChoices):
        PAYMENT_FOLLOW = "payment_follow", _("Rent to collect")
        LITIGATION = "litigation", _("Dispute")
        NOTICE = "notice", _("Notice")
        RETENTION = "retention", _("Tenant to keep")
        INSPECTION = "inspection", _("Visit")
        MAINTENANCE = "maintenance", _("Repair")
        ADMIN = "admin", _("Paperwork")

    class Status(models.TextChoices):
        PENDING = "pending", _("To do")
        IN_PROGRESS = "in_progress", _("Started")
        BLOCKED = "blocked", _("Cannot be done")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    class Outcome(models.TextChoices):
        SUCCEEDED = "succeeded", _("Done as planned")
        PROMISED = "promised", _("Promised")
        NO_ANSWER = "no_answer", _("No answer")
        REFUSED = "refused", _("Refused")
        CAUSE_GONE = "cause_gone", _("The cause no longer exists")

    OPEN = (Status.PENDING, Status.IN_PROGRESS, Status.BLOCKED)

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agent"),
        db_index=False,
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    # Whoever registers a cause adds to what may stand here; no migration knows the names.
    cause = models.CharField(_("cause"), max_length=20, choices=registry.choices, default=MANUAL.name)
    facts = models.JSONField(
        _("facts"), default=dict, blank=True, help_text=_("What the cause rests on: dates as text, whole francs.")
    )
    title = models.CharField(_("title"), max_length=LONGEST_TITLE, blank=True)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.PENDING)
    due_at = models.DateTimeField(_("due"))
    tenant = SameSiteForeignKey(
        Tenant, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("tenant")
    )
    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("contract")
    )
    property = SameSiteForeignKey(
        Property, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("property")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
        db_index=False,
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    # The same cause is one task, however often it is looked for: "rent_late:<contract>:<day>", "manual:<random>".
    source = models.CharField(_("source"), max_length=LONGEST_SOURCE)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)
    rating = models.PositiveSmallIntegerField(
        _("rating"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    note = models.TextField(_("note"), blank=True)
    promised_on = models.DateField(_("promised for"), null=True, blank=True)
    promised_francs = models.BigIntegerField(_("amount promised"), null=True, blank=True)
    # Until then it has no place in the day.
    put_off_until = models.DateTimeField(_("put off until"), null=True, blank=True)
    # Raised by every change, so that a tap made offline can be told from one made on the task as it is now.
    version = models.PositiveIntegerField(_("version"), default=1)

    objects: ClassVar[TaskManager["Task"]] = scoped_manager(TaskManager)

    class Meta:
        ordering = ["due_at", "id"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.UniqueConstraint(fields=["site", "source"], name="one_task_per_source"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)),
                name="task_rating_from_1_to_5",
                violation_error_message=_("A rating is a number from 1 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["done", "cancelled"], completed_at__isnull=False)
                | Q(status__in=["pending", "in_progress", "blocked"], completed_at__isnull=True),
                name="task_completed_at_goes_with_status",
                violation_error_message=_("A task has a completion time if, and only if, it is over."),
            ),
            models.CheckConstraint(
                condition=Q(promised_on__isnull=True, promised_francs__isnull=True) | Q(outcome="promised"),
                name="promise_goes_with_its_outcome",
                violation_error_message=_("Only what was promised has a day and an amount."),
            ),
            models.CheckConstraint(
                condition=Q(promised_francs__isnull=True) | Q(promised_francs__gt=0),
                name="promised_francs_are_more_than_zero",
                violation_error_message=_("The amount must be a whole number of francs, more than zero."),
            ),
            models.CheckConstraint(
                condition=~Q(status="in_progress") | Q(started_at__isnull=False),
                name="task_in_progress_has_been_started",
            ),
            models.CheckConstraint(
                condition=~Q(cause="manual") | ~Q(title=""),
                name="task_of_a_person_has_a_title",
                violation_error_message=_("Say what is to be done."),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "agent", "status", "due_at"], name="task_site_agent"),
            models.Index(fields=["site", "status", "due_at"], name="task_site_status"),
            models.Index(fields=["site", "completed_at"], name="task_site_completed"),
            models.Index(fields=["site", "tenant"], name="task_site_tenant"),
            models.Index(fields=["site", "contract"], name="task_site_contract"),
            models.Index(fields=["site", "property"], name="task_site_property"),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.get_kind_display()} · {self.due_at:%Y-%m-%d}"

    def is_open(self) -> bool:
        """Neither done nor cancelled."""
        return self.status in self.OPEN

    def is_put_off(self, now: dt.datetime) -> bool:
        """Whether it is out of the day, until a moment that has not come."""
        return self.is_open() and self.put_off_until is not None and self.put_off_until > now


class TaskDependency(SiteScopedModel):
    """`task` waits for `needs`. The database refuses a circle."""

    task = SameSiteForeignKey(Task, on_delete=models.CASCADE, related_name="waits_for", verbose_name=_("task"))
    needs = SameSiteForeignKey(Task, on_delete=models.CASCADE, related_name="waited_for_by", verbose_name=_("needs"))

    class Meta:
        ordering = ["task", "needs"]
        verbose_name = _("dependency")
        verbose_name_plural = _("dependencies")
        constraints = [
            models.UniqueConstraint(fields=["site", "task", "needs"], name="one_dependency_per_pair_of_tasks"),
            models.CheckConstraint(
                condition=~Q(task=F("needs")),
                name="task_does_not_need_itself",
                violation_error_message=_("A task cannot wait for itself."),
            ),
        ]
        indexes = [models.Index(fields=["site", "needs"], name="taskdependency_site_needs")]

    def __str__(self) -> str:
        return f"{self.task_id} → {self.needs_id}"


class TaskPrioritization(SiteScopedModel):
    """Where a task stood when an agent's day began, and why: what was first on Monday has an answer on Friday."""

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("agent"), db_index=False
    )
    day = models.DateField(_("day"))
    task = SameSiteForeignKey(Task, on_delete=models.CASCADE, related_name="prioritizations", verbose_name=_("task"))
    rank = models.PositiveIntegerField(_("rank"))
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2)
    parts = models.JSONField(_("parts"))
    computed_at = models.DateTimeField(_("computed"))

    class Meta:
        ordering = ["-day", "agent", "rank"]
        verbose_name = _("ranking of a day")
        verbose_name_plural = _("rankings of days")
        constraints = [
            models.UniqueConstraint(fields=["site", "agent", "day", "task"], name="one_rank_per_agent_day_and_task")
        ]
        indexes = [models.Index(fields=["site", "task"], name="taskprioritization_site_task")]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} · {self.rank}"


class TaskChange(SiteScopedModel):
    """A tap: who did what to which task, once for a key. It keeps what was before, so that it can be undone."""

    task = SameSiteForeignKey(Task, on_delete=models.CASCADE, related_name="changes", verbose_name=_("task"))
    key = models.CharField(_("idempotency key"), max_length=120)
    request_digest = models.CharField(max_length=64, editable=False)
    verb = models.CharField(_("what was done"), max_length=16)
    before = models.JSONField(_("before"))
    version_after = models.PositiveIntegerField(_("version"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("change of a task")
        verbose_name_plural = _("changes of tasks")
        constraints = [models.UniqueConstraint(fields=["site", "key"], name="one_change_of_a_task_per_key")]
        indexes = [models.Index(fields=["site", "task", "at"], name="taskchange_site_task")]

    def __str__(self) -> str:
        return f"{self.task_id} · {self.verb}"
