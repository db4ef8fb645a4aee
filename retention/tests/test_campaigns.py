"""A campaign from its draft to its verdict: whole, with the clock as an argument."""

import datetime as dt

import pytest

from leasing.actions import end_contract
from retention.campaigns.decisions import approve_campaign, submit_campaign
from retention.campaigns.launch import launch_campaign, redraw
from retention.campaigns.results import record_results
from retention.models import CampaignResult, RetentionAction, RetentionCampaign
from retention.tests.campaigning import (
    NOW,
    SITE,
    TODAY,
    at,
    at_risk,
    draft,
    lowered,
    observed,
    offer,
    scored,
    talk_of,
)
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.actions import finish_task
from tasks.models import Task
from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def kindia():
    with site_scope([SITE]):
        site = Site.objects.get(pk=SITE)
        observed(site)
        for key in ("talk", "discount", "support", "service"):
            offer(key)
        yield site


@pytest.fixture
def awa(kindia):
    return make_person("awa", GN_KINDIA="agent")


@pytest.fixture
def mariama(kindia):
    return make_person("mariama", GN_KINDIA="manager")


@pytest.fixture
def saliou(kindia):
    return make_person("saliou", GN_KINDIA="manager")


def finish(action, outcome, by, now, **more):
    return finish_task(task_id=talk_of(action).pk, by=by, now=now, key=f"{action.pk}{now}", outcome=outcome, **more)


def test_from_the_draft_to_the_verdict(kindia, awa, mariama, saliou):
    contracts = [at_risk(kindia, awa) for _n in range(10)]
    assert scored().scored == 10
    chosen = {contract.tenant.code: offer("discount").pk for contract in contracts[:2]}
    campaign = draft(kindia, contracts, mariama, control_share="0.5", offers=chosen)
    submit_campaign(campaign=campaign, by=mariama, now=NOW, today=TODAY)
    approve_campaign(campaign=campaign, by=saliou, now=NOW, today=TODAY)
    campaign = launch_campaign(campaign=campaign, by=mariama, now=NOW)
    assert (campaign.status, campaign.verdict_on) == ("running", TODAY + dt.timedelta(days=90))
    contacted = campaign.actions.filter(arm="contacted")
    control = {str(pk) for pk in campaign.actions.filter(arm="control").values_list("tenant_id", flat=True)}
    assert (contacted.count(), len(control)) == (5, 5)
    assert redraw(campaign) == control
    assert Task.objects.open().count() == 5
    assert {task.agent for task in Task.objects.all()} == {awa}
    for action in contacted:
        finish(action, "succeeded", awa, at(1))
    paid = contacted.filter(offer__kind="discount")
    for action in paid:
        assert lowered(action.contract) == [1_350_000] * 3 + [1_500_000]
    for _night in range(2):
        record_results(site=kindia, day=TODAY + dt.timedelta(days=30), now=at(30))
    assert CampaignResult.objects.get().verdict == ""
    lost = RetentionAction.objects.filter(arm="control")[:4]
    for action in lost:
        end_contract(
            contract=action.contract, ended_on=TODAY + dt.timedelta(days=40), by=mariama,
            today=TODAY + dt.timedelta(days=40), reason="left",
        )  # fmt: skip
    for _night in range(2):
        record_results(site=kindia, day=TODAY + dt.timedelta(days=92), now=at(92))
    result = CampaignResult.objects.get(day=campaign.verdict_on)
    assert (result.contacted_kept, result.set_aside_kept, result.verdict) == (5, 1, "kept")
    assert result.spent == 450_000 * paid.count()
    assert RetentionCampaign.objects.get().status == "closed"
    assert campaign.actions.filter(kept=True).count() == 6
