"""What becomes of an action when an agent says how the talk ended, in the transaction of that tap."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.refusals import RuleBroken
from leasing.actions import grant_concession, withdraw_concession
from leasing.models import Concession, Contract
from retention.campaigns.asking import contact_calendar, order_of, source_of, spoken_to
from retention.campaigns.consent import have_wait
from retention.models import Offer, RetentionAction, RetentionCampaign
from tasks.actions import close_tasks, create_tasks
from tasks.models import Task, TaskChange

State, Consent, Outcome = RetentionAction.State, RetentionAction.Consent, Task.Outcome
THINKING_DAYS = 7
MOST_TRIES = 3


def action_ended(task: Any) -> None:
    """Accepted, with what was offered here and now; thinking it over: asked again; refused; not reached: tried again,
    on three days; cancelled.

    Raises RuleBroken: the owner has not agreed yet, or the months to be lowered are none.
    """
    action = _action_of(task)
    if action is None or action.state not in RetentionAction.UNDECIDED:
        return
    today = task.completed_at.astimezone(ZoneInfo(task.site.timezone)).date()
    if task.status == Task.Status.CANCELLED:
        action.state = State.CANCELLED
    elif task.outcome == Outcome.SUCCEEDED:
        _accept(action, task, today)
    elif task.outcome == Outcome.REFUSED:
        _spoken(action, today)
        action.state = State.REFUSED
    elif task.outcome == Outcome.PROMISED:
        _spoken(action, today)
        action.state = State.THINKING
        again = today + dt.timedelta(days=THINKING_DAYS)
        _ask_again(action, task, max(again, task.promised_on or again))
    elif task.outcome == Outcome.NO_ANSWER:
        action.tried_on = [*action.tried_on, today]
        if len(set(action.tried_on)) >= MOST_TRIES:
            action.state = State.UNREACHED
        else:
            _ask_again(action, task, today + dt.timedelta(days=1))
    action.save(update_fields=_CHANGED)


def action_reopened(task: Any) -> None:
    """What was said is taken back: the lower rent too, and the task that asks again.

    Raises RuleBroken: they were asked again since, the campaign is over, or a month was paid at the lower rent.
    """
    action = _action_of(task, but_is_current=False)
    if action is None:
        return
    now, by = _last_change(task)
    if action.campaign.status != RetentionCampaign.Status.RUNNING or _another_speaks(action):
        sentence = _("Campaign “%(name)s” is over for this tenant: this cannot be taken back.")
        raise RuleBroken("key", "campaign_running", sentence % {"name": action.campaign.name})
    if action.task_source != task.source:
        if not Task.objects.open().filter(site_id=task.site_id, source=action.task_source, version=1).exists():
            raise RuleBroken("key", "not_asked_again", _("They were asked again since: this cannot be taken back."))
        close_tasks(site=task.site, sources=[action.task_source], reason=_("It was taken back."), now=now)
    if action.concession is not None:
        concession, action.concession = action.concession, None
        action.save(update_fields=["concession"])
        withdraw_concession(concession=concession, by=by, today=now.astimezone(ZoneInfo(task.site.timezone)).date())
    if action.state in (State.ACCEPTED, State.REFUSED, State.THINKING) and action.spoken_on:
        action.spoken_on = action.spoken_on[:-1]
    elif action.state in (State.OPEN, State.UNREACHED) and action.tried_on:
        action.tried_on = action.tried_on[:-1]
    action.state, action.task_source = State.OPEN, task.source
    action.save(update_fields=_CHANGED)


_CHANGED = ["state", "task_source", "turn", "tried_on", "spoken_on", "concession"]


def _action_of(task: Any, *, but_is_current: bool = True) -> RetentionAction | None:
    """The action that the task asks for, locked; None for one that asks for it no more."""
    _cause, pk, *_turn = task.source.split(":")
    rows = RetentionAction.objects.select_related("campaign", "offer", "contract", "concession")
    action = rows.select_for_update(of=("self",)).filter(site_id=task.site_id, pk=pk).first()
    return None if action is None or (but_is_current and action.task_source != task.source) else action


def _another_speaks(action: RetentionAction) -> bool:
    others = RetentionAction.objects.filter(site_id=action.site_id, tenant_id=action.tenant_id)
    return others.filter(state__in=RetentionAction.UNDECIDED).exclude(pk=action.pk).exists()


def _last_change(task: Any) -> tuple[dt.datetime, Actor]:
    """When the task was last changed, and by whom: what follows is theirs."""
    last = TaskChange.objects.filter(site_id=task.site_id, task=task, version_after=task.version)
    found = last.select_related("by").order_by("-at").first()
    if found is None:
        raise ValueError(f"nobody has changed task {task.pk} to its version {task.version}")
    return found.at, found.by


def _accept(action: RetentionAction, task: Any, today: dt.date) -> None:
    _spoken(action, today)
    if action.consent == Consent.ASKED:
        sentence = _("The owner has not agreed to “%(offer)s” yet: ask him first.")
        raise RuleBroken("outcome", "owner_agrees", sentence % {"offer": action.offer})
    if action.offer.kind == Offer.Kind.DISCOUNT and not action.talks_only:
        action.concession = _lower_the_rent(action, task, today)
    action.state = State.ACCEPTED


def _lower_the_rent(action: RetentionAction, task: Any, today: dt.date) -> Concession:
    """On the contract that the account has now: a renewal may have come since the launch."""
    months = action.offer.months or 1
    of_account = Contract.objects.filter(site_id=action.site_id, account_id=action.contract.signed_account_id())
    current = of_account.filter(status=Contract.Status.ACTIVE).order_by("-start_date").first()
    _at, by = _last_change(task)
    return grant_concession(
        contract=current or action.contract,
        francs=action.cost // months,
        months=months,
        reason=_("Campaign “%(name)s”") % {"name": action.campaign.name},
        by=by,
        today=today,
    )


def _spoken(action: RetentionAction, today: dt.date) -> None:
    action.spoken_on = [*action.spoken_on, today]


def _ask_again(action: RetentionAction, task: Any, day: dt.date) -> None:
    """A further turn, for whoever had the task, when it is decent to: no sooner than seven days after a talk."""
    # Turns only count up: the task of a turn that was taken back is over for ever.
    action.turn += 1
    action.task_source = source_of(action)
    days = [*spoken_to(task.site, [action.tenant_id], day).get(action.tenant_id, []), *action.spoken_on]
    due = contact_calendar(task.site).due(day, days)
    order = order_of(action, campaign=action.campaign, offer=action.offer, agent_id=task.agent_id, due_at=due)
    create_tasks(site=task.site, orders=[order], now=task.completed_at)
    if action.consent == Consent.ASKED:
        action.save(update_fields=_CHANGED)
        have_wait(task.site, action.campaign)
