"""Nothing that a person or a program asks for needs the cache: the whole way, with one that says nothing."""

import threading
import time
from types import SimpleNamespace

import pytest
from django.test import Client

from accounts import forms
from accounts.tests.factories import make_user
from akig import hint_cache
from imports import runs
from imports.models import ImportRun
from sites_app.models import Membership, Site
from tests.silent import silent_server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _silent_cache(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(hint_cache, "_breakers", {})
    with silent_server(tmp_path) as path:
        settings.CACHES = {"default": {"BACKEND": "akig.hint_cache.HintCache", "LOCATION": f"unix://{path}"}}
        yield


@pytest.fixture
def member(client):
    user = make_user("awa")
    Membership.objects.create(user=user, site_id="GN_KINDIA", role="manager")
    client.force_login(user)
    return client


def test_pages_and_programs_are_answered_and_only_the_first_waits(member):
    begun = time.monotonic()
    for path in ("/GN_KINDIA/tasks/", "/GN_KINDIA/kpi/", "/api/sites", "/api/tenants?site=GN_KINDIA") * 2:
        assert member.get(path).status_code == 200, path
    assert time.monotonic() - begun < 5


def test_the_throttle_still_counts(member, monkeypatch):
    monkeypatch.setattr("changes.throttle.WindowThrottle.THROTTLE_RATES", {"user": "3/day"})
    assert [member.get("/api/sites").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_a_reset_says_the_same_of_known_and_unknown_names_and_sends_one_mail(mailoutbox, monkeypatch):
    make_user("awa")
    waiting, add = [], forms.cache.add

    def add_in_whose_time(*args):
        waiting.append(threading.current_thread().name)
        return add(*args)

    monkeypatch.setattr(forms, "cache", SimpleNamespace(add=add_in_whose_time))
    answers = []
    for name in ("awa", "nobody", "awa"):
        answer = Client().post("/accounts/password/reset/", {"email": f"{name}@agence.example"})
        answers.append((answer.status_code, answer["Location"], answer.content))
    assert answers == [(302, "/accounts/password/reset/sent/", b"")] * 3
    forms._outgoing.submit(lambda: None).result()
    assert len(mailoutbox) == 1
    # The cache, which may keep one waiting, is asked after the answer: its silence does not tell who has an account.
    assert waiting == ["accounts-mail_0"] * 2


def test_an_import_goes_on_without_a_place_for_its_progress(member):
    run = ImportRun(site=Site.objects.get(pk="GN_KINDIA"))
    for rows in range(100):
        runs.tell_progress(run, "paiements.csv", rows)
    assert runs.progress_of(run) == runs.ImportProgress("paiements.csv", 99)
