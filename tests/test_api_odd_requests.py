"""What no client of good will sends: each is refused in words, and none is a fault of ours."""

import pytest
from django.test import Client

from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(client):
    client.raise_request_exception = False
    client.force_login(make_person("awa", GN_KINDIA="agent"))
    return client


def problem(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    return answer.json()


@pytest.mark.parametrize("code", ["%00", "GN_A%00", "%ff", "GN_É", "all", "GN_KINDIA%0A"])
def test_a_site_that_cannot_be_one_is_a_404(program, code):
    assert problem(program.get(f"/api/contracts?site={code}"), 404)
    assert problem(program.get(f"/api/sites?site_id={code}"), 404)


def test_a_cookie_that_cannot_be_a_session_is_no_session():
    client = Client(raise_request_exception=False)
    cookie = {"Cookie": 'sessionid="aaaaaaaaaaaa\\000"'}
    assert problem(client.get("/api/contracts", headers=cookie), 401)
    assert client.get("/accounts/login/", headers=cookie).status_code == 200


@pytest.mark.parametrize("body", ['{"\\ud800": 1}', '{"method": "\\ud800"}', '{"provider": "\\udfff"}'])
def test_half_a_pair_of_characters_is_named_in_the_refusal(program, body):
    answer = program.post("/api/payments", body, content_type="application/json", headers={"Idempotency-Key": "k"})
    assert problem(answer, 400)["errors"]


@pytest.mark.parametrize(
    "query",
    [
        "search=%00", "tenant=%00", "page=1e3", "page=10001", "page=9" + "9" * 2000, "agent=9223372036854775808",
        "inForceOn=10000-01-01", "inForceOn=0000-01-01", "ordering=%00", "page=1&page=2", "status=", "tenant=",
        "format=json", "%00=1",
    ],
)  # fmt: skip
def test_a_parameter_that_cannot_be_is_a_400(program, query):
    assert problem(program.get(f"/api/contracts?{query}"), 400)["errors"]


@pytest.mark.parametrize(
    "query",
    ["agent=9223372036854775807", "inForceOn=9999-12-31", "startFrom=0001-01-01", "search=%ed%a0%80", "page=10000"],
)
def test_the_furthest_values_that_can_be_are_answered(program, query):
    assert program.get(f"/api/contracts?{query}").json()["results"] == []


@pytest.mark.parametrize("charset", ["utf-16", "nonsense"])
def test_another_encoding_is_a_400(program, charset):
    kind = f"application/json; charset={charset}"
    assert problem(program.generic("POST", "/api/payments", b'{"amount": 1}', content_type=kind), 400)


@pytest.mark.parametrize("address", ["/api/contracts/", "/api/%00", "/api/tasks/%00", "/api/tasks/today/%ff", "/api/"])
def test_an_address_that_is_none_is_a_404(program, address):
    assert problem(program.get(address), 404)
