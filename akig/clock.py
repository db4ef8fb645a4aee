"""Every worker is a clock: it wakes the relay and the planner. And it watches itself, because a worker may stop taking
jobs without an error (docs/operations.md).
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from celery import bootsteps
from celery.worker import state

from akig.broker import broker

log = logging.getLogger(__name__)

SECONDS = 10
# Idle beside messages that wait: two ticks and a little.
_PATIENCE = 25.0
# A job has its own limit, after which Celery kills it; one that is older than that is in nobody's hands.
_LONGEST_JOB = 12 * 60


class Clock(bootsteps.StartStopStep):
    """A thread of the worker's main process: it goes on while that one waits for a broker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        self._over = threading.Event()

    def start(self, worker: Any) -> None:
        watch = Watch(worker.app, sign_file())
        threading.Thread(target=watch.run, args=(self._over,), name="clock", daemon=True).start()

    def stop(self, worker: Any) -> None:
        self._over.set()


class Watch:
    """What the clock knows of its worker and of the broker."""

    def __init__(self, app: Any, sign: Path | None, end: Callable[[], None] | None = None) -> None:
        self._app, self._sign, self._end = app, sign, end or _end_this_worker
        self._at_work_at = time.monotonic()
        self._taken = 0
        self._broker_was_away = True  # nobody knows what happened before the start

    def run(self, over: threading.Event) -> None:
        """Tick until the end."""
        over.wait(1)
        while not over.is_set():
            try:
                self.tick(time.monotonic())
            except Exception:
                # Whatever it is: without a clock nothing is done any more.
                log.exception("The clock missed a tick")
            over.wait(SECONDS)

    def tick(self, now: float) -> None:
        """Look after the worker, then wake the relay and the planner."""
        try:
            # A connection of its own: what died with the broker is not used again, and no lock is shared with the
            # processes that are forked.
            with self._app.connection_for_write() as connection:
                connection.connect()
                waiting = self._waiting(connection)
                is_idle = self._is_idle()
                if not (is_idle and waiting):
                    self._at_work_at = now
                elif now - self._at_work_at > _PATIENCE:
                    log.error("This worker takes no job, and %d messages wait: it ends, to be started again", waiting)
                    self._end()
                    return
                self._send(connection, nothing_on_its_way=is_idle and not waiting)
        except self._app.connection_for_write().connection_errors as error:
            self._at_work_at = now
            self._broker_was_away = True
            broker.failed(error)
        self._give_a_sign()

    def _send(self, connection: Any, *, nothing_on_its_way: bool) -> None:
        relay = {"after_restart": self._broker_was_away, "nothing_on_its_way": nothing_on_its_way}
        with connection.Producer() as producer:
            for name, kwargs in (("outbox.jobs.relay", relay), ("akig.jobs.plan", {})):
                # Expired before the next one: a busy worker finds one of them, not a hundred.
                self._app.send_task(
                    name, kwargs=kwargs, expires=SECONDS, ignore_result=True, retry=False, producer=producer
                )
        self._broker_was_away = False
        broker.answered()

    def _waiting(self, connection: Any) -> int:
        queue = self._app.amqp.queues[self._app.conf.task_default_queue]
        try:
            return int(queue.bind(connection.default_channel).queue_declare(passive=True).message_count)
        except connection.channel_errors:
            return 0  # nobody has sent anything yet

    def _is_idle(self) -> bool:
        """Whether it has taken nothing since the last tick and has nothing in its hands."""
        before, self._taken = self._taken, state.all_total_count[0]
        begun_since = time.time() - _LONGEST_JOB
        busy = any((request.time_start or 0) > begun_since for request in tuple(state.active_requests))
        return not busy and self._taken == before

    def _give_a_sign(self) -> None:
        if self._sign is not None:
            aside = self._sign.with_suffix(".new")
            aside.write_text(str(time.monotonic()))
            aside.replace(self._sign)


def sign_file() -> Path | None:
    """Where a worker says that it lives; None where no `manage.py up` has made the folder for it."""
    from django.conf import settings

    folder: Path = settings.AKIG_VAR / "run"
    return folder / "worker" if folder.is_dir() else None


def last_sign(file: Path) -> float | None:
    """When the worker gave its last sign of life, in time.monotonic(); None: never."""
    try:
        return float(file.read_text())
    except (OSError, ValueError):
        return None


def _end_this_worker() -> None:
    # Its own way to end waits for the very loop that may be stuck; nothing is in its hands.
    os.kill(os.getpid(), signal.SIGKILL)
