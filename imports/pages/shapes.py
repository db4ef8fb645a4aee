"""What an agency's files may look like, for the page that takes them."""

from dataclasses import dataclass
from pathlib import Path

from imports.headings import table_named
from imports.tables import TABLES


@dataclass(frozen=True)
class FileShape:
    """A file that an import takes: its table, its name without an ending, and its columns."""

    table: str
    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...]


def described_tables(language: str) -> list[FileShape]:
    """Each file that an import takes, in English for English readers and in French for everybody else."""
    english = _is_english(language)
    shapes = []
    for table in TABLES.values():
        names = {name: name if english else column.french for name, column in table.columns.items()}
        shapes.append(
            FileShape(
                table.name,
                table.name if english else table.french,
                tuple(shown for name, shown in names.items() if name in table.required),
                tuple(shown for name, shown in names.items() if name not in table.required),
            )
        )
    return shapes


def column_in(language: str, source: str, column: str) -> str:
    """A column's name for readers of a language; the source, "agence.xlsx · Biens", says whose column it is."""
    if _is_english(language):
        return column
    file, _dot, sheet = source.rpartition(" · ")
    table = table_named(sheet) or table_named(Path(sheet).stem) or table_named(Path(file).stem)
    known = TABLES[table].columns.get(column) if table else None
    return known.french if known else column


def _is_english(language: str) -> bool:
    return language.startswith("en")
