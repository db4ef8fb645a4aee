"""What a session says when it cannot be kept: that its owner has left, or that the database has."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import InternalError, OperationalError
from django.test import Client

from accounts.sessions import SessionStore
from accounts.tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", [OperationalError, InternalError])
def test_a_database_that_goes_away_while_a_session_is_kept_is_named(monkeypatch, kind):
    session = SessionStore()
    session["a"] = 1
    session.save()

    def refuse(*args, **kwargs):
        raise kind("terminating connection due to administrator command")

    monkeypatch.setattr("django.db.models.base.Model.save", refuse)
    with pytest.raises(kind):
        session.save()


def test_a_session_that_its_owner_ended_meanwhile_is_still_an_interruption():
    session = SessionStore()
    session["a"] = 1
    session.save()
    SessionStore().delete(session.session_key)
    with pytest.raises(UpdateError):
        session.save()


def test_signing_in_while_the_database_goes_away_is_a_503(monkeypatch):
    make_user("awa")
    browser = Client(raise_request_exception=False)

    def refuse(self, must_create=False):
        raise OperationalError("the connection is lost")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.save", refuse)
    response = browser.post("/accounts/login/", {"username": "awa", "password": PASSWORD})
    assert (response.status_code, response["Retry-After"]) == (503, "60")
