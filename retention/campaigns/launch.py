"""A campaign begins: checked again, drawn, with a task for each who is contacted. Once, however often it is said."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken, broken_constraint
from leasing.models import Tenant
from retention.campaigns.asking import contact_calendar, order_of, source_of, spoken_to
from retention.campaigns.consent import have_wait, needs_consent, orders_to_owners
from retention.campaigns.drafts import figures_of, locked_campaign
from retention.campaigns.plan import plan_of
from retention.campaigns.planned import CampaignPlan
from retention.campaigns.refused import CampaignRefused, wrong_status
from retention.causes import ACTION
from retention.draw import Entrant, draw
from retention.models import RetentionAction, RetentionCampaign
from retention.verdict import DAYS
from tasks.actions import create_tasks, take_over

Arm, State, Status = RetentionAction.Arm, RetentionAction.State, RetentionCampaign.Status
_DRAWN = [
    "arm", "state", "turn", "task_source", "owner", "consent", "contract", "cost", "risk_level", "score", "probability",
    "monthly_rent", "relet_loss", "gain", "intervene_by",
]  # fmt: skip


def launch_campaign(*, campaign: RetentionCampaign, by: Actor, now: dt.datetime) -> RetentionCampaign:
    """Draw who is set aside, and have the agents speak to the others. A campaign that runs is returned as it is.

    Raises CampaignRefused: what has come to stand against it since; RuleBroken: it is not approved though one of its
    offers is for somebody to agree to, or it is over.
    """
    with change(by):
        campaign = locked_campaign(campaign)
        if campaign.status == Status.RUNNING:
            return campaign
        if campaign.status not in (Status.DRAFT, Status.APPROVED):
            raise wrong_status(campaign)
        site, today = campaign.site, now.astimezone(ZoneInfo(campaign.site.timezone)).date()
        rows = RetentionAction.objects.filter(site=site, campaign=campaign)
        # Two campaigns that would speak to the same tenant wait for one another here, and the second is refused.
        tenants = Tenant.objects.filter(pk__in=rows.values("tenant"), site=site)
        list(tenants.select_for_update(no_key=True).order_by("pk").values_list("pk"))
        plan = plan_of(campaign, today, launching=True)
        if plan.refusals:
            raise CampaignRefused(plan.refusals)
        if plan.needs_approval and campaign.status != Status.APPROVED:
            sentence = _("An offer of campaign “%(name)s” is to be approved: submit it first.")
            raise RuleBroken("status", "campaign_approved", sentence % {"name": campaign.name})
        actions = _drawn(campaign, plan)
        try:
            RetentionAction.objects.bulk_update(actions, _DRAWN)
        except IntegrityError as error:
            raise broken_constraint(error, RetentionAction) or error from error
        _begin(campaign, by, now, today)
        _ask(campaign, actions, now, today)
        return campaign


def redraw(campaign: RetentionCampaign) -> frozenset[str]:
    """The ids of the tenants whom the campaign's seed sets aside, from the levels that were launched."""
    rows = campaign.actions.exclude(arm="").values_list("tenant_id", "risk_level")
    entrants = [Entrant(str(tenant), level) for tenant, level in rows]
    return draw(entrants, seed=campaign.seed, share=float(campaign.control_share))


def _drawn(campaign: RetentionCampaign, plan: CampaignPlan) -> list[RetentionAction]:
    """Every action with its arm, and with what it rests on today."""
    aside = draw([action.entrant for action in plan.actions], seed=campaign.seed, share=float(campaign.control_share))
    planned = {action.candidate.tenant.pk: action for action in plan.actions}
    rows = list(campaign.actions.select_related("offer").order_by("pk"))
    for row in rows:
        action = planned[row.tenant_id]
        for name, value in figures_of(action).items():
            setattr(row, name, value)
        row.contract = action.score.contract
        is_aside = str(row.tenant_id) in aside
        row.arm, row.state = (Arm.CONTROL, State.SET_ASIDE) if is_aside else (Arm.CONTACTED, State.OPEN)
        if not is_aside:
            row.turn = 1
            row.task_source = source_of(row)
            if needs_consent(row.offer) and action.score.contract.property.owner_id is not None:
                row.owner, row.consent = action.score.contract.property.owner, RetentionAction.Consent.ASKED
    return rows


def _begin(campaign: RetentionCampaign, by: Actor, now: dt.datetime, today: dt.date) -> None:
    campaign.status, campaign.launched_by, campaign.launched_at = Status.RUNNING, by, now
    campaign.verdict_on = today + dt.timedelta(days=DAYS)
    campaign.save(update_fields=["status", "launched_by", "launched_at", "verdict_on"])


def _ask(campaign: RetentionCampaign, actions: list[RetentionAction], now: dt.datetime, today: dt.date) -> None:
    """One task for each who is contacted, and one for each owner who is to agree first."""
    site, contacted = campaign.site, [action for action in actions if action.arm == Arm.CONTACTED]
    calendar = contact_calendar(site)
    before = spoken_to(site, [action.tenant_id for action in contacted], today)
    orders = [
        order_of(
            action,
            campaign=campaign,
            offer=action.offer,
            agent_id=action.contract.agent_id,
            due_at=calendar.due(max(action.intervene_by, today), before.get(action.tenant_id, [])),
        )
        for action in contacted
    ]
    note = _("Campaign “%(name)s” speaks to this tenant about staying.") % {"name": campaign.name}
    take_over(site=site, cause=ACTION, contracts=[action.contract_id for action in contacted], reason=note, now=now)
    create_tasks(site=site, orders=[*orders, *orders_to_owners(site, campaign, contacted, now)], now=now)
    have_wait(site, campaign)
