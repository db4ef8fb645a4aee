"""What came in and ended in an error page: each is refused, by name, in the form that the asker reads."""

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from akig.readable import Utf8Handler
from screens.admin_tables import TableAdmin
from screens.lists import refuse_long_search
from tests.people import make_person

pytestmark = pytest.mark.django_db

SITE = "/GN_KINDIA"


@pytest.fixture
def browser():
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create(username="root", is_superuser=True, is_staff=True, preferred_language="en"))
    return client


@pytest.fixture
def agent():
    client = Client(raise_request_exception=False)
    client.force_login(make_person("awa", GN_KINDIA="agent"))
    return client


def page(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
    return answer.content.decode()


def document(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    return answer.json()


def test_every_table_of_the_administration_refuses_what_cannot_be():
    assert [model for model, table in admin.site._registry.items() if not isinstance(table, TableAdmin)] == []


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("leasing/tenant/?name__regex=%5c", "name__regex"),
        ("leasing/tenant/?name__iregex=(", "name__iregex"),
        ("leasing/contract/?status=%00", "status"),
        ("leasing/contract/?start_date__year=99999", "start_date__year"),
        ("leasing/contract/?start_date__gte=10000-01-01", "start_date__gte"),
        ("leasing/contract/?property__id__exact=zz", "property__id__exact"),
        ("leasing/contract/?id__in=zz", "id__in"),
        ("leasing/tenant/?zz=1", "zz"),
        ("leasing/payment/?amount__range=9", "amount__range"),
        ("sites_app/siteclosingday/?day__year=9999&day__month=12&day__day=31", "day__year"),
        ("accounts/user/?password__regex=.", "password__regex"),
        ("outbox/job/?created_at__year=0", "created_at__year"),
        ("axes/accesslog/?attempt_time__gte=zz", "attempt_time__gte"),
    ],
)
def test_a_filter_that_cannot_be_is_a_400_that_names_it(browser, address, named):
    assert named in page(browser.get(f"{SITE}/admin/{address}"), 400)
    asked = browser.get(f"{SITE}/admin/{address}", headers={"Accept": "application/json"})
    assert named in document(asked, 400)["detail"]


@pytest.mark.parametrize("key", ["%00", "_00", "zz", "9" * 40, "%ff"])
def test_a_row_that_cannot_be_is_a_404(browser, key):
    for table in ("sites_app/site", "leasing/tenant", "accounts/user", "outbox/job"):
        for part in ("change", "delete", "history"):
            assert browser.get(f"{SITE}/admin/{table}/{key}/{part}/").status_code in (404, 403, 302), (table, part)


@pytest.mark.parametrize("key", ["zz", "%00", "99999999999999999999999"])
def test_a_choice_that_is_no_row_is_an_error_beside_its_field(browser, key):
    browser.get(f"{SITE}/admin/leasing/contract/add/?property={key}&tenant={key}")
    answer = browser.post(f"{SITE}/admin/leasing/contract/add/", {"property": key, "tenant": key})
    assert "errornote" in page(answer, 200) or "error" in page(answer, 200)


def test_a_ticked_row_that_cannot_be_is_a_400(browser):
    sent = {"action": "delete_selected", "_selected_action": "zz", "index": "0"}
    answer = browser.post(f"{SITE}/admin/leasing/tenant/", sent)
    assert "_selected_action" in page(answer, 400)


def test_an_unknown_rule_is_an_error_of_the_form(browser):
    for kind in ("zz", "", "\x00"):
        answer = browser.post(f"{SITE}/admin/sites_app/regionalrule/add/", {"rule_type": kind, "value": "1"})
        assert "rule_type" in page(answer, 200)


def test_the_choices_of_nothing_are_refused(browser):
    for query in ("", "?app_label=zz", "?app_label=leasing&model_name=&field_name=", "?term=%00"):
        assert browser.get(f"{SITE}/admin/autocomplete/{query}").status_code in (400, 403, 404), query


@pytest.mark.parametrize("code", ["%00", "zz", "GN_%ff"])
def test_a_site_that_cannot_be_is_a_404_on_pages_too(agent, code):
    page(agent.get(f"/tasks/?site={code}"), 404)


@pytest.mark.parametrize("place", ["zz", "\x00", "//evil.example", "javascript:alert(1)", "http://[zz", "a/b", ""])
def test_the_language_is_kept_wherever_one_says_to_go_on(place):
    """Without an account."""
    browser = Client(raise_request_exception=False)
    answers = [
        browser.post("/accounts/language/", {"language": "en", "next": place}),
        browser.post("/accounts/language/", {"language": "en"}, headers={"Referer": place}),
    ]
    for answer in answers:
        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert answer.cookies["django_language"].value == "en"


@pytest.mark.parametrize("charset", ["utf-16", "base64", "rot13", "unicode_escape", "utf-7", "idna", "nonsense"])
def test_a_form_in_another_encoding_is_a_400_in_words(agent, charset, monkeypatch):
    kind = f"application/x-www-form-urlencoded; charset={charset}"
    monkeypatch.setattr("django.test.client.WSGIRequest", Utf8Handler.request_class)
    assert "UTF-8" in page(agent.generic("POST", f"{SITE}/tasks/new/?q=%5cud800", b"a=1", content_type=kind), 400)


@pytest.mark.parametrize("body", ['{"a": "\\ud800"}', '{"a": "b\\u0000"}', '{"a": [{"b": "\\udfff"}]}', '["\\ud800"]'])
def test_text_that_cannot_be_kept_is_named_in_any_json(agent, body):
    sent = agent.post("/api/payments", body, content_type="application/json", headers={"Idempotency-Key": "k"})
    errors = document(sent, 400)["errors"]
    assert errors[0]["field"] in ("a", "a.0.b", "0")


# --- searches ---------------------------------------------------------------------------------------------------------

LONG = [" ".join(["a"] * 6000), " ".join(["a"] * 11), "a" * 101]


@pytest.mark.parametrize("words", LONG)
def test_a_search_of_many_words_is_refused_with_a_sentence(browser, agent, words):
    said = "at most 10 words and 100 characters"
    for table in ("leasing/tenant", "accounts/user", "outbox/job", "axes/accesslog"):
        assert said in page(browser.get(f"{SITE}/admin/{table}/", {"q": words}), 200), table
    asked = {"app_label": "leasing", "model_name": "contract", "field_name": "tenant", "term": words}
    assert said in page(browser.get(f"{SITE}/admin/autocomplete/", asked), 400)
    assert browser.get(f"{SITE}/tasks/", {"q": words}).status_code == 400
    found = browser.get("/api/contracts", {"search": words, "site": "GN_KINDIA"}, headers={"Accept-Language": "en"})
    assert document(found, 400)["errors"][0]["field"] == "search"


def test_ten_words_and_a_hundred_characters_are_searched_for(browser):
    for words in (" ".join(["a"] * 10), "a" * 100):
        refuse_long_search(words)
        assert browser.get(f"{SITE}/admin/leasing/tenant/", {"q": words}).status_code == 200
    with pytest.raises(ValidationError):
        refuse_long_search("a" * 101)


# --- programs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/api",
        "/api/",
        "/API",
        "/API/contracts",
        "/Api//contracts",
        "//api/contracts",
        "///API/",
        "/GN_KINDIA/API/x",
        "/ALL//api",
    ],
)
def test_whatever_looks_like_the_apis_address_answers_with_a_document(agent, address):
    for client in (agent, Client(raise_request_exception=False)):
        for method in ("GET", "POST", "DELETE"):
            answer = client.generic(method, "/", b"", PATH_INFO=address)  # "//" would be a host
            assert 400 <= answer.status_code < 500, (address, method)
            document(answer, answer.status_code)


@pytest.mark.parametrize("address", ["/apix", "/kpi-api/", "/apiary/contracts"])
def test_an_address_that_only_begins_alike_is_a_page(address):
    assert Client().get(address)["Content-Type"].startswith("text/html")


def test_each_refusal_before_any_view_is_a_document_for_a_program(agent, settings):
    document(agent.get("/api/contracts", headers={"Host": "evil.example"}), 400)
    document(agent.get("/tasks/", headers={"Host": "evil.example", "Accept": "application/json"}), 400)
    document(agent.delete(f"{SITE}/tasks/today/", headers={"Accept": "application/json"}), 405)
    assert agent.delete(f"{SITE}/tasks/today/", headers={"Accept": "application/json"})["Allow"]
    document(agent.delete("/api/contracts"), 405)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    body = b'{"amount": 123456}'
    document(agent.post("/api/payments", body, content_type="application/json", headers={"Idempotency-Key": "k"}), 413)
    document(agent.post("/accounts/profile/", {"full_name": "x" * 99}, headers={"Accept": "application/json"}), 413)
