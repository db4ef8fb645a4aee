"""POST /api/payments: recorded once for its key, and every refusal with its field."""

import datetime as dt
import json
import uuid

import pytest
from django.test import Client

from leasing.models import Payment
from leasing.tests.factories import make_contract, make_instalments
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.people import make_person

pytestmark = pytest.mark.django_db
CODE = "GN_KINDIA"


@pytest.fixture
def contract():
    site = Site.objects.get(pk=CODE)
    with site_scope([CODE]):
        contract = make_contract(site, status="ended", ended_on=dt.date(2026, 3, 31))
        make_instalments(contract, 2)
        return contract


@pytest.fixture
def awa():
    return make_person("awa", GN_KINDIA="agent")


@pytest.fixture
def api(client, awa):
    client.force_login(awa)
    return client


def body_of(contract, **overrides):
    body = {"contractId": str(contract.pk), "amount": 3_500_000, "method": "cash", "receivedOn": "2026-02-10"}
    return body | overrides


def post(client, body, *, key="k-1", query="", **headers):
    if key is not None:
        headers["Idempotency-Key"] = key
    return client.post(f"/api/payments{query}", body, content_type="application/json", headers=headers)


def problem(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    return answer.json()


def recorded():
    with site_scope([CODE]):
        return Payment.objects.count()


def test_a_payment_is_recorded_and_pays_the_oldest_months_first(api, awa, contract):
    answer = post(api, body_of(contract))
    assert answer.status_code == 201
    found = answer.json()
    assert [(share["period"], share["amount"]) for share in found["allocations"]] == [
        ("2026-01-01", 1_500_000),
        ("2026-02-01", 1_500_000),
    ]
    assert (found["amount"], found["onAccount"], found["currency"]) == (3_500_000, 500_000, "GNF")
    assert found["receiptNumber"] == "GN_KINDIA-000001"
    assert (found["contractId"], found["recordedById"]) == (str(contract.pk), awa.pk)


def test_the_same_key_with_the_same_body_answers_the_same_and_records_nothing_more(api, contract):
    first, again = (post(api, body_of(contract)) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert recorded() == 1


def test_the_same_key_with_another_body_is_a_409(api, contract):
    post(api, body_of(contract))
    document = problem(post(api, body_of(contract, amount=7)), 409)
    assert (document["rule"], document["errors"][0]["field"]) == ("idempotency_key", "Idempotency-Key")
    assert recorded() == 1


@pytest.mark.parametrize(
    ("overrides", "field", "rule"),
    [
        ({"amount": 15_000_001}, "amount", "largest_cash_payment"),
        ({"method": "cheque"}, "method", "payment_methods"),
        ({"method": "mobile", "provider": "Wave"}, "provider", "mobile_money_providers"),
        ({"receivedOn": "9999-12-31"}, "receivedOn", "received_on_not_to_come"),
        ({"contractId": str(uuid.uuid4())}, "contractId", "same_site"),
    ],
)
def test_a_broken_rule_is_a_422_that_names_it_and_its_field(api, contract, overrides, field, rule):
    document = problem(post(api, body_of(contract, **overrides)), 422)
    assert (document["rule"], document["errors"][0]["field"]) == (rule, field)
    assert recorded() == 0


def test_a_transaction_that_is_recorded_already_is_a_422(api, contract):
    transaction = body_of(contract, method="mobile", provider="Orange", externalReference="TX-1")
    assert post(api, transaction).status_code == 201
    document = problem(post(api, transaction, key="k-2"), 422)
    assert document["errors"][0]["field"] == "externalReference"
    assert recorded() == 1


def test_another_sites_contract_answers_like_none(api):
    labe = Site.objects.get(pk="GN_LABE")
    with site_scope([labe.code]):
        foreign = make_contract(labe)
    missing = post(api, body_of(foreign, contractId=str(uuid.uuid4())), key="a")
    assert problem(post(api, body_of(foreign), key="b"), 422) == missing.json()


def test_every_wrong_field_is_named_at_once(api, contract):
    body = {"contractId": "x", "amount": 1.5, "method": "gold", "provider": "a" * 41, "colour": "red"}
    document = problem(post(api, body, key=None), 400)
    fields = {error["field"] for error in document["errors"]}
    assert fields == {*body, "receivedOn", "Idempotency-Key"}


@pytest.mark.parametrize("key", ["k" * 121, "a\u00a0\u200bb"])
def test_a_key_that_cannot_be_kept_is_a_400(api, contract, key):
    assert problem(post(api, body_of(contract), key=key), 400)


@pytest.mark.parametrize("amount", [0, -1, 2**53, 10**400, True, "many", None, []])
def test_an_amount_that_is_none_is_a_400(api, contract, amount):
    document = problem(post(api, json.dumps(body_of(contract, amount=amount))), 400)
    assert document["errors"][0]["field"] == "amount"


def test_who_may_not_is_refused(contract):
    assert problem(post(Client(), body_of(contract)), 401)
    client = Client()
    client.force_login(make_person("stranger", GN_LABE="admin"))
    assert problem(post(client, body_of(contract), query=f"?site={CODE}"), 403)
    regional = Client()
    regional.force_login(make_person("regional", GN_KINDIA="manager", GN_LABE="manager"))
    assert problem(post(regional, body_of(contract), query="?site=ALL"), 403)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_person("page", GN_KINDIA="agent"))
    assert problem(post(strict, body_of(contract)), 403)
    assert recorded() == 0


def test_another_form_is_a_415_and_an_unknown_parameter_a_400(api, contract):
    answer = api.post("/api/payments", {"amount": 1}, headers={"Idempotency-Key": "k"})
    assert problem(answer, 415)
    assert problem(post(api, body_of(contract), query="?colour=red"), 400)["errors"][0]["field"] == "colour"
    assert problem(post(api, "[" * 50_000), 400)
    assert problem(post(api, [1]), 400)
