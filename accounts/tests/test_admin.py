import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.actions import issue_token
from accounts.models import ApiToken, User
from accounts.tests.factories import PASSWORD, make_user

ADMIN = "/GN_CONAKRY/admin/"  # admin pages carry a site in their address, as all others


@pytest.fixture
def boss(db):
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "boss@agence.example", PASSWORD, preferred_language="en"))
    return client


def lock(username="awa"):
    for _ in range(5):
        Client().post("/accounts/login/", {"username": username, "password": "wrong"})


def test_every_page_about_people_opens(boss):
    user = make_user()
    token, _raw = issue_token(user=user, name="Spreadsheet", days=90, now=timezone.now())
    lock()
    attempt = AccessAttempt.objects.get()
    pages = [
        "accounts/user/?q=awa",
        "accounts/user/add/",
        f"accounts/user/{user.pk}/change/",
        f"accounts/user/{user.pk}/password/",
        f"accounts/user/{user.pk}/history/",
        "accounts/apitoken/?q=awa",
        f"accounts/apitoken/{token.pk}/change/",
        "axes/accessattempt/?q=awa",
        f"axes/accessattempt/{attempt.pk}/change/",
        "axes/accesslog/?q=boss",
    ]
    assert {page: boss.get(ADMIN + page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_a_superuser_makes_and_disables_an_account(boss):
    form = {
        "username": "binta",
        "full_name": "Binta Sow",
        "email": "binta@agence.example",
        "phone": "",
        "preferred_language": "fuf",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    assert boss.post(f"{ADMIN}accounts/user/add/", form).status_code == 302
    binta = User.objects.named("binta")
    assert (binta.full_name, binta.preferred_language, binta.is_staff) == ("Binta Sow", "fuf", False)
    assert binta.check_password(PASSWORD)

    change = {k: v for k, v in form.items() if not k.startswith("password")}
    assert boss.post(f"{ADMIN}accounts/user/{binta.pk}/change/", change).status_code == 302
    binta.refresh_from_db()
    assert not binta.is_active
    assert binta.check_password(PASSWORD)


def test_a_taken_name_and_a_weak_password_are_told_on_the_form(boss):
    make_user("binta")
    for username, password in [("BINTA", PASSWORD), ("new", "short")]:
        response = boss.post(
            f"{ADMIN}accounts/user/add/", {"username": username, "password1": password, "password2": password}
        )
        assert response.status_code == 200
        assert response.context["adminform"].form.errors
    assert User.objects.count() == 2


def test_accounts_are_never_deleted(boss):
    user = make_user()
    assert boss.post(f"{ADMIN}accounts/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
    boss.post(f"{ADMIN}accounts/user/", data)
    assert User.objects.filter(pk=user.pk).exists()


@pytest.mark.django_db
def test_staff_with_every_permission_cannot_change_people_or_read_tokens():
    staff = make_user(is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    request = RequestFactory().get("/")
    request.user = User.objects.get()
    people, tokens = admin.site._registry[User], admin.site._registry[ApiToken]
    allowed = (people.has_view_permission(request), people.has_add_permission(request))
    assert (*allowed, people.has_change_permission(request, staff)) == (True, False, False)
    assert not tokens.has_view_permission(request)


def test_tokens_are_read_only_and_revoked_by_an_action(boss):
    token, _raw = issue_token(user=make_user(), name="Spreadsheet", days=90, now=timezone.now())
    assert boss.get(f"{ADMIN}accounts/apitoken/add/").status_code == 403
    assert boss.post(f"{ADMIN}accounts/apitoken/{token.pk}/change/", {"name": "x"}).status_code == 403
    page = boss.get(f"{ADMIN}accounts/apitoken/{token.pk}/change/").content.decode()
    assert token.digest not in page
    response = boss.post(
        f"{ADMIN}accounts/apitoken/", {"action": "revoke", "_selected_action": [token.pk]}, follow=True
    )
    assert "1 token no longer works." in response.content.decode()
    token.refresh_from_db()
    assert (token.name, token.revoked_at is None) == ("Spreadsheet", False)


def test_a_lock_is_opened_by_an_action(boss):
    make_user("awa")
    lock()
    attempt = AccessAttempt.objects.get()
    boss.post(f"{ADMIN}axes/accessattempt/", {"action": "unlock", "_selected_action": [attempt.pk]})
    assert not AccessAttempt.objects.exists()
    signed_in = Client().post("/accounts/login/", {"username": "awa", "password": PASSWORD})
    assert signed_in.status_code == 302
