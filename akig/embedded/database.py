"""Which database AKIG uses, and with which login: the embedded server, or the one in DATABASE_URL."""

import contextlib
import errno
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from akig.embedded import postgres

# Without a database: nothing is started for these.
_NO_DATABASE = {
    *("check", "collectstatic", "compile_catalogs", "compilemessages", "diffsettings", "findstatic", "help"),
    *("lintmigrations", "makemessages", "messages", "startapp", "startproject", "translation_coverage"),
    *("up", "version"),
}
# These change tables, or read all sites at once: they log in as the owner.
_OWNER = {
    *("backup", "dbshell", "flush", "inspectdb", "makemigrations", "migrate", "optimizemigration", "pgtrigger"),
    *("prepare_database", "restore", "showmigrations", "sqlflush", "sqlmigrate", "sqlsequencereset"),
    "squashmigrations",
}
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_ENGINE = "akig.postgresql_with_deadline"


def var_dir() -> Path:
    """The folder of everything that AKIG itself writes: AKIG_VAR, or `var` beside manage.py."""
    given = os.environ.get("AKIG_VAR")
    var = Path(given).expanduser() if given else Path(__file__).resolve().parents[2] / "var"
    return var.resolve()


def is_embedded() -> bool:
    return not os.environ.get("DATABASE_URL")


def login() -> str:
    """`owner` or `app`: the role that this process works as (AKIG_DATABASE_LOGIN)."""
    return "owner" if os.environ.get("AKIG_DATABASE_LOGIN") == "owner" else "app"


def app_role(env: Any) -> str:
    """The role that the application works as in a foreign database: one that it assumes, or its own login."""
    return env("DATABASE_APP_ROLE", default="") or env.db("DATABASE_URL")["USER"]


def embedded_server(**settings: str) -> postgres.PostgresServer:
    return postgres.PostgresServer(var_dir(), settings)


def connection_settings(env: Any) -> dict:
    """Django's settings for the database. Starts and needs nothing: the server may come later.

    DATABASE_URL is the application's login and DATABASE_OWNER_URL the owner's. With one login only, DATABASE_APP_ROLE
    names the role that the application assumes after signing in.
    """
    settings = _embedded_settings() if is_embedded() else _foreign_settings(env)
    # Seconds; a web process has a limit, a job or a command has none of its own.
    limit = env.int("DATABASE_STATEMENT_TIMEOUT", default=0)
    if limit:
        _add_option(settings, f"statement_timeout={limit}s")
    if command := command_name(sys.argv):
        # The audit says which command has changed something (changes/append_only.py).
        _add_option(settings, f"akig.command={command}")
    return settings


def _add_option(settings: dict, option: str) -> None:
    options = settings["OPTIONS"]
    options["options"] = f"{options.get('options', '')} -c {option}".strip()


def command_name(argv: Sequence[str]) -> str:
    """The command of manage.py that this process is; "" for a server, a worker and the tests."""
    is_command = len(argv) > 1 and Path(argv[0]).name == "manage.py" and re.fullmatch(r"\w+", argv[1], re.ASCII)
    return argv[1] if is_command else ""


def _embedded_settings() -> dict:
    server = embedded_server()
    return {
        "ENGINE": _ENGINE,
        "NAME": "akig",
        "USER": f"akig_{login()}",
        "HOST": str(server.sockets),
        "PORT": str(postgres.PORT),
        # The password stays in its file: libpq reads it, settings and their dumps do not hold it.
        "OPTIONS": {"passfile": str(server.passwords)},
    }


def _foreign_settings(env: Any) -> dict:
    owner_url = bool(os.environ.get("DATABASE_OWNER_URL"))
    settings = env.db("DATABASE_OWNER_URL" if login() == "owner" and owner_url else "DATABASE_URL")
    settings["ENGINE"] = _ENGINE
    settings["HOST"] = unquote(settings["HOST"])  # a socket's folder is written %2Frun%2Fpostgresql
    settings.setdefault("OPTIONS", {})
    # Of each host, when there are several: the next one is tried after that.
    settings["OPTIONS"].setdefault("connect_timeout", 3)
    app_role = env("DATABASE_APP_ROLE", default="")
    if login() == "app" and app_role:
        settings["OPTIONS"]["assume_role"] = app_role
    return settings


@contextlib.contextmanager
def for_command(argv: Sequence[str]) -> Iterator[None]:
    """Have the database that this command needs, with the right login, and leave it as it was found.

    What a person can put right is told in one line on stderr, with exit code 1.
    """
    from django.db import InterfaceError, InternalError, OperationalError

    command = argv[1] if len(argv) > 1 else "help"
    if command in _OWNER:
        os.environ.setdefault("AKIG_DATABASE_LOGIN", "owner")
    try:
        with contextlib.ExitStack() as stack:
            if is_embedded() and _needs_database(command, argv):
                stack.enter_context(embedded_server().use())
            yield
            sys.stdout.flush()  # now, while a full disk can still be told
    except postgres.CannotServe as error:
        sys.exit(f"akig: {error}")
    except (OperationalError, InterfaceError, InternalError) as error:
        sys.exit(f"akig: the database does not answer: {_first_line(error)}")
    except OSError as error:
        if error.errno not in _NO_SPACE:
            raise
        # What is still waiting to be written would fail again at the exit, with a traceback.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 -- until the process ends
        sys.exit(f"akig: the disk is full: {error.filename or 'nothing more can be written'}")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _needs_database(command: str, argv: Sequence[str]) -> bool:
    if command.startswith("-") or "--help" in argv or "-h" in argv or "--version" in argv:
        return False
    return command not in _NO_DATABASE or (command == "check" and "--database" in argv)
