"""A draft: made from what was chosen, and changed as long as it is one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Actor
from changes.audit import change
from changes.refusals import not_on_this_site
from retention.campaigns.plan import plan_campaign
from retention.campaigns.planned import CampaignPlan, PlannedAction
from retention.campaigns.refused import CampaignRefused, wrong_status
from retention.models import RetentionAction, RetentionCampaign
from sites_app.models import Site


def create_campaign(
    *,
    site: Site,
    name: str,
    budget: int,
    tenants: Sequence[str],
    by: Actor,
    today: dt.date,
    start_date: dt.date | None = None,
    control_share: Decimal | float | str = Decimal(0),
    offers: Mapping[str, int] | None = None,
    now: dt.datetime | None = None,
) -> RetentionCampaign:
    """Save a draft with what it proposes to each of its tenants (ids or codes); offers that nobody chose are proposed.

    Raises CampaignRefused: every reason at once, nothing is saved.
    """
    plan = plan_campaign(
        site=site, name=name, budget=budget, tenants=tenants, today=today, start_date=start_date,
        control_share=control_share, offers=offers,
    )  # fmt: skip
    _require_sound(plan)
    with change(by):
        campaign = RetentionCampaign.objects.create(
            site=site,
            name=plan.name,
            budget=plan.budget,
            start_date=plan.start_date,
            control_share=plan.control_share,
            created_by=by,
            created_at=now or timezone.now(),
            changed_by=by,
        )
        write_actions(campaign, plan)
        return campaign


def edit_campaign(
    *,
    campaign: RetentionCampaign,
    name: str,
    budget: int,
    tenants: Sequence[str],
    by: Actor,
    today: dt.date,
    start_date: dt.date,
    control_share: Decimal | float | str = Decimal(0),
    offers: Mapping[str, int] | None = None,
) -> RetentionCampaign:
    """Have a draft be another one: the same arguments as for a new one, all of them.

    Raises CampaignRefused; RuleBroken: it is no draft any more.
    """
    with change(by):
        campaign = locked_campaign(campaign)
        if campaign.status != RetentionCampaign.Status.DRAFT:
            raise wrong_status(campaign)
        plan = plan_campaign(
            site=campaign.site, name=name, budget=budget, tenants=tenants, today=today, start_date=start_date,
            control_share=control_share, offers=offers, campaign=campaign,
        )  # fmt: skip
        _require_sound(plan)
        campaign.name, campaign.budget, campaign.start_date = plan.name, plan.budget, plan.start_date
        campaign.control_share, campaign.changed_by = plan.control_share, by
        campaign.save(update_fields=["name", "budget", "start_date", "control_share", "changed_by"])
        RetentionAction.objects.filter(site_id=campaign.site_id, campaign=campaign).delete()
        write_actions(campaign, plan)
        return campaign


def locked_campaign(campaign: RetentionCampaign) -> RetentionCampaign:
    """The campaign as it is now; nobody else changes it until the transaction ends. Raises RuleBroken: not of a site
    in scope."""
    rows = RetentionCampaign.objects.select_related("site", "created_by", "changed_by")
    locked = rows.select_for_update(of=("self",)).filter(pk=campaign.pk).first()
    if locked is None:
        raise not_on_this_site("campaign")
    return locked


def write_actions(campaign: RetentionCampaign, plan: CampaignPlan) -> None:
    """What is proposed to each tenant, with what that rests on today."""
    RetentionAction.objects.bulk_create(
        RetentionAction(
            site_id=campaign.site_id,
            campaign=campaign,
            tenant=action.candidate.tenant,
            contract_id=action.score.contract_id,
            offer=action.offer,
            **figures_of(action),
        )
        for action in plan.actions
    )


def figures_of(action: PlannedAction) -> dict[str, Any]:
    """What a row says of its tenant on the day of the plan."""
    return {
        "cost": action.cost,
        "risk_level": action.score.risk_level,
        "score": action.score.score,
        "probability": action.score.probability,
        "monthly_rent": action.score.profile["monthly_rent"],
        "relet_loss": action.score.relet_loss,
        "gain": action.gain,
        "intervene_by": action.score.intervene_by,
    }


def _require_sound(plan: CampaignPlan) -> None:
    if plan.refusals:
        raise CampaignRefused(plan.refusals)
