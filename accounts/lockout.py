"""What django-axes counts as one account and as one place, and until when a pair of them stays locked."""

import ipaddress
from datetime import datetime, timedelta

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User


def account_key(request: HttpRequest, credentials: dict | None = None) -> str:
    """One key for an account, however its owner typed it: "Awa", "awa " and her e-mail are one account."""
    typed = (credentials or request.POST).get("username") or ""
    # axes asks several times in one request; the answer cannot change meanwhile.
    known = request.__dict__.setdefault("_account_keys", {})
    if typed not in known:
        known[typed] = _key_of(typed)
    return known[typed]


def _key_of(typed: str) -> str:
    try:
        return User.objects.named(typed).username.lower()
    except User.DoesNotExist:
        # A name that does not exist is locked too: a lock must not tell who has an account.
        return User.normalize_username(typed).strip().lower()[:255]


def client_address(request: HttpRequest) -> str | None:
    """The address of the client, behind `settings.PROXY_COUNT` proxies of ours.

    An IPv6 client owns a whole /64 and could change address at each try: its network stands for it.
    """
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    if settings.PROXY_COUNT:
        # Each proxy appends the address it was called from; what is further left was written by the client.
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(forwarded) >= settings.PROXY_COUNT:
            address = _parsed(forwarded[-settings.PROXY_COUNT]) or address
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address), 64), strict=False).network_address)
    return str(address) if address else None


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def locked_until(request: HttpRequest, credentials: dict | None, now: datetime) -> datetime | None:
    """The moment from which this account may be tried again from this place; None when it may be now."""
    AxesProxyHandler.update_request(request)
    attempts = AccessAttempt.objects.filter(
        username=account_key(request, credentials),
        ip_address=request.axes_ip_address,  # type: ignore[attr-defined]  # update_request has put it there
        attempt_time__gte=now - get_cool_off(request),
    )
    return opens_at(attempts, limit=get_failure_limit(request, credentials), counted_for=get_cool_off(request))


def opens_at(attempts: QuerySet[AccessAttempt], *, limit: int, counted_for: timedelta) -> datetime | None:
    """When these attempts, none older than `counted_for`, will be fewer than `limit`; None when they are."""
    # One row for each name and browser: the lock ends when enough of them are too old to count.
    rows = list(attempts.order_by("attempt_time").values_list("attempt_time", "failures_since_start"))
    counted = sum(failures for _, failures in rows)
    until = None
    for attempt_time, failures in rows:
        if counted < limit:
            break
        counted -= failures
        until = attempt_time + counted_for
    return until


def forget_failures(user: User) -> None:
    """Unlock the account everywhere: its owner has just proved who they are by another way."""
    reset(username=user.username.lower())
