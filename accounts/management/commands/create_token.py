from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.actions import issue_token
from accounts.models import ApiToken, User


class Command(BaseCommand):
    help = "Make an API token for a user and print it, and nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="user name or e-mail")
        parser.add_argument(
            "--days", type=int, default=ApiToken.USUAL_DAYS, help="how many days it works (without: %(default)s)"
        )

    def handle(self, *args: Any, name: str, days: int, **options: Any) -> None:
        if not 1 <= days <= ApiToken.LONGEST_DAYS:
            raise CommandError(f"--days must be from 1 to {ApiToken.LONGEST_DAYS}.")
        try:
            user = User.objects.named(name)
        except User.DoesNotExist:
            raise CommandError(f"There is no user “{name}”.") from None
        if not user.is_active:
            raise CommandError(f"“{name}” is disabled: a token would not work.")
        _token, raw = issue_token(user=user, name="create_token", days=days, now=timezone.now())
        self.stdout.write(raw)
