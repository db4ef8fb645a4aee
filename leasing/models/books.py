"""Rent due and rent received, and the deposits. What was received is never edited or deleted."""

import datetime as dt
from typing import ClassVar

import pghistory
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from changes.audit import append_only, every_change
from leasing.models.contracts import Account, Contract
from leasing.models.people import Tenant
from sites_app.models import SameSiteForeignKey, SiteScopedModel, SiteScopedQuerySet, scoped_manager
from sites_app.rules import PAYMENT_METHODS

MISSED_AFTER_DAYS = 30
"""An instalment still unpaid this many days after its due date counts as missed."""


class Instalment(SiteScopedModel):
    """What is due: a month's rent, or another charge."""

    class Kind(models.TextChoices):
        RENT = "rent", _("Rent")
        SERVICE = "service", _("Service charge")
        PENALTY = "penalty", _("Penalty")
        REPAIR = "repair", _("Repair")
        DEPOSIT = "deposit", _("Deposit")
        OPENING = "opening", _("Balance brought forward")
        OTHER = "other", _("Other")

    class State(models.TextChoices):
        PAID = "paid", _("Paid")
        PARTIAL = "partial", _("Partly paid")
        PENDING = "pending", _("Pending")
        LATE = "late", _("Late")
        MISSED = "missed", _("Missed")

    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="instalments", verbose_name=_("contract")
    )
    account = SameSiteForeignKey(
        Account, on_delete=models.PROTECT, editable=False, related_name="instalments", verbose_name=_("account")
    )
    tenant = SameSiteForeignKey(Tenant, on_delete=models.PROTECT, related_name="instalments", verbose_name=_("tenant"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.RENT)
    label = models.CharField(_("label"), max_length=80, blank=True)
    period = models.DateField(_("month"), help_text=_("First day of the month."))
    due_date = models.DateField(_("due on"))
    amount = models.BigIntegerField(_("amount"), validators=[MinValueValidator(0)])
    paid_amount = models.BigIntegerField(_("paid"), default=0)
    settled_on = models.DateField(_("settled on"), null=True, blank=True)

    class Meta:
        ordering = ["due_date", "period"]
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "contract", "period"],
                condition=Q(kind="rent"),
                name="one_rent_per_contract_and_month",
                violation_error_message=_("This contract already has a rent for this month."),
            ),
            models.CheckConstraint(condition=Q(period__day=1), name="instalment_period_is_a_first_of_month"),
            models.CheckConstraint(
                condition=Q(paid_amount__gte=0, paid_amount__lte=F("amount")),
                name="instalment_paid_at_most_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(settled_on__isnull=True) | Q(paid_amount=F("amount")),
                name="instalment_settled_only_when_paid",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "due_date"], name="instalment_site_due"),
            # What was owed on a day: settled after it or never, due before it.
            models.Index(fields=["site", "settled_on", "due_date"], name="instalment_site_settled"),
            models.Index(fields=["site", "tenant", "due_date"], name="instalment_site_tenant"),
            models.Index(
                fields=["site", "contract", "due_date"],
                condition=Q(paid_amount__lt=F("amount")),
                name="instalment_site_open",
            ),
            models.Index(fields=["site", "account", "due_date"], name="instalment_site_account"),
            # Debts that are no rent: a few among all, to be left out of the income.
            models.Index(
                fields=["site", "settled_on"],
                condition=~Q(kind__in=["rent", "service"]),
                name="instalment_site_no_rent",
            ),
            models.Index(fields=["site", "contract", "period"], name="instalment_site_contract"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} · {self.period:%Y-%m}"

    def state_on(self, day: dt.date) -> "Instalment.State":
        """What the instalment is on a day, from what is paid now.

        A partly paid instalment is late or missed past its due date like an unpaid one.
        """
        if self.paid_amount >= self.amount:
            return self.State.PAID
        if day >= self.due_date + dt.timedelta(days=MISSED_AFTER_DAYS):
            return self.State.MISSED
        if day > self.due_date:
            return self.State.LATE
        return self.State.PARTIAL if self.paid_amount else self.State.PENDING


PAYMENT_KINDS = (
    ("opening", _("Brought forward")),
    ("credit", _("Credit: a debt let go")),
    ("refund", _("Refund")),
    ("deposit", _("From the deposit")),
)
"""Beside the methods of a site: what AKIG itself writes down. None of them is money that comes in."""


class PaymentQuerySet(SiteScopedQuerySet):
    def standing(self) -> "PaymentQuerySet":
        """Payments that were not reversed: a reversed one was a mistake and counts nowhere."""
        return self.filter(reversals__isnull=True)

    def received(self) -> "PaymentQuerySet":
        """Money that came in, by one of the methods of the sites: readings.is_received."""
        return self.filter(method__in=dict(PAYMENT_METHODS))


PaymentManager = models.Manager.from_queryset(PaymentQuerySet)


class Payment(SiteScopedModel):
    """Money received, or given back (a refund is less than nothing), or a debt let go.

    Never edited, never deleted: a mistake is reversed (PaymentReversal).
    """

    account = SameSiteForeignKey(
        Account, on_delete=models.PROTECT, editable=False, related_name="payments", verbose_name=_("account")
    )
    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="payments", verbose_name=_("contract")
    )
    amount = models.BigIntegerField(_("amount"))
    method = models.CharField(_("method"), max_length=8, choices=(*PAYMENT_METHODS, *PAYMENT_KINDS))
    # What a credit lets go, where it is one instalment.
    waives = SameSiteForeignKey(
        Instalment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="credits",
        verbose_name=_("waives"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    provider = models.CharField(_("provider"), max_length=40, blank=True)
    external_reference = models.CharField(_("reference"), max_length=80, blank=True)
    received_on = models.DateField(_("received on"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
        db_index=False,
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    idempotency_key = models.CharField(_("idempotency key"), max_length=120)
    request_digest = models.CharField(max_length=64, editable=False)

    objects: ClassVar[PaymentManager["Payment"]] = scoped_manager(PaymentManager)

    class Meta:
        ordering = ["-received_on", "-recorded_at"]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["site", "idempotency_key"], name="payment_key_unique_in_site"),
            models.UniqueConstraint(
                fields=["site", "provider", "external_reference"],
                condition=Q(method="mobile") & ~Q(external_reference=""),
                name="mobile_payment_reference_unique_in_site",
                violation_error_message=_("This mobile money transaction is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(method="refund", amount__lt=0) | (~Q(method="refund") & Q(amount__gt=0)),
                name="payment_positive_refund_negative",
            ),
            models.CheckConstraint(
                condition=Q(waives__isnull=True) | Q(method="credit"), name="payment_only_a_credit_waives"
            ),
        ]
        indexes = [
            models.Index(fields=["site", "contract", "received_on"], name="payment_site_contract"),
            models.Index(fields=["site", "received_on"], name="payment_site_received"),
            models.Index(fields=["site", "account", "received_on"], name="payment_site_account"),
            models.Index(fields=["site", "received_on"], condition=Q(method="credit"), name="payment_site_credits"),
            models.Index(fields=["site", "waives"], condition=Q(waives__isnull=False), name="payment_site_waives"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.received_on:%Y-%m-%d} · {self.amount}"


class PaymentReversal(SiteScopedModel):
    """Says that a payment was a mistake: it counts nowhere any more, and both rows stay."""

    payment = SameSiteForeignKey(Payment, on_delete=models.PROTECT, related_name="reversals", verbose_name=_("payment"))
    reversed_on = models.DateField(_("reversed on"))
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("reversed by"),
        db_index=False,
    )
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        ordering = ["-reversed_on"]
        verbose_name = _("reversal")
        verbose_name_plural = _("reversals")
        constraints = [models.UniqueConstraint(fields=["site", "payment"], name="one_reversal_per_payment")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.payment_id} · {self.reversed_on:%Y-%m-%d}"


class Allocation(SiteScopedModel):
    """How much of a payment pays which instalment. What no allocation covers is on account."""

    payment = SameSiteForeignKey(
        Payment, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("payment")
    )
    instalment = SameSiteForeignKey(
        Instalment, on_delete=models.PROTECT, related_name="allocations", verbose_name=_("instalment")
    )
    amount = models.BigIntegerField(_("amount"), validators=[MinValueValidator(1)])

    class Meta:
        ordering = ["instalment__due_date"]
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "payment", "instalment"], name="one_allocation_per_payment_and_instalment"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_amount_positive"),
        ]
        indexes = [models.Index(fields=["site", "instalment"], name="allocation_site_instalment")]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.instalment_id}: {self.amount}"


@pghistory.track(*every_change())
class Deposit(SiteScopedModel):
    """The caution of a contract, and what became of it."""

    class State(models.TextChoices):
        DUE = "due", _("Due")
        HELD = "held", _("Held")
        CARRIED = "carried", _("Carried over")
        FULL = "full", _("Returned in full")
        PARTIAL = "partial", _("Returned in part")
        WITHHELD = "withheld", _("Withheld")

    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="deposits", verbose_name=_("contract")
    )
    agreed = models.BigIntegerField(_("agreed"), validators=[MinValueValidator(0)])
    received = models.BigIntegerField(_("received"), default=0, validators=[MinValueValidator(0)])
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DUE)
    refunded_amount = models.BigIntegerField(_("refunded"), default=0, validators=[MinValueValidator(0)])
    kept_for_arrears = models.BigIntegerField(_("kept for arrears"), default=0, validators=[MinValueValidator(0)])
    settled_on = models.DateField(_("settled on"), null=True, blank=True)
    carried_to = SameSiteForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="carried_from",
        verbose_name=_("carried over to"),
    )

    class Meta:
        ordering = ["-settled_on"]
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "contract"],
                name="one_deposit_per_contract",
                violation_error_message=_("This contract already has its deposit."),
            ),
            models.CheckConstraint(
                condition=Q(agreed__gte=0, received__gte=0, refunded_amount__gte=0, kept_for_arrears__gte=0)
                & Q(refunded_amount__lte=F("received") - F("kept_for_arrears")),
                name="deposit_given_back_at_most_what_was_received",
                violation_error_message=_("The refund would be more than the deposit."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["due", "held", "carried"], settled_on__isnull=True)
                | Q(state__in=["full", "partial", "withheld"], settled_on__isnull=False),
                name="deposit_settled_on_goes_with_state",
                violation_error_message=_("A deposit has a settlement date if, and only if, it is no longer held."),
            ),
            models.CheckConstraint(
                condition=Q(state="carried", carried_to__isnull=False)
                | (~Q(state="carried") & Q(carried_to__isnull=True)),
                name="deposit_carried_over_to_another",
            ),
        ]
        indexes = [models.Index(fields=["site", "settled_on"], name="deposit_site_settled")]

    def __str__(self) -> str:
        return f"{self.contract_id} · {self.agreed}"
