"""How much a workbook or an archive may hold, and what it is refused with."""

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What is read at most. Bytes are counted before anything is made of them; `ratio` is unpacked to packed."""

    rows: int = 500_000
    columns: int = 500
    cell_characters: int = 32_767  # Excel's own
    sheets: int = 100
    members: int = 2_000
    member_bytes: int = 300 * MB
    part_bytes: int = 20 * MB
    """Of a member that is not a table of cells or of texts, such as the styles: it is taken as a whole."""
    unpacked_bytes: int = 500 * MB
    ratio: int = 300
    small_bytes: int = 10 * MB
    """So much may be unpacked whatever the ratio: few rows that are all alike pack well."""
    text_characters: int = 200 * MB
    """Of all cells: one long text may be shown by a million of them."""
    seconds: int = 60
    memory_bytes: int = 512 * MB


class BeyondLimit(Exception):
    """A file that is not read: which limit it breaks (`why`, a word of apart.py's table), and where."""

    def __init__(self, why: str, *, limit: int = 0, sheet: str = "", line: int = 0, name: str = "") -> None:
        self.why, self.limit, self.sheet, self.line, self.name = why, limit, sheet, line, name
        super().__init__(why)
