"""Each agent's first tasks as text messages, from a terminal."""

import logging
from argparse import ArgumentParser
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from accounts.models import User
from sites_app.models import Role, Site
from sites_app.scope import site_scope
from tasks.queries import manifesto
from tasks.sms import ConsoleGateway, GatewayAway, MessageRefused, gateway
from tasks.text_messages import sms_of
from tasks.workers import workers_of

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Send each active agent of a site who has a phone number their first tasks of the day as text messages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", required=True, help="Code of the site, such as GN_KINDIA.")
        parser.add_argument("--dry-run", action="store_true", help="Print the messages, send none.")

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(pk=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}.")
        # Read first: no transaction waits for the gateway.
        with site_scope([site.code]):
            letters = [(person, text) for person in _agents_with_a_phone(site) for text in _texts(site, person)]
        way = ConsoleGateway(cast("TextIO", self.stdout)) if options["dry_run"] else gateway()
        sent = refused = 0
        for person, text in letters:
            try:
                way.send(str(person.phone), text)
            except MessageRefused as refusal:
                refused += 1
                log.warning("A message to user %s was refused: %s", person.pk, refusal)
            except GatewayAway as away:
                # The others would wait as long for nothing.
                raise CommandError(
                    f"The gateway is away ({away}): {sent} of {len(letters)} messages were sent. Try again later."
                ) from None
            else:
                sent += 1
        if not options["dry_run"]:
            self.stdout.write(f"{sent} of {len(letters)} messages were sent, {refused} refused.")


def _agents_with_a_phone(site: Site) -> list[User]:
    return [person for person in workers_of(site, [Role.AGENT]) if person.phone]


def _texts(site: Site, person: User) -> list[str]:
    with translation.override(person.preferred_language or site.default_language):
        return sms_of(manifesto(site, person.pk, timezone.now()))
