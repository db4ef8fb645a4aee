"""What a value is held against (targets, benchmarks), what is kept of closed months, and who gets the report."""

from decimal import Decimal

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from changes.audit import every_change
from kpi.indicators import BY_KEY, SHARED_KEYS, TARGET_KEYS
from kpi.indicators.indicator import Unit
from sites_app.models import SiteScopedModel

_SHARES = [key for key, indicator in BY_KEY.items() if indicator.unit is Unit.SHARE]


@pghistory.track(*every_change())
class KPITarget(SiteScopedModel):
    """The value that a site aims at for one KPI, on the days of a range. Shares are fractions, money is francs."""

    key = models.CharField(_("indicator"), max_length=32, choices=[(key, BY_KEY[key].name) for key in TARGET_KEYS])
    value = models.DecimalField(
        _("target"),
        max_digits=14,
        decimal_places=4,
        help_text=_("Shares as a fraction, 0.95 and not 95. Amounts in whole francs of the site’s currency."),
    )
    valid = DateRangeField(_("valid"), help_text=_("From this day, up to but not including the last one."))

    class Meta:
        ordering = ["site", "key", "valid"]
        verbose_name = _("KPI target")
        verbose_name_plural = _("KPI targets")
        constraints = [
            ExclusionConstraint(
                name="one_target_of_a_kpi_per_day",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    ("key", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another target of this indicator is already valid on one of these days."),
            ),
            models.CheckConstraint(
                condition=~Q(key__in=_SHARES) | Q(value__range=(Decimal(0), Decimal(1))),
                name="target_share_from_0_to_1",
                violation_error_message=_("The target of a share is between 0 and 1: 0.95 and not 95."),
            ),
            models.CheckConstraint(
                condition=~Q(key="npsScore") | Q(value__range=(Decimal(-100), Decimal(100))),
                name="target_nps_from_minus_100_to_100",
                violation_error_message=_("The target of the recommendation is between −100 and 100."),
            ),
            models.CheckConstraint(
                condition=~Q(key="portfolioRiskScore") | Q(value__range=(Decimal(0), Decimal(100))),
                name="target_risk_from_0_to_100",
                violation_error_message=_("The target of the portfolio risk is between 0 and 100."),
            ),
            models.CheckConstraint(
                condition=Q(key="npsScore") | Q(value__gte=Decimal(0)),
                name="target_not_negative",
                violation_error_message=_("This target cannot be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} · {self.get_key_display()}"


@pghistory.track(*every_change())
class KPIBenchmark(models.Model):
    """What agencies in general reach, the same for all sites: a reference value with its source and date.

    Never of francs: the sites have two currencies, and an average in one would be held against rents in the other.
    """

    class Status(models.TextChoices):
        ASSUMPTION = "assumption", _("Starting assumption")
        MEASURED = "measured", _("From a source")

    key = models.CharField(
        _("indicator"), max_length=32, unique=True, choices=[(key, BY_KEY[key].name) for key in SHARED_KEYS]
    )
    average = models.DecimalField(_("average"), max_digits=14, decimal_places=4)
    top = models.DecimalField(_("best"), max_digits=14, decimal_places=4)
    source = models.CharField(_("source"), max_length=200)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.ASSUMPTION)
    as_of = models.DateField(_("as of"))

    class Meta:
        ordering = ["key"]
        verbose_name = _("KPI benchmark")
        verbose_name_plural = _("KPI benchmarks")
        constraints = [
            models.CheckConstraint(
                condition=Q(key__in=SHARED_KEYS),
                name="benchmark_never_of_francs",
                violation_error_message=_("An amount has no reference value: sites have different currencies."),
            )
        ]

    def __str__(self) -> str:
        return self.get_key_display()


class NetworkBenchmark(models.Model):
    """What the agency's own sites reached in a month, without their names. It holds no site's row and no rent level.

    `values` are those of the sites that have one, the best first: a site finds its rank among them.
    """

    month = models.DateField(_("month"))
    key = models.CharField(_("indicator"), max_length=32)
    values = ArrayField(models.DecimalField(max_digits=24, decimal_places=10), verbose_name=_("values"))
    computed_at = models.DateTimeField(_("computed"))

    class Meta:
        ordering = ["-month", "key"]
        verbose_name = _("network benchmark")
        verbose_name_plural = _("network benchmarks")
        constraints = [models.UniqueConstraint(fields=["month", "key"], name="one_network_benchmark_per_month_and_key")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} · {self.key}"


class KPISnapshot(SiteScopedModel):
    """What the records of a site held for one closed month, from which every value is computed anew: `counts` are
    counts.Counts, `figures` are figures.Figures.

    The site's agents and which of its homes are to be let are not among them: they are those of now, for every month
    (docs/formulas/kpi.md).
    """

    month = models.DateField(_("month"), help_text=_("First day of the month."))
    counts = models.JSONField(_("counts"))
    figures = models.JSONField(_("figures"))
    timezone = models.CharField(_("timezone"), max_length=40)
    computed_at = models.DateTimeField(_("computed"))

    class Meta:
        ordering = ["site", "-month"]
        verbose_name = _("KPI snapshot")
        verbose_name_plural = _("KPI snapshots")
        constraints = [
            models.UniqueConstraint(fields=["site", "month"], name="one_snapshot_per_site_and_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="snapshot_month_is_a_first_of_month"),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} · {self.month:%Y-%m}"


class TouchedDays(SiteScopedModel):
    """Days whose counts a record has changed after its month was over; the database's triggers write it.

    A snapshot of a month with one of these days is not to be believed until it has been computed again.
    """

    first = models.DateField(_("from"))
    last = models.DateField(_("to"), null=True, blank=True, help_text=_("Leave empty for every day from the first."))

    class Meta:
        ordering = ["site", "first"]
        verbose_name = _("late change")
        verbose_name_plural = _("late changes")
        indexes = [models.Index(fields=["site", "first"], name="toucheddays_site_first")]

    def __str__(self) -> str:
        return f"{self.site_id} · {self.first:%Y-%m-%d} –"


class ReportSubscription(SiteScopedModel):
    """A person who gets a site's report by mail when a month is over."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
        db_index=False,
    )
    since = models.DateField(_("since"))

    class Meta:
        ordering = ["site", "user"]
        verbose_name = _("report by e-mail")
        verbose_name_plural = _("reports by e-mail")
        constraints = [models.UniqueConstraint(fields=["site", "user"], name="one_subscription_per_site_and_user")]

    def __str__(self) -> str:
        return f"{self.site_id} · {self.user}"
