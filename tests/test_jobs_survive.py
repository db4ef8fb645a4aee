"""Real Valkey, a real worker, and kill -9: a job's effect happens exactly once."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from celery import current_app

from akig.embedded import valkey
from outbox.actions import enqueue, relay
from outbox.models import Job
from tests.broker import use_broker
from tests.processes import PYTHON, environment, wait_until

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


class Broker:
    """A Valkey server that can be stopped and started again with its data."""

    def __init__(self, var: Path) -> None:
        self.server = valkey.ValkeyServer(var)
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.server.command())
        wait_until(self.server.answers)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def broker(tmp_path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    broker.start()
    with use_broker(broker.server.broker_url):
        yield broker
    broker.kill()


@contextmanager
def _worker(broker: Broker) -> Iterator[psutil.Process]:
    command = [PYTHON, "-m", "celery", "--quiet", "--app=akig", "worker", "--concurrency=1", "--include=tests.slow_job"]
    process = subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING"],
        env=environment(
            broker.server.var,
            CELERY_BROKER_URL=broker.server.broker_url,
            LOG_LEVEL="WARNING",
            COVERAGE_PROCESS_CONFIG="",  # killed in the end, it could not say what it has run
        ),
        start_new_session=True,
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _ask(folder: Path) -> Job:
    return enqueue("tests.slow_job.mark_and_wait", key="the job", folder=str(folder))


def _has_begun(folder: Path) -> bool:
    if (folder / "begun").exists():
        (folder / "begun").unlink()
        return True
    return False


def _is_done(job: Job) -> bool:
    job.refresh_from_db()
    return job.is_done


def _effects() -> int:
    return Job.objects.filter(name="effect").count()


def test_a_worker_process_killed_in_mid_job_costs_seconds_and_no_second_effect(broker, tmp_path):
    job = _ask(tmp_path)
    with _worker(broker) as worker:
        wait_until(lambda: _has_begun(tmp_path))
        (child,) = worker.children()
        child.kill()
        wait_until(lambda: _has_begun(tmp_path))
        assert _effects() == 0
        (tmp_path / "go on").touch()
        wait_until(lambda: _is_done(job))
    assert (_effects(), job.attempts) == (1, 2)


def test_a_whole_worker_killed_in_mid_job_costs_seconds_and_no_second_effect(broker, tmp_path):
    job = _ask(tmp_path)
    with _worker(broker) as worker:
        wait_until(lambda: _has_begun(tmp_path))
        os.killpg(worker.pid, signal.SIGKILL)
    assert _effects() == 0
    (tmp_path / "go on").touch()
    with _worker(broker):
        wait_until(lambda: _is_done(job))
        assert (_effects(), job.attempts) == (1, 2)
        # The broker's copy of the first message is still on its way: it finds the job done.
        current_app.send_task(job.name, args=[str(job.pk)])
        wait_until(lambda: current_app.connection_for_read().default_channel.client.llen("celery") == 0)
    assert (_effects(), job.attempts) == (1, 2)


def test_a_broker_killed_with_jobs_in_its_queue_still_has_them(broker, tmp_path):
    (tmp_path / "go on").touch()
    job = _ask(tmp_path)
    # Its file is written every second at the latest.
    log = tmp_path / "valkey" / "appendonlydir"
    wait_until(lambda: any(b"mark_and_wait" in path.read_bytes() for path in log.glob("*.incr.aof")))
    broker.kill()
    broker.start()
    with _worker(broker):
        wait_until(lambda: _is_done(job))
    assert (_effects(), job.attempts) == (1, 1)


def test_a_job_asked_for_while_the_broker_is_down_is_done_when_it_is_back(broker, tmp_path):
    (tmp_path / "go on").touch()
    broker.kill()
    job = _ask(tmp_path)
    job.refresh_from_db()
    assert job.sent_at is None
    broker.start()
    assert relay(job.due_at) == 1
    with _worker(broker):
        wait_until(lambda: _is_done(job))
    assert (_effects(), job.attempts) == (1, 1)


def test_a_worker_whose_job_ends_while_the_broker_is_away_takes_the_next_one(broker, tmp_path):
    first = _ask(tmp_path)
    with _worker(broker):
        wait_until(lambda: _has_begun(tmp_path))
        broker.kill()
        (tmp_path / "go on").touch()
        wait_until(lambda: _is_done(first))
        broker.start()
        second = enqueue("tests.slow_job.mark_and_wait", key="the next job", folder=str(tmp_path))
        wait_until(lambda: _is_done(second), 30)
    assert _effects() == 2
