"""The import's pages, as a manager uses them: send, wait, read what came of it, correct, send again."""

import io
import os
import re
import uuid
import zipfile

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from imports import runs
from imports.headings import column_named, table_named
from imports.jobs import import_portfolio
from imports.models import ImportRun
from imports.pages.shapes import column_in, described_tables
from imports.pages.upload_limit import LARGEST_BODY
from imports.tables import TABLES
from leasing.models import Contract, Payment, Property, Tenant
from outbox.models import Job
from sites_app.actions import grant_membership
from sites_app.models import Membership, Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db

PAGE = "/GN_KINDIA/leasing/import/"
BIENS = "code;type;quartier;loyer\nP1;Appartement;Manquépas;1 500 000 GNF\nP2;Villa;Tafory;2 000 000\n"
LOCATAIRES = "code;nom;téléphone\nL1;Mariama Camara;620 00 00 01\nL2;Sékou Touré;+224 620 00 00 02\n"
CONTRATS = "contrat;bien;locataire;début;loyer\nB1;P1;L1;01/01/2026;1 500 000\nB2;P2;L2;2026-02-01;2000000\n"
PAIEMENTS = "contrat;date;montant;mode\nB1;05/01/2026;1 500 000;Espèces\n"


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    return tmp_path / "imports"


@pytest.fixture
def manager(client):
    client.force_login(person("mariama", "GN_KINDIA"))
    return client


def person(name, code, role="manager"):
    user = User.objects.create(username=name, full_name=name.title(), preferred_language="en")
    grant_membership(user=user, site=Site.objects.get(pk=code), role=role)
    return user


def good_files(**instead):
    texts = {"biens": BIENS, "locataires": LOCATAIRES, "contrats": CONTRATS, "paiements": PAIEMENTS} | instead
    return [SimpleUploadedFile(f"{name}.csv", text.encode()) for name, text in texts.items()]


def send(client, files, **fields):
    return client.post(PAGE, {"files": files, **fields})


def result(client, answer):
    assert answer.status_code == 302, answer.content.decode()
    return client.get(answer["Location"])


def text_of(answer):
    html = answer.content.decode()
    main = re.search(r"<main.*</main>", html, re.DOTALL)
    words = re.sub(r"<[^>]+>", " ", main[0] if main else html)
    return re.sub(r"\s+", " ", words.replace("&nbsp;", " ").replace("\u202f", " "))


def kindia():
    """How many properties, tenants, contracts and payments the site has."""
    with site_scope(["GN_KINDIA"]):
        return tuple(model.objects.count() for model in (Property, Tenant, Contract, Payment))


def only_run():
    with site_scope(["GN_KINDIA"]):
        return ImportRun.objects.get()


# --- small files --------------------------------------------------------------------------------------------


def test_good_files_are_in_and_the_page_counts_them(manager):
    page = text_of(result(manager, send(manager, good_files())))
    assert "Every row is in." in page
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
    assert "Nothing was changed: 3 rows are not right." in page
    assert "locataires.csv 2 phone “12”" in page
    assert "locataires.csv 3 name — This cell must not be empty." in page
    assert "paiements.csv 2 received_on “31/02/2026” There is no such day." in page
    assert kindia() == (0, 0, 0, 0)
    assert only_run().state == "refused"
    assert "Every row is in." in text_of(result(manager, send(manager, good_files())))
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
        ["Error", "biens.csv", str(line), "kind"] for line in (2, 3, 4, 5)
    ]


def test_a_name_that_is_html_is_shown_as_it_is_written(manager):
    send(manager, [SimpleUploadedFile("biens.csv", b"code;type\nP1;<script>alert(1)</script>\n")])
    page = manager.get(f"{PAGE}{only_run().pk}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


# --- what is refused before it is read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "Files · Choose at least one file."),
        ([("biens.pdf", b"%PDF")], "Files · “biens.pdf” is not a CSV, XLSX or zip file."),
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
    assert "Files · Together the files have more than" in text_of(answer)


def test_a_body_far_too_large_is_thrown_away_as_it_comes_and_the_page_says_why(manager, monkeypatch):
    monkeypatch.setattr("imports.pages.upload_limit.LARGEST_BODY", 300)
    monkeypatch.setattr("imports.pages.views.LARGEST_BODY", 300)
    assert LARGEST_BODY > 50 * 1024 * 1024
    answer = send(manager, good_files())
    assert answer.status_code == 400
    assert "Files · Together the files have more than 50 MB: send them in parts." in text_of(answer)
    assert "Choose at least one file" not in text_of(answer)


def test_a_file_that_is_no_table_is_refused_with_its_name(manager):
    page = text_of(result(manager, send(manager, [SimpleUploadedFile("biens.xlsx", b"not a workbook")])))
    assert "Nothing was changed: 1 row is not right." in page
    assert "biens.xlsx — — — This file is damaged." in page


# --- large files ----------------------------------------------------------------------------------------------


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(runs, "SMALL_BYTES", 10)


def the_job():
    return Job.objects.get(name="imports.jobs.import_portfolio")


def do(job, callbacks):
    with callbacks(execute=True):
        return import_portfolio(str(job.pk))


def test_what_is_packed_counts_as_more_than_its_size():
    assert runs.is_large([("biens.csv", 1_900_000)]) is False
    assert runs.is_large([("biens.csv", 1_900_000), ("contrats.csv", 200_000)]) is True
    assert runs.is_large([("tout.XLSX", 300_000)]) is True
    assert runs.is_large([("tout.zip", 200_000)]) is False


def test_a_large_upload_waits_for_its_job_which_imports_it_and_removes_the_files(
    manager, large, uploads, django_capture_on_commit_callbacks
):
    answer = send(manager, good_files())
    waiting = manager.get(answer["Location"])
    assert "Waiting for its turn…" in text_of(waiting)
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    assert kindia() == (0, 0, 0, 0)
    stored = [path for path in uploads.rglob("*") if path.is_file()]
    assert len(stored) == 4
    assert all(re.fullmatch(r"[0-9a-f]{32}", path.name) for path in stored)
    assert "biens" not in str(the_job().kwargs)
    assert do(the_job(), django_capture_on_commit_callbacks) is True
    assert kindia() == (2, 2, 2, 1)
    assert "Every row is in." in text_of(manager.get(answer["Location"]))
    assert [path for path in uploads.rglob("*") if path.is_file()] == []


def test_a_large_upload_with_a_bad_row_is_refused_in_the_language_of_who_sent_it(
    manager, large, django_capture_on_commit_callbacks
):
    answer = send(manager, good_files(paiements="contrat;date;montant;mode\nB1;05/01/2026;beaucoup;Espèces\n"))
    do(the_job(), django_capture_on_commit_callbacks)
    page = text_of(manager.get(answer["Location"]))
    assert "paiements.csv 2 amount “beaucoup” This is not an amount. Write it like 1 500 000." in page
    assert kindia() == (0, 0, 0, 0)


def test_the_progress_is_seen_while_the_import_runs(manager, large, monkeypatch, django_capture_on_commit_callbacks):
    send(manager, good_files())
    seen = []

    def watched(**arguments):
        for stage, rows in (("paiements.csv", 12_000), ("check", 0), ("payments", 0), ("allocations", 0)):
            arguments["progress"](stage, rows)
            seen.append(runs.progress_of(run))
        return runs.ImportReport()

    run = only_run()
    monkeypatch.setattr(runs, "run_import", watched)
    do(the_job(), django_capture_on_commit_callbacks)
    assert [(progress.stage, progress.rows) for progress in seen] == [
        ("paiements.csv", 12_000),
        ("check", 0),
        ("payments", 0),
        ("allocations", 0),
    ]


@pytest.mark.parametrize(
    ("stage", "rows", "words"),
    [
        ("paiements.csv", 12_000, "Reading paiements.csv: line 12,000…"),
        ("check", 0, "Checking every row…"),
        ("payments", 0, "Writing: Payments…"),
        ("generated", 0, "Making the months to come…"),
        ("allocations", 0, "Allocating the payments to the rents…"),
    ],
)
def test_the_page_says_in_words_what_the_import_is_at(manager, large, stage, rows, words):
    address = send(manager, good_files())["Location"]
    runs.tell_progress(only_run(), stage, rows)
    assert words in text_of(manager.get(address))


def test_htmx_gets_the_part_that_changes_and_stops_asking_when_it_is_done(
    manager, large, django_capture_on_commit_callbacks
):
    address = send(manager, good_files())["Location"]
    part = manager.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'hx-trigger="every 2s"' in part
    do(the_job(), django_capture_on_commit_callbacks)
    part = manager.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Every row is in." in part
    assert "hx-trigger" not in part


def test_a_mistake_of_ours_is_tried_three_times_and_then_said(
    manager, large, uploads, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def broken(**arguments):
        raise ZeroDivisionError

    address = send(manager, good_files())["Location"]
    monkeypatch.setattr(runs, "run_import", broken)
    for _attempt in range(2):
        with pytest.raises(ZeroDivisionError):
            do(the_job(), django_capture_on_commit_callbacks)
        assert only_run().state == "queued"
    assert do(the_job(), django_capture_on_commit_callbacks) is True
    assert only_run().state == "failed"
    assert "The import stopped before its end. Nothing was changed." in text_of(manager.get(address))
    assert [path for path in uploads.rglob("*") if path.is_file()] == []
    assert "mariama" not in caplog.text.lower()


def test_a_right_taken_away_meanwhile_stops_the_job_and_the_page_says_that_nothing_changed(manager, large):
    address = send(manager, good_files())["Location"]
    Membership.objects.filter(user__username="mariama").update(role="agent")
    assert import_portfolio(str(the_job().pk)) is False
    assert kindia() == (0, 0, 0, 0)
    Membership.objects.filter(user__username="mariama").update(role="manager")
    assert "The import stopped before its end." in text_of(manager.get(address))


def test_files_that_are_gone_fail_the_run(manager, large, uploads, django_capture_on_commit_callbacks):
    send(manager, good_files())
    for path in uploads.rglob("*"):
        if path.is_file():
            path.unlink()
    assert do(the_job(), django_capture_on_commit_callbacks) is True
    assert only_run().state == "failed"


def test_uploads_that_no_job_came_for_are_removed_after_a_week(manager, large, uploads):
    send(manager, good_files())
    (old,) = (uploads / "GN_KINDIA").iterdir()
    os.utime(old, (0, 0))
    send(manager, good_files())
    (new,) = (uploads / "GN_KINDIA").iterdir()
    assert new != old
    assert len(list(new.iterdir())) == 4


def test_a_zip_of_files_is_imported(manager):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("agence/biens.csv", BIENS)
        archive.writestr("agence/locataires.csv", LOCATAIRES)
    page = text_of(result(manager, send(manager, [SimpleUploadedFile("agence.zip", packed.getvalue())])))
    assert "Properties 2 0 0 Tenants 2 0 0" in page
    assert kindia()[:2] == (2, 2)


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
