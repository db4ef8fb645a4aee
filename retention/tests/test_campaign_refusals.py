"""Every reason against a campaign, at once, in words that name the tenant or the field; and nothing is saved."""

import datetime as dt
import re

import pytest
from django.utils import translation

from changes.refusals import RuleBroken
from leasing.models import Interaction
from leasing.tests.factories import make_contract, make_notice, make_tenant
from retention.actions import object_to_scoring
from retention.campaigns.decisions import (
    approve_campaign,
    cancel_campaign,
    may_approve,
    return_campaign,
    stop_campaign,
    submit_campaign,
)
from retention.campaigns.drafts import edit_campaign
from retention.campaigns.launch import launch_campaign
from retention.campaigns.refused import CampaignRefused
from retention.models import ContactPreference, Offer, RetentionAction, RetentionCampaign, RetentionScore
from retention.tests.campaigning import NOW, SITE, TODAY, at, at_risk, draft, observed, offer, scored
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.models import Task
from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def elsewhere():
    """The code of a tenant of another site."""
    with site_scope(["GN_LABE"]):
        return make_tenant(Site.objects.get(pk="GN_LABE"), code="L-other").code


@pytest.fixture
def kindia():
    with site_scope([SITE]):
        site = Site.objects.get(pk=SITE)
        observed(site)
        for key in ("talk", "discount", "support", "service"):
            offer(key)
        yield site


@pytest.fixture
def mariama(kindia):
    return make_person("mariama", GN_KINDIA="manager")


@pytest.fixture
def saliou(kindia):
    return make_person("saliou", GN_KINDIA="manager")


def everything():
    """All that a campaign could have changed."""
    return [list(model.objects.order_by("pk").values()) for model in (RetentionCampaign, RetentionAction, Task, Offer)]


def refused(site, contracts, by, **values):
    """What is said against a campaign; nothing is saved."""
    before = everything()
    with pytest.raises(CampaignRefused) as found:
        draft(site, contracts, by, **values)
    assert everything() == before
    return found.value.refusals


def rules(refusals):
    return [refusal.rule for refusal in refusals]


@pytest.mark.parametrize(
    ("values", "field", "rule", "words"),
    [
        ({"name": "  "}, "name", "campaign_has_a_name", "Give the campaign a name."),
        ({"name": "x" * 121}, "name", "campaign_name_length", "at most 120 characters, not 121"),
        ({"budget": 0}, "budget", "campaign_budget_of_a_franc", "1 at least"),
        ({"control_share": "0.51"}, "control_share", "campaign_share_up_to_a_half", "0 to 0.5"),
        ({"control_share": "-0.1"}, "control_share", "campaign_share_up_to_a_half", "0 to 0.5"),
        ({"control_share": float("nan")}, "control_share", "campaign_share_up_to_a_half", "0 to 0.5"),
        ({"start_date": TODAY - dt.timedelta(days=1)}, "start_date", "campaign_start_to_come", "17/11/2026 is past"),
        ({"start_date": TODAY + dt.timedelta(days=31)}, "start_date", "campaign_start_within_30_days", "too far ahead"),
        ({"tenants": []}, "tenants", "campaign_of_somebody", "at least one"),
        ({"tenants": ["L-unheard"]}, "tenants", "same_site", "no tenant “L-unheard” on this site"),
        ({"offers": {"L-unheard": 1}}, "offers", "offer_of_a_chosen_tenant", "“L-unheard” is not among"),
    ],
)
def test_a_field_that_is_wrong_is_named(kindia, mariama, values, field, rule, words):
    contract = at_risk(kindia)
    scored()
    [found] = refused(kindia, [contract], mariama, **values)
    assert (found.field, found.rule) == (field, rule)
    assert words in found.sentence


def test_over_the_budget_is_said_in_francs(kindia, mariama):
    contracts = [at_risk(kindia) for _n in range(10)]
    scored()
    chosen = {contract.tenant.code: offer("discount", months=3).pk for contract in contracts}
    [found] = refused(kindia, contracts, mariama, offers=chosen, budget=4_000_000)
    assert re.sub(r"\s", " ", found.sentence) == "500,000 GNF over: 10 offers cost 4,500,000 GNF of 4,000,000 GNF."
    assert draft(kindia, contracts, mariama, offers=chosen, budget=4_000_000, control_share="0.2").pk


def test_everything_against_it_is_said_at_once_and_names_its_tenant(elsewhere, kindia, mariama):
    good, twice, gone, owes = (at_risk(kindia) for _n in range(4))
    new = at_risk(kindia, months_in=2)
    make_notice(gone, kind="to_quit", issued_on=TODAY - dt.timedelta(days=3), legal_deadline=at(90).date())
    outside = make_tenant(kindia, name="Nobody", code="K-none")
    make_contract(kindia, status="draft")
    scored()
    RetentionScore.objects.filter(contract=owes).update(profile=profile_with(owes, arrears=300_000))
    in_dakar = offer("service", currency="XOF")
    over = offer("support", active=False)
    asked = [one.tenant.code for one in (good, twice, gone, owes, new)] + [
        str(twice.tenant_id),
        outside.code,
        elsewhere,
    ]
    chosen = {
        owes.tenant.code: offer("discount").pk, good.tenant.code: in_dakar.pk, twice.tenant.code: over.pk,
        new.tenant.code: 10**9,
    }  # fmt: skip
    found = refused(kindia, [], mariama, tenants=asked, offers=chosen, name="", budget=0)
    assert sorted(rules(found)) == sorted([
        "campaign_has_a_name", "campaign_budget_of_a_franc", "same_site", "tenant_once", "tenant_without_notice",
        "tenant_with_a_contract_in_force", "tenant_in_for_90_days", "offer_known", "no_discount_with_arrears",
        "offer_currency", "offer_active",
    ])  # fmt: skip
    by_rule = {refusal.rule: refusal for refusal in found}
    assert by_rule["tenant_without_notice"].tenant_id == gone.tenant_id
    assert gone.tenant.name in by_rule["tenant_without_notice"].sentence
    assert "300,000" in by_rule["no_discount_with_arrears"].sentence
    assert by_rule["same_site"].sentence == "There is no tenant “L-other” on this site."


def profile_with(contract, **values):
    return RetentionScore.objects.get(contract=contract, valid_to=None).profile | values


def test_who_objected_refuses_every_channel_or_is_unscored_is_not_approached(kindia, mariama):
    objecting, silent, unscored = (at_risk(kindia) for _n in range(3))
    scored()
    object_to_scoring(tenant=objecting.tenant, since=TODAY, by=mariama, today=TODAY)
    RetentionScore.objects.filter(contract=unscored).update(valid_to=TODAY)
    for channel in Interaction.Channel.values:
        ContactPreference.objects.create(site=kindia, tenant=silent.tenant, channel=channel, allowed=False, since=TODAY)
    found = refused(kindia, [objecting, silent, unscored], mariama)
    assert sorted(rules(found)) == ["tenant_allows_a_channel", "tenant_has_a_score", "tenant_has_not_objected"]


def test_a_channel_that_is_left_is_enough(kindia, mariama):
    contract = at_risk(kindia)
    scored()
    for channel in set(Interaction.Channel.values) - {"call"}:
        ContactPreference.objects.create(
            site=kindia, tenant=contract.tenant, channel=channel, allowed=False, since=TODAY
        )
    assert draft(kindia, [contract], mariama).actions.count() == 1


def test_more_than_500_are_too_many(kindia, mariama):
    found = refused(kindia, [], mariama, tenants=[f"L-{number}" for number in range(501)])
    assert "campaign_of_500_at_most" in rules(found)


def test_who_is_contacted_or_set_aside_is_in_no_other_campaign(kindia, mariama):
    contracts = [at_risk(kindia) for _n in range(4)]
    scored()
    talk = {contract.tenant.code: offer("talk").pk for contract in contracts}
    campaign = draft(kindia, contracts, mariama, offers=talk, control_share="0.5")
    first = launch_campaign(campaign=campaign, by=mariama, now=NOW)
    found = refused(kindia, contracts, mariama, offers=talk, name="Again")
    assert rules(found).count("tenant_in_no_other_campaign") == 4
    stop_campaign(campaign=first, by=mariama, now=NOW, reason="Enough.")
    found = refused(kindia, contracts, mariama, offers=talk, name="Again")
    assert rules(found) == ["tenant_not_set_aside"] * 2
    assert not Task.objects.open().exists()


def test_nobody_approves_what_they_made_or_changed(kindia, mariama, saliou):
    contract = at_risk(kindia)
    scored()
    campaign = draft(kindia, [contract], mariama, offers={contract.tenant.code: offer("support").pk})
    edit_campaign(
        campaign=campaign, name="Another", budget=60_000, tenants=[contract.tenant.code], by=saliou, today=TODAY,
        start_date=TODAY, offers={contract.tenant.code: offer("support").pk},
    )  # fmt: skip
    campaign = submit_campaign(campaign=campaign, by=saliou, now=NOW, today=TODAY)
    before = everything()
    for person in (mariama, saliou):
        with pytest.raises(RuleBroken) as found:
            approve_campaign(campaign=campaign, by=person, now=NOW, today=TODAY)
        assert found.value.sentence.endswith("an administrator.")
    assert everything() == before
    aicha = make_person("aicha", GN_KINDIA="admin")
    assert may_approve(campaign, mariama).names == ("Aicha",)
    with pytest.raises(RuleBroken) as found:
        approve_campaign(campaign=campaign, by=mariama, now=NOW, today=TODAY)
    assert "Aicha" in found.value.sentence
    agent = make_person("awa", GN_KINDIA="agent")
    with pytest.raises(RuleBroken):
        approve_campaign(campaign=campaign, by=agent, now=NOW, today=TODAY)
    assert approve_campaign(campaign=campaign, by=aicha, now=NOW, today=TODAY).status == "approved"


def test_a_campaign_goes_its_way_and_no_other(kindia, mariama, saliou):
    contract = at_risk(kindia)
    scored()
    campaign = draft(kindia, [contract], mariama, offers={contract.tenant.code: offer("support").pk})
    for step in (
        lambda: return_campaign(campaign=campaign, by=saliou, reason="Too dear."),
        lambda: approve_campaign(campaign=campaign, by=saliou, now=NOW, today=TODAY),
        lambda: launch_campaign(campaign=campaign, by=mariama, now=NOW),
        lambda: stop_campaign(campaign=campaign, by=mariama, now=NOW, reason="Enough."),
        lambda: cancel_campaign(campaign=campaign, by=mariama, now=NOW, reason=" "),
    ):
        before = everything()
        with pytest.raises(RuleBroken):
            step()
        assert everything() == before
    submit_campaign(campaign=campaign, by=mariama, now=NOW, today=TODAY)
    with pytest.raises(RuleBroken):
        return_campaign(campaign=campaign, by=saliou, reason="")
    returned = return_campaign(campaign=campaign, by=saliou, reason="Too dear.")
    assert (returned.status, returned.reason) == ("draft", "Too dear.")
    cancelled = cancel_campaign(campaign=campaign, by=mariama, now=NOW, reason="Not now.")
    assert (cancelled.status, set(campaign.actions.values_list("state", flat=True))) == ("cancelled", {"cancelled"})
    with pytest.raises(RuleBroken):
        launch_campaign(campaign=campaign, by=mariama, now=NOW)


def test_a_launch_checks_again_and_leaves_all_as_it_was(kindia, mariama):
    contracts = [at_risk(kindia) for _n in range(3)]
    scored()
    talk = {contract.tenant.code: offer("talk").pk for contract in contracts}
    campaign = draft(kindia, contracts, mariama, offers=talk)
    make_notice(contracts[0], kind="to_quit", issued_on=TODAY, legal_deadline=at(90).date())
    scored()
    before = everything()
    with pytest.raises(CampaignRefused) as found:
        launch_campaign(campaign=campaign, by=mariama, now=NOW)
    assert rules(found.value.refusals) == ["tenant_without_notice"]
    assert everything() == before


def test_a_campaign_of_next_week_waits_for_its_day(kindia, mariama):
    contract = at_risk(kindia)
    scored()
    talk, later = {contract.tenant.code: offer("talk").pk}, TODAY + dt.timedelta(days=7)
    campaign = draft(kindia, [contract], mariama, start_date=later, offers=talk)
    with pytest.raises(CampaignRefused) as found:
        launch_campaign(campaign=campaign, by=mariama, now=NOW)
    assert rules(found.value.refusals) == ["campaign_starts_today"]
    assert launch_campaign(campaign=campaign, by=mariama, now=at(9)).status == "running"
