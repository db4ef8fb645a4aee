"""One import, all or nothing: read, stage, match, check, load; or a report of every row that stands in the way."""

import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import constraint_of
from imports.check import check_staged, worth_knowing_of_staged
from imports.folding import file_word
from imports.headings import TEMPLATE_SHEETS
from imports.likeness import NO_QUESTION, Question, SameMoney, ask_or_settle, set_aside
from imports.load import RowCounts, begin_load, load_staged
from imports.match import match_staged
from imports.read import Problem, Problems, SheetReader
from imports.sources import Sheet, open_sources
from imports.staging import open_staging, stage_rows
from imports.tables import TABLES
from imports.totals import Totals
from imports.unreadable import UnreadableSource
from sites_app.models import Site

_TOLD_EVERY = 1000

Progress = Callable[[str, int], None]
Headings = Mapping[str, Mapping[str, str]]
"""By source and column, what the file calls it."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or why it did nothing."""

    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    warnings: tuple[Problem, ...] = ()
    warning_count: int = 0
    counts: dict[str, RowCounts] = field(default_factory=dict)
    totals: Totals | None = None
    question: Question = NO_QUESTION
    dry_run: bool = False

    @property
    def accepted(self) -> bool:
        """Whether every row is in (or would be, in a dry run)."""
        return not self.problem_count and not self.asks

    @property
    def asks(self) -> bool:
        """Whether rows look like payments that are recorded already, and nobody has said what they are."""
        return self.question.count > 0


class _NothingStays(Exception):
    """Rolls the import's savepoint back."""


def run_import(
    *,
    site: Site,
    files: Sequence[tuple[str, bytes]],
    by: Actor,
    today: dt.date,
    history_from: dt.date | None = None,
    dry_run: bool = False,
    answer: SameMoney | None = None,
    progress: Progress | None = None,
    passed_over: Sequence[str] = (),
) -> ImportReport:
    """Import spreadsheets, given by name and content, into a site. Needs an open scope of the site.

    `passed_over` are the names of files beside them that cannot be read: the report says so.
    `history_from`: the day from which on the payments are complete, None for all that the files say.
    All rows are in afterwards, or none: a bad row anywhere, `dry_run`, or a question without an `answer` (rows that
    look like recorded payments) leaves nothing behind. `progress` hears the name of the file or table at work, and how
    many rows are done there.
    """
    tell = progress or (lambda stage, rows: None)
    try:
        sheets = open_sources(files, passed_over)
    except UnreadableSource as unreadable:
        return _refused(_only(_of_file(unreadable)))
    report = ImportReport()
    try:
        # The audit names the person also where no request does: in the job and in a terminal.
        with change(by):
            report = _import(site, sheets, by, today, history_from, answer, dry_run, tell)
            if dry_run or not report.accepted:
                raise _NothingStays
    except _NothingStays:
        pass
    except IntegrityError as error:
        return _refused(_only(_of_database(error)))
    if dry_run:
        return ImportReport(**{**report.__dict__, "dry_run": True})
    return report


def _import(
    site: Site,
    sheets: list[Sheet],
    by: Actor,
    today: dt.date,
    history_from: dt.date | None,
    answer: SameMoney | None,
    dry_run: bool,
    tell: Progress,
) -> ImportReport:
    # The tables' own order: a row is staged before what refers to it.
    sheets = sorted(sheets, key=lambda sheet: list(TABLES).index(sheet.table))
    problems, remarks = Problems(), Problems()
    headings = {sheet.source: _headings(sheet) for sheet in sheets}
    for sheet in sheets:
        if left_out := [name for name in sheet.left_out if file_word(name) not in TEMPLATE_SHEETS]:
            remarks.add(_left_out_sheets(sheet, left_out))
        if sheet.ignored:
            remarks.add(_ignored_columns(sheet))
        if sheet.not_read:
            remarks.add(_files_not_read(sheet.not_read))
        for sentence in sheet.remarks:
            remarks.add(Problem(sheet.source, 0, "", "", sentence))
    unreadable: dict[str, frozenset[str]] = {}
    examples: dict[str, list[int]] = {}
    count = 0
    timezone = zoneinfo.ZoneInfo(site.timezone)
    with connection.cursor() as cursor:
        open_staging(cursor)
        for sheet in sheets:
            reader = SheetReader(sheet, country=site.country, timezone=timezone, currency=site.currency)
            try:
                count += stage_rows(cursor, sheet.table, _told(reader.rows(), sheet.source, tell))
            except UnreadableSource as broken:
                # The temporary table's COPY was cut short, and the savepoint with it: nothing else can be checked.
                problems.add_all(reader.problems)
                remarks.add_all(reader.remarks)
                problems.add(_of_file(broken))
                return _refused(problems, remarks, headings)
            problems.add_all(reader.problems)
            remarks.add_all(reader.remarks)
            if reader.examples:
                examples[sheet.source] = reader.examples
            unreadable[sheet.table] = frozenset(reader.refused_keys)
        if examples and not count and not problems.count:
            return _refused(_only(_of_everything(_("There is nothing to import: only the template’s example lines."))))
        if examples:
            remarks.add(_left_out_examples(examples))
        tell("check", 0)
        match_staged(cursor, site)
        problems.add_all(check_staged(site=site, today=today, history_from=history_from, unreadable=unreadable))
        if problems.count:
            remarks.add_all(worth_knowing_of_staged(site=site, today=today, history_from=history_from))
            return _refused(problems, remarks, headings)
        writing = begin_load(cursor, site=site, by=by, today=today, history_from=history_from)
        question = ask_or_settle(writing, answer)
        if question.count and not dry_run:
            return ImportReport(question=question)
        set_aside(writing, question)
        remarks.add_all(worth_knowing_of_staged(site=site, today=today, history_from=history_from))
        result = load_staged(writing, lambda table: tell(table, 0))
    remarks.add_all(result.remarks)
    return ImportReport(
        warnings=_in_order(remarks, headings),
        warning_count=remarks.count,
        counts=result.counts,
        totals=result.totals,
        question=question,
    )


def _told(rows: Iterator[tuple], source: str, tell: Progress) -> Iterator[tuple]:
    for number, row in enumerate(rows, start=1):
        if number % _TOLD_EVERY == 0:
            tell(source, number)
        yield row


def _refused(
    problems: Problems, remarks: Problems | None = None, headings: Headings = MappingProxyType({})
) -> ImportReport:
    remarks = remarks or Problems()
    return ImportReport(
        problems=_in_order(problems, headings),
        problem_count=problems.count,
        warnings=_in_order(remarks, headings),
        warning_count=remarks.count,
    )


def _in_order(problems: Problems, headings: Headings) -> tuple[Problem, ...]:
    """By place, each with what the file calls its column."""
    named = [replace(p, heading=headings.get(p.source, {}).get(p.column, "")) for p in problems.listed]
    return tuple(sorted(named, key=lambda problem: (problem.source, problem.line, problem.column)))


def _headings(sheet: Sheet) -> dict[str, str]:
    """What a sheet calls its columns; two of one kind are named together."""
    found: dict[str, str] = {}
    for position, column in sheet.columns.items():
        found[column] = " / ".join(filter(None, [found.get(column), sheet.headings[position]]))
    return found


def _only(problem: Problem) -> Problems:
    return Problems([problem], 1)


def _of_everything(reason: str) -> Problem:
    return Problem("", 0, "", "", reason)


def _of_file(unreadable: UnreadableSource) -> Problem:
    return Problem(unreadable.source, unreadable.line, "", "", unreadable.reason)


def _of_database(error: IntegrityError) -> Problem:
    # Somebody else wrote the same row meanwhile, or a rule of the tables that `check` does not know yet.
    reason = _("The database refused a row (%(rule)s). Nothing was imported: try again.") % {
        "rule": constraint_of(error) or "?"
    }
    return _of_everything(reason)


def _left_out_examples(examples: dict[str, list[int]]) -> Problem:
    places = "; ".join(f"{source} ({', '.join(map(str, lines[:5]))})" for source, lines in examples.items())
    return _of_everything(_("Lines left out as examples, by their first cell: %(places)s.") % {"places": places})


def _ignored_columns(sheet: Sheet) -> Problem:
    reason = _("These columns are unknown and were ignored: %(columns)s.") % {"columns": ", ".join(sheet.ignored)}
    return Problem(sheet.source, 0, "", "", reason)


def _left_out_sheets(sheet: Sheet, names: list[str]) -> Problem:
    reason = _("These sheets are not named after a table and were ignored: %(sheets)s.") % {"sheets": ", ".join(names)}
    return Problem(sheet.source, 0, "", "", reason)


def _files_not_read(names: Sequence[str]) -> Problem:
    reason = _("These files were not read: they are no spreadsheets, or not named after a table: %(files)s.") % {
        "files": ", ".join(names)
    }
    return Problem("", 0, "", "", reason)
