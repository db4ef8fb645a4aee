import pytest
from django.test import Client

from accounts.models import User
from accounts.tests.factories import make_user

LOGIN = "/accounts/login/"
PROFILE = "/accounts/profile/"
LANGUAGE = "/accounts/language/"


def language_of(response):
    page = response.content.decode()
    in_page = page.split('<html lang="', 1)[1].split('"', 1)[0]
    assert response["Content-Language"] == in_page
    return in_page


@pytest.mark.parametrize(
    ("accepted", "shown"),
    [
        ("", "fr"),
        ("en", "en"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("fr-GN", "fr"),
        ("de-DE,de;q=0.9,en;q=0.5", "en"),
        ("de", "fr"),
        ("fuf", "fuf"),
        ("sus-GN;q=0.9", "sus"),
        ("*", "fr"),
        ("en;q=0.1,emk;q=0.7", "emk"),
        ("\x7f,;;q=x", "fr"),
    ],
)
def test_a_newcomer_gets_the_first_language_of_the_browser_that_akig_speaks(client, db, accepted, shown):
    response = client.get(LOGIN, headers={"Accept-Language": accepted})
    assert language_of(response) == shown
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["fr", "en", "sus", "fuf", "emk", "kqs"])
def test_each_of_the_six_can_be_chosen_before_signing_in_and_is_kept_in_a_cookie(client, code):
    response = client.post(LANGUAGE, {"language": code, "next": LOGIN})
    assert (response.status_code, response["Location"]) == (302, LOGIN)
    assert response.cookies["django_language"].value == code
    assert response.cookies["django_language"]["max-age"] == 365 * 24 * 3600
    assert language_of(client.get(LOGIN, headers={"Accept-Language": "en"})) == code


@pytest.mark.django_db
def test_the_choice_of_a_signed_in_person_follows_them_to_another_browser(client):
    user = make_user()
    client.force_login(user)
    client.post(LANGUAGE, {"language": "kqs", "next": PROFILE})
    user.refresh_from_db()
    assert user.preferred_language == "kqs"
    elsewhere = Client()
    elsewhere.force_login(user)
    assert language_of(elsewhere.get(PROFILE, headers={"Accept-Language": "en"})) == "kqs"


@pytest.mark.django_db
def test_a_persons_own_language_comes_before_the_cookie_and_that_before_the_browser(client):
    user = make_user()
    client.cookies["django_language"] = "emk"
    client.force_login(user)
    assert language_of(client.get(PROFILE, headers={"Accept-Language": "en"})) == "emk"
    User.objects.update(preferred_language="sus")
    assert language_of(client.get(PROFILE, headers={"Accept-Language": "en"})) == "sus"


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "de", "EN", "../fr", "en\n", "x" * 5000])
def test_an_unknown_language_changes_nothing(client, code):
    user = make_user(preferred_language="en")
    client.force_login(user)
    response = client.post(LANGUAGE, {"language": code, "next": PROFILE})
    assert (response.status_code, response["Location"]) == (302, PROFILE)
    assert "django_language" not in response.cookies
    user.refresh_from_db()
    assert user.preferred_language == "en"
    client.cookies["django_language"] = "de"
    assert language_of(client.get(PROFILE)) == "en"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "referer", "goes_to"),
    [
        ("/GN_KINDIA/kpi/?period=month", None, "/GN_KINDIA/kpi/?period=month"),
        ("", "http://testserver/GN_KINDIA/kpi/", "http://testserver/GN_KINDIA/kpi/"),
        ("https://evil.example/", None, "/"),
        ("//evil.example/", "https://evil.example/", "/"),
        ("/\\evil.example", None, "/"),
        ("", None, "/"),
    ],
)
def test_after_the_choice_one_is_back_on_a_page_of_ours(client, wanted, referer, goes_to):
    headers = {"Referer": referer} if referer else {}
    assert client.post(LANGUAGE, {"language": "en", "next": wanted}, headers=headers)["Location"] == goes_to


@pytest.mark.django_db
def test_the_language_is_chosen_by_a_post_that_carries_the_forms_secret():
    client = Client(enforce_csrf_checks=True)
    assert client.get(LANGUAGE).status_code == 405
    assert client.post(LANGUAGE, {"language": "en"}).status_code == 403
