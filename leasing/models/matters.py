"""What happens around a contract: notices, litigations, requests, calls and visits, surveys."""

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from changes.audit import every_change
from leasing.models.contracts import Contract
from leasing.models.people import Property, Tenant
from sites_app.models import SameSiteForeignKey, SiteScopedModel


@pghistory.track(*every_change())
class Notice(SiteScopedModel):
    """A legal notice with the deadline that the site's rules give it."""

    class Kind(models.TextChoices):
        TO_QUIT = "to_quit", _("Notice to quit")
        EVICTION = "eviction", _("Eviction notice")
        REPAIRS = "repairs", _("Notice of repairs")
        RENEWAL = "renewal", _("Notice of renewal")

    class GivenBy(models.TextChoices):
        TENANT = "tenant", _("The tenant")
        LANDLORD = "landlord", _("The landlord")

    class State(models.TextChoices):
        PENDING = "pending", _("To be sent")
        SENT = "sent", _("Sent")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SIGNED = "signed", _("Signed")
        EXPIRED = "expired", _("Expired")

    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="notices", verbose_name=_("contract")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    # Empty where nobody said: read as the tenant's, and shown as not said.
    given_by = models.CharField(_("given by"), max_length=8, choices=GivenBy.choices, blank=True)
    issued_on = models.DateField(_("issued on"))
    legal_deadline = models.DateField(_("legal deadline"))
    state = models.CharField(_("state"), max_length=14, choices=State.choices, default=State.PENDING)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    reminder_count = models.PositiveSmallIntegerField(_("reminders"), default=0)

    class Meta:
        ordering = ["-issued_on"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("issued_on")),
                name="notice_closed_not_before_issued",
                violation_error_message=_("The notice was closed before it was issued."),
            ),
            models.CheckConstraint(
                condition=Q(legal_deadline__gte=F("issued_on")), name="notice_deadline_not_before_issued"
            ),
        ]
        indexes = [
            models.Index(fields=["site", "contract"], name="notice_site_contract"),
            models.Index(fields=["site", "closed_on"], name="notice_site_closed"),
            models.Index(fields=["site", "legal_deadline"], name="notice_site_deadline"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.issued_on:%Y-%m-%d}"


class Litigation(SiteScopedModel):
    """A dispute about a contract."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("Payment")
        DAMAGE = "damage", _("Damage")
        MAINTENANCE = "maintenance", _("Maintenance")
        OTHER = "other", _("Other")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        RESOLVED = "resolved", _("Resolved")

    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="litigations", verbose_name=_("contract")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    opened_on = models.DateField(_("opened on"))
    resolved_on = models.DateField(_("resolved on"), null=True, blank=True)

    class Meta:
        ordering = ["-opened_on"]
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", resolved_on__isnull=True)
                | Q(state="resolved", resolved_on__gte=F("opened_on")),
                name="litigation_resolved_on_goes_with_state",
                violation_error_message=_("A dispute cannot be resolved before it was opened."),
            )
        ]
        indexes = [
            models.Index(fields=["site", "contract"], name="litigation_site_contract"),
            models.Index(fields=["site", "resolved_on"], name="litigation_site_resolved"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.opened_on:%Y-%m-%d}"


class ServiceRequest(SiteScopedModel):
    """Something a tenant asks to be done or complains about."""

    class Category(models.TextChoices):
        PLUMBING = "plumbing", _("Plumbing")
        ELECTRICITY = "electricity", _("Electricity")
        WATER = "water", _("Water")
        SECURITY = "security", _("Security")
        CLEANING = "cleaning", _("Cleaning")
        NEIGHBOURS = "neighbours", _("Neighbours")
        ADMINISTRATION = "administration", _("Administration")
        OTHER = "other", _("Other")

    class Priority(models.TextChoices):
        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    tenant = SameSiteForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="service_requests", verbose_name=_("tenant")
    )
    property = SameSiteForeignKey(
        Property, on_delete=models.PROTECT, related_name="service_requests", verbose_name=_("property")
    )
    category = models.CharField(_("category"), max_length=16, choices=Category.choices)
    priority = models.CharField(_("priority"), max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    is_complaint = models.BooleanField(_("complaint"), default=False)

    class Meta:
        ordering = ["-opened_on"]
        verbose_name = _("service request")
        verbose_name_plural = _("service requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="request_closed_not_before_opened",
                violation_error_message=_("The request was closed before it was opened."),
            )
        ]
        indexes = [
            models.Index(fields=["site", "tenant", "opened_on"], name="request_site_tenant"),
            models.Index(fields=["site", "property"], name="request_site_property"),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} · {self.opened_on:%Y-%m-%d}"


class Interaction(SiteScopedModel):
    """A call, a message, a visit."""

    class Channel(models.TextChoices):
        CALL = "call", _("Call")
        SMS = "sms", _("SMS")
        WHATSAPP = "whatsapp", "WhatsApp"
        VISIT = "visit", _("Visit")
        OFFICE = "office", _("At the office")

    class Direction(models.TextChoices):
        INBOUND = "in", _("From the tenant")
        OUTBOUND = "out", _("To the tenant")

    tenant = SameSiteForeignKey(Tenant, on_delete=models.PROTECT, related_name="interactions", verbose_name=_("tenant"))
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agent"),
        db_index=False,
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices, default=Direction.OUTBOUND)
    happened_at = models.DateTimeField(_("when"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["-happened_at"]
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes = [
            models.Index(fields=["site", "tenant", "happened_at"], name="interaction_site_tenant"),
            models.Index(fields=["site", "happened_at"], name="interaction_site_happened"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.happened_at:%Y-%m-%d}"


class Survey(SiteScopedModel):
    """A tenant's answer to "would you recommend us?" or "are you satisfied?"."""

    class Kind(models.TextChoices):
        NPS = "nps", _("Recommendation (NPS)")
        SATISFACTION = "satisfaction", _("Satisfaction")

    tenant = SameSiteForeignKey(Tenant, on_delete=models.PROTECT, related_name="surveys", verbose_name=_("tenant"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    rating = models.PositiveSmallIntegerField(_("rating"), validators=[MaxValueValidator(10)])
    answered_on = models.DateField(_("answered on"))
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        ordering = ["-answered_on"]
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [models.CheckConstraint(condition=Q(rating__range=(0, 10)), name="survey_rating_from_0_to_10")]
        indexes = [
            models.Index(fields=["site", "kind", "answered_on"], name="survey_site_kind"),
            models.Index(fields=["site", "tenant"], name="survey_site_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.rating}"
