"""The cache is a hint: what is asked for is answered without it, from this process' own memory."""

from collections.abc import Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import RedisError
from redis.retry import Retry

from changes.breaker import Breaker

_SECONDS = 0.3
_REST, _PATIENCE = 5, 5
_PROBE = "akig.cache-is-back"
_AWAY = (RedisError, OSError)

_breakers: dict[str, Breaker] = {}


class HintCache(BaseCache):
    """Redis or Valkey while it answers within a third of a second and takes what it is given; else local memory.

    Counters are then per process, and what another process has written is not seen.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = {
            "socket_timeout": _SECONDS,
            "socket_connect_timeout": _SECONDS,
            # A connection from before a restart of the server is replaced at once; silence is not waited for twice.
            "retry": Retry(NoBackoff(), 1, supported_errors=(LostConnection,)),
            **params.get("OPTIONS", {}),
        }
        self._server = RedisCache(server, {**params, "OPTIONS": options})
        self._memory = LocMemCache(f"beside {server}", {**params, "OPTIONS": {"MAX_ENTRIES": 10_000}})
        # Each thread has a cache object of its own; what they learn of the server they share.
        self._breaker = _breakers.setdefault(server, Breaker("cache", rest=_REST, patience=_PATIENCE))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", key, default, version=version)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        return self._ask("get_many", list(keys), version=version)

    def has_key(self, key: str, version: int | None = None) -> bool:
        return self._ask("has_key", key, version=version)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask("add", key, value, timeout, version=version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._ask("set", key, value, timeout, version=version)

    def set_many(self, data: dict[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[str]:
        return self._ask("set_many", data, timeout, version=version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._ask("touch", key, timeout, version=version)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return self._ask("incr", key, delta, version=version)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._ask("delete", key, version=version)

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        self._ask("delete_many", list(keys), version=version)

    def clear(self) -> None:
        self._memory.clear()
        self._ask("clear")

    def _ask(self, verb: str, *args: Any, **kwargs: Any) -> Any:
        if self._breaker.may_ask():
            try:
                if self._breaker.is_away:
                    # One that is full still reads: it is back when it takes something.
                    self._server.set(_PROBE, 1, 1)
                answer = getattr(self._server, verb)(*args, **kwargs)
            except _AWAY as error:
                self._breaker.failed(error)
            except ValueError:
                # A counter that is not there cannot be raised: an answer like any other.
                self._breaker.answered()
                raise
            else:
                self._breaker.answered()
                return answer
        return getattr(self._memory, verb)(*args, **kwargs)
