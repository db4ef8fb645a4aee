import secrets
from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import ApiToken, User

_LAST_USE_PRECISION = timedelta(hours=1)


def issue_token(*, user: User, name: str, days: int, now: datetime) -> tuple[ApiToken, str]:
    """Make a token that lasts `days` days, at most `ApiToken.LONGEST_DAYS`.

    The second value is the token itself: the only moment at which it exists outside its owner's hands.
    """
    raw = ApiToken.PREFIX + secrets.token_urlsafe(40)
    token = ApiToken.objects.create(
        user=user, name=name, digest=ApiToken.digest_of(raw), created_at=now, expires_at=now + timedelta(days=days)
    )
    return token, raw


def revoke_token(*, token: ApiToken, now: datetime) -> None:
    """End a token at once. A second call changes nothing: the first moment stays on record."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def note_token_use(*, token: ApiToken, now: datetime) -> None:
    """Remember the use to the hour, so that a busy program does not write a row at each call."""
    stale = now - _LAST_USE_PRECISION
    if token.last_used_at is None or token.last_used_at < stale:
        ApiToken.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=stale), pk=token.pk).update(last_used_at=now)


def choose_language(*, user: User, code: str) -> None:
    user.preferred_language = code
    user.save(update_fields=["preferred_language"])
