"""Who is at the pages of tasks, and when: a Friday at Kindia."""

import pytest
from django.utils import timezone

from sites_app.models import Site
from tasks.tests.factories import NOW
from tests.people import make_person


@pytest.fixture
def friday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def site():
    return Site.objects.get(pk="GN_KINDIA")


@pytest.fixture
def agent(client):
    person = make_person("ibrahima", GN_KINDIA="agent")
    client.force_login(person)
    return person


@pytest.fixture
def manager(client):
    person = make_person("mariama", GN_KINDIA="manager")
    client.force_login(person)
    return person
