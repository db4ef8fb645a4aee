"""Which staged rows the site has already. Set-based: one statement for each table, three for payments."""

from typing import Any

from psycopg import sql

from imports.tables import TABLES
from sites_app.models import Site


def match_staged(cursor: Any, site: Site) -> None:
    """Fill `known_id` of every staged row that is there already; to be called once, when all rows are staged.

    Properties, tenants and contracts are known by their code or reference, instalments by contract and month, deposits
    by contract, mobile money by provider and reference. What has no key is known by its identifying columns and by how
    many equal rows there are: the second equal payment of a day is new only when the site has fewer than two. A row
    that somebody has recognised as a recorded payment is that payment.

    One import of a site at a time: another one waits here until this transaction ends.
    """
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext('imports'), hashtext(%s))", [site.code])
    for table in TABLES.values():
        # Nobody else tells the planner how full a temporary table is.
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier("pg_temp", table.staged)).as_string())
    for table in TABLES.values():
        for statement in table.match:
            cursor.execute(statement, {"site": site.code})
