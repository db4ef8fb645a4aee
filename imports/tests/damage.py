"""What happens to spreadsheets on their way: one random damage to good books, of a kind that has a name."""

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from imports.tests.good_books import AgencyBooks, Raw, ScreenPage, as_seen

Pick = random.Random
KINDS = ("csv", "csv", "xlsx", "ods", "xls")  # half of all that agencies send are CSV

Damaged = AgencyBooks | None
"""None: this damage cannot happen to these books."""
_DAMAGES: dict[str, Callable[[Pick, AgencyBooks], Damaged]] = {}


def damage(pick: Pick, books: AgencyBooks) -> tuple[str, AgencyBooks]:
    """AgencyBooks with one damage, and what it is called."""
    while True:
        name = pick.choice(sorted(_DAMAGES))
        damaged = _DAMAGES[name](pick, books)
        if damaged is not None:
            return name, damaged


# --- a cell ------------------------------------------------------------------------------------------------------------

_MARKS = "áàâäéèêëíîïóôöúùûüçÉÀÇ’"
_PLAIN = "aaaaeeeeiiiooouuuucEAC'"
_ERRORS = ["#N/A", "#REF!", "#VALEUR!", "#NOM?", "#DIV/0!", "Err:502", "####"]


def _without_accents(text: str) -> str:
    return text.translate(str.maketrans(_MARKS, _PLAIN))


def _digit_changed(pick: Pick, text: str) -> str | None:
    places = [at for at, character in enumerate(text) if character.isdigit()]
    if not places:
        return None
    at = pick.choice(places)
    return text[:at] + pick.choice("0123456789".replace(text[at], "")) + text[at + 1 :]


def _grouped(pick: Pick, text: str) -> str | None:
    if not text.isdigit() or len(text) < 4:
        return None
    return f"{int(text):,}".replace(",", pick.choice([" ", "\u00a0", "\u202f", ".", ",", "’"]))


_CELLS: dict[str, Callable[[Pick, Any, str], Any]] = {
    "another type: number": lambda pick, _cell, _text: pick.choice([0, 7, 12, 1500000, 45000]),
    "another type: fraction": lambda pick, _cell, _text: pick.choice([0.5, 12.25, 700000.0, 1375000.0000000002]),
    "another type: day": lambda pick, _cell, _text: dt.date(2026, pick.randint(1, 12), pick.randint(1, 28)),
    "another type: yes": lambda pick, _cell, _text: pick.random() < 0.5,
    "another type: text": lambda pick, _cell, _text: pick.choice(["voir Mariama", "?", "x", "néant", "oui"]),
    "blank": lambda _pick, cell, _text: None if cell is not None else "",
    "only spaces": lambda pick, _cell, _text: pick.choice(["   ", "\u00a0", "\u2003 ", "\u200b"]),
    "dash": lambda pick, _cell, _text: pick.choice(["-", "–", "—"]),
    "error word": lambda pick, _cell, _text: pick.choice(_ERRORS),
    "spaces around": lambda pick, _cell, text: text and f"  {text}{pick.choice([' ', chr(0xA0), chr(9)])}",
    "spaces within": lambda pick, _cell, text: text[:2] + pick.choice(["  ", "\u00a0", "\u2009"]) + text[2:],
    "currency behind": lambda pick, _cell, text: text and f"{text} {pick.choice(['GNF', 'FCFA', '€', 'F', 'USD'])}",
    "accents lost": lambda _pick, _cell, text: _without_accents(text),
    "letters lost": lambda _pick, _cell, text: "".join("�" if c in _MARKS else c for c in text),
    "question marks for letters": lambda _pick, _cell, text: "".join("?" if c in _MARKS else c for c in text),
    "capitals": lambda _pick, _cell, text: text.upper(),
    "digit changed": lambda pick, _cell, text: _digit_changed(pick, text),
    "letter O for nought": lambda _pick, _cell, text: text.replace("0", "O") if "0" in text else None,
    "grouped": lambda pick, _cell, text: _grouped(pick, text),
    "separator inside": lambda pick, _cell, text: text[:1] + pick.choice([";", ",", "\t", "|"]) + text[1:],
    "separator inside, unquoted": lambda _pick, _cell, text: Raw(text[:3] + ";" + text[3:]),
    "quotation mark": lambda pick, _cell, text: pick.choice([f'{text[:1]}"{text[1:]}', f'"{text}', f'"{text}"']),
    "quotation mark, unquoted": lambda pick, _cell, text: Raw(pick.choice([f'{text[:1]}"{text[1:]}', f'"{text}'])),
    "line end inside": lambda pick, _cell, text: text[:2] + pick.choice(["\n", "\r\n"]) + text[2:],
    "NUL": lambda _pick, _cell, text: text[:1] + "\0" + text[1:],
    "very long": lambda pick, _cell, text: (text or "x") * pick.choice([30, 500, 4000 // max(1, len(text))]),
    "formula": lambda pick, _cell, _text: pick.choice(["=B2*2", "=SOMME(C2:C4)", "+B2", "@A1"]),
    "apostrophe before": lambda _pick, _cell, text: "'" + text,
    "hour added": lambda _pick, cell, _text: (
        dt.datetime.combine(cell, dt.time(14, 30)) if type(cell) is dt.date else None
    ),
    "year of two digits": lambda _pick, cell, _text: f"{cell:%d/%m/%y}" if isinstance(cell, dt.date) else None,
    "month before the day": lambda _pick, cell, _text: f"{cell:%m/%d/%Y}" if isinstance(cell, dt.date) else None,
    "day of a calendar": lambda _pick, cell, _text: f"{cell:%Y-%m-%d}" if isinstance(cell, dt.date) else None,
    "minus": lambda _pick, cell, text: f"-{text}" if isinstance(cell, int) else None,
    "as text": lambda _pick, cell, text: text if not isinstance(cell, str | None) else None,
    "direction of writing": lambda _pick, _cell, text: "\u202e" + text,
}


def _of_cell(name: str) -> Callable[[Pick, AgencyBooks], Damaged]:
    def damaged(pick: Pick, books: AgencyBooks) -> Damaged:
        if books.kind != "csv" and name.endswith("unquoted"):
            return None
        if books.kind in ("xlsx", "ods") and name == "NUL":
            return None
        at, page = _page(pick, books)
        # A heading is a cell too.
        line, column = _place(pick, page, first=int(pick.random() > 0.06))
        cell = page.lines[line][column]
        new = _CELLS[name](pick, cell, as_seen(cell))
        if new is None and cell is None:
            return None
        if new is None and name != "blank":
            return None
        if type(new) is type(cell) and new == cell:
            return None
        return books.with_page(at, _with_cell(page, line, column, new))

    return damaged


def _page(pick: Pick, books: AgencyBooks) -> tuple[int, ScreenPage]:
    at = pick.randrange(len(books.pages))
    return at, books.pages[at]


def _place(pick: Pick, page: ScreenPage, *, first: int = 1) -> tuple[int, int]:
    line = pick.randrange(1, len(page.lines)) if first else 0
    return line, pick.randrange(len(page.lines[line]))


def _with_cell(page: ScreenPage, line: int, column: int, cell: Any) -> ScreenPage:
    cells = [*page.lines[line]]
    cells[column] = cell
    return _with_lines(page, [*page.lines[:line], cells, *page.lines[line + 1 :]])


def _with_lines(page: ScreenPage, lines: list[Any]) -> ScreenPage:
    return replace(page, lines=tuple([*line] for line in lines))


_DAMAGES |= {f"cell: {name}": _of_cell(name) for name in _CELLS}


def _swapped_cells(pick: Pick, books: AgencyBooks) -> Damaged:
    at, page = _page(pick, books)
    line, column = _place(pick, page)
    cells = [*page.lines[line]]
    if column + 1 == len(cells) or cells[column] == cells[column + 1]:
        return None
    cells[column : column + 2] = cells[column + 1], cells[column]
    return books.with_page(at, _with_lines(page, [*page.lines[:line], cells, *page.lines[line + 1 :]]))


_DAMAGES["cell: swapped with its neighbour"] = _swapped_cells


# --- a column, a row, a sheet ----------------------------------------------------------------------------------------------


def _of_page(
    change: Callable[[Pick, ScreenPage], ScreenPage | None], *kinds: str
) -> Callable[[Pick, AgencyBooks], Damaged]:
    def damaged(pick: Pick, books: AgencyBooks) -> Damaged:
        if kinds and books.kind not in kinds:
            return None
        at, page = _page(pick, books)
        changed = change(pick, page)
        return books.with_page(at, changed) if changed else None

    return damaged


def _of_columns(change: Callable[[Pick, list[Any], int], list[Any]]) -> Callable[[Pick, AgencyBooks], Damaged]:
    def on_page(pick: Pick, page: ScreenPage) -> ScreenPage:
        column = pick.randrange(len(page.lines[0]))
        seed = pick.random()
        return _with_lines(page, [change(random.Random(seed), [*line], column) for line in page.lines])  # noqa: S311

    return _of_page(on_page)


def _moved(pick: Pick, line: list[Any], column: int) -> list[Any]:
    cell = line.pop(column)
    line.insert(pick.randrange(len(line) + 1), cell)
    return line


def _joined(_pick: Pick, line: list[Any], column: int) -> list[Any]:
    both = " ".join(filter(None, map(as_seen, line[column : column + 2])))
    return [*line[:column], both, *line[column + 2 :]]


def _renamed(pick: Pick, page: ScreenPage) -> ScreenPage:
    column = pick.randrange(len(page.lines[0]))
    heading = page.lines[0][column]
    names = [
        "Colonne 7",
        f"{heading} 2",
        f"{heading} (FCFA)",
        f"{heading} GNF",
        f"Ancien {heading}",
        f"{heading}*",
        "X",
    ]
    return _with_cell(page, 0, column, pick.choice(names))


def _shifted_down(pick: Pick, page: ScreenPage) -> ScreenPage:
    column = pick.randrange(len(page.lines[0]))
    up = pick.random() < 0.5
    cells = [line[column] for line in page.lines[1:]]
    cells = [*cells[1:], None] if up else [None, *cells[:-1]]
    lines = [page.lines[0]]
    lines += [[*li[:column], cell, *li[column + 1 :]] for li, cell in zip(page.lines[1:], cells, strict=True)]
    return _with_lines(page, lines)


def _merged(pick: Pick, page: ScreenPage) -> ScreenPage:
    line, column = _place(pick, page)
    letters = chr(ord("A") + column)
    if pick.random() < 0.7:
        last = min(len(page.lines), line + 1 + pick.randint(1, 2))
        return replace(page, merged=(f"{letters}{line + 1}:{letters}{last}",))
    return replace(page, merged=(f"{letters}{line + 1}:{chr(ord(letters) + 1)}{line + 1}",))


def _of_row(change: Callable[[Pick, list[Any], int], list[Any]]) -> Callable[[Pick, AgencyBooks], Damaged]:
    """Lines, and the place of one of them, in; lines out."""

    def on_page(pick: Pick, page: ScreenPage) -> ScreenPage:
        lines = [[*line] for line in page.lines]
        return _with_lines(page, change(pick, lines, pick.randrange(1, len(lines))))

    return _of_page(on_page)


def _total(pick: Pick, lines: list[Any], _at: int) -> list[Any]:
    width = len(lines[0])
    total: list[Any] = [None] * width
    numbers = [c for c in range(width) if any(type(line[c]) is int for line in lines[1:])]
    for column in numbers:
        total[column] = sum(line[column] for line in lines[1:] if type(line[column]) is int)
    words = ["TOTAL", "Total général", f"Total : {len(lines) - 1}", "Sous-total"]
    total[0 if 0 not in numbers else 1] = pick.choice(words)
    return [*lines, total]


def _cut(pick: Pick, lines: list[Any], at: int) -> list[Any]:
    lines[at] = lines[at][: pick.randrange(1, len(lines[at]))]
    return lines


def _crowded(pick: Pick, lines: list[Any], at: int) -> list[Any]:
    lines[at] += [None] * pick.randint(0, 2) + [pick.choice(["vu", 5, "1 500 000"])]
    return lines


def _swapped_lines(_pick: Pick, lines: list[Any], at: int) -> list[Any]:
    lines[at - 1 : at + 1] = lines[at], lines[at - 1]
    return lines


def _titles(pick: Pick, page: ScreenPage) -> ScreenPage:
    above = [["Agence de Kindia, Manquépas"], [], [f"{page.title} au 23/11/2026", None, "ScreenPage 1"]]
    return _with_lines(page, [*pick.sample(above, pick.randint(1, 3)), *page.lines])


_DAMAGES |= {
    "column: renamed": _of_page(_renamed),
    "column: removed": _of_columns(lambda _pick, line, at: line[:at] + line[at + 1 :]),
    "column: doubled": _of_columns(lambda _pick, line, at: line[: at + 1] + line[at:]),
    "column: moved": _of_columns(_moved),
    "column: joined with the next": _of_columns(_joined),
    "column: an empty one before": _of_columns(lambda _pick, line, at: [*line[:at], None, *line[at:]]),
    "column: shifted by one line": _of_page(_shifted_down),
    "column: headings shifted": _of_page(
        lambda _pick, page: _with_lines(page, [[*page.lines[0][1:], None], *page.lines[1:]])
    ),
    "cells: merged": _of_page(_merged, "xlsx"),
    "row: doubled": _of_row(lambda _pick, lines, at: [*lines[: at + 1], *lines[at:]]),
    "row: removed": _of_row(lambda _pick, lines, at: [*lines[:at], *lines[at + 1 :]]),
    "row: shifted to the right": _of_row(lambda _pick, lines, at: [*lines[:at], [None, *lines[at]], *lines[at + 1 :]]),
    "row: shifted to the left": _of_row(lambda _pick, lines, at: [*lines[:at], lines[at][1:], *lines[at + 1 :]]),
    "row: cut": _of_row(_cut),
    "row: a cell too many": _of_row(_crowded),
    "row: swapped with the one above": _of_row(_swapped_lines),
    "row: total added": _of_row(_total),
    "row: blank in the middle": _of_row(lambda _pick, lines, at: [*lines[:at], [None, " "], *lines[at:]]),
    "row: header repeated": _of_row(lambda _pick, lines, at: [*lines[:at], lines[0], *lines[at:]]),
    "row: a note below": _of_row(lambda pick, lines, _at: [*lines, [pick.choice(["Vu et approuvé", "fin", "N.B."])]]),
    "sheet: title lines": _of_page(_titles),
    "sheet: without its header": _of_page(lambda _pick, page: _with_lines(page, list(page.lines[1:]))),
    "sheet: only its header": _of_page(lambda _pick, page: _with_lines(page, list(page.lines[:1]))),
    "sheet: empty": _of_page(lambda _pick, page: replace(page, lines=())),
    "sheet: hidden": _of_page(lambda _pick, page: replace(page, hidden=True), "xlsx", "ods", "xls"),
    "sheet: size wrong": _of_page(
        lambda pick, page: replace(page, claims=pick.choice(["A1", "A1:B2", "A1:XFD1048576", "C3:D4"])), "xlsx"
    ),
    "sheet: renamed": _of_page(
        lambda pick, page: replace(page, title=pick.choice([f"{page.title} (2)", "Feuil9", f"{page.title} 2026 nord"]))
    ),
}


def _pages(change: Callable[[Pick, list[ScreenPage], int], list[ScreenPage]]) -> Callable[[Pick, AgencyBooks], Damaged]:
    def damaged(pick: Pick, books: AgencyBooks) -> Damaged:
        pages = change(pick, [*books.pages], pick.randrange(len(books.pages)))
        return replace(books, pages=tuple(pages))

    return damaged


_DAMAGES |= {
    "sheet: removed": _pages(lambda _pick, pages, at: [*pages[:at], *pages[at + 1 :]]),
    "sheet: doubled": _pages(lambda _pick, pages, at: [*pages, replace(pages[at], title=f"{pages[at].title} (2)")]),
    "sheet: moved": _pages(lambda pick, pages, _at: pick.sample(pages, len(pages))),
    "sheet: notes beside": _pages(lambda _pick, pages, _at: [*pages, ScreenPage("Notes", (["à rappeler", "lundi"],))]),
}


# --- letters ----------------------------------------------------------------------------------------------------------------


def _letters(encoding: str) -> Callable[[Pick, AgencyBooks], Damaged]:
    return _of_page(lambda _pick, page: replace(page, letters=encoding), "csv")


def _bytes(
    spoil: Callable[[Pick, bytes], bytes], *, can_be_undone: bool = False
) -> Callable[[Pick, AgencyBooks], Damaged]:
    def on_page(pick: Pick, page: ScreenPage) -> ScreenPage | None:
        text = "\n".join(";".join(map(as_seen, line)) for line in page.lines)
        if text.isascii():
            return None
        seed = pick.random()
        spoiled = lambda content: spoil(random.Random(seed), content)  # noqa: E731, S311
        return replace(page, spoiled=spoiled, can_be_undone=can_be_undone)

    return _of_page(on_page, "csv")


def _twice(encoding: str) -> Callable[[Pick, bytes], bytes]:
    def spoil(_pick: Pick, content: bytes) -> bytes:
        if encoding == "cp1252":
            # Five bytes are nothing in Windows' table: programs let them pass.
            return "".join(_of_windows(byte) for byte in content).encode()
        return content.decode(encoding).encode()

    return spoil


def _of_windows(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


def _within_a_letter(pick: Pick, content: bytes) -> int:
    return pick.choice([at for at, byte in enumerate(content) if byte & 0xC0 == 0x80])


def _cut_within(pick: Pick, content: bytes) -> bytes:
    return content[: _within_a_letter(pick, content)]


def _byte_lost(pick: Pick, content: bytes) -> bytes:
    at = _within_a_letter(pick, content)
    return content[:at] + content[at + 1 :]


def _a_line_of_windows(pick: Pick, content: bytes) -> bytes:
    lines = content.split(b"\n")
    at = pick.choice([number for number, line in enumerate(lines) if not line.isascii()])
    lines[at] = lines[at].decode().encode("cp1252", "replace")
    return b"\n".join(lines)


_DAMAGES |= {f"letters: {name}": _letters(name) for name in ("cp1252", "cp850", "mac_roman", "utf-16", "utf-16-le")}
_DAMAGES["letters: utf-8-sig"] = _letters("utf-8-sig")
_DAMAGES |= {
    f"letters: UTF-8 twice by {name}": _bytes(_twice(name), can_be_undone=True)
    for name in ("cp1252", "cp850", "mac_roman")
}
_DAMAGES |= {
    "letters: cut within one": _bytes(_cut_within),
    "letters: a byte lost": _bytes(_byte_lost),
    "letters: one line in Windows'": _bytes(_a_line_of_windows, can_be_undone=True),
}
