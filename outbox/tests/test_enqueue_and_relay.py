"""Asking for a job, and getting it to a worker, with a broker that is there, away, or forgetful."""

import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from outbox.actions import enqueue, forget_old_jobs, relay
from outbox.models import Job
from tests.broker import use_broker
from tests.silent import silent_server

pytestmark = pytest.mark.django_db


def _ask(key: str = "a") -> Job:
    return enqueue("outbox.tests.nothing", key=key, site_code="GN_KINDIA", user_id=7, day="2026-11-23")


def test_the_wish_is_part_of_the_callers_transaction(sent, django_capture_on_commit_callbacks):
    @transaction.atomic
    def interrupted() -> None:
        _ask()
        raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        interrupted()
    assert not Job.objects.exists()
    assert sent == []


def test_a_job_goes_to_the_broker_after_the_commit_and_not_before(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = _ask()
        assert sent == []
    assert sent == [("outbox.tests.nothing", str(job.pk))]
    job.refresh_from_db()
    assert (job.site_code, job.user_id, job.kwargs) == ("GN_KINDIA", 7, {"day": "2026-11-23"})
    assert (job.sends, job.attempts, job.done_at) == (1, 0, None)


def test_the_same_wish_twice_is_one_job(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first, second, other = _ask("a"), _ask("a"), _ask("b")
    assert first.pk == second.pk != other.pk
    assert sent == [("outbox.tests.nothing", str(first.pk)), ("outbox.tests.nothing", str(other.pk))]


def test_a_broker_that_is_down_fails_nobody_and_the_relay_sends_when_it_is_back(
    broker_down, monkeypatch, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        job = _ask()
    job.refresh_from_db()
    now = timezone.now()
    assert job.sent_at is None
    assert job.due_at <= now
    assert relay(now) == 0
    back: list[str] = []
    monkeypatch.setattr("outbox.actions.current_app.send_task", lambda name, args, **options: back.append(args[0]))
    assert relay(timezone.now()) == 1
    assert back == [str(job.pk)]


@pytest.mark.parametrize("which", ["closed", "silent"])
def test_a_broker_that_is_away_or_silent_keeps_nobody_waiting(
    which, tmp_path, caplog, django_capture_on_commit_callbacks
):
    with silent_server(tmp_path) as silent:
        path = silent if which == "silent" else "/nonexistent/valkey.sock"
        with use_broker(f"redis+socket://{path}"):
            begun = time.monotonic()
            with django_capture_on_commit_callbacks(execute=True):
                jobs = [_ask(str(number)) for number in range(20)]
            # One of them waits for a moment, the others know.
            assert time.monotonic() - begun < 2
    for job in jobs:
        job.refresh_from_db()
        assert (job.sent_at, job.due_at <= timezone.now()) == (None, True)
    assert len([record for record in caplog.records if record.name == "changes.breaker"]) == 1


def test_without_any_broker_jobs_wait_and_the_first_relay_takes_them(sent, settings):
    settings.CELERY_BROKER_URL = ""
    job = _ask()
    assert (job.sends, job.sent_at) == (0, None)
    settings.CELERY_BROKER_URL = "memory://"
    assert relay(timezone.now()) == 1
    assert sent == [("outbox.tests.nothing", str(job.pk))]


def test_a_message_that_was_lost_is_sent_again_ever_more_rarely(sent):
    job = _ask()
    waits = []
    now = job.due_at
    for _ in range(7):
        assert relay(now - timedelta(seconds=1)) == 0
        assert relay(now) == 1
        job.refresh_from_db()
        waits.append(round((job.due_at - now).total_seconds() / 60))
        now = job.due_at
    assert waits == [4, 8, 16, 32, 60, 60, 60]


def test_the_relay_leaves_what_is_done_and_what_was_given_up(sent):
    done, given_up = _ask("done"), _ask("given up")
    Job.objects.filter(pk=done.pk).update(done_at=timezone.now())
    Job.objects.filter(pk=given_up.pk).update(attempts=Job.MAX_ATTEMPTS)
    assert relay(timezone.now() + timedelta(days=1), after_restart=True) == 0


def test_after_a_restart_what_had_been_started_is_sent_at_once(sent):
    started, waiting = _ask("started"), _ask("waiting")
    Job.objects.filter(pk=started.pk).update(started_at=timezone.now(), attempts=1)
    assert relay(timezone.now()) == 0
    assert relay(timezone.now(), after_restart=True) == 1
    assert sent == [("outbox.tests.nothing", str(started.pk))]
    assert waiting.started_at is None


def test_with_nothing_on_its_way_what_never_began_is_lost_and_sent_again(sent):
    lost, just_sent, failed = _ask("lost"), _ask("just sent"), _ask("failed")
    now = timezone.now()
    long_ago = now - timedelta(seconds=10)
    Job.objects.filter(pk=lost.pk).update(sent_at=long_ago)
    # It waits for its next attempt.
    Job.objects.filter(pk=failed.pk).update(sent_at=long_ago, started_at=long_ago, attempts=1)
    assert relay(now) == 0
    assert relay(now, nothing_on_its_way=True) == 1
    assert sent == [("outbox.tests.nothing", str(lost.pk))]
    assert just_sent.started_at is None


def test_the_relay_sends_each_job_once_however_many_there_are(sent, monkeypatch):
    monkeypatch.setattr("outbox.actions._BATCH", 2)
    jobs = [_ask(str(number)) for number in range(5)]
    assert relay(max(job.due_at for job in jobs)) == 5
    assert sorted(pk for _name, pk in sent) == sorted(str(job.pk) for job in jobs)


def test_jobs_done_two_months_ago_are_forgotten_and_open_ones_are_not(sent):
    now = timezone.now()
    done, fresh, waiting = _ask("old"), _ask("fresh"), _ask("open")
    Job.objects.filter(pk=done.pk).update(done_at=now - timedelta(days=61))
    Job.objects.filter(pk=fresh.pk).update(done_at=now - timedelta(days=59))
    Job.objects.filter(pk=waiting.pk).update(created_at=now - timedelta(days=400))
    assert forget_old_jobs(now) == 1
    assert set(Job.objects.values_list("key", flat=True)) == {"fresh", "open"}
