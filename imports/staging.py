"""The waiting room of an import: one temporary table per file, typed columns, filled with COPY.

A table's row type is the shape of one line of its file after reading: codes and references stay text until `load`
looks them up. None means that the file says nothing. `source` and `line` say where the row stood, for messages.
Temporary tables have no row-level security and go with the transaction, so COPY is allowed and nothing leaks.
"""

import datetime as dt
import types
from collections.abc import Iterable
from typing import Any, get_type_hints

from psycopg import sql

from imports.tables import TABLES

_SQL_TYPES = {str: "text", int: "bigint", bool: "boolean", dt.date: "date", dt.datetime: "timestamptz"}


def columns_of(table: str) -> dict[str, type]:
    """The columns of a staged table with their plain Python types, in order, `source` and `line` last."""
    return {name: _plain(hint) for name, hint in get_type_hints(TABLES[table].row).items()}


def _plain(hint: Any) -> type:
    if isinstance(hint, types.UnionType):
        return next(part for part in hint.__args__ if part is not type(None))
    return hint


def open_staging(cursor: Any) -> None:
    """Make the temporary tables, empty; they go with the transaction. An earlier import's are replaced.

    Beside its row type each has `seq` (rows as they came: it orders equal payments of one day), `id` (of the row
    to be, so that new rows can point at one another) and `known_id` (of the row that is there already: match.py).
    """
    for table in TABLES.values():
        definitions = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(_SQL_TYPES[kind]))
            for name, kind in columns_of(table.name).items()
        )
        # As text: pghistory looks into every statement of a request.
        drop = sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier("pg_temp", table.staged))
        cursor.execute(drop.as_string())
        cursor.execute(
            sql.SQL(
                "CREATE TEMPORARY TABLE {} (seq bigint GENERATED ALWAYS AS IDENTITY,"
                " id uuid DEFAULT gen_random_uuid(), known_id uuid, {}) ON COMMIT DROP"
            )
            .format(sql.Identifier(table.staged), definitions)
            .as_string()
        )


def stage_rows(cursor: Any, table: str, rows: Iterable[tuple]) -> int:
    """COPY rows of the table's row type into its temporary table. Returns how many.

    Rows are taken one at a time, so a generator keeps memory flat; it must not ask the database anything, which waits
    for the COPY to end. Text must be free of NUL characters.
    """
    columns = list(columns_of(table))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier("pg_temp", TABLES[table].staged), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def staged_counts(cursor: Any) -> dict[str, int]:
    """How many rows each temporary table holds."""
    counts = {}
    for table in TABLES.values():
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("pg_temp", table.staged)).as_string())
        counts[table.name] = cursor.fetchone()[0]
    return counts
