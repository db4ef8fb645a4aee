"""What an agency's files may look like, for the page that takes them."""

from dataclasses import dataclass

from imports.headings import is_english
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
    english = is_english(language)
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
