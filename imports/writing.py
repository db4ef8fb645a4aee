"""A load at work: statements that are run with its names, and what the planner has to be told meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from psycopg import sql

from sites_app.models import Site

_MUCH = 300


@dataclass(frozen=True)
class Writing:
    """What writes into a site: `names` are the values that a statement may ask for."""

    cursor: Any
    site: Site
    names: Mapping[str, Any]

    def run(self, *statements: str) -> int:
        """Run statements; returns how many rows the last of them wrote."""
        for statement in statements:
            self.cursor.execute(statement, self.names)
        return self.cursor.rowcount

    def learn(self, model: type[Model], inserted: int) -> None:
        """Have the planner look at a table that has grown by much in this transaction, of which it knows nothing yet.

        Without it, statements that follow and the foreign keys' own checks at the commit guess that a site has one row
        and read all of them each time: hours for 100 000 rows. Not waited for when another import does it at the
        moment; skipped by the database with a warning where the role has not the privilege MAINTAIN (PostgreSQL before
        17).
        """
        table = model._meta.db_table
        self.cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        if inserted >= _MUCH and inserted > self.cursor.fetchone()[0] / 10:
            self.cursor.execute(sql.SQL("ANALYZE (SKIP_LOCKED) {}").format(sql.Identifier(table)).as_string())
