"""Whether jobs stay undone: what /readyz asks, on any machine, with a broker or without."""

from datetime import datetime, timedelta

from django.db.models import Exists

from outbox.models import Job

LATE = timedelta(minutes=15)
"""Longer than the longest job may take (akig/celery.py), and than a broker is away that somebody is mending."""


def jobs_are_late(now: datetime) -> bool:
    """Whether a job has been due for LATE, and for as long nobody has done one or had one in hand. One statement."""
    since = now - LATE
    # One that was begun is due again later than its beginning, so the index on `due_at` finds both.
    begun = Job.objects.open().filter(due_at__gte=since, started_at__gte=since)
    done = Job.objects.filter(done_at__gte=since)
    return Job.objects.open().filter(~Exists(begun), ~Exists(done), due_at__lt=since).exists()
