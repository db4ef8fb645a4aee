"""Workbooks of LibreOffice and of Excel's old kind that are made to hurt: refused in time, by name and limit."""

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imports import sources
from imports.spreadsheets import apart
from imports.spreadsheets.limits import BeyondLimit, Limits
from imports.tests import hostile
from imports.tests.books import ods_book, ods_cell, ods_row, xls_book, xls_stream
from imports.tests.hostile import read, refusal
from imports.unreadable import UnreadableSource
from tests.examples import examples

pytestmark = pytest.mark.usefixtures("in_english")

_ODS_PIECES = [
    "<table:table-row>",
    "</table:table-row>",
    "</table:table>",
    "<table:table>",
    "<text:s text:c='99999999'/>",
    'table:number-rows-repeated="-3"',
    'table:number-columns-repeated="9999999999"',
    'table:number-rows-spanned="x"',
    'office:value-type="float"',
    'office:value-type="date"',
    "&#0;",
    "<!--",
    "\x0b",
]


LAUGHS = (
    '<!DOCTYPE w [<!ENTITY e0 "ha">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)) + "]>"
)
TEXT = '<table:table-cell office:value-type="string" {}><text:p>T-1</text:p></table:table-cell>'


def ods(*rows, **how):
    return ods_book({"Locataires": [["Code", "Nom"], *rows]}, **how)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: ods(["T-1", "x" * 23_000_000]), "This file unpacks to more than 300 times its size."),
        (lambda: ods(["&e9;", "Bah"], before=LAUGHS), "It declares words of its own in its XML"),
        (lambda: ods(ods_row("T-1", "x" * 32_768)), "A cell holds more than 32767 characters."),
        (lambda: ods(ods_row("T-1", "x" * 400_000)), "A cell holds more than 32767 characters."),
        (lambda: ods(ods_row(TEXT.format('table:number-columns-repeated="16384"'))), "A cell stands beyond the 500 columns"),
        (lambda: ods(ods_row("T-1", "Bah", more='table:number-rows-repeated="1048000"')), "More than 500000 rows: send it in parts."),
        (lambda: ods_book({f"S{n}": [] for n in range(101)}), "More than 100 sheets."),
        (lambda: ods("<table:table-row>" * 1000), "This file is damaged."),
        (lambda: hostile.with_flag(ods(), 1), "This file is locked with a password."),
        (lambda: ods_book({"Locataires": []}, *[(f"Pictures/{n}", "") for n in range(2000)]), "More than 2000 files are packed in it."),
        (lambda: xls_book({f"S{n}": [] for n in range(101)}), "More than 100 sheets."),
        (lambda: xls_book({"Locataires": [["Code", "Nom"], [None] * 255 + ["x" * 4000]]})[:3000], "This file is damaged."),
        (lambda: b"\x09\x08" + b"\xff" * 5000, "This file is damaged."),
    ],
)  # fmt: skip
def test_a_hostile_workbook_of_another_kind_is_refused_before_it_is_built(content, reason):
    assert refusal("agence.ods", content()).reason.startswith(reason)


def test_a_merge_over_half_a_million_rows_takes_no_more_than_its_rows():
    merged = ods_cell("Bah", more='table:number-rows-spanned="1048576" table:number-columns-spanned="16384"')
    [(_source, rows)] = read("agence.ods", ods(["T-1", merged], ["T-2"]))
    assert len(rows) == 2
    assert len(rows[1][1]) == sources.MAX_COLUMNS


def test_xml_within_itself_without_end_is_damaged():
    deep = "<text:p>" * 2_000_000
    content = ods_book({"Locataires": [["Code", "Nom"], "<table:table-row><table:table-cell>" + deep]})
    with pytest.raises(BeyondLimit) as refused:
        apart.read_workbook(content, Limits(ratio=10_000), {"locataires"})
    assert refused.value.why == "damaged"


@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=12), st.floats(0, 1, exclude_max=True), st.sampled_from([xls_book, xls_stream]))
def test_an_old_workbook_damaged_anywhere_is_read_or_refused(without_children, damage, place, make):
    content = make({"Locataires": [["Code", "Nom"], [(12,), "Bah"], [3.0, b"*"]]}, merged=[(1, 2, 1, 1)], hidden=[2])
    at = int(place * 1500) if make is xls_book else int(place * len(content))
    with contextlib.suppress(UnreadableSource):  # any other error is what this test is for
        read("agence.xls", content[:at] + damage + content[at + len(damage) :])


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.floats(0, 1), st.sampled_from(_ODS_PIECES), st.integers(0, 30)), min_size=1, max_size=5),
)
def test_xml_of_libreoffice_damaged_anywhere_is_read_or_refused(without_children, changes):
    body = "".join(ods_row(f"T-{n}", "Bah") for n in range(8))
    for place, piece, cut in changes:
        at = int(place * len(body))
        body = body[:at] + piece + body[at + cut :]
    with contextlib.suppress(UnreadableSource):  # any other error is what this test is for
        read("agence.ods", ods_book({"Locataires": [["Code", "Nom"], body]}))
