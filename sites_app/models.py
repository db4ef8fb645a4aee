"""Sites, who belongs to them, their rules, and the base of every table that holds a site's data."""

import datetime as dt
import uuid
import zoneinfo
from typing import Any, ClassVar, Self, TypeVar

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.functions import RandomUUID
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager
from waffle.models import AbstractUserFlag

from accounts.models import User
from changes.audit import every_change
from sites_app import flags, rules
from sites_app.scope import OutsideScope, current_site_codes, writing_is_in_scope


class Role(models.TextChoices):
    AGENT = "agent", _("Agent")
    MANAGER = "manager", _("Manager")
    ADMIN = "admin", _("Administrator")


BILLINGS = (
    ("calendar", _("Calendar months, the first and the last by days")),
    ("anniversary", _("Months from the day of the start")),
    ("calendar_full", _("Calendar months in full")),
)
"""How a contract's months of rent are cut: leasing/rent_months.py."""


@pghistory.track(*every_change())
class Site(models.Model):
    """A branch. Its code is its primary key, its place in addresses and what row-level security compares."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        MAINTENANCE = "maintenance", _("Maintenance")
        OFFLINE = "offline", _("Offline")

    class Currency(models.TextChoices):
        GNF = "GNF", _("Guinean franc")
        XOF = "XOF", _("West African CFA franc")

    code = models.CharField(
        _("code"),
        max_length=20,
        primary_key=True,
        validators=[RegexValidator(r"^[A-Z]{2}_[A-Z0-9]+$", _("Two letters of the country, _, a name in capitals."))],
    )
    name = models.CharField(_("name"), max_length=80)
    country = models.CharField(_("country"), max_length=2)
    timezone = models.CharField(_("timezone"), max_length=40)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices)
    billing = models.CharField(
        _("billing"), max_length=14, choices=BILLINGS, default="calendar", help_text=_("Of the contracts to come.")
    )
    default_language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="fr")
    max_tenants = models.PositiveIntegerField(_("largest number of tenants"))
    max_properties = models.PositiveIntegerField(_("largest number of properties"))
    failover_site = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="covers",
        verbose_name=_("failover site"),
        help_text=_("Stands in for this site while it is offline."),
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.ACTIVE)

    objects: ClassVar[
        models.Manager[Self]
    ]  # made by Django; said here because of django-modeltranslation's in its place

    class Meta:
        ordering = ["code"]
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[A-Z]{2}_[A-Z0-9]+$"), name="site_code_has_its_form"),
            models.CheckConstraint(
                condition=Q(failover_site__isnull=True) | ~Q(failover_site=models.F("code")),
                name="site_does_not_cover_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def today(self) -> dt.date:
        """Today's date where the site is."""
        return timezone.localtime(timezone=zoneinfo.ZoneInfo(self.timezone)).date()

    def clean(self) -> None:
        if self.timezone not in zoneinfo.available_timezones():
            raise ValidationError({"timezone": _("This is not a timezone, such as Africa/Conakry.")})


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> "MembershipQuerySet":
        return self.filter(user__is_active=True)


@pghistory.track(*every_change())
class Membership(models.Model):
    """A person's role on a site."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("site"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    is_primary = models.BooleanField(_("primary site"), default=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["site", "user"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "site"], name="one_membership_per_user_and_site"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_primary=True), name="one_primary_membership_per_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.site_id} · {self.get_role_display()}"


class SiteClosingDay(models.Model):
    """A day on which one site does no business, beside its country's public holidays."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="closing_days", verbose_name=_("site"))
    day = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=120)

    class Meta:
        ordering = ["site", "day"]
        verbose_name = _("closing day")
        verbose_name_plural = _("closing days")
        constraints = [models.UniqueConstraint(fields=["site", "day"], name="one_closing_day_per_site_and_day")]

    def __str__(self) -> str:
        return f"{self.site_id} · {self.day:%Y-%m-%d}"


@pghistory.track(*every_change())
class RegionalRule(models.Model):
    """One dated value of one rule of one site. A null value says that the rule does not apply there."""

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", _("Confirmed")
        TO_BE_CONFIRMED = "to_be_confirmed", _("To be confirmed")

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="rules", verbose_name=_("site"))
    entity = models.CharField(_("subject"), max_length=16, choices=rules.ENTITIES)
    rule_type = models.CharField(_("rule"), max_length=32, choices=rules.RULE_TYPES)
    value = models.JSONField(_("value"), null=True, blank=True)
    description = models.TextField(_("description"), blank=True)
    source = models.CharField(_("source"), max_length=200)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.TO_BE_CONFIRMED)
    valid = DateRangeField(_("valid"), help_text=_("From this day, up to but not including the last one."))
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[models.Manager[Self]]

    class Meta:
        ordering = ["site", "entity", "rule_type", "valid"]
        verbose_name = _("regional rule")
        verbose_name_plural = _("regional rules")
        constraints = [
            ExclusionConstraint(
                name="one_value_of_a_rule_per_day",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    ("rule_type", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another value of this rule is already valid on one of these days."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.site_id} · {self.get_rule_type_display()}"

    def clean(self) -> None:
        try:
            rules.parse_value(self.rule_type, self.value)
        except rules.WrongValue as wrong:
            if expected := rules.expected_form(self.rule_type):
                raise ValidationError({"value": expected}) from wrong
            # The field of the rule itself says that there is none of this name.


@pghistory.track(*every_change())
class Flag(AbstractUserFlag):
    """A feature switched on per site, per role, or for a share of people that only ever grows with the percentage."""

    percent = models.PositiveSmallIntegerField(  # type: ignore[assignment]  # waffle's is a fraction
        _("percent"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_("Share of people, 0 to 100. The same person gets the same answer everywhere."),
    )
    sites = models.ManyToManyField(Site, blank=True, verbose_name=_("sites"))
    roles = ArrayField(
        models.CharField(max_length=10, choices=Role.choices),
        default=list,
        blank=True,
        verbose_name=_("roles"),
    )

    site_codes: frozenset[str] = frozenset()

    class Meta(AbstractUserFlag.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__lte=100), name="flag_percent_up_to_100"
            )
        ]

    @classmethod
    def get_from_db(cls, name: str) -> "Flag":
        flag = super().get_from_db(name)
        # Read now, so that they are cached with the flag.
        flag.site_codes = frozenset(flag.sites.values_list("code", flat=True))
        return flag

    def is_on_for(self, user: User, *, site_code: str | None = None, role: str | None = None) -> bool:
        """Whether this person, working on this site in this role, has the feature; needs no request."""
        if self.everyone is not None:
            return self.everyone
        if self.is_active_for_user(user):
            return True
        if role is not None and role in self.roles:
            return True
        if site_code is not None and site_code in self.site_codes:
            return True
        return bool(user.pk and self.percent and flags.bucket(self.name, user.pk) < self.percent)

    def is_active(self, request: Any, read_only: bool = False) -> bool:
        """waffle's question, answered without its cookie: who asks, and on which site, decide alone."""
        if not self.pk:
            return False
        site = getattr(request, "site", None)
        access = getattr(request, "site_access", None)
        return self.is_on_for(request.user, site_code=site and site.code, role=getattr(access, "role", None))


class SiteScopedQuerySet(models.QuerySet):
    """Refuses to write rows of another site before the database has to."""

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        objs = list(objs)
        for obj in objs:
            obj.require_scope()
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        objs = list(objs)
        for obj in objs:
            obj.require_scope()
        return super().bulk_update(objs, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        if "site" in kwargs or "site_id" in kwargs:
            raise OutsideScope("A row never moves to another site.")
        return super().update(**kwargs)

    update.alters_data = True  # type: ignore[attr-defined]  # how a template is told not to call it


SiteScopedManager = models.Manager.from_queryset(SiteScopedQuerySet)
AnyManager = TypeVar("AnyManager", bound=models.Manager)


def scoped_manager(manager: type[AnyManager]) -> AnyManager:
    """A manager of this class that raises outside a scope and sees only the scope's rows inside one."""
    return ScopedManager(site="site", _manager_class=manager)


class SiteScopedModel(models.Model):
    """The base of every table that holds a site's data. Its id is random: a counter would tell how many there are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("site"), db_index=False)

    objects: ClassVar[SiteScopedManager[Self]] = scoped_manager(SiteScopedManager)

    class Meta:
        abstract = True

    def require_scope(self) -> None:
        """Raise OutsideScope unless the row's site is in scope."""
        if not writing_is_in_scope(self.site_id):
            raise OutsideScope(f"{type(self).__name__} of {self.site_id}; in scope: {current_site_codes()}")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.require_scope()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        self.require_scope()
        return super().delete(*args, **kwargs)


class SameSiteForeignKey(models.ForeignKey):
    """A key to a row of the same site. The database checks (site_id, key) together: see isolation.IsolateTables."""

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        # Indexes lead with the site; each model names its own.
        kwargs.setdefault("db_index", False)
        super().__init__(to, on_delete, **kwargs)
