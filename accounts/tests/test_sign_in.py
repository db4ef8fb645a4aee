from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.backends import NameOrEmailBackend
from accounts.models import User
from accounts.tests.factories import PASSWORD, make_user

LOGIN = "/accounts/login/"
PROFILE = "/accounts/profile/"


def sign_in(client, username="awa", password=PASSWORD, **fields):
    return client.post(LOGIN, {"username": username, "password": password} | fields, headers={"Accept-Language": "en"})


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["awa", "AWA", " awa ", "awa@agence.example", "AWA@AGENCE.EXAMPLE"])
def test_people_sign_in_by_user_name_or_email_in_any_case(client, typed):
    make_user("awa")
    response = sign_in(client, typed)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get(PROFILE).status_code == 200


@pytest.mark.django_db
def test_an_unknown_name_a_wrong_password_and_a_disabled_account_get_one_answer(client):
    make_user("awa")
    make_user("gone", is_active=False)
    tries = [("nobody", PASSWORD), ("awa", "not-the-password"), ("gone", PASSWORD)]
    errors = [sign_in(Client(), *each).context["form"].non_field_errors() for each in tries]
    with translation.override("en"):
        assert errors == [["The user name or the password is incorrect. Check both and try again."]] * 3


@pytest.mark.django_db
def test_the_backend_itself_refuses_a_disabled_account_and_half_given_credentials():
    user = make_user("awa")
    sign = NameOrEmailBackend().authenticate
    assert sign(None, username="awa", password=PASSWORD) == user
    assert [sign(None, username=n, password=p) for n, p in [("awa", None), (None, PASSWORD), ("", "")]] == [None] * 3
    User.objects.update(is_active=False)
    assert sign(None, username="awa", password=PASSWORD) is None


@pytest.mark.django_db
def test_an_unknown_name_costs_a_password_hash_too(client, monkeypatch):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
    sign_in(client, "nobody", "any-password")
    assert hashed == ["any-password"]


@pytest.mark.django_db
def test_the_session_has_a_new_key_after_sign_in(client):
    make_user("awa")
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


@pytest.mark.django_db
def test_a_session_ends_twelve_hours_after_sign_in_however_busy_it_is(client):
    make_user("awa")
    sign_in(client)
    ends = Session.objects.get().expire_date
    assert timedelta(hours=11, minutes=59) < ends - timezone.now() <= timedelta(hours=12)
    session = client.session
    session["site"] = "GN_KINDIA"
    session.save()
    assert Session.objects.get().expire_date == ends
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get(PROFILE).status_code == 302


@pytest.mark.django_db
def test_the_sessions_of_a_disabled_user_end_at_once(client):
    make_user("awa")
    sign_in(client)
    assert client.get(PROFILE).status_code == 200
    User.objects.update(is_active=False)
    response = client.get(PROFILE)
    assert (response.status_code, response["Location"]) == (302, f"{LOGIN}?next={PROFILE}")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/GN_KINDIA/kpi/?period=month", "/GN_KINDIA/kpi/?period=month"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_sign_in_leads_to_a_page_of_ours_only(client, wanted, goes_to):
    make_user("awa")
    assert sign_in(client, next=wanted)["Location"] == goes_to


@pytest.mark.django_db
def test_sign_out_is_a_post_and_works_when_the_session_is_over_already(client):
    make_user("awa")
    sign_in(client)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.get(PROFILE).status_code == 200
    for _ in range(2):
        response = client.post("/accounts/logout/")
        assert (response.status_code, response["Location"]) == (302, LOGIN)
    assert client.get(PROFILE).status_code == 302
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_signing_in_without_the_forms_own_secret_is_refused():
    make_user("awa")
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client).status_code == 403
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_the_sign_in_page_reads_nothing_from_the_database(client):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(LOGIN).status_code == 200
    # The request's own transaction is a savepoint inside the test's.
    assert [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]] == []


@pytest.mark.django_db
def test_the_administration_has_no_second_way_in(client):
    boss = User.objects.create_superuser("boss", "boss@agence.example", PASSWORD, preferred_language="en")
    signed_in = client.post("/admin/login/", {"username": "BOSS", "password": PASSWORD, "next": "/admin/"})
    assert signed_in["Location"] == "/admin/"
    assert Session.objects.get().expire_date - timezone.now() <= timedelta(hours=12)
    assert client.session["_session_expiry"]
    other = client.get("/GN_CONAKRY/admin/login/")
    assert f"You are signed in as {boss.get_full_name()}." in other.content.decode()
