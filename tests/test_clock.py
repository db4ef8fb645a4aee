"""Every worker is a clock: it wakes the relay and the planner, and it watches itself."""

import time
from types import SimpleNamespace

import pytest
from celery import Celery
from celery.worker import state

from akig import clock
from akig.celery import app


class Request:
    """What a worker has in its hands."""

    def __init__(self, begun: float) -> None:
        self.time_start = begun


@pytest.fixture
def own(monkeypatch, tmp_path):
    """A watch whose broker is this process' memory, and what it did."""
    monkeypatch.setattr(state, "all_total_count", [0])
    monkeypatch.setattr(state, "active_requests", set())
    ends = []
    own = Celery(broker=f"memory://{tmp_path.name}", set_as_current=False)
    with own.connection_for_write() as connection:
        queue = own.amqp.queues["celery"].bind(connection.default_channel)
        queue.declare()
        watch = clock.Watch(own, tmp_path / "worker", lambda: ends.append(True))
        yield SimpleNamespace(now=time.monotonic(), watch=watch, queue=queue, ends=ends, app=own)
        queue.purge()


def test_the_relay_and_the_planner_are_woken_and_nothing_piles_up(own):
    state.active_requests.add(Request(time.time()))
    own.watch.tick(own.now)
    state.active_requests.clear()
    taken = [own.queue.get(no_ack=True) for _ in range(2)]
    own.watch.tick(own.now + 10)
    taken += [own.queue.get(no_ack=True) for _ in range(2)]
    assert [(message.headers["task"], message.decode()[1]) for message in taken] == [
        ("outbox.jobs.relay", {"after_restart": True, "nothing_on_its_way": False}),
        ("akig.jobs.plan", {}),
        ("outbox.jobs.relay", {"after_restart": False, "nothing_on_its_way": True}),
        ("akig.jobs.plan", {}),
    ]
    assert all(message.headers["expires"] for message in taken)


def test_an_idle_worker_beside_messages_that_wait_ends_itself(own):
    for seconds in (0, 10, 20):
        own.watch.tick(own.now + seconds)
        assert own.ends == []
    own.watch.tick(own.now + 26)
    assert own.ends == [True]


@pytest.mark.parametrize("sign", ["busy", "takes", "empty"])
def test_a_worker_that_works_or_has_nothing_to_do_is_left_alone(own, sign):
    if sign == "busy":
        state.active_requests.add(Request(time.time()))
    for seconds in range(0, 200, 10):
        own.watch.tick(own.now + seconds)
        if sign == "takes":
            state.all_total_count[0] += 1
        if sign == "empty":
            own.queue.purge()
    assert own.ends == []


def test_a_job_older_than_its_limit_is_in_nobodys_hands(own):
    state.active_requests.add(Request(time.time() - 13 * 60))
    own.watch.tick(own.now)
    own.watch.tick(own.now + 30)
    assert own.ends == [True]


def test_a_broker_that_goes_and_comes_is_one_line_and_then_all_is_sent_again(own, caplog, monkeypatch):
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda seconds: None)  # before it tries a second time
    own.watch.tick(own.now)
    here = own.app.connection_for_write
    gone = Celery(broker="redis+socket:///nonexistent/valkey.sock", set_as_current=False)
    monkeypatch.setattr(own.app, "connection_for_write", gone.connection_for_write)
    for seconds in range(10, 100, 10):
        own.watch.tick(own.now + seconds)
    assert [record.getMessage() for record in caplog.records] == ["The broker does not answer (ConnectionError)"]
    monkeypatch.setattr(own.app, "connection_for_write", here)
    own.queue.purge()
    own.watch.tick(own.now + 100)
    assert own.queue.get(no_ack=True).decode()[1]["after_restart"] is True
    assert [record.getMessage() for record in caplog.records][1:] == ["The broker answers again"]
    assert own.ends == []


def test_its_sign_of_life_is_read_by_who_looks_after_it(own, tmp_path):
    assert clock.last_sign(tmp_path / "worker") is None
    before = time.monotonic()
    own.watch.tick(own.now)
    assert before <= clock.last_sign(tmp_path / "worker") <= time.monotonic()


def test_a_lost_message_costs_nothing_and_a_job_is_gone_only_when_it_is_done():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit < clock._LONGEST_JOB
