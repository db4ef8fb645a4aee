"""Scores and objections in the administration: for managers, never for agents."""

import datetime as dt

import pytest

from leasing.tests.factories import make_contract
from retention.actions import analyse
from retention.models import ObservedFrom, RetentionScore, ScoringObjection
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.people import make_person

pytestmark = pytest.mark.django_db
URL = "/GN_KINDIA/admin/retention/"


@pytest.fixture
def scored():
    """A contract with a score of today."""
    with site_scope(["GN_KINDIA"]):
        site = Site.objects.get(pk="GN_KINDIA")
        ObservedFrom.objects.create(site=site, day=dt.date(2020, 1, 1))
        contract = make_contract(site)
        assert analyse(days={site.code: site.today()}).changed == 1
        return contract


def sign_in(client, role):
    person = make_person("somebody", GN_KINDIA=role)
    person.is_staff = True
    person.save()
    client.force_login(person)


def test_a_manager_sees_the_scores_and_writes_none(client, scored):
    sign_in(client, "manager")
    page = client.get(f"{URL}retentionscore/")
    assert page.status_code == 200
    assert scored.reference in page.content.decode()
    assert client.get(f"{URL}retentionscore/add/").status_code == 403


@pytest.mark.parametrize("table", ["retentionscore", "scoringobjection", "observedfrom"])
def test_an_agent_sees_nothing_of_it(client, scored, table):
    sign_in(client, "agent")
    assert client.get(f"{URL}{table}/").status_code == 403


def test_a_manager_writes_an_objection_down_and_the_scores_are_gone(client, scored):
    sign_in(client, "manager")
    posted = {"tenant": scored.tenant_id, "since": "2999-01-01", "note": ""}
    refused = client.post(f"{URL}scoringobjection/add/", posted)
    assert refused.status_code == 200
    with site_scope(["GN_KINDIA"]):
        assert RetentionScore.objects.exists()
    client.post(f"{URL}scoringobjection/add/", posted | {"since": "2026-01-05", "note": "by letter"})
    with site_scope(["GN_KINDIA"]):
        objection = ScoringObjection.objects.get()
        assert (objection.tenant, objection.note, objection.by.username) == (scored.tenant, "by letter", "somebody")
        assert not RetentionScore.objects.exists()
    page = client.get(f"{URL}scoringobjection/{objection.pk}/change/")
    assert "by letter" in page.content.decode()
    client.post(f"{URL}scoringobjection/{objection.pk}/delete/", {"post": "yes"})
    with site_scope(["GN_KINDIA"]):
        assert ScoringObjection.objects.exists()


def test_a_site_has_one_start_of_the_observation(client, scored):
    sign_in(client, "manager")
    assert client.get(f"{URL}observedfrom/add/").status_code == 403
    with site_scope(["GN_KINDIA"]):
        start = ObservedFrom.objects.get()
    client.post(f"{URL}observedfrom/{start.pk}/change/", {"day": "2021-02-01"})
    with site_scope(["GN_KINDIA"]):
        assert ObservedFrom.objects.get().day == dt.date(2021, 2, 1)
