"""What came of offers on all sites: sums without rows, and what offers are reckoned with from then on."""

import datetime as dt

import pytest

from insight.rates import Rate
from insight.trials import Trial, pooled
from leasing.actions import end_contract
from leasing.tests.factories import make_notice
from outbox.actions import enqueue
from retention.campaigns.launch import launch_campaign
from retention.campaigns.records import offer_figures, pool_offers
from retention.campaigns.results import counts_of, record_results
from retention.jobs import campaign_results, record_offers
from retention.models import CampaignResult, Offer, OfferRecord, RetentionAction, RetentionCampaign
from retention.tests.campaigning import NOW, SITE, TODAY, at, at_risk, draft, observed, offer, scored, talk_of
from retention.yardsticks import yardsticks
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.actions import finish_task
from tests.people import make_person

pytestmark = pytest.mark.django_db
DAY_90 = TODAY + dt.timedelta(days=90)


@pytest.fixture
def kindia():
    with site_scope([SITE]):
        site = Site.objects.get(pk=SITE)
        observed(site)
        offer("talk")
        yield site


@pytest.fixture
def mariama(kindia):
    return make_person("mariama", GN_KINDIA="manager")


def launched(site, mariama, tenants, *, key="service", share="0.5", name="Autumn"):
    offer(key)
    contracts = [at_risk(site) for _n in range(tenants)]
    scored()
    chosen = {contract.tenant.code: offer(key).pk for contract in contracts}
    campaign = draft(site, contracts, mariama, offers=chosen, control_share=share, name=name)
    return launch_campaign(campaign=campaign, by=mariama, now=NOW)


def leave(actions, days=30):
    day = TODAY + dt.timedelta(days=days)
    for action in actions:
        end_contract(contract=action.contract, ended_on=day, by=None, today=day, reason="left")


def test_kept_is_a_contract_in_force_without_a_notice_on_day_90(kindia, mariama):
    campaign = launched(kindia, mariama, 12)
    one, two, three, four = campaign.actions.filter(arm="contacted").order_by("pk")[:4]
    leave([one], days=90)
    leave([two], days=89)
    make_notice(three.contract, kind="to_quit", issued_on=DAY_90, legal_deadline=at(180).date())
    make_notice(four.contract, kind="to_quit", issued_on=DAY_90 + dt.timedelta(days=1), legal_deadline=at(180).date())
    record_results(site=kindia, day=DAY_90 + dt.timedelta(days=5), now=at(95))
    kept = dict(RetentionAction.objects.values_list("pk", "kept"))
    assert [kept[action.pk] for action in (one, two, three, four)] == [True, False, False, True]
    assert sum(kept.values()) == 10


def test_a_verdict_is_frozen_and_there_is_none_before_its_day(kindia, mariama):
    campaign = launched(kindia, mariama, 12)
    for days in range(0, 90, 9):
        record_results(site=kindia, day=TODAY + dt.timedelta(days=days), now=at(days))
    assert set(CampaignResult.objects.values_list("verdict", flat=True)) == {""}
    assert CampaignResult.objects.count() == 1  # nothing has changed
    leave(campaign.actions.filter(arm="control")[:6], days=10)
    record_results(site=kindia, day=DAY_90, now=at(90))
    frozen = CampaignResult.objects.get(day=DAY_90)
    leave(campaign.actions.filter(arm="contacted"), days=91)
    for days in (90, 91, 120):
        record_results(site=kindia, day=TODAY + dt.timedelta(days=days), now=at(days))
    assert CampaignResult.objects.get(day=DAY_90).verdict == frozen.verdict == "kept"
    assert (CampaignResult.objects.count(), RetentionCampaign.objects.get().status) == (2, "closed")


def test_a_stopped_campaign_is_judged_by_assignment_too(kindia, mariama):
    campaign = launched(kindia, mariama, 12)
    RetentionCampaign.objects.update(status="stopped")
    leave(campaign.actions.filter(arm="contacted")[:4], days=10)
    record_results(site=kindia, day=DAY_90, now=at(90))
    assert counts_of(CampaignResult.objects.get()).contacted_kept == 2
    assert RetentionCampaign.objects.get().status == "stopped"


def test_an_offer_that_does_harm_is_offered_no_more_and_talk_stays(kindia, mariama):
    campaign = launched(kindia, mariama, 40)
    leave(campaign.actions.filter(arm="contacted")[:16], days=10)
    record_results(site=kindia, day=DAY_90, now=at(90))
    assert CampaignResult.objects.get().verdict == "harm"
    assert dict(Offer.objects.filter(key__startswith="t-").values_list("key", "active")) == {
        "t-service": False,
        "t-talk": True,
    }


def test_the_sums_of_two_campaigns_are_those_of_their_trials(kindia, mariama):
    first, second = launched(kindia, mariama, 20), launched(kindia, mariama, 10, name="Winter", share="0.4")
    leave(first.actions.filter(arm="control")[:5], days=10)
    leave(second.actions.filter(arm="contacted")[:2], days=10)
    for campaign, answers in ((first, ["succeeded"] * 3 + ["refused"]), (second, ["refused"])):
        still = campaign.actions.filter(arm="contacted", contract__ended_on=None)
        for action, outcome in zip(still, answers, strict=False):
            finish_task(task_id=talk_of(action).pk, by=mariama, now=at(1), key=str(action.pk), outcome=outcome)
    record_results(site=kindia, day=DAY_90, now=at(90))
    for _night in range(2):
        pool_offers([SITE], day=DAY_90)
    record = OfferRecord.objects.get(offer=offer("service"))
    assert (record.campaigns, record.contacted, record.contacted_kept) == (2, 16, 14)
    assert (record.set_aside, record.set_aside_kept, record.offered, record.accepted) == (14, 9, 5, 3)
    trials = [Trial(Rate(10, 10), Rate(5, 10)), Trial(Rate(4, 6), Rate(4, 4))]
    [figures] = [one for one in offer_figures() if one.record]
    assert figures.pooled == pooled(trials)
    assert figures.accepted == Rate(3, 5)
    assert figures.is_assumption
    # Of ten contacted five would have left as those set aside did, and none has; two left where nobody would.
    assert (record.would_be_leavers, record.prevented) == (5.0, 3.0)
    terms = next(one for one in yardsticks([SITE])[SITE].offers if one.offer_id == record.offer_id)
    assert terms.acceptance == pytest.approx((10 * 0.6 + 3) / 15)
    assert terms.effect == pytest.approx((20 * 0.2 + 3) / 25)


def test_a_record_names_no_site_and_no_tenant():
    names = {field.name for field in OfferRecord._meta.fields}
    assert not names & {"site", "tenant", "contract", "campaign"}


def test_campaigns_of_two_years_ago_count_no_more(kindia, mariama):
    launched(kindia, mariama, 12)
    record_results(site=kindia, day=DAY_90, now=at(90))
    pool_offers([SITE], day=DAY_90)
    pool_offers([SITE], day=DAY_90 + dt.timedelta(days=800))
    assert list(OfferRecord.objects.order_by("day").values_list("contacted", flat=True)) == [6, 0]


def test_the_night_does_it_on_every_site():
    with site_scope([SITE]):
        site = Site.objects.get(pk=SITE)
        observed(site)
        launched(site, make_person("mariama", GN_KINDIA="manager"), 12)
    for job, site_code in ((campaign_results, SITE), (record_offers, "")):
        found = enqueue(job.name, key=job.name, site_code=site_code, day=DAY_90.isoformat())
        assert job(str(found.pk))
    with site_scope([SITE]):
        assert CampaignResult.objects.get().verdict == "too few"
    assert OfferRecord.objects.get().contacted == 6


def test_the_statements_of_a_night_do_not_grow_with_the_tenants(kindia, mariama, django_assert_max_num_queries):
    launched(kindia, mariama, 12)
    with django_assert_max_num_queries(8):
        record_results(site=kindia, day=TODAY, now=at(0))
    launched(kindia, mariama, 40, name="Large")
    with django_assert_max_num_queries(8):
        record_results(site=kindia, day=TODAY, now=at(0))
