from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.address_lock import LIMIT
from accounts.lockout import client_address, locked_until
from accounts.models import User
from accounts.tests.factories import NOW, PASSWORD, make_user

LOGIN = "/accounts/login/"


WRONG = "wrong"


def try_to_sign_in(client, username="awa", password=WRONG, address="197.149.0.7", **headers):
    return client.post(
        LOGIN,
        {"username": username, "password": password},
        REMOTE_ADDR=address,
        headers={"Accept-Language": "en"} | headers,
    )


def fail(times, **kwargs):
    return [try_to_sign_in(Client(), **kwargs).status_code for _ in range(times)]


# A real transaction for each request: a failure that the request's own transaction lost would not count.
@pytest.mark.django_db(transaction=True)
def test_the_fifth_failure_locks_out_the_right_password_too_until_the_lock_ends():
    make_user("awa")
    assert fail(5) == [200, 200, 200, 200, 429]
    refused = try_to_sign_in(Client(), password=PASSWORD)
    assert refused.status_code == 429
    assert "15 minutes" in refused.content.decode()
    assert 880 <= int(refused["Retry-After"]) <= 900
    assert "no-store" in refused["Cache-Control"]

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14, seconds=10))
    almost = try_to_sign_in(Client(), password=PASSWORD)
    assert almost.status_code == 429
    assert "for 1 minute." in almost.content.decode()

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert try_to_sign_in(Client(), password=PASSWORD).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_tries_during_the_lock_do_not_make_it_longer():
    make_user("awa")
    fail(5)
    ten_minutes_ago = timezone.now() - timedelta(minutes=10)
    AccessAttempt.objects.update(attempt_time=ten_minutes_ago)
    assert fail(3) == [429, 429, 429]
    attempt = AccessAttempt.objects.get()
    assert (attempt.attempt_time, attempt.failures_since_start) == (ten_minutes_ago, 5)


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["AWA", " awa ", "awa@agence.example", "AWA@Agence.Example "])
def test_every_way_to_write_the_account_counts_as_one(other):
    make_user("Awa", email="awa@agence.example")
    fail(4, username="awa")
    assert fail(1, username=other) == [429]


@pytest.mark.django_db
def test_another_browser_does_not_give_five_more_tries():
    make_user("awa")
    assert [fail(1, **{"User-Agent": f"browser {n}"}) for n in range(5)] == [[200], [200], [200], [200], [429]]
    # The oldest browser's failure ages first: with four left, the account opens again.
    first = AccessAttempt.objects.order_by("attempt_time").first()
    first.attempt_time = timezone.now() - timedelta(minutes=12)
    first.save()
    refused = try_to_sign_in(Client(), password=PASSWORD)
    assert 100 <= int(refused["Retry-After"]) <= 180


@pytest.mark.django_db
def test_a_lock_holds_for_one_account_at_one_address_only():
    make_user("awa")
    make_user("binta")
    fail(5)
    assert try_to_sign_in(Client(), password=PASSWORD).status_code == 429
    assert try_to_sign_in(Client(), password=PASSWORD, address="197.149.0.8").status_code == 302
    assert try_to_sign_in(Client(), username="binta", password=PASSWORD).status_code == 302


@pytest.mark.django_db
def test_a_name_that_does_not_exist_is_locked_in_the_same_words():
    make_user("awa")
    assert fail(5, username="nobody") == fail(5, username="awa") == [200, 200, 200, 200, 429]
    known, unknown = (try_to_sign_in(Client(), username=name).content for name in ("awa", "nobody"))
    assert known[known.index(b"<main") :] == unknown[unknown.index(b"<main") :]


@pytest.mark.django_db
def test_success_forgets_the_failures_before_it():
    make_user("awa")
    fail(4, username="awa@agence.example")
    assert try_to_sign_in(Client(), password=PASSWORD).status_code == 302
    assert fail(4) == [200, 200, 200, 200]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "username", ["", "   ", "a" * 254, "a" * 255, "İ" * 254, "a\x00b", "'; --", "<b>awa</b>", "%s"]
)
def test_no_name_breaks_the_sign_in_page(username):
    assert set(fail(2, username=username)) == {200}


@pytest.mark.django_db
def test_no_password_is_kept_with_the_failures():
    make_user("awa")
    fail(2, password="almost-my-password")
    row = AccessAttempt.objects.values().get()
    assert "almost-my-password" not in str(row)
    assert row["username"] == "awa"


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "expected"),
    [
        (0, "197.149.0.7", "1.2.3.4", "197.149.0.7"),
        (1, "10.0.0.1", "197.149.0.7", "197.149.0.7"),
        (1, "10.0.0.1", "6.6.6.6, 197.149.0.7", "197.149.0.7"),
        (2, "10.0.0.1", "6.6.6.6, 197.149.0.7, 10.0.0.2", "197.149.0.7"),
        (2, "10.0.0.1", "197.149.0.7", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "nonsense", "10.0.0.1"),
        (0, "", "", None),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        (0, "2001:db8:1:2:ffff::1", "", "2001:db8:1:2::"),
        (0, "::ffff:197.149.0.7", "", "197.149.0.7"),
    ],
)
def test_the_address_of_a_client_is_what_our_own_proxies_saw(settings, proxies, remote, forwarded, expected):
    settings.PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == expected


@pytest.mark.django_db
def test_the_lock_says_nothing_of_a_disabled_account():
    make_user("awa")
    User.objects.update(is_active=False)
    assert fail(5) == [200, 200, 200, 200, 429]


@pytest.mark.django_db
def test_a_lock_ends_when_enough_failures_are_too_old_to_count_and_not_before():
    def failures(browser, number, minutes_ago):
        row = AccessAttempt.objects.create(
            username="awa", ip_address="197.149.0.7", user_agent=browser, failures_since_start=number
        )
        AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=NOW - timedelta(minutes=minutes_ago))

    request = RequestFactory().post(LOGIN, {"username": "Awa"}, REMOTE_ADDR="197.149.0.7")
    assert locked_until(request, None, NOW) is None
    failures("phone", 4, minutes_ago=2)
    assert locked_until(request, None, NOW) is None
    failures("laptop", 2, minutes_ago=10)
    assert locked_until(request, None, NOW) == NOW + timedelta(minutes=5)
    failures("tablet", 1, minutes_ago=12)
    # Seven in all: without the tablet's still six, without the laptop's four.
    assert locked_until(request, None, NOW) == NOW + timedelta(minutes=5)
    failures("television", 50, minutes_ago=16)
    assert locked_until(request, None, NOW) == NOW + timedelta(minutes=5)


# --- many names from one address ----------------------------------------------------------------------


def spray(names, address="197.149.0.7", client=None):
    return [try_to_sign_in(client or Client(), username=name, address=address) for name in names]


def names(number, first=0):
    return [f"name-{n}" for n in range(first, first + number)]


@pytest.mark.django_db
def test_forty_names_from_one_address_are_stopped_at_thirty_for_five_minutes():
    make_user("awa")
    answers = spray(names(40))
    assert [answer.status_code for answer in answers] == [200] * LIMIT + [429] * 10
    refused = answers[-1]
    assert (
        "Too many failed attempts from your network. Sign-in is closed there for 5 minutes." in refused.content.decode()
    )
    assert 280 <= int(refused["Retry-After"]) <= 300
    # The right password too, of a name that was not tried; in the same words as for a name that does not exist.
    known, unknown = (try_to_sign_in(Client(), username=name, password=PASSWORD) for name in ("awa", "nobody"))
    assert (known.status_code, unknown.status_code) == (429, 429)
    assert known.content[known.content.index(b"<main") :] == unknown.content[unknown.content.index(b"<main") :]
    assert try_to_sign_in(Client(), password=PASSWORD, address="197.149.0.8").status_code == 302

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=5, seconds=1))
    assert try_to_sign_in(Client(), password=PASSWORD).status_code == 302


@pytest.mark.django_db
def test_tries_while_an_address_is_locked_do_not_make_it_longer():
    spray(names(LIMIT))
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=4))
    assert {answer.status_code for answer in spray(names(20, first=100))} == {429}
    assert AccessAttempt.objects.count() == LIMIT


@pytest.mark.django_db
def test_a_guesser_does_not_lock_out_who_has_signed_in_with_that_browser_before():
    """An agency behind one address goes on working; who guesses cannot make himself such a browser."""
    make_user("awa")
    make_user("binta")
    office = Client()
    assert try_to_sign_in(office, password=PASSWORD).status_code == 302
    office.post("/accounts/logout/")
    spray(names(LIMIT))
    assert try_to_sign_in(office, password=PASSWORD).status_code == 302
    assert try_to_sign_in(office, username="AWA@agence.example", password=PASSWORD).status_code == 302
    # Under another name it is a browser like any other, and five wrong passwords lock the pair as ever.
    assert try_to_sign_in(office, username="binta", password=PASSWORD).status_code == 429
    assert [try_to_sign_in(office).status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    forged = Client()
    forged.cookies["known_here"] = office.cookies["known_here"].value[:-1]
    assert try_to_sign_in(forged, password=PASSWORD, address="197.149.0.7").status_code == 429


@pytest.mark.django_db
def test_a_shared_computer_remembers_eight_people_and_no_name():
    office = Client()
    for n in range(9):
        make_user(f"clerk{n}")
        assert try_to_sign_in(office, username=f"clerk{n}", password=PASSWORD).status_code == 302
    kept = office.cookies["known_here"]
    assert "clerk" not in kept.value
    assert (kept["path"], kept["httponly"], kept["samesite"]) == (LOGIN, True, "Lax")
    spray(names(LIMIT))
    answers = {n: try_to_sign_in(office, username=f"clerk{n}", password=PASSWORD).status_code for n in range(9)}
    assert answers == {0: 429} | dict.fromkeys(range(1, 9), 302)


@pytest.mark.django_db
def test_a_guesser_with_an_account_does_not_open_the_address_by_signing_in():
    make_user("guesser")
    spray(names(LIMIT - 1))
    assert try_to_sign_in(Client(), username="guesser", password=PASSWORD).status_code == 302
    assert [answer.status_code for answer in spray(names(2, first=50))] == [200, 429]
