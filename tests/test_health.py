"""/healthz and /readyz: what they say when all is well, and which part they name when it is not."""

import datetime as dt
from collections import namedtuple

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.utils import timezone

from akig import checks, health
from outbox.late import LATE, jobs_are_late
from outbox.models import Job
from tests.broker import use_broker
from tests.owner import as_owner

Disk = namedtuple("Disk", "total used free")


def _failed(client) -> dict[str, str]:
    response = client.get("/readyz")
    assert response.status_code == 503
    return response.json()["failed"]


def test_alive_asks_nothing_of_the_database(client):
    # No django_db mark: a query would fail this test.
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_everything_is(client):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ready"})


@pytest.mark.django_db
def test_a_broker_that_does_not_answer_is_named_and_akig_serves_without_it(client):
    with use_broker("redis+socket://:secret@/nonexistent/valkey.sock"):
        response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "without": {"broker": "does not answer"}}


@pytest.mark.django_db
def test_jobs_that_nobody_does_for_a_quarter_of_an_hour_are_named(client):
    assert client.get("/readyz").status_code == 200  # the migrations are known now
    long_ago = timezone.now() - LATE - dt.timedelta(seconds=1)
    late = Job.objects.create(name="late", key="late", due_at=long_ago)
    assert _failed(client) == {"jobs": "late"}
    # Somebody is at work: what is late has its turn.
    other = Job.objects.create(name="other", key="other", started_at=timezone.now(), attempts=1)
    assert health.failures() == {}
    Job.objects.filter(pk=other.pk).update(started_at=long_ago, done_at=timezone.now())
    assert health.failures() == {}
    Job.objects.filter(pk=other.pk).update(done_at=long_ago)
    assert health.failures() == {"jobs": "late"}
    Job.objects.filter(pk=late.pk).update(attempts=Job.MAX_ATTEMPTS)  # given up
    assert health.failures() == {}


@pytest.mark.django_db
def test_late_jobs_cost_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert not jobs_are_late(timezone.now())


@pytest.mark.django_db
def test_a_disk_with_less_than_a_twentieth_left_is_named(client, monkeypatch):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: Disk(100, 95, 5))
    assert health.failures() == {}
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: Disk(100, 96, 4))
    assert _failed(client) == {"disk": "almost full"}


@pytest.mark.django_db
def test_migrations_that_are_not_applied_are_named(client, monkeypatch):
    monkeypatch.setattr(health, "_all_migrated", False)
    with as_owner():
        _run("DELETE FROM django_migrations WHERE app = 'outbox'")
    assert _failed(client) == {"migrations": "1 not applied"}


@pytest.mark.django_db
def test_a_table_without_its_policy_is_named_and_keeps_the_web_from_starting(client):
    with as_owner():
        _run("DROP POLICY site_isolation ON leasing_tenant")
    assert _failed(client) == {"role": "sites are not isolated: 1 holes"}
    with pytest.raises(ImproperlyConfigured, match="leasing_tenant has not the one policy"):
        checks.refuse_unsafe_start()


@pytest.mark.django_db
def test_the_owners_role_is_refused(client):
    with as_owner():
        assert "role" in health.failures()
        with pytest.raises(ImproperlyConfigured, match="akig_owner owns"):
            checks.refuse_unsafe_start()


@pytest.mark.django_db
def test_a_database_that_takes_no_changes_is_not_ready(client):
    _run("SET TRANSACTION READ ONLY")
    assert _failed(client) == {"database": "takes no changes"}


def test_a_database_that_does_not_answer_is_named_without_its_address(client, monkeypatch):
    def refuses() -> None:
        raise OperationalError("connection to server at 10.1.2.3 failed: password authentication failed for akig_app")

    monkeypatch.setattr(health.connection, "cursor", refuses)
    assert _failed(client) == {"database": "does not answer"}


def _run(statement: str) -> None:
    with health.connection.cursor() as cursor:
        cursor.execute(statement)
