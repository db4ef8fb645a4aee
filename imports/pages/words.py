"""Words for what an import says of itself."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from imports.columns import column_in
from imports.headers import TABLES
from imports.models import ImportRun
from imports.read import Problem
from imports.runs import Progress

TABLE_NAMES = {
    "properties": gettext_lazy("Properties"),
    "tenants": gettext_lazy("Tenants"),
    "contracts": gettext_lazy("Contracts"),
    "instalments": gettext_lazy("Instalments"),
    "payments": gettext_lazy("Payments"),
    "deposits": gettext_lazy("Deposits"),
    "notices": gettext_lazy("Notices"),
    "litigations": gettext_lazy("Litigations"),
    "requests": gettext_lazy("Service requests"),
    "interactions": gettext_lazy("Interactions"),
    "surveys": gettext_lazy("Surveys"),
}


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
    return [CountLine(TABLE_NAMES[table], **run.counts[table]) for table in TABLES if table in run.counts]


def stage_sentence(progress: Progress | None) -> str:
    """What the import is at, in words: "" when it has not begun."""
    if progress is None:
        return ""
    if progress.stage == "check":
        return _("Checking every row…")
    if progress.stage == "generated":
        return _("Making the months to come…")
    if progress.stage == "allocations":
        return _("Allocating the payments to the rents…")
    if progress.stage in TABLE_NAMES:
        return _("Writing: %(table)s…") % {"table": TABLE_NAMES[progress.stage]}
    return _("Reading %(file)s: line %(rows)s…") % {"file": progress.stage, "rows": number_format(progress.rows)}
