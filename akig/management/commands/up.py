import hashlib
import io
import json
import os
import secrets
import shutil
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from akig.clock import last_sign
from akig.embedded import database, postgres, valkey
from akig.embedded.locks import Busy, FileLock
from akig.embedded.probe import Probe
from akig.embedded.supervisor import Child, Stopped, Supervisor, stop_on_signals
from akig.logs import escaped
from demo.accounts import account_lines
from demo.build import is_unfinished
from leasing.models import Contract
from sites_app.models import Site
from sites_app.scope import site_scope

_HOST = "127.0.0.1"
_READY_SECONDS = 120
_WEB_CRASHES = 3
_STATEMENT_SECONDS = "10"
_CLIENT_SECONDS = "12"  # a little more: whom the server cuts short is told by the server
_BACKLOG = 1024
_WORKER_SILENCE, _WORKER_START = 60, 120


class Command(BaseCommand):
    help = "Start AKIG: database, broker, web and jobs, until Ctrl-C. The first start makes a demo portfolio."
    requires_system_checks: list[str] = []  # each process that serves checks itself (akig/checks.py)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="default: 8000")
        parser.add_argument("--no-demo", action="store_true", help="make no demo portfolio")

    def handle(self, *args: Any, port: int, no_demo: bool, **options: Any) -> None:
        self.var: Path = settings.AKIG_VAR
        self.port = port
        try:
            with stop_on_signals(), self._alone() as self.door, self._database() as self.server, ExitStack() as stack:
                self.supervisor = Supervisor(self.say)
                stack.callback(self.supervisor.stop)
                self._run(with_demo=not no_demo)
        except Stopped:
            self.say("akig", "stopped")
        except postgres.CannotServe as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database does not answer: {str(error).splitlines()[0]}") from error
        except OSError as error:
            raise CommandError(f"{error.strerror}: {error.filename or self.var}") from error

    def say(self, name: str, line: str) -> None:
        # The last net: whatever a part prints, its line moves no cursor and turns no writing.
        self.stdout.write(f"{name:>8} | {escaped(line)}")
        self.stdout.flush()

    # --- the order of things ---

    def _run(self, *, with_demo: bool) -> None:
        self.environment = {
            **os.environ,
            "AKIG_VAR": str(self.var),
            "AKIG_DATABASE_LOGIN": "app",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "",  # whoever starts again does not compile everything again
            "MALLOC_ARENA_MAX": "2",  # threads share their free memory
            "SECRET_KEY": os.environ.get("SECRET_KEY") or self._own_secret_key(),
        }
        if not settings.CELERY_BROKER_URL:
            self._start_broker()
        if _migrations_pending():
            self._manage("migrate", "--no-input", AKIG_DATABASE_LOGIN="owner")
        self._compile_catalogs()
        self._collect_static()
        if with_demo and not settings.PRODUCTION and (not _has_contracts() or is_unfinished()):
            self._manage("demo")
        connection.close()
        self._start_web()
        self._wait_until_ready()
        self._start_worker()  # now, because two starts at once take twice as long
        self._greet()
        self._watch()

    @contextmanager
    def _alone(self) -> Iterator[socket.socket]:
        """Refuse to be the second on the same data, or on the same port.

        The port is ours from now on: web processes come and go, and whoever calls meanwhile waits for the next one.
        """
        run = self.var / "run"
        postgres.make_private(run)
        with FileLock(run / "up.lock") as lock:
            try:
                lock.own(wait=False)
            except Busy:
                raise CommandError(f"AKIG is already running on {self.var}; AKIG_VAR names another folder.") from None
            try:
                door = socket.create_server((_HOST, self.port), backlog=_BACKLOG)
            except (OSError, OverflowError) as error:
                reason = (os.strerror(error.errno) if isinstance(error, OSError) and error.errno else None) or error
                raise CommandError(f"Port {self.port} cannot be used ({reason}); --port names another.") from None
            with door:
                yield door

    @contextmanager
    def _database(self) -> Iterator[postgres.PostgresServer | None]:
        if not database.is_embedded():
            yield None
            return
        server = database.embedded_server()
        self.say("akig", f"database in {server.data}")
        with server.use():
            yield server

    def _start_broker(self) -> None:
        broker = valkey.ValkeyServer(self.var)
        self._start(self._child("valkey", broker.command()), answers=broker.answers)
        self.environment["CELERY_BROKER_URL"] = broker.broker_url
        self.environment.setdefault("CACHE_URL", broker.cache_url)

    def _start_worker(self) -> None:
        # One process does one job after the other: memory is scarcer here than time.
        options = ("--concurrency=1", "--loglevel=INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")
        command = [sys.executable, "-m", "celery", "--quiet", "--app=akig", "worker", *options]
        # Root in a container is usual, and a job comes as JSON, which cannot carry code.
        worker = self._child("worker", command, PYTHONWARNINGS="ignore:You're running the worker with superuser")
        worker.grace = 30
        # It says so itself (akig/clock.py), and ends itself when it takes no job; this is for one that is frozen.
        sign = self.var / "run" / "worker"
        worker.last_sign, worker.silence, worker.start = lambda: last_sign(sign), _WORKER_SILENCE, _WORKER_START
        self._start(worker)

    def _start_web(self) -> None:
        # Bodies that are on their way: not in memory, which the system's own folder for such files may be.
        uploads = self.var / "uploads"
        shutil.rmtree(uploads, ignore_errors=True)
        postgres.make_private(uploads)
        command = [sys.executable, "-m", "akig.web", f"--socket={self.door.fileno()}"]
        limits = {"DATABASE_STATEMENT_TIMEOUT": _STATEMENT_SECONDS, "DATABASE_CLIENT_TIMEOUT": _CLIENT_SECONDS}
        web = self._child("web", command, TMPDIR=str(uploads), **limits)
        web.inherits = [self.door.fileno()]
        self.web = web
        self._start(web, answers=lambda: _ask(self.port, "/healthz", seconds=3)[0] == 200)

    def _child(self, name: str, command: list[str], **environment: str) -> Child:
        return Child(name, command, {**self.environment, **environment}, settings.BASE_DIR)

    def _start(self, child: Child, answers: Callable[[], bool] | None = None) -> None:
        """Keep it running; where it can be asked whether it answers, also when it freezes."""
        if answers is not None:
            child.last_sign = Probe(answers).start().last_sign
        self.supervisor.start(child)

    def _manage(self, *arguments: str, **environment: str) -> None:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
        if self.supervisor.run_once(self._child(arguments[0], command, **environment)) != 0:
            raise CommandError(f"`manage.py {arguments[0]}` failed; its own words are above.")

    # --- ready, and then ---

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        answer = ""
        while time.monotonic() < deadline:
            self.supervisor.look_after(0.05)
            if self.supervisor.crashes() >= _WEB_CRASHES:
                raise CommandError("AKIG does not start; what its parts say is above.")
            if not self.web.has_served(time.monotonic()):
                continue
            status, said = _ask(self.port, "/readyz")
            if status == 200:
                return
            if said != answer:
                answer = said
                self.say("akig", f"not ready yet: {answer}")
        raise CommandError(f"AKIG is not ready after {_READY_SECONDS} s: {answer or 'the web server does not answer'}")

    def _greet(self) -> None:
        self.say("akig", f"AKIG is ready on http://{_HOST}:{self.port}/")
        for line in (*account_lines(), "Ctrl-C stops everything."):
            self.say("akig", line)
        connection.close()

    def _watch(self) -> None:
        while True:
            self.supervisor.look_after(2)
            if self.server is not None and not self.server.is_running():
                self.say("akig", "the database has stopped; starting it again")
                try:
                    self.server.ensure_running()
                except postgres.CannotServe as error:
                    self.say("akig", str(error))

    # --- what only the first start, or a change, makes necessary ---

    def _own_secret_key(self) -> str:
        file = self.var / "secrets" / "secret_key"
        if not file.exists():
            postgres.make_private(file.parent)
            postgres.write_private(file, secrets.token_urlsafe(50))
        return file.read_text()

    def _compile_catalogs(self) -> None:
        said = io.StringIO()
        call_command("compile_catalogs", stdout=said)
        for line in said.getvalue().splitlines():
            self.say("akig", line)

    def _collect_static(self) -> None:
        seen = hashlib.sha256()
        for finder in get_finders():
            for path, storage in finder.list([]):
                found = os.stat(storage.path(path))  # noqa: PTH116 -- a thousand files
                seen.update(f"{path}:{found.st_size}:{found.st_mtime_ns}\n".encode())
        stamp = self.var / "run" / "static"
        if stamp.exists() and stamp.read_text() == seen.hexdigest() and settings.STATIC_ROOT.exists():
            return
        self.say("akig", "collecting the static files")
        self._manage("collectstatic", "--no-input", "--verbosity=0")
        stamp.write_text(seen.hexdigest())


def _migrations_pending() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _has_contracts() -> bool:
    with site_scope(Site.objects.values_list("code", flat=True)):
        return Contract.objects.exists()


def _ask(port: int, path: str, seconds: float = 5) -> tuple[int, str]:
    """The status and what is wrong, in words; (0, "") when nobody answers yet."""
    web = HTTPConnection(_HOST, port, timeout=seconds)
    try:
        web.request("GET", path)
        response = web.getresponse()
        failed = json.loads(response.read()).get("failed", {})
    except (OSError, HTTPException, ValueError):
        return 0, ""
    finally:
        web.close()
    return response.status, ", ".join(f"{part} {reason}" for part, reason in failed.items())
