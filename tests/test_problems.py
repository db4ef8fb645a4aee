"""What a program reads when it is refused: a problem document, whatever went wrong and wherever."""

import json

import pytest
from django.test import Client

from accounts.tests.factories import make_user
from sites_app.models import Membership

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.refusals")]


@pytest.fixture
def program(db):
    user = make_user("awa", preferred_language="en")
    Membership.objects.create(user=user, site_id="GN_KINDIA", role="manager")
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def problem_of(response):
    assert response["Content-Type"] == "application/problem+json"
    document = json.loads(response.content)
    assert document["status"] == response.status_code
    assert document["type"] == "about:blank"
    assert document["title"]
    return document


@pytest.mark.parametrize(
    ("reason", "status", "detail"),
    [
        ("not-found", 404, "There is nothing here, or it is not on your sites."),
        ("forbidden", 403, "Only a manager may do this."),
        ("bad", 400, "The end is before the start."),
        ("suspicious", 400, "Malformed request."),
        ("large", 413, "The request is larger than AKIG accepts. Nothing was changed."),
        ("database", 503, "The database does not answer. Nothing was changed; try again in a minute."),
        ("disk", 503, "The disk is full. Nothing was changed; try again in a minute."),
        ("type", 415, 'Unsupported media type "text/plain" in request.'),
        ("form", 406, "Could not satisfy the request Accept header."),
        ("busy", 429, "Request was throttled. Expected available in 12 seconds."),
        ("nul", 400, "A value has a character or a size that cannot be stored. Nothing was changed."),
        ("broken", 500, "The request was not carried out."),
    ],
)
def test_each_refusal_of_an_api_view_is_a_problem_document(program, reason, status, detail):
    response = program.get(f"/api/refuse/{reason}")
    assert response.status_code == status
    assert problem_of(response)["detail"] == detail


def test_every_wrong_field_is_named_at_once_with_the_path_of_nested_ones(program):
    body = {"day": "23/11/2026", "lines": [{"amount": 5}, {"amount": 0}, {}]}
    response = program.post("/api/order", body, content_type="application/json")
    assert response.status_code == 400
    assert problem_of(response)["errors"] == [
        {
            "field": "day",
            "message": "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
        },
        {"field": "lines.1.amount", "message": "Ensure this value is greater than or equal to 1."},
        {"field": "lines.2.amount", "message": "This field is required."},
    ]


def test_an_error_of_the_whole_has_no_field(program):
    response = program.post("/api/order", {"day": "2026-11-22", "lines": []}, content_type="application/json")
    assert problem_of(response)["errors"] == [{"field": "", "message": "Not on a Sunday."}]


def test_a_models_own_errors_become_a_list_too(program):
    errors = problem_of(program.get("/api/refuse/invalid"))["errors"]
    assert errors == [
        {"field": "amount", "message": "Too much."},
        {"field": "", "message": "Not on a Sunday."},
    ]


def test_a_broken_rule_is_a_422_that_names_the_rule_and_the_field(program):
    response = program.get("/api/refuse/rule")
    sentence = "No more than 10 000 000 GNF in cash."
    assert problem_of(response) == {
        "type": "about:blank",
        "title": "A rule forbids it",
        "status": 422,
        "detail": sentence,
        "errors": [{"field": "amount", "message": sentence}],
        "rule": "largest_cash_payment",
    }


def test_a_key_used_again_for_something_else_is_a_409(program):
    document = problem_of(program.get("/api/refuse/key"))
    assert (document["status"], document["rule"]) == (409, "idempotency_key")


@pytest.mark.parametrize(
    "body",
    ["{", "[" * 100_000, '"\\ud800', "", "nan", '{"day": 1e999}', "9" * 5000, b"\xff\xfe{", '{"day": "\\u0000"}'],
    ids=["cut", "nested", "surrogate", "empty", "nan", "infinite", "long number", "not utf-8", "nul"],
)
def test_bad_json_is_a_400_never_a_500(program, body):
    response = program.post("/api/order", body, content_type="application/json")
    assert response.status_code == 400
    problem_of(response)


def test_another_media_type_is_a_415(program):
    assert problem_of(program.post("/api/order", {"day": "x"}))["status"] == 415


def test_a_wrong_method_is_a_405_that_names_the_right_one(program):
    response = program.delete("/api/order")
    assert problem_of(response)["status"] == 405
    assert set(response["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_an_address_that_does_not_exist_is_a_404_without_html(program):
    response = program.get("/api/nothing-here")
    assert problem_of(response)["status"] == 404


def test_an_unknown_site_is_a_404_that_names_it_and_somebody_elses_a_403(program):
    unknown = problem_of(program.get("/api/order", headers={"X-Site-ID": "GN_NOWHERE"}))
    assert (unknown["status"], unknown["detail"]) == (404, "There is no site GN_NOWHERE.")
    foreign = problem_of(program.get("/api/order", headers={"X-Site-ID": "GN_LABE"}))
    assert (foreign["status"], foreign["detail"]) == (403, "You have no access to the site GN_LABE.")


def test_the_anonymous_are_told_how_to_sign_in(client):
    response = client.get("/api/refuse/bad")
    assert problem_of(response)["status"] == 401
    assert response["WWW-Authenticate"].startswith("Bearer ")


def test_retry_after_says_when(program):
    assert program.get("/api/refuse/busy")["Retry-After"] == "12"
    assert program.get("/api/refuse/database")["Retry-After"] == "60"


def test_a_page_asked_for_as_json_refuses_as_json(program):
    response = program.get("/GN_KINDIA/page/forbidden", headers={"Accept": "application/json"})
    assert problem_of(response)["detail"] == "Only a manager may do this."
    response = program.get("/GN_KINDIA/page/forbidden", headers={"Accept": "text/html,application/json;q=0.5"})
    assert response["Content-Type"].startswith("text/html")


def test_a_host_that_is_not_ours_is_refused_without_html(program):
    assert problem_of(program.get("/api/order", headers={"Host": "evil.example"}))["status"] == 400


def test_the_titles_are_in_the_callers_language(program):
    response = program.get("/api/refuse/bad", headers={"Accept-Language": "en"})
    assert problem_of(response)["title"] == "Not understood"
    anonymous = Client().get("/api/refuse/bad", headers={"Accept-Language": "fr"})
    assert problem_of(anonymous)["title"] == "Non connecté"
