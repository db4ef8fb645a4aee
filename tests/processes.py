"""Other processes of the application, working on the database of the tests."""

import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from akig.embedded.roles import APP

PYTHON = sys.executable


def environment(var: Path, **more: str) -> dict[str, str]:
    """Of a process that logs in to the test database as the application does and writes its files to `var`."""
    database = connection.settings_dict
    passfile = quote(str(database["OPTIONS"]["passfile"]), safe="")
    host = quote(str(database["HOST"]), safe="")
    return {
        **os.environ,
        "AKIG_VAR": str(var),
        "AKIG_DATABASE_LOGIN": "app",
        "DATABASE_URL": f"postgres://{APP}@{host}/{database['NAME']}?passfile={passfile}",
        "PYTHONPATH": str(settings.BASE_DIR),
        "PYTHONUNBUFFERED": "1",
        **more,
    }


def free_port() -> int:
    """A port of this machine that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(happened: Callable[[], object], seconds: float = 60) -> None:
    """Look every few milliseconds; fails when it has not happened in time."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether the process is there and not a zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
