"""Campaigns, what each proposes to whom and what became of it, and what came of it beside those set aside."""

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changes.audit import every_change
from leasing.models import Concession, Contract, Owner, Tenant
from retention.models.offers import Offer
from retention.models.scores import RetentionScore
from sites_app.models import SameSiteForeignKey, SiteScopedModel

_SEEDS = 2**31


def _person(label: Any) -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=label,
        db_index=False,
    )


def new_seed() -> int:
    """Any number: it is stored, and gives the same draw again."""
    return random.SystemRandom().randrange(_SEEDS)


@pghistory.track(*every_change())
class RetentionCampaign(SiteScopedModel):
    """Offers to tenants who may leave, within a budget; some are set aside by lot, to see what it does."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        APPROVED = "approved", _("Approved")
        RUNNING = "running", _("Running")
        CLOSED = "closed", _("Closed")
        STOPPED = "stopped", _("Stopped")
        CANCELLED = "cancelled", _("Cancelled")

    name = models.CharField(_("name"), max_length=120)
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.DRAFT)
    budget = models.BigIntegerField(_("budget"), validators=[MinValueValidator(1)])
    start_date = models.DateField(_("starts on"))
    control_share = models.DecimalField(
        _("share set aside"),
        max_digits=3,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(Decimal("0.5"))],
        help_text=_("As a fraction, 0.20 and not 20."),
    )
    seed = models.PositiveIntegerField(_("seed of the draw"), default=new_seed, editable=False)
    created_by = _person(_("created by"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_by = _person(_("last changed by"))
    submitted_by = _person(_("submitted by"))
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    approved_by = _person(_("approved by"))
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    launched_by = _person(_("launched by"))
    launched_at = models.DateTimeField(_("launched"), null=True, blank=True)
    verdict_on = models.DateField(_("verdict on"), null=True, blank=True)
    # Why it was returned, cancelled or stopped.
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    over_at = models.DateTimeField(_("over"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("retention campaign")
        verbose_name_plural = _("retention campaigns")
        constraints = [
            models.CheckConstraint(condition=Q(budget__gte=1), name="campaign_budget_of_a_franc"),
            models.CheckConstraint(condition=~Q(name=""), name="campaign_has_a_name"),
            models.CheckConstraint(
                condition=Q(control_share__range=(Decimal(0), Decimal("0.5"))), name="campaign_share_up_to_a_half"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["running", "closed", "stopped"], launched_at__isnull=False)
                | Q(status__in=["draft", "submitted", "approved", "cancelled"], launched_at__isnull=True),
                name="campaign_launched_goes_with_status",
            ),
            models.CheckConstraint(
                condition=Q(launched_at__isnull=True, verdict_on__isnull=True)
                | Q(launched_at__isnull=False, verdict_on__isnull=False),
                name="campaign_launched_has_a_day_of_verdict",
            ),
        ]
        indexes = [models.Index(fields=["site", "status"], name="campaign_site_status")]

    def __str__(self) -> str:
        return self.name

    def is_set_aside_on(self, day: dt.date) -> bool:
        """Whether those set aside may still not be contacted by any campaign."""
        return self.verdict_on is not None and day < self.verdict_on


@pghistory.track(*every_change())
class RetentionAction(SiteScopedModel):
    """What one campaign proposes to one tenant, and what became of it. What it rests on is that of the launch."""

    class Arm(models.TextChoices):
        CONTACTED = "contacted", _("Contacted")
        CONTROL = "control", _("Set aside")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        SET_ASIDE = "set_aside", _("Set aside")
        OPEN = "open", _("To be contacted")
        THINKING = "thinking", _("Thinking it over")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        UNREACHED = "unreached", _("Not reached")
        GONE = "gone", _("No longer needed")
        CANCELLED = "cancelled", _("Cancelled")

    class Consent(models.TextChoices):
        ASKED = "asked", _("The owner is asked")
        GIVEN = "given", _("The owner agrees")
        REFUSED = "refused", _("The owner does not agree")

    UNDECIDED = (State.OPEN, State.THINKING)

    campaign = SameSiteForeignKey(
        RetentionCampaign, on_delete=models.CASCADE, related_name="actions", verbose_name=_("campaign")
    )
    tenant = SameSiteForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="retention_actions", verbose_name=_("tenant")
    )
    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="retention_actions", verbose_name=_("contract")
    )
    # Empty until the draw.
    arm = models.CharField(_("arm"), max_length=9, choices=Arm.choices, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PROPOSED)
    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, related_name="+", verbose_name=_("offer"), db_index=False
    )
    cost = models.BigIntegerField(_("full cost"), validators=[MinValueValidator(0)])
    risk_level = models.CharField(_("level"), max_length=8, choices=RetentionScore.Level.choices)
    score = models.DecimalField(_("score"), max_digits=4, decimal_places=1)
    probability = models.FloatField(_("probability of leaving within 90 days"))
    monthly_rent = models.BigIntegerField(_("monthly rent"))
    relet_loss = models.BigIntegerField(_("re-letting loss"))
    gain = models.BigIntegerField(_("expected gain"))
    intervene_by = models.DateField(_("speak to them by"))
    # Who has to agree, where the offer is one of his.
    owner = SameSiteForeignKey(
        Owner, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    consent = models.CharField(_("consent"), max_length=7, choices=Consent.choices, blank=True)
    # The task that asks for it now, and how often it was asked for.
    task_source = models.CharField(_("task"), max_length=120, blank=True)
    turn = models.PositiveSmallIntegerField(_("turn"), default=0)
    # Days on which somebody tried without reaching them, and on which they were spoken to.
    tried_on = ArrayField(models.DateField(), default=list, blank=True, verbose_name=_("tried on"))
    spoken_on = ArrayField(models.DateField(), default=list, blank=True, verbose_name=_("spoken to on"))
    concession = SameSiteForeignKey(
        Concession, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("concession")
    )
    # Said once, on the day of the verdict.
    kept = models.BooleanField(_("kept"), null=True, blank=True)

    class Meta:
        ordering = ["campaign", "score", "id"]
        verbose_name = _("retention action")
        verbose_name_plural = _("retention actions")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "campaign", "tenant"],
                name="one_action_per_campaign_and_tenant",
                violation_error_message=_("This tenant is in the campaign already."),
            ),
            models.UniqueConstraint(
                fields=["site", "tenant"],
                condition=Q(state__in=["open", "thinking"]),
                name="one_open_action_per_tenant",
                violation_error_message=_("Another campaign speaks to this tenant."),
            ),
            models.CheckConstraint(condition=Q(cost__gte=0), name="action_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(arm="", state__in=["proposed", "cancelled"])
                | Q(arm="control", state="set_aside")
                | (Q(arm="contacted") & ~Q(state__in=["proposed", "set_aside"])),
                name="action_state_goes_with_its_arm",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "tenant"], name="action_site_tenant"),
            models.Index(fields=["site", "contract"], name="action_site_contract"),
            models.Index(fields=["site", "owner"], condition=Q(owner__isnull=False), name="action_site_owner"),
            models.Index(
                fields=["site", "concession"],
                condition=Q(concession__isnull=False),
                name="action_site_concession",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.tenant_id} · {self.state}"

    @property
    def talks_only(self) -> bool:
        """The owner has not agreed to the offer: it is talk that is left of it."""
        return self.consent == self.Consent.REFUSED


class CampaignResult(SiteScopedModel):
    """How a campaign stands at the end of a day: counts, by assignment. A row where they have changed, and one with the
    verdict on the ninetieth day, which stays as it is."""

    class Verdict(models.TextChoices):
        NO_CONTROL = "no control", _("Nobody was set aside: nothing can be proven")
        TOO_FEW = "too few", _("Too few to tell")
        NOTHING_PROVEN = "nothing proven", _("Nothing proven")
        KEPT = "kept", _("It kept tenants")
        HARM = "harm", _("It did harm")

    campaign = SameSiteForeignKey(
        RetentionCampaign, on_delete=models.CASCADE, related_name="results", verbose_name=_("campaign")
    )
    day = models.DateField(_("day"))
    contacted = models.PositiveIntegerField(_("contacted"))
    contacted_kept = models.PositiveIntegerField(_("of whom kept"))
    set_aside = models.PositiveIntegerField(_("set aside"))
    set_aside_kept = models.PositiveIntegerField(_("kept of those set aside"))
    accepted = models.PositiveIntegerField(_("accepted"))
    refused = models.PositiveIntegerField(_("refused"))
    thinking = models.PositiveIntegerField(_("thinking it over"))
    unreached = models.PositiveIntegerField(_("not reached"))
    waiting = models.PositiveIntegerField(_("to be contacted"))
    expected_lost = models.FloatField(_("departures expected of the contacted"))
    spent = models.BigIntegerField(_("spent"))
    mean_loss = models.FloatField(_("mean re-letting loss of the contacted"))
    # "" before the day of the verdict.
    verdict = models.CharField(_("verdict"), max_length=14, choices=Verdict.choices, blank=True)

    class Meta:
        ordering = ["campaign", "-day"]
        verbose_name = _("result of a campaign")
        verbose_name_plural = _("results of campaigns")
        constraints = [
            models.UniqueConstraint(fields=["site", "campaign", "day"], name="one_result_per_campaign_and_day"),
            models.UniqueConstraint(
                fields=["site", "campaign"], condition=~Q(verdict=""), name="one_verdict_per_campaign"
            ),
            models.CheckConstraint(
                condition=Q(contacted_kept__lte=F("contacted")) & Q(set_aside_kept__lte=F("set_aside")),
                name="result_counts_no_more_than_there_are",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} · {self.day:%Y-%m-%d}"


class OfferRecord(models.Model):
    """What came of an offer on all sites in 24 months: sums alone, written each night by the job of all sites.

    `difference` to `q` are those of Mantel, Haenszel and Sato: insight/trials.py.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="records", verbose_name=_("offer"))
    day = models.DateField(_("day"))
    campaigns = models.PositiveIntegerField(_("campaigns"))
    contacted = models.PositiveIntegerField(_("contacted"))
    contacted_kept = models.PositiveIntegerField(_("of whom kept"))
    set_aside = models.PositiveIntegerField(_("set aside"))
    set_aside_kept = models.PositiveIntegerField(_("kept of those set aside"))
    offered = models.PositiveIntegerField(_("offered"))
    accepted = models.PositiveIntegerField(_("accepted"))
    # Of those contacted, as the control's share says.
    would_be_leavers = models.FloatField(_("would have left"))
    prevented = models.FloatField(_("did not leave"))
    difference = models.FloatField()
    weight = models.FloatField()
    p = models.FloatField()
    q = models.FloatField()

    class Meta:
        ordering = ["offer", "-day"]
        verbose_name = _("record of an offer")
        verbose_name_plural = _("records of offers")
        constraints = [models.UniqueConstraint(fields=["offer", "day"], name="one_record_per_offer_and_day")]

    def __str__(self) -> str:
        return f"{self.offer_id} · {self.day:%Y-%m-%d}"
