"""The score of a past day, computed again and held against the one that was kept, from a terminal."""

import datetime as dt
from argparse import ArgumentParser
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from insight.points import CLAMP, STARTING_TABLE
from leasing.models import Tenant
from retention.models import RetentionScore
from retention.replay import NO_MOMENT, CannotReplay, Entered, Replayed, entered_since, replay
from retention.terms import FACTS_OF
from sites_app.models import Site
from sites_app.scope import site_scope

NOTHING = ("-", "")
_DONE = {"insert": "recorded", "update": "changed", "delete": "deleted"}


class Command(BaseCommand):
    help = "Compute the score of a tenant on a past day from the records, and say what was entered since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="the tenant's code")
        parser.add_argument("--on", required=True, type=dt.date.fromisoformat, metavar="YYYY-MM-DD", help="the day")
        parser.add_argument("--site", help="code of the site, such as GN_KINDIA; needed where several know the code")

    @no_translations  # what a command says is in English
    def handle(self, *args: Any, tenant: str, on: dt.date, site: str | None, **options: Any) -> None:
        sites = {each.code: each for each in Site.objects.order_by("code") if site in (None, each.code)}
        if not sites:
            raise CommandError(f"There is no site {site}.")
        with site_scope(sites):
            found = list(Tenant.objects.filter(code=tenant, site__in=sites).order_by("site_id"))
            if not found:
                raise CommandError(f"There is no tenant {tenant}{f' on {site}' if site else ''}.")
            if len(found) > 1:
                several = ", ".join(each.site_id for each in found)
                raise CommandError(f"{tenant} is a tenant of {several}: say which with --site.")
        self._tell(sites[found[0].site_id], found[0], on)

    def _tell(self, site: Site, tenant: Tenant, on: dt.date) -> None:
        if on > site.today():
            raise CommandError(f"{on} is to come.")
        with site_scope([site.code]):
            try:
                tenancies = replay(site, tenant, on, now=timezone.now())
            except CannotReplay as reason:
                raise CommandError(str(reason)) from reason
            entered = entered_since(site, tenant, on)
        if not tenancies:
            raise CommandError(f"{tenant.code} had no tenancy on {on}, and no score of that day was kept.")
        self.stdout.write(f"{tenant.code}, {site.code}, on {on}")
        for each in tenancies:
            self._tell_one(each)
        self._tell_entered(entered, differs=any(each.differs for each in tenancies))

    def _tell_one(self, each: Replayed) -> None:
        self.stdout.write("")
        if each.tenancy is None:
            self.stdout.write("As the records are now there was no tenancy.")
        elif each.computed is None:
            self.stdout.write(f"As the records are now not scored: {each.tenancy.standing}.")
        else:
            self.stdout.write(f"Tenancy since {each.tenancy.started_on}.")
        if each.kept is None:
            self.stdout.write("No score of that day was kept: computed with the points and the factor of now.")
        else:
            since, seen = each.kept.valid_from, timezone.localtime(each.kept.calculated_at).date()
            self.stdout.write(f"Kept: a score since {since}, its facts as of {seen}.")
        now, then = _said(each.computed), _said(each.kept)
        width = max([len(said) for said, _facts in now.values()] + [len("computed now")])
        self.stdout.write(f"  {'':<16}  {'computed now':<{width}}  kept")
        for key in [*STARTING_TABLE.keys, CLAMP, "score", "probability"]:
            if key not in now and key not in then:
                continue
            (computed, facts), (kept, facts_then) = now.get(key, NOTHING), then.get(key, NOTHING)
            mark = "≠" if now and then and computed != kept else " "
            self.stdout.write(f"{mark} {key:<16}  {computed:<{width}}  {kept}".rstrip())
            lines = {"both": facts} if facts == facts_then else {"now": facts, "kept": facts_then}
            for label, of_it in lines.items():
                if of_it:
                    self.stdout.write(f"    {label}: {of_it}")
        if each.computed is not None and each.kept is not None:
            self.stdout.write("They differ." if each.differs else "The same.")

    def _tell_entered(self, entered: Sequence[Entered], *, differs: bool) -> None:
        self.stdout.write("")
        if entered:
            self.stdout.write("Entered on that day or since, and dated up to it:")
        for each in entered:
            detail = f" ({each.detail})" if each.detail else ""
            self.stdout.write(f"  {each.entered_on}  {each.what} of {each.on_day}{detail} {_DONE[each.label]}")
        if not entered:
            self.stdout.write(
                "Nothing explains the difference." if differs else "Nothing dated up to that day was entered since."
            )
        self.stdout.write(f"When {NO_MOMENT} were entered is not on record.")


def _said(row: RetentionScore | None) -> dict[str, tuple[str, str]]:
    """What a score says of each term: points and band, and the facts; then the sum and the probability."""
    if row is None:
        return {}
    said = {key: (f"{points} in band {band}", _facts(row, key)) for key, band, points in row.contributions}
    said |= {key: ("nothing known", _facts(row, key)) for key in row.absent}
    if CLAMP in said:
        said[CLAMP] = (said[CLAMP][0].removesuffix(" in band None"), "")
    said["score"] = (f"{row.score.normalize():f}, {row.risk_level}", "")
    said["probability"] = (f"{row.probability:.1%}, {row.source}, factor {row.factor:.2f}", "")
    return said


def _facts(row: RetentionScore, key: str) -> str:
    facts = {name: row.profile.get(name) for name in FACTS_OF.get(key, ())}
    if key == "window":
        facts["window_on"] = row.window_on
    return ", ".join(f"{name} {_short(value)}" for name, value in facts.items() if value is not None)


def _short(value: Any) -> Any:
    """Fractions, which a row keeps as text, with two decimals."""
    try:
        return round(Decimal(value), 2) if isinstance(value, str) else value
    except InvalidOperation:
        return value
