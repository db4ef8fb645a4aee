"""Who guesses many names from one address is stopped for a while; who has signed in with a browser before is not.

django-axes counts a name, an address or a pair of them, all against one limit. An address needs a far higher one: an
agency shares its own, and a mobile carrier's customers share theirs.
"""

from datetime import datetime, timedelta

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.lockout import account_key, client_address, opens_at
from accounts.models import User

# Thirty wrong passwords within five minutes: an agency of thirty people on a Monday morning makes a handful.
LIMIT = 30
COUNTED_FOR = timedelta(minutes=5)
# Whoever keeps guessing keeps the address locked. So a browser in which somebody has signed in is not held up under
# that name, and the lock of the pair still holds there: five wrong passwords. It tells nobody who has an account.
_COOKIE = "known_here"
_SALT = "accounts.known_here"
_REMEMBERED = timedelta(days=90)
_PEOPLE_PER_BROWSER = 8


class AddressHandler(AxesDatabaseHandler):
    """The lock of the pair as axes has it, and the lock of the address."""

    def is_locked(self, request: HttpRequest, credentials: dict | None = None) -> bool:
        locked: bool = super().is_locked(request, credentials)
        return locked or address_opens_at(request, credentials, timezone.now()) is not None


def address_opens_at(request: HttpRequest, credentials: dict | None, now: datetime) -> datetime | None:
    """The moment from which this browser may try this name again from this address; None when it may be now."""
    if _mark(account_key(request, credentials)) in _marks(request):
        return None
    attempts = AccessAttempt.objects.filter(ip_address=client_address(request), attempt_time__gte=now - COUNTED_FOR)
    return opens_at(attempts, limit=LIMIT, counted_for=COUNTED_FOR)


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Write down in the browser that this person has signed in with it."""
    mark = _mark(user.username.lower())
    marks = [mark, *(known for known in _marks(request) if known != mark)][:_PEOPLE_PER_BROWSER]
    response.set_signed_cookie(
        _COOKIE,
        ".".join(marks),
        salt=_SALT,
        max_age=_REMEMBERED,
        path=settings.LOGIN_URL,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _marks(request: HttpRequest) -> list[str]:
    return (request.get_signed_cookie(_COOKIE, "", salt=_SALT, max_age=_REMEMBERED) or "").split(".")


def _mark(account: str) -> str:
    # Not the name: the computer may be shared.
    return salted_hmac(_SALT, account).hexdigest()[:16]
