"""What a cell means, by example and for anything a person could type."""

import contextlib
import datetime as dt
import re
import zoneinfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from imports import choices, values
from imports.headings import column_named, table_named
from imports.methods import METHODS, method_of
from imports.staging import columns_of
from imports.tables import TABLES
from screens import amounts
from screens.written import BadValue, folded

CONAKRY = zoneinfo.ZoneInfo("Africa/Conakry")


@pytest.mark.parametrize(
    ("written", "francs"),
    [
        ("1500000", 1_500_000),
        ("1 500 000", 1_500_000),
        ("1\u00a0500\u00a0000 GNF", 1_500_000),
        ("1\u202f500\u202f000", 1_500_000),
        ("1.500.000 GNF", 1_500_000),
        ("1,500,000", 1_500_000),
        ("1500000,00", 1_500_000),
        ("1.500.000,00 FG", 1_500_000),
        ("1,500,000.00", 1_500_000),
        ("150 000 FCFA", 150_000),
        ("150 000 F CFA", 150_000),
        ("GNF 1 500 000", 1_500_000),
        ("1'500'000", 1_500_000),
        ("1.500", 1_500),
        ("0", 0),
        (1500000, 1_500_000),
        (1500000.0, 1_500_000),
    ],
)
def test_amounts_as_people_write_them(written, francs):
    currency = "XOF" if "CFA" in str(written) else "GNF"
    assert amounts.amount(written, currency) == francs


@pytest.mark.parametrize(
    "written", ["-5", "−5", "(500)", "1,5", "1.5", "12,34", "1,5E+06", "1 500 000 €", "1.50.000", "1.500,000", "abc", "",
                "٥٠٠", True, 1.5, float("nan"), dt.date(2026, 1, 1), "9" * 20]
)  # fmt: skip
def test_what_is_no_whole_amount_is_refused(written):
    with pytest.raises(BadValue):
        amounts.amount(written, "GNF")


@given(
    st.integers(0, 10**14), st.sampled_from([" ", "\u00a0", "\u202f", ".", ","]), st.sampled_from(["", " GNF", " FCFA"])
)
def test_an_amount_grouped_in_any_usual_way_is_read_back(francs, separator, currency):
    written = f"{francs:,}".replace(",", separator) + currency
    assert amounts.amount(written, "XOF" if "CFA" in currency else "GNF") == francs


@pytest.mark.parametrize(
    "written",
    ["2026-11-23", "23/11/2026", "23-11-2026", "23.11.2026", "2026/11/23", "2026-11-23 00:00:00", "2026-11-23T00:00",
     dt.date(2026, 11, 23), dt.datetime(2026, 11, 23)],  # noqa: DTZ001 -- as Excel gives it
)  # fmt: skip
def test_dates_as_people_write_them(written):
    assert values.date(written) == dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    "written", ["31/02/2026", "29/02/2025", "23/11/26", "11/23/2026", "demain", "", "45292", "23/11/1826", "2026-13-01"]
)
def test_what_is_no_day_is_refused(written):
    with pytest.raises(BadValue):
        values.date(written)


def test_a_leap_day_is_a_day():
    assert values.date("29/02/2028") == dt.date(2028, 2, 29)


@pytest.mark.parametrize(
    ("written", "hour"), [("23/11/2026 14:30", (14, 30)), ("2026-11-23T08:05:00", (8, 5)), ("23/11/2026 9h", (9, 0)), ("23/11/2026", (12, 0))]
)  # fmt: skip
def test_a_moment_is_where_the_site_is_and_noon_without_an_hour(written, hour):
    assert values.moment(written, CONAKRY) == dt.datetime(2026, 11, 23, *hour, tzinfo=CONAKRY)


@pytest.mark.parametrize(
    ("written", "country", "international"),
    [
        ("620 00 00 00", "GN", "+224620000000"),
        ("+224 620-00-00-00", "SN", "+224620000000"),
        ("'+224620000000", "GN", "+224620000000"),
        ("77 123 45 67", "SN", "+221771234567"),
        (620000000, "GN", "+224620000000"),
    ],
)
def test_phones_are_read_as_the_country_writes_them(written, country, international):
    assert values.phone(written, country) == international


@pytest.mark.parametrize("word", ["Espèces", "ESPECES", "espece", "cash", " Liquide "])
def test_words_are_known_with_and_without_accents_and_capitals(word):
    assert choices.choice(word, METHODS) == "cash"


@pytest.mark.parametrize(
    ("language", "first"),
    [("en", ["cash (", "bank (", "mobile (", "cheque ("]), ("fr", ["espèces (", "virement (", "mobile money (", "chèque ("])],
)  # fmt: skip
def test_an_unknown_word_names_all_that_are_taken_in_the_readers_language_first(language, first):
    with translation.override(language), pytest.raises(BadValue) as refused:
        choices.choice("troc", METHODS)
    sentence = str(refused.value)
    places = [sentence.index(word) for word in first]
    assert places == sorted(places)
    named = {folded(word) for word in re.split(r"[(),:.]", sentence)}
    words = [*METHODS.french.values(), *METHODS.english.values()]
    assert {folded(word) for spoken in words for word in spoken} <= named


def test_the_apostrophe_of_an_export_comes_off_and_no_other():
    assert values.as_text("'=SUM(A1)") == "=SUM(A1)"
    assert values.as_text("'Fodé") == "'Fodé"


@given(st.one_of(st.text(), st.integers(), st.floats(), st.dates(), st.datetimes(), st.booleans(), st.none()))
def test_any_cell_at_all_is_read_or_refused_with_a_sentence(cell):
    for read in (
        lambda c: amounts.amount(c, "GNF"),
        lambda c: amounts.balance(c, "XOF"),
        lambda c: amounts.is_nothing(c, "GNF"),
        values.date,
        choices.yes_or_no,
        lambda c: values.moment(c, CONAKRY),
        lambda c: values.phone(c, "GN"),
        lambda c: values.phones(c, "GN"),
        lambda c: method_of(values.as_text(c)),
        lambda c: values.whole_number(c, 0, 31),
        lambda c: values.text(c, 40),
        lambda c: choices.choice(c, METHODS),
    ):
        with contextlib.suppress(BadValue):  # any other error is what this test is for
            read(cell)


def test_every_column_of_every_file_has_its_words_and_no_word_means_two_columns():
    for name, table in TABLES.items():
        assert set(table.columns) | {"source", "line"} == set(columns_of(name)), name
        assert table.required <= set(table.columns)
        words = [word for column in table.understood.values() for word in column.headings.split()]
        assert sorted(words) == sorted(set(words)), name
        assert all(folded(word) == word for word in words), name


def test_french_headers_are_known():
    assert table_named("Locataires") == "tenants"
    assert table_named("Échéances") == "instalments"
    assert table_named("tenants (1)") == "tenants"
    assert column_named("contracts", "Loyer mensuel") == "monthly_rent"
    assert column_named("contracts", "Date d’effet") == "start_date"
    assert column_named("payments", "Mode de règlement") == "method"
    assert column_named("payments", "Observations") is None
