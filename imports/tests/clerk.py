"""What a clerk sees in a file, and whether an import has all of it: a small reader of its own, without the import's."""

import csv
import datetime as dt
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from openpyxl.utils import range_boundaries

from imports.run import ImportReport
from imports.tables import TABLES
from imports.tests.good_books import AgencyBooks, ScreenPage, as_seen, csv_of, good_books
from sites_app.models import Site

_HEADINGS = {
    "owners": "name phone email",
    "properties": "code kind address neighbourhood owner_name owner_phone market_rent status",
    "tenants": "code first_name name phone language employment_status referred_by joined_on",
    "contracts": "reference property tenant start_date end_date monthly_rent payment_day deposit ended_on",
    "rent_steps": "contract from_month monthly_rent",
    "instalments": "contract due_date amount kind label",
    "payments": "contract received_on amount method provider reference",
    "deposits": "contract state refunded_amount settled_on received",
    "notices": "contract kind issued_on state",
    "litigations": "contract kind opened_on resolved_on",
    "requests": "tenant property category opened_on priority closed_on",
    "interactions": "tenant channel happened_at direction note",
    "surveys": "tenant kind rating answered_on comment",
}
_MONEY = {"market_rent", "monthly_rent", "deposit", "amount", "refunded_amount", "received"}
_DAYS = {
    "joined_on", "start_date", "end_date", "ended_on", "due_date", "received_on", "settled_on", "issued_on", "opened_on",
    "resolved_on", "closed_on", "answered_on",
}  # fmt: skip
_NUMBERS = {"payment_day", "rating"}
_WORDS = {
    ("properties", "kind"): "villa:house appartement:apartment boutique:shop studio:studio",
    ("properties", "status"): "loue:lettable libre:lettable travaux:under_works",
    ("tenants", "language"): "francais:fr soussou:sus",
    ("tenants", "employment_status"): "commercant:trader salarie:salaried etudiant:student",
    ("instalments", "kind"): "loyer:rent electricite:service",
    ("payments", "method"): "especes:cash virement:bank mobile_money:mobile cheque:cheque orange:mobile",
    ("deposits", "state"): "detenue:held",
    ("notices", "kind"): "conge:to_quit renouvellement:renewal",
    ("notices", "state"): "accuse:acknowledged envoye:sent",
    ("litigations", "kind"): "impaye:payment degradation:damage",
    ("requests", "category"): "plomberie:plumbing electricite:electricity",
    ("requests", "priority"): "haute:high normale:normal",
    ("interactions", "channel"): "appel:call visite:visit sms:sms",
    ("interactions", "direction"): "sortant:out entrant:in",
    ("surveys", "kind"): "satisfaction:satisfaction recommandation:nps",
}
# What AKIG puts where nothing is said; anywhere else nothing stays nothing.
_FILLED = {
    "kind", "label", "provider", "status", "state", "priority", "direction", "reference", "owner_phone", "closed_on",
}  # fmt: skip
# Where a remark stands that leaves a row out; in other columns it is about the cell.
_OF_A_ROW = {"", "tenant", "property", "received_on"}
_FILLED_TABLES = {"contracts", "deposits"}
_NO_RESULT = "\uffffa formula without result"
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")

_PAGES = dict(zip((page.title for page in good_books("csv").pages), _HEADINGS, strict=True))


def plain(text: str) -> str:
    """Words without case, accents and punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()
    return re.sub("[^a-z0-9]+", "_", bare).strip("_")


@dataclass(frozen=True)
class SeenPage:
    """A page as a person reads it: its table, or none; its rows by column, each with its line; headings of no column."""

    source: str
    title: str
    table: str
    rows: tuple[tuple[int, dict[str, str]], ...]
    unknown: tuple[str, ...]
    holds_something: bool


def seen_page(books: AgencyBooks, page: ScreenPage) -> SeenPage:
    """Read a page."""
    lines = [(line, cells) for line, cells in _lines(books, page) if any(map(_is_seen, cells))]
    table = _TABLES.get(re.sub(r"_\d{1,3}$", "", plain(page.title)), "")
    named = [(number, [_column(table, text) for text in cells]) for number, (_line, cells) in enumerate(lines[:20])]
    if not table or not named:
        return SeenPage(books.source(page), page.title, table, (), (), bool(lines))
    at, columns = max(named, key=lambda one: len(set(one[1]) - {""}))
    header = lines[at][1]
    unknown = [text for text, column in zip(header, columns, strict=True) if _is_seen(text) and not column]
    rows = []
    for line, cells in lines[at + 1 :]:
        row: dict[str, str] = {}
        for place, text in enumerate(cells):
            column = columns[place] if place < len(columns) else ""
            has_heading = place < len(header) and _is_seen(header[place])
            if column:
                row[column] = text
            elif not has_heading and _is_seen(text):
                row["?"] = text
        rows.append((line, row))
    return SeenPage(books.source(page), page.title, table, tuple(rows), tuple(unknown), True)


def _is_seen(text: str) -> bool:
    return bool(_INVISIBLE.sub("", text).strip())


def _lines(books: AgencyBooks, page: ScreenPage) -> Iterator[tuple[int, list[str]]]:
    if books.kind == "csv":
        content = csv_of(replace(page, spoiled=None) if page.can_be_undone else page)
        encoding = "utf-8-sig" if page.letters == "utf-8" else page.letters
        reader = csv.reader(io.StringIO(content.decode(encoding, "replace"), newline=""), delimiter=";")
        line = 1
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
        return
    lines = [[*line] for line in page.lines]
    for place in page.merged:
        left, top, right, bottom = (int(part or 1) for part in range_boundaries(place))
        for line in range(top, min(bottom, len(lines)) + 1):
            for column in range(left, min(right, len(lines[line - 1])) + 1):
                lines[line - 1][column - 1] = lines[top - 1][left - 1]
    for number, cells in enumerate(lines, start=1):
        is_formula = [books.kind == "xlsx" and isinstance(cell, str) and cell.startswith("=") for cell in cells]
        yield number, [_NO_RESULT if f else as_seen(cell) for f, cell in zip(is_formula, cells, strict=True)]


_TABLES = {plain(title): table for title, table in _PAGES.items()}
_NAMED = {
    table: dict(zip(map(plain, page.lines[0]), _HEADINGS[table].split(), strict=True))
    for page, table in zip(good_books("csv").pages, _HEADINGS, strict=True)
}
# A second phone where there is no first is the first one. The last is what is left of "À partir de" where a byte was lost.
_ALSO = {"owners": {"e_mail": "email"}, "tenants": {"tel_2": "phone"}, "rent_steps": {"partir_de": "from_month"}}


def _column(table: str, text: str) -> str:
    named = _NAMED.get(table, {}) | _ALSO.get(table, {})
    column = named.get(plain(text), "")
    if not column:
        without = named.get(re.sub("_(gnf|fg|f)$", "", plain(text)), "")
        return without if without in _MONEY else ""
    return column


# --- does the site say the same? -------------------------------------------------------------------------------------------


def says(table: str, column: str, text: str, stored: Any) -> bool:
    """Whether what is stored is what the cell shows."""
    if not _is_seen(text):
        return not stored or table in _FILLED_TABLES or column in _FILLED
    is_dash = text.strip() in {"-", "–", "—"}
    words = _WORDS.get((table, column))
    if words:
        known = dict(pair.split(":") for pair in words.split())
        stem = plain(text)
        found = known.get(stem) or next((v for k, v in known.items() if stem.rstrip("se") == k.rstrip("se")), None)
        return found == stored or (is_dash and (not stored or column in _FILLED))
    if column == "from_month":
        day = _day(text)
        return bool(day) and f"{day:%Y-%m}" == f"{stored}"[:7]
    if column in _MONEY:
        return (is_dash and not stored) or (_francs(text) is not None and _francs(text) == stored)
    if column in _DAYS:
        return (is_dash and not stored) or _day(text) == stored
    if column == "happened_at":
        return _moment(text) == stored
    if column in _NUMBERS:
        return text.strip().removesuffix(",0") == str(stored) or (is_dash and table in _FILLED_TABLES)
    if "phone" in column:
        digits, kept = re.sub(r"\D", "", text), re.sub(r"\D", "", str(stored))
        return (is_dash and (not kept or column in _FILLED)) or (
            bool(kept) and kept in {digits, f"224{digits}", digits.removeprefix("00")}
        )
    written = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())
    return str(stored or "") in {written, re.sub(r"^'(?=[=+@|-])", "", written), written.replace(",", ".")}


def _day(text: str) -> dt.date | None:
    day = text.split()[0] if text.split() else ""
    french = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", day)
    iso = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", day)
    try:
        if french:
            return dt.date(int(french[3]), int(french[2]), int(french[1]))
        return dt.date(int(iso[1]), int(iso[2]), int(iso[3])) if iso else None
    except ValueError:
        return None


def _moment(text: str) -> str:
    day, hour = _day(text), re.search(r"\s(\d{1,2}):(\d{2})", text)
    return f"{day:%Y-%m-%d} {int(hour[1]):02}:{hour[2]}" if day and hour else f"{day} 12:00"


def _francs(text: str) -> int | None:
    bare = re.sub(r"(?i)\s*(GNF|FG|F|francs?)\s*$", "", text)
    bare = re.sub(r"[\s\u00a0\u202f\u2009’']", "", bare)
    if re.fullmatch(r"[1-9]\d{0,2}([.,]\d{3})+", bare) and len(set(re.findall("[.,]", bare))) == 1:
        return int(re.sub("[.,]", "", bare))
    if not re.fullmatch(r"\+?\d+([.,]\d+)?", bare):
        return None
    number = float(bare.replace(",", "."))
    return round(number) if abs(number - round(number)) < 1e-6 else None


# --- the balance of rows -------------------------------------------------------------------------------------------------------


def stored_rows(site: Site) -> dict[str, list[dict[str, Any]]]:
    """All rows of the site's portfolio, by table and column. Needs its scope."""
    found = {}
    for name, table in TABLES.items():
        if table.export:
            found[name] = [dict(zip(table.columns, row, strict=True)) for row in table.export(site)]
    return found


def faults(
    books: AgencyBooks, report: ImportReport, stored: dict[str, list[dict[str, Any]]], *, was_empty: bool
) -> list[str]:
    """What an accepted import lost, made up or did not name. Rows in are rows stored, known, or named by their line."""
    told = " ".join(remark.reason for remark in report.warnings)
    lines_named = {
        (remark.source, remark.line) for remark in report.warnings if remark.line and remark.column in _OF_A_ROW
    }
    columns_named = {(remark.source, remark.column) for remark in report.warnings}
    wrong: list[str] = []
    for page in (seen_page(books, page) for page in books.pages):
        if not page.table:
            if page.holds_something and page.title not in told:
                wrong.append(f"{page.source}: is left out without a word")
            continue
        for name in page.unknown:
            # Long ones are shortened, what is not seen is written out, and points are those of English.
            said = (" ".join(name.split())[:40], ascii(name)[1:-1][:40], name.replace(",", ".")[:40], str(_day(name)))
            said += ("=",) * (name == _NO_RESULT) + ((name.split("�")[0],) if "�" in name else ())
            if not any(words in told for words in said):
                wrong.append(f"{page.source}: the column {name!r} is left out without a word")
        left = list(stored[page.table])
        for line, row in page.rows:
            free = {column for column in row if (page.source, column) in columns_named}
            match = next((one for one in left if _is_row(page.table, row, one, free)), None)
            if match is not None:
                left.remove(match)
            elif not was_empty and any(_is_known(page.table, row, one) for one in stored[page.table]):
                continue
            elif (page.source, line) not in lines_named:
                wrong.append(f"{page.source} {line}: lost: {row}")
        if was_empty:
            wrong += [f"{page.source}: made up: {one}" for one in left if not _may_be_made(page.table, one)]
        named = sum(1 for line, _row in page.rows if (page.source, line) in lines_named)
        count = report.counts.get(page.table)
        taken = count.inserted + count.unchanged + count.closed if count else 0
        if not len(page.rows) - named <= taken <= len(page.rows):
            wrong.append(f"{page.source}: {len(page.rows)} rows, {named} named, {taken} counted")
    return wrong


def _is_row(table: str, row: dict[str, str], one: dict[str, Any], free: set[str]) -> bool:
    cells = dict(row)
    if "first_name" in cells:
        first, family = cells.pop("first_name"), cells.get("name", "")
        has = f"_{plain(first)}_" in f"_{plain(family)}_" and plain(first) != plain(family)
        cells["name"] = family if has or not _is_seen(first) else f"{first} {family}"
    return all(
        says(table, column, text, one.get(column)) or (column in free and column != "name")
        for column, text in cells.items()
    )


def _is_known(table: str, row: dict[str, str], one: dict[str, Any]) -> bool:
    """By its first column, and of instalments its month: then what is here stays."""
    key = next(iter(TABLES[table].columns))
    return says(table, key, row.get(key, ""), one[key])


def _may_be_made(table: str, one: dict[str, Any]) -> bool:
    if table == "payments":
        return one["method"] in {"deposit", "opening"}
    return table in {"instalments", "deposits", "owners"}


def outcome(report: ImportReport, usual: Counter[str]) -> str:
    """Read, remarked, refused or asked about."""
    if report.problem_count:
        return "refused"
    if report.asks:
        return "asked"
    return "remarked" if Counter(remark.reason for remark in report.warnings) != usual else "read"
