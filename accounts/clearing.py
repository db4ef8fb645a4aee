"""What is kept of sessions and sign-ins, and for how long (docs/operations.md)."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

KEEP_SIGN_INS = timedelta(days=90)
_BATCH = 5000


def forget_old_sign_ins(now: datetime) -> int:
    """Delete sessions that are over and, after KEEP_SIGN_INS, who signed in or tried to. Returns how many rows."""
    since = now - KEEP_SIGN_INS
    deleted = _delete_in_batches(Session.objects.filter(expire_date__lt=now))
    for model in (AccessLog, AccessAttempt, AccessFailureLog):
        deleted += _delete_in_batches(model.objects.filter(attempt_time__lt=since))
    return deleted


def _delete_in_batches(rows: QuerySet) -> int:
    """Delete a few thousand at a time: a table that was never cleared may have millions."""
    deleted = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        deleted += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return deleted
