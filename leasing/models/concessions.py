"""A lower rent in some months, agreed so that a tenant stays."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from changes.audit import every_change
from leasing.models.contracts import Account, Contract
from sites_app.models import SameSiteForeignKey, SiteScopedModel


@pghistory.track(*every_change())
class Concession(SiteScopedModel):
    """So many francs less in each of some months of a contract. A month never asks for less than nothing.

    It goes with the home: months that a renewal asks for are lowered all the same.
    """

    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="concessions", verbose_name=_("contract")
    )
    account = SameSiteForeignKey(
        Account, on_delete=models.PROTECT, editable=False, related_name="concessions", verbose_name=_("account")
    )
    periods = ArrayField(models.DateField(), verbose_name=_("months"), help_text=_("First days of the months."))
    francs = models.BigIntegerField(_("less a month"), validators=[MinValueValidator(1)])
    reason = models.CharField(_("reason"), max_length=200)
    granted_on = models.DateField(_("granted on"))
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("granted by"),
        db_index=False,
    )

    class Meta:
        ordering = ["-granted_on"]
        verbose_name = _("concession")
        verbose_name_plural = _("concessions")
        constraints = [
            models.CheckConstraint(condition=Q(francs__gt=0), name="concession_of_francs"),
            models.CheckConstraint(condition=Q(periods__len__gt=0), name="concession_of_a_month_at_least"),
            models.CheckConstraint(condition=~Q(reason=""), name="concession_says_why"),
        ]
        indexes = [
            models.Index(fields=["site", "account"], name="concession_site_account"),
            models.Index(fields=["site", "contract"], name="concession_site_contract"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} · {min(self.periods):%Y-%m} · {self.francs}"
