"""A real PostgreSQL that is frozen: the client gives it up in time, asks rarely, and is back at once."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psutil
import pytest
from django.db import OperationalError, connection, transaction
from django.db.backends.base.base import NO_DB_ALIAS

from akig.embedded import postgres
from akig.postgresql_with_deadline import base
from tests.processes import wait_until

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[postgres.PostgresServer]:
    server = postgres.PostgresServer(tmp_path_factory.mktemp("frozen") / "var", {"fsync": "off"})
    with server.use():
        yield server


@pytest.fixture
def wrapper(server, settings, monkeypatch, django_db_blocker) -> Iterator[base.DatabaseWrapper]:
    """Django's connection to it, with limits as a web process has them, only shorter."""
    settings.DATABASE_CLIENT_TIMEOUT = 3
    monkeypatch.setattr(base, "_database", base.Breaker("database", rest=0.2, patience=8))
    monkeypatch.setattr(base, "_LOOK_AFTER", 0.3)
    options = {
        "HOST": str(server.sockets),
        "NAME": "akig",
        "USER": "akig_app",
        "OPTIONS": {"passfile": str(server.passwords)},
    }
    wrapper = base.DatabaseWrapper({**connection.settings_dict, **options}, alias=NO_DB_ALIAS)
    with django_db_blocker.unblock():
        yield wrapper
        wrapper.close()


@pytest.fixture
def frozen(server) -> Callable[[], AbstractContextManager[None]]:
    """All its processes stand still inside the block."""

    @contextmanager
    def still() -> Iterator[None]:
        postmaster = psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))
        everybody = [postmaster, *postmaster.children(recursive=True)]
        for process in everybody:
            process.suspend()
        try:
            yield
        finally:
            for process in everybody:
                process.resume()

    return still


def _is_back(wrapper) -> bool:
    try:
        return _one(wrapper, "SELECT 1") == 1
    except OperationalError:
        return False


def _one(wrapper, statement: str) -> object:
    with wrapper.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def _seconds(wrapper, statement: str = "SELECT 1") -> float:
    begun = time.monotonic()
    with pytest.raises(OperationalError):
        _one(wrapper, statement)
    return time.monotonic() - begun


def test_a_frozen_server_is_given_up_in_time_and_back_at_once(wrapper, frozen, caplog):
    assert _one(wrapper, "SELECT 1") == 1
    with frozen():
        # In the middle of a request: a look after 0.3 s, and two more for a connection that does not come.
        assert _seconds(wrapper) < 3
        # Nobody waits for this connection again: not for a rollback, not for its end.
        begun = time.monotonic()
        with pytest.raises(OperationalError):
            wrapper.rollback()
        wrapper.close()
        assert time.monotonic() - begun < 0.1
        # Another request, while it is known: at once.
        assert _seconds(wrapper) < 0.1
    wait_until(lambda: _is_back(wrapper), 1)
    assert [record.getMessage() for record in caplog.records] == [
        "The database does not answer (ConnectionTimeout)",
        "The database answers again",
    ]


def test_a_kept_connection_is_asked_for_a_sign_of_life_first(wrapper, frozen):
    assert _one(wrapper, "SELECT 1") == 1
    wrapper.close_if_unusable_or_obsolete()  # as between two requests
    with frozen():
        assert _seconds(wrapper) < 3


def test_a_slow_statement_of_a_server_that_lives_has_its_time(wrapper):
    assert _one(wrapper, "SELECT 7 FROM pg_sleep(1)") == 7


def test_a_statement_beyond_the_limit_is_given_up_though_the_server_lives(wrapper, settings):
    settings.DATABASE_CLIENT_TIMEOUT = 1
    assert 0.9 < _seconds(wrapper, "SELECT pg_sleep(30)") < 2
    # The others do not suffer: the next connection is a good one.
    wrapper.close()
    assert _one(wrapper, "SELECT 1") == 1


def test_without_a_limit_nothing_is_cut(wrapper, settings):
    settings.DATABASE_CLIENT_TIMEOUT = 0
    assert _one(wrapper, "SELECT 7 FROM pg_sleep(1.2)") == 7
    assert wrapper.connection.limit == 0


def test_the_application_uses_it():
    assert type(transaction.get_connection()) is base.DatabaseWrapper
