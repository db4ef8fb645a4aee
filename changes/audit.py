"""How a change is made: all of it or nothing, with the person's name beside what the database's triggers write down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
import pgtrigger
from django.apps import apps
from django.db import models, transaction

from changes.append_only import CONTEXTS, TRIGGER


def every_change() -> tuple[pghistory.Tracker, ...]:
    """What the database's triggers write down of a table. New for each table: a tracker remembers its table."""
    return pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()


def append_only() -> pgtrigger.Protect:
    """For a model's `Meta.triggers`: its rows are only ever added, by nobody changed or deleted.

    The next `manage.py migrate` takes these rights from the application's role too (changes/append_only.py), and with
    them `select_for_update`: lock the row that they belong to, such as the contract of a payment.
    """
    return pgtrigger.Protect(name=TRIGGER, operation=pgtrigger.Update | pgtrigger.Delete)


def append_only_tables() -> list[str]:
    """Every table whose rows are only ever added, as the models say: these and the audit's own."""
    declared = [model for model, trigger in pgtrigger.registered() if trigger.name == TRIGGER]
    events = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
    both: Any = [*declared, *events]
    return sorted({CONTEXTS, *(model._meta.db_table for model in both)})


@contextmanager
def change(by: models.Model | None) -> Iterator[None]:
    """All or nothing, and the audit events of what is inside name the person (a user, or None for the system)."""
    who = {} if by is None else {"user": by.pk}
    with transaction.atomic(), pghistory.context(**who):
        yield
