"""`manage.py up` for real: one command, everything serves; however it ends, nothing stays behind."""

import json
import os
import secrets
import signal
import socket
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.utils import timezone

from akig.schedule import SCHEDULE, due_jobs
from outbox.models import Job
from sites_app.models import Site
from tests.processes import PYTHON, environment, free_port, is_alive, wait_until

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]


class Up:
    """The command, what it has said so far, and all its processes."""

    def __init__(self, var: Path, port: int, **settings_given: str) -> None:
        self.port = port
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [PYTHON, str(settings.BASE_DIR / "manage.py"), "up", f"--port={port}", "--no-demo"],
            env=environment(var, **{"SECRET_KEY": "", **settings_given}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")))
        self._reader.start()

    def wait_until_ready(self) -> None:
        wait_until(lambda: self.process.poll() is not None or self.has_said("AKIG is ready on"), 180)
        assert self.process.poll() is None, "".join(self.lines)

    def has_said(self, words: str) -> bool:
        return any(words in line for line in self.lines)

    def get(self, path: str) -> tuple[int, dict]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
            return response.status, json.loads(response.read())

    def ask(self, path: str, **headers: str) -> tuple[int, str | None]:
        """The status, and where to go instead."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as web:
            web.request("GET", path, headers=headers)
            response = web.getresponse()
            return response.status, response.headers["Location"]

    def web(self) -> int:
        return next(pid for name, pid in self.everybody().items() if name.startswith("akig.web"))

    def everybody(self) -> dict[str, int]:
        """The process ids of all its parts, by a word of their command line."""
        parts = {}
        for process in psutil.Process(self.process.pid).children(recursive=True):
            name = next((n for n in ("valkey", "akig.web", "celery") if n in " ".join(process.cmdline())), "other")
            parts[f"{name} {process.pid}"] = process.pid
        return parts

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        code = self.process.wait(60)
        self._reader.join()
        self.process.stdout.close()
        return code


@contextmanager
def _up(var: Path, port: int | None = None, **settings_given: str) -> Iterator[Up]:
    up = Up(var, port or free_port(), **settings_given)
    try:
        yield up
    finally:
        if up.process.poll() is None:
            up.end(signal.SIGTERM)


@pytest.fixture(scope="module")
def var(tmp_path_factory) -> Path:
    """Of all tests of this file: static files are collected once."""
    return tmp_path_factory.mktemp("a place") / "var"


def test_everything_serves_and_ctrl_c_leaves_no_process(var):
    with _up(var) as up:
        up.wait_until_ready()
        assert up.get("/healthz") == (200, {"status": "alive"})
        assert up.get("/readyz") == (200, {"status": "ready"})
        # The clock, the planner, the outbox, the broker and the worker: today's jobs of all sites get done.
        # Those whose hour has come.
        sites = Site.objects.values_list("code", "timezone")
        due = len(list(due_jobs(timezone.now(), sites, SCHEDULE, agency=settings.TIME_ZONE)))
        wait_until(lambda: Job.objects.exclude(done_at=None).count() >= due, 180)
        parts = up.everybody()
        assert {name.split()[0] for name in parts} == {"valkey", "akig.web", "celery"}

        same_data = Up(var, free_port())
        assert same_data.process.wait(60) == 1
        same_data.end(signal.SIGTERM)
        assert same_data.lines == [f"CommandError: AKIG is already running on {var}; AKIG_VAR names another folder.\n"]

        assert up.end(signal.SIGINT) == 0
    assert [name for name, pid in parts.items() if is_alive(pid)] == []
    assert up.has_said("akig | stopped")
    assert (var / "secrets" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_kill_9_leaves_no_process_and_the_next_start_finds_nothing_in_its_way(var):
    with _up(var) as up:
        up.wait_until_ready()
        wait_until(lambda: len(up.everybody()) == 4)  # the worker's own process comes last
        parts = up.everybody()
        up.end(signal.SIGKILL)
    wait_until(lambda: not any(is_alive(pid) for pid in parts.values()))
    with _up(var, up.port) as again:
        again.wait_until_ready()
        assert again.get("/readyz") == (200, {"status": "ready"})
        # A part that is killed alone is started again.
        os.kill(next(pid for name, pid in again.everybody().items() if "valkey" in name), signal.SIGKILL)
        wait_until(lambda: again.has_said("valkey | ended with signal SIGKILL; starts again in 0.1 s"))
        wait_until(lambda: _is_ready(again))


def test_a_port_in_use_is_one_line(var):
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        with _up(var, port) as up:
            assert up.process.wait(60) == 1
    up.end(signal.SIGTERM)
    assert up.lines == [f"CommandError: Port {port} cannot be used (Address already in use); --port names another.\n"]


def test_production_starts_and_a_frozen_web_process_is_replaced_at_its_own_port(var, tmp_path):
    production = {
        "AKIG_PRODUCTION": "true",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "akig.example",
        "EMAIL_URL": "smtp://mail.example:25",
        "PUBLIC_URL": "https://akig.example",
    }
    with _up(var, **production) as up:
        up.wait_until_ready()
        proxied = {"X-Forwarded-Proto": "https", "Host": "akig.example"}
        assert up.ask("/accounts/login/", Host="akig.example") == (301, "https://akig.example/accounts/login/")
        assert up.ask("/accounts/login/", **proxied) == (200, None)
        assert up.ask("/accounts/login/", **{**proxied, "Host": "other.example"})[0] == 400
        assert up.ask("/healthz", Host="10.0.0.7") == up.ask("/readyz", Host="10.0.0.7") == (200, None)
        assert up.ask("/static/nothing.css", **proxied) == (404, None)

        frozen = up.web()
        os.kill(frozen, signal.SIGSTOP)
        with _up(tmp_path / "var", up.port) as second:
            assert second.process.wait(60) == 1
        second.end(signal.SIGTERM)
        in_use = f"Port {up.port} cannot be used (Address already in use); --port names another."
        assert second.lines == [f"CommandError: {in_use}\n"]
        wait_until(lambda: up.has_said("web | has given no sign of life for 15 s and is killed"))
        # Who calls meanwhile waits for the next process and is answered.
        assert up.ask("/healthz") == (200, None)
        assert up.web() != frozen
        assert not is_alive(frozen)


def _is_ready(up: Up) -> bool:
    try:
        return up.get("/readyz")[0] == 200
    except OSError:
        return False
