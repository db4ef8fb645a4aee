"""The papers that are handed out for money: numbered without a gap, frozen as issued, cancelled by a row."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from changes.audit import append_only
from leasing.models.books import Payment
from leasing.models.contracts import Contract
from sites_app.models import SameSiteForeignKey, SiteScopedModel, SiteScopedQuerySet, scoped_manager


def paper_number(site_code: str, number: int) -> str:
    """How a receipt's number is written: GN_KINDIA-000123. One row of numbers for each site, never begun anew."""
    return f"{site_code}-{number:06d}"


class ReceiptCounter(SiteScopedModel):
    """The last number that a site has given to a paper: who issues the next one locks it until the commit."""

    last = models.BigIntegerField(_("last number"), default=0)

    class Meta:
        ordering = ["site"]
        verbose_name = _("receipt counter")
        verbose_name_plural = _("receipt counters")
        constraints = [models.UniqueConstraint(fields=["site"], name="one_receipt_counter_per_site")]

    def __str__(self) -> str:
        return paper_number(self.site_id, self.last)


class ReceiptQuerySet(SiteScopedQuerySet):
    def standing(self) -> "ReceiptQuerySet":
        """Papers that were not cancelled."""
        return self.filter(cancellations__isnull=True)


ReceiptManager = models.Manager.from_queryset(ReceiptQuerySet)


class Receipt(SiteScopedModel):
    """A reçu for a payment, a quittance for a month that is paid in full, or a reçu for money given back.

    `content` is what is printed (leasing.papers.Paper): what it was taken from may change, the paper does not.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("Receipt")
        QUITTANCE = "quittance", _("Rent receipt for a month paid in full")
        REFUND = "refund", _("Receipt for a refund")

    number = models.BigIntegerField(_("number"), validators=[MinValueValidator(1)])
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("contract")
    )
    payment = SameSiteForeignKey(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="receipts", verbose_name=_("payment")
    )
    # No key: a month goes when its contract ends before it, the paper (cancelled then) stays.
    instalment_id = models.UUIDField(null=True, blank=True, editable=False)
    # Which paper of this month it is: after a cancelled one another may be issued.
    turn = models.PositiveSmallIntegerField(editable=False)
    amount = models.BigIntegerField(_("amount"), validators=[MinValueValidator(1)])
    issued_on = models.DateField(_("issued on"))
    issued_at = models.DateTimeField(auto_now_add=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("issued by"),
        db_index=False,
    )
    content = models.JSONField(_("content"))
    digest = models.CharField(max_length=64, editable=False)

    objects: ClassVar[ReceiptManager["Receipt"]] = scoped_manager(ReceiptManager)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["site", "number"], name="receipt_number_unique_in_site"),
            models.UniqueConstraint(fields=["site", "payment"], name="one_receipt_per_payment"),
            models.UniqueConstraint(fields=["site", "instalment_id", "turn"], name="one_quittance_per_month_and_turn"),
            models.CheckConstraint(condition=Q(number__gt=0, amount__gt=0), name="receipt_number_and_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind="quittance", payment__isnull=True, instalment_id__isnull=False)
                | (~Q(kind="quittance") & Q(payment__isnull=False, instalment_id__isnull=True)),
                name="receipt_of_a_payment_or_of_a_month",
            ),
        ]
        indexes = [models.Index(fields=["site", "contract", "number"], name="receipt_site_contract")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Its number as it is written on it."""
        return paper_number(self.site_id, self.number)


class ReceiptCancellation(SiteScopedModel):
    """Says that a paper holds no longer. Both rows stay, and the paper's link says since when."""

    class Cause(models.TextChoices):
        REVERSED = "reversed", _("The payment was reversed")
        UNPAID = "unpaid", _("The month is no longer paid in full")
        CHANGED = "changed", _("The month is not asked for any more as it was")

    receipt = SameSiteForeignKey(
        Receipt, on_delete=models.PROTECT, related_name="cancellations", verbose_name=_("receipt")
    )
    cause = models.CharField(_("cause"), max_length=8, choices=Cause.choices)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), auto_now_add=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cancelled by"),
        db_index=False,
    )

    class Meta:
        ordering = ["-cancelled_at"]
        verbose_name = _("receipt cancellation")
        verbose_name_plural = _("receipt cancellations")
        constraints = [models.UniqueConstraint(fields=["site", "receipt"], name="one_cancellation_per_receipt")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.receipt_id} · {self.cause}"


class ReceiptPrint(SiteScopedModel):
    """A paper was given out for printing: every one after the first says that it is a duplicate."""

    receipt = SameSiteForeignKey(Receipt, on_delete=models.PROTECT, related_name="prints", verbose_name=_("receipt"))
    printed_at = models.DateTimeField(_("printed at"), auto_now_add=True)
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("printed by"),
        db_index=False,
    )

    class Meta:
        ordering = ["printed_at"]
        verbose_name = _("print of a receipt")
        verbose_name_plural = _("prints of receipts")
        indexes = [models.Index(fields=["site", "receipt", "printed_at"], name="receipt_print_site_receipt")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.receipt_id} · {self.printed_at:%Y-%m-%d}"
