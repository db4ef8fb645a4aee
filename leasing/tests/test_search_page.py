"""The page that finds anybody, and the search boxes of the lists, which find as much."""

import gzip
import re

import pytest
from django.test import Client

from leasing.models import Property, Tenant
from leasing.tests.factories import make_contract, make_owner, make_property, make_tenant
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.pages import text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
URL = "/GN_CONAKRY/search/"
STATEMENTS = 12


def client_of(name, **roles):
    client = Client()
    client.force_login(make_person(name, **roles))
    return client


@pytest.fixture
def agent():
    return client_of("alpha", GN_CONAKRY="agent")


@pytest.fixture
def rows():
    """A tenant with a lease, and a stranger of the same name in Kindia."""
    with site_scope(["GN_CONAKRY"]):
        site = Site.objects.get(pk="GN_CONAKRY")
        home = make_property(site, code="KAL-7", owner=make_owner(site, name="Hawa Kéita"))
        tenant = make_tenant(site, code="T-77", name="Mamadou Condé", phone="+224620123456")
        contract = make_contract(site, reference="B-2026-1", property=home, tenant=tenant)
    with site_scope(["GN_KINDIA"]):
        make_tenant(Site.objects.get(pk="GN_KINDIA"), code="T-77", name="Fanta Condé", phone="+224620123456")
    return {"tenant": tenant, "contract": contract, "property": home, "owner": home.owner}


def links_of(answer):
    return re.findall(r'<li><a href="([^"]+)"><strong>([^<]+)<', answer.content.decode())


def test_what_is_found_stands_with_what_tells_it_apart(agent, rows):
    answer = agent.get(URL, {"q": "conde"})
    assert links_of(answer) == [(f"/GN_CONAKRY/tenants/{rows['tenant'].pk}/", "Mamadou Condé")]
    words = text_of(answer)
    assert "T-77 · KAL-7 · Kaloum · +224 620 12 34 56" in words.replace("\u00a0", " ")
    assert "Tenants" in words
    assert "Fanta" not in words


@pytest.mark.parametrize("typed", ["T-77", "t77", "620-12-34-56", "00224 620 12 34 56"])
def test_a_whole_code_or_number_leads_straight_to_the_tenant(agent, rows, typed):
    assert agent.get(URL, {"q": typed})["Location"] == f"/GN_CONAKRY/tenants/{rows['tenant'].pk}/"


def test_each_kind_has_a_page_that_opens(agent, rows):
    for typed, kind in (("B-2026-1", "contract"), ("KAL-7", "property")):
        address = agent.get(URL, {"q": typed})["Location"]
        assert str(rows[kind].pk) in address
        assert agent.get(address).status_code == 200
    [(address, name)] = links_of(agent.get(URL, {"q": "keita"}))
    assert name == "Hawa Kéita"
    [(home, code)] = links_of(agent.get(address.replace("&amp;", "&")))
    assert code == "KAL-7"
    assert str(rows["property"].pk) in home


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Part of a name will do"),
        ("?q=", "Part of a name will do"),
        ("?q=c", "at least two letters"),
        ("?q=zzyzx", "Nothing found for “zzyzx”"),
        ("?q=konde", "Nothing is spelled like “konde”"),
        ("?q=%3Cb%3E", "at least two letters"),
        ("?owner=11111111-1111-4111-8111-111111111111", "No property"),
    ],
)
def test_it_says_what_to_do(agent, rows, query, said):
    answer = agent.get(URL + query)
    assert answer.status_code == 200
    assert said in text_of(answer)


@pytest.mark.parametrize("query", ["q=" + "a+" * 11, "q=" + "a" * 101, "q=a%00", "kind=house", "owner=1"])
def test_what_nobody_looks_for_is_refused(agent, query):
    assert agent.get(f"{URL}?{query}").status_code == 400


def test_twenty_of_a_kind_are_shown_and_the_others_a_press_away(agent, django_assert_max_num_queries):
    with site_scope(["GN_CONAKRY"]):
        site = Site.objects.get(pk="GN_CONAKRY")
        phones = (f"+2246200{number:05}" for number in range(250))
        Tenant.objects.bulk_create(
            Tenant(site=site, code=f"AB-{n}", name=f"Abdoulaye Diallo {n:03}", phone=p) for n, p in enumerate(phones)
        )
        Property.objects.bulk_create(
            Property(site=site, code=f"AB-{n}", kind="house", neighbourhood="Abattoir", address="Rue KA-020")
            for n in range(250)
        )
    with django_assert_max_num_queries(STATEMENTS):
        answer = agent.get(URL, {"q": "ab"}, headers={"Accept-Encoding": "gzip"})
    assert len(answer.content) < 25_000
    page = gzip.decompress(answer.content).decode() if answer.get("Content-Encoding") else answer.content.decode()
    assert len(page) < 25_000
    assert page.count("<li><a href") == 40
    more = re.findall(r'href="(\?q=ab&amp;kind=tenant)"', page)
    answer = agent.get(URL + more[0].replace("&amp;", "&"))
    assert len(links_of(answer)) == 200
    assert "to see fewer" in text_of(answer)


def test_all_my_sites_are_searched_and_each_is_named(rows):
    manager = client_of("mariama", GN_CONAKRY="manager", GN_KINDIA="agent")
    words = text_of(manager.get("/ALL/search/", {"q": "conde"})).replace("\u00a0", " ")
    assert "+224 620 12 34 56 · Conakry" in words
    assert "+224 620 12 34 56 · Kindia" in words
    assert [name for _address, name in links_of(manager.get("/ALL/search/", {"q": "T-77"}))] == [
        "Fanta Condé",
        "Mamadou Condé",
    ]


@pytest.mark.parametrize("typed", ["conde", "Condé Fanta", "fanta", "fnata", "T-77", "620123456", "00224620", "nda"])
def test_a_stranger_is_found_with_no_spelling(agent, rows, typed):
    answer = agent.get(URL, {"q": typed}, follow=True)
    assert "Fanta Condé" not in answer.content.decode()
    stranger = client_of("moussa", GN_LABE="manager")
    assert stranger.get(URL, {"q": typed}).status_code == 403
    assert links_of(stranger.get("/GN_LABE/search/", {"q": typed})) == []


def test_the_header_has_a_box_for_who_may_search_and_costs_little(agent):
    page = agent.get("/GN_CONAKRY/").content.decode()
    box = re.search(r'<form class="find".*?</form>', page, re.DOTALL)[0]
    assert 'action="/GN_CONAKRY/search/"' in box
    assert len(gzip.compress(page.encode())) - len(gzip.compress(page.replace(box, "").encode())) < 600
    assert '<form class="find"' not in agent.get(URL).content.decode()
    assert '<form class="find"' not in client_of("loner").get("/accounts/profile/").content.decode()


@pytest.mark.parametrize("typed", ["conde", "mamadou conde", "620-12-34-56", "t77", "B-2026-1"])
def test_the_lists_find_as_much(rows, typed):
    manager = client_of("mariama", GN_CONAKRY="manager")
    table = "tenant" if typed != "B-2026-1" else "contract"
    for address in (f"/GN_CONAKRY/admin/leasing/{table}/", "/GN_CONAKRY/admin/leasing/contract/"):
        page = text_of(manager.get(address, {"q": typed}))
        assert "Condé" in page, address
    program = {"X-Site-ID": "GN_CONAKRY"}
    for table in ("tenants", "contracts") if typed != "B-2026-1" else ("contracts",):
        assert manager.get(f"/api/{table}", {"search": typed}, headers=program).json()["count"] == 1
        assert manager.get(f"/api/{table}", {"search": f"{typed} xyz"}, headers=program).json()["count"] == 0
