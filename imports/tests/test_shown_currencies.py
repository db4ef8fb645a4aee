"""An amount whose number format shows another currency than the site's is refused, in workbooks of each kind."""

import datetime as dt

import pytest
from openpyxl.styles.numbers import BUILTIN_FORMATS

from imports.tests.books import ods_book, ods_cell, read, xls_book, xlsx

pytestmark = pytest.mark.usefixtures("without_children", "in_english")


HEAD = ["Code", "Nom", "Client depuis"]
DAY = dt.date(2024, 1, 5)
OWED = ["Contrat", "Échéance", "Montant"]
REFUSED = [(2, "amount", "This is in another currency, {}: that of the site is GNF.")]


def refusals_of_an_amount(name, content):
    _sheet, rows, refused, remarks = read(name, content)
    assert remarks == []
    assert [row[:3] for row in rows] == ([] if refused else [("C-1", DAY, 1500)])
    return refused


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("[$USD] #,##0", "USD"),
        ('#,##0 "FCFA"', "FCFA"),
        ('0 "F CFA"', "F CFA"),
        ("#,##0\\ [$€-40C];[Red]\\-#,##0\\ [$€-40C]", "€"),
        ("_-* #,##0 [$XOF]_-", "XOF"),
        ('"loyer en FCFA: "0', "loyer en FCFA:"),
        ("€0.00", "€"),
        ('#,##0 "GNF"', ""),
        ("#,##0\\ [$FG-40C]", ""),
        ('#,##0 "F"', ""),
        ('#,##0 "par mois"', ""),
        ('#,##0;"FCFA "-0', ""),  # that is what a negative one would show
        ("[$-40C]#,##0", ""),
    ],
)
def test_a_number_format_that_shows_another_currency_is_refused_in_an_amount(code, other):
    lines = [OWED, ["C-1", DAY, 1500]]
    wanted = [(line, column, reason.format(other)) for line, column, reason in REFUSED] if other else []
    assert refusals_of_an_amount("a.xlsx", xlsx(lines, formats={"C2": code}, title="Échéances")) == wanted
    old = xls_book({"Échéances": [OWED, ["C-1", DAY, (1500,)]]}, own_format=code)
    assert refusals_of_an_amount("a.xls", old) == wanted


@pytest.mark.parametrize(
    ("shown", "other"), [("1 500 FCFA", "FCFA"), ("$1,500.00", "$"), ("1 500 GNF", ""), ("1 500", "")]
)
@pytest.mark.parametrize("kind", ["float", "currency"])
def test_a_currency_that_libreoffice_shows_counts_in_an_amount(shown, other, kind):
    cell_shown = ods_cell(1500, shown).replace('"float"', f'"{kind}"')
    wanted = [(line, column, reason.format(other)) for line, column, reason in REFUSED] if other else []
    assert refusals_of_an_amount("a.ods", ods_book({"Échéances": [OWED, ["C-1", DAY, cell_shown]]})) == wanted


def test_a_format_whose_currency_is_that_of_the_readers_computer_says_nothing():
    lines = [OWED, ["C-1", DAY, 1500]]
    assert refusals_of_an_amount("a.xlsx", xlsx(lines, formats={"C2": BUILTIN_FORMATS[44]}, title="Échéances")) == []


def test_a_code_that_is_shown_with_a_currency_is_its_number():
    content = xlsx([HEAD, [1500, "Bah", DAY]], formats={"A2": '#,##0 "FCFA"'})
    assert read("agence.xlsx", content)[1:3] == ([("1500", "Bah", DAY)], [])
