"""An owner is asked before his rent is lowered: one task for each, on which all his homes stand."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from changes.refusals import RuleBroken
from leasing.models import Owner
from retention.campaigns.asking import contact_calendar
from retention.causes import CONSENT
from retention.models import Offer, RetentionAction, RetentionCampaign
from sites_app.models import Site
from tasks.actions import TaskOrder, create_tasks
from tasks.models import Task, TaskDependency

State, Consent = RetentionAction.State, RetentionAction.Consent
ASK_AGAIN_DAYS = 7


def needs_consent(offer: Offer) -> bool:
    return offer.approval in (Offer.Approval.OWNER, Offer.Approval.BOTH)


def consents_asked(campaign: RetentionCampaign) -> list[str]:
    """The sources of the campaign's open questions to owners."""
    rows = Task.objects.open().filter(
        site_id=campaign.site_id, cause=CONSENT, source__startswith=f"{CONSENT}:{campaign.pk}:"
    )
    return list(rows.values_list("source", flat=True))


def orders_to_owners(
    site: Site, campaign: RetentionCampaign, actions: Sequence[RetentionAction], now: dt.datetime
) -> list[TaskOrder]:
    """One for each owner, with all of his homes; for the agent of most of them, due on the day after."""
    by_owner: dict[Owner, list[RetentionAction]] = defaultdict(list)
    for action in actions:
        if action.owner is not None:
            by_owner[action.owner].append(action)
    tomorrow = contact_calendar(site).due(now.astimezone(ZoneInfo(site.timezone)).date() + dt.timedelta(days=1))
    return [_order(campaign, owner, his, tomorrow, turn=1) for owner, his in by_owner.items()]


def have_wait(site: Site, campaign: RetentionCampaign) -> None:
    """Have the talks about an owner's homes wait for his answer. Three statements."""
    asked = campaign.actions.filter(consent=Consent.ASKED, state__in=RetentionAction.UNDECIDED)
    waiting = {action.task_source: action.owner_id for action in asked if action.task_source}
    if not waiting:
        return
    asking = Task.objects.filter(site=site, source__in=consents_asked(campaign))
    questions = {row.source.split(":")[2]: row for row in asking}
    talks = Task.objects.open().filter(site=site, source__in=waiting)
    TaskDependency.objects.bulk_create(
        [
            TaskDependency(site=site, task=talk, needs=questions[str(waiting[talk.source])])
            for talk in talks
            if str(waiting[talk.source]) in questions
        ],
        ignore_conflicts=True,
    )


def consent_ended(task: Any) -> None:
    """The owner has answered. No, or nobody is to ask him: what is left to offer is talk; nobody there: asked again."""
    actions = list(_actions_of(task))
    if not actions:
        return
    if task.status == Task.Status.CANCELLED or task.outcome == Task.Outcome.REFUSED:
        _say(actions, Consent.REFUSED)
        _tell_the_talks(actions)
    elif task.outcome == Task.Outcome.SUCCEEDED:
        _say(actions, Consent.GIVEN)
    else:
        campaign, now = actions[0].campaign, task.completed_at
        days = ASK_AGAIN_DAYS if task.outcome == Task.Outcome.PROMISED else 1
        day = now.astimezone(ZoneInfo(task.site.timezone)).date() + dt.timedelta(days=days)
        owner = actions[0].owner
        if owner is not None:
            due = contact_calendar(task.site).due(max(day, task.promised_on or day))
            turn = Task.objects.filter(site=task.site, source__startswith=_base(campaign, owner)).count() + 1
            create_tasks(site=task.site, orders=[_order(campaign, owner, actions, due, turn=turn)], now=now)
            have_wait(task.site, campaign)


def consent_reopened(task: Any) -> None:
    """The answer is taken back: he is asked again. Raises RuleBroken: it was asked again or acted on since."""
    _cause, campaign, owner, *_turn = task.source.split(":")
    base = f"{CONSENT}:{campaign}:{owner}"
    later = Task.objects.filter(site_id=task.site_id, source__startswith=base, created_at__gt=task.created_at)
    said = RetentionAction.objects.filter(site_id=task.site_id, campaign=campaign, owner=owner).exclude(consent="")
    if later.exists() or said.exclude(state__in=RetentionAction.UNDECIDED).exists():
        sentence = _("The owner’s answer has been acted on since: it cannot be taken back.")
        raise RuleBroken("key", "consent_not_acted_on", sentence)
    actions = list(said.select_related("campaign", "offer").select_for_update(of=("self",)))
    _say(actions, Consent.ASKED)
    _tell_the_talks(actions)


def _actions_of(task: Any) -> Any:
    """What the answer is about, locked: those whose owner has not answered."""
    _cause, campaign, owner, *_turn = task.source.split(":")
    rows = RetentionAction.objects.filter(
        site_id=task.site_id, campaign=campaign, owner=owner, consent=Consent.ASKED, state__in=RetentionAction.UNDECIDED
    )
    related = rows.select_related("campaign", "offer", "owner", "contract__property")
    return related.select_for_update(of=("self",)).order_by("pk")


def _say(actions: Sequence[RetentionAction], consent: RetentionAction.Consent) -> None:
    for action in actions:
        action.consent = consent
    RetentionAction.objects.bulk_update(actions, ["consent"])


def _tell_the_talks(actions: Sequence[RetentionAction]) -> None:
    """What can be offered is another than it was: the open tasks say so."""
    by_source = {action.task_source: action for action in actions}
    talks = list(Task.objects.open().filter(site_id=actions[0].site_id, source__in=by_source)) if actions else []
    for talk in talks:
        action = by_source[talk.source]
        kind = Offer.Kind.TALK if action.talks_only else action.offer.kind
        talk.facts = talk.facts | {"kind": str(kind), "francs": 0 if action.talks_only else action.cost}
    Task.objects.bulk_update(talks, ["facts"])


def _base(campaign: RetentionCampaign, owner: Owner) -> str:
    return f"{CONSENT}:{campaign.pk}:{owner.pk}"


def _order(
    campaign: RetentionCampaign, owner: Owner, his: Sequence[RetentionAction], due: dt.datetime, *, turn: int
) -> TaskOrder:
    agents = [action.contract.agent_id for action in his]
    return TaskOrder(
        cause=CONSENT,
        source=_base(campaign, owner) if turn == 1 else f"{_base(campaign, owner)}:{turn}",
        due_at=due,
        agent_id=max(agents, key=agents.count),
        facts={
            "campaign": campaign.name,
            "owner": owner.name,
            "homes": [{"home": action.contract.property.code, "francs": action.cost} for action in his],
            "francs": sum(action.cost for action in his),
        },
    )
