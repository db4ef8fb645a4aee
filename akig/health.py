"""Whether this process can serve: what /readyz asks, each answer a few words without names or secrets."""

import shutil

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from outbox.actions import impatient_connection
from outbox.late import jobs_are_late
from sites_app.isolation import holes_in_the_database

_LEAST_FREE_DISK = 0.05
_BROKER_SECONDS = 1

# Migrations come with the code, and this process' code does not change: once complete is complete.
_all_migrated = False


def failures() -> dict[str, str]:
    """What keeps AKIG from serving, by the name of the part; empty when it is ready."""
    found = {"database": _database()}
    if not found["database"]:
        found |= {"migrations": _migrations(), "role": _role(), "jobs": _jobs()}
    found["disk"] = _disk()
    return {part: reason for part, reason in found.items() if reason}


def missing() -> dict[str, str]:
    """What AKIG serves without, by the name of the part: jobs wait in the outbox while the broker is away."""
    reason = _broker()
    return {"broker": reason} if reason else {}


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('transaction_read_only')")
            # A standby answers questions too, but takes no payment.
            return "takes no changes" if cursor.fetchone()[0] == "on" else ""
    except Error:
        return "does not answer"


def _migrations() -> str:
    global _all_migrated
    if not _all_migrated:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if pending:
            return f"{len(pending)} not applied"
        _all_migrated = True
    return ""


def _role() -> str:
    holes = holes_in_the_database(connection)
    # `manage.py check --database default` names them.
    return f"sites are not isolated: {len(holes)} holes" if holes else ""


def _jobs() -> str:
    # Those that a migration is still to make a table for are named by it.
    return "" if not _all_migrated or not jobs_are_late(timezone.now()) else "late"


def _broker() -> str:
    if not settings.CELERY_BROKER_URL:
        return ""
    try:
        with impatient_connection(_BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=_BROKER_SECONDS)
            broker.channel().close()  # each transport's own channel has it
    except Exception:  # whatever its client raises
        return "does not answer"
    return ""


def _disk() -> str:
    try:
        disk = shutil.disk_usage(settings.AKIG_VAR)
    except OSError:
        return "the data folder is missing"
    return "almost full" if disk.free < disk.total * _LEAST_FREE_DISK else ""
