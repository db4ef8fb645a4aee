"""What random damages found to be lost in silence, kept from coming back."""

import datetime as dt

import pytest

from imports.read import SheetReader
from imports.sources import open_sources
from imports.tests.books import xls_book

pytestmark = pytest.mark.usefixtures("in_english")


def read(name, text):
    """The rows without their places; what is refused, and what is remarked, by column."""
    [sheet] = open_sources([(name, text.encode())])
    reader = SheetReader(sheet, country="GN", timezone=dt.UTC, currency="GNF")
    rows = [tuple(value for value in row[:-2] if value is not None) for row in reader.rows()]
    of_cells = [
        [(problem.column, problem.reason) for problem in found.listed] for found in (reader.problems, reader.remarks)
    ]
    return rows, *of_cells


@pytest.mark.parametrize("mark", ["\u200b", "\u200e", "\u202a", "\u202c", "\u2060", "\ufeff", "\xad", "\x01"])
def test_what_nobody_sees_is_no_part_of_a_cell(mark):
    text = f"code;type;adresse;loyer\nB-1{mark};{mark}Villa;{mark} ;700{mark}000\n"
    assert read("biens.csv", text) == ([("B-1", "house", 700_000)], [], [])


@pytest.mark.parametrize("mark", "\u202e\u202b\u2067")
def test_a_cell_that_is_shown_from_right_to_left_is_refused(mark):
    rows, refused, _remarks = read("biens.csv", f"code;type;loyer\nB-1;Villa;{mark}650000\n")
    assert rows == []
    sentence = "A mark of this cell shows it from right to left, as nobody wrote it: write the cell again."
    assert refused == [("market_rent", sentence)]


def test_the_phone_of_an_owner_without_a_name_has_a_remark():
    heads = "code;type;proprietaire;tel_proprietaire"
    _rows, refused, remarks = read("biens.csv", f"{heads}\nB-1;Villa;;620112233\nB-2;Villa;Bah;620112233\n")
    assert refused == []
    assert remarks == [("owner_phone", "The owner’s phone is left out: their name is missing.")]


@pytest.mark.parametrize(
    ("kind", "label", "is_said"),
    [("électricité", "Facture d’août", True), ("électricité", "Électricité d’août", False), ("électricité", "", False),
     ("charges", "Facture d’août", False), ("loyer", "Septembre", False)],
)  # fmt: skip
def test_the_word_of_a_charge_that_has_a_label_is_not_lost_in_silence(kind, label, is_said):
    text = f"contrat;echeance;montant;type;libelle\nC-1;05/09/2026;85000;{kind};{label}\n"
    _rows, refused, remarks = read("echeances.csv", text)
    assert refused == []
    assert remarks == [("kind", "Only the kind is kept of this word: the line has a label.")] * is_said


def test_a_workbook_whose_cell_holds_nul_is_refused_by_that_cell(without_children):
    content = xls_book({"Biens": [["Code", "Type", "Adresse"], ["B-1", "Villa", "Rue\0 12"]]})
    [sheet] = open_sources([("biens.xls", content)])
    reader = SheetReader(sheet, country="GN", timezone=dt.UTC, currency="GNF")
    assert list(reader.rows()) == []
    [problem] = reader.problems.listed
    assert (problem.line, problem.column) == (2, "address")
    assert problem.reason == "This cell holds what is no text: write it again."
