"""Files as they come: letters, separators, line ends, titles above the header, archives."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imports import sources
from imports.sources import open_sources
from imports.unreadable import UnreadableSource

pytestmark = pytest.mark.usefixtures("in_english")

TENANTS = [["Code", "Nom", "Téléphone"], ["T-1", "Aïssatou Bah", "620000001"], ["T-2", "Fodé Sylla", ""]]


def as_csv(rows, separator=";", end="\n"):
    return "".join(separator.join(row) + end for row in rows)


def read(content, name="tenants.csv"):
    [sheet] = open_sources([(name, content)])
    return sheet, list(sheet.rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_usual_way_of_saving_a_csv_reads_the_same(encoding, separator, end):
    sheet, rows = read(as_csv(TENANTS, separator, end).encode(encoding))
    assert sheet.columns == {0: "code", 1: "name", 2: "phone"}
    assert rows == [(2, ["T-1", "Aïssatou Bah", "620000001"]), (3, ["T-2", "Fodé Sylla", ""])]


def test_lines_above_the_header_and_empty_ones_are_passed_over_and_still_counted():
    content = "Agence de Kindia;;\n;;\nListe des locataires;;\n" + as_csv(TENANTS[:2]) + ";;\n" + as_csv(TENANTS[2:])
    _sheet, rows = read(content.encode())
    assert [line for line, _cells in rows] == [5, 7]


def test_a_cell_over_several_lines_keeps_the_count_of_lines_right():
    content = 'code;name\nT-1;"Aïssatou\nBah"\nT-2;Fodé\n'
    _sheet, rows = read(content.encode())
    assert rows == [(2, ["T-1", "Aïssatou\nBah"]), (4, ["T-2", "Fodé"])]


def test_a_separator_inside_quotes_does_not_count():
    sheet, rows = read('code,name\n"T-1","Bah; Aïssatou; dite; Aïcha"\n'.encode())
    assert rows == [(2, ["T-1", "Bah; Aïssatou; dite; Aïcha"])]
    assert sheet.columns == {0: "code", 1: "name"}


def test_columns_that_are_not_known_are_named():
    sheet, _rows = read(b"code;nom;couleur\nT-1;Bah;bleu\n")
    assert sheet.ignored == ("couleur",)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("tenants.csv", b"nom;telephone\nBah;620\n", "Columns missing: code; found: nom, telephone."),
        ("tenants.csv", b"", "Columns missing: code, name. The file is empty."),
        ("tenants.csv", b"code;nom;nom complet\nT;a;b\n", "Two columns mean the same: name"),
        ("tenants.csv", b"code;nom\nT-1;\x00\n", "NUL"),
        ("tenants.csv", b'code;nom\nT-1;"Bah\n', "quotation mark"),
        ("tenants.csv", b"code;nom\nT-1;\x81\x8d\n", "characters"),
        ("clients2.csv", b"code;nom\n", "does not say which table"),
        ("tenants.pdf", b"%PDF", "Only CSV, XLSX, XLS, ODS and zip"),
        ("tenants.xlsx", b"not a zip", "This is no workbook"),
        ("all.zip", b"PK\x03\x04 not a zip", "damaged"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(name, content, reason):
    with pytest.raises(UnreadableSource, match=reason):
        [list(sheet.rows) for sheet in open_sources([(name, content)])]


def test_too_many_rows_or_bytes_are_refused_with_the_limit(monkeypatch):
    monkeypatch.setattr(sources, "MAX_ROWS", 2)
    with pytest.raises(UnreadableSource, match="More than 2 rows"):
        read(b"code;nom\n" + b"T;Bah\n" * 3)
    monkeypatch.setattr(sources, "MAX_BYTES", 10)
    with pytest.raises(UnreadableSource, match="send it in parts"):
        read(b"code;nom\n" + b"T;Bah\n" * 3)


def test_one_table_in_two_files_is_refused():
    with pytest.raises(UnreadableSource, match=r"tenants\.csv already contains the same table"):
        open_sources([("tenants.csv", b"code;nom\n"), ("locataires.csv", b"code;nom\n")])


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_an_excel_file_has_one_sheet_per_table_and_other_sheets_are_left_out():
    content = workbook(Locataires=TENANTS, Notes=[["bonjour"]], Paiements=[["Contrat", "Date", "Montant", "Mode"]])
    assert [sheet.table for sheet in open_sources([("agence.xlsx", content)])] == ["tenants", "payments"]


def test_a_zip_holds_csv_files():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("export/locataires.csv", as_csv(TENANTS))
        archive.writestr("__MACOSX/locataires.csv", "x")
    [sheet] = open_sources([("tout.zip", target.getvalue())])
    assert (sheet.table, len(list(sheet.rows))) == ("tenants", 2)


def test_a_zip_that_unpacks_to_gigabytes_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(sources, "MAX_BYTES", 1000)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("tenants.csv", "0" * 100_000)
    with pytest.raises(UnreadableSource, match="unpacks to more"):
        open_sources([("tout.zip", target.getvalue())])


@settings(deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(["tenants.csv", "tenants.xlsx", "tenants.ods", "tenants.xls", "tenants.zip", "tenants", "x.csv"]),
)
def test_any_bytes_at_all_are_read_or_refused(content, name):
    try:
        for sheet in open_sources([(name, content)]):
            list(sheet.rows)
    except UnreadableSource:
        pass  # said so: any other error is what this test is for
