from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from sites_app.models import Membership

PASSWORD = "marché-de-Madina-1958"


def create_user(*args):
    out = StringIO()
    call_command("create_user", *args, stdout=out)
    return out.getvalue().splitlines()


def memberships(username):
    return [
        (m.site_id, m.role, m.is_primary)
        for m in Membership.objects.filter(user__username=username).order_by("-is_primary", "site_id")
    ]


@pytest.mark.django_db
def test_a_new_person_gets_an_account_a_role_and_a_password_that_is_printed():
    lines = create_user("awa", "--site", "GN_KINDIA", "--role", "manager", "--email", "awa@agence.example")
    user = User.objects.get()
    assert lines[0] == "awa: manager of GN_KINDIA"
    password = lines[1].removeprefix("Password: ")
    assert user.check_password(password)
    assert len(password) == 19
    assert (user.email, user.is_staff, user.is_superuser) == ("awa@agence.example", False, False)
    assert memberships("awa") == [("GN_KINDIA", "manager", True)]


@pytest.mark.django_db
def test_a_given_password_is_used_and_not_printed():
    lines = create_user("awa", "--site", "GN_KINDIA", "--role", "agent", "--password", PASSWORD)
    assert lines == ["awa: agent of GN_KINDIA"]
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.django_db
def test_repeating_the_command_changes_nothing_and_another_site_is_added():
    same = ["awa", "--site", "GN_KINDIA", "--role", "manager", "--password", PASSWORD]
    create_user(*same)
    before = User.objects.values().get()
    assert create_user(*same) == ["awa: manager of GN_KINDIA"]
    assert User.objects.values().get() == before
    assert create_user("AWA", "--site", "GN_LABE", "--role", "agent") == ["awa: agent of GN_LABE"]
    assert User.objects.values().get() == before
    assert memberships("awa") == [("GN_KINDIA", "manager", True), ("GN_LABE", "agent", False)]


@pytest.mark.django_db
def test_another_role_on_the_same_site_replaces_the_first():
    create_user("awa", "--site", "GN_KINDIA", "--role", "agent", "--password", PASSWORD)
    create_user("awa", "--site", "GN_KINDIA", "--role", "admin")
    assert memberships("awa") == [("GN_KINDIA", "admin", True)]
    assert User.objects.get().is_staff


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["awa", "--site", "GN_NOWHERE", "--role", "agent"], "There is no site “GN_NOWHERE”: GN_CONAKRY, GN_KINDIA"),
        (["awa", "--site", "", "--role", "agent"], "There is no site “”"),
        (["awa", "--site", "ALL", "--role", "agent"], "There is no site “ALL”"),
        (["awa", "--site", "GN_KINDIA", "--role", "boss"], "“boss” is not a role: agent, manager, admin."),
        (["awa", "--site", "GN_KINDIA", "--role", "agent", "--password", "short"], "12"),
        (["awa", "--site", "GN_KINDIA", "--role", "agent", "--password", "password1234"], "too common"),
        (["a wa", "--site", "GN_KINDIA", "--role", "agent"], ". + - _"),
        (["awa@agence.example", "--site", "GN_KINDIA", "--role", "agent"], ". + - _"),
        (["", "--site", "GN_KINDIA", "--role", "agent"], "username: This field cannot be blank."),
        (["a" * 151, "--site", "GN_KINDIA", "--role", "agent"], "150"),
        (["awa", "--site", "GN_KINDIA", "--role", "agent", "--email", "not-an-address"], "email: Enter a valid"),
        (["awa", "--site", "GN_KINDIA", "--role", "agent", "--email", "BINTA@agence.example"], "e-mail"),
        (["awa", "--site", "GN_KINDIA"], "required: --role"),
        (["binta", "--site", "GN_LABE", "--role", "agent", "--password", "short"], "12"),
        (["binta", "--site", "GN_LABE", "--role", "agent", "--email", "not-an-address"], "email: Enter a valid"),
    ],
)
def test_bad_input_is_refused_in_one_line_and_nothing_is_made(args, sentence):
    create_user("binta", "--site", "GN_KINDIA", "--role", "agent", "--email", "binta@agence.example")
    before = (list(User.objects.values()), list(Membership.objects.values()))
    with pytest.raises(CommandError) as refusal:
        create_user(*args)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert (list(User.objects.values()), list(Membership.objects.values())) == before
