"""What files, sheets and columns are called. Compared folded: no case, no accents."""

from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import get_language

from imports.cells import MONEY
from imports.folding import file_word
from imports.tables import TABLES
from screens.amounts import without_currency
from screens.written import folded

WORDS_SHEET = {"fr": "Mots acceptés", "en": "Accepted words"}
HELP_SHEET = {"fr": "Lisez-moi", "en": "Read me"}
TEMPLATE_SHEETS = frozenset(folded(name) for names in (WORDS_SHEET, HELP_SHEET) for name in names.values())
"""Sheets of the template that hold no table."""


def table_named(name: str) -> str | None:
    """The table that a file or sheet of this name holds, or None."""
    wanted = file_word(name)
    return next((table.name for table in TABLES.values() if wanted in table.called.split()), None)


def table_words() -> frozenset[str]:
    """All that files and sheets with a table are called, folded."""
    return frozenset(word for table in TABLES.values() for word in table.called.split())


def column_named(table: str, header: str) -> str | None:
    """The column that a header names in a table's file, or None. One of money may name its currency behind it."""
    columns = TABLES[table].understood
    named = _column_called(table, folded(header))
    if named is None:
        named = _column_called(table, without_currency(header)[0])
        return named if named and columns[named].read in MONEY else None
    return named


def currency_named(table: str, column: str, header: str) -> str:
    """The currency that a header of a column of money names, as it is written; "" for none."""
    return without_currency(header)[1] if TABLES[table].understood[column].read in MONEY else ""


def _column_called(table: str, wanted: str) -> str | None:
    columns = TABLES[table].understood.items()
    return next((name for name, column in columns if wanted in column.headings.split()), None)


def column_in(language: str, source: str, column: str, heading: str = "") -> str:
    """A column as its file calls it, then in AKIG's word for readers of the language: "Montant payé (montant)".

    The source, "agence.xlsx · Biens", says whose column it is. A heading that is AKIG's word stands alone.
    """
    word = _word_for(language, source, column)
    if not heading or not word:
        return word
    return heading if folded(heading) == folded(word) else f"{heading} ({word})"


def is_english(language: str) -> bool:
    """Whether columns are named in English for these readers; for everybody else they are in French."""
    return language.startswith("en")


def spoken(table: str, columns: Iterable[str]) -> str:
    """Columns by the names that a reader of today's language gives them, in the order of the table's own."""
    wanted, english = set(columns), is_english(get_language() or "fr")
    named = TABLES[table].understood.items()
    return ", ".join(name if english else column.french for name, column in named if name in wanted)


def _word_for(language: str, source: str, column: str) -> str:
    if is_english(language):
        return column
    file, _dot, sheet = source.rpartition(" · ")
    table = table_named(sheet) or table_named(Path(sheet).stem) or table_named(Path(file).stem)
    known = TABLES[table].understood.get(column) if table else None
    return known.french if known else column
