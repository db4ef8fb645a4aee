"""What is nobody's fault: the database is away, or the disk is full. Told in one line, answered with 503."""

import errno
import logging

import psycopg
from django.db import InterfaceError, OperationalError

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def is_away(error: BaseException | None) -> bool:
    """Whether the database does not answer, or it or we have no space to write."""
    if isinstance(error, OSError):
        return error.errno in _NO_SPACE
    return isinstance(error, OperationalError | InterfaceError)


def disk_is_full(error: BaseException | None) -> bool:
    """Whether it is the disk, ours or the database's."""
    if isinstance(error, OSError):
        return error.errno in _NO_SPACE
    return isinstance(error, OperationalError) and isinstance(error.__cause__, psycopg.errors.DiskFull)


def kind(error: BaseException | None) -> str:
    """The name of the error's class: the driver's own, which says more than Django's."""
    cause = error.__cause__ if error is not None else None
    return type(cause if isinstance(cause, psycopg.Error) else error).__name__


class OneLineWhenAway(logging.Filter):
    """A traceback says nothing of what is away: the record becomes one line. A fault of ours keeps its own."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True; the record is changed."""
        error = record.exc_info[1] if record.exc_info else None
        if is_away(error):
            record.msg, record.args = f"{record.getMessage()} ({kind(error)})", ()
            record.exc_info = record.exc_text = None
        return True
