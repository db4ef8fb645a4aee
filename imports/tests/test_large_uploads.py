"""Files too large to be imported while somebody waits: the job, what its page says meanwhile, and what goes wrong."""

import os
import re

import pytest

from imports import runs
from imports.jobs import import_portfolio
from imports.tests.pages import good_files, kindia, only_run, send, text_of
from outbox.models import Job
from sites_app.models import Membership

pytestmark = pytest.mark.django_db


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
    assert "Every row has been imported." in text_of(manager.get(answer["Location"]))
    assert [path for path in uploads.rglob("*") if path.is_file()] == []


def test_a_large_upload_with_a_bad_row_is_refused_in_the_language_of_who_sent_it(
    manager, large, django_capture_on_commit_callbacks
):
    answer = send(manager, good_files(paiements="contrat;date;montant;mode\nB1;05/01/2026;beaucoup;Espèces\n"))
    do(the_job(), django_capture_on_commit_callbacks)
    page = text_of(manager.get(answer["Location"]))
    assert "paiements.csv 2 montant (amount) “beaucoup” This is not an amount. Write it like 1 500 000." in page
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
        ("generated", 0, "Creating the coming months…"),
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
    assert "Every row has been imported." in part
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


def test_a_right_taken_away_meanwhile_stops_the_job_and_the_page_says_so(manager, large):
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
