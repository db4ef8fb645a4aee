"""Whether some groups of tenants stand among the first of the list more often than others. Stored nowhere."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from retention.fairness import FIRST, LEAST, group_shares
from retention.models import RetentionScore
from sites_app.models import Site
from sites_app.scope import site_scope

UNKNOWN = "none"


class Command(BaseCommand):
    help = (
        f"Print, for each language that {LEAST} or more tenants of a site have, their share of the {FIRST} most at risk"
        " beside their share of all. The language stands for an origin. Nothing is stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", required=True, help="code of the site, such as GN_KINDIA")

    @no_translations  # what a command says is in English
    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(pk=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}.")
        with site_scope([site.code]):
            current = RetentionScore.objects.filter(site=site, valid_to=None)
            ranked = current.order_by("-probability", "-relet_loss", "tenant__code", "pk")
            listed = [language or UNKNOWN for language in ranked.values_list("tenant__language", flat=True)]
        if not listed:
            raise CommandError(f"{site.code} has no scores yet: they come each night, or with an analysis.")
        self.stdout.write(f"{len(listed)} scored; the first {min(FIRST, len(listed))}, by language:")
        shares = group_shares(listed)
        for group in shares:
            self.stdout.write(
                f"{group.name:<8}{group.of_all.successes:>5.0f} of all ({100 * group.of_all.value:.0f} %)"
                f"{group.of_first.successes:>5.0f} of the first ({100 * group.of_first.value:.0f} %,"
                f" {100 * group.interval.low:.0f}–{100 * group.interval.high:.0f}): {group.verdict}"
            )
        if not shares:
            self.stdout.write(f"No group has {LEAST} tenants: nothing can be said.")
