"""Launched from everywhere at once it is launched once; whatever the number of tenants, with as many statements."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from retention.campaigns.launch import launch_campaign, redraw
from retention.campaigns.refused import CampaignRefused
from retention.models import RetentionAction, RetentionCampaign
from retention.tests.campaigning import NOW, SITE, TODAY, at_risk, draft, observed, offer, scored
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.models import Task
from tests.people import make_person


def a_draft(tenants, name="Autumn", contracts=None):
    site = Site.objects.get(pk=SITE)
    observed(site)
    talk = offer("talk")
    person = make_person(f"m-{name}", GN_KINDIA="manager")
    contracts = contracts or [at_risk(site) for _n in range(tenants)]
    scored()
    chosen = {contract.tenant.code: talk.pk for contract in contracts}
    return draft(site, contracts, person, offers=chosen, control_share="0.2", name=name), contracts


@pytest.mark.django_db(transaction=True)
def test_eight_who_launch_fifty_at_once_launch_them_once():
    with site_scope([SITE]):
        campaign, contracts = a_draft(50)
        rival, _same = a_draft(50, "Rival", contracts)

    def launch(number):
        try:
            with site_scope([SITE]):
                launch_campaign(campaign=rival if number % 4 == 3 else campaign, by=None, now=NOW)
                return "launched"
        except CampaignRefused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(launch, range(8)))
    with site_scope([SITE]):
        [running] = RetentionCampaign.objects.filter(status="running")
        contacted = RetentionAction.objects.filter(arm="contacted")
        assert set(found) == {"launched", "refused"}
        assert (contacted.count(), RetentionAction.objects.filter(arm="control").count()) == (40, 10)
        assert set(contacted.values_list("campaign", flat=True)) == {running.pk}
        assert sorted(Task.objects.values_list("source", flat=True)) == sorted(
            contacted.values_list("task_source", flat=True)
        )
        aside = {str(pk) for pk in RetentionAction.objects.filter(arm="control").values_list("tenant", flat=True)}
        assert redraw(running) == aside


@pytest.mark.django_db
def test_the_statements_do_not_grow_with_the_tenants():
    counts = []
    with site_scope([SITE]):
        for number in (3, 40):
            campaign, _contracts = a_draft(number, f"Of {number}")
            with CaptureQueriesContext(
                connection,
            ) as found:
                launch_campaign(campaign=campaign, by=None, now=NOW)
            counts.append(len(found))
    assert counts[0] == counts[1] <= 40, counts


@pytest.mark.django_db
def test_a_campaign_that_runs_is_returned_as_it_is():
    with site_scope([SITE]):
        campaign, _contracts = a_draft(4)
        first = launch_campaign(campaign=campaign, by=None, now=NOW)
        again = launch_campaign(campaign=campaign, by=None, now=NOW + dt.timedelta(days=3))
        assert (first.launched_at, again.verdict_on) == (again.launched_at, TODAY + dt.timedelta(days=90))
        assert Task.objects.count() == 3
