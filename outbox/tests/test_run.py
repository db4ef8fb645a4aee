"""A job's effect happens once, or not at all."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from outbox.actions import Refused, enqueue, run
from outbox.models import Job


def _job() -> Job:
    return enqueue("outbox.tests.nothing", key="the job")


def _effect(job: Job) -> None:
    Job.objects.create(name="effect", key=f"effect of {job.key} {timezone.now()}")


def _effects() -> int:
    return Job.objects.filter(name="effect").count()


@pytest.mark.django_db
def test_a_message_that_comes_twice_has_one_effect():
    job = _job()
    assert run(job.pk, _effect) is True
    assert run(job.pk, _effect) is False
    job.refresh_from_db()
    assert (_effects(), job.attempts, job.is_done) == (1, 1, True)


@pytest.mark.django_db
def test_a_message_about_a_job_that_never_was_does_nothing():
    assert run("00000000-0000-0000-0000-000000000000", _effect) is False
    assert _effects() == 0


@pytest.mark.django_db
def test_a_job_that_fails_has_no_effect_says_where_not_whom_and_may_be_retried():
    def fails(job: Job) -> None:
        _effect(job)
        raise ValueError("Mamadou Diallo owes 500 000")

    job = _job()
    with pytest.raises(ValueError, match="Mamadou"):
        run(job.pk, fails)
    job.refresh_from_db()
    assert _effects() == 0
    assert job.last_error.startswith("ValueError in test_run.py, line ")
    assert (job.attempts, job.done_at) == (1, None)
    assert run(job.pk, _effect) is True
    job.refresh_from_db()
    assert (_effects(), job.attempts, job.last_error) == (1, 2, "")


@pytest.mark.django_db
def test_a_refused_job_leaves_no_effect_and_is_not_tried_again():
    def refuses(job: Job) -> None:
        _effect(job)
        raise Refused("the person may no longer do so")

    job = _job()
    assert run(job.pk, refuses) is False
    job.refresh_from_db()
    assert (job.is_refused, job.last_error) == (True, "the person may no longer do so")
    assert run(job.pk, _effect) is False
    assert _effects() == 0


@pytest.mark.django_db
def test_a_job_that_fails_again_and_again_is_given_up():
    def fails(job: Job) -> None:
        raise ValueError

    job = _job()
    for _ in range(Job.MAX_ATTEMPTS):
        with pytest.raises(ValueError):  # noqa: PT011 -- it has no message
            run(job.pk, fails)
    assert run(job.pk, _effect) is False
    job.refresh_from_db()
    assert job.is_given_up
    assert _effects() == 0


@pytest.mark.django_db(transaction=True)
def test_a_job_in_the_hands_of_another_worker_is_left_to_it():
    job = _job()
    other = connection.copy()
    try:
        with transaction.atomic(), other.cursor() as cursor:
            other.set_autocommit(False)
            cursor.execute("SELECT 1 FROM outbox_job WHERE id = %s FOR UPDATE", [job.pk])
            assert run(job.pk, _effect) is False
            other.rollback()
            other.set_autocommit(True)
    finally:
        other.close()
    assert _effects() == 0
    assert run(job.pk, _effect) is True
    assert _effects() == 1
