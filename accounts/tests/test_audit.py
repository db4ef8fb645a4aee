"""Who became what, which token was made and ended: written down by the database, with the address it came from."""

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.db import connection
from django.test import Client
from django.utils import timezone, translation
from django.utils.http import urlsafe_base64_encode

from accounts.actions import issue_token, revoke_token
from accounts.models import ApiToken, User
from accounts.tests.factories import PASSWORD, make_user
from akig.embedded.database import command_name
from changes.history import history_of
from tests.owner import as_owner

pytestmark = pytest.mark.django_db
PEOPLE = "/GN_CONAKRY/admin/accounts/user/"


@pytest.fixture
def boss():
    client = Client(REMOTE_ADDR="197.149.0.7")
    client.force_login(User.objects.create_superuser("boss", "boss@agence.example", PASSWORD, preferred_language="en"))
    return client


def told(row):
    with translation.override("en"):
        return [
            (entry.who, entry.kind, entry.through, entry.address, [(v.field, v.before, v.after) for v in entry.values])
            for entry in history_of(row)
        ]


def everything_written_down():
    with connection.cursor() as cursor:
        for table in ("accounts_userevent", "accounts_apitokenevent", "pghistory_context"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            yield from (row for (row,) in cursor.fetchall())


def test_who_made_somebody_a_superuser_from_where_stands_on_the_persons_page(boss):
    awa = make_user()
    form = {"username": "awa", "full_name": "Awa Bah", "email": "awa@agence.example", "is_active": "on"}
    assert boss.post(f"{PEOPLE}{awa.pk}/change/", form | {"is_superuser": "on"}).status_code == 302
    changed, made = told(awa)
    assert changed == ("boss", "update", "Administration", "197.149.0.7", [("Superuser status", "No", "Yes")])
    assert made[:2] == ("System", "insert")
    page = boss.get(f"{PEOPLE}{awa.pk}/change/").content.decode()
    assert "From the address 197.149.0.7" in page
    assert 'id="history"' in page


def test_a_new_password_is_written_down_and_its_hash_is_not(boss):
    awa = make_user()
    new = "pont-du-8-novembre"
    boss.post(f"{PEOPLE}{awa.pk}/password/", {"password1": new, "password2": new})
    awa.refresh_from_db()
    assert awa.check_password(new)
    assert told(awa)[0] == ("boss", "password", "Administration", "197.149.0.7", [])
    assert "New password" in boss.get(f"{PEOPLE}{awa.pk}/change/").content.decode()
    rows = list(everything_written_down())
    assert len(rows) >= 3
    assert not [row for row in rows if awa.password in row or awa.password[-20:] in row or new in row]


def test_signing_in_and_reading_is_no_change_of_a_person(boss):
    awa = make_user()
    Client().post("/accounts/login/", {"username": "awa", "password": PASSWORD})
    User.objects.filter(pk=awa.pk).update(preferred_language="fr", phone="+224620000000")
    assert len(told(awa)) == 1


def test_a_token_made_and_revoked_is_written_down_without_its_digest(client):
    awa = make_user(preferred_language="en")
    client.force_login(awa)
    client.post("/accounts/tokens/", {"name": "Spreadsheet", "days": "30"}, REMOTE_ADDR="197.149.0.8")
    token = ApiToken.objects.get()
    client.post(f"/accounts/tokens/{token.pk}/revoke/", REMOTE_ADDR="197.149.0.9")
    revoked, made = told(token)
    assert (made[:4], revoked[:4]) == (
        ("Awa Bah", "insert", "Page", "197.149.0.8"),
        ("Awa Bah", "update", "Page", "197.149.0.9"),
    )
    assert [field for field, _before, _after in revoked[4]] == ["Revoked"]
    assert not [row for row in everything_written_down() if token.digest in row]


def test_the_use_of_a_token_is_no_change_and_what_it_changes_names_it():
    awa = make_user(preferred_language="en")
    token, raw = issue_token(user=awa, name="Spreadsheet", days=30, now=timezone.now())
    form = {"full_name": "Awa B.", "email": "awa@agence.example", "preferred_language": "en"}
    answer = Client().post("/accounts/profile/", form, headers={"Authorization": f"Bearer {raw}"})
    assert answer.status_code == 302
    assert len(told(token)) == 1
    assert awa.events.order_by("pgh_id").last().pgh_context.metadata["token"] == token.pk


def test_tokens_that_a_new_password_ends_are_written_down_with_who_set_it(boss):
    awa = make_user()
    token, _raw = issue_token(user=awa, name="Spreadsheet", days=30, now=timezone.now())
    boss.post(f"{PEOPLE}{awa.pk}/password/", {"password1": PASSWORD + "x", "password2": PASSWORD + "x"})
    assert told(token)[0][:4] == ("boss", "update", "Administration", "197.149.0.7")


def test_a_password_set_by_a_link_names_nobody_but_the_address():
    awa = make_user()
    uid, token = urlsafe_base64_encode(str(awa.pk).encode()), default_token_generator.make_token(awa)
    browser = Client(REMOTE_ADDR="197.149.0.9")
    form = browser.get(f"/accounts/password/reset/{uid}/{token}/")["Location"]
    new = "pont-du-8-novembre"
    assert browser.post(form, {"new_password1": new, "new_password2": new})["Location"] == "/accounts/login/"
    assert told(awa)[0] == ("Not signed in", "password", "Page", "197.149.0.9", [])


def test_raw_sql_is_written_down_as_well():
    awa = make_user()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET is_superuser = true WHERE id = %s", [awa.pk])
    assert told(awa)[0][1] == "update"
    revoked, _raw = issue_token(user=awa, name="x", days=1, now=timezone.now())
    revoke_token(token=revoked, now=timezone.now())
    assert [entry[1] for entry in told(revoked)] == ["update", "insert"]


def test_a_command_says_which_it_was():
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('akig.command', 'create_user', true)")
    awa = make_user()
    assert told(awa)[0][:4] == ("System", "insert", "Command create_user", "")
    assert awa.events.get().pgh_context.metadata == {"command": "create_user"}


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (["manage.py", "create_user", "awa"], "create_user"),
        (["./manage.py", "migrate"], "migrate"),
        (["manage.py"], ""),
        (["manage.py", "--help"], ""),
        (["manage.py", "x -c role=postgres"], ""),
        (["/bin/celery", "worker"], ""),
        (["-c"], ""),
        ([], ""),
    ],
)
def test_only_a_command_of_manage_py_names_itself(argv, name):
    assert command_name(argv) == name


def test_what_was_there_before_the_audit_is_what_the_first_change_is_told_from():
    awa = make_user()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_userevent SET pgh_label = 'baseline'")
    assert told(awa) == []
    User.objects.filter(pk=awa.pk).update(is_staff=True)
    [[_who, kind, _through, _address, values]] = told(awa)
    assert (kind, values) == ("update", [("Staff status", "No", "Yes")])
