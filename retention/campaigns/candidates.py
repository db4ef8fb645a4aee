"""Who could be in a campaign: how each tenant stands, their score, what they allow, what speaks to them already."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from leasing.models import Interaction, Tenant
from retention.models import ContactPreference, RetentionAction, RetentionCampaign, RetentionScore
from retention.standing import TenancyStanding, standings
from sites_app.models import Site

WHATSAPP = Interaction.Channel.WHATSAPP


@dataclass(frozen=True)
class Candidate:
    """One tenant, as of today. `standing` is that of their tenancy with the lowest score; None: they rent nothing.

    `running`: the name of a campaign that they are in; `is_set_aside`: one has set them aside, and is not over.
    """

    tenant: Tenant
    standing: TenancyStanding | None
    score: RetentionScore | None
    refuses_every_channel: bool
    running: str
    is_set_aside: bool


def tenants_by_what_was_asked(site: Site, asked: Sequence[str]) -> dict[str, Tenant]:
    """The tenants by what was sent for each, their id or their code. What is none of the site's is left out."""
    ids = {text: _id(text) for text in asked}
    rows = Tenant.objects.filter(
        Q(pk__in=[pk for pk in ids.values() if pk]) | Q(code__in=[text for text, pk in ids.items() if pk is None]),
        site=site,
    )
    by_id = {row.pk: row for row in rows}
    by_code = {row.code: row for row in by_id.values()}
    found = {text: by_id.get(pk) if pk else by_code.get(text) for text, pk in ids.items()}
    return {text: row for text, row in found.items() if row is not None}


def candidates(
    site: Site, tenants: Iterable[Tenant], today: dt.date, *, but_for: RetentionCampaign | None = None
) -> dict[UUID, Candidate]:
    """Each tenant as of today, by id. Four statements, whatever their number. `but_for`: the campaign itself."""
    tenants = list(tenants)
    ids = [tenant.pk for tenant in tenants]
    scores = _lowest_scores(site, ids)
    standing = _of_the_lowest(standings(site.code, ids, today), scores)
    closed = _who_refuse_every_channel(site, ids)
    running, set_aside = _in_campaigns(site, ids, today, but_for)
    return {
        tenant.pk: Candidate(
            tenant=tenant,
            standing=standing.get(tenant.pk),
            score=scores.get(tenant.pk),
            refuses_every_channel=tenant.pk in closed,
            running=running.get(tenant.pk, ""),
            is_set_aside=tenant.pk in set_aside,
        )
        for tenant in tenants
    }


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _lowest_scores(site: Site, ids: Collection[UUID]) -> dict[UUID, RetentionScore]:
    rows = RetentionScore.objects.filter(site=site, tenant_id__in=ids, valid_to=None)
    found: dict[UUID, RetentionScore] = {}
    for row in rows.select_related("contract__property__owner").order_by("score", "pk"):
        found.setdefault(row.tenant_id, row)
    return found


def _of_the_lowest(
    rows: Iterable[TenancyStanding], scores: Mapping[UUID, RetentionScore]
) -> dict[UUID, TenancyStanding]:
    found: dict[UUID, TenancyStanding] = {}
    for row in rows:
        score = scores.get(row.tenant_id)
        if row.tenant_id not in found or (score is not None and row.contract_id == score.contract_id):
            found[row.tenant_id] = row
    return found


def _who_refuse_every_channel(site: Site, ids: Collection[UUID]) -> set[UUID]:
    """Without a row a channel is allowed, but for WhatsApp, which is opted into."""
    said: dict[UUID, dict[str, bool]] = defaultdict(dict)
    for tenant, channel, allowed in ContactPreference.objects.filter(site=site, tenant_id__in=ids).values_list(
        "tenant_id", "channel", "allowed"
    ):
        said[tenant][channel] = allowed
    return {
        tenant
        for tenant, by_channel in said.items()
        if not any(by_channel.get(channel, channel != WHATSAPP) for channel in Interaction.Channel.values)
    }


def _in_campaigns(
    site: Site, ids: Collection[UUID], today: dt.date, but_for: RetentionCampaign | None
) -> tuple[dict[UUID, str], set[UUID]]:
    """Who is in a running campaign, by its name; and whom one has set aside that is not ninety days old."""
    running = Q(campaign__status=RetentionCampaign.Status.RUNNING)
    set_aside = Q(arm=RetentionAction.Arm.CONTROL, campaign__verdict_on__gt=today)
    rows = RetentionAction.objects.filter(running | set_aside, site=site, tenant_id__in=ids)
    if but_for is not None:
        rows = rows.exclude(campaign=but_for)
    names: dict[UUID, str] = {}
    aside: set[UUID] = set()
    for tenant, arm, status, name in rows.values_list("tenant_id", "arm", "campaign__status", "campaign__name"):
        if arm == RetentionAction.Arm.CONTROL:
            aside.add(tenant)
        if status == RetentionCampaign.Status.RUNNING:
            names[tenant] = name
    return names, aside
