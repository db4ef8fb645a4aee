"""Small files that would fill the memory, the disk or an afternoon: refused in time, by name and limit."""

import contextlib
import io
import re
import subprocess
import sys
import threading
import time
import warnings
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports import csv_files, sources
from imports.pages.one_of_few import AT_ONCE, one_of_few
from imports.sources import open_sources
from imports.spreadsheets import apart
from imports.spreadsheets.limits import MB, BeyondLimit, Limits
from imports.tests import hostile
from imports.tests.hostile import archive, cell, read, refusal, row, sheet_of, workbook
from imports.tests.pages import BIENS, good_files, kindia, only_run, result, send, text_of
from imports.unreadable import UnreadableSource, shown
from tests.examples import examples

pytestmark = pytest.mark.usefixtures("in_english")


# --- workbooks ------------------------------------------------------------------------------------------------


def test_a_cell_far_out_is_named_and_nothing_between_is_made_up():
    refused = refusal("agence.xlsx", hostile.FAR_CELL)
    assert (refused.source, refused.line) == ("agence.xlsx · Locataires", 1048576)
    assert refused.reason == "A cell stands beyond the 500 columns that are read: empty it."
    assert read("agence.xlsx", hostile.LOW_CELL) == [("agence.xlsx · Locataires", [(1048576, ["T-1", "Bah"])])]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (hostile.giant_cell, "This file unpacks to more than 300 times its size."),
        (hostile.many_strings, "This file unpacks to more than 300 times its size."),
        (lambda: hostile.LAUGHS, "It declares words of its own in its XML, which no spreadsheet program does."),
        (lambda: hostile.OUTSIDE, "It declares words of its own in its XML, which no spreadsheet program does."),
        (lambda: hostile.ENDLESS, "This file is damaged."),
        (lambda: hostile.MANY_SHEETS, "More than 100 sheets."),
        (lambda: hostile.with_flag(hostile.LOW_CELL, 1), "This file is locked with a password."),
        (lambda: b"\xd0\xcf\x11\xe0" + b"\0" * 600, "This file is damaged."),
        (lambda: hostile.with_declared_size(hostile.LOW_CELL, 10), "This file is damaged."),
        (lambda: hostile.with_declared_size(hostile.LOW_CELL, 2**32 - 2), "This file unpacks to more than 300 MB."),
        (
            lambda: workbook(sheet_of(""), more=[(f"xl/media/{n}", "") for n in range(2000)]),
            "More than 2000 files are packed in it.",
        ),
    ],
)
def test_a_hostile_workbook_is_refused_before_it_is_built(content, reason):
    refused = refusal("agence.xlsx", content())
    assert refused.source.startswith("agence.xlsx")
    assert refused.reason.startswith(reason)


def test_a_long_text_is_refused_before_it_is_a_text_and_named_by_its_sheet():
    long = workbook(sheet_of(row(2, cell("A2", "x" * 32_768))))
    assert refusal("agence.xlsx", long).reason == "A cell holds more than 32767 characters."
    longer = workbook(sheet_of(row(2, cell("A2", "x" * 400_000))))
    refused = refusal("agence.xlsx", longer)
    assert (refused.source, refused.reason) == (
        "agence.xlsx · Locataires",
        "A cell holds more than 32767 characters.",
    )


def test_texts_that_many_cells_show_are_counted_each_time():
    with pytest.raises(BeyondLimit) as refused:
        apart.read_workbook(hostile.repeated_string(200), Limits(text_characters=MB), {"locataires"})
    assert (refused.value.why, refused.value.sheet, refused.value.limit) == ("text", "Locataires", MB)


def test_too_many_rows_name_their_sheet(monkeypatch):
    monkeypatch.setattr(sources, "MAX_ROWS", 2)
    refused = refusal("agence.xlsx", workbook(sheet_of("".join(row(n, cell(f"A{n}", "T")) for n in range(2, 6)))))
    assert (refused.source, refused.reason) == (
        "agence.xlsx · Locataires",
        "More than 2 rows: send it in parts.",
    )


def test_rows_without_a_cell_are_passed_over_however_many_they_are():
    empty = workbook(sheet_of("<row/>" * 100_000 + row(200_000, cell("A200000", "T-1"), cell("B200000", "Bah"))))
    assert read("agence.xlsx", empty)[0][1] == [(200_000, ["T-1", "Bah"])]


def test_a_sheet_of_no_table_is_not_read_to_its_end():
    content = workbook(sheet_of(""), sheet_of("", head="") + "no end", titles=["Locataires", "Archives"])
    [sheet] = open_sources([("agence.xlsx", content)])
    assert sheet.left_out == ("Archives",)


def test_a_child_that_takes_too_long_or_too_much_is_ended_and_says_so():
    slow = workbook(sheet_of("".join(row(n, cell(f"A{n}", "T")) for n in range(2, 100_000))))
    start = time.monotonic()
    with pytest.raises(BeyondLimit) as refused:
        apart.read_workbook(slow, Limits(seconds=1), {"locataires"})
    assert (refused.value.why, refused.value.limit) == ("time", 1)
    assert time.monotonic() - start < 10
    with pytest.raises(BeyondLimit) as refused:
        apart.read_workbook(workbook(sheet_of("<row/>" * 1_000_000)), Limits(memory_bytes=50 * MB), {"locataires"})
    assert refused.value.why == "memory"


def test_the_child_knows_neither_the_settings_nor_the_secrets_of_the_site(monkeypatch):
    seen = {}

    def run(command, **how):
        seen.update(how["env"])
        raise apart.subprocess.TimeoutExpired(command, 1)

    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    monkeypatch.setattr(apart.subprocess, "run", run)
    with pytest.raises(BeyondLimit, match="time"):
        apart.read_workbook(hostile.LOW_CELL, Limits(), set())
    assert "PATH" in seen
    assert "secret" not in str(seen)


@pytest.mark.server
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux ends a child with its parent")
def test_a_child_ends_with_the_process_that_started_it(tmp_path):
    (tmp_path / "slow.xlsx").write_bytes(workbook(sheet_of("<row/>" * 1_500_000)))
    code = f"""
from pathlib import Path
from imports.spreadsheets.apart import read_workbook
from imports.spreadsheets.limits import Limits
read_workbook(Path({str(tmp_path / "slow.xlsx")!r}).read_bytes(), Limits(), {{"locataires"}})
"""
    parent = subprocess.Popen([sys.executable, "-c", code])
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    child = until(lambda: children.read_text().split())[0]
    # It has taken its limits, and so its parent's end to heart, once it is this module and has opened the file.
    until(lambda: "spreadsheets" in Path(f"/proc/{child}/cmdline").read_text())
    until(lambda: re.search(r"Max cpu time\s+60 ", Path(f"/proc/{child}/limits").read_text()))
    until(lambda: int(Path(f"/proc/{child}/stat").read_text().split()[13]) > 50)
    parent.kill()
    parent.wait()
    until(lambda: not Path(f"/proc/{child}").exists() or " Z " in Path(f"/proc/{child}/stat").read_text())


def until(condition, seconds=20):
    """What the condition says once it is true."""
    end = time.monotonic() + seconds
    while not (said := condition()):
        assert time.monotonic() < end, "in vain"
        time.sleep(0.02)
    return said


# --- archives -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: archive(("tenants.zip", archive(("tenants.csv", "x")))), "A zip in a zip is not read."),
        (lambda: hostile.with_flag(archive(("tenants.csv", "x")), 1), "This file is locked with a password."),
        (
            lambda: archive(("tenants.csv", "code;nom\n"), method=zipfile.ZIP_LZMA),
            "It is packed in a way that is not read: make an ordinary zip of it.",
        ),
        (lambda: archive(("tenants.csv", "0" * 40_000_000)), "This file unpacks to more than 300 times its size."),
        (lambda: archive(*[(f"{n}.csv", "") for n in range(101)]), "More than 100 files are packed in it."),
        (lambda: hostile.with_declared_size(archive(("tenants.csv", "code;nom\n" * 50)), 9), "This file is damaged."),
    ],
)
def test_a_hostile_zip_is_refused_before_it_is_unpacked(content, reason):
    refused = refusal("tout.zip", content())
    assert (refused.source, refused.reason) == ("tout.zip", reason)


def test_two_members_of_one_name_are_refused():
    with warnings.catch_warnings(action="ignore"):
        content = archive(("tenants.csv", "code;nom\n"), ("tenants.csv", "code;nom\nT;B\n"))
    assert refusal("tout.zip", content).reason == "Two files packed in it have one name: tenants.csv."


@pytest.mark.parametrize("name", ["../../etc/tenants.csv", "/tenants.csv", "C:\\tenants.csv", "a/b\\tenants.csv"])
def test_a_path_in_a_zip_is_only_a_name_and_writes_nothing(name):
    assert read("tout.zip", archive((name, "code;nom\nT-1;Bah\n"))) == [("tenants.csv", [(2, ["T-1", "Bah"])])]


# --- CSV ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (lambda: hostile.LOW_CELL, 0, "This is no text but a spreadsheet or an archive: give it its own ending."),
        (lambda: b"code;nom\n" + b"x" * 50_000_000, 2, "A line is longer than 1000000 characters."),
        (lambda: b"code;nom\n" + b"\n" * 5_000_000, 1048577, "More than 1048576 lines, empty ones counted."),
        (lambda: b"code;nom\nT;" + b"x;" * 16_000, 2, "A cell stands beyond the 500 columns that are read: empty it."),
        (lambda: b"code;nom\nT;" + b"x" * 200_000, 2, "A cell holds more than 131072 characters."),
    ],
)
def test_a_hostile_csv_is_refused_at_its_line(content, line, reason):
    refused = refusal("tenants.csv", content())
    assert (refused.source, refused.line, refused.reason) == ("tenants.csv", line, reason)


def test_separators_without_end_behind_a_row_are_no_columns():
    content = b"code;nom" + b";" * 16_000 + b"\nT-1;Bah" + b";" * 16_000 + b"\n"
    [(_source, [(line, cells)])] = read("tenants.csv", content)
    assert (line, cells[:2], len(cells)) == (2, ["T-1", "Bah"], csv_files.MAX_COLUMNS)


# --- names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("loyers.csv", "loyers.csv"),
        ("a\u202evsc.exe", "a\\u202evsc.exe"),
        ("a\0b\n\x1b[31m", "a\\x00b\\n\\x1b[31m"),
        ("\udcff.csv", "\\udcff.csv"),
        ("Échéances d’août.csv", "Échéances d’août.csv"),
    ],
)
def test_what_cannot_be_seen_in_a_name_is_written_out(name, seen):
    assert shown(name) == seen


def test_a_name_of_5000_characters_is_cut_in_its_middle():
    assert len(shown("x" * 5000 + ".csv")) == 120
    assert shown("x" * 5000 + ".csv").endswith("x.csv")
    assert "…" in refusal("x" * 5000 + ".csv", b"code;nom\n").source


def test_at_most_twenty_files_are_taken_whoever_sends_them():
    with pytest.raises(UnreadableSource, match="At most 20 files at once"):
        open_sources([(f"{n}.csv", b"") for n in range(21)])


# --- any damage at all ----------------------------------------------------------------------------------------

_PIECES = [
    "<row>",
    "</row>",
    "<c>",
    "&#0;",
    "<!--",
    "]]>",
    "\ud7ff",
    "<v>1e999</v>",
    'r="ZZZZ9"',
    't="s"',
    "-1",
    "\x0b",
]
GOOD = sheet_of("".join(row(n, cell(f"A{n}", f"T-{n}"), cell(f"B{n}", "Bah")) for n in range(2, 9)))


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(_PIECES), st.integers(0, 30)), min_size=1, max_size=5),
    st.sampled_from(["sheet", "strings", "title"]),
)
def test_xml_damaged_anywhere_is_read_or_refused(without_children, changes, part):
    texts = {"sheet": GOOD, "strings": f'<sst xmlns="{hostile.MAIN}"><si><t>x</t></si></sst>', "title": "Locataires"}
    for place, piece, cut in changes:
        at = int(place * len(texts[part]))
        texts[part] = texts[part][:at] + piece + texts[part][at + cut :]
    try:
        [(_source, rows)] = read(
            "agence.xlsx", workbook(texts["sheet"], titles=[texts["title"]], strings=texts["strings"])
        )
    except UnreadableSource:
        return  # said so: any other error is what this test is for
    assert len(rows) <= 8


@settings(max_examples=examples(6), deadline=None)
@given(st.binary(min_size=1, max_size=40), st.floats(0, 1, exclude_max=True))
def test_bytes_damaged_anywhere_are_read_or_refused_by_a_real_child(damage, place):
    at = int(place * len(hostile.LOW_CELL))
    with contextlib.suppress(UnreadableSource):  # any other error is what this test is for
        read("agence.xlsx", hostile.LOW_CELL[:at] + damage + hostile.LOW_CELL[at + len(damage) :])


# --- the page and the terminal ----------------------------------------------------------------------------------


def peak():
    """The most memory that this process ever had, in bytes; from now on, where the system forgets it."""
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("only Linux tells what a process has")
    return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) * 1024


@pytest.mark.django_db
def test_hostile_uploads_leave_the_web_process_small_and_say_why(manager):
    files = [hostile.FAR_CELL, hostile.giant_cell(), hostile.LAUGHS, hostile.ENDLESS, hostile.repeated_string(7000)]
    Path("/proc/self/clear_refs").write_text("5") if Path("/proc/self/clear_refs").exists() else None
    before = peak()
    for content in files:
        answer = send(manager, [SimpleUploadedFile("agence.xlsx", content, content_type="image/png")])
        page = text_of(result(manager, answer))
        assert "Nothing was changed: 1 row has an error." in page
        assert "agence.xlsx" in page
    assert peak() - before < 100 * MB
    assert kindia() == (0, 0, 0, 0)


@pytest.mark.django_db
def test_a_third_upload_at_once_is_asked_to_come_again(manager):
    with one_of_few(), one_of_few():
        answer = send(manager, good_files())
        assert (answer.status_code, answer["Retry-After"]) == (503, "15")
        assert "Files · Other files are being read just now. Send yours again in a few moments." in text_of(answer)
    assert AT_ONCE == 2
    assert "Every row has been imported." in text_of(result(manager, send(manager, good_files())))


def test_a_place_is_free_again_after_a_mistake_of_ours():
    taken = []

    def breaks():
        try:
            with one_of_few():
                raise ZeroDivisionError
        except ZeroDivisionError:
            taken.append(1)

    for _time in range(5):
        thread = threading.Thread(target=breaks)
        thread.start()
        thread.join()
    assert len(taken) == 5


@pytest.mark.django_db
def test_a_name_that_turns_the_line_around_is_shown_as_it_is(manager):
    content = archive(("bi\u202eens.csv", BIENS))
    send(manager, [SimpleUploadedFile("agence.zip", content)])
    assert only_run().problems[0][4] == "There is no table in it. Not named after a table: bi\\u202eens.csv."


@pytest.mark.django_db
def test_the_terminal_refuses_a_hostile_workbook_in_one_line(tmp_path):
    (tmp_path / "agence.xlsx").write_bytes(hostile.FAR_CELL)
    with pytest.raises(CommandError, match="500"):
        call_command("import_portfolio", str(tmp_path), site="GN_KINDIA")


def test_nothing_of_a_child_is_trusted(monkeypatch):
    def lying(request, source, target):
        target.write(
            b'{"sheet":"Locataires","read":true}\n[1,["code","nom"]]\n[2,[["datetime","never"]]]\n{"end":true}\n'
        )
        return 0

    monkeypatch.setattr(apart, "run_child", lying)
    assert refusal("agence.xlsx", hostile.LOW_CELL).reason == "This file is damaged."
    monkeypatch.setattr(apart, "run_child", lambda request, source, target: target.write(b'junk\n{"end":true}\n') * 0)
    assert refusal("tout.zip", archive(("x", io.BytesIO().getvalue()))).reason == "This file is damaged."
