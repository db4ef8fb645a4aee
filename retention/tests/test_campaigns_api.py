"""Campaigns for programs: a draft from a list of tenants, all reasons against one, and what came of them."""

import datetime as dt

import pytest

from retention.campaigns.launch import launch_campaign
from retention.campaigns.results import record_results
from retention.models import RetentionCampaign
from retention.tests.campaigning import NOW, SITE, TODAY, at, at_risk, observed, offer, scored
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.people import make_person

pytestmark = pytest.mark.django_db
CAMPAIGNS = f"/api/retention/campaigns?site={SITE}"


@pytest.fixture
def mariama(client, monkeypatch):
    monkeypatch.setattr(Site, "today", lambda _site: TODAY)
    person = make_person("mariama", GN_KINDIA="manager")
    client.force_login(person)
    return person


@pytest.fixture
def contracts(mariama):
    with site_scope([SITE]):
        site = Site.objects.get(pk=SITE)
        observed(site)
        offer("talk")
        offer("discount")
        found = [at_risk(site) for _n in range(4)]
        scored()
        return found


def post(client, contracts, **values):
    body = {"tenantIds": [contract.tenant.code for contract in contracts], "campaignName": "Autumn", "budget": 10**6}
    return client.post(CAMPAIGNS, body | values, content_type="application/json")


def count():
    with site_scope([SITE]):
        return RetentionCampaign.objects.count()


def test_a_draft_is_made_of_codes_and_ids_with_an_offer_for_each(client, mariama, contracts):
    mixed = [str(contracts[0].tenant_id), *(contract.tenant.code for contract in contracts[1:])]
    lower = offer("discount").pk
    answer = post(client, [], tenantIds=mixed, offers={mixed[0]: lower}, controlShare=0.25, startDate="2026-11-20")
    assert answer.status_code == 201, answer.content
    found = answer.json()
    assert (found["status"], found["tenants"], found["cost"], found["currency"]) == ("draft", 4, 450_000, "GNF")
    by_tenant = {action["tenantId"]: action for action in found["actions"]}
    assert by_tenant[mixed[0]]["offerId"] == lower
    assert {action["actionType"] for action in found["actions"]} == {"discount", "talk"}
    gain = sum(action["expectedGain"] for action in found["actions"])
    assert found["expectedRoi"] == pytest.approx(gain / 450_000)
    assert (found["verdict"], found["result"], found["controlShare"]) == (None, None, 0.25)
    assert client.get(f"/api/retention/campaigns/{found['id']}?site={SITE}").json() == found
    listed = client.get(CAMPAIGNS).json()
    assert (listed["count"], listed["results"]) == (1, [{key: found[key] for key in found if key != "actions"}])


def test_a_draft_that_costs_nothing_has_no_return(client, mariama, contracts):
    assert post(client, contracts).json()["expectedRoi"] is None


def test_every_reason_against_it_is_in_the_answer_and_nothing_is_saved(client, mariama, contracts):
    answer = post(client, contracts, campaignName=" ", budget=0, tenantIds=["L-unheard"], controlShare=0.9)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [
        "campaignName", "budget", "controlShare", "tenantIds",
    ]  # fmt: skip
    assert count() == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"budget": "much"}, "budget"),
        ({"tenantIds": "L-1"}, "tenantIds"),
        ({"startDate": "tomorrow"}, "startDate"),
        ({"offers": {"L-1": "x"}}, "offers.L-1"),
        ({"wishes": 1}, "wishes"),
    ],
)
def test_what_is_not_understood_is_named(client, mariama, contracts, values, field):
    answer = post(client, contracts, **values)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(field.split(".")[0])
    assert count() == 0


def test_a_result_has_its_francs_with_the_verdict_alone(client, mariama, contracts):
    found = post(client, contracts, controlShare=0.5).json()
    with site_scope([SITE]):
        site, campaign = Site.objects.get(pk=SITE), RetentionCampaign.objects.get()
        launch_campaign(campaign=campaign, by=mariama, now=NOW)
        record_results(site=site, day=TODAY, now=NOW)
    before = client.get(f"/api/retention/campaigns/{found['id']}?site={SITE}").json()
    assert (before["verdict"], before["result"]["difference"], before["result"]["francs"]) == (None, None, None)
    with site_scope([SITE]):
        record_results(site=site, day=TODAY + dt.timedelta(days=90), now=at(90))
    after = client.get(f"/api/retention/campaigns/{found['id']}?site={SITE}").json()
    assert (after["verdict"], after["status"]) == ("too few", "closed")
    assert after["result"]["differenceLow"] < 0 < after["result"]["differenceHigh"]
    assert client.get(f"{CAMPAIGNS}&status=running").json()["count"] == 0


def test_an_agent_and_another_site_see_nothing(client, mariama, contracts):
    found = post(client, contracts).json()
    client.force_login(make_person("awa", GN_KINDIA="agent"))
    assert client.get(CAMPAIGNS).status_code == 403
    client.force_login(make_person("chloe", GN_LABE="manager"))
    assert client.get(f"/api/retention/campaigns/{found['id']}?site=GN_LABE").status_code == 404
