"""Texts that a spreadsheet would run, whichever program opens the file and whatever it takes for a separator."""

import csv
import io
import re

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screens.exports import as_csv, as_xlsx
from screens.harmless import as_written, harmless

# What begins a formula, once a program has left out what it does not look at.
RUNS = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"\s*[+-]?\d[\d .,]*\s*")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("x,=1+1", "x,'=1+1"),
        ('x," =1+1', "x,\" '=1+1"),
        ("a;@b", "a;'@b"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠x", "'＠x"),
        (" =1", "' =1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\u200b=1", "'\u200b=1"),
        ("\0=1", "'\0=1"),
        ("\nx", "'\nx"),
        ("line\n=1", "line\n'=1"),
        ("|=x", "|'=x"),
        ("% (GNF)", "% (GNF)"),
        ("#N/A", "'#N/A"),
        ("#div/0!", "'#div/0!"),
        ("'=1", "''=1"),
        ("#1 rue KA-020", "#1 rue KA-020"),
        ("+224 620 00 00 01", "+224 620 00 00 01"),
        ("620 00 00 01, +224 621 00 00 02", "620 00 00 01, +224 621 00 00 02"),
        ("-1 500", "-1 500"),
        ("Rue =1", "Rue =1"),
        ("Conakry, Kaloum", "Conakry, Kaloum"),
        ("l’eau, l'eau", "l’eau, l'eau"),
    ],
)
def test_an_apostrophe_stands_where_a_formula_would_begin_and_goes_again(text, cell):
    assert harmless(text) == cell
    assert as_written(cell) == text


_LETTERS = st.text(st.sampled_from("=+-@＝＠%|;,\t\n\r'\"# x1\ufeff\u200b\0N/A"), max_size=12)
TEXTS = st.one_of(st.text(max_size=20), _LETTERS)


@given(TEXTS)
def test_any_text_comes_back_as_it_was(text):
    assert as_written(harmless(text)) == text


@given(st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(";,\t|"))
def test_no_separator_makes_a_formula_of_any_cell_of_a_csv(row, separator):
    content = as_csv([row]).decode("utf-8-sig")
    for line in csv.reader(io.StringIO(content, newline=""), delimiter=separator):
        for cell in line:
            assert not RUNS.match(cell) or NUMBER.fullmatch(cell), (content, cell)


def test_any_text_is_text_in_excel_and_error_words_are_no_errors():
    texts = ["=1+1", "#N/A", "#REF!", "#DIV/0!", "＝1", "x,=1", "+224620000001", "'#N/A", "2026-01-01", "1e5"]
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx({"a": [["head"], *([text] for text in texts)]})))
    cells = [row[0] for row in book["a"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [as_written(cell.value) for cell in cells] == texts
