"""One question over HTTP, and a browser's sign-in. Standard library only; no answer is an answer too."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Heard:
    """Status 0: nobody answered, or not in time."""

    status: int
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cookies: Mapping[str, str] = field(default_factory=dict)

    @property
    def says_when_to_retry(self) -> bool:
        return self.status == 503 and "retry-after" in self.headers


def ask(
    port: int,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    seconds: float = 20,
) -> Heard:
    """`body`: bytes as they are, anything else as JSON. Each question has a connection of its own."""
    sent = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
    started = time.monotonic()
    web = HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        web.request(method, path, body, sent)
        response = web.getresponse()
        text = response.read()
    except (OSError, HTTPException):
        return Heard(0, time.monotonic() - started)
    finally:
        web.close()
    cookies = {
        name: morsel.value
        for line in response.headers.get_all("Set-Cookie", [])
        for name, morsel in SimpleCookie(line).items()
    }
    got = {name.lower(): value for name, value in response.getheaders()}
    return Heard(response.status, time.monotonic() - started, got, text, cookies)


class Browser:
    """Somebody who has signed in by the form, with the cookies of that."""

    def __init__(self, port: int, username: str, password: str) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.get("/accounts/login/")
        form = urlencode({"username": username, "password": password}).encode()
        self.signed_in = self.post("/accounts/login/", form, "application/x-www-form-urlencoded").status == 302

    def get(self, path: str) -> Heard:
        return self._keep(ask(self.port, "GET", path, headers=self._headers()))

    def post(self, path: str, body: bytes, kind: str) -> Heard:
        token = {"Content-Type": kind, "X-CSRFToken": self.cookies.get("csrftoken", "")}
        return self._keep(ask(self.port, "POST", path, headers=self._headers() | token, body=body))

    def upload(self, path: str, name: str, content: bytes, **fields: str) -> Heard:
        """Send a file by a form."""
        edge = "drill-drill-drill"
        parts = [f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
        parts.append(f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n')
        head = "".join(parts).encode() + b"Content-Type: text/csv\r\n\r\n"
        return self.post(path, head + content + f"\r\n--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}")

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _keep(self, answer: Heard) -> Heard:
        self.cookies.update(answer.cookies)
        return answer
