"""The tasks of a campaign: whom an agent is to speak to, about what, and by when it is decent to."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from retention.causes import ACTION
from retention.models import Offer, RetentionAction, RetentionCampaign
from retention.timing import MOST_IN_DAYS, ContactCalendar, is_call_instead_of_visit
from sites_app.models import Site
from tasks.actions import TaskOrder

Days = Mapping[UUID, list[dt.date]]


def contact_calendar(site: Site) -> ContactCalendar:
    """When tenants of the site may be spoken to. One statement."""
    return ContactCalendar(site.country, site.timezone, frozenset(site.closing_days.values_list("day", flat=True)))


def spoken_to(site: Site, tenants: Collection[UUID], today: dt.date) -> Days:
    """The days on which each tenant was spoken to about staying, by whatever campaign, within what still counts."""
    since = today - dt.timedelta(days=MOST_IN_DAYS)
    found: dict[UUID, list[dt.date]] = defaultdict(list)
    rows = RetentionAction.objects.filter(site=site, tenant_id__in=tenants, spoken_on__len__gt=0)
    for tenant, days in rows.values_list("tenant_id", "spoken_on"):
        found[tenant] += [day for day in days if day > since]
    return found


def order_of(
    action: RetentionAction, *, campaign: RetentionCampaign, offer: Offer, agent_id: int | None, due_at: dt.datetime
) -> TaskOrder:
    """The task that asks for the action, for the turn that it has come to."""
    talk = offer.kind == Offer.Kind.TALK or action.talks_only
    return TaskOrder(
        cause=ACTION,
        source=source_of(action),
        due_at=due_at,
        contract_id=action.contract_id,
        agent_id=agent_id,
        facts={
            "campaign": campaign.name,
            "kind": str(Offer.Kind.TALK) if talk else offer.kind,
            "offer": names_of(offer),
            "francs": 0 if talk else action.cost,
            "call": is_call_instead_of_visit(due_at.date()),
        },
    )


def source_of(action: RetentionAction) -> str:
    """A source is one task for ever: each turn has its own."""
    return f"{ACTION}:{action.pk}" if action.turn == 1 else f"{ACTION}:{action.pk}:{action.turn}"


def names_of(offer: Offer) -> dict[str, str]:
    """The name of an offer in every language that it has one in: a task is told in its reader's."""
    prefix = "name_"
    of = {name.removeprefix(prefix): value for name, value in vars(offer).items() if name.startswith(prefix)}
    return {language: name for language, name in of.items() if name} or {"fr": offer.name}
