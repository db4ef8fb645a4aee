"""A small agency's portfolio with a sheet for each table, and what it looks like as a file of each kind."""

import datetime as dt
import io
from dataclasses import dataclass, field, replace
from typing import Any

import openpyxl

from imports.tests.books import ods_book, xls_book

Line = list[Any]
File = tuple[str, bytes]
D = dt.date


def _moment(*parts: int) -> dt.datetime:
    return dt.datetime(*parts)  # noqa: DTZ001 -- a spreadsheet knows no zones


@dataclass(frozen=True)
class ScreenPage:
    """A sheet as it stands on the screen: its lines from the first, cells as a person sees them."""

    title: str
    lines: tuple[Line, ...]
    hidden: bool = False
    merged: tuple[str, ...] = ()
    claims: str = ""
    """The size that it says it has."""
    letters: str = "utf-8"
    """Of a CSV."""
    spoiled: Any = None
    """Of a CSV: what becomes of its bytes."""
    can_be_undone: bool = False
    """Whether a person who knows what was done to the bytes can read all of them."""


@dataclass(frozen=True)
class AgencyBooks:
    """The pages of an agency, and the kind of file that they are in."""

    kind: str
    pages: tuple[ScreenPage, ...] = field(repr=False)

    def source(self, page: ScreenPage) -> str:
        """How a report calls it."""
        return f"{page.title}.csv" if self.kind == "csv" else f"agence.{self.kind} · {page.title}"

    def files(self) -> list[File]:
        """What is sent."""
        if self.kind == "csv":
            return [(f"{page.title}.csv", csv_of(page)) for page in self.pages]
        made = {"xlsx": _xlsx, "ods": _ods, "xls": _xls}[self.kind](self.pages)
        return [(f"agence.{self.kind}", made)]

    def with_page(self, at: int, page: ScreenPage) -> "AgencyBooks":
        return replace(self, pages=(*self.pages[:at], page, *self.pages[at + 1 :]))


class Raw(str):
    """What stands in a CSV without the quotation marks that it needs."""


def as_seen(cell: Any) -> str:
    """A cell as a French screen shows it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "VRAI" if cell else "FAUX"
    if isinstance(cell, dt.datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, dt.date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell).replace(".", ",")
    return str(cell)


def csv_of(page: ScreenPage) -> bytes:
    """The bytes of a page's CSV."""
    text = "\n".join(";".join(map(_in_csv, line)) for line in page.lines) + "\n"
    content = text.encode(page.letters, "replace")
    return page.spoiled(content) if page.spoiled else content


def _in_csv(cell: Any) -> str:
    text = as_seen(cell)
    if isinstance(cell, Raw) or not any(mark in text for mark in ';"\n\r'):
        return text
    return '"' + text.replace('"', '""') + '"'


def _xlsx(pages: tuple[ScreenPage, ...]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for page in pages:
        sheet = book.create_sheet(page.title)
        for line in page.lines:
            sheet.append(line)
        sheet.sheet_state = "hidden" if page.hidden else "visible"
        for place in page.merged:
            sheet.merge_cells(place)
        if page.claims:
            sheet.calculate_dimension = lambda claims=page.claims: claims
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _ods(pages: tuple[ScreenPage, ...]) -> bytes:
    styles = "".join(
        f'<style:style style:name="of_{page.title}" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
        for page in pages
        if page.hidden
    )
    return ods_book({page.title: [[_plain(c) for c in line] for line in page.lines] for page in pages}, styles=styles)


def _xls(pages: tuple[ScreenPage, ...]) -> bytes:
    return xls_book(
        {page.title: [[_plain(cell) for cell in line] for line in page.lines] for page in pages},
        hidden_sheets=[page.title for page in pages if page.hidden],
    )


def _plain(cell: Any) -> Any:
    # The writers of tests know neither an hour with its day nor a yes.
    if isinstance(cell, str):
        return str(cell)
    return as_seen(cell) if isinstance(cell, bool | dt.datetime) else cell


def good_books(kind: str) -> AgencyBooks:
    """AgencyBooks that come in whole, without a word."""
    pages = tuple(ScreenPage(title, (list(heads), *map(list, lines))) for title, heads, lines in _AGENCY)
    return AgencyBooks(kind, pages)


_AGENCY = (
    (
        "Bailleurs",
        ["Nom", "Téléphone", "Email"],
        [
            ["Hadja Néné Barry", "620 11 22 33", "nene@example.org"],
            ["Société Générale des Bâtiments", "664 44 55 66", None],
            ["Élie Guilavogui", None, None],
        ],
    ),
    (
        "Biens",
        ["Code", "Type", "Adresse", "Quartier", "Propriétaire", "Téléphone propriétaire", "Valeur locative", "Statut"],
        [
            ["B-1", "Villa", "Rue 12, près du marché", "Manquépas", "Hadja Néné Barry", "620 11 22 33", 700000, "Loué"],
            ["B-2", "Appartement", None, "Tafory", "Élie Guilavogui", None, 650000, "Loué"],
            ["B-3", "Boutique", "Gare routière", "Manquépas", None, None, 1200000, "Libre"],
            ["B-4", "Studio", None, "Cité", None, None, 300000, "Travaux"],
        ],
    ),
    (
        "Locataires",
        ["Code", "Prénom", "Nom", "Tel", "Langue", "Profession", "Parrain", "Client depuis"],
        [
            ["T-1", "Aïssatou", "Bah", "620 12 34 56", "français", "commerçant", None, D(2024, 1, 5)],
            ["T-2", "Fodé", "Sylla", "664 00 11 22", "soussou", "salarié", "T-1", D(2024, 2, 10)],
            ["T-3", "Mory", "Condé", None, None, "étudiant", None, None],
            ["T-4", "Kadiatou", "Diallo", "628 99 88 77", "français", None, "T-2", D(2025, 7, 1)],
        ],
    ),
    (
        "Contrats",
        ["Contrat", "Bien", "Locataire", "Début", "Fin", "Loyer", "Jour de paiement", "Caution", "Date sortie"],
        [
            ["C-1", "B-1", "T-1", D(2026, 1, 1), D(2026, 12, 31), 700000, 5, 1400000, None],
            ["C-2", "B-2", "T-2", D(2026, 2, 1), None, 650000, 10, 650000, None],
            ["C-3", "B-3", "T-3", D(2025, 9, 1), None, 1200000, 5, None, D(2026, 8, 31)],
            ["C-4", "B-3", "T-4", D(2026, 9, 1), None, 1250000, 1, None, None],
        ],
    ),
    ("Augmentations", ["Contrat", "À partir de", "Loyer"], [["C-2", D(2026, 8, 1), 680000], ["C-4", D(2026, 11, 1), 1300000]]),
    (
        "Échéances",
        ["Contrat", "Échéance", "Montant", "Type", "Libellé"],
        [
            ["C-1", D(2026, 9, 5), 700000, "loyer", None],
            ["C-1", D(2026, 10, 5), 700000, "loyer", None],
            ["C-1", D(2026, 10, 20), 85000, "électricité", "Facture d’août"],
            ["C-2", D(2026, 9, 10), 680000, "loyer", None],
            ["C-2", D(2026, 10, 10), 680000, None, None],
        ],
    ),
    (
        "Paiements",
        ["Contrat", "Date", "Montant", "Mode", "Opérateur", "Référence"],
        [
            ["C-1", D(2026, 9, 6), 700000, "Espèces", None, "R-101"],
            ["C-1", D(2026, 10, 7), 500000, "Virement", None, "R-102"],
            ["C-2", D(2026, 9, 12), 680000, "Mobile money", "Orange", "MP260912.1234"],
            ["C-2", D(2026, 10, 12), 340000, "Espèces", None, None],
            ["C-2", D(2026, 10, 30), 340000, "Chèque", None, "R-104"],
            ["C-4", D(2026, 9, 2), 1250000, "Espèces", None, "0012"],
        ],
    ),
    (
        "Cautions",
        ["Contrat", "État", "Montant rendu", "Rendu le", "Montant reçu"],
        [["C-1", "détenue", None, None, 1400000], ["C-2", "détenue", None, None, 650000]],
    ),
    (
        "Préavis",
        ["Contrat", "Type", "Émis le", "État"],
        [["C-3", "congé", D(2026, 5, 20), "accusé"], ["C-1", "renouvellement", D(2026, 10, 1), "envoyé"]],
    ),
    (
        "Litiges",
        ["Contrat", "Motif", "Ouvert le", "Résolu le"],
        [["C-1", "impayé", D(2026, 10, 25), None], ["C-3", "dégradation", D(2026, 9, 1), D(2026, 9, 20)]],
    ),
    (
        "Demandes",
        ["Locataire", "Bien", "Catégorie", "Ouverte le", "Priorité", "Close le"],
        [["T-1", "B-1", "plomberie", D(2026, 10, 2), "haute", D(2026, 10, 4)], ["T-2", "B-2", "électricité", D(2026, 11, 3), "normale", None]],
    ),
    (
        "Contacts",
        ["Locataire", "Canal", "Date heure", "Sens", "Note"],
        [
            ["T-1", "appel", _moment(2026, 10, 26, 9, 30), "sortant", "Rappelé pour le solde; paiera vendredi"],
            ["T-2", "visite", _moment(2026, 11, 4, 16, 5), "sortant", "Vu à l’agence"],
            ["T-4", "SMS", _moment(2026, 11, 5, 8, 0), "entrant", None],
        ],
    ),
    (
        "Enquêtes",
        ["Locataire", "Enquête", "Note", "Date", "Commentaire"],
        [["T-1", "satisfaction", 8, D(2026, 10, 30), "Très bien"], ["T-2", "recommandation", 9, D(2026, 11, 6), None]],
    ),
)  # fmt: skip
