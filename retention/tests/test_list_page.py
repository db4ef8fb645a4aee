"""The list of who may leave: who is on it, in which order, and what is done from it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leasing.tests.factories import make_contract, make_property, make_tenant
from retention.actions import analyse
from retention.models import ObservedFrom, RetentionScore, ScoringObjection
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.models import Task
from tests.pages import text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 20, 9, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
PAGE = "/GN_KINDIA/retention/"


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    kindia = Site.objects.get(pk="GN_KINDIA")
    with site_scope([kindia.code]):
        ObservedFrom.objects.create(site=kindia, day=dt.date(2020, 1, 1))
    return kindia


@pytest.fixture
def manager(client):
    person = make_person("mariama", GN_KINDIA="manager")
    client.force_login(person)
    return person


def rents(site, name, *, started, **values):
    """A tenant whose lease began on a day, without rents on record."""
    with site_scope([site.code]):
        tenant = make_tenant(site, name=name)
        home = make_property(site)
        return make_contract(
            site, tenant=tenant, property=home, **({"start_date": started, "signed_on": None} | values)
        )


def scored(site):
    with site_scope([site.code]):
        return analyse(days={site.code: TODAY})


def words(client, query="", page=PAGE):
    return text_of(client.get(page + query)).replace("\u00a0", " ")


def test_before_anybody_is_scored_the_list_says_what_to_do(client, manager, site):
    rents(site, "Aïssatou Bah", started=dt.date(2024, 4, 1))
    said = words(client)
    assert "Nobody has been scored yet" in said
    answer = client.post(f"{PAGE}analyse/", follow=True)
    assert "1 tenancy is scored as of today." in text_of(answer)
    assert "Aïssatou Bah" in text_of(answer)


def test_who_decides_soon_stands_above_the_list_and_the_most_at_risk_first(client, manager, site):
    rents(site, "Zeinab Sow", started=dt.date(2024, 4, 1))  # its second year ends in twelve days
    rents(site, "Binta Barry", started=dt.date(2025, 10, 1))
    scored(site)
    said = words(client)
    assert "1 tenant at risk decides before 20 April 2026" in said
    assert said.index("Zeinab Sow") < said.index("Binta Barry")
    assert "year 2 ends in 12 days" in said
    assert "Ends of tenancies are on record from 1 January 2020" in said
    rows = said[said.index("Scored tenants · 2") :]
    assert "Critical" not in rows.split("Binta Barry")[0].split("Zeinab Sow")[1].split("High")[0]


def test_the_filters_take_away_and_a_stranger_sees_nothing(client, manager, site):
    soon = rents(site, "Zeinab Sow", started=dt.date(2024, 4, 1))
    rents(site, "Binta Barry", started=dt.date(2025, 10, 1))
    scored(site)
    for query in ("?level=high", "?window=31", "?reason=window", f"?q={soon.property.code}", "?q=zeinab"):
        said = words(client, query)
        assert "Scored tenants · 1" in said, query
        assert "Zeinab Sow" in said, query
    assert "Nothing found" in words(client, "?debt=more")
    lines = client.get(f"{PAGE}?file=csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    client.force_login(make_person("dakar", SN_DAKAR="manager"))
    assert client.get(PAGE).status_code == 403
    client.force_login(make_person("agent", GN_KINDIA="agent"))
    assert client.get(PAGE).status_code == 403


def test_a_tenant_with_two_tenancies_stands_once_with_the_lower_score(client, manager, site):
    first = rents(site, "Zeinab Sow", started=dt.date(2024, 4, 1))
    with site_scope([site.code]):
        make_contract(
            site, tenant=first.tenant, property=make_property(site), start_date=dt.date(2025, 10, 1), signed_on=None
        )
    assert scored(site).scored == 2
    assert "Scored tenants · 1" in words(client)
    assert first.property.code in words(client)


def test_one_button_makes_a_task_for_the_agent_once_and_the_list_says_so(client, manager, site):
    agent = make_person("ibrahima", GN_KINDIA="agent")
    lease = rents(site, "Zeinab Sow", started=dt.date(2024, 4, 1), agent=agent)
    other = rents(site, "Binta Barry", started=dt.date(2024, 4, 2))
    scored(site)
    assert "Tick at least one tenant." in text_of(client.post(f"{PAGE}tasks/", follow=True))
    answer = client.post(f"{PAGE}tasks/", {"only": lease.pk, "filters": "level=high"}, follow=True)
    assert answer.redirect_chain == [(f"{PAGE}?level=high#list", 302)]
    assert "1 task is made." in text_of(answer)
    assert "task open" in text_of(answer)
    again = client.post(f"{PAGE}tasks/", {"contract": [lease.pk, other.pk, "nonsense"]}, follow=True)
    assert "1 task is made." in text_of(again)
    assert "none was made" in text_of(again)
    with site_scope([site.code]):
        made = {task.contract_id: task for task in Task.objects.filter(cause="retention")}
        score = RetentionScore.objects.get(contract=lease, valid_to=None)
    assert set(made) == {lease.pk, other.pk}
    task = made[lease.pk]
    assert (task.agent, task.kind, task.source) == (agent, "retention", f"retention:talk:{lease.pk}:20260320")
    assert task.due_at.date() == max(score.intervene_by, TODAY)
    page = text_of(client.get(f"/GN_KINDIA/tasks/{task.pk}/")).replace("\u00a0", " ")
    assert "Talk to Zeinab Sow" in page
    assert "decides by 1 April" in page


def test_who_is_not_scored_stands_on_a_page_of_its_own_with_the_reason(client, manager, site):
    gone = rents(site, "Zeinab Sow", started=dt.date(2024, 4, 1))
    rents(site, "Binta Barry", started=dt.date(2025, 10, 1))
    with site_scope([site.code]):
        ScoringObjection.objects.create(site=site, tenant=gone.tenant, since=dt.date(2026, 1, 1))
    scored(site)
    said = words(client, page=f"{PAGE}not-scored/")
    assert "Not scored · 1" in said
    assert "They do not want to be scored." in said
    assert "Binta Barry" not in said


def test_the_list_takes_a_fixed_number_of_statements(client, manager, site):
    def statements():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(PAGE).status_code == 200
        return len([query for query in asked if "SAVEPOINT" not in query["sql"]])

    rents(site, "Zeinab Sow", started=dt.date(2024, 4, 1))
    scored(site)
    client.get(PAGE)
    one = statements()
    for number in range(12):
        rents(site, f"Binta {number}", started=dt.date(2024, 4, 1))
    scored(site)
    assert statements() == one <= 12
