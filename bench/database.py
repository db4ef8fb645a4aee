"""A server of the bench's own, and in it a database of its own: nobody's records are touched, wherever AKIG_VAR points.

Imported before Django's settings are read.
"""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAME = "akig_bench"
# What is lost while it is filled is filled again.
_WHILE_FILLING = {
    "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "wal_level": "minimal",
    "max_wal_senders": "0", "shared_buffers": "512MB", "maintenance_work_mem": "512MB", "max_wal_size": "8GB",
}  # fmt: skip


def choose() -> None:
    """Point this process at the bench's server, as the owner of its tables."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "AKIG_PRODUCTION", "DEBUG"):
        os.environ.pop(name, None)
    os.environ.setdefault("AKIG_VAR", str(Path(__file__).resolve().parent.parent / "var" / "bench"))
    os.environ["AKIG_DATABASE_LOGIN"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "akig.settings")

    import django
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = NAME
    django.setup()


@contextmanager
def filled(*, fresh: bool) -> Iterator[Any]:
    """Have the server running with its rows; Django's connection is then the application's role."""
    from django.db import connection

    from akig.embedded.database import embedded_server
    from akig.embedded.roles import APP

    if fresh or not _is_filled():
        _fill()
    server = embedded_server()
    with server.use():
        connection.settings_dict["OPTIONS"]["assume_role"] = APP
        yield server
        connection.close()


def _mark() -> Path:
    from akig.embedded.database import var_dir

    return var_dir() / "filled"


def _made_of() -> str:
    """Other rows, other tables: filled anew."""
    root = Path(__file__).resolve().parent
    sources = [root / "data.py", root / "search.py", *sorted(root.parent.glob("*/migrations/0*.py"))]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


def _is_filled() -> bool:
    return _mark().exists() and _mark().read_text() == _made_of()


def _fill() -> None:
    from django.core.management import call_command
    from django.db import connection

    from akig.embedded.database import embedded_server
    from akig.embedded.postgres import SUPERUSER
    from akig.embedded.roles import OWNER
    from bench import data, search

    _mark().unlink(missing_ok=True)
    server = embedded_server(**_WHILE_FILLING)
    with server.use():
        with server.connect(SUPERUSER, "postgres") as elsewhere:
            elsewhere.execute(f"DROP DATABASE IF EXISTS {NAME}")
            elsewhere.execute(f"CREATE DATABASE {NAME} OWNER {OWNER}")
        call_command("migrate", verbosity=0)
        connection.close()
        started = time.perf_counter()
        with server.connect(SUPERUSER, NAME) as rows:
            data.fill(rows)
            search.fill(rows)
            seconds = time.perf_counter() - started
            wrong = data.faults(rows)
        if wrong:
            raise ValueError(f"Rows that belong to none: {wrong}")
    print(f"Filled in {seconds:.0f} s.")
    _mark().write_text(_made_of())
