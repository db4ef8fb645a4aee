"""Ended leases that owe: whose they are, their ages and sums, and who sees them."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leasing.tests.factories import make_contract, make_instalment, make_property, make_tenant
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.pages import text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 6, 20, 9, 0, tzinfo=dt.UTC)
TODAY = NOW.date()
DAY = dt.timedelta(days=1)
PAGE = "/GN_KINDIA/arrears/"


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return Site.objects.get(pk="GN_KINDIA")


@pytest.fixture
def agent(client):
    person = make_person("ibrahima", GN_KINDIA="agent")
    client.force_login(person)
    return person


def left(site, name, days, *, agent=None, **values):
    """A tenant who has left a month ago and owes a million of each of these ages."""
    with site_scope([site.code]):
        tenant = make_tenant(site, name=name, phone="+224620000009")
        values = {"status": "ended", "ended_on": TODAY - 30 * DAY} | values
        lease = make_contract(site, tenant=tenant, agent=agent, property=make_property(site), **values)
        for number, age in enumerate(days, 1):
            make_instalment(lease, dt.date(2026, number, 1), due_date=TODAY - age * DAY, amount=1_000_000)
    return lease


def words(client, query=""):
    return text_of(client.get(PAGE + query)).replace("\u00a0", " ")


def test_the_debts_of_ended_leases_stand_by_age_with_their_sums(client, agent, site):
    old = left(site, "Aïssatou Bah", (1, 31, 61, 91), agent=agent)
    left(site, "Binta Barry", (45,))
    left(site, "Cellou Camara", (45,), status="active", ended_on=None)
    left(site, "Djenab Diallo", (45,), ended_on=TODAY)  # its last day is a day of the lease
    left(site, "Elhadj Diop", (0,))  # due today is not late
    said = words(client)
    assert "Ended leases · 2" in said
    for sum_of in ("Owed 5,000,000 GNF", "0–30 days 1,000,000 GNF", "31–60 days 2,000,000 GNF",
                   "61–90 days 1,000,000 GNF", "Over 90 days 1,000,000 GNF"):  # fmt: skip
        assert sum_of in said
    assert said.index("Aïssatou Bah") < said.index("Binta Barry")
    assert not any(name in said for name in ("Cellou", "Djenab", "Elhadj"))
    page = client.get(PAGE).content.decode()
    assert f'href="/GN_KINDIA/payments/new/?contract={old.pk}"' in page
    assert f'href="/GN_KINDIA/tenants/{old.tenant_id}/"' in page


def test_an_account_that_goes_on_in_another_lease_is_no_ended_one(client, agent, site):
    old = left(site, "Aïssatou Bah", (45,))
    with site_scope([site.code]):
        make_contract(site, tenant=old.tenant, account=old.account, renewal_of=old, start_date=TODAY - 29 * DAY)
    assert "No ended lease owes anything" in words(client)


def test_it_is_filtered_by_words_age_and_agent(client, agent, site):
    left(site, "Aïssatou Bah", (91,), agent=agent)
    left(site, "Binta Barry", (45,))
    for query, name in (
        ("?q=aissatou", "Aïssatou Bah"),
        ("?age=60", "Binta Barry"),
        ("?age=more", "Aïssatou Bah"),
        (f"?agent={agent.pk}", "Aïssatou Bah"),
    ):
        said = words(client, query)
        assert "Ended leases · 1" in said
        assert name in said.split("Ended leases · 1")[1]
    assert client.get(f"{PAGE}?agent=999999").status_code == 400
    lines = client.get(f"{PAGE}?file=csv&age=60").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "Binta Barry" in lines[1]


def test_its_statements_do_not_grow_and_who_sees_it(client, agent, site):
    counts = []
    for number in (1, 30):
        for one in range(number):
            left(site, f"T{number}-{one}", (45,), agent=agent)
        with CaptureQueriesContext(connection) as sent:
            assert client.get(PAGE).status_code == 200
        counts.append(len([q for q in sent if "SAVEPOINT" not in q["sql"]]))
    assert counts[0] == counts[1] <= 12
    for role, status in (("manager", 200), ("admin", 200)):
        other = Client()
        other.force_login(make_person(role, GN_KINDIA=role))
        assert other.get(PAGE).status_code == status
    stranger = Client()
    stranger.force_login(make_person("stranger", SN_DAKAR="manager"))
    assert stranger.get(PAGE).status_code == 403
    assert "Ended leases · 0" in text_of(stranger.get("/SN_DAKAR/arrears/"))
    both = Client()
    both.force_login(make_person("both", GN_KINDIA="manager", SN_DAKAR="manager"))
    left(Site.objects.get(pk="SN_DAKAR"), "Ndeye Fall", (45,))
    said = text_of(both.get("/ALL/arrears/")).replace("\u00a0", " ")
    assert "Owed 31,000,000 GNF" in said
    assert "1,000,000 XOF" in said
