import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.actions import issue_token
from accounts.models import ApiToken, User
from accounts.tests.factories import PASSWORD, make_user

PROFILE = "/accounts/profile/"
TOKENS = "/accounts/tokens/"


def details(**changes):
    values = {
        "full_name": "Awa Bah",
        "phone": "",
        "preferred_language": "",
        "email": "awa@agence.example",
        "current_password": "",
    }
    return values | changes


@pytest.mark.django_db
def test_people_change_their_own_name_phone_and_language(client):
    user = make_user()
    client.force_login(user)
    response = client.post(PROFILE, details(full_name="Awa Diallo", phone="620 12 34 56", preferred_language="en"))
    assert (response.status_code, response["Location"]) == (302, PROFILE)
    assert response.cookies["django_language"].value == "en"
    assert [str(message) for message in get_messages(response.wsgi_request)] == ["Your profile is saved."]
    user.refresh_from_db()
    assert (user.full_name, str(user.phone), user.preferred_language) == ("Awa Diallo", "+224620123456", "en")


@pytest.mark.django_db
def test_a_new_email_address_needs_the_password(client):
    make_user()
    client.force_login(User.objects.get())
    for password in ("", "wrong"):
        response = client.post(PROFILE, details(email="thief@evil.example", current_password=password))
        assert "current_password" in response.context["form"].errors
        assert User.objects.get().email == "awa@agence.example"
    client.post(PROFILE, details(email="awa@new.example", current_password=PASSWORD))
    assert User.objects.get().email == "awa@new.example"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "bad",
    [
        {"phone": "123"},
        {"email": "not an address", "current_password": PASSWORD},
        {"email": "BINTA@agence.example", "current_password": PASSWORD},
        {"preferred_language": "de"},
        {"full_name": "x" * 151},
    ],
)
def test_bad_details_are_refused_and_nothing_changes(client, bad):
    user = make_user()
    make_user("binta")
    client.force_login(user)
    before = User.objects.filter(pk=user.pk).values().get()
    response = client.post(PROFILE, details(full_name="Somebody Else") | bad)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert response.context["user"].full_name == "Awa Bah"
    assert User.objects.filter(pk=user.pk).values().get() == before


@pytest.mark.django_db
def test_a_form_cannot_change_what_is_not_on_it(client):
    user = make_user()
    client.force_login(user)
    client.post(PROFILE, details(username="boss", is_superuser="on", is_staff="on", is_active="", password="x"))
    user.refresh_from_db()
    assert (user.username, user.is_superuser, user.is_staff, user.is_active) == ("awa", False, False, True)
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_a_new_token_is_shown_once_and_is_not_kept_by_caches(client):
    user = make_user()
    client.force_login(user)
    page = client.post(TOKENS, {"name": "Spreadsheet", "days": "30"})
    assert page.status_code == 201
    assert "no-store" in page["Cache-Control"]
    token = ApiToken.objects.get()
    assert (token.name, token.user, (token.expires_at - token.created_at).days) == ("Spreadsheet", user, 30)
    raw = page.context["raw"]
    assert raw in page.content.decode()
    listed = client.get(PROFILE).content.decode()
    assert "Spreadsheet" in listed
    assert raw not in listed


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("", "30"),
        ("x" * 81, "30"),
        ("T", "0"),
        ("T", "-1"),
        ("T", ""),
        ("T", "366"),
        ("T", "3650"),
        ("T", "soon"),
        ("T", "1e9"),
    ],
)
def test_a_bad_token_form_makes_no_token_and_says_why(client, name, days):
    client.force_login(make_user())
    response = client.post(TOKENS, {"name": name, "days": days})
    assert response.status_code == 200
    assert response.context["token_form"].errors
    assert not ApiToken.objects.exists()


@pytest.mark.django_db
def test_a_token_is_revoked_after_a_question_and_by_its_owner_only(client):
    owner, stranger = make_user("awa"), make_user("binta")
    token, _raw = issue_token(user=owner, name="Spreadsheet", days=90, now=timezone.now())
    revoke = f"{TOKENS}{token.pk}/revoke/"

    client.force_login(stranger)
    assert (client.get(revoke).status_code, client.post(revoke).status_code) == (404, 404)
    token.refresh_from_db()
    assert token.revoked_at is None

    client.force_login(owner)
    assert client.get(revoke).status_code == 200
    token.refresh_from_db()
    assert token.revoked_at is None
    assert client.post(revoke)["Location"] == PROFILE
    token.refresh_from_db()
    assert token.revoked_at is not None
    assert "Spreadsheet" not in client.get(PROFILE).context["tokens"]
    assert client.post(revoke).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("path", [PROFILE, TOKENS, f"{TOKENS}1/revoke/", "/accounts/password/"])
def test_strangers_are_sent_to_the_sign_in_page(client, path):
    for call in (client.get, client.post):
        response = call(path)
        assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")


@pytest.mark.django_db
def test_names_are_text_and_never_markup(client):
    user = make_user(full_name="<script>alert(1)</script>")
    issue_token(user=user, name="<img src=x>", days=90, now=timezone.now())
    client.force_login(user)
    page = client.get(PROFILE).content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x>" not in page
