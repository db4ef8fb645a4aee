"""The demo portfolio in the database: through the loader that imports use, one transaction for each site."""

import datetime as dt
import time
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import pghistory
from django.db import transaction
from pghistory.models import Context

from accounts.models import User
from demo.accounts import AccountTaken, agents_of, create_accounts, manager_of
from demo.behaviour import ALL_DRIFTS, NO_DRIFTS, Drifts
from demo.books import write_the_rest
from demo.history import generate_portfolio
from demo.places import PLACES
from demo.portfolio import HISTORY_MONTHS, Mistake, SitePlan
from imports.load import load_rows
from leasing.actions.payments import record_payment, reverse_payment
from leasing.models import Contract, Property, Tenant
from leasing.rent_months import Billing
from outbox.actions import enqueue
from retention.actions import analyse
from retention.measuring import measure
from sites_app.models import Site
from sites_app.queries import rules_for
from sites_app.rules import MissingRule
from sites_app.scope import site_scope
from tasks.jobs import begin_day

DEFAULT_TENANTS = 600
DEFAULT_SEED = 1
_SCORED_MONTHS, _SCORED_EVERY = 12, dt.timedelta(days=30)
MONTHS = range(6, 97)
"""How long the history may be."""
_NEW_TENANTS_PER_PROPERTY = 0.7
"""What a property sees in three years at most beside its first, those who only applied included."""


class DemoRefused(Exception):
    """The demo cannot be built here; nothing was changed. The message is one line for the person who asked."""


@dataclass(frozen=True)
class Wanted:
    """Which demo: the same values on the same day make the same rows. `tenants` are those of all sites together."""

    seed: int = DEFAULT_SEED
    tenants: int = DEFAULT_TENANTS
    history: int = HISTORY_MONTHS
    surveys: bool = True
    drifts: bool = True

    @property
    def planted(self) -> Drifts:
        """What there is to learn: all of it, or nothing."""
        return ALL_DRIFTS if self.drifts else NO_DRIFTS

    def signature(self, site: Site, tenants: int) -> dict[str, Any]:
        """What the audit says of the rows of one site: who made them, and of which demo they are."""
        said = {
            "demo": site.code,
            "seed": self.seed,
            "tenants": tenants,
            "history": self.history,
            "surveys": self.surveys,
        }
        # Said only where it is so: a demo of before there was the choice is still known as the same.
        return said if self.drifts else said | {"drifts": False}


def build_demo(wanted: Wanted, *, say: Callable[[str], None], today: dt.date | None = None) -> bool:
    """Fill the six sites up to `today` (the sites' own day), and make the accounts.

    Sites that hold the same demo already stay as they are, so a build that was cut short goes on where it was. `say`
    hears one line for each site. Returns whether anything was built.

    Raises DemoRefused: a number does not fit, a site holds other records or lacks a rule, an account name is taken.
    """
    if wanted.history not in MONTHS:
        raise DemoRefused(f"--history must be from {MONTHS[0]} to {MONTHS[-1]} months.")
    sites = _sites()
    shares = _share_out(wanted, sites)
    missing = [site for site in sites if not _holds_this_demo(site, wanted, shares[site.code])]
    for site in missing:
        _require_empty(site)
    try:
        create_accounts()
    except AccountTaken as taken:
        raise DemoRefused(str(taken)) from taken
    for site in missing:
        started = time.monotonic()
        try:
            counts = _build_site(site, wanted, shares[site.code], today or site.today())
        except MissingRule as rule:
            raise DemoRefused(f"{rule}: the demo keeps to the site's rules and needs it.") from rule
        say(f"{site.code}: {counts} ({time.monotonic() - started:.1f} s)")
    if missing:
        started = time.monotonic()
        scored = _score([site for site in sites if site in missing], today)
        say(f"{scored} tenancies scored, as on twelve days before ({time.monotonic() - started:.1f} s)")
    return bool(missing)


def _score(sites: list[Site], today: dt.date | None) -> int:
    """Score the tenants as the nights of the last year would have, measure the scores, and score them as of today."""
    with site_scope([site.code for site in sites]):
        for back in range(_SCORED_MONTHS, 0, -1):
            analyse(days={site.code: _day(site, today) - back * _SCORED_EVERY for site in sites})
        measure([site.code for site in sites], day=min(_day(site, today) for site in sites))
        return analyse(days={site.code: _day(site, today) for site in sites}).scored


def _day(site: Site, today: dt.date | None) -> dt.date:
    return today or site.today()


def is_unfinished() -> bool:
    """Whether a build of the demo was cut short: it signed some of its sites, and others are empty."""
    codes = {site.code for site in _sites()}
    with site_scope(codes):
        filled = set(Contract.objects.values_list("site_id", flat=True).order_by().distinct())
    # The audit's contexts are many and have no index for this: asked only when a site is empty.
    return filled < codes and Context.objects.filter(metadata__demo__in=codes).exists()


def _sites() -> list[Site]:
    return sorted(Site.objects.filter(code__in=PLACES), key=lambda site: list(PLACES).index(site.code))


def _share_out(wanted: Wanted, sites: list[Site]) -> dict[str, int]:
    """So many tenants for each site, in proportion to its properties; together exactly those that are wanted."""
    tenants = wanted.tenants
    per_property = 1 + _NEW_TENANTS_PER_PROPERTY * wanted.history / HISTORY_MONTHS
    rooms = {site.code: min(site.max_tenants, int(site.max_properties * per_property)) for site in sites}
    room = sum(rooms.values())
    if not sites:
        raise DemoRefused("The sites of the demo are not there.")
    if not len(sites) <= tenants <= room:
        raise DemoRefused(
            f"--tenants must be from {len(sites)} to {room}: more do not fit into the sites' largest numbers of"
            " tenants and properties."
        )
    shares = {code: tenants * of_site // room for code, of_site in rooms.items()}
    # What rounding left over, to those it took most from; and nobody stays without.
    order = sorted(rooms, key=lambda code: (shares[code] > 0, -(tenants * rooms[code] % room)))
    for place in range(tenants - sum(shares.values())):
        shares[order[place]] += 1
    return shares


def _holds_this_demo(site: Site, wanted: Wanted, tenants: int) -> bool:
    """The audit says who wrote a site's contracts."""
    return Context.objects.filter(metadata__contains=wanted.signature(site, tenants)).exists()


def _require_empty(site: Site) -> None:
    with site_scope([site.code]):
        for model in (Contract, Property, Tenant):
            if model.objects.exists():
                raise DemoRefused(
                    f"{site.code} holds records already that this demo did not make: it is built on empty sites only."
                    " Nothing was changed."
                )


def _build_site(site: Site, wanted: Wanted, tenants: int, today: dt.date) -> str:
    plan = SitePlan(
        code=site.code,
        country=site.country,
        timezone=zoneinfo.ZoneInfo(site.timezone),
        today=today,
        tenants=tenants,
        max_properties=site.max_properties,
        agents=agents_of(site.code),
        rules=rules_for(site, today),
        billing=cast("Billing", site.billing),
        history=wanted.history,
        surveys=wanted.surveys,
        drifts=wanted.planted,
    )
    made = generate_portfolio(plan, wanted.seed)
    by = User.objects.get(username=manager_of(site.code))
    with site_scope([site.code]):
        with pghistory.context(**wanted.signature(site, tenants)):
            load_rows(site=site, rows=made.rows, by=by, today=today)
            write_the_rest(site, made, by, today)
            for mistake in made.mistakes:
                _make_mistake(site, mistake, by)
        day = today.isoformat()
        job = enqueue("tasks.jobs.begin_day", key=f"first-day:{site.code}:{day}", site_code=site.code, day=day)
    # At once: the clock would make the agents wait for their tasks until six in the morning.
    begin_day(str(job.pk))
    rows = made.rows
    return (
        f"{len(rows['properties'])} properties, {len(rows['tenants'])} tenants, {len(rows['contracts'])} contracts,"
        f" {len(rows['payments'])} payments, {len(rows['interactions'])} contacts"
    )


def _make_mistake(site: Site, mistake: Mistake, by: User) -> None:
    """A payment that was entered and taken back: the same two actions as at the counter."""
    wrong = mistake.payment
    with transaction.atomic():
        payment = record_payment(
            contract=Contract.objects.get(site=site, reference=wrong.contract),
            amount=wrong.amount,
            method=wrong.method,
            provider=wrong.provider or "",
            external_reference=wrong.reference or "",
            received_on=wrong.received_on,
            by=by,
            idempotency_key=mistake.key,
            today=mistake.reversed_on,
        )
        reverse_payment(payment=payment, by=by, reason=mistake.reason, today=mistake.reversed_on)
