"""The web server with a small application: slow clients, full lanes, HEAD, and what stands in a request."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from akig.web import lanes, patience
from akig.web.server import Server
from tests.processes import wait_until

pytestmark = pytest.mark.server


class SmallServer:
    """A server in a thread; pages under /wait wait until `gate` opens."""

    def __init__(self, connections: int = 50) -> None:
        self.gate = threading.Event()
        self.waiting = 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        self.server = Server(self._answer, self.door, connections=connections, body=1_000_000)
        self._over = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._over:
            self.server.serve_once()

    def _answer(self, environ, start_response):
        if environ["PATH_INFO"].startswith("/wait"):
            self.waiting += 1
            self.gate.wait(30)
        if environ["PATH_INFO"] == "/large":
            body = b"x" * 30_000_000
        else:
            sent = len(environ["wsgi.input"].read())
            names = ("REQUEST_METHOD", "REMOTE_ADDR", "HTTP_HOST", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO")
            body = " ".join([*(environ.get(name, "-") for name in names), str(sent)]).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def client(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, text: str) -> str:
        """What comes until the server closes."""
        with self.client() as client:
            client.sendall(text.replace("\n", "\r\n").encode())
            return _rest(client)

    def get(self, path: str = "/") -> str:
        return self.ask(f"GET {path} HTTP/1.1\nHost: akig\nConnection: close\n\n")

    def end(self) -> None:
        self.gate.set()
        self._over = True
        self.server.pull_trigger()
        self._thread.join()
        self.server.task_dispatcher.shutdown()
        for channel in list(self.server.active_channels.values()):
            channel.handle_close()
        self.door.close()


def _rest(client: socket.socket) -> str:
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts).decode()


@contextmanager
def _site(connections: int = 50) -> Iterator[SmallServer]:
    site = SmallServer(connections)
    try:
        yield site
    finally:
        site.end()


@pytest.fixture
def site() -> Iterator[SmallServer]:
    with _site() as site:
        yield site


def test_half_a_head_and_half_a_body_are_answered_408_and_others_at_once(site, monkeypatch):
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(patience, "PER_SECONDS", 0.5)
    silent = [site.client() for _ in range(20)]
    for number, client in enumerate(silent):
        half_a_body = b"POST / HTTP/1.1\r\nHost: akig\r\nContent-Length: 100\r\n\r\na=b"
        client.sendall(half_a_body if number % 2 else b"GET / HTTP/1.1\r\nHo")
    assert site.get().startswith("HTTP/1.1 200 OK")
    for client in silent:
        with client:
            assert _rest(client).startswith(("HTTP/1.0 408 Request Timeout", "HTTP/1.1 408 Request Timeout"))


def test_who_asks_nothing_or_does_not_read_is_closed(site, monkeypatch):
    monkeypatch.setattr(patience, "IDLE_SECONDS", 0.5)
    monkeypatch.setattr(patience, "PER_SECONDS", 0.5)
    with site.client() as idle, site.client() as unread:
        unread.sendall(b"GET /large HTTP/1.1\r\nHost: akig\r\n\r\n")
        wait_until(lambda: not site.server.active_channels, 20)
        assert idle.recv(1) == b""
    assert site.get().startswith("HTTP/1.1 200 OK")


def test_files_and_health_are_answered_while_all_pages_wait(site):
    # More answers that nobody reads, and more pages that wait, than there are threads.
    clients = [site.client() for _ in range(12)]
    for client in clients:
        client.sendall(b"GET /wait HTTP/1.1\r\nHost: akig\r\nConnection: close\r\n\r\n")
    wait_until(lambda: site.waiting == lanes.Lane.PAGES.value)
    for path in ("/healthz", "/static/akig.css", "/readyz"):
        assert site.get(path).startswith("HTTP/1.1 200 OK")
    assert site.waiting == lanes.Lane.PAGES.value
    site.gate.set()
    for client in clients:
        with client:
            assert _rest(client).startswith("HTTP/1.1 200 OK")


def test_who_comes_when_too_many_wait_is_told_when_to_come_again(site, monkeypatch):
    monkeypatch.setattr(lanes, "_MOST_WAITING", 2)
    clients = [site.client() for _ in range(lanes.Lane.PAGES.value)]
    for number, client in enumerate(clients, 1):
        client.sendall(b"GET /wait HTTP/1.1\r\nHost: akig\r\n\r\n")
        wait_until(lambda number=number: site.waiting == number)
    queued = [site.client(), site.client()]
    for number, client in enumerate(queued, 1):
        client.sendall(b"GET /wait HTTP/1.1\r\nHost: akig\r\n\r\n")
        wait_until(lambda number=number: site.server.task_dispatcher.waiting(lanes.Lane.PAGES) == number)
    answer = site.get("/wait")
    assert answer.startswith("HTTP/1.1 503 Service Unavailable")
    assert "Retry-After: 5" in answer
    for client in clients + queued:
        client.close()


def test_a_full_house_makes_room_for_whoever_comes():
    with _site(connections=5) as site:
        silent = [site.client() for _ in range(5)]
        wait_until(lambda: len(site.server.active_channels) == 5)
        for _ in range(8):
            assert site.get().startswith("HTTP/1.1 200 OK")
        for client in silent:
            client.close()


def test_a_request_reaches_the_application_as_it_was_sent(site):
    head = "Host: akig.example\nX-Forwarded-For: 41.77.1.2\nX-Forwarded-Proto: https\nConnection: close\n"
    seen = site.ask(f"POST / HTTP/1.1\n{head}Content-Length: 3\n\na=b")
    assert seen.endswith("POST 127.0.0.1 akig.example 41.77.1.2 https 3")
    assert "Server:" not in seen
    chunked = site.ask("POST / HTTP/1.1\nHost: a\nConnection: close\nTransfer-Encoding: chunked\n\n3\na=b\n0\n\n")
    assert chunked.endswith("POST 127.0.0.1 a - - 3")
    with site.client() as client:
        client.sendall(
            b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 3\r\n\r\n"
        )
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"a=b")
        assert _rest(client).endswith("- - 3")


def test_head_gets_no_body_and_the_connection_goes_on(site):
    answer = site.ask("HEAD / HTTP/1.1\nHost: a\n\nGET / HTTP/1.1\nHost: b\nConnection: close\n\n")
    first, second = answer.split("\r\n\r\n", 1)
    assert "Content-Length: 22" in first
    assert second.startswith("HTTP/1.1 200 OK")
    assert second.endswith("GET 127.0.0.1 b - - 0")


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET / HTTP/1.1\nHost: a\nX-A: " + "x" * 40_000 + "\n\n", 431),
        ("POST / HTTP/1.1\nHost: a\nContent-Length: 3\nContent-Length: 4\n\nabcd", 400),
        ("POST / HTTP/1.1\nHost: a\nContent-Length: +3\n\nabc", 400),
        ("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked, identity\n\n0\n\n", 501),
        ("GET / HTTP/1.1\nHost : a\n\n", 400),
        ("POST / HTTP/1.1\nHost: a\nContent-Length: 1000001\n\n", 413),
    ],
)
def test_a_request_that_could_be_read_in_two_ways_or_is_too_large_is_refused(site, request_text, status):
    assert site.ask(request_text).split()[1] == str(status)
