"""Text messages: what a gateway is, and the two that there are. No number and no text ever goes to a log."""

import json
import sys
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Protocol, TextIO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PATIENCE_SECONDS = 10


class SmsGateway(Protocol):
    """Takes one text message. Trying again is the caller's: what was not taken raises one of the two below."""

    def send(self, to: str, text: str) -> None:
        """Hand the text over for a number in its international form, "+224620000001"."""


class GatewayAway(Exception):
    """The gateway does not answer, or not as it should: the same message may go later. No personal data in it."""


class MessageRefused(Exception):
    """The gateway will not take this message however often it is sent. No personal data in it."""


class ConsoleGateway:
    """Prints messages for whoever runs the command: for development, and to look before sending."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout

    def send(self, to: str, text: str) -> None:
        self.out.write(f"{to}: {text}\n")


class HttpGateway:
    """Posts {"to": …, "text": …} as JSON to one address, with a bearer token if there is one. 2xx: taken."""

    def __init__(self, url: str, token: str = "", *, timeout: float = PATIENCE_SECONDS) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise ImproperlyConfigured("SMS_GATEWAY_URL begins with http:// or https://.")
        self.url, self.token, self.timeout = url, token, timeout
        self.opener = build_opener(_NoRedirect)

    def send(self, to: str, text: str) -> None:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        body = json.dumps({"to": to, "text": text}).encode()
        request = Request(self.url, body, headers, method="POST")  # noqa: S310 -- the scheme is checked above
        try:
            with self.opener.open(request, timeout=self.timeout):
                return
        except HTTPError as answer:
            raise _refusal(answer.code) from None
        except (URLError, OSError, HTTPException) as error:
            # `from None`, and the kind alone: the error may quote the request.
            raise GatewayAway(f"no answer ({type(error).__name__})") from None


class _NoRedirect(HTTPRedirectHandler):
    """A token and a tenant's name go to the address that was configured and to no other."""

    def redirect_request(self, *args: Any) -> None:
        return None


def gateway() -> SmsGateway:
    """The one that the settings name: SMS_GATEWAY_URL, or the console when there is none."""
    if not settings.SMS_GATEWAY_URL:
        return ConsoleGateway()
    return HttpGateway(settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN)


def _refusal(status: int) -> Exception:
    # Our token is wrong, we are too fast or the gateway too slow: nothing is wrong with the message.
    ours = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in ours:
        return MessageRefused(f"answer {status}")
    return GatewayAway(f"answer {status}")
