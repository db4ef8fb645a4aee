"""The oracle of the tests: everything in the database, as its owner sees it."""

from collections.abc import Iterator
from contextlib import contextmanager

import django_scopes
from django.db import connection, transaction

from akig.embedded.roles import APP


@contextmanager
def as_owner() -> Iterator[None]:
    """Read and write past row-level security and the ORM's scope."""
    # In a (sub)transaction, so that an error brings the role back too.
    with transaction.atomic(), django_scopes.scopes_disabled():
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
        yield
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {APP}")
