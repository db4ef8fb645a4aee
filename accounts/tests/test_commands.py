from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiToken, User
from accounts.tests.factories import make_user


def create_token(*args):
    out = StringIO()
    call_command("create_token", *args, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["awa", "AWA", "awa@agence.example"])
def test_create_token_prints_the_token_and_nothing_else(name):
    user = make_user()
    printed = create_token(name)
    token = ApiToken.objects.get()
    assert ApiToken.digest_of(printed.removesuffix("\n")) == token.digest
    assert (token.user, token.expires_at - token.created_at) == (user, timedelta(days=90))


@pytest.mark.django_db
def test_create_token_takes_a_number_of_days():
    make_user()
    create_token("awa", "--days", "7")
    token = ApiToken.objects.get()
    assert token.expires_at - token.created_at == timedelta(days=7)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["nobody"], "There is no user “nobody”."),
        (["gone"], "“gone” is disabled: a token would not work."),
        (["awa", "--days", "0"], "--days must be from 1 to 365."),
        (["awa", "--days", "366"], "--days must be from 1 to 365."),
        (["awa", "--days", "-5"], "--days must be from 1 to 365."),
        (["awa", "--days", "99999999999"], "--days must be from 1 to 365."),
        (["awa", "--days", "soon"], "invalid int value"),
        ([], "required: name"),
    ],
)
def test_create_token_refuses_bad_input_in_one_line_and_makes_nothing(args, sentence):
    make_user()
    make_user("gone", is_active=False)
    with pytest.raises(CommandError) as refusal:
        create_token(*args)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not ApiToken.objects.exists()


@pytest.mark.django_db
def test_createsuperuser_works_and_answers_a_taken_name_or_address_with_a_sentence(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "grand-marché-de-Kindia")
    call_command("createsuperuser", "--noinput", "--username", "boss", "--email", "boss@agence.example", verbosity=0)
    boss = User.objects.get()
    assert (boss.username, boss.is_superuser, boss.is_staff) == ("boss", True, True)
    assert boss.check_password("grand-marché-de-Kindia")
    for username, email in [
        ("BOSS", "x@agence.example"),
        ("other", "BOSS@agence.example"),
        ("a@b", "y@agence.example"),
    ]:
        with pytest.raises(CommandError):
            call_command("createsuperuser", "--noinput", "--username", username, "--email", email, verbosity=0)
    assert User.objects.get() == boss
