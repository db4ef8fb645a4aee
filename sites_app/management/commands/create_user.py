import secrets
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction

from accounts.models import User
from sites_app.actions import grant_membership
from sites_app.models import Role, Site

# Read aloud over the telephone without a mistake: no 0 and O, no 1, i and l.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """About 79 random bits, as four groups of four."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _in_one_line(refusal: ValidationError) -> str:
    by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.messages}
    return " ".join(
        message if field == NON_FIELD_ERRORS else f"{field}: {message}"
        for field, messages in by_field.items()
        for message in messages
    )


class Command(BaseCommand):
    help = "Give a person a role on a site. Makes their account first when there is none. May be repeated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="user name; of an existing account, also its e-mail")
        parser.add_argument("--site", required=True, metavar="CODE", help="such as GN_KINDIA")
        parser.add_argument("--role", required=True, metavar="|".join(Role.values))
        parser.add_argument("--password", help="without: one is made and printed for a new account")
        parser.add_argument("--email")

    @no_translations  # the rest of what a command says is in English
    def handle(
        self, *args: Any, name: str, site: str, role: str, password: str | None, email: str | None, **options: Any
    ) -> None:
        if role not in Role.values:
            raise CommandError(f"“{role}” is not a role: {', '.join(Role.values)}.")
        there = Site.objects.filter(code=site).first()
        if there is None:
            codes = ", ".join(Site.objects.values_list("code", flat=True))
            raise CommandError(f"There is no site “{site}”: {codes}.")
        try:
            with transaction.atomic():
                user, made_password = self._account(name, password, email)
                if role == Role.ADMIN and not user.is_staff:
                    user.is_staff = True
                    user.save(update_fields=["is_staff"])
                grant_membership(user=user, site=there, role=role)
        except ValidationError as refusal:
            raise CommandError(_in_one_line(refusal)) from None
        self.stdout.write(f"{user.username}: {role} of {there.code}")
        if made_password:
            self.stdout.write(f"Password: {made_password}")

    def _account(self, name: str, password: str | None, email: str | None) -> tuple[User, str | None]:
        """The account, and the password that was made for it, if one was."""
        try:
            user = User.objects.named(name)
        except User.DoesNotExist:
            made = None if password else new_password()
            chosen = password or made or ""
            user = User(username=User.normalize_username(name), email=email or "")
            validate_password(chosen, user)
            user.set_password(chosen)
            user.full_clean()
            user.save()
            return user, made
        if email:
            user.email = email
        # Saved only when it is another one: the same password, hashed anew, would end the person's sessions.
        if password and not user.check_password(password):
            validate_password(password, user)
            user.set_password(password)
        user.full_clean()
        user.save()
        return user, None
