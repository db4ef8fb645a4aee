from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.actions import issue_token
from accounts.models import User


class Command(BaseCommand):
    help = "Make an API token for a user and print it, and nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="user name or e-mail")
        parser.add_argument("--days", type=int, help="how many days it works (without: until it is revoked)")

    def handle(self, *args: Any, name: str, days: int | None, **options: Any) -> None:
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--days must be from 1 to 3650.")
        try:
            user = User.objects.named(name)
        except User.DoesNotExist:
            raise CommandError(f"There is no user “{name}”.") from None
        if not user.is_active:
            raise CommandError(f"“{name}” is disabled: a token would not work.")
        _token, raw = issue_token(user=user, name="create_token", days=days, now=timezone.now())
        self.stdout.write(raw)
