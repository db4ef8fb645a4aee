"""An agent sees their own place on their own page, and no colleague's number."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpi.actions import refresh_snapshots
from kpi.pages.standing import standing_of
from leasing.tests.factories import make_contract
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.pages import text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date


@pytest.fixture(autouse=True)
def november(monkeypatch):
    monkeypatch.setattr(Site, "today", lambda self: D(2026, 11, 23))


@pytest.fixture
def agents():
    """Awa has signed two contracts in October, Binta one with the higher rent."""
    awa, binta = make_person("awa", GN_KINDIA="agent"), make_person("binta", GN_KINDIA="agent")
    site = Site.objects.get(pk="GN_KINDIA")
    with site_scope(["GN_KINDIA"]):
        for agent, rent in ((awa, 300_000), (awa, 200_000), (binta, 4_321_000)):
            make_contract(site, agent=agent, monthly_rent=rent, start_date=D(2026, 10, 2))
    return awa, binta


def standing(client, person):
    client.force_login(person)
    answer = client.get("/GN_KINDIA/")
    found = re.search(r'aria-labelledby="standing"(.*?)</section>', answer.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[1])) if found else None, text_of(answer)


def test_an_agent_reads_their_own_month_with_its_places(client, agents):
    awa, binta = agents
    mine, page = standing(client, awa)
    assert "Your October 2026" in mine
    assert "Contracts signed 2 no. 1 of 2" in mine
    assert "Monthly rent managed 500,000 GNF no. 2 of 2 2 contracts" in mine
    assert "Collection —" in mine
    assert "Binta" not in page
    assert "4,321,000" not in page
    assert "Contracts signed 1 no. 2 of 2" in standing(client, binta)[0]


def test_who_is_no_agent_has_no_such_part(client, agents):
    assert standing(client, make_person("mariama", GN_KINDIA="manager"))[0] is None
    with site_scope(["GN_KINDIA"]):
        site = Site.objects.get(pk="GN_KINDIA")
        assert standing_of(site, make_person("kadi", GN_LABE="agent").pk, D(2026, 11, 23)) is None


def test_it_costs_one_statement_from_a_snapshot_and_says_the_same(agents):
    awa, _binta = agents
    site, today = Site.objects.get(pk="GN_KINDIA"), D(2026, 11, 23)
    with site_scope(["GN_KINDIA"]):
        live = standing_of(site, awa.pk, today)
        refresh_snapshots(site=site, today=today)
        with CaptureQueriesContext(connection) as sent:
            assert standing_of(site, awa.pk, today) == live
    assert len(sent) == 1
