"""Passwords are hashed a few at a time, and as often for a name that does not exist."""

import threading

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.test import Client

from accounts import hashing
from accounts.models import User
from accounts.tests.factories import PASSWORD, make_user

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def _the_real_hashers(settings):
    settings.PASSWORD_HASHERS = ["accounts.hashing.BoundedArgon2", "accounts.hashing.BoundedPBKDF2"]


def test_the_hashes_are_those_of_django_and_older_ones_are_still_read():
    made = make_password(PASSWORD)
    assert identify_hasher(made).algorithm == "argon2"
    assert check_password(PASSWORD, made)
    assert not check_password("wrong", made)
    older = hashing.BoundedPBKDF2().encode(PASSWORD, "salt", 10)
    assert hashing.BoundedPBKDF2().verify(PASSWORD, older)


@pytest.mark.parametrize("hasher", [hashing.BoundedArgon2(), hashing.BoundedPBKDF2()])
def test_two_hash_one_waits_and_the_next_is_sent_away(monkeypatch, hasher):
    together = threading.Barrier(hashing.AT_ONCE + 1)
    go_on = threading.Event()
    running, most, ends = [], [], []

    def slow(self, *arguments):
        running.append(1)
        most.append(len(running))
        if len(most) <= hashing.AT_ONCE:
            together.wait(10)
        go_on.wait(10)
        running.pop()
        return "hash"

    monkeypatch.setattr(type(hasher).__base__, "encode", slow)
    people = [
        threading.Thread(target=lambda: ends.append(hasher.encode(PASSWORD, "salt")))
        for _ in range(hashing.AT_ONCE + hashing.WAITING)
    ]
    for person in people:
        person.start()
    together.wait(10)
    while hashing._places._value:
        threading.Event().wait(0.001)
    with pytest.raises(hashing.HashingBusy):
        hasher.encode(PASSWORD, "salt")
    go_on.set()
    for person in people:
        person.join(10)
    assert (len(ends), max(most)) == (hashing.AT_ONCE + hashing.WAITING, hashing.AT_ONCE)
    assert hasher.encode(PASSWORD, "salt") == "hash"


@pytest.mark.django_db
@pytest.mark.parametrize("wants", ["text/html", "application/json"])
def test_who_comes_when_all_places_are_taken_is_told_so_and_it_counts_as_no_failure(wants):
    make_user()
    taken = [hashing._places.acquire(blocking=False) for _ in range(hashing.AT_ONCE + hashing.WAITING)]
    try:
        sent = {"username": "awa", "password": "wrong"}
        answer = Client().post(LOGIN, sent, headers={"Accept": wants, "Accept-Language": "en"})
    finally:
        for _ in taken:
            hashing._places.release()
    assert all(taken)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Too many people are signing in at this moment." in answer.content.decode()
    assert answer["Content-Type"].startswith("text/html" if wants == "text/html" else "application/problem+json")
    assert not AccessAttempt.objects.exists()
    assert Client().post(LOGIN, {"username": "awa", "password": PASSWORD}).status_code == 302


@pytest.mark.django_db
def test_every_wrong_sign_in_is_one_hashing_whoever_it_names(monkeypatch):
    make_user("awa")
    make_user("gone", is_active=False)
    User.objects.create_user("invited", "invited@agence.example", None)
    hashed = []
    for name in ("encode", "verify"):
        ours = getattr(hashing.BoundedArgon2, name)
        monkeypatch.setattr(hashing.BoundedArgon2, name, lambda *a, ours=ours: hashed.append(1) or ours(*a))
    counts = {}
    for name in ("awa", "gone", "invited", "nobody", "nobody@agence.example"):
        hashed.clear()
        assert Client().post(LOGIN, {"username": name, "password": "wrong"}).status_code == 200
        counts[name] = len(hashed)
    assert set(counts.values()) == {1}, counts
