"""Contracts: which property is let to whom, since when, for how much and until when."""

import datetime as dt
from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from changes.audit import every_change
from leasing.models.people import Property, Tenant
from sites_app.models import SameSiteForeignKey, SiteScopedModel, SiteScopedQuerySet, scoped_manager


class _DateRange(Func):
    function = "daterange"


class ContractQuerySet(SiteScopedQuerySet):
    def signed(self) -> "ContractQuerySet":
        """Without the drafts: readings.is_signed."""
        return self.exclude(status=Contract.Status.DRAFT)

    def in_force_on(self, day: dt.date) -> "ContractQuerySet":
        """Signed, begun, and not ended before the day: readings.is_in_force."""
        return self.signed().filter(Q(ended_on=None) | Q(ended_on__gte=day), start_date__lte=day)


ContractManager = models.Manager.from_queryset(ContractQuerySet)


@pghistory.track(*every_change())
class Contract(SiteScopedModel):
    """A lease of one property to one tenant."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        ENDED = "ended", _("Ended")
        TERMINATED = "terminated", _("Terminated")

    reference = models.CharField(_("reference"), max_length=40)
    property = SameSiteForeignKey(
        Property, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("property")
    )
    tenant = SameSiteForeignKey(Tenant, on_delete=models.PROTECT, related_name="contracts", verbose_name=_("tenant"))
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contracts",
        verbose_name=_("agent"),
        db_index=False,
    )
    start_date = models.DateField(_("start"))
    end_date = models.DateField(_("end of term"), null=True, blank=True)
    monthly_rent = models.BigIntegerField(_("monthly rent"), validators=[MinValueValidator(0)])
    payment_day = models.PositiveSmallIntegerField(
        _("payment day"), default=5, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    deposit_amount = models.BigIntegerField(_("deposit"), default=0, validators=[MinValueValidator(0)])
    advance_months = models.PositiveSmallIntegerField(
        _("months paid in advance"), default=0, validators=[MaxValueValidator(60)]
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.DRAFT)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    renewal_of = SameSiteForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="renewals",
        verbose_name=_("renewal of"),
    )

    objects: ClassVar[ContractManager["Contract"]] = scoped_manager(ContractManager)

    class Meta:
        ordering = ["-start_date", "reference"]
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "reference"],
                name="contract_reference_unique_in_site",
                violation_error_message=_("There is already a contract with this reference."),
            ),
            ExclusionConstraint(
                name="contracts_in_force_do_not_overlap",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    ("property", RangeOperators.EQUAL),
                    (
                        _DateRange("start_date", "ended_on", RangeBoundary(inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~Q(status="draft"),
                violation_error_message=_("Another contract is in force on this property on some of these days."),
            ),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")),
                name="contract_end_not_before_start",
                violation_error_message=_("The end of the term is before the start."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("start_date")),
                name="contract_ended_not_before_start",
                violation_error_message=_("The contract ended before it started."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["ended", "terminated"], ended_on__isnull=False)
                | Q(status__in=["draft", "active"], ended_on__isnull=True),
                name="contract_ended_on_goes_with_status",
                violation_error_message=_("A contract has an end date if, and only if, it is ended or terminated."),
            ),
            models.CheckConstraint(
                condition=Q(monthly_rent__gte=0, deposit_amount__gte=0), name="contract_amounts_not_negative"
            ),
            models.CheckConstraint(condition=Q(payment_day__range=(1, 31)), name="contract_payment_day_in_a_month"),
            models.CheckConstraint(
                condition=Q(renewal_of__isnull=True) | ~Q(renewal_of=F("id")),
                name="contract_does_not_renew_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "property", "start_date"], name="contract_site_property"),
            models.Index(fields=["site", "tenant", "start_date"], name="contract_site_tenant"),
            models.Index(fields=["site", "agent"], name="contract_site_agent"),
            models.Index(fields=["site", "start_date"], name="contract_site_start"),
            models.Index(fields=["site", "end_date"], name="contract_site_end"),
            models.Index(fields=["site", "ended_on"], name="contract_site_ended"),
            models.Index(fields=["site", "signed_on"], name="contract_site_signed"),
            models.Index(fields=["site", "renewal_of"], name="contract_site_renewal_of"),
        ]

    def __str__(self) -> str:
        return self.reference

    def is_in_force_on(self, day: dt.date) -> bool:
        """Not a draft, started, and not ended before the day; a contract nobody ended runs on by tacit renewal."""
        return (
            self.status != self.Status.DRAFT
            and self.start_date <= day
            and (self.ended_on is None or self.ended_on >= day)
        )
