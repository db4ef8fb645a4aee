"""Who is at the pages of tasks, and when: a Friday at Kindia."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from sites_app.models import Site
from tasks.causes import registry
from tasks.causes.cause import Cause
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


@pytest.fixture
def ordered(monkeypatch):
    """The cause of an app above, as the app would register it; what its hooks were told is in `told`."""
    told = []
    cause = Cause(
        name="tenant_unheard",
        label="tenant not heard of",
        kind="retention",
        title=lambda about: f"Call {about.whom}",
        subject=lambda _about: "A call",
        reason=lambda about: f"Nobody has heard of them since {about.facts['since']}.",
        ended=lambda task: told.append(("ended", task.status, task.outcome)),
        reopened=lambda task: told.append(("reopened", task.status, task.outcome)),
    )
    monkeypatch.setattr(registry, "_causes", dict(registry._causes))
    registry.register(cause)
    return SimpleNamespace(cause=cause, told=told)
