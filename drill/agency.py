"""An agency of the drill's own: `manage.py up` in a folder that nobody else uses, its processes and its rows."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from akig.embedded.postgres import SUPERUSER, PostgresServer, make_private
from drill.asking import Browser, ask
from drill.managers import MANAGERS, Managers, managers

ROOT = Path(__file__).resolve().parent.parent
_MANAGE = [sys.executable, str(ROOT / "manage.py")]
_PARTS = {
    "web": ("granian", "akig.web"),
    "worker": ("celery",),
    "valkey": ("valkey-server",),
    "database": ("postgres -D", "postgres: "),
}
# What a developer has set is not meant for this agency.
_SETTINGS = ("DATABASE_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL", "CACHE_URL", "AKIG_PRODUCTION", "DEBUG")


class Failed(Exception):
    """What was waited for did not happen."""


class Agency:
    """One folder, one port. `environment` is what differs from an ordinary start."""

    def __init__(self, var: Path, port: int, **environment: str) -> None:
        self.var, self.port = var, port
        self.server = PostgresServer(var)
        self.managers = Managers("", {})
        self.lines: list[str] = []
        self.process: subprocess.Popen[str] | None = None
        own = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
        self.environment = {**own, "AKIG_VAR": str(var), "LOG_LEVEL": "WARNING", **environment}

    def fill(self) -> Managers:
        """A small demo, in tables of its own."""
        self.manage("migrate", "--no-input", "--verbosity=0")
        printed = self.manage("demo", "--tenants=60")
        with self.server.use(), self.server.connect(SUPERUSER, "akig") as connection:
            return managers(printed, connection)

    def browser(self, site: str) -> Browser:
        """A site's manager signs in."""
        return Browser(self.port, MANAGERS[site], self.managers.password)

    def manage(self, *arguments: str) -> str:
        """Run a command of manage.py to its end. Returns what it printed."""
        command = [*_MANAGE, *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed(f"manage.py {arguments[0]}: {done.stderr.strip()[-500:]}")
        return done.stdout.strip()

    def start(self) -> None:
        """Begin `manage.py up`; what it says goes to `lines` and to log/up.log."""
        make_private(self.var)
        make_private(self.var / "log")
        command = [*_MANAGE, "up", f"--port={self.port}", "--no-demo"]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.thaw()  # what is frozen does not end either
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def thaw(self) -> None:
        for part in _PARTS:
            self.send(part, signal.SIGCONT)

    def wait_until_ready(self, seconds: float = 120) -> float:
        """Until /readyz says so and the worker is there. Returns how many seconds that took."""
        return wait_until(lambda: self.is_ready() and len(self.pids("worker")) > 1, seconds, "not ready")

    def is_ready(self) -> bool:
        return ask(self.port, "GET", "/readyz", seconds=5).status == 200

    def pids(self, part: str) -> list[int]:
        """The processes of a part, its first one first."""
        if self.process is None:
            return []
        found = []
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = " ".join(process.cmdline())
            except psutil.Error:
                continue
            if any(word in line for word in _PARTS[part]) and "keeper.py" not in line:
                found.append(process.pid)
        return found

    def send(self, part: str, number: int) -> list[int]:
        """Send a signal to all processes of a part. Returns which they were."""
        pids = self.pids(part)
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        return pids

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read all sites at once, as the database's superuser."""
        with self.server.connect(SUPERUSER, "akig") as connection:
            return connection.execute(statement, values).fetchall()

    def _read(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            self.lines.append(line)
            # A full disk is one of the faults.
            with contextlib.suppress(OSError), (self.var / "log" / "up.log").open("a") as log:
                log.write(f"{time.strftime('%H:%M:%S')} {line}")


def wait_until(happened: Callable[[], object], seconds: float, otherwise: str) -> float:
    """Look ten times a second. Returns how many seconds it took; raises Failed after `seconds`."""
    started = time.monotonic()
    while not happened():
        if time.monotonic() - started > seconds:
            raise Failed(f"{otherwise} after {seconds:.0f} s")
        time.sleep(0.1)
    return time.monotonic() - started
