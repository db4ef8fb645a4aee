"""How good retention's forecasts are: on the agency's own past, or on a CSV file of other people's."""

import json
import subprocess
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.utils import timezone

from retention.evaluating import Evaluation, evaluate
from retention.fitting import FitFailed, environment
from retention.learning import QUARTERS
from retention.printed import named_ranking, named_rate, printed
from retention.science import python_for
from sites_app.models import Site
from sites_app.scope import site_scope

LEARNERS = ("table", "model", "logistic", "ebm")
_SECONDS = 3600


class Command(BaseCommand):
    help = (
        "Print how good the forecasts of the last quarters would have been, each made from what was known when the"
        " quarter began. With --csv: of a file, tested on rows that were not learned from."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--site", help="code of one site (default: all)")
        parser.add_argument(
            "--quarters", type=int, default=QUARTERS, help=f"so many, the newest that are over (default: {QUARTERS})"
        )
        parser.add_argument(
            "--learner",
            choices=LEARNERS,
            help="the starting points with their factor (table, the default); points learned from them (model);"
            " points learned from nothing (logistic, the default of a file); boosting (ebm, after `make evaluate`)",
        )
        parser.add_argument("--csv", type=Path, metavar="FILE")
        parser.add_argument("--target", metavar="COLUMN", help="yes or no: the event; or COLUMN=VALUE")
        parser.add_argument("--duration", metavar="COLUMN", help="after how many months, weeks or days")
        parser.add_argument(
            "--trust", action="append", default=[], metavar="COLUMN", help="was known beforehand; several, or: all"
        )

    @no_translations  # what a command says is in English
    def handle(self, *args: Any, **options: Any) -> None:
        if options["csv"] is not None:
            self._file(options)
        else:
            self._records(options)

    def _records(self, options: dict[str, Any]) -> None:
        if stray := [f"--{name}" for name in ("target", "duration", "trust") if options[name]]:
            raise CommandError(f"{stray[0]} is for a file: --csv FILE.")
        if not 1 <= options["quarters"] <= 16:
            raise CommandError("--quarters must be from 1 to 16.")
        sites = list(Site.objects.order_by("code"))
        if options["site"]:
            sites = [site for site in sites if site.code == options["site"]]
            if not sites:
                raise CommandError(f"There is no site {options['site']}.")
        if not sites:
            raise CommandError("There are no sites.")
        codes, learner = [site.code for site in sites], options["learner"] or "table"
        today = timezone.now().astimezone(timezone.get_default_timezone()).date()
        try:
            with site_scope(codes):
                found = evaluate(codes, today=today, learner=learner, quarters=options["quarters"])
        except FitFailed as failure:
            raise CommandError(f"Nothing was learned: {failure}") from None
        if not found.forecasts:
            raise CommandError("There are no quarters that are over and were observed: nothing can be evaluated yet.")
        self.stdout.write(f"Sites: {', '.join(codes)}. Learner: {learner}.")
        self.stdout.write(f"Forecast on {', '.join(map(str, found.days))}, each from what was known on the day.\n\n")
        for line in _lines(found):
            self.stdout.write(line)

    def _file(self, options: dict[str, Any]) -> None:
        if not options["target"]:
            raise CommandError("--csv needs --target COLUMN.")
        learner = options["learner"] or "logistic"
        if learner == "model" or options["site"]:
            raise CommandError("A file has neither a site nor the terms that points are learned from.")
        request = {
            "path": str(options["csv"].resolve()),
            "target": options["target"],
            "duration": options["duration"],
            "trusted": [name.strip() for names in options["trust"] for name in names.split(",")],
            "learner": learner,
        }
        try:
            done = subprocess.run(
                [python_for(learner), "-m", "retention.others"],
                cwd=settings.BASE_DIR,
                env=environment(),
                input=json.dumps(request),
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CommandError(f"No answer within {_SECONDS} s.") from None
        if done.returncode:
            raise CommandError(done.stderr.strip().rpartition("\n")[2] or "The child process has ended.")
        self.stdout.write(done.stdout)


def _lines(found: Evaluation) -> list[str]:
    return [
        *printed(found.forecasts),
        "",
        "by level of the starting points",
        *(named_rate(name, seen) for name, seen in found.by_level),
        "",
        "list record, over all sites and quarters",
        named_rate("first 10 (20) of a list", found.first),
        named_rate("all others", found.rest),
        "",
        "former formula (100 − reliability − tenure)",
        named_ranking("AUC", found.former),
        *_fifths(found),
    ]


def _fifths(found: Evaluation) -> list[str]:
    if found.former_fifths is None:
        return []
    safest, riskiest = found.former_fifths
    return [named_rate("its riskiest fifth", riskiest), named_rate("its safest fifth", safest)]
