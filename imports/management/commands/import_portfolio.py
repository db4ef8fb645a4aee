"""Import an agency's spreadsheets from a terminal."""

import datetime as dt
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from imports.headings import column_in
from imports.likeness import Question, SameMoney, how, sentence
from imports.pages.words import owed_sentence, totals_of
from imports.read import Problem
from imports.run import ImportReport, run_import
from imports.sources import read_folder
from imports.tables import TABLES
from imports.unreadable import UnreadableSource
from screens import formats
from screens.exports import as_csv
from sites_app.models import Site
from sites_app.scope import site_scope

SHOWN = 20


class Command(BaseCommand):
    help = "Import spreadsheets (CSV, XLSX, XLS, ODS, zip) into a site: every row, or none and a list of bad ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="A folder of spreadsheets, or one CSV, XLSX, XLS, ODS or zip file.")
        parser.add_argument("--site", required=True, help="Code of the site, such as GN_KINDIA.")
        parser.add_argument("--dry-run", action="store_true", help="Check everything, change nothing.")
        parser.add_argument(
            "--history-from",
            type=dt.date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="The payments are complete from this day on: rents and payments from before are not taken.",
        )
        parser.add_argument(
            "--same-payments",
            choices=["leave-out", "take"],
            help="Rows that look like recorded payments (same contract and amount, within three days) are the same"
            " money and left out, or are other payments and taken. Without it they are listed and nothing is imported.",
        )
        parser.add_argument("--report", type=Path, help="Write every bad row and remark to this CSV file.")
        parser.add_argument("--by", help="User name of the person who imports; written on the payments.")

    def handle(self, *args: Any, **options: Any) -> None:
        site = Site.objects.filter(pk=options["site"]).first()
        if site is None:
            raise CommandError(f"There is no site {options['site']}.")
        by = None
        if options["by"]:
            by = get_user_model().objects.filter(username=options["by"]).first()
            if by is None:
                raise CommandError(f"There is no user {options['by']}.")
        try:
            files, passed_over = read_folder(options["path"])
        except UnreadableSource as unreadable:
            raise CommandError(str(unreadable)) from unreadable
        said = options["same_payments"]
        with translation.override(site.default_language), site_scope([site.code]):
            report = run_import(
                site=site,
                files=files,
                by=by,
                today=site.today(),
                history_from=options["history_from"],
                dry_run=options["dry_run"],
                answer=SameMoney(said == "leave-out", by) if said else None,
                passed_over=passed_over,
                progress=self._bar if sys.stderr.isatty() else None,
            )
            if sys.stderr.isatty():
                self.stderr.write("")
            if options["report"]:
                self._write_report(options["report"], report)
            self._tell(report, site.currency)

    def _bar(self, stage: str, rows: int) -> None:
        self.stderr.write(f"\r{stage}: {rows:,}".ljust(60), ending="")

    def _tell(self, report: ImportReport, currency: str) -> None:
        if report.problem_count:
            for problem in report.problems[:SHOWN]:
                place = " · ".join(filter(None, [problem.source, f"{problem.line or ''}", _column(problem)]))
                self.stdout.write(f"{place}: {problem.reason} {f'({problem.value})' if problem.value else ''}".strip())
            raise CommandError(
                _("%(count)d rows cannot be imported: nothing was changed. First: %(first)s")
                % {"count": report.problem_count, "first": report.problems[0].reason}
            )
        for remark in report.warnings[:SHOWN]:
            place = " ".join(filter(None, [remark.source, f"{remark.line or ''}", _column(remark)]))
            self.stdout.write(f"! {place}: {remark.reason}" if place else f"! {remark.reason}")
        if report.warning_count > SHOWN:
            self.stdout.write(_("… and %(count)d more remarks.") % {"count": report.warning_count - SHOWN})
        for table, count in report.counts.items():
            self.stdout.write(
                _("%(table)s: %(new)d new, %(unchanged)d already there, %(closed)d closed")
                % {
                    "table": TABLES[table].label,
                    "new": count.inserted,
                    "unchanged": count.unchanged,
                    "closed": count.closed,
                }
            )
        for total in totals_of(report.totals, currency):
            self.stdout.write(
                _("%(name)s: %(all)s, of which new %(new)s") % {"name": total.name, "all": total.all, "new": total.new}
            )
        self.stdout.write(owed_sentence(report.totals, currency, is_check=report.dry_run))
        if report.dry_run:
            self.stdout.write(_("Only checked: nothing was changed."))
        if report.asks:
            self._ask(report.question)

    def _ask(self, question: Question) -> None:
        for pair in question.pairs[:SHOWN]:
            row = f"{pair.received_on:%d/%m/%Y} · {how(pair.method, pair.reference)}"
            place = f"{pair.source} · {pair.line} · {pair.contract}"
            self.stdout.write(f"? {place}: {row} · {formats.number(pair.amount)}. {sentence(pair)}")
        raise CommandError(
            _(
                "%(count)d rows look like payments that are recorded already: nothing was changed. Say with"
                " --same-payments whether to leave them out or to take them."
            )
            % {"count": question.count}
        )

    def _write_report(self, path: Path, report: ImportReport) -> None:
        rows: list[list[Any]] = [[_("kind"), _("file"), _("line"), _("column"), _("value"), _("reason")]]
        for kind, found in ((_("refused"), report.problems), (_("remark"), report.warnings)):
            rows += [[kind, p.source, p.line or "", _column(p), p.value, p.reason] for p in found]
        rows += [[_("question"), p.source, p.line, "", p.amount, sentence(p)] for p in report.question.pairs]
        try:
            path.write_bytes(as_csv(rows))
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error


def _column(problem: Problem) -> str:
    return column_in(translation.get_language() or "fr", problem.source, problem.column, problem.heading)
