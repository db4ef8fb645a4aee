"""What must be right before AKIG serves anybody."""

import contextlib
import ipaddress
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

from sites_app.isolation import holes_in_the_database

_SHORTEST_KEY = 50
_FEWEST_CHARACTERS = 12
# Of Django's own ways to send a mail, those that send none.
_NO_MAIL = tuple(
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased", "locmem")
)


@register(Tags.security)
def production_is_no_demo(app_configs: Any, **kwargs: Any) -> list[Error]:
    """In production: secrets of one's own, no page that shows the code, and the agency's own name and mail."""
    if not settings.PRODUCTION:
        return []
    return list(_errors())


def _errors() -> Iterator[Error]:
    if settings.SECRET_KEY == settings.DEMO_SECRET_KEY:
        yield Error("SECRET_KEY is the demo's, which anybody can read.", id="akig.E001")
    elif weakness := _weakness(settings.SECRET_KEY):
        yield Error(f"SECRET_KEY {weakness}.", id="akig.E004")
    for number, key in enumerate(settings.SECRET_KEY_FALLBACKS, start=1):
        # What a former key has signed is still believed.
        if weakness := _weakness(key):
            yield Error(f"SECRET_KEY_FALLBACKS: key {number} {weakness}.", id="akig.E004")
    if settings.DEBUG:
        yield Error("DEBUG is on in production.", id="akig.E002")
    if not settings.ALLOWED_HOSTS:
        yield Error("ALLOWED_HOSTS is empty: AKIG would answer nobody.", id="akig.E005")
    for host in settings.ALLOWED_HOSTS:
        if "*" in host or (host.startswith(".") and "." not in host[1:]):
            yield Error(f"ALLOWED_HOSTS has “{host}”: name each host under which AKIG is reached.", id="akig.E005")
    if settings.EMAIL_BACKEND in _NO_MAIL:
        yield Error("EMAIL_URL sends no mail: whoever forgets a password waits for nothing.", id="akig.E006")
    yield from _errors_of_the_address(settings.PUBLIC_URL)


def _weakness(key: str) -> str:
    if settings.DEMO_SECRET_KEY in key or key.startswith("django-insecure-"):
        return "holds a secret that anybody can read"
    if len(key) < _SHORTEST_KEY:
        return f"has {len(key)} characters; {_SHORTEST_KEY} random ones are needed"
    if len(set(key)) < _FEWEST_CHARACTERS:
        return f"is made of {len(set(key))} different characters; it must be random"
    return ""


def _errors_of_the_address(address: str) -> Iterator[Error]:
    try:
        parts = urlsplit(address)
        scheme, host = parts.scheme, parts.hostname or ""
    except ValueError:
        scheme = host = ""
    if scheme != "https":
        yield Error(f"PUBLIC_URL is {address}: links in mails begin with https://.", id="akig.E007")
    if not host or _is_this_machine(host):
        yield Error(f"PUBLIC_URL is {address}: nobody else reaches AKIG there.", id="akig.E007")


def _is_this_machine(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def refuse_unsafe_start() -> None:
    """Called by each serving process.

    Raises:
        ImproperlyConfigured: serving would show one site to another, or the secrets to anybody.
    """
    reasons = [error.msg for error in production_is_no_demo(None)]
    # A database that is down for now is no reason: /readyz asks again once it is up.
    with contextlib.suppress(OperationalError):
        reasons += holes_in_the_database(connection)
    if reasons:
        raise ImproperlyConfigured(" ".join(reasons))
