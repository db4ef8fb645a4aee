"""What is away is one line in the log; a fault of ours keeps its traceback. A breaker asks rarely."""

import errno
import logging
import sys

import psycopg
import pytest
from django.db import OperationalError

from changes.away import OneLineWhenAway, disk_is_full
from changes.breaker import Breaker


def _record(error: Exception) -> logging.LogRecord:
    try:
        raise error
    except Exception:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "Service Unavailable: %s", ("/a",), sys.exc_info())
    assert OneLineWhenAway().filter(record)
    return record


def _wrapped(cause: Exception) -> OperationalError:
    error = OperationalError("as Django raises it")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OperationalError("gone"), "Service Unavailable: /a (OperationalError)"),
        (_wrapped(psycopg.errors.AdminShutdown()), "Service Unavailable: /a (AdminShutdown)"),
        (OSError(errno.ENOSPC, "No space left on device"), "Service Unavailable: /a (OSError)"),
    ],
)
def test_what_is_away_is_one_line(error, line):
    assert logging.Formatter("%(message)s").format(_record(error)) == line


@pytest.mark.parametrize("error", [ValueError("ours"), FileNotFoundError(errno.ENOENT, "no such file")])
def test_a_fault_keeps_its_traceback(error):
    assert "Traceback (most recent call last)" in logging.Formatter("%(message)s").format(_record(error))


def test_a_full_disk_is_known_on_either_side():
    assert disk_is_full(_wrapped(psycopg.errors.DiskFull()))
    assert disk_is_full(OSError(errno.EDQUOT, "Disk quota exceeded"))
    assert not disk_is_full(_wrapped(psycopg.errors.AdminShutdown()))
    assert not disk_is_full(OSError(errno.EPIPE, "Broken pipe"))


def test_a_breaker_lets_one_try_after_its_rest_and_tells_each_change_once(monkeypatch, caplog):
    now = 100.0
    monkeypatch.setattr("changes.breaker.time.monotonic", lambda: now)
    breaker = Breaker("mill", rest=5, patience=8)
    assert breaker.may_ask()
    breaker.failed(TimeoutError())
    breaker.failed(TimeoutError())
    now += 4.9
    assert not breaker.may_ask()
    now += 0.2
    assert [breaker.may_ask(), breaker.may_ask()] == [True, False]
    now += 8  # the one who tried is not heard of again
    assert [breaker.may_ask(), breaker.may_ask()] == [True, False]
    breaker.answered()
    breaker.answered()
    assert [breaker.may_ask(), breaker.may_ask()] == [True, True]
    assert [record.getMessage() for record in caplog.records] == [
        "The mill does not answer (TimeoutError)",
        "The mill answers again",
    ]
