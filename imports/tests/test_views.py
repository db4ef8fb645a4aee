"""The import's pages, as a manager uses them: send, wait, read what came of it, correct, send again."""

import io
import re
import uuid
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports import runs
from imports.headings import column_in, column_named, table_named
from imports.models import ImportRun
from imports.pages.shapes import described_tables
from imports.pages.upload_limit import LARGEST_BODY
from imports.tables import TABLES
from imports.tests.pages import BIENS, LOCATAIRES, PAGE, good_files, kindia, only_run, person, result, send, text_of
from sites_app.actions import grant_membership
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db


# --- small files --------------------------------------------------------------------------------------------


def test_good_files_are_in_and_the_page_counts_them(manager):
    page = text_of(result(manager, send(manager, good_files())))
    assert "Every row has been imported." in page
    assert "Properties 2 0 0 Tenants 2 0 0 Contracts 2 0 0 Payments 1 0 0" in page
    assert kindia() == (2, 2, 2, 1)
    run = only_run()
    assert (run.state, run.started_by.username, run.problem_count) == ("done", "mariama", 0)
    assert run.file_names == ["biens.csv", "locataires.csv", "contrats.csv", "paiements.csv"]
    assert run.finished_at >= run.started_at


def test_the_same_files_a_second_time_change_nothing(manager):
    send(manager, good_files())
    page = text_of(result(manager, send(manager, good_files())))
    assert "Properties 0 0 2 Tenants 0 0 2 Contracts 0 0 2 Payments 0 0 1" in page
    assert kindia() == (2, 2, 2, 1)


def test_a_check_says_what_would_come_in_and_changes_nothing(manager):
    page = text_of(result(manager, send(manager, good_files(), dry_run="on")))
    assert "This was a check: nothing was changed." in page
    assert "Properties 2 0 0" in page
    assert kindia() == (0, 0, 0, 0)
    assert only_run().state == "checked"


def test_three_bad_rows_change_nothing_and_are_named_then_corrected_they_are_in(manager):
    bad = good_files(
        locataires="code;nom;téléphone\nL1;Mariama Camara;12\nL2;;620 00 00 02\n",
        paiements="contrat;date;montant;mode\nB1;31/02/2026;1 500 000;Espèces\n",
    )
    page = text_of(result(manager, send(manager, bad)))
    assert "Nothing was changed: 3 rows have errors." in page
    assert "locataires.csv 2 téléphone (phone) “12”" in page
    assert "locataires.csv 3 nom (name) — This cell must not be empty." in page
    assert "paiements.csv 2 date (received_on) “31/02/2026” There is no such day." in page
    assert kindia() == (0, 0, 0, 0)
    assert only_run().state == "refused"
    assert "Every row has been imported." in text_of(result(manager, send(manager, good_files())))
    assert kindia() == (2, 2, 2, 1)


def test_the_bad_rows_come_fifty_a_page(manager):
    rows = "".join(f"P{n};palais\n" for n in range(60))
    first = result(manager, send(manager, [SimpleUploadedFile("biens.csv", f"code;type\n{rows}".encode())]))
    assert first.content.decode().count("“palais”</td>") == 50
    second = manager.get(f"{PAGE}{only_run().pk}/?page=2")
    assert second.content.decode().count("“palais”</td>") == 10
    assert "Page 2 of 2" in text_of(second)


def test_the_report_names_every_bad_row_and_runs_no_formula(manager):
    text = 'code;type\nP1;"=HYPERLINK(""http://x"")"\nP2;-5\nP3;@SUM(A1)\nP4;+224 620 00 00 00\n'
    send(manager, [SimpleUploadedFile("biens.csv", text.encode())])
    report = manager.get(f"{PAGE}{only_run().pk}/report.csv")
    assert report["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="import-\d{4}-\d\d-\d\d.csv"', report["Content-Disposition"])
    content = report.content.decode("utf-8")
    assert content.startswith("\ufeffSort;File;Line;Column;Value;Reason\r\n")
    values = [line.split(";")[4] for line in content.splitlines()[1:]]
    assert values == ['"\'=HYPERLINK(""http://x"")"', "-5", "'@SUM(A1)", "+224 620 00 00 00"]
    assert [line.split(";")[:4] for line in content.splitlines()[1:]] == [
        ["Error", "biens.csv", str(line), "type (kind)"] for line in (2, 3, 4, 5)
    ]


def test_a_name_that_is_html_is_shown_as_it_is_written(manager):
    send(manager, [SimpleUploadedFile("biens.csv", b"code;type\nP1;<script>alert(1)</script>\n")])
    page = manager.get(f"{PAGE}{only_run().pk}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_a_zip_of_files_is_imported(manager):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("agence/biens.csv", BIENS)
        archive.writestr("agence/locataires.csv", LOCATAIRES)
    page = text_of(result(manager, send(manager, [SimpleUploadedFile("agence.zip", packed.getvalue())])))
    assert "Properties 2 0 0 Tenants 2 0 0" in page
    assert kindia()[:2] == (2, 2)


# --- what is refused before it is read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "Files · Choose at least one file."),
        ([("biens.pdf", b"%PDF")], "Files · “biens.pdf” is not a CSV, XLSX, XLS, ODS or zip file."),
        ([("biens.csv", b"")], "Files · “biens.csv” is empty."),
        ([("biens.csv", b"code;type\n")] * 21, "Files · At most 20 files at once."),
    ],
)
def test_a_bad_upload_names_the_field_and_the_reason(manager, files, sentence):
    answer = send(manager, [SimpleUploadedFile(name, content) for name, content in files])
    assert answer.status_code == 400
    assert sentence in text_of(answer)
    with site_scope(["GN_KINDIA"]):
        assert not ImportRun.objects.exists()


def test_files_of_more_than_50_mb_are_refused_by_their_sizes(manager, monkeypatch):
    monkeypatch.setattr("imports.pages.forms.MAX_BYTES", 100)
    answer = send(manager, good_files())
    assert answer.status_code == 400
    assert "Files · The files come to more than" in text_of(answer)


def test_a_body_far_too_large_is_thrown_away_as_it_comes_and_the_page_says_why(manager, monkeypatch):
    monkeypatch.setattr("imports.pages.upload_limit.LARGEST_BODY", 300)
    assert LARGEST_BODY > 50 * 1024 * 1024
    answer = send(manager, good_files())
    assert answer.status_code == 400
    assert "Files · The files come to more than 50 MB: send them in parts." in text_of(answer)
    assert "Choose at least one file" not in text_of(answer)


def test_a_file_that_is_no_table_is_refused_with_its_name(manager):
    page = text_of(result(manager, send(manager, [SimpleUploadedFile("biens.xlsx", b"not a workbook")])))
    assert "Nothing was changed: 1 row has an error." in page
    assert "biens.xlsx — — — This is no workbook, whatever its ending says" in page


# --- who sees what --------------------------------------------------------------------------------------------


def test_an_import_of_another_site_is_not_found_and_its_progress_not_told(manager, client):
    with site_scope(["GN_CONAKRY"]):
        run = ImportRun.objects.create(site_id="GN_CONAKRY", file_names=["secret.csv"])
    runs.tell_progress(run, "secret.csv", 5)
    for address in (f"{PAGE}{run.pk}/", f"{PAGE}{run.pk}/report.csv", f"{PAGE}{uuid.uuid4()}/"):
        assert client.get(address).status_code == 404
    assert "secret" not in client.get(PAGE).content.decode()


def test_an_agent_may_not_import(client):
    client.force_login(person("awa", "GN_KINDIA", "agent"))
    assert client.get(PAGE).status_code == 403
    assert send(client, good_files()).status_code == 403
    assert kindia() == (0, 0, 0, 0)


def test_all_my_sites_asks_to_choose_one(client):
    user = person("fatou", "GN_KINDIA")
    grant_membership(user=user, site=Site.objects.get(pk="GN_CONAKRY"), role="manager")
    client.force_login(user)
    for address in ("import/", "export/tenants.csv"):
        answer = client.get(f"/ALL/leasing/{address}")
        assert answer.status_code == 403
        assert "Choose one site" in text_of(answer)


def test_the_history_takes_the_same_few_statements_however_long_it_is(manager):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            assert manager.get(PAGE).status_code == 200
        return len(captured)

    user = User.objects.get(username="mariama")

    def more(number):
        with site_scope(["GN_KINDIA"]):
            for _ in range(number):
                ImportRun.objects.create(site_id="GN_KINDIA", started_by=user, file_names=["biens.csv"])

    more(1)
    few = statements()
    more(30)
    assert statements() == few <= 12
    assert "Page 1 of 4" in text_of(manager.get(PAGE))


@pytest.mark.parametrize("language", ["fr", "en", "sus"])
def test_the_files_that_the_page_describes_are_those_that_the_import_takes(language):
    shapes = described_tables(language)
    assert [shape.table for shape in shapes] == list(TABLES)
    for shape in shapes:
        assert table_named(shape.name) == shape.table
        assert {column_named(shape.table, name) for name in shape.required} == TABLES[shape.table].required
        columns = [column_named(shape.table, name) for name in (*shape.required, *shape.optional)]
        assert sorted(columns) == sorted(TABLES[shape.table].columns)


@pytest.mark.parametrize(
    ("language", "source", "column", "shown"),
    [
        ("fr", "paiements.csv", "received_on", "date"),
        ("sus", "agence.xlsx · Locataires", "name", "nom"),
        ("fr", "Contrats.xlsx · Feuil1", "monthly_rent", "loyer"),
        ("en", "paiements.csv", "received_on", "received_on"),
        ("fr", "paiements.csv", "", ""),
        ("fr", "note.pdf", "", ""),
    ],
)
def test_a_bad_cell_is_named_by_its_column_in_the_readers_words(language, source, column, shown):
    assert column_in(language, source, column) == shown


def test_a_length_that_is_no_number_is_none(manager):
    assert manager.post(PAGE, {"files": []}, CONTENT_LENGTH="zz").status_code == 400
