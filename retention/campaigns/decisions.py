"""A campaign on its way: submitted, returned, approved, cancelled; stopped when it runs."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Actor, User
from changes.audit import change
from changes.refusals import RuleBroken
from retention.campaigns.consent import consents_asked
from retention.campaigns.drafts import locked_campaign
from retention.campaigns.plan import plan_of
from retention.campaigns.refused import CampaignRefused, wrong_status
from retention.models import RetentionAction, RetentionCampaign
from sites_app.models import Membership, Role, Site
from tasks.actions import close_tasks

Status = RetentionCampaign.Status
LONGEST_REASON = 300


@dataclass(frozen=True)
class MayApprove:
    """Who may approve a campaign, by name; and whether this person may. With nobody else on the site it is an
    administrator of the agency."""

    names: tuple[str, ...]
    is_allowed: bool


def submit_campaign(*, campaign: RetentionCampaign, by: Actor, now: dt.datetime, today: dt.date) -> RetentionCampaign:
    """Have a draft approved by somebody else. Said twice it is said once.

    Raises CampaignRefused: what has come to stand against it since; RuleBroken: it is no draft.
    """
    with change(by):
        campaign = locked_campaign(campaign)
        if campaign.status == Status.SUBMITTED:
            return campaign
        if campaign.status != Status.DRAFT:
            raise wrong_status(campaign)
        plan = plan_of(campaign, today)
        if plan.refusals:
            raise CampaignRefused(plan.refusals)
        campaign.status, campaign.submitted_by, campaign.submitted_at, campaign.reason = Status.SUBMITTED, by, now, ""
        campaign.save(update_fields=["status", "submitted_by", "submitted_at", "reason"])
        return campaign


def return_campaign(*, campaign: RetentionCampaign, by: Actor, reason: str) -> RetentionCampaign:
    """Give a submitted campaign back to be changed. Raises RuleBroken: without a reason, or it is not submitted."""
    reason = _required(reason)
    with change(by):
        campaign = locked_campaign(campaign)
        if campaign.status != Status.SUBMITTED:
            raise wrong_status(campaign)
        campaign.status, campaign.reason = Status.DRAFT, reason
        campaign.save(update_fields=["status", "reason"])
        return campaign


def approve_campaign(*, campaign: RetentionCampaign, by: User, now: dt.datetime, today: dt.date) -> RetentionCampaign:
    """Let a submitted campaign be launched. Said twice it is said once.

    Raises RuleBroken: whoever made it, or changed it last, says who else may; CampaignRefused.
    """
    with change(by):
        campaign = locked_campaign(campaign)
        if campaign.status == Status.APPROVED and campaign.approved_by_id == by.pk:
            return campaign
        if campaign.status != Status.SUBMITTED:
            raise wrong_status(campaign)
        found = may_approve(campaign, by)
        if not found.is_allowed:
            sentence = _("Somebody else must approve what you created or changed: %(names)s.")
            raise RuleBroken("approved_by", "approved_by_somebody_else", sentence % {"names": ", ".join(found.names)})
        plan = plan_of(campaign, today)
        if plan.refusals:
            raise CampaignRefused(plan.refusals)
        campaign.status, campaign.approved_by, campaign.approved_at = Status.APPROVED, by, now
        campaign.save(update_fields=["status", "approved_by", "approved_at"])
        return campaign


def may_approve(campaign: RetentionCampaign, person: User) -> MayApprove:
    """Who may approve it: managers and administrators of the site, but for whoever made or last changed it."""
    not_theirs = {campaign.created_by_id, campaign.changed_by_id}
    members = Membership.objects.active().filter(site=campaign.site_id, role__in=(Role.MANAGER, Role.ADMIN))
    people = {member.user_id: member.user for member in members.select_related("user")}
    others = sorted(str(one) for pk, one in people.items() if pk not in not_theirs)
    return MayApprove(
        names=tuple(others) or (_("an administrator"),),
        is_allowed=person.pk not in not_theirs and (person.pk in people or person.is_superuser),
    )


def cancel_campaign(*, campaign: RetentionCampaign, by: Actor, now: dt.datetime, reason: str) -> RetentionCampaign:
    """Decide that it is not to be. Said twice it is said once. Raises RuleBroken: without a reason, or it has begun."""
    reason = _required(reason)
    with change(by):
        campaign = locked_campaign(campaign)
        if campaign.status == Status.CANCELLED:
            return campaign
        if campaign.status not in (Status.DRAFT, Status.SUBMITTED, Status.APPROVED):
            raise wrong_status(campaign)
        campaign.status, campaign.reason, campaign.over_at = Status.CANCELLED, reason, now
        campaign.save(update_fields=["status", "reason", "over_at"])
        campaign.actions.update(state=RetentionAction.State.CANCELLED)
        return campaign


def stop_campaign(*, campaign: RetentionCampaign, by: Actor, now: dt.datetime, reason: str) -> RetentionCampaign:
    """Contact nobody any more: open tasks are closed. Who was contacted and set aside stays, and has its verdict.

    Said twice it is said once. Raises RuleBroken: without a reason, or it does not run.
    """
    reason = _required(reason)
    with change(by):
        campaign = locked_campaign(campaign)
        if campaign.status == Status.STOPPED:
            return campaign
        if campaign.status != Status.RUNNING:
            raise wrong_status(campaign)
        campaign.status, campaign.reason, campaign.over_at = Status.STOPPED, reason, now
        campaign.save(update_fields=["status", "reason", "over_at"])
        note = _("Campaign “%(name)s” is stopped: %(reason)s") % {"name": campaign.name, "reason": reason}
        end_what_is_open(campaign.site, campaign, note, now, RetentionAction.State.CANCELLED)
        return campaign


def end_what_is_open(
    site: Site, campaign: RetentionCampaign, note: str, now: dt.datetime, state: RetentionAction.State
) -> None:
    """Close the open tasks of a campaign, with a word, and have their actions be over."""
    # Tasks before actions, as whoever taps one locks them; what such a tap has ordered meanwhile is closed after it.
    for _twice in range(2):
        undecided = campaign.actions.filter(state__in=RetentionAction.UNDECIDED)
        asked = undecided.exclude(task_source="").values_list("task_source", flat=True)
        owners = consents_asked(campaign)
        close_tasks(site=site, sources=[*asked, *owners], reason=note, now=now)
        list(undecided.select_for_update().order_by("pk").values_list("pk"))
    campaign.actions.filter(state__in=RetentionAction.UNDECIDED).update(state=state)


def _required(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise RuleBroken("reason", "reason_required", _("Say why."))
    if len(reason) > LONGEST_REASON:
        sentence = _("A reason has at most %(most)s characters.") % {"most": LONGEST_REASON}
        raise RuleBroken("reason", "reason_length", sentence)
    return reason
