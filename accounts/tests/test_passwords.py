import re

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts import forms
from accounts.models import User
from accounts.tests.factories import PASSWORD, make_user

NEW = "pont-du-8-novembre"
RESET = "/accounts/password/reset/"
PROFILE = "/accounts/profile/"


@pytest.fixture(autouse=True)
def _nobody_has_had_a_mail_yet():
    cache.clear()


def mails_sent():
    forms._outgoing.submit(lambda: None).result()  # one thread, in order: what was given before has been sent
    return mail.outbox


def ask_for_a_link(email, language="en"):
    return Client().post(RESET, {"email": email}, headers={"Accept-Language": language})


def link_in(message):
    return re.search(rf"{re.escape(settings.PUBLIC_URL)}(/\S+)", message.body)[1]


@pytest.mark.django_db
def test_a_password_change_signs_out_everywhere_else(client):
    user = make_user()
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.force_login(user)
    response = client.post(
        "/accounts/password/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    )
    assert (response.status_code, response["Location"]) == (302, PROFILE)
    assert client.get(PROFILE).status_code == 200
    assert elsewhere.get(PROFILE).status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("wrong", NEW, NEW),
        (PASSWORD, NEW, NEW + "x"),
        (PASSWORD, "short", "short"),
        (PASSWORD, "password1234", "password1234"),
        (PASSWORD, "awa@agence.example", "awa@agence.example"),
        (PASSWORD, "", ""),
    ],
)
def test_a_password_change_is_refused_and_changes_nothing(client, old, new, again):
    user = make_user()
    client.force_login(user)
    data = {"old_password": old, "new_password1": new, "new_password2": again}
    response = client.post("/accounts/password/", data)
    assert response.status_code == 200
    assert response.context["form"].errors
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_a_long_password_of_words_in_any_script_is_welcome(client):
    user = make_user()
    client.force_login(user)
    words = "ɓiɗɗo " * 20
    client.post("/accounts/password/", {"old_password": PASSWORD, "new_password1": words, "new_password2": words})
    user.refresh_from_db()
    assert user.check_password(words)


@pytest.mark.django_db
def test_the_answer_to_a_reset_is_the_same_whether_or_not_the_address_exists():
    make_user("awa")
    make_user("gone", is_active=False)
    answers = [ask_for_a_link(f"{name}@agence.example") for name in ("awa", "gone", "nobody")]
    assert [(a.status_code, a["Location"], a.content) for a in answers] == [(302, f"{RESET}sent/", b"")] * 3
    assert [message.to for message in mails_sent()] == [["awa@agence.example"]]


@pytest.mark.django_db
def test_the_link_sets_a_new_password_once_and_opens_a_locked_account():
    user = make_user("Awa")
    for _ in range(5):
        Client().post("/accounts/login/", {"username": "awa", "password": "wrong"})
    assert AccessAttempt.objects.get().failures_since_start == 5
    ask_for_a_link("AWA@agence.example")
    link = link_in(mails_sent()[0])

    browser = Client()
    form_page = browser.get(link, follow=True)
    assert link.rsplit("/", 2)[1] not in form_page.redirect_chain[-1][0]  # the secret leaves the address bar
    response = browser.post(form_page.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW})
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/")

    assert not AccessAttempt.objects.exists()
    signed_in = browser.post("/accounts/login/", {"username": "awa", "password": NEW})
    assert signed_in.status_code == 302
    assert User.objects.get().check_password(NEW)
    again = Client().get(link, headers={"Accept-Language": "en"})
    assert "This link no longer works" in again.content.decode()
    assert user.pk == User.objects.get().pk


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["testserver", "localhost:8999", "127.0.0.1:1"])
def test_the_link_leads_to_the_public_address_wherever_the_request_was_sent_to(settings, host):
    settings.PUBLIC_URL = "https://akig.example"
    settings.ALLOWED_HOSTS = ["*"]
    make_user("awa")
    Client().post(RESET, {"email": "awa@agence.example"}, headers={"Host": host, "X-Forwarded-Host": "evil.example"})
    [message] = mails_sent()
    assert set(re.findall(r"\w+://[^/\s]+", message.body)) == {"https://akig.example"}


def test_no_mail_takes_its_links_from_the_request():
    """Every template of a mail, from the names: the address of the request is in none."""
    mails = [path for path in settings.BASE_DIR.glob("**/templates/**/*mail*.*") if ".venv" not in path.parts]
    assert {"password_reset_email.txt"} <= {path.name for path in mails}
    for path in mails:
        assert not re.search(r"\bdomain\b|\brequest\b|protocol|site_name|build_absolute", path.read_text()), path


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["AA/x-y/", "%00/x-y/", "Mg/cq2w9j-0123456789abcdef/", "é/é/"])
def test_a_made_up_link_is_refused_with_a_way_on(client, path):
    response = client.get(f"{RESET}{path}", headers={"Accept-Language": "en"})
    assert response.status_code == 200
    assert "Ask for a new link" in response.content.decode()


@pytest.mark.django_db
def test_the_mail_is_in_the_language_of_its_reader_and_names_the_user():
    make_user("awa", preferred_language="en")
    ask_for_a_link("awa@agence.example", language="fr")
    message = mails_sent()[0]
    assert message.subject == "Your new AKIG password"
    assert message.body.startswith("Hello Awa Bah,")
    assert "within 1 hour" in message.body
    assert "Your user name: awa" in message.body


@pytest.mark.django_db
def test_pressing_the_button_again_at_once_sends_no_second_mail():
    make_user("awa")
    for _ in range(3):
        ask_for_a_link("awa@agence.example")
    assert len(mails_sent()) == 1


@pytest.mark.django_db
def test_a_mail_server_that_is_down_does_not_show(monkeypatch, caplog):
    make_user("awa")
    monkeypatch.setattr(forms.EmailMessage, "send", lambda self: 1 / 0)
    assert ask_for_a_link("awa@agence.example").status_code == 302
    assert mails_sent() == []
    (line,) = [record for record in caplog.records if record.name == "accounts.forms"]
    assert line.getMessage() == f"The password mail for user {User.objects.get().pk} was not sent (ZeroDivisionError)"
    assert line.exc_info is None
    assert "agence.example" not in caplog.text


@pytest.mark.django_db
def test_bad_addresses_are_named_as_such():
    for email in ("", "awa", "awa@", "a" * 300 + "@agence.example", "awa@agence.example\nBcc: x@evil.example"):
        response = ask_for_a_link(email)
        assert response.status_code == 200
        assert "email" in response.context["form"].errors
    assert mails_sent() == []
