"""The records that everything else reads: owners, properties, tenants, contracts, rent due and rent received.

Money is whole francs. Dates are dates of the site's timezone. Every index leads with the site.
"""

import datetime as dt

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from sites_app.models import (
    SameSiteForeignKey,
    SiteScopedModel,
    SiteScopedQuerySet,
    every_change,
    scoped_manager,
)
from sites_app.rules import PAYMENT_METHODS

MISSED_AFTER_DAYS = 30
"""An instalment still unpaid this many days after its due date counts as missed."""


class _DateRange(Func):
    function = "daterange"


class Owner(SiteScopedModel):
    """Whose houses the agency manages."""

    name = models.CharField(_("name"), max_length=120)
    phone = PhoneNumberField(_("phone"), blank=True)
    email = models.EmailField(_("email"), blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("owner")
        verbose_name_plural = _("owners")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name", "phone"],
                name="owner_unique_in_site",
                violation_error_message=_("There is already an owner of this name and phone."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Property(SiteScopedModel):
    """One lettable unit."""

    class Kind(models.TextChoices):
        STUDIO = "studio", _("Studio")
        APARTMENT = "apartment", _("Apartment")
        HOUSE = "house", _("House")
        SHOP = "shop", _("Shop")
        OFFICE = "office", _("Office")
        LAND = "land", _("Land")

    class Status(models.TextChoices):
        LETTABLE = "lettable", _("Lettable")
        UNDER_WORKS = "under_works", _("Under works")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    address = models.CharField(_("address"), max_length=200, blank=True)
    neighbourhood = models.CharField(_("neighbourhood"), max_length=80, blank=True)
    owner = SameSiteForeignKey(
        Owner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="properties",
        verbose_name=_("owner"),
    )
    market_rent = models.BigIntegerField(_("market rent"), null=True, blank=True, validators=[MinValueValidator(0)])
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.LETTABLE)

    class Meta:
        ordering = ["code"]
        verbose_name = _("property")
        verbose_name_plural = _("properties")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="property_code_unique_in_site",
                violation_error_message=_("There is already a property with this code."),
            ),
            models.CheckConstraint(condition=Q(market_rent__gte=0), name="property_market_rent_not_negative"),
        ]
        indexes = [
            models.Index(fields=["site", "status"], name="property_site_status"),
            models.Index(fields=["site", "owner"], name="property_site_owner"),
        ]

    def __str__(self) -> str:
        return self.code


class Tenant(SiteScopedModel):
    """A person (or company) who rents."""

    class Employment(models.TextChoices):
        SALARIED = "salaried", _("Salaried")
        CIVIL_SERVANT = "civil_servant", _("Civil servant")
        TRADER = "trader", _("Trader")
        SELF_EMPLOYED = "self_employed", _("Self-employed")
        STUDENT = "student", _("Student")
        RETIRED = "retired", _("Retired")
        UNEMPLOYED = "unemployed", _("Without work")
        COMPANY = "company", _("Company")

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    phone = PhoneNumberField(_("phone"), blank=True)
    email = models.EmailField(_("email"), blank=True)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, blank=True)
    employment_status = models.CharField(_("employment"), max_length=16, choices=Employment.choices, blank=True)
    referred_by = SameSiteForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="referrals",
        verbose_name=_("referred by"),
    )
    joined_on = models.DateField(_("joined on"), null=True, blank=True)

    class Meta:
        ordering = ["name", "code"]
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        constraints = [
            models.UniqueConstraint(
                fields=["site", "code"],
                name="tenant_code_unique_in_site",
                violation_error_message=_("There is already a tenant with this code."),
            ),
            models.CheckConstraint(
                condition=Q(referred_by__isnull=True) | ~Q(referred_by=F("id")),
                name="tenant_not_referred_by_self",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "name"], name="tenant_site_name"),
            models.Index(fields=["site", "referred_by"], name="tenant_site_referred_by"),
        ]

    def __str__(self) -> str:
        return self.name


class ContractQuerySet(SiteScopedQuerySet):
    def in_force_on(self, day: dt.date) -> "ContractQuerySet":
        """Not a draft, started, and not ended before the day; a contract nobody ended runs on by tacit renewal."""
        return self.exclude(status=Contract.Status.DRAFT).filter(
            Q(ended_on__isnull=True) | Q(ended_on__gte=day), start_date__lte=day
        )


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

    objects = scoped_manager(ContractQuerySet)

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
                violation_error_message=_("A contract has the day it ended exactly when it is ended or terminated."),
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
        return (
            self.status != self.Status.DRAFT
            and self.start_date <= day
            and (self.ended_on is None or self.ended_on >= day)
        )


class Instalment(SiteScopedModel):
    """One month's rent that is due."""

    class State(models.TextChoices):
        PAID = "paid", _("Paid")
        PARTIAL = "partial", _("Partly paid")
        PENDING = "pending", _("Pending")
        LATE = "late", _("Late")
        MISSED = "missed", _("Missed")

    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="instalments", verbose_name=_("contract")
    )
    tenant = SameSiteForeignKey(Tenant, on_delete=models.PROTECT, related_name="instalments", verbose_name=_("tenant"))
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
                name="one_instalment_per_contract_and_month",
                violation_error_message=_("This contract already has an instalment for this month."),
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


class PaymentQuerySet(SiteScopedQuerySet):
    def standing(self) -> "PaymentQuerySet":
        """Payments that were not reversed: a reversed one was a mistake and counts nowhere."""
        return self.filter(reversals__isnull=True)

    def with_on_account(self) -> "PaymentQuerySet":
        """Adds `on_account`: the francs of each payment that no instalment has taken yet."""
        return self.annotate(on_account=F("amount") - Coalesce(Sum("allocations__amount"), Value(0)))


class Payment(SiteScopedModel):
    """Money received. Never edited, never deleted: a mistake is reversed (PaymentReversal)."""

    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="payments", verbose_name=_("contract")
    )
    amount = models.BigIntegerField(_("amount"), validators=[MinValueValidator(1)])
    method = models.CharField(_("method"), max_length=8, choices=PAYMENT_METHODS)
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

    objects = scoped_manager(PaymentQuerySet)

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
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["site", "contract", "received_on"], name="payment_site_contract"),
            models.Index(fields=["site", "received_on"], name="payment_site_received"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

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
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

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
        HELD = "held", _("Held")
        FULL = "full", _("Returned in full")
        PARTIAL = "partial", _("Returned in part")
        WITHHELD = "withheld", _("Withheld")

    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="deposits", verbose_name=_("contract")
    )
    amount = models.BigIntegerField(_("amount"), validators=[MinValueValidator(0)])
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.HELD)
    refunded_amount = models.BigIntegerField(_("refunded"), default=0, validators=[MinValueValidator(0)])
    settled_on = models.DateField(_("settled on"), null=True, blank=True)

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
                condition=Q(amount__gte=0, refunded_amount__gte=0, refunded_amount__lte=F("amount")),
                name="deposit_refund_at_most_its_amount",
                violation_error_message=_("More would be refunded than was deposited."),
            ),
            models.CheckConstraint(
                condition=Q(state="held", settled_on__isnull=True) | (~Q(state="held") & Q(settled_on__isnull=False)),
                name="deposit_settled_on_goes_with_state",
                violation_error_message=_("A deposit has the day it was settled exactly when it is no longer held."),
            ),
        ]
        indexes = [models.Index(fields=["site", "settled_on"], name="deposit_site_settled")]

    def __str__(self) -> str:
        return f"{self.contract_id} · {self.amount}"


@pghistory.track(*every_change())
class Notice(SiteScopedModel):
    """A legal notice with the deadline that the site's rules give it."""

    class Kind(models.TextChoices):
        TO_QUIT = "to_quit", _("Notice to quit")
        EVICTION = "eviction", _("Eviction notice")
        REPAIRS = "repairs", _("Notice of repairs")
        RENEWAL = "renewal", _("Notice of renewal")

    class State(models.TextChoices):
        PENDING = "pending", _("To be sent")
        SENT = "sent", _("Sent")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SIGNED = "signed", _("Signed")
        EXPIRED = "expired", _("Expired")

    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="notices", verbose_name=_("contract")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    issued_on = models.DateField(_("issued on"))
    legal_deadline = models.DateField(_("legal deadline"))
    state = models.CharField(_("state"), max_length=14, choices=State.choices, default=State.PENDING)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    reminder_count = models.PositiveSmallIntegerField(_("reminders"), default=0)

    class Meta:
        ordering = ["-issued_on"]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("issued_on")),
                name="notice_closed_not_before_issued",
                violation_error_message=_("The notice was closed before it was issued."),
            ),
            models.CheckConstraint(
                condition=Q(legal_deadline__gte=F("issued_on")), name="notice_deadline_not_before_issued"
            ),
        ]
        indexes = [
            models.Index(fields=["site", "contract"], name="notice_site_contract"),
            models.Index(fields=["site", "closed_on"], name="notice_site_closed"),
            models.Index(fields=["site", "legal_deadline"], name="notice_site_deadline"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.issued_on:%Y-%m-%d}"


class Litigation(SiteScopedModel):
    """A dispute about a contract."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("Payment")
        DAMAGE = "damage", _("Damage")
        MAINTENANCE = "maintenance", _("Maintenance")
        OTHER = "other", _("Other")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        RESOLVED = "resolved", _("Resolved")

    contract = SameSiteForeignKey(
        Contract, on_delete=models.PROTECT, related_name="litigations", verbose_name=_("contract")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    opened_on = models.DateField(_("opened on"))
    resolved_on = models.DateField(_("resolved on"), null=True, blank=True)

    class Meta:
        ordering = ["-opened_on"]
        verbose_name = _("litigation")
        verbose_name_plural = _("litigations")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", resolved_on__isnull=True)
                | Q(state="resolved", resolved_on__gte=F("opened_on")),
                name="litigation_resolved_on_goes_with_state",
                violation_error_message=_("A litigation is resolved on a day not before it was opened."),
            )
        ]
        indexes = [
            models.Index(fields=["site", "contract"], name="litigation_site_contract"),
            models.Index(fields=["site", "resolved_on"], name="litigation_site_resolved"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.opened_on:%Y-%m-%d}"


class ServiceRequest(SiteScopedModel):
    """Something a tenant asks to be done or complains about."""

    class Category(models.TextChoices):
        PLUMBING = "plumbing", _("Plumbing")
        ELECTRICITY = "electricity", _("Electricity")
        WATER = "water", _("Water")
        SECURITY = "security", _("Security")
        CLEANING = "cleaning", _("Cleaning")
        NEIGHBOURS = "neighbours", _("Neighbours")
        ADMINISTRATION = "administration", _("Administration")
        OTHER = "other", _("Other")

    class Priority(models.TextChoices):
        LOW = "low", _("Low")
        NORMAL = "normal", _("Normal")
        HIGH = "high", _("High")
        URGENT = "urgent", _("Urgent")

    tenant = SameSiteForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="service_requests", verbose_name=_("tenant")
    )
    property = SameSiteForeignKey(
        Property, on_delete=models.PROTECT, related_name="service_requests", verbose_name=_("property")
    )
    category = models.CharField(_("category"), max_length=16, choices=Category.choices)
    priority = models.CharField(_("priority"), max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    opened_on = models.DateField(_("opened on"))
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    is_complaint = models.BooleanField(_("complaint"), default=False)

    class Meta:
        ordering = ["-opened_on"]
        verbose_name = _("service request")
        verbose_name_plural = _("service requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="request_closed_not_before_opened",
                violation_error_message=_("The request was closed before it was opened."),
            )
        ]
        indexes = [
            models.Index(fields=["site", "tenant", "opened_on"], name="request_site_tenant"),
            models.Index(fields=["site", "property"], name="request_site_property"),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()} · {self.opened_on:%Y-%m-%d}"


class Interaction(SiteScopedModel):
    """A call, a message, a visit."""

    class Channel(models.TextChoices):
        CALL = "call", _("Call")
        SMS = "sms", _("SMS")
        WHATSAPP = "whatsapp", "WhatsApp"
        VISIT = "visit", _("Visit")
        OFFICE = "office", _("At the office")

    class Direction(models.TextChoices):
        INBOUND = "in", _("From the tenant")
        OUTBOUND = "out", _("To the tenant")

    tenant = SameSiteForeignKey(Tenant, on_delete=models.PROTECT, related_name="interactions", verbose_name=_("tenant"))
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agent"),
        db_index=False,
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction.choices, default=Direction.OUTBOUND)
    happened_at = models.DateTimeField(_("when"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        ordering = ["-happened_at"]
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes = [
            models.Index(fields=["site", "tenant", "happened_at"], name="interaction_site_tenant"),
            models.Index(fields=["site", "happened_at"], name="interaction_site_happened"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} · {self.happened_at:%Y-%m-%d}"


class Survey(SiteScopedModel):
    """A tenant's answer to "would you recommend us?" or "are you satisfied?"."""

    class Kind(models.TextChoices):
        NPS = "nps", _("Recommendation (NPS)")
        SATISFACTION = "satisfaction", _("Satisfaction")

    tenant = SameSiteForeignKey(Tenant, on_delete=models.PROTECT, related_name="surveys", verbose_name=_("tenant"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    rating = models.PositiveSmallIntegerField(_("rating"), validators=[MaxValueValidator(10)])
    answered_on = models.DateField(_("answered on"))
    comment = models.TextField(_("comment"), blank=True)

    class Meta:
        ordering = ["-answered_on"]
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [models.CheckConstraint(condition=Q(rating__range=(0, 10)), name="survey_rating_from_0_to_10")]
        indexes = [
            models.Index(fields=["site", "kind", "answered_on"], name="survey_site_kind"),
            models.Index(fields=["site", "tenant"], name="survey_site_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.rating}"


from leasing.imports.models import ImportRun  # noqa: E402, F401 -- a table of this app
