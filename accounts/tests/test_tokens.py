from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import urlsafe_base64_encode

from accounts.actions import issue_token, revoke_token
from accounts.models import ApiToken, User
from accounts.tests.factories import NOW, PASSWORD, make_user
from tests.owner import as_owner

WHOAMI = "/accounts/whoami"
pytestmark = [pytest.mark.django_db, pytest.mark.urls("accounts.tests.whoami_urls")]


def bearer(raw):
    return {"Authorization": f"Bearer {raw}", "Accept-Language": "en"}


def make_token(user, days=90, now=None):
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


NEW = "pont-du-8-novembre"
CHANGE = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}


def changed_by_oneself(user):
    browser = Client()
    browser.force_login(user)
    browser.post("/accounts/password/", CHANGE)


def set_by_a_superuser(user):
    browser = Client()
    browser.force_login(User.objects.create_superuser("boss", "boss@agence.example", None))
    browser.post(f"/GN_CONAKRY/admin/accounts/user/{user.pk}/password/", {"password1": NEW, "password2": NEW})


def set_by_a_link(user):
    uid, token = urlsafe_base64_encode(str(user.pk).encode()), default_token_generator.make_token(user)
    browser = Client()
    form = browser.get(f"/accounts/password/reset/{uid}/{token}/")["Location"]
    browser.post(form, {"new_password1": NEW, "new_password2": NEW})


def set_by_a_program(user):
    user.set_password(NEW)
    user.save()


def set_in_the_table(user):
    User.objects.filter(pk=user.pk).update(password=make_password(NEW))


def disabled_and_let_in_again(user):
    User.objects.filter(pk=user.pk).update(is_active=False)
    User.objects.filter(pk=user.pk).update(is_active=True)


@pytest.mark.urls("akig.urls")
@pytest.mark.parametrize(
    "happens",
    [
        changed_by_oneself,
        set_by_a_superuser,
        set_by_a_link,
        set_by_a_program,
        set_in_the_table,
        disabled_and_let_in_again,
    ],
)
def test_a_new_password_and_a_disabled_account_end_every_token_and_session_there_was(happens):
    user = make_user()
    bystander, theirs = make_token(make_user("binta"))
    _token, raw = make_token(user)
    elsewhere = Client()
    elsewhere.force_login(user)
    assert elsewhere.get("/accounts/profile/", headers=bearer(raw)).status_code == 200
    happens(user)
    assert Client().get("/accounts/profile/", headers=bearer(raw)).status_code == 401
    assert ApiToken.objects.get(user=user).revoked_at is not None
    if happens is not disabled_and_let_in_again:
        assert elsewhere.get("/accounts/profile/").status_code == 302
    assert Client().get("/accounts/profile/", headers=bearer(theirs)).status_code == 200
    assert ApiToken.objects.get(pk=bystander.pk).revoked_at is None


def test_another_name_address_or_right_ends_no_token():
    user = make_user()
    make_token(user)
    User.objects.filter(pk=user.pk).update(full_name="Awa B.", email="a@b.example", is_superuser=True)
    user.refresh_from_db()
    user.save()
    assert ApiToken.objects.get().revoked_at is None


@pytest.mark.urls("akig.urls")
@pytest.mark.parametrize("path", ["/accounts/tokens/", "/accounts/password/"])
def test_a_token_makes_no_token_and_no_password(path):
    user = make_user()
    _token, raw = make_token(user)
    refused = Client().post(path, {"name": "x", "days": "30", **CHANGE}, headers=bearer(raw))
    assert refused.status_code == 403
    assert "Not with a token: sign in with your password." in refused.content.decode()
    assert ApiToken.objects.count() == 1
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.urls("akig.urls")
def test_a_token_opens_no_page_of_the_administration():
    boss = User.objects.create_superuser("boss", "boss@agence.example", PASSWORD)
    _token, raw = make_token(boss)
    user = make_user()
    for page in ("", "accounts/user/", f"accounts/user/{user.pk}/password/", "sites_app/membership/add/"):
        for ask in (Client().get, Client().post):
            assert ask(f"/GN_CONAKRY/admin/{page}", headers=bearer(raw)).status_code == 403, page


def test_the_database_takes_no_token_without_an_end():
    token, _raw = make_token(make_user())
    with pytest.raises(IntegrityError):
        ApiToken.objects.filter(pk=token.pk).update(expires_at=None)


def test_another_scheme_of_authorization_is_left_alone(client):
    client.force_login(make_user())
    assert client.get(WHOAMI, headers={"Authorization": "Basic YXdhOnB3"}).json()["user"] == "awa"


def test_the_upgrade_ends_an_endless_token_in_90_days_and_a_long_one_in_a_year():
    user = make_user()
    endless, long, soon = (make_token(user, days=days)[0] for days in (1, 3650, 7))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_apitoken ALTER expires_at DROP NOT NULL")
        cursor.execute("ALTER TABLE accounts_apitoken DISABLE TRIGGER USER")  # there were none yet
        cursor.execute("UPDATE accounts_apitoken SET expires_at = NULL WHERE id = %s", [endless.pk])
    import_module("accounts.migrations.0002_audit_and_ends").end_every_token(apps, None)
    days = {t.pk: round((t.expires_at - timezone.now()) / timedelta(days=1)) for t in ApiToken.objects.all()}
    assert days == {endless.pk: 90, long.pk: 365, soon.pk: 7}
