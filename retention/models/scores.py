"""The scores, and from which day on the ends of tenancies are on record."""

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from changes.audit import every_change
from leasing.models import Contract, Tenant
from sites_app.models import SameSiteForeignKey, SiteScopedModel


@pghistory.track(*every_change())
class ObservedFrom(SiteScopedModel):
    """Before this day nobody could be seen to leave: no tenant-month of then counts anywhere.

    A site without a row: the first month in which a tenancy ended, else the day of its first contract on record.
    """

    day = models.DateField(_("ends on record from"))

    class Meta:
        ordering = ["site"]
        verbose_name = _("start of the observation")
        verbose_name_plural = _("starts of the observation")
        constraints = [models.UniqueConstraint(fields=["site"], name="one_start_of_the_observation_per_site")]

    def __str__(self) -> str:
        return f"{self.site_id} · {self.day:%Y-%m-%d}"


class RetentionScore(SiteScopedModel):
    """What a tenancy's score was from a day on, until before another: a row only where something has changed.

    The rows are their own history; an audit would keep what an objection deletes. One that was replaced on its first
    day has no day at all. The facts (profile, window, francs) of the current row follow the records every night; those
    of an earlier one are of the last night on which it held.
    """

    class Level(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")
        CRITICAL = "critical", _("Critical")

    class Source(models.TextChoices):
        STARTING_ASSUMPTION = "starting assumption", _("Starting assumption")
        MEASURED = "measured", _("Measured")
        MODEL = "model", _("Learned")

    tenant = SameSiteForeignKey(Tenant, on_delete=models.PROTECT, related_name="+", verbose_name=_("tenant"))
    contract = SameSiteForeignKey(Contract, on_delete=models.PROTECT, related_name="+", verbose_name=_("contract"))
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until before"), null=True, blank=True)
    score = models.DecimalField(_("score"), max_digits=4, decimal_places=1)
    risk_level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    probability = models.FloatField(_("probability of leaving within 90 days"))
    source = models.CharField(_("source"), max_length=20, choices=Source.choices)
    model = models.ForeignKey(
        "retention.ScoreModel",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("learned points"),
        db_index=False,
    )
    factor = models.FloatField(_("factor of the site"), default=1)
    # [key, band, points] of each term, and of the clamp; the terms of which nothing is known.
    contributions = models.JSONField(_("contributions"))
    absent = models.JSONField(_("nothing known of"), default=list)
    profile = models.JSONField(_("profile"))
    window_on = models.DateField(_("window"), null=True, blank=True)
    relet_loss = models.BigIntegerField(_("re-letting loss"))
    rent_at_stake = models.BigIntegerField(_("rent at stake"))
    offer = models.ForeignKey(
        "retention.Offer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proposed offer"),
        db_index=False,
    )
    expected_gain = models.BigIntegerField(_("expected gain of the proposal"))
    intervene_by = models.DateField(_("speak to them by"))
    calculated_at = models.DateTimeField(_("calculated"))

    class Meta:
        ordering = ["score", "id"]
        verbose_name = _("retention score")
        verbose_name_plural = _("retention scores")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "contract"], condition=Q(valid_to=None), name="one_current_score_per_contract"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="score_valid_to_not_before_from"
            ),
            models.CheckConstraint(condition=Q(score__range=(0, 100)), name="score_from_0_to_100"),
            models.CheckConstraint(condition=Q(probability__range=(0, 1)), name="score_probability_from_0_to_1"),
        ]
        indexes = [
            models.Index(fields=["site", "tenant", "valid_from"], name="score_site_tenant"),
            models.Index(fields=["site", "score"], condition=Q(valid_to=None), name="score_site_current"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant_id} · {self.score}"
