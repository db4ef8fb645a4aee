"""What a site aims at: dated, editable target values."""

from decimal import Decimal

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kpi.definitions import DEFINITIONS, Unit
from kpi.labels import LABELS
from sites_app.models import SiteScopedModel, every_change

# The target of depositReturnTime is the site's legal deadline (a regional rule), not a row here.
TARGET_KEYS = tuple(d.key for d in DEFINITIONS if d.key != "depositReturnTime")
_SHARES = [d.key for d in DEFINITIONS if d.unit is Unit.SHARE]


@pghistory.track(*every_change())
class KPITarget(SiteScopedModel):
    """The value that a site aims at for one KPI, on the days of a range. Shares are fractions, money is francs."""

    key = models.CharField(_("indicator"), max_length=32, choices=[(key, LABELS[key].name) for key in TARGET_KEYS])
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
                violation_error_message=_("This target can not be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} · {self.get_key_display()}"
