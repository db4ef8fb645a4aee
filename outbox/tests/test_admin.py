"""What people see of jobs: the list of those that need a hand."""

import pytest
from django.utils import timezone

from accounts.models import User
from outbox import jobs
from outbox.actions import enqueue
from outbox.models import Job

JOBS = "/GN_CONAKRY/admin/outbox/job/"


@pytest.fixture
def stuck() -> Job:
    job = enqueue("outbox.tests.nothing", key="stuck")
    Job.objects.filter(pk=job.pk).update(attempts=Job.MAX_ATTEMPTS, last_error="ValueError in jobs.py, line 7")
    return job


@pytest.fixture
def _superuser(client, db) -> None:
    client.force_login(
        User.objects.create(username="admin", is_superuser=True, is_staff=True),
        backend="accounts.backends.NameOrEmailBackend",
    )


@pytest.mark.usefixtures("_superuser")
@pytest.mark.parametrize(
    ("state", "shown"), [("open", ["waiting"]), ("done", ["done"]), ("refused", ["refused"]), ("given_up", ["stuck"])]
)
def test_jobs_are_listed_by_their_state(client, stuck, state, shown):
    now = timezone.now()
    enqueue("outbox.tests.nothing", key="waiting")
    for key, error in (("done", ""), ("refused", "the site does not exist")):
        job = enqueue("outbox.tests.nothing", key=key)
        Job.objects.filter(pk=job.pk).update(done_at=now, last_error=error)
    response = client.get(JOBS, {"state": state})
    assert response.status_code == 200
    assert [job.key for job in response.context["cl"].result_list] == shown
    assert [(job.is_done, job.is_refused, job.is_given_up) for job in response.context["cl"].result_list] == [
        (state == "done", state == "refused", state == "given_up")
    ]


@pytest.mark.usefixtures("_superuser")
def test_a_job_that_was_given_up_can_be_tried_again_and_nothing_else_can_be_changed(client, stuck):
    again = {"action": "try_again", "_selected_action": [str(stuck.pk)]}
    assert client.post(JOBS, again).status_code == 302
    stuck.refresh_from_db()
    assert (stuck.attempts, stuck.is_given_up) == (0, False)
    assert client.get(f"{JOBS}add/").status_code == 403
    assert client.post(f"{JOBS}{stuck.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Job.objects.filter(pk=stuck.pk).exists()


@pytest.mark.django_db
def test_the_relay_forgets_what_is_old_and_sends_what_waits(sent):
    waiting = enqueue("outbox.tests.nothing", key="waiting")
    started = enqueue("outbox.tests.nothing", key="started")
    old = enqueue("outbox.tests.nothing", key="old")
    Job.objects.filter(pk=waiting.pk).update(due_at=timezone.now())
    Job.objects.filter(pk=started.pk).update(started_at=timezone.now(), attempts=1)
    Job.objects.filter(pk=old.pk).update(done_at="2020-01-01T00:00Z")
    assert jobs.relay() == 1
    assert jobs.relay(after_restart=True) == 1
    assert [job_id for _, job_id in sent] == [str(waiting.pk), str(started.pk)]
    assert not Job.objects.filter(pk=old.pk).exists()
