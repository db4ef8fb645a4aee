"""What a client is told that is not answered, in the installation's own language: nobody has asked for another yet."""

from waitress.utilities import Error

RETRY_AFTER_SECONDS = 5
Response = tuple[str, list[tuple[str, str]], bytes]


class Refusal(Error):
    """An error of waitress' with words of ours."""

    def to_response(self, ident: str | None = None) -> Response:
        """Status, headers and body."""
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
        return f"{self.code} {self.reason}", headers, f"{self.body}\n".encode()


class TooSlow(Refusal):
    """The client did not send the rest of its request in time."""

    code = 408
    reason = "Request Timeout"


class ServerFull(Refusal):
    """More waits, or is being sent, than can be taken in."""

    code = 503
    reason = "Service Unavailable"

    def to_response(self, ident: str | None = None) -> Response:
        """Status, headers and body; when to come again."""
        status, headers, body = super().to_response(ident)
        return status, [*headers, ("Retry-After", str(RETRY_AFTER_SECONDS))], body
