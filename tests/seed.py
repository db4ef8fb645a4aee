"""What the migrations put into the tables, kept aside and brought back after a test that committed."""

from django.db import connection, transaction

from tests.owner import as_owner

_NEVER_TOUCHED = ("django_migrations",)


def keep_seed() -> None:
    """Copy every table that is not empty after the migrations. Runs once, as the owner."""
    if _is_kept():
        restore_seed()  # --reuse-db, and the last run may have been interrupted
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS seed CASCADE")
        cursor.execute("CREATE SCHEMA seed")
        for table in _tables("public"):
            cursor.execute(f'SELECT EXISTS (TABLE public."{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE seed."{table}" AS TABLE public."{table}"')
        cursor.execute("CREATE TABLE seed.django_migrations AS TABLE public.django_migrations")


def restore_seed() -> None:
    """Empty what a test has filled and put the migrations' rows back, touching only tables that differ."""
    with as_owner(), connection.cursor() as cursor:
        # A test that left a transaction open in some thread shall be named, not waited for.
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        seeded = _tables("seed")
        filled = _matching("EXISTS (TABLE public.{0})", [t for t in _tables("public") if t not in seeded])
        if filled:
            # CASCADE may reach a seeded table; the comparison below sees it.
            cursor.execute(f"TRUNCATE {', '.join(map(_name, filled))} CASCADE")
        changed = _matching(
            "EXISTS (TABLE public.{0} EXCEPT ALL TABLE seed.{0})"
            " OR EXISTS (TABLE seed.{0} EXCEPT ALL TABLE public.{0})",
            seeded,
        )
        if changed:
            _put_back(seeded)


def _is_kept() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('seed.django_migrations') IS NOT NULL")
        return cursor.fetchone()[0] and not _matching(
            "EXISTS (TABLE public.{0} EXCEPT TABLE seed.{0})", ["django_migrations"]
        )


def _put_back(tables: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(map(_name, tables))} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in _referenced_first(tables):
            # Audit triggers would write the rows down as if somebody had made them now.
            cursor.execute(f"ALTER TABLE {_name(table)} DISABLE TRIGGER USER")
            cursor.execute(f"INSERT INTO {_name(table)} OVERRIDING SYSTEM VALUE TABLE seed.{_name(table)}")
        # Pending checks would forbid the ALTER TABLE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {_name(table)} ENABLE TRIGGER USER")


def _tables(schema: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> ALL (%s) ORDER BY 1",
            [schema, list(_NEVER_TOUCHED)],
        )
        return [name for (name,) in cursor.fetchall()]


def _matching(condition: str, tables: list[str]) -> list[str]:
    if not tables:
        return []
    asked = (f"SELECT '{table}' WHERE {condition.format(_name(table))}" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [name for (name,) in cursor.fetchall()]


def _referenced_first(tables: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid <> confrelid"
        )
        needs = [(a.strip('"'), b.strip('"')) for a, b in cursor.fetchall()]
    ordered: list[str] = []
    waiting = list(tables)
    while waiting:
        ready = [t for t in waiting if not any(a == t and b in waiting for a, b in needs)] or waiting
        ordered += ready
        waiting = [t for t in waiting if t not in ready]
    return ordered


def _name(table: str) -> str:
    return f'"{table}"'
