"""Workbooks of each kind say the same: what the clerk sees on the screen, or a refusal that names the cell."""

import datetime as dt
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.sources import open_sources
from imports.spreadsheets.formats import number_as_shown, worth_showing
from imports.spreadsheets.sheets import Merges
from imports.tests.books import ods_book, ods_cell, ods_row, read, xls_book, xls_stream, xlsx
from imports.tests.hostile import MAIN, archive, cell, row, sheet_of, workbook
from imports.unreadable import UnreadableSource

pytestmark = pytest.mark.usefixtures("without_children", "in_english")

NO_RESULT = "This formula has no result in the file. Open the file in its program, save it and send it again."
AN_ERROR = "This is an error of the spreadsheet, and no value."


HEAD = ["Code", "Nom", "Client depuis"]
DAY = dt.date(2024, 1, 5)
SEEN = [("0012", "Aïssatou Bah", DAY), ("T-2", "Fodé Sylla", DAY)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("agence.xlsx", lambda: xlsx([HEAD, [12, "Aïssatou Bah", DAY], ["T-2", "Fodé Sylla", DAY]], formats={"A2": "0000"})),
        ("agence.xls", lambda: xls_book({"Locataires": [HEAD, [(12,), "Aïssatou Bah", DAY], ["T-2", "Fodé Sylla", DAY]]})),
        ("agence.xls", lambda: xls_stream({"Locataires": [HEAD, [(12,), "Aïssatou Bah", DAY], ["T-2", "Fodé Sylla", DAY]]})),
        ("agence.ods", lambda: ods_book({"Locataires": [HEAD, [ods_cell(12, "0012"), "Aïssatou Bah", DAY], ["T-2", "Fodé Sylla", DAY]]})),
    ],
)  # fmt: skip
def test_a_code_is_what_its_number_format_shows_in_every_kind(name, content):
    _sheet, rows, refused, remarks = read(name, content())
    assert (rows, refused, remarks) == (SEEN, [], [])


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (12, "0000", "0012"),
        (12, '"C-"000', "C-012"),
        (12, "\\L\\-00", "L-12"),
        (12345, "000", None),
        (620123456, "000\\ 00\\ 00\\ 00", None),  # the same digits, in groups
        (20123456, '"+224 "00 00 00 00', "+224 20 12 34 56"),
        (1234, "00-00", "12-34"),
        (12, "General", None),
        (12.0, "0", None),
        (0.12, "0%", None),
        (620000000, "0.0E+00", None),
        (700000, "#,##0", None),
        (12, "0.00", None),
        (-5, '000;"moins "000', "moins 005"),
        (0, '000;-000;"rien"', None),
        (12, '[Red]000_ ', "012"),
        (12, "[$-40C]000", None),
        (12, ";;;", None),
        (12, "", None),
        (float("nan"), "000", None),
    ],
)  # fmt: skip
def test_a_number_is_shown_as_its_format_writes_it(number, code, shown):
    assert number_as_shown(number, code) == shown


@given(st.integers(0, 10**12), st.integers(1, 12))
def test_a_code_of_zeros_has_the_digits_of_its_number_and_leading_zeros(number, places):
    shown = number_as_shown(number, "0" * places)
    assert (shown or str(number)) == f"{number:0{places}}"


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12))
def test_any_number_format_at_all_shows_a_text_or_nothing(number, code):
    assert number_as_shown(number, code) != ""


@pytest.mark.parametrize(
    ("text", "number", "shown"),
    [("0012", 12, "0012"), ("12", 12, None), ("1 234", 1234, None), ("6,2E+08", 620000000, None), ("12,5 %", 0.125, None),
     ("06 20 00 00 00", 620000000, "06 20 00 00 00"), ("0,50", 0.5, None), ("", 5, None)],
)  # fmt: skip
def test_what_libreoffice_shows_counts_where_it_is_more_than_the_number(text, number, shown):
    assert worth_showing(text, number) == shown


def test_a_phone_shown_in_powers_of_ten_is_read_from_its_whole_number():
    rows = [["Code", "Nom", "Téléphone"], ["T-1", "Bah", 620000001]]
    _sheet, read_rows, refused, _remarks = read("agence.xlsx", xlsx(rows, formats={"C2": "0.0E+00"}))
    assert (read_rows, refused) == ([("T-1", "Bah", "+224620000001")], [])
    wide = {"Locataires": [rows[0], ["T-1", "Bah", ods_cell(620000001, "6,2E+08")]]}
    assert read("agence.ods", ods_book(wide))[1] == read_rows


@pytest.mark.parametrize("told", ["A1", "A1:B2", "A1:XFD1048576", "nothing"])
def test_the_size_that_a_sheet_says_it_has_is_never_believed(told):
    rows = "".join(row(n, cell(f"A{n}", f"T-{n}"), cell(f"B{n}", "Bah")) for n in range(2, 14))
    content = sheet_of(rows).replace("<sheetData>", f'<dimension ref="{told}"/><sheetData>')
    assert len(read("agence.xlsx", workbook(content))[1]) == 12


ERRORS = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#NOM?", "#VALEUR!", "#NOMBRE!", "#NUL!",
          "#SPILL!", "#EPARS!", "Err:502", "Err :502", "Erreur : 502", "#####", "#GETTING_DATA"]  # fmt: skip


@pytest.mark.parametrize("word", ERRORS)
@pytest.mark.parametrize("column", ["nom", "email", "parrain"])
def test_an_error_word_is_refused_in_any_known_column(word, column):
    line = {"nom": "Bah", "email": "", "parrain": ""} | {column: word}
    content = "code;nom;email;parrain\nT-1;" + ";".join(line.values()) + "\n"
    own = {"nom": "name", "parrain": "referred_by"}.get(column, column)
    assert read("locataires.csv", content.encode())[2] == [(2, own, AN_ERROR)]


@pytest.mark.parametrize("word", ["N/A", "#5", "# 12", "Réf #N/A", "'#N/A", "A#REF!", "Err", "#"])
def test_what_only_looks_like_an_error_word_is_a_text(word):
    assert read("locataires.csv", f"code;nom\nT-1;{word}\n".encode())[2] == []


def test_an_error_in_a_column_that_is_not_known_is_left_out_with_it():
    sheet, rows, refused, _remarks = read("locataires.csv", b"code;nom;calcul\nT-1;Bah;#REF!\n")
    assert (sheet.ignored, rows, refused) == (("calcul",), [("T-1", "Bah")], [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("agence.xlsx", lambda: workbook(sheet_of('<row r="2"><c r="A2" t="inlineStr"><is><t>T-1</t></is></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'))),
        ("agence.xls", lambda: xls_book({"Locataires": [["Code", "Nom"], ["T-1", b"*"]]})),
        ("agence.ods", lambda: ods_book({"Locataires": [["Code", "Nom"], ["T-1", ods_cell("#REF!", more='calcext:value-type="error"')]]})),
        ("agence.ods", lambda: ods_book({"Locataires": [["Code", "Nom"], ["T-1", ods_cell(0, "Err:502", more='table:formula="of:=A1"')]]})),
    ],
)  # fmt: skip
def test_an_error_cell_is_refused_in_every_kind_of_workbook(name, content):
    assert read(name, content())[2] == [(2, "name", AN_ERROR)]


@pytest.mark.parametrize(
    "formula", ['<c r="B2"><f>A2&amp;"x"</f></c>', '<c r="B2"><f>A2</f><v></v></c>', '<c r="B2"><f>A2</f><v/></c>']
)
@pytest.mark.parametrize("column", ["nom", "email"])
def test_a_formula_without_its_result_is_refused_and_says_so(formula, column):
    head = row(1, cell("A1", "code"), cell("B1", column), cell("C1", "nom" if column == "email" else "email"))
    line = f'<row r="2">{cell("A2", "T-1")}{formula}{cell("C2", "Bah")}</row>'
    refused = read("agence.xlsx", workbook(sheet_of(line, head=head)))[2]
    assert (2, "name" if column == "nom" else "email", NO_RESULT) in refused


def test_a_formula_that_results_in_nothing_to_see_is_an_empty_cell():
    line = f'<row r="2">{cell("A2", "T-1")}{cell("B2", "Bah")}<c r="C2" t="str"><f>""</f><v></v></c></row>'
    head = row(1, cell("A1", "code"), cell("B1", "nom"), cell("C1", "email"))
    assert read("agence.xlsx", workbook(sheet_of(line, head=head)))[1:3] == ([("T-1", "Bah")], [])
    empty = ods_cell("", more='table:formula="of:=A1"')
    assert read("agence.ods", ods_book({"Locataires": [["Code", "Nom", "Email"], ["T-1", "Bah", empty]]}))[2] == []


def test_a_formula_of_libreoffice_without_a_result_is_refused_too():
    content = ods_book({"Locataires": [["Code", "Nom"], ["T-1", '<table:table-cell table:formula="of:=A1"/>']]})
    assert read("agence.ods", content)[2] == [(2, "name", NO_RESULT)]


# --- merged cells -------------------------------------------------------------------------------------------------

HOMES = [["Bailleur", "Code", "Type"], ["El Hadj Diallo", "V1", "Villa"], [None, "V2", "Villa"], [None, "V3", "Villa"]]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("biens.xlsx", lambda: xlsx(HOMES, merged=["A2:A4"], title="Biens")),
        ("biens.xls", lambda: xls_book({"Biens": HOMES}, merged=[(1, 3, 0, 0)])),
        ("biens.ods", lambda: ods_book({"Biens": [HOMES[0], [ods_cell("El Hadj Diallo", more='table:number-rows-spanned="3"'), "V1", "Villa"], *[['<table:covered-table-cell/>', *home[1:]] for home in HOMES[2:]]]})),
    ],
)  # fmt: skip
def test_an_owner_merged_over_three_homes_owns_all_three(name, content):
    sheet, rows, refused, _remarks = read(name, content())
    assert (rows, refused) == ([(f"V{n}", "house", "El Hadj Diallo") for n in (1, 2, 3)], [])
    assert sheet.remarks == ("The value of merged cells counts for each of them: A2:A4.",)


def test_an_amount_merged_over_two_payments_would_count_twice_and_is_refused():
    rows = [
        ["Contrat", "Date", "Montant", "Mode"],
        ["K-1", DAY, 700000, "cash"],
        ["K-1", dt.date(2024, 2, 5), None, "cash"],
    ]
    refused = read("paiements.xlsx", xlsx(rows, merged=["C2:C3"], title="Paiements"))[2]
    assert [(line, column) for line, column, _reason in refused] == [(3, "amount")]
    assert "merged over several cells" in refused[0][2]


def test_a_merged_cell_makes_no_rows_up():
    rows = [["Code", "Nom"], ["T-1", "Bah"], [None, None], [None, None]]
    assert read("agence.xlsx", xlsx(rows, merged=["A2:A4", "B2:B4"]))[1] == [("T-1", "Bah")]


def test_a_title_merged_over_the_header_is_no_data_and_no_remark():
    rows = [["Locataire", None, None], HEAD, ["T-1", "Bah", DAY]]
    sheet, read_rows, _refused, _remarks = read("agence.xlsx", xlsx(rows, merged=["A1:C1"]))
    assert (sheet.header, read_rows, sheet.remarks) == (2, [("T-1", "Bah", DAY)], ())


def test_a_title_merged_across_between_rows_is_left_out_with_a_remark():
    rows = [["Code", "Nom"], ["T-1", "Bah"], ["Immeuble Kaloum", None], ["T-2", "Sylla"]]
    _sheet, read_rows, _refused, remarks = read("agence.xlsx", xlsx(rows, merged=["A3:B3"]))
    assert read_rows == [("T-1", "Bah"), ("T-2", "Sylla")]
    assert remarks == [(3, "This line is left out: it is a title across the columns.")]


def test_a_header_of_two_lines_goes_on_where_its_headings_are_merged_down():
    rows = [["Code", "Nom", "Contact", None], [None, None, "Téléphone", "Email"], ["T-1", "Bah", "620000001", "a@b.gn"]]
    sheet, read_rows, _refused, _remarks = read("agence.xlsx", xlsx(rows, merged=["A1:A2", "B1:B2", "C1:D1"]))
    assert sheet.columns == {0: "code", 1: "name", 2: "phone", 3: "email"}
    assert read_rows == [("T-1", "Bah", "+224620000001", "a@b.gn")]


@given(st.lists(st.tuples(*[st.integers(1, 6)] * 4), max_size=6), st.integers(1, 8))
def test_a_merge_fills_its_own_cells_only_and_never_over_another_value(made, last):
    ranges = [(min(a, b), min(c, d), max(a, b), max(c, d)) for a, b, c, d in made]
    merges = Merges(ranges, last)
    for line in range(1, 8):
        own = {column: f"{line}.{column}" for column in (1, 3, 5)}
        cells = dict(own)
        merges.fill(line, cells)
        assert own.items() <= cells.items()
        for column in cells.keys() - own.keys():
            assert column <= last
            assert any(top <= line <= low and left <= column <= right for top, left, low, right in ranges)


# --- what is hidden, which sheet ------------------------------------------------------------------------------------


def test_hidden_lines_are_read_and_said():
    rows = [["Code", "Nom"], ["T-1", "Bah"], ["T-2", "Sylla"]]
    for name, content in (
        ("agence.xlsx", xlsx(rows, hidden=[3])),
        ("agence.xls", xls_book({"Locataires": rows}, hidden=[3])),
        ("agence.ods", ods_book({"Locataires": [*rows[:2], ods_row(*rows[2], more='table:visibility="filter"')]})),
    ):
        sheet, read_rows, _refused, _remarks = read(name, content)
        assert len(read_rows) == 2
        assert sheet.remarks == ("Hidden lines were read like the others: 3.",)


def test_a_hidden_column_and_a_hidden_sheet_are_read_and_said():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Locataires"
    sheet.append(["Code", "Nom", "Email"])
    sheet.append(["T-1", "Bah", "a@b.gn"])
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("Notes")
    sheet.sheet_state = "hidden"
    book.active = 1
    target = io.BytesIO()
    book.save(target)
    found, rows, _refused, _remarks = read("agence.xlsx", target.getvalue())
    assert rows == [("T-1", "Bah", "a@b.gn")]
    assert found.remarks == (
        "This sheet is hidden; it was read like the others.",
        "Hidden columns were read like the others: C.",
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("locataires.xls", lambda: xls_book({"Feuil1": [["Code", "Nom"], ["T-1", "Bah"]], "Feuil2": [], "Feuil3": []})),
        ("locataires.ods", lambda: ods_book({"Feuille1": [["Code", "Nom"], ["T-1", "Bah"]], "Feuille2": []})),
        ("locataires.xlsm", lambda: xlsx([["Code", "Nom"], ["T-1", "Bah"]], title="Feuil1")),
    ],
)
def test_the_only_sheet_that_holds_something_is_what_its_file_is_called(name, content):
    assert read(name, content())[1] == [("T-1", "Bah")]


def test_the_sheets_of_a_workbook_come_in_any_order_and_others_are_named():
    tenants, homes = [["Code", "Nom"], ["T-1", "Bah"]], [["Code", "Type"], ["V-1", "Villa"]]
    for ending, make in ((".ods", ods_book), (".xls", xls_book)):
        sheets = open_sources(
            [("agence" + ending, make({"Notes": [["x"]], "Locataires": tenants, "Vide": [], "Biens": homes}))]
        )
        assert [(sheet.table, len(list(sheet.rows))) for sheet in sheets] == [("tenants", 1), ("properties", 1)]
        assert sheets[0].left_out == ("Notes",)


def test_repeated_rows_and_cells_of_libreoffice_stand_where_they_are_seen():
    rows = [
        ods_row("Code", "Nom"),
        ods_row(more='table:number-rows-repeated="3"'),
        ods_row("T-1", "Bah"),
        ods_row(more='table:number-rows-repeated="1048000"'),
    ]
    [sheet] = open_sources([("agence.ods", ods_book({"Locataires": rows}))])
    assert list(sheet.rows) == [(5, ["T-1", "Bah"])]


def test_a_note_on_a_cell_is_no_part_of_its_text():
    noted = (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>vu</text:p></office:annotation>'
        '<text:p>Aïssatou<text:s text:c="2"/><text:span>Bah</text:span></text:p></table:table-cell>'
    )
    assert read("agence.ods", ods_book({"Locataires": [["Code", "Nom"], ["T-1", noted]]}))[1] == [
        ("T-1", "Aïssatou Bah")
    ]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.ods", lambda: ods_book({"Biens": []}, ("META-INF/manifest.xml", "<encryption-data/>")), "This file is locked with a password."),
        ("a.ods", lambda: archive(("mimetype", "x"), ("encrypted-package", "x")), "This file is locked with a password."),
        ("a.xls", lambda: xls_book({"Biens": []}, stream="EncryptedPackage"), "This file is locked with a password."),
        ("a.xlsx", lambda: xls_book({"Biens": []}, stream="EncryptedPackage"), "This file is locked with a password."),
        ("a.xls", lambda: b"<html><table><tr><td>Code</td></tr></table></html>", "This is no workbook, whatever its ending says"),
        ("a.xls", lambda: b"Code\tNom\nT-1\tBah\n", "This is no workbook, whatever its ending says"),
        ("a.ods", lambda: archive(("mimetype", "x"), ("content.xml", "<a>")), "This file is damaged."),
        ("a.xls", lambda: xls_book({"Biens": []})[:700], "This file is damaged."),
        ("a.ods", lambda: ods_book({"Notes": [["x"]]}), "There is no table in it. Not named after a table: a.ods (Notes)."),
    ],
)  # fmt: skip
def test_a_workbook_that_cannot_be_read_is_refused_with_the_reason(name, content, reason):
    with pytest.raises(UnreadableSource) as refused:
        [list(sheet.rows) for sheet in open_sources([(name, content())])]
    assert refused.value.reason.startswith(reason)


@pytest.mark.parametrize("value", [dt.date(2026, 2, 1), dt.time(10, 30), True])
def test_a_code_that_the_spreadsheet_made_a_day_of_is_refused(value):
    refused = read("agence.xlsx", xlsx([["Code", "Nom"], [value, "Bah"]]))[2]
    assert [(line, column) for line, column, _reason in refused] == [(2, "code")]
    assert refused[0][2].startswith("The spreadsheet took this for a day")


def test_a_character_that_was_lost_before_is_refused_by_its_cell():
    refused = read("locataires.csv", "code;nom\nT-1;A�ssatou\n".encode())[2]
    assert [(line, column) for line, column, _reason in refused] == [(2, "name")]
    strings = workbook(sheet_of(row(2, cell("A2", "T-1"), cell("B2", "Cond�"))), strings=f'<sst xmlns="{MAIN}"/>')
    assert [(line, column) for line, column, _reason in read("agence.xlsx", strings)[2]] == [(2, "name")]
