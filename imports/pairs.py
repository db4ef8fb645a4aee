"""Rows without a key of their own, known by what they say and by how many of them say the same."""

from psycopg import sql

# Numbered among equals on both sides, then paired. `rank` orders equal rows alike on both sides, so that the
# one that was closed finds the one that is closed.
_PAIR = sql.SQL("""
    WITH new AS (
        SELECT s.id, s.{owner}, {same_of_staged},
            row_number() OVER (PARTITION BY s.{owner}, {same_of_staged} ORDER BY {rank_of_staged} s.seq) AS number
        FROM {staged} s
    ), known AS (
        SELECT k.id, o.{key} AS {owner}, {same_of_known},
            row_number() OVER (PARTITION BY k.{owner_id}, {same_of_known} ORDER BY {rank_of_known} k.id) AS number
        FROM {table} k JOIN {owners} o ON o.site_id = k.site_id AND o.id = k.{owner_id}
        WHERE k.site_id = %(site)s AND o.{key} IN (SELECT {owner} FROM {staged})
    )
    UPDATE {staged} s SET known_id = known.id
    FROM new JOIN known USING ({owner}, {same}, number) WHERE s.id = new.id
""")


def pair(
    staged: str,
    table: str,
    same: tuple[str, ...],
    *,
    owner: str = "contract",
    rank: tuple[str, ...] = (),
) -> str:
    """The statement that pairs the rows of two tables that belong to the same `owner` and are the `same`."""

    def columns(alias: str, names: tuple[str, ...]) -> sql.Composed:
        return sql.SQL(", ").join(sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in names)

    def ordering(alias: str, names: tuple[str, ...]) -> sql.Composed:
        return sql.SQL("").join(sql.SQL("{}, ").format(sql.Identifier(alias, name)) for name in names)

    return _PAIR.format(
        staged=sql.Identifier(staged),
        table=sql.Identifier(table),
        owners=sql.Identifier(f"leasing_{owner}"),
        owner=sql.Identifier(owner),
        owner_id=sql.Identifier(f"{owner}_id"),
        key=sql.Identifier("reference" if owner == "contract" else "code"),
        same=columns("", same),
        same_of_staged=columns("s", same),
        same_of_known=columns("k", same),
        rank_of_staged=ordering("s", rank),
        rank_of_known=ordering("k", rank),
    ).as_string()  # text: pghistory looks into every statement of a request
