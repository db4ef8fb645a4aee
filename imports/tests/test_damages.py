"""Good books with random damages: each is read as it stands, remarked or refused by cell. Nothing is lost in silence.

AKIG_IMPORT_DAMAGES says how many (usual: a few dozen), AKIG_IMPORT_DAMAGES_FROM the first seed or
AKIG_IMPORT_DAMAGES_SEEDS all of them, as a failure names them, and AKIG_IMPORT_DAMAGES_REPORT a file that has a line for each: what was done, to what, what came of it, the seed.
"""

import datetime as dt
import os
import random
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from imports.models import ImportRun
from imports.run import run_import
from imports.tests.clerk import faults, outcome, seen_page, stored_rows
from imports.tests.damage import KINDS, damage
from imports.tests.good_books import good_books
from imports.tests.pages import result, send
from leasing import models
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_children")]

TODAY = dt.date(2026, 11, 23)
COUNT = int(os.environ.get("AKIG_IMPORT_DAMAGES", "40"))
FIRST = int(os.environ.get("AKIG_IMPORT_DAMAGES_FROM", "1"))
THESE = [int(seed) for seed in os.environ.get("AKIG_IMPORT_DAMAGES_SEEDS", "").split()] or range(FIRST, FIRST + COUNT)
REPORT = os.environ.get("AKIG_IMPORT_DAMAGES_REPORT", "")
AT_ONCE = 50
"""Damages of a test: what is rolled back within one transaction stays on the disk until its end."""
SEEDS = [THESE[at : at + AT_ONCE] for at in range(0, len(THESE), AT_ONCE)]
_TABLES = [
    model._meta.db_table
    for model in (
        models.Owner, models.Property, models.Tenant, models.Account, models.Contract, models.RentStep, models.Instalment,
        models.Payment, models.PaymentReversal, models.Allocation, models.Deposit, models.Notice, models.Litigation,
        models.ServiceRequest, models.Interaction, models.Survey,
    )
]  # fmt: skip
_EVERY_ROW = " UNION ALL ".join(
    f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {table} t WHERE site_id = 'GN_KINDIA'"
    for table in _TABLES
)


def everything():
    with connection.cursor() as cursor:
        cursor.execute(_EVERY_ROW)
        return cursor.fetchall()


def brought_in(files, **how):
    site = Site.objects.get(pk="GN_KINDIA")
    return run_import(site=site, files=files, by=None, today=TODAY, **how)


@cache
def usual(kind, was_empty):
    """What is said of the good books, the same each time."""
    with transaction.atomic():
        report = brought_in(good_books(kind).files())
        transaction.set_rollback(True)
    assert report.accepted
    return Counter(remark.reason for remark in report.warnings)


def wrong_with(seed, usually, *, was_empty, told):
    pick = random.Random(seed)  # noqa: S311 -- to be the same again
    kind = pick.choice(KINDS)
    name, books = damage(pick, good_books(kind))
    before = everything()
    try:
        with transaction.atomic():
            report = brought_in(books.files())
            found = (
                faults(books, report, stored_rows(Site.objects.get(pk="GN_KINDIA")), was_empty=was_empty)
                if report.accepted
                else []
            )
            after = everything()
            transaction.set_rollback(True)
    except Exception as error:
        return [f"seed {seed}, {kind}, {name}: {type(error).__name__}: {error}"[:600]]
    if not report.accepted and after != before:
        found.append("something stayed of a refused import")
    if report.problem_count and not all(problem.reason for problem in report.problems):
        found.append("refused without a reason")
    came = outcome(report, usually.setdefault(kind, Counter()))
    told.append(f"{name}\t{kind}\t{'empty' if was_empty else 'again'}\t{came}\t{seed}")
    return [f"seed {seed}, {kind}, {name}: {fault}"[:600] for fault in found]


@pytest.mark.parametrize("was_empty", [True, False], ids=["empty", "again"])
@pytest.mark.parametrize("seeds", SEEDS, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_whatever_happens_to_a_file_nothing_of_it_is_lost_in_silence(seeds, was_empty):
    told = []
    with site_scope(["GN_KINDIA"]):
        if not was_empty:
            assert brought_in(good_books("csv").files()).accepted
        usually = {kind: usual(kind, was_empty) for kind in dict.fromkeys(KINDS)}
        # Most come to an empty site: there each value shows.
        some = [seed for seed in seeds if was_empty == bool(seed % 4)]
        wrong = [fault for seed in some for fault in wrong_with(seed, usually, was_empty=was_empty, told=told)]
    if REPORT:
        with Path(REPORT).open("a") as report:
            report.write("".join(f"{line}\n" for line in [*told, *wrong]))
    assert wrong == []


def test_a_row_that_is_lost_changed_or_made_up_is_seen():
    books = good_books("xlsx")
    with site_scope(["GN_KINDIA"]):
        report = brought_in(books.files())
        stored = stored_rows(Site.objects.get(pk="GN_KINDIA"))
    assert faults(books, report, stored, was_empty=True) == []
    columns = 0
    for at, page in enumerate(seen_page(books, page) for page in books.pages):
        rows, alone = stored[page.table], replace(books, pages=(books.pages[at],))

        def is_seen(*instead, table=page.table, alone=alone):
            return faults(alone, report, {table: instead}, was_empty=True) != []

        assert not is_seen(*rows)
        assert is_seen(*rows, rows[0]) == (page.table not in {"instalments", "deposits", "owners"})
        for number, one in enumerate(rows[: len(page.rows)]):
            if page.table == "instalments" and one["due_date"] > dt.date(2026, 10, 31):
                continue  # made here
            others = [*rows[:number], *rows[number + 1 :]]
            assert is_seen(*others)
            for column in page.rows[0][1]:
                # Where a cell is empty AKIG may say anything.
                # What a remark says of a column is not looked at again: of cheques there is one.
                is_judged = column != "method" and all(row[column] for _line, row in page.rows)
                if one.get(column) and is_judged:
                    assert is_seen(*others, {**one, column: "9-9"}), (page.table, column)
                    columns += 1
    assert columns > 80
    short = replace(books, pages=(*books.pages[:-1], replace(books.pages[-1], title="Sondages")))
    assert faults(short, report, stored, was_empty=True)[0].endswith("is left out without a word")


def test_the_page_answers_whatever_is_sent(manager):
    told = []
    for seed in THESE[: max(10, COUNT // 10)]:
        pick = random.Random(seed)  # noqa: S311
        name, books = damage(pick, good_books(pick.choice(KINDS)))
        before = everything()
        answer = send(
            manager,
            [SimpleUploadedFile(file, content) for file, content in books.files()],
            **({"dry_run": "on"} if seed % 2 else {}),
        )
        if answer.status_code == 400:  # more files than there may be, or an empty one
            assert everything() == before
            continue
        page = result(manager, answer)
        report = manager.get(f"{answer['Location']}report.csv")
        with site_scope(["GN_KINDIA"]):
            run = ImportRun.objects.order_by("-started_at").first()
        told.append((seed, name, page.status_code, report.status_code, run.state))
        if run.state != "done":
            assert everything() == before, told[-1]
    assert {of_page for _seed, _name, of_page, _report, _state in told} == {200}
    assert {state for *_rest, state in told} <= {"done", "checked", "refused", "asks"}
