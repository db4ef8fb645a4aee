"""Who and what a site has: owners, properties, tenants."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from sites_app.models import SameSiteForeignKey, SiteScopedModel


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
                violation_error_message=_("There is already an owner with this name and phone."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Property(SiteScopedModel):
    """One lettable unit."""

    class Kind(models.TextChoices):
        STUDIO = "studio", _("Studio")
        APARTMENT = "apartment", _("Flat")
        HOUSE = "house", _("House")
        SHOP = "shop", _("Shop")
        OFFICE = "office", _("Office")
        LAND = "land", _("Land")
        PARKING = "parking", _("Parking space")
        ROOM = "room", _("Room")

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
    part_of = SameSiteForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("part of"),
        help_text=_("Such as the parking space of a flat. Without a contract of its own it is counted with no home."),
    )

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
            models.CheckConstraint(
                condition=Q(part_of__isnull=True) | ~Q(part_of=F("id")), name="property_not_part_of_itself"
            ),
        ]
        indexes = [
            models.Index(fields=["site", "status"], name="property_site_status"),
            models.Index(fields=["site", "owner"], name="property_site_owner"),
            models.Index(fields=["site", "part_of"], condition=Q(part_of__isnull=False), name="property_site_part_of"),
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
        UNEMPLOYED = "unemployed", _("Unemployed")
        COMPANY = "company", _("Company")

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    phone = PhoneNumberField(_("phone"), blank=True)
    phone_2 = PhoneNumberField(_("second phone"), blank=True)
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
