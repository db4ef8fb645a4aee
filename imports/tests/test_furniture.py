"""What stands in files beside their rows: totals, headers once more, titles, separators that are told, other files."""

import datetime as dt
import io
import zipfile

import pytest
from django.core.management import call_command
from django.utils import translation

from imports.read import SheetReader
from imports.run import run_import
from imports.sources import open_sources, read_folder
from imports.tests.agencies import TODAY, nothing_but_payments
from imports.tests.books import ods_book, xls_book
from imports.unreadable import UnreadableSource
from leasing.models import Tenant
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.usefixtures("in_english")


def read(name, text):
    [sheet] = open_sources([(name, text.encode())])
    reader = SheetReader(sheet, country="GN", timezone=dt.UTC, currency="GNF")
    rows = [row[0] for row in reader.rows()]
    return (
        rows,
        [problem.line for problem in reader.problems.listed],
        [(p.line, p.reason) for p in reader.remarks.listed],
    )


TOTAL = "This line is left out: it is a total."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("locataires.csv", "code;nom;telephone\nT-1;Bah;\nTOTAL;2;\n"),
        ("locataires.csv", "code;nom\nT-1;Bah\nTotal général;\n"),
        ("locataires.csv", "code;nom\nT-1;Bah\n;Sous-total\n"),
        ("locataires.csv", "code;nom\nT-1;Bah\nTotal : 12 locataires;\n"),
        ("paiements.csv", "contrat;date;montant;mode\nT-1;05/01/2026;700000;cash\nTOTAL;;700 000;\n"),
        ("paiements.csv", "contrat;date;montant;mode\nT-1;05/01/2026;700000;cash\n;Total du mois;700 000;\n"),
        ("paiements.csv", "contrat;date;montant;mode;operateur\nT-1;05/01/2026;700000;cash;\n;;700 000;;Total\n"),
        ("biens.csv", "code;type\nT-1;villa\nTotaux;14\n"),
        ("bailleurs.csv", "nom;telephone\nT-1;620112233\nTotal : 1;\n"),
    ],
)  # fmt: skip
def test_a_total_is_left_out_with_a_remark(name, text):
    assert read(name, text) == (["T-1"], [], [(3, TOTAL)])


@pytest.mark.parametrize(
    "line", ["T-2;Total", "T-2;Total Energies SA", "TOTAL;Mamadou Bah", "TOTAL-1;2 frères Bah", "T-2;Sous-total Diallo"]
)
def test_a_tenant_called_total_with_a_code_is_a_tenant(line):
    assert read("locataires.csv", f"code;nom\nT-1;Bah\n{line}\n") == (["T-1", line.split(";")[0]], [], [])


@pytest.mark.parametrize("line", [";Total Energies SA", "T-2;", "TOTO;"])
def test_a_row_that_only_looks_like_a_total_is_refused_as_before(line):
    assert read("locataires.csv", f"code;nom\nT-1;Bah\n{line}\n") == (["T-1"], [3], [])


def test_the_header_on_each_printed_page_is_left_out_with_a_remark():
    rows, refused, remarks = read(
        "locataires.csv", "Code;Nom;Tél\nT-1;Bah;\nCode;Nom;Tél\nT-2;Sow;\ncode;nom complet;\n"
    )
    assert (rows, refused) == (["T-1", "T-2"], [])
    assert remarks == [(n, "This line is left out: it is the header once more.") for n in (3, 5)]


@pytest.mark.parametrize("said", ["sep=;\n", "sep=|\r\n", '"sep=,"\n', "SEP=\t\n"])
def test_a_separator_that_excel_says_in_the_first_line_is_obeyed(said):
    separator = said.strip('"\r\n')[4] if said.strip('"\r\n')[4:] else "\t"
    text = said + separator.join(["code", "nom", "email"]) + "\n" + separator.join(["T-1", "Bah; a,b|c", ""]) + "\n"
    if separator in "Bah; a,b|c":
        text = text.replace("Bah; a,b|c", '"Bah; a,b|c"')
    [sheet] = open_sources([("locataires.csv", text.encode())])
    assert list(sheet.rows) == [(3, ["T-1", "Bah; a,b|c", ""])]


@pytest.mark.parametrize("separator", ",;\t|")
def test_unknown_headings_in_quotation_marks_are_named(separator):
    text = separator.join(['"Unit"', '"Resident"', '"Lease"']) + "\n" + separator.join(['"A-1"', '"Bah; x, y"', '"K"'])
    with pytest.raises(UnreadableSource, match=r"Columns missing: code, name; found: Unit, Resident, Lease\."):
        open_sources([("tenants.csv", text.encode())])


@pytest.mark.parametrize("make", [xls_book, ods_book])
def test_missing_columns_are_named_in_the_readers_own_words(make):
    content = make({"Baux": [["Unit", "Resident", "Lease"], ["A-1", "Bah", "K"]]})
    with translation.override("fr"), pytest.raises(UnreadableSource) as refused:
        open_sources([("agence.xls", content)])
    assert "début" in refused.value.reason
    assert "start_date" not in refused.value.reason
    assert "Unit, Resident, Lease" in refused.value.reason


def test_the_mark_of_utf8_in_the_middle_of_a_file_is_not_seen():
    rows = read("locataires.csv", "\ufeffcode;nom\nT-1;Bah\n\ufeffcode;nom\n\ufeffT-2;Sow\n")[0]
    assert rows == ["T-1", "T-2"]


# --- folders and zips ----------------------------------------------------------------------------------------------

HOMES = b"code;type\nV-1;villa\n"
LEASES = [["Contrat", "Bien", "Locataire", "D\u00e9but", "Loyer"], ["K-1", "V-1", "T-1", dt.date(2026, 1, 1), 700000.0]]
MONEY = [["Contrat", "Date", "Montant", "Mode"], ["K-1", dt.date(2026, 1, 5), 700000, "Esp\u00e8ces"]]


def agency():
    return {
        "biens.csv": HOMES,
        "locataires.csv": b"code;nom\nT-1;Bah\nTOTAL;1\n",
        "contrats.xls": xls_book({"Feuil1": LEASES, "Feuil2": [], "Feuil3": []}),
        "paiements.ods": ods_book({"Feuille1": MONEY}),
        "lisez-moi.pdf": b"%PDF",
        "notes.txt": b"bonjour",
        ".DS_Store": b"\0",
        "Thumbs.db": b"\0",
        "~$contrats.xls": b"\0",
    }


NOT_READ = "These files were not read: they are no spreadsheets, or not named after a table: lisez-moi.pdf, notes.txt."


def test_each_file_of_a_folder_is_read_or_named(tmp_path):
    for name, content in agency().items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "vieux").mkdir()
    files, passed_over = read_folder(tmp_path)
    assert [name for name, _content in files] == ["biens.csv", "contrats.xls", "locataires.csv", "paiements.ods"]
    assert passed_over == ["lisez-moi.pdf", "notes.txt", "vieux"]


def test_each_file_of_a_zip_is_read_or_named():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in agency().items():
            archive.writestr(f"mes fichiers/{name}", content)
        archive.writestr("__MACOSX/._biens.csv", b"\0")
    sheets = open_sources([("tout.zip", target.getvalue())])
    assert [sheet.table for sheet in sheets] == ["properties", "tenants", "contracts", "payments"]
    assert sheets[0].not_read == ("lisez-moi.pdf", "notes.txt")


@pytest.mark.django_db
def test_a_folder_of_three_kinds_of_files_is_imported_whole(tmp_path, capsys):
    for name, content in agency().items():
        (tmp_path / name).write_bytes(content)
    call_command("import_portfolio", str(tmp_path), site="GN_KINDIA")
    with site_scope(["GN_KINDIA"]):
        assert list(Tenant.objects.values_list("code", "name")) == [("T-1", "Bah")]
    assert nothing_but_payments() == 1
    said = capsys.readouterr().out
    assert "lisez-moi.pdf, notes.txt" in said
    assert "locataires.csv 3" in said


@pytest.mark.django_db
def test_what_is_left_out_is_among_the_remarks_of_the_report():
    files = [
        (name, content) for name, content in agency().items() if name.endswith(("csv", "ods", "xls")) and name[0] != "~"
    ]
    with site_scope(["GN_KINDIA"]):
        report = run_import(
            site=Site.objects.get(pk="GN_KINDIA"), files=files, by=None, today=TODAY, dry_run=True,
            passed_over=["lisez-moi.pdf", "notes.txt"],
        )  # fmt: skip
    assert report.problems == ()
    said = {(remark.source, remark.line, remark.reason) for remark in report.warnings}
    assert {("", 0, NOT_READ), ("locataires.csv", 3, TOTAL)} <= said
