"""The cells of a workbook of any kind, counted before they are told, and what the screen shows beside them."""

from collections.abc import Callable, Collection, Iterator
from typing import IO, Any

from imports.folding import file_word
from imports.spreadsheets.cells import Merged, as_json
from imports.spreadsheets.limits import BeyondLimit, Limits
from imports.spreadsheets.sheets import Cells, OpenSheet, SheetLook

GLANCE = 20
"""So many rows say whether a sheet that no table is named after holds something."""
_MOST_MERGES_TOLD = 1000
OLD_KIND = (b"\xd0\xcf\x11\xe0", b"\x09\x08")
"""What an .xls begins with: as a file of streams, or as one stream of its own."""

Write = Callable[[Any], None]


def write_workbook(source: IO[bytes], write: Write, limits: Limits, names: Collection[str]) -> None:
    """Tell `write` of each sheet, and of each filled row in those that are read.

    Raises BeyondLimit, or whatever a reader trips over in a damaged file.

    A sheet is read when its name, folded, is one of `names`; where none is, the only one that holds something.
    {"sheet": title, "read": true} comes before its rows, [line, cells], and {"about": …} of `SheetLook` behind them;
    {"sheet": title, "read": false, "holds": …} is all of the others.
    """
    sheets = _open(source, limits)
    if len(sheets) > limits.sheets:
        raise BeyondLimit("sheets", limit=limits.sheets)
    wanted = {number for number, sheet in enumerate(sheets) if file_word(sheet.title) in names}
    holding = {n for n, sheet in enumerate(sheets) if n not in wanted and _holds_something(sheet, limits)}
    if not wanted:
        wanted = {0} if len(sheets) == 1 else holding if len(holding) == 1 else set()
    rows = _Rows(limits)
    for number, sheet in enumerate(sheets):
        if number in wanted:
            write({"sheet": sheet.title, "read": True, "hidden": sheet.hidden})
            about = SheetLook()
            for row in rows.of(sheet, about):
                write(row)
            told = {"merged": about.merged[:_MOST_MERGES_TOLD], "merged_count": len(about.merged)}
            write({"about": {**vars(about), **told}})
        else:
            write({"sheet": sheet.title, "read": False, "holds": number in holding})


def _open(source: IO[bytes], limits: Limits) -> list[OpenSheet]:
    """What a file is, is what it begins with: an ending is only a name."""
    start = source.read(8)
    source.seek(0)
    if start.startswith(OLD_KIND):
        from imports.spreadsheets.xls import open_xls

        return open_xls(source, limits)
    if _is_ods(source, limits):
        from imports.spreadsheets.ods import open_ods

        return open_ods(source, limits)
    from imports.spreadsheets.xlsx import open_xlsx

    return open_xlsx(source, limits)


def _is_ods(source: IO[bytes], limits: Limits) -> bool:
    from imports.spreadsheets.archives import open_archive

    names = set(open_archive(source, limits).namelist())
    source.seek(0)
    return "[Content_Types].xml" not in names and bool(names & {"content.xml", "encrypted-package"})


class _Rows:
    """Rows of one sheet after the other; counts what is in all of them."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._characters = 0

    def of(self, sheet: OpenSheet, about: SheetLook) -> Iterator[list[Any]]:
        """[line, cells] of each row that holds something."""
        count = 0
        for line, cells in _stored(sheet, about, self._limits):
            row = self._row(sheet.title, line, cells)
            if row:
                count += 1
                if count > self._limits.rows:
                    raise BeyondLimit("rows", limit=self._limits.rows, sheet=sheet.title, line=line)
                yield [line, row]

    def _row(self, sheet: str, line: int, cells: Cells) -> list[Any]:
        row: list[Any] = []
        for column, value in sorted(cells.items()):
            text = value.value if isinstance(value, Merged) else value
            if text is None or (isinstance(text, str) and not text.strip()):
                continue
            if column > self._limits.columns:
                raise BeyondLimit("columns", limit=self._limits.columns, sheet=sheet, line=line)
            if isinstance(text, str):
                self._characters += len(text)
                if len(text) > self._limits.cell_characters:
                    raise BeyondLimit("cell", limit=self._limits.cell_characters, sheet=sheet, line=line)
                if self._characters > self._limits.text_characters:
                    raise BeyondLimit("text", limit=self._limits.text_characters, sheet=sheet, line=line)
            row += [None] * (column - len(row))
            row[column - 1] = as_json(value)
        return row


def _stored(sheet: OpenSheet, about: SheetLook, limits: Limits) -> Iterator[tuple[int, Cells]]:
    try:
        yield from sheet.lines(about)
    except BeyondLimit as refused:
        refused.sheet = refused.sheet or sheet.title
        raise
    except MemoryError as error:
        raise BeyondLimit("memory", limit=limits.memory_bytes, sheet=sheet.title) from error
    except Exception as error:
        raise BeyondLimit("damaged", sheet=sheet.title) from error


def _holds_something(sheet: OpenSheet, limits: Limits) -> bool:
    if sheet.holds_something is not None:
        return sheet.holds_something
    try:
        for line, cells in _stored(sheet, SheetLook(), limits):
            if line > GLANCE:
                return False
            if any(str(value).strip() for value in cells.values()):
                return True
    except BeyondLimit:
        return True  # what it holds cannot be read: that it is left out is worth saying all the more
    return False
