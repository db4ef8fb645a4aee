"""Bring every catalog up to date with the code. Needs xgettext (gettext): a tool of developers, not of servers."""

import contextlib
from pathlib import Path
from typing import Any

import polib
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import makemessages

from akig import catalogs
from akig.languages import LOCAL_LANGUAGES, LOCALE_DIR, PLURAL_FORMS
from akig.local_words import LocalWords

IGNORED = [".venv/*", "var/*", "tests/*", "*/tests/*", "*/migrations/*", "conftest.py", "ops/*", "docs/*"]


class Command(makemessages.Command):
    help = (
        "Extract the strings of the code and merge them into locale/*/LC_MESSAGES/django.po; rebuild the words of the "
        "local languages from locale/labels.csv and locale/glossary.csv. Repeatable."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        # No catalog is left to gettext's own merging, which guesses.
        parser.set_defaults(exclude=list(PLURAL_FORMS), ignore_patterns=list(IGNORED), no_location=True)
        parser.add_argument("--check", action="store_true", help="Change nothing; fail when something would change.")
        parser.add_argument(
            "--fill",
            nargs="+",
            type=Path,
            default=[],
            metavar="FILE",
            help="French from tables of two columns with a tab between; fills only what has no French yet.",
        )

    def handle(self, *args: Any, check: bool, fill: list[Path], **options: Any) -> None:
        self.changed: list[str] = []
        self.only_checks, self.tables = check, fill
        with contextlib.chdir(LOCALE_DIR.parent):
            super().handle(*args, **options)
        if check and self.changed:
            raise CommandError(f"Run `make messages`: not up to date: {', '.join(self.changed)}")

    def build_potfiles(self) -> list[str]:
        """Merge here, once, and leave no file per language to the tools of gettext."""
        for path in set(super().build_potfiles()):
            self._merge_all(polib.pofile(path))
        return []

    def _merge_all(self, template: polib.POFile) -> None:
        french = catalogs.merged("fr", template, catalogs.read("fr"))
        for table in self.tables:
            filled = catalogs.fill(french, catalogs.read_translations(table))
            self.stdout.write(f"{table}: {filled} filled")
        self._write("fr", french)
        # English is the language of the source: its catalog has a header and nothing else.
        self._write("en", catalogs.merged("en", [], catalogs.read("en")))
        words = LocalWords.load()
        for code in LOCAL_LANGUAGES:
            catalog = catalogs.merged(code, template, catalogs.read(code))
            catalogs.apply_local_words(catalog, code, french, words)
            self._write(code, catalog)
        missing = [entry.msgid for entry in french if not entry.translated()]
        for msgid in missing:
            self.stdout.write(self.style.WARNING(f"no French: {msgid!r}"))

    def _write(self, code: str, catalog: polib.POFile) -> None:
        path = catalogs.path_of(code)
        text = str(catalog) + "\n"
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return
        self.changed.append(code)
        if not self.only_checks:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"{code}: {len(catalog)} strings")
