"""What files, sheets and columns are called. Compared folded: no case, no accents."""

from imports.folding import file_word, folded
from imports.tables import TABLES


def table_named(name: str) -> str | None:
    """The table that a file or sheet of this name holds, or None."""
    wanted = file_word(name)
    return next((table.name for table in TABLES.values() if wanted in table.called.split()), None)


def table_words() -> frozenset[str]:
    """All that files and sheets with a table are called, folded."""
    return frozenset(word for table in TABLES.values() for word in table.called.split())


def column_named(table: str, header: str) -> str | None:
    """The column that a header names in a table's file, or None."""
    wanted = folded(header)
    columns = TABLES[table].columns.items()
    return next((name for name, column in columns if wanted in column.headings.split()), None)
