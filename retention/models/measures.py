"""What scores are measured by: departures seen against expected, empty homes, the list's own record, learned points."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from changes.audit import append_only
from sites_app.models import SiteScopedModel


class SiteFactor(SiteScopedModel):
    """How many departures a site has seen against those that the table expected, up to a day. A row only where the
    figures have changed."""

    day = models.DateField(_("day"))
    since = models.DateField(_("counted since"))
    observed = models.PositiveIntegerField(_("departures seen"))
    expected = models.FloatField(_("departures expected"))
    factor = models.FloatField(_("factor"))
    network_factor = models.FloatField(_("factor of the network"))

    class Meta:
        ordering = ["-day"]
        verbose_name = _("factor of the site")
        verbose_name_plural = _("factors of the site")
        constraints = [
            models.UniqueConstraint(fields=["site", "day"], name="one_factor_per_site_and_day"),
            models.CheckConstraint(
                condition=Q(expected__gte=0, factor__gt=0, network_factor__gt=0), name="site_factor_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} · {self.factor:.2f}"


class RelettingTime(SiteScopedModel):
    """How long the homes of a site stay empty, up to a day, from the vacancies of 24 months. A row only where the
    figures have changed.

    `mean_days` is None where no vacancy is on record; `days` is what is reckoned with: that mean and the network's.
    """

    day = models.DateField(_("day"))
    vacancies = models.PositiveIntegerField(_("vacancies of known length"))
    mean_days = models.FloatField(_("mean empty days"), null=True, blank=True)
    days = models.FloatField(_("empty days reckoned with"))

    class Meta:
        ordering = ["-day"]
        verbose_name = _("re-letting time")
        verbose_name_plural = _("re-letting times")
        constraints = [
            models.UniqueConstraint(fields=["site", "day"], name="one_reletting_time_per_site_and_day"),
            models.CheckConstraint(condition=Q(days__range=(0, 180)), name="reletting_time_up_to_180_days"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} · {self.days:.0f}"


class ListRecord(SiteScopedModel):
    """Of those who stood first on the list 90 days before a day, how many decided to leave; and of all the others."""

    day = models.DateField(_("day"))
    k = models.PositiveIntegerField(_("decided, of the first"))
    n = models.PositiveIntegerField(_("the first"))
    k_rest = models.PositiveIntegerField(_("decided, of the others"))
    n_rest = models.PositiveIntegerField(_("the others"))

    class Meta:
        ordering = ["-day"]
        verbose_name = _("record of the list")
        verbose_name_plural = _("records of the list")
        constraints = [
            models.UniqueConstraint(fields=["site", "day"], name="one_list_record_per_site_and_day"),
            models.CheckConstraint(
                condition=Q(k__lte=F("n"), k_rest__lte=F("n_rest")), name="list_record_counts_no_more_than_there_are"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} · {self.k}/{self.n}"


class ScoreModel(models.Model):
    """Points that were learned from what became of the tenancies of all sites, adopted or rejected. It holds no tenant.

    The newest adopted one is in use. `artefact` is read by insight.artefact and by nothing else.
    """

    class Status(models.TextChoices):
        ADOPTED = "adopted", _("Adopted")
        REJECTED = "rejected", _("Rejected")

    trained_at = models.DateTimeField(_("learned at"))
    artefact = models.TextField(_("artefact"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    rows = models.PositiveIntegerField(_("rows"))
    decisions = models.PositiveIntegerField(_("departures"))
    metrics = models.JSONField(_("figures"))
    calibration = models.JSONField(_("calibration"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        ordering = ["-trained_at", "-id"]
        verbose_name = _("learned points")
        verbose_name_plural = _("learned points")
        constraints = [
            models.CheckConstraint(condition=Q(status="adopted") | ~Q(reason=""), name="rejected_score_model_says_why")
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.trained_at:%Y-%m-%d} · {self.get_status_display()}"
