"""How a change is made: all of it or nothing, with the person's name beside what the database's triggers write down."""

from collections.abc import Iterator
from contextlib import contextmanager

import pghistory
from django.db import models, transaction


def every_change() -> tuple[pghistory.Tracker, ...]:
    """What the database's triggers write down of a table. New for each table: a tracker remembers its table."""
    return pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()


@contextmanager
def change(by: models.Model | None) -> Iterator[None]:
    """All or nothing, and the audit events of what is inside name the person (a user, or None for the system)."""
    who = {} if by is None else {"user": by.pk}
    with transaction.atomic(), pghistory.context(**who):
        yield
