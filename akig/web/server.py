"""waitress, with what it lacks: deadlines, room for whoever comes, and lanes.

One thread reads and writes all connections; requests reach the working threads whole, large ones on the disk. It looks
only at connections on which something has happened: thousands that are silent cost it nothing.
"""

import contextlib
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

from akig.web.lanes import Lanes
from akig.web.patience import Phase, Verdict, Wait, judge
from akig.web.refusals import Refusal, ServerFull, TooSlow

_HEAD_BYTES = 32 * 1024
# All bodies that are on their way, together.
_BODIES_BYTES = 1024**3
_LOOK_EVERY = 1.0


class Client(HTTPChannel):
    """A channel that counts what moves, and says when its server has to look at it again."""

    request: Any = None
    moved = 0
    requests_begun = 0
    mark: Wait | None = None

    def phase(self) -> Phase:
        """What it waits for."""
        if self.total_outbufs_len:
            return Phase.ANSWER
        if self.requests:
            return Phase.WORK
        if self.request is None:
            return Phase.IDLE
        return Phase.BODY if self.request.headers_finished else Phase.HEAD

    def add_channel(self, map: Any = None) -> None:  # noqa: A002 -- waitress names it so
        """It has opened."""
        super().add_channel(map)
        self.server.look_again.append(self)

    def del_channel(self, map: Any = None) -> None:  # noqa: A002 -- waitress names it so
        """It closes."""
        self.server.forget(self._fileno)
        super().del_channel(map)

    def service(self) -> None:
        """Answer its first request, in a working thread."""
        self.server.working.connection = self
        super().service()

    def recv(self, size: int) -> bytes:
        """Receive, and count."""
        data: bytes = super().recv(size)
        self.moved += len(data)
        return data

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send, and count."""
        sent: int = super().send(data, do_close)
        self.moved += sent
        return sent

    def body_bytes(self) -> int:
        """How much of a body has come of a request that is not whole yet."""
        return self.request.body_bytes_received if self.request is not None else 0

    def refuse(self, error: Refusal) -> None:
        """Answer what has come of the request with an error, and close."""
        with self.requests_lock:
            if self.request is None or self.requests or self.will_close:
                return
            refused, self.request = self.request, None
            refused.error, refused.completed = error, True
            self.requests.append(refused)
            self.server.look_again.append(self)
            self.server.add_task(self)


class Server(TcpWSGIServer):
    """A server on a socket that listens already."""

    channel_class = Client

    def __init__(
        self, application: Callable[..., Any], listening: socket.socket, *, connections: int, body: int
    ) -> None:
        adjustments = Adjustments(
            sockets=[listening],
            connection_limit=connections + 100,  # never reached: `_make_room` comes first
            max_request_header_size=_HEAD_BYTES,
            max_request_body_size=body,
            recv_bytes=64 * 1024,
            # No thread waits for a client to read: what it does not take goes to the disk.
            outbuf_high_watermark=1024**3,
            channel_timeout=10**9,  # `look` knows better
            cleanup_interval=10**9,
            log_socket_errors=False,
            # The proxies' headers mean something to accounts.lockout and SECURE_PROXY_SSL_HEADER only.
            clear_untrusted_proxy_headers=False,
            ident=None,
        )
        self._connections = connections
        self._next_look = 0.0
        self._selector = selectors.DefaultSelector()
        # Connections whose wish to read or to write may have changed; the one that a working thread answers.
        self.look_again: deque[Any] = deque()
        self.working = threading.local()
        super().__init__(
            without_body_for_head(application),
            map={},
            _sock=listening,
            dispatcher=Lanes(),
            adj=adjustments,
            bind_socket=False,
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
        )
        self.look_again.extend(self._map.values())

    def run(self) -> None:
        """Serve until SystemExit; requests that are being answered then may end."""
        try:
            while True:
                self.serve_once()
        except SystemExit:
            self.socket.close()
            self.task_dispatcher.shutdown()

    def serve_once(self) -> None:
        """Read and write what can be at this moment, or wait for it a little; look around every second."""
        while self.look_again:
            self._listen_as_it_wishes(self.look_again.popleft())
        for key, events in self._selector.select(_LOOK_EVERY):
            if events & selectors.EVENT_READ and key.data._fileno is not None:
                wasyncore.read(key.data)
            if events & selectors.EVENT_WRITE and key.data._fileno is not None:
                wasyncore.write(key.data)
            self.look_again.append(key.data)
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + _LOOK_EVERY
            self.look(now)

    def _listen_as_it_wishes(self, one: Any) -> None:
        number = one._fileno
        if number is None:
            return  # it has closed
        wish = (selectors.EVENT_READ if one.readable() else 0) | (
            selectors.EVENT_WRITE if one.writable() and not one.accepting else 0
        )
        known = self._selector.get_map().get(number)
        if not wish:
            self.forget(number)
        elif known is None:
            self._selector.register(number, wish, one)
        elif known.events != wish:
            self._selector.modify(number, wish, one)

    def forget(self, number: int | None) -> None:
        """Listen to this descriptor no more."""
        if number is not None:
            with contextlib.suppress(KeyError):
                self._selector.unregister(number)

    def pull_trigger(self) -> None:
        """Called by working threads when they have written something, or are done."""
        connection = getattr(self.working, "connection", None)
        if connection is not None:
            self.look_again.append(connection)
        super().pull_trigger()

    def add_task(self, channel: Client) -> None:
        """A request has come whole."""
        channel.requests_begun += 1
        super().add_task(channel)

    def handle_accept(self) -> None:
        """Take whoever comes, in place of the one that has been silent for longest when there is no room."""
        if len(self.active_channels) >= self._connections:
            self._make_room()
        super().handle_accept()

    def look(self, now: float) -> None:
        """End what is too slow."""
        bodies = 0
        for connection in list(self.active_channels.values()):
            bodies += connection.body_bytes()
            connection.mark, verdict = judge(
                now, connection.mark, connection.phase(), connection.requests_begun, connection.moved
            )
            if verdict is Verdict.CLOSE:
                connection.handle_close()
            elif verdict is Verdict.TOO_SLOW:
                connection.refuse(TooSlow(_("The rest of the request did not come in time. Send it again.")))
        if bodies > _BODIES_BYTES:
            largest = max(self.active_channels.values(), key=Client.body_bytes)
            largest.refuse(ServerFull(_("Too many files are being sent. Try again in a few minutes.")))

    def _make_room(self) -> None:
        waiting = [each for each in self.active_channels.values() if each.phase() is not Phase.WORK]
        if waiting:
            min(waiting, key=lambda each: each.last_activity).handle_close()


def without_body_for_head(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The application, but HEAD gets a head: waitress would send the body too."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        with contextlib.suppress(AttributeError):
            body.close()  # type: ignore[attr-defined]  # who has one wants it called
        return []

    return answer
