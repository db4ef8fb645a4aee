"""People who sign in, and the tokens their programs use. No site here: memberships are one layer up."""

import hashlib
import re
from datetime import datetime
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from changes.audit import every_change
from screens.texts import Text


def language_choices() -> list[tuple[str, Text]]:
    return list(settings.LANGUAGES)


class PeopleManager(UserManager["User"]):
    use_in_migrations = False  # migrations do not run application code

    def _create_user(self, username: str, email: str | None, password: str | None, **extra_fields: Any) -> "User":
        # Checked here too, so that `createsuperuser` answers with a sentence and not with an IntegrityError.
        user: User = self._create_user_object(username, email, password, **extra_fields)  # type: ignore[attr-defined]  # Django's own, not yet in the stubs
        user.full_clean()
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(Exact(Lower("username"), Lower(Value(username))))

    def named(self, name_or_email: str) -> "User":
        """The user with this user name or e-mail, whatever the case and the spaces around it.

        An "@" decides which of the two it is: no user name contains one. Raises User.DoesNotExist.
        """
        wanted = self.model.normalize_username(name_or_email).strip()
        field = "email" if "@" in wanted else "username"
        return self.get(Exact(Lower(field), Lower(Value(wanted))))


# The hash is in no event: an event only says that there is another password.
@pghistory.track(
    *every_change(),
    pghistory.UpdateEvent("password", condition=pgtrigger.AnyChange("password")),
    fields=["username", "full_name", "email", "is_active", "is_staff", "is_superuser"],
    model_name="UserEvent",
    obj_field=pghistory.ObjForeignKey(related_name="events"),
)
class User(AbstractUser):
    first_name = None  # type: ignore[assignment]  # the way Django gives to leave a field out
    last_name = None  # type: ignore[assignment]  # the same
    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        help_text=_("Letters, digits and . + - _ only."),
        # No "@": a user name that looks like somebody's e-mail address would sign in as somebody else.
        validators=[
            RegexValidator(re.compile(r"^[\w.+-]+\Z"), _("A user name has only letters, digits and the signs . + - _"))
        ],
        error_messages={"unique": _("There is already an account with this user name.")},
    )
    full_name = models.CharField(_("full name"), max_length=150, blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    preferred_language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=language_choices,
        help_text=_("Leave empty for the site’s language."),
    )

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"),
                name="accounts_user_one_per_name",
                violation_error_message=_("There is already an account with this user name."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="accounts_user_one_per_email",
                violation_error_message=_("There is already an account with this e-mail address."),
            ),
            models.CheckConstraint(
                condition=~Q(username__contains="@"),
                name="accounts_user_name_is_no_email",
                violation_error_message=_("A user name has only letters, digits and the signs . + - _"),
            ),
        ]
        triggers = [
            # In the database, because passwords are set in many places. A hash that the server makes stronger at a
            # sign-in counts as a new password.
            pgtrigger.Trigger(
                name="end_tokens",
                operation=pgtrigger.UpdateOf("password", "is_active"),
                when=pgtrigger.After,
                condition=pgtrigger.Condition(
                    "OLD.password IS DISTINCT FROM NEW.password OR (OLD.is_active AND NOT NEW.is_active)"
                ),
                func="UPDATE accounts_apitoken SET revoked_at = NOW() WHERE user_id = NEW.id AND revoked_at IS NULL;"
                " RETURN NULL;",
            )
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return self.full_name.strip() or self.username

    def get_short_name(self) -> str:
        return self.get_full_name().split()[0]


Actor = User | None
"""Who does something, as an action is told by `by`: a person; None for the system."""


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, now: datetime) -> "ApiTokenQuerySet":
        """Tokens that sign in at this moment: not revoked, not expired, of a user who may sign in."""
        return self.filter(expires_at__gt=now, revoked_at=None, user__is_active=True)

    def matching(self, raw: str) -> "ApiTokenQuerySet":
        return self.filter(digest=ApiToken.digest_of(raw))


@pghistory.track(*every_change(), exclude=["digest", "last_used_at"])
class ApiToken(models.Model):
    """Lets a program act as a user. Only a digest is stored: the token itself is shown once, when made.

    Each has an end. A new password of its user ends it too (`User.Meta.triggers`).
    """

    PREFIX = "akig_"  # makes a leaked token easy to find in a repository or a log
    USUAL_DAYS, LONGEST_DAYS = 90, 365

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(raw: str) -> str:
        """SHA-256 in hexadecimal. A fast hash is enough for 320 random bits; nobody chose them."""
        return hashlib.sha256(raw.encode()).hexdigest()

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at <= now
