"""The API's own description: it is valid, it has every call, and its page needs no script."""

import re

import pytest
from django.urls import URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from akig.api import whole_schema
from tests.people import make_person
from tests.permission_table import TABLE

UNDOCUMENTED = {"/api/docs"}
SHARED = {"X-Site-ID", "site", "site_id"}


@pytest.fixture(scope="module")
def schema():
    whole_schema.cache_clear()
    GENERATOR_STATS.reset()
    return whole_schema()


def addresses(resolver=None, prefix="/"):
    for entry in (resolver or get_resolver()).url_patterns:
        address = prefix + re.sub(r"<\w+:(\w+)>", r"{\1}", str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from addresses(entry, address)
        elif address.startswith("/api/"):
            yield address.rstrip("/"), entry.callback


def test_it_is_valid_and_made_without_a_warning(schema):
    validate_schema(schema)
    assert not GENERATOR_STATS


def test_every_call_is_in_it_with_each_of_its_methods(schema):
    calls = {
        (address.replace("{pk}", "{id}"), method.lower())
        for address, view in addresses()
        for method in view.cls().allowed_methods
        if address not in UNDOCUMENTED and method != "OPTIONS"
    }
    assert calls == {(address, method) for address, item in schema["paths"].items() for method in item}
    assert {name for name in TABLE if "api" in name} >= {"leasing_api:payments", "kpi_api:report", "sites_api:sites"}


def test_every_call_has_a_summary_words_an_example_and_its_refusals(schema):
    for address, item in schema["paths"].items():
        for method, call in item.items():
            assert call["summary"], address
            assert call["description"], address
            good = next(answer for status, answer in call["responses"].items() if status.startswith("2"))
            assert address == "/api/schema" or good["content"]["application/json"]["examples"], address
            refusals = {status for status in call["responses"] if not status.startswith("2")}
            expected = {"400", "401", "403", "404", "406", "429", "503"}
            assert refusals == expected | (set() if method == "get" else {"409", "413", "415", "422"}), address


def test_what_calls_share_is_written_once(schema):
    components = schema["components"]
    assert {parameter["name"] for parameter in components["parameters"].values()} == SHARED | {"Idempotency-Key"}
    for item in schema["paths"].values():
        for call in item.values():
            assert not {parameter.get("name") for parameter in call["parameters"]} & (SHARED | {"Idempotency-Key"})
    for body in ("NewPayment", "TaskChange"):
        assert components["schemas"][body]["additionalProperties"] is False
    problem = {"$ref": "#/components/schemas/Problem"}
    for answer in components["responses"].values():
        assert answer["content"]["application/problem+json"]["schema"] == problem


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/schema", "/api/schema/"])
def test_a_person_reads_it_in_english_and_the_anonymous_do_not(client, address):
    assert client.get(address).status_code == 401
    client.force_login(make_person("awa"))
    answer = client.get(address, headers={"Accept-Language": "fr"})
    assert answer.json()["components"]["responses"]["Problem401"]["description"] == "Not signed in"
    assert client.get(address, {"colour": "red"}).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/docs", "/api/docs/"])
def test_its_page_shows_every_call_without_a_script_or_a_style_of_its_own(client, schema, address):
    client.force_login(make_person("awa", GN_KINDIA="agent"))
    page = client.get(address).content.decode()
    for path, item in schema["paths"].items():
        for method in item:
            assert f"{method.upper()} {path}" in page
    assert "<style" not in page
    assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/akig.js" defer>']
    assert page.count('id="main"') == 1


@pytest.mark.django_db
def test_the_callers_sites_come_with_their_role_rights_and_cover(client):
    from sites_app.models import Site

    Site.objects.filter(pk="GN_LABE").update(status="offline")
    client.force_login(make_person("regional", GN_KINDIA="agent", SN_DAKAR="manager"))
    found = client.get("/api/sites").json()
    assert (found["count"], found["next"], found["previous"]) == (3, None, None)
    kindia, labe, dakar = found["results"]
    assert kindia.pop("permissions") == [
        "leasing.record_interaction",
        "leasing.record_payment",
        "leasing.view_portfolio",
        "retention.view_profile",
        "tasks.work_on_tasks",
    ]
    assert kindia == {
        "code": "GN_KINDIA",
        "name": "Kindia Branch",
        "country": "GN",
        "currency": "GNF",
        "timezone": "Africa/Conakry",
        "language": "fr",
        "status": "active",
        "role": "agent",
        "isPrimary": False,
        "isCover": False,
        "mayWrite": True,
    }
    assert (labe["code"], labe["status"], labe["isCover"], labe["role"]) == ("GN_LABE", "offline", True, "agent")
    assert (dakar["role"], "kpi.view_kpi" in dakar["permissions"]) == ("manager", True)


@pytest.mark.django_db
def test_who_belongs_nowhere_has_no_sites_and_a_site_that_is_named_is_checked(client):
    client.force_login(make_person("loner"))
    assert client.get("/api/sites").json()["results"] == []
    for address in ("/api/sites", "/api/schema", "/api/docs"):
        assert client.get(address, headers={"X-Site-ID": "GN_KINDIA"}).status_code == 403
        assert client.get(address, {"site": "GN_NOWHERE"}).status_code == 404
