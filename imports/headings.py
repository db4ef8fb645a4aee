"""What files, sheets and columns are called. Compared folded: no case, no accents."""

import re

from imports.tables import TABLES
from imports.values import folded


def table_named(name: str) -> str | None:
    """The table that a file or sheet of this name holds, or None."""
    # A browser calls a second download "tenants (1).csv".
    wanted = re.sub(r"_\d{1,3}$", "", folded(name))
    return next((table.name for table in TABLES.values() if wanted in table.called.split()), None)


def column_named(table: str, header: str) -> str | None:
    """The column that a header names in a table's file, or None."""
    wanted = folded(header)
    columns = TABLES[table].columns.items()
    return next((name for name, column in columns if wanted in column.headings.split()), None)
