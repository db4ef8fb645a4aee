"""What is wrong with staged rows that could each be read: set-based, one statement for each kind of mistake."""

import datetime as dt
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from django.db import connection

from changes.refusals import RuleBroken
from imports.read import MAX_LISTED, Problem, Problems
from imports.table import Check
from imports.tables import TABLES
from leasing.actions import claim_room
from screens import formats
from sites_app.models import Site


def check_staged(
    *,
    site: Site,
    today: dt.date,
    history_from: dt.date | None = None,
    unreadable: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Problems:
    """What keeps the import from being done.

    Needs an open scope and rows that `match_staged` has been over. `unreadable` has the keys of rows, by table, that
    are in the files but could not be read: to refer to one of them is no mistake.
    """
    names: dict[str, Any] = {"site": site.code, "today": today, "history_from": history_from}
    names |= {f"unreadable_{table}": list(unreadable.get(table, ())) for table in TABLES}
    problems = Problems()
    with connection.cursor() as cursor:
        for table in TABLES.values():
            if table.before_checks:
                cursor.execute(table.before_checks, names)
            for check in table.mistakes:
                problems.add_all(rows_found(cursor, check, names, site))
        problems.add_all(_site_is_full(cursor, site))
    return problems


def worth_knowing_of_staged(*, site: Site, today: dt.date, history_from: dt.date | None = None) -> Problems:
    """Remarks on rows as they stand in the files: of those that are written, when others have been taken off."""
    names: dict[str, Any] = {"site": site.code, "today": today, "history_from": history_from}
    remarks = Problems()
    with connection.cursor() as cursor:
        for table in TABLES.values():
            for check in table.remarks:
                remarks.add_all(rows_found(cursor, check, names, site))
    return remarks


def rows_found(cursor: Any, check: Check, names: Mapping[str, Any], site: Site) -> Problems:
    """The rows that a check finds: the first of them, and how many there are."""
    # Half a million rows may make the same mistake: the database counts them, and sends the first.
    cursor.execute(
        f"""
        WITH mistakes (source, line, column_name, value, detail) AS ({check.statement})
        SELECT *, count(*) OVER () FROM mistakes ORDER BY source, line, column_name LIMIT %(most)s
        """,  # noqa: S608 -- our own statements
        {**names, "most": MAX_LISTED},
    )
    rows = cursor.fetchall()
    listed = [
        Problem(source, line, column, _spoken(check, value), _sentence(check, detail, site))
        for source, line, column, value, detail, _count in rows
    ]
    return Problems(listed, rows[0][-1] if rows else 0)


def _sentence(check: Check, detail: Any, site: Site) -> str:
    if check.detail_is_francs:
        detail = formats.francs(int(detail), site.currency)
    return str(check.sentence) % {"detail": _spoken(check, detail), "site": site.name}


def _spoken(check: Check, values: Any) -> str:
    """Values of a choice, several with commas, in the reader's words; of anything else as they are."""
    written = str(values or "")
    if check.words is None:
        return written
    words = check.words
    return ", ".join(words.spoken(value)[0] if value in words.french else value for value in written.split(", "))


def _site_is_full(cursor: Any, site: Site) -> Problems:
    problems = Problems()
    for table in TABLES.values():
        if not table.takes_room:
            continue
        cursor.execute(f"SELECT count(*), min(source) FROM {table.staged} WHERE known_id IS NULL")  # noqa: S608 -- our own names
        new, source = cursor.fetchone()
        if new:
            try:
                claim_room(site=site, **{table.name: new})
            except RuleBroken as full:
                problems.add(Problem(source, 0, "", "", full.sentence))
    return problems
