"""Contracts: which property is let to whom, since when, for how much and until when."""

import datetime as dt
import uuid
from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from changes.audit import every_change
from leasing.models.people import Property, Tenant
from sites_app.models import BILLINGS, SameSiteForeignKey, SiteScopedModel, SiteScopedQuerySet, scoped_manager


class _DateRange(Func):
    function = "daterange"


class Account(SiteScopedModel):
    """What one tenancy owes and has paid, through renewals and moves. Money is placed in one, never across two."""

    tenant = SameSiteForeignKey(Tenant, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("tenant"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        indexes = [models.Index(fields=["site", "tenant"], name="account_site_tenant")]

    def __str__(self) -> str:
        return str(self.id)


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

    class EndReason(models.TextChoices):
        LEFT = "left", _("The tenant left")
        NOT_RENEWED = "not_renewed", _("Not renewed")
        MOVED = "moved", _("Moved inside the agency")
        EVICTION = "eviction", _("Eviction")
        OWNER = "owner", _("The owner took the home back")
        DEATH = "death", _("Death")
        OTHER = "other", _("Another reason")

    # Empty in a draft alone: signing opens it, or goes on in the one of the lease that it renews.
    account = SameSiteForeignKey(
        Account,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="contracts",
        verbose_name=_("account"),
    )
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
    billing = models.CharField(_("billing"), max_length=14, choices=BILLINGS, default="calendar")
    # The first day that the present billing asks for, where it has changed.
    billing_from = models.DateField(null=True, blank=True, editable=False)
    rents_from = models.DateField(
        _("rents from"),
        null=True,
        blank=True,
        help_text=_("What was due before this day is not on record, and is not asked for."),
    )
    # Nobody said so: an older payment that comes later moves it back.
    rents_from_assumed = models.BooleanField(default=False, editable=False)
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
    end_reason = models.CharField(_("reason of the end"), max_length=12, choices=EndReason.choices, blank=True)
    renewal_of = SameSiteForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="renewals",
        verbose_name=_("renewal of"),
    )
    moved_from = SameSiteForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="moves",
        verbose_name=_("moved from"),
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
                        _DateRange("start_date", "ended_on", RangeBoundary()),
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
            models.CheckConstraint(
                condition=Q(moved_from__isnull=True) | ~Q(moved_from=F("id")), name="contract_does_not_move_to_itself"
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(account__isnull=False), name="contract_signed_has_an_account"
            ),
            models.CheckConstraint(
                condition=Q(end_reason="") | Q(ended_on__isnull=False), name="contract_end_reason_only_of_an_end"
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
            models.Index(fields=["site", "moved_from"], name="contract_site_moved_from"),
            models.Index(fields=["site", "account"], name="contract_site_account"),
            # From when the rents of a site are on record.
            models.Index("site", Coalesce("rents_from", "start_date"), name="contract_site_rents_from"),
        ]

    def __str__(self) -> str:
        return self.reference

    def signed_account_id(self) -> uuid.UUID:
        """The id of its account. Raises ValueError for a draft, which may have none."""
        if self.account_id is None:
            raise ValueError(f"contract {self.reference} has no account")
        return self.account_id

    def is_in_force_on(self, day: dt.date) -> bool:
        """Not a draft, started, and not ended before the day; a contract nobody ended runs on by tacit renewal."""
        return (
            self.status != self.Status.DRAFT
            and self.start_date <= day
            and (self.ended_on is None or self.ended_on >= day)
        )


@pghistory.track(*every_change())
class RentStep(SiteScopedModel):
    """From a month on, the rent of a contract is another. The first rent is the contract's own, as it was signed."""

    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="rent_steps", verbose_name=_("contract")
    )
    from_month = models.DateField(_("from"), help_text=_("First day of the month."))
    monthly_rent = models.BigIntegerField(_("monthly rent"), validators=[MinValueValidator(0)])

    class Meta:
        ordering = ["contract", "from_month"]
        verbose_name = _("change of rent")
        verbose_name_plural = _("changes of rent")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "contract", "from_month"],
                name="one_rent_step_per_contract_and_month",
                violation_error_message=_("The rent of this contract already changes in this month."),
            ),
            models.CheckConstraint(condition=Q(from_month__day=1), name="rent_step_from_a_first_of_month"),
            models.CheckConstraint(condition=Q(monthly_rent__gte=0), name="rent_step_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.from_month:%Y-%m} · {self.monthly_rent}"
