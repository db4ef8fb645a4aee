"""From the temporary tables into the real ones, with a fixed number of statements whatever the number of rows."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from accounts.models import Actor
from imports.afterwards import worth_knowing_of_loaded
from imports.allocate import note_touched, place_touched
from imports.clerks import wait_for_clerks
from imports.deposits import settle_the_rest
from imports.history import bring_balances_forward, find_beginnings, leave_out_earlier_payments
from imports.match import match_staged
from imports.months import make_earlier_months, make_months_of_ended, take_history_as_it_was
from imports.read import Problems
from imports.staging import open_staging, stage_rows, staged_counts
from imports.tables import TABLES
from imports.totals import Totals, totals_of_loaded
from imports.writing import Writing
from leasing.actions.closing import close_matters_of_ended
from leasing.models import Instalment
from sites_app.models import Site


@dataclass(frozen=True)
class RowCounts:
    """What became of the rows of one file: new here, already here as written, or known and now closed by the file."""

    inserted: int = 0
    unchanged: int = 0
    closed: int = 0


@dataclass(frozen=True)
class LoadResult:
    """What a load did. Tables are named like their files; `needed` rows had to be there before them: owners."""

    counts: dict[str, RowCounts] = field(default_factory=dict)
    needed: int = 0
    generated_instalments: int = 0
    remarks: Problems = field(default_factory=Problems)
    totals: Totals | None = None

    @property
    def changes_nothing(self) -> bool:
        return not any(count.inserted or count.closed for count in self.counts.values())


def load_rows(
    *,
    site: Site,
    rows: Mapping[str, Iterable[tuple]],
    by: Actor,
    today: dt.date,
    history_from: dt.date | None = None,
) -> LoadResult:
    """Load rows that a program made, given by table as the tables' own row types, as if files had brought them.

    They are trusted to be right: nothing is checked but what the database holds. Needs an open scope of the site.
    """
    with connection.cursor() as cursor:
        open_staging(cursor)
        for table in TABLES:
            stage_rows(cursor, table, rows.get(table, ()))
        match_staged(cursor, site)
        return load_staged(begin_load(cursor, site=site, by=by, today=today, history_from=history_from))


def begin_load(cursor: Any, *, site: Site, by: Actor, today: dt.date, history_from: dt.date | None = None) -> Writing:
    """Wait for who is at work on the same contracts, and take rows of before the records off; `load_staged` is next.

    Rents begin on `history_from` where the rows say nothing of it: see imports.history. Payments will be written down
    as recorded by `by`, a user or None.
    """
    names = {"site": site.code, "by": by and by.pk, "today": today, "history_from": history_from}
    writing = Writing(cursor, site, names)
    note_touched(writing)
    wait_for_clerks(writing)
    leave_out_earlier_payments(writing)
    return writing


def load_staged(writing: Writing, on_table: Callable[[str], None] = lambda table: None) -> LoadResult:
    """Insert every staged row that the site does not have yet, generate missing instalments, allocate all payments.

    Needs an open `site_scope` of the site, and rows that `check_staged` has passed: a row that breaks a constraint
    raises IntegrityError (keys to other rows only at the end of the transaction), and the transaction around this
    leaves nothing behind. A row that is known is left as it is; a deposit, notice, litigation or request that was
    open is closed when its row says so. `on_table` hears which table comes next, and at last "allocations".
    """
    counts: dict[str, RowCounts] = {}
    needed = generated = 0
    find_beginnings(writing)
    rows = staged_counts(writing.cursor)
    for table in TABLES.values():
        total = rows[table.name]
        if not total:
            continue
        on_table(table.name)
        if table.before_insert:
            needed += table.before_insert(writing)
        closed = writing.run(table.close) if table.close else 0
        inserted = writing.run(table.insert)
        counts[table.name] = RowCounts(inserted, total - inserted - closed, closed)
        writing.learn(table.model, inserted)
    on_table("generated")
    generated = take_history_as_it_was(writing)
    bring_balances_forward(writing)
    generated += make_months_of_ended(writing)
    earlier, more = make_earlier_months(writing)
    generated += more
    settle_the_rest(writing)
    writing.learn(Instalment, generated)
    on_table("allocations")
    generated += place_touched(writing)
    close_matters_of_ended(writing.site.code, writing.names["today"])
    remarks = worth_knowing_of_loaded(writing, earlier, with_contracts="contracts" in counts)
    totals = totals_of_loaded(writing, writing.names["today"])
    return LoadResult(counts, needed, generated, remarks, totals)
