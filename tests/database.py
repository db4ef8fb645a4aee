"""A pytest plugin: the suite has its own embedded server, and its own environment whatever the developer's is.

Loaded with `-p tests.database`, before Django's settings are read.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from akig.embedded.postgres import PostgresServer

for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL", "CACHE_URL", "AKIG_PRODUCTION", "DEBUG"):
    os.environ.pop(name, None)
os.environ.setdefault("AKIG_VAR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
# The test database is made and migrated by the owner; the tests then assume the application's role (conftest.py).
os.environ["AKIG_DATABASE_LOGIN"] = "owner"


def server() -> "PostgresServer":
    """The suite's server. Its data may be lost: nothing waits for the disk."""
    # Imported now, when the measuring of coverage has begun.
    from akig.embedded import database

    # Ten thousand rolled-back examples in one transaction keep many locks (the long run of the isolation tests).
    return database.embedded_server(
        fsync="off", synchronous_commit="off", full_page_writes="off", max_locks_per_transaction="4096"
    )
