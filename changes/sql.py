"""Statements that are written by hand, and what comes back from them."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection


def rows(statement: str, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a statement, each by the names of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        for row in cursor.fetchall():
            yield dict(zip(names, row, strict=True))


def value(statement: str, parameters: Mapping[str, Any]) -> Any:
    """The one value that a statement comes to: the first column of its first row."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0]


def run(statement: str, parameters: Mapping[str, Any]) -> int:
    """Run a statement; how many rows its last part wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
