from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import issue_token, revoke_token
from accounts.models import ApiToken
from accounts.tests.factories import NOW, make_user

WHOAMI = "/accounts/whoami"
pytestmark = [pytest.mark.django_db, pytest.mark.urls("accounts.tests.whoami_urls")]


def bearer(raw):
    return {"Authorization": f"Bearer {raw}", "Accept-Language": "en"}


def make_token(user, days=None, now=None):
    return issue_token(user=user, name="Spreadsheet", days=days, now=now or timezone.now())


def everything_in_the_database():
    """Every column of every table as text: what somebody reads who steals a backup."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"SELECT t::text FROM {table} t")
            for (row,) in cursor.fetchall():
                yield row


def test_a_token_has_its_prefix_and_320_random_bits():
    user = make_user()
    first, second = (make_token(user)[1] for _ in range(2))
    assert first != second
    assert first.startswith("akig_")
    assert len(first) == len("akig_") + 54  # 40 bytes in base 64


def test_the_token_itself_is_nowhere_in_the_database(client):
    user = make_user()
    client.force_login(user)
    page = client.post("/accounts/tokens/", {"name": "Spreadsheet", "days": "30"})
    raw = page.context["raw"]
    assert raw in page.content.decode()
    client.get(WHOAMI, headers=bearer(raw))
    rows = list(everything_in_the_database())
    assert any(ApiToken.digest_of(raw) in row for row in rows)
    assert not any(raw in row or raw.removeprefix("akig_") in row for row in rows)


def test_a_token_signs_its_user_in_for_reading_and_writing_without_csrf():
    user = make_user()
    _token, raw = make_token(user)
    client = Client(enforce_csrf_checks=True)
    for call in (client.get, client.post):
        response = call(WHOAMI, headers=bearer(raw), content_type="application/json")
        assert (response.status_code, response.json()) == (200, {"user": "awa", "by_token": True})


def test_pages_take_a_token_too_without_csrf():
    user = make_user()
    _token, raw = make_token(user)
    client = Client(enforce_csrf_checks=True)
    assert client.post("/accounts/language/", {"language": "sus"}, headers=bearer(raw)).status_code == 302
    user.refresh_from_db()
    assert user.preferred_language == "sus"


@pytest.mark.parametrize("header", ["bearer {}", "BEARER {}", "Bearer   {}  "])
def test_the_schemes_case_and_the_spaces_do_not_matter(client, header):
    _token, raw = make_token(make_user())
    assert client.get(WHOAMI, headers={"Authorization": header.format(raw)}).status_code == 200


@pytest.mark.parametrize("raw", ["", " ", "akig_", "akig_unknown", "é", "x" * 10_000, "akig_\x00", "' OR 1=1"])
def test_a_token_that_is_not_one_gets_401_and_a_problem_document(client, raw):
    make_token(make_user())
    response = client.get(WHOAMI, headers=bearer(raw))
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == 'Bearer realm="AKIG", error="invalid_token"'
    assert response.json() == {
        "type": "about:blank",
        "title": "Not signed in",
        "status": 401,
        "detail": "This token is unknown, expired or revoked. Make a new one on your profile page.",
    }


def test_a_bad_token_never_falls_back_to_the_session(client):
    client.force_login(make_user())
    assert client.get(WHOAMI).status_code == 200
    assert client.get(WHOAMI, headers=bearer("akig_unknown")).status_code == 401


def test_a_good_token_comes_before_the_session_of_somebody_else(client):
    client.force_login(make_user("awa"))
    _token, raw = make_token(make_user("binta"))
    assert client.get(WHOAMI, headers=bearer(raw)).json() == {"user": "binta", "by_token": True}


def test_an_expired_token_is_refused_from_its_last_moment_on():
    user = make_user()
    token, _raw = make_token(user, days=1, now=NOW)
    one_day_later = NOW + timedelta(days=1)
    assert token.expires_at == one_day_later
    assert list(ApiToken.objects.usable(one_day_later - timedelta(microseconds=1))) == [token]
    assert list(ApiToken.objects.usable(one_day_later)) == []
    assert (token.is_expired(one_day_later - timedelta(microseconds=1)), token.is_expired(one_day_later)) == (
        False,
        True,
    )


def test_an_expired_a_revoked_and_a_disabled_users_token_get_401(client):
    user = make_user()
    _old, expired = make_token(user, days=1, now=timezone.now() - timedelta(days=2))
    token, revoked = make_token(user)
    revoke_token(token=token, now=NOW)
    _other, disabled = make_token(make_user("gone", is_active=False))
    assert [client.get(WHOAMI, headers=bearer(raw)).status_code for raw in (expired, revoked, disabled)] == [401] * 3


def test_revoking_twice_keeps_the_first_moment():
    token, _raw = make_token(make_user())
    revoke_token(token=token, now=NOW)
    revoke_token(token=token, now=NOW + timedelta(days=1))
    token.refresh_from_db()
    assert token.revoked_at == NOW


def test_the_last_use_is_written_at_most_once_an_hour(client):
    token, raw = make_token(make_user())
    client.get(WHOAMI, headers=bearer(raw))
    token.refresh_from_db()
    first = token.last_used_at
    assert timezone.now() - first < timedelta(minutes=1)

    with CaptureQueriesContext(connection) as captured:
        client.get(WHOAMI, headers=bearer(raw))
    assert not [query for query in captured if query["sql"].startswith("UPDATE")]
    token.refresh_from_db()
    assert token.last_used_at == first

    ApiToken.objects.update(last_used_at=first - timedelta(hours=1, seconds=1))
    client.get(WHOAMI, headers=bearer(raw))
    token.refresh_from_db()
    assert token.last_used_at >= first


def test_the_anonymous_get_401_with_a_challenge_from_the_api(client):
    response = client.get(WHOAMI)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="AKIG"'


def test_a_session_that_posts_to_the_api_needs_the_csrf_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    assert client.get(WHOAMI).json() == {"user": "awa", "by_token": False}
    refused = client.post(WHOAMI, {}, content_type="application/json", headers={"Accept-Language": "en"})
    assert refused.status_code == 403
    assert "This page is out of date. Reload it and try again: nothing was changed." in refused.content.decode()

    client.get("/accounts/profile/")
    secret = client.cookies["csrftoken"].value
    codes = [
        client.post(WHOAMI, {}, content_type="application/json", headers={"X-CSRFToken": given}).status_code
        for given in (secret, "x" * 64, "")
    ]
    assert codes == [200, 403, 403]


def test_another_scheme_of_authorization_is_left_alone(client):
    client.force_login(make_user())
    assert client.get(WHOAMI, headers={"Authorization": "Basic YXdhOnB3"}).json()["user"] == "awa"
