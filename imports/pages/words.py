"""Words for what an import says of itself."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from imports.models import ImportRun
from imports.pages.shapes import column_in
from imports.read import Problem
from imports.runs import ImportProgress
from imports.tables import TABLES
from screens import formats


@dataclass(frozen=True)
class CountLine:
    """What became of the rows of one file."""

    table: Any
    inserted: int
    unchanged: int
    closed: int


def listed(rows: list[list[Any]]) -> list[Problem]:
    """The kept rows of a run, by name; columns named as the reader's language names them."""
    language = get_language() or "fr"
    return [
        Problem(source, line, column_in(language, source, column), value, reason)
        for source, line, column, value, reason in rows
    ]


def counts_of(run: ImportRun) -> list[CountLine]:
    """The run's counts in the order of the tables."""
    return [CountLine(table.label, **run.counts[name]) for name, table in TABLES.items() if name in run.counts]


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
