"""Django's PostgreSQL backend, for a server that may fall silent: it is not waited for without end.

A frozen server or a network that swallows packets neither answers nor refuses. `statement_timeout` is the server's own,
and a Unix socket has no keepalive: only the client can tell. With DATABASE_CLIENT_TIMEOUT, which web processes have,

- a statement that takes longer than two seconds makes us ask whether the server takes a connection. When it does not,
  or the limit is over, the connection is closed, and Django answers as for a database that is away;
- a kept connection is asked for a sign of life before a request uses it, for two seconds at most;
- while the database is known to be silent, one request at a time tries to reach it and the others fail at once.

Without the setting (jobs, commands) nothing has a limit.
"""

import time
from types import SimpleNamespace
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from psycopg.errors import ConnectionTimeout, _WaitTimeout

from changes.breaker import Breaker

_SECONDS = 2  # for a connection, psycopg knows no shorter time, and for a sign of life
_LOOK_AFTER = 2.0  # seconds without an answer
_database = Breaker("database", rest=0.2, patience=_SECONDS * 4)


class Silent(psycopg.OperationalError):
    """The database does not answer."""


class Connection(psycopg.Connection[Any]):
    """A connection that is closed when an answer does not come."""

    limit: float = 0
    """Seconds for one statement; 0: no limit."""
    is_alive: Any = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the answer to one statement, or one part of a COPY."""
        if not self.limit or timeout is not None:
            return super().wait(gen, interval, timeout)
        deadline = time.monotonic() + self.limit
        while True:
            try:
                return super().wait(gen, interval, min(_LOOK_AFTER, max(deadline - time.monotonic(), 0)))
            except _WaitTimeout:
                if time.monotonic() >= deadline or not self.is_alive():
                    # No word to the server: it would not be heard, and the rest of the answer is nobody's.
                    self.pgconn.finish()
                    raise Silent("no answer within the limit; the connection is closed") from None


class DatabaseWrapper(base.DatabaseWrapper):
    Database = SimpleNamespace(**{**vars(psycopg), "connect": Connection.connect})  # type: ignore[assignment]  # a module, and as good

    @property
    def _limit(self) -> float:
        limit: float = settings.DATABASE_CLIENT_TIMEOUT
        return limit

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if self._limit:
            params["connect_timeout"] = min(int(params.get("connect_timeout", _SECONDS)), _SECONDS)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        if not self._limit:
            return super().get_new_connection(conn_params)
        if not _database.may_ask():
            raise Silent("it did not answer a moment ago")
        try:
            connection = super().get_new_connection(conn_params)
        except ConnectionTimeout as error:
            _database.failed(error)
            raise
        except psycopg.Error:
            # It refuses, which is an answer: nobody had to wait for it.
            _database.answered()
            raise
        _database.answered()
        connection.limit = self._limit
        connection.is_alive = lambda: _takes_connections(conn_params)
        return connection

    def is_usable(self) -> bool:
        """Whether the connection answers, within a short time."""
        if not self._limit or self.connection is None:
            return super().is_usable()
        if _database.is_away:
            return False
        before, self.connection.limit = self.connection.limit, _SECONDS
        try:
            return super().is_usable()
        finally:
            self.connection.limit = before


def _takes_connections(conn_params: dict[str, Any]) -> bool:
    """Whether the server answers somebody who knocks, be it with a refusal."""
    if not _database.may_ask():
        return False
    try:
        psycopg.connect(**conn_params).close()
    except ConnectionTimeout as error:
        _database.failed(error)
        return False
    except psycopg.Error:
        pass
    _database.answered()
    return True
