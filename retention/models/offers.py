"""What can be offered to a tenant who may leave, and what to say: the same for all sites, to be compared."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from changes.audit import every_change
from insight.points import STARTING_TABLE
from retention.models.scores import RetentionScore
from sites_app.models import Site


@pghistory.track(*every_change())
class Offer(models.Model):
    """Something offered so that a tenant stays: talk, a lower rent for some months, or a service of a fixed price.

    A lower rent is a share of it in so many months; a service costs `amount` in one currency. Talk costs nothing.
    """

    class Kind(models.TextChoices):
        TALK = "talk", _("Talk and settle what is open")
        DISCOUNT = "discount", _("Lower rent for some months")
        SUPPORT = "support", _("Priority support")
        SERVICE = "service", _("Additional service")

    class Approval(models.TextChoices):
        NONE = "none", _("Nobody")
        MANAGER = "manager", _("A manager")
        OWNER = "owner", _("The owner")
        BOTH = "manager_owner", _("A manager and the owner")

    class BorneBy(models.TextChoices):
        OWNER = "owner", _("The owner")
        AGENCY = "agency", _("The agency")

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    # Empty: at any level.
    level = models.CharField(_("level"), max_length=8, choices=RetentionScore.Level.choices, blank=True)
    share = models.DecimalField(
        _("share of the rent"),
        max_digits=4,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("As a fraction, 0.10 and not 10."),
    )
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    amount = models.BigIntegerField(_("price"), null=True, blank=True, help_text=_("In whole francs."))
    currency = models.CharField(_("currency"), max_length=3, choices=Site.Currency.choices, blank=True)
    days = models.PositiveSmallIntegerField(_("days for which it holds"))
    approval = models.CharField(_("to be approved by"), max_length=13, choices=Approval.choices)
    borne_by = models.CharField(_("paid by"), max_length=6, choices=BorneBy.choices)
    starting_acceptance = models.DecimalField(
        _("share that accepts it, as assumed"),
        max_digits=4,
        decimal_places=3,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("As a fraction, 0.65 and not 65. What was offered and accepted changes it with time."),
    )
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        ordering = ["key"]
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind="talk", share=None, months=None, amount=None, currency="")
                    | Q(kind="discount", share__gt=0, share__lte=1, months__gt=0, amount=None, currency="")
                    | (Q(kind__in=("support", "service"), share=None, months=None, amount__gt=0) & ~Q(currency=""))
                ),
                name="offer_priced_as_its_kind",
                violation_error_message=_(
                    "A lower rent has a share and months; a service has a price and its currency; talk has neither."
                ),
            ),
            models.CheckConstraint(condition=Q(starting_acceptance__range=(0, 1)), name="offer_acceptance_from_0_to_1"),
            models.CheckConstraint(condition=Q(days__gt=0), name="offer_holds_for_a_day_at_least"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(*every_change())
class TalkGuide(models.Model):
    """What to say to a tenant of whom a term of the table speaks: how to open, what to ask, what not to promise."""

    key = models.CharField(_("term"), max_length=20, unique=True, choices=[(key, key) for key in STARTING_TABLE.keys])
    opening = models.TextField(_("how to open"))
    question = models.TextField(_("what to ask"))
    no_promise = models.TextField(_("what not to promise"), blank=True)

    class Meta:
        ordering = ["key"]
        verbose_name = _("talk guide")
        verbose_name_plural = _("talk guides")

    def __str__(self) -> str:
        return self.key
