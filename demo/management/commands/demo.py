from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations

from demo.accounts import account_lines
from demo.build import DEFAULT_SEED, DEFAULT_TENANTS, MONTHS, DemoRefused, Wanted, build_demo
from demo.portfolio import HISTORY_MONTHS


class Command(BaseCommand):
    help = "Fill empty sites with some years of a made-up agency, and make the accounts to look at it with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="another seed, another agency")
        parser.add_argument(
            "--tenants", type=int, default=DEFAULT_TENANTS, help=f"over all sites (default: {DEFAULT_TENANTS})"
        )
        parser.add_argument(
            "--history",
            type=int,
            default=HISTORY_MONTHS,
            metavar="MONTHS",
            help=f"how far the books go back, {MONTHS[0]} to {MONTHS[-1]} months (default: {HISTORY_MONTHS})",
        )
        parser.add_argument("--no-surveys", action="store_true", help="an agency that asks nobody how content they are")
        parser.add_argument(
            "--no-drifts", action="store_true", help="nothing that can be known beforehand makes anybody leave"
        )

    @no_translations  # what a command says is in English
    def handle(
        self, *args: Any, seed: int, tenants: int, history: int, no_surveys: bool, no_drifts: bool, **options: Any
    ) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo has a password that everybody knows: it refuses to run in production.")
        try:
            wanted = Wanted(seed, tenants, history, surveys=not no_surveys, drifts=not no_drifts)
            if not build_demo(wanted, say=self._say):
                self._say("The demo is there already. Nothing was changed.")
        except DemoRefused as refusal:
            raise CommandError(str(refusal)) from None
        for line in account_lines():
            self._say(line)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        # A first start shows these lines as they come, through a pipe.
        self.stdout.flush()
