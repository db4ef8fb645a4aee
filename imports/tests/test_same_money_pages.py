"""The question whether it is the same money, as it is asked and answered: on the page, by a job, in a terminal."""

import datetime as dt
import os
from contextlib import ExitStack

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from imports import runs
from imports.jobs import forget_uploads, import_portfolio
from imports.models import ImportRun, PaymentLikeness
from imports.pages.one_of_few import AT_ONCE, one_of_few
from imports.tests.pages import PAGE, good_files, kindia, person, result, send, text_of
from leasing.models import Payment
from outbox.models import Job
from sites_app.models import Membership
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db

AGAIN = "contrat;date;montant;mode;référence\nB1;07/01/2026;1 500 000;Virement;V-7\nB2;05/02/2026;2 000 000;Espèces;\n"
TWO = "contrat;date;montant;mode\nB1;05/01/2026;1 500 000;Espèces\nB2;05/02/2026;2 000 000;Virement\n"


@pytest.fixture
def recorded(manager):
    """Kindia with two payments."""
    send(manager, good_files(paiements=TWO))
    assert kindia() == (2, 2, 2, 2)
    return manager


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(runs, "SMALL_BYTES", 10)


def payments(text=AGAIN):
    return [SimpleUploadedFile("paiements.csv", text.encode())]


def last():
    with site_scope(["GN_KINDIA"]):
        return ImportRun.objects.select_related("started_by").first()


def answer(client, said, run=None, **fields):
    return client.post(f"{PAGE}{(run or last()).pk}/answer/", {"answer": said, **fields})


def kept(uploads):
    return [path for path in uploads.rglob("*") if path.is_file()]


def remembered():
    with site_scope(["GN_KINDIA"]):
        rows = PaymentLikeness.objects.order_by("received_on")
        return list(rows.values_list("reference", "is_same", "answered_by__username"))


def test_the_page_lists_the_pairs_and_keeps_the_files_until_a_day(recorded, uploads):
    page = result(recorded, send(recorded, payments()))
    text = text_of(page)
    assert "Nothing has been imported yet: 2 rows look like payments that are recorded already, 3,500,000 GNF" in text
    assert "paiements.csv, line 2 B1 1,500,000 GNF 07/01/2026 · Bank transfer · V-7 05/01/2026 · Cash" in text
    assert "paiements.csv, line 3 B2 2,000,000 GNF 05/02/2026 · Cash 05/02/2026 · Bank transfer" in text
    day = timezone.localtime(last().started_at + dt.timedelta(days=7))
    assert f"until {day:%d/%m/%Y}, then they are removed" in text
    assert (last().state, kindia(), len(kept(uploads)), remembered()) == ("asks", (2, 2, 2, 2), 1, [])
    assert "To be answered" in text_of(recorded.get(PAGE))
    report = recorded.get(f"{PAGE}{last().pk}/report.csv").content.decode()
    assert "Question;paiements.csv;2;;1500000;Looks like the payment that is recorded on 05/01/2026 (Cash)." in report


@pytest.mark.parametrize(
    ("said", "fields", "number", "answers"),
    [
        ("same", {}, 2, [("V-7", True, "mariama"), ("", True, "mariama")]),
        ("other", {}, 4, [("V-7", False, "mariama"), ("", False, "mariama")]),
        ("chosen", {"same_row": ["1"]}, 3, [("V-7", False, "mariama"), ("", True, "mariama")]),
        ("chosen", {}, 4, [("V-7", False, "mariama"), ("", False, "mariama")]),
    ],
)
def test_an_answer_imports_the_same_files_once_and_is_remembered(
    recorded, uploads, django_capture_on_commit_callbacks, said, fields, number, answers
):
    send(recorded, payments())
    run = last()
    for _click in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            page = result(recorded, answer(recorded, said, run, **fields))
        assert f"Payments {number - 2} 0 {4 - number}" in text_of(page)
    assert (last().state, kindia()[3], kept(uploads), remembered()) == ("done", number, [], answers)
    send(recorded, payments())
    assert (last().state, kindia()[3]) == ("done", number)


def test_a_second_click_with_another_answer_changes_nothing(recorded):
    send(recorded, payments())
    run = last()
    answer(recorded, "same", run)
    answer(recorded, "other", run)
    assert (kindia()[3], len(remembered())) == (2, 2)


@pytest.mark.parametrize("said", ["", "maybe", "chosen"])
def test_what_is_no_answer_is_refused_and_the_question_stays(recorded, said):
    send(recorded, payments())
    refused = answer(recorded, said, same_row=["2"])
    assert refused.status_code == 400
    assert "Say whether these rows are the same payments." in refused.content.decode()
    assert (last().state, kindia()[3]) == ("asks", 2)


def test_many_rows_are_answered_all_in_one(recorded, monkeypatch):
    monkeypatch.setattr("imports.pages.forms.ONE_BY_ONE", 1)
    monkeypatch.setattr("imports.pages.views.ONE_BY_ONE", 1)
    page = result(recorded, send(recorded, payments()))
    assert "checkbox" not in page.content.decode()
    assert "Page 1 of 2" in text_of(page)
    assert answer(recorded, "chosen", same_row=["0"]).status_code == 400
    answer(recorded, "same")
    assert (last().state, kindia()[3]) == ("done", 2)


def test_a_large_upload_asks_from_its_job_and_goes_on_in_another(
    recorded, large, uploads, django_capture_on_commit_callbacks
):
    def work():
        job = Job.objects.get(done_at=None)
        with django_capture_on_commit_callbacks(execute=True):
            assert import_portfolio(str(job.pk)) is True
        return job

    address = send(recorded, payments())["Location"]
    first = work()
    assert "2 rows look like payments" in text_of(recorded.get(address))
    assert (last().state, len(kept(uploads))) == ("asks", 1)
    for _click in range(2):
        answer(recorded, "same")
    assert "Waiting for its turn…" in text_of(recorded.get(address))
    second = work()
    assert (first.key == second.key, "paiements" in str(second.kwargs)) == (False, False)
    assert "Every row has been imported." in text_of(recorded.get(address))
    assert (last().state, kindia()[3], kept(uploads)) == ("done", 2, [])
    assert remembered() == [("V-7", True, "mariama"), ("", True, "mariama")]


def test_payments_that_changed_meanwhile_are_asked_about_anew(recorded):
    send(recorded, payments())
    run = last()
    send(recorded, payments("contrat;date;montant;mode\nB1;07/01/2026;1 500 000;Virement\n"))
    answer(recorded, "other")
    page = text_of(result(recorded, answer(recorded, "same", run)))
    assert "The payments have changed since you answered: look again." in page
    assert "07/01/2026 · Bank transfer · V-7 07/01/2026 · Bank transfer" in page
    answer(recorded, "same", run)
    assert kindia()[3] == 3


def test_files_that_are_gone_are_said_and_nothing_is_imported(recorded, uploads):
    page = result(recorded, send(recorded, payments()))
    for folder in (uploads / "GN_KINDIA").iterdir():
        os.utime(folder, (0, 0))
    forget_uploads(str(Job.objects.create(name="x", key="x", site_code="GN_KINDIA").pk))
    assert kept(uploads) == []
    page = result(recorded, answer(recorded, "other"))
    assert "The files were kept for a week and are gone. Send them again to answer." in text_of(page)
    assert "<form class" not in page.content.decode().split("<main")[1]
    assert (last().state, kindia()[3]) == ("asks", 2)


def test_files_that_wait_for_an_answer_stay_for_a_week(recorded, uploads):
    send(recorded, payments())
    send(recorded, payments())
    assert len(kept(uploads)) == 2


def test_others_may_not_answer(recorded, client):
    send(recorded, payments())
    run = last()
    client.force_login(person("awa", "GN_KINDIA", "agent"))
    assert answer(client, "other", run).status_code == 403
    client.force_login(person("fatou", "GN_CONAKRY"))
    assert client.post(f"/GN_CONAKRY/leasing/import/{run.pk}/answer/", {"answer": "other"}).status_code == 404
    assert (last().state, kindia()[3]) == ("asks", 2)


def test_a_right_taken_away_before_the_job_leaves_the_payments_as_they_are(recorded, large):
    send(recorded, payments())
    import_portfolio(str(Job.objects.get(done_at=None).pk))
    answer(recorded, "other")
    Membership.objects.filter(user__username="mariama").update(role="agent")
    assert import_portfolio(str(Job.objects.get(done_at=None).pk)) is False
    assert (kindia()[3], remembered()) == (2, [])


def test_a_check_says_what_the_import_will_ask(recorded, uploads):
    page = text_of(result(recorded, send(recorded, payments(), dry_run="on")))
    assert "2 rows look like payments that are recorded already, 3,500,000 GNF in all: the import will ask" in page
    assert "07/01/2026 · Bank transfer · V-7 05/01/2026 · Cash" in page
    assert (last().state, kept(uploads)) == ("checked", [])


def test_an_answer_waits_in_no_line_when_others_files_are_being_read(recorded):
    send(recorded, payments())
    with ExitStack() as places:
        for _place in range(AT_ONCE):
            places.enter_context(one_of_few())
        busy = answer(recorded, "same")
    assert (busy.status_code, busy["Retry-After"], last().state) == (503, "15", "asks")
    answer(recorded, "same")
    assert last().state == "done"


# --- from a terminal ---------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(recorded, tmp_path):
    path = tmp_path / "again"
    path.mkdir()
    (path / "paiements.csv").write_text(AGAIN)
    return path


def test_the_command_lists_the_pairs_and_stops(folder, tmp_path, capsys):
    for options in ({}, {"dry_run": True}):
        with pytest.raises(CommandError, match="--same-payments"):
            call_command("import_portfolio", str(folder), site="GN_KINDIA", report=tmp_path / "r.csv", **options)
        said = capsys.readouterr().out.replace("\u00a0", " ").replace("\u202f", " ")
        assert "? paiements.csv · 2 · B1: 07/01/2026" in said
        assert "05/01/2026" in said
        assert (tmp_path / "r.csv").read_text("utf-8-sig").count("paiements.csv") == 2
    assert (kindia()[3], remembered()) == (2, [])


@pytest.mark.parametrize(("said", "number"), [("leave-out", 2), ("take", 4)])
def test_the_command_is_told_what_they_are(folder, said, number):
    for _time in range(2):
        call_command("import_portfolio", str(folder), site="GN_KINDIA", same_payments=said, by="mariama")
        assert kindia()[3] == number
    assert {who for _reference, _same, who in remembered()} == {"mariama"}
    with site_scope(["GN_KINDIA"]):
        assert Payment.objects.filter(recorded_by__username="mariama").count() == number
