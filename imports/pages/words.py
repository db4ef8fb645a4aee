"""Words for what an import says of itself."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imports.headings import column_in
from imports.likeness import Alike, how
from imports.models import ImportRun
from imports.read import Problem
from imports.runs import ImportProgress
from imports.tables import TABLES
from imports.totals import Totals
from screens import formats


@dataclass(frozen=True)
class CountLine:
    """What became of the rows of one file."""

    table: Any
    inserted: int
    unchanged: int
    closed: int


@dataclass(frozen=True)
class HeldLine:
    """A row that looks like a recorded payment, in words."""

    place: int
    source: str
    line: int
    contract: str
    amount: str
    in_file: str
    recorded: str


def held_of(run: ImportRun) -> list[Alike]:
    """The rows of a run that look like recorded payments, those that are kept."""
    day = dt.date.fromisoformat
    return [
        Alike(source, line, contract, amount, day(on), method, reference, day(there_on), there_method, there_reference)
        for source, line, contract, amount, on, method, reference, there_on, there_method, there_reference in run.held
    ]


def held_lines(run: ImportRun, currency: str) -> list[HeldLine]:
    """The same for the page; the place is that of the question's row."""
    return [
        HeldLine(
            place,
            pair.source,
            pair.line,
            pair.contract,
            formats.francs(pair.amount, currency),
            f"{formats.date_short(pair.received_on)} · {how(pair.method, pair.reference)}",
            f"{formats.date_short(pair.there_on)} · {how(pair.there_method, pair.there_reference)}",
        )
        for place, pair in enumerate(held_of(run))
    ]


def listed(rows: list[list[Any]]) -> list[Problem]:
    """The kept rows of a run; columns as the file names them, and as the reader's language does.

    Rows kept before headings were have none.
    """
    language = get_language() or "fr"
    kept = [Problem(*row) for row in rows]
    return [replace(row, column=column_in(language, row.source, row.column, row.heading)) for row in kept]


def counts_of(run: ImportRun) -> list[CountLine]:
    """The run's counts in the order of the tables."""
    return [CountLine(table.label, **run.counts[name]) for name, table in TABLES.items() if name in run.counts]


@dataclass(frozen=True)
class TotalLine:
    """What rows come to, in the site's currency."""

    name: str
    all: str
    new: str


def totals_of(totals: Totals | None, currency: str) -> list[TotalLine]:
    """What an import comes to, line by line."""
    names = {
        "rents": _("Rents of a month, contracts in force"),
        "instalments": _("Instalments"),
        "payments": _("Payments"),
        "deposits": _("Deposits held"),
        "owed": _("Opening balances: owed"),
        "ahead": _("Opening balances: ahead"),
    }
    return [
        TotalLine(names[line.name], formats.francs(line.francs, currency), formats.francs(line.new_francs, currency))
        for line in (totals.lines if totals else ())
    ]


def owed_sentence(totals: Totals | None, currency: str, *, is_check: bool) -> str:
    """What the tenants of the site owe with the import, and have ahead; "" for an import of before it was counted."""
    if totals is None:
        return ""
    sentence = (
        _("On %(day)s tenants would owe %(owed)s (tenants: %(owing)s) and have %(prepaid)s ahead (tenants: %(ahead)s).")
        if is_check
        else _("On %(day)s tenants owe %(owed)s (tenants: %(owing)s) and have %(prepaid)s ahead (tenants: %(ahead)s).")
    )
    return sentence % {
        "day": formats.date_short(totals.day),
        "owed": formats.francs(totals.owed, currency),
        "owing": formats.number(totals.owing),
        "prepaid": formats.francs(totals.prepaid, currency),
        "ahead": formats.number(totals.ahead),
    }


def stage_sentence(progress: ImportProgress | None) -> str:
    """What the import is at, in words: "" when it has not begun."""
    if progress is None:
        return ""
    if progress.stage == "check":
        return _("Checking every row…")
    if progress.stage == "generated":
        return _("Creating the coming months…")
    if progress.stage == "allocations":
        return _("Allocating the payments to the rents…")
    if progress.stage in TABLES:
        return _("Writing: %(table)s…") % {"table": TABLES[progress.stage].label}
    return _("Reading %(file)s: line %(rows)s…") % {"file": progress.stage, "rows": formats.number(progress.rows)}
