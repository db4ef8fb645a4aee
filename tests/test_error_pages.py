"""What a person reads when something does not go as asked: what happened, that nothing was lost, what to do."""

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.tests.factories import make_user
from sites_app.models import Membership, Site

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.refusals")]


@pytest.fixture
def browser():
    return Client(raise_request_exception=False)


@pytest.fixture
def member(browser):
    user = make_user("awa", preferred_language="en")
    Membership.objects.create(user=user, site_id="GN_KINDIA", role="manager")
    browser.force_login(user)
    return browser


def text_of(response):
    assert response["Content-Type"] == "text/html; charset=utf-8"
    page = response.content.decode()
    assert page.count("<h1") == 1
    assert '<main id="main"' in page
    return page


@pytest.mark.parametrize(
    ("reason", "status", "happened", "safe"),
    [
        ("bad", 400, "The end is before the start.", "nothing was lost"),
        ("suspicious", 400, "AKIG did not understand this request.", "nothing was lost"),
        ("large", 413, "Too large", "nothing was lost"),
        ("forbidden", 403, "Only a manager may do this.", "nothing was lost"),
        ("not-found", 404, "There is no page at this address", "nothing was lost"),
        ("broken", 500, "Something went wrong on our side", "everything that was saved before is safe"),
        ("database", 503, "Not available now", "everything that was saved before is safe"),
        ("disk", 503, "Not available now", "everything that was saved before is safe"),
    ],
)
def test_each_page_says_what_happened_and_that_nothing_is_lost(member, reason, status, happened, safe):
    response = member.get(f"/GN_KINDIA/page/{reason}")
    assert response.status_code == status
    page = text_of(response)
    assert happened in page
    assert safe in page
    assert "secret detail" not in page
    assert "matches the given query" not in page


def test_a_refused_member_keeps_the_menu_and_learns_whom_to_ask(member):
    page = text_of(member.get("/GN_KINDIA/page/forbidden"))
    assert 'aria-label="Main menu"' in page
    assert "ask an administrator of the site" in page
    assert "<strong>awa</strong>" in page


def test_somebody_without_a_site_learns_whom_to_ask_and_can_sign_in_as_another(browser):
    browser.force_login(make_user("ibrahima", preferred_language="en"))
    response = browser.get("/")
    assert response.status_code == 403
    page = text_of(response)
    assert "You do not belong to any site yet." in page
    assert "Ask an administrator of your agency to add you to a site" in page
    assert "<strong>ibrahima</strong>" in page
    assert 'action="/accounts/logout/"' in page


def test_an_unknown_site_is_named(member):
    response = member.get("/GN_NOWHERE/fine/")
    assert response.status_code == 404
    assert "There is no site GN_NOWHERE." in text_of(response)


def test_somebody_elses_site_is_refused_by_name(member):
    response = member.get("/GN_LABE/fine/")
    assert response.status_code == 403
    assert "You have no access to the site GN_LABE." in text_of(response)


def test_an_anonymous_visitor_of_a_wrong_address_gets_the_page_without_menu(client):
    response = client.get("/nothing-here", headers={"Accept-Language": "en"})
    assert response.status_code == 404
    page = text_of(response)
    assert "There is no page at this address" in page
    assert 'aria-label="Main menu"' not in page
    assert 'id="choose-site"' not in page
    assert 'id="choose-language"' in page


def test_the_database_away_says_when_to_come_back_and_asks_it_nothing(browser, monkeypatch):
    def refuse(*args, **kwargs):
        raise OperationalError("connection refused")

    browser.cookies["django_language"] = "en"
    browser.cookies["sessionid"] = "x" * 32
    monkeypatch.setattr("django.contrib.sessions.backends.base.SessionBase._get_session", refuse)
    monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", refuse)
    response = browser.get("/")
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    page = text_of(response)
    assert "Try again in a few minutes." in page
    assert '<html lang="en"' in page


def test_a_fault_in_the_error_page_itself_still_answers(member, monkeypatch):
    def refuse(*args, **kwargs):
        raise RuntimeError("no template")

    monkeypatch.setattr("akig.views.render_to_string", refuse)
    response = member.get("/GN_KINDIA/page/broken")
    assert response.status_code == 500
    assert b"Something went wrong on our side" in response.content


def test_a_form_that_is_too_old_says_so_and_changes_nothing(member):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = member.cookies
    response = strict.post("/accounts/profile/", {"full_name": "Somebody Else"})
    assert response.status_code == 403
    page = text_of(response)
    assert "This page is out of date" in page
    assert "reload the page and send it again" in page


def test_a_site_in_maintenance_refuses_a_change_in_the_frame_with_a_time(member):
    Site.objects.filter(pk="GN_KINDIA").update(status=Site.Status.MAINTENANCE)
    response = member.post("/GN_KINDIA/fine/")
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "is in maintenance: it can be read, not changed." in text_of(response)
