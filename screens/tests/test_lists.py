"""A list: what its address asks for, what it shows of it, and that its files are the same rows."""

import csv
import datetime as dt
import io
import re
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from screens.lists import Column, Empty, FoundRows, Kind, Listing, ListState, ask, file_of, of_sequence, page_of
from screens.tests.rents import RENTS, ListedRent, RentFilter, found_in, rents


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def asked_by(query: str, **options) -> ListState:
    data = QueryDict(query)
    return ask(data, RENTS, RentFilter(data), **options)


def shown(query: str = "", count: int = 34):
    asked = asked_by(query)
    return page_of(asked, found_in(asked, asked.form, rents(count)))


def state(asked: ListState):
    return asked.filters, asked.kept, asked.order, asked.page, asked.file


# --- the address ----------------------------------------------------------------------------------

some_text = st.text(max_size=12) | st.sampled_from(
    ["", "0", "1", "-1", "٣", "99999999999999999999", "9" * 5000, "rent", "-rent", "mark", "kindia", "csv", "a\0b"]
)
names = st.sampled_from(["q", "town", "months", "since", "late", "sort", "page", "file", "group", "nonsense"])


def query_of(pairs):
    data = QueryDict(mutable=True)
    for name, value in pairs:
        data.appendlist(name, value)
    return data.urlencode()


@given(st.lists(st.tuples(names, some_text), max_size=12).map(query_of) | st.text(max_size=40))
@example("page=99999999999999999999&sort=nonsense&file=exe&q=%00&town=x&since=31.02.2026&months=13")
@example("months=3&months=3&months=1&q=+bah+&late=on&town=conakry&group=a&group=b")
def test_any_address_is_a_state_and_its_own_address_is_the_same_state(query):
    asked = asked_by(query, keep=["group"])
    assert asked.page >= 1
    assert asked.order in {"", *(f"{way}{name}" for way in ("", "-") for name in ("tenant", "town", "since", "rent"))}
    again = asked_by(asked.query, keep=["group"])
    assert state(again) == state(asked)
    assert not again.is_wrong
    asked = asked.with_file("")
    page = page_of(asked, found_in(asked, asked.form, rents(34)))
    assert page.page.number <= max(1, -(-page.count // 10))
    assert len(page.lines) == min(10, page.count - (page.page.number - 1) * 10)


def test_what_goes_without_saying_is_not_in_the_address():
    assert asked_by("q=&town=&page=1&sort=&x=1").query == ""
    assert asked_by("page=3&sort=-rent&town=kindia&q=bah").query == "q=bah&town=kindia&sort=-rent&page=3"
    by_rent = replace(RENTS, order="-rent")
    assert ask(QueryDict("sort=-rent"), by_rent).query == ""
    assert ask(QueryDict("sort=rent"), by_rent).query == "sort=rent"
    assert ask(QueryDict("sort=mark"), by_rent).order == "-rent"


@pytest.mark.parametrize(
    ("written", "page"),
    [("2", 2), ("4", 4), ("5", 4), ("99999999999999999999", 4), ("0", 1), ("-3", 1), ("x", 1), ("٣", 1), ("007", 4)],
)
def test_a_page_that_is_not_there_is_the_last_or_the_first(written, page):
    assert shown(f"page={written}").page.number == page


def test_a_wrong_filter_filters_nothing_and_the_others_hold():
    asked = asked_by("town=paris&since=31.02.2026&q=003")
    assert asked.is_wrong
    assert [(one.field, one.raw) for one in asked.filters] == [("q", "003")]
    page = page_of(asked, found_in(asked, asked.form, rents(34)))
    assert page.count == 1
    assert "paris is not one of the available choices" in render_to_string("components/list.html", {"list": page})


# --- the page -------------------------------------------------------------------------------------


def test_each_filter_is_a_chip_that_takes_off_itself_alone():
    page = shown("q=bah&town=conakry&months=3&months=1&since=2026-11-02&late=on&page=2&sort=rent")
    assert [chip.text for chip in page.chips] == [
        "Search: bah",
        "Town: Conakry & Kaloum",
        "Month: Month 3",
        "Month: Month 1",
        "Since: 02/11/2026",
        "Only late ones",
    ]
    assert page.chips[2].url == "?q=bah&town=conakry&months=1&since=2026-11-02&late=on&sort=rent#list"
    assert page.everything == "?sort=rent#list"


def test_a_head_sorts_and_a_second_press_reverses():
    by_name = {head.column.name: head for head in shown("town=kindia&page=2").heads}
    assert by_name["tenant"].url == "?town=kindia&sort=tenant#list"
    assert by_name["rent"].url == "?town=kindia&sort=-rent#list"
    assert by_name["received"].url == ""
    assert [head.direction for head in by_name.values()] == [""] * 7
    risen = next(head for head in shown("sort=since").heads if head.column.name == "since")
    assert (risen.direction, risen.url) == ("ascending", "?sort=-since#list")
    fallen = next(head for head in shown("sort=-since").heads if head.column.name == "since")
    assert (fallen.direction, fallen.url) == ("descending", "?sort=since#list")


def test_words_sort_as_in_a_dictionary_and_nothing_is_last_both_ways():
    names = ["Zoumanigui", "élan", "", "Echo", "Ébène", "abou"]
    rows = [
        ListedRent(n, name, "kindia", None if n == 2 else dt.date(2026, 1, n), 1, 1) for n, name in enumerate(names, 1)
    ]

    def order(by, name):
        return [getattr(row, name) for row in of_sequence(asked_by(f"sort={by}"), rows).rows]

    assert order("tenant", "tenant") == ["abou", "Ébène", "Echo", "élan", "Zoumanigui", ""]
    assert order("-tenant", "tenant") == ["Zoumanigui", "élan", "Echo", "Ébène", "abou", ""]
    assert order("since", "number") == [1, 3, 4, 5, 6, 2]
    assert order("-since", "number") == [6, 5, 4, 3, 1, 2]
    assert order("", "number") == [1, 2, 3, 4, 5, 6]


@given(st.lists(st.tuples(st.sampled_from(["GNF", "XOF"]), st.integers(0, 10**9), st.none() | st.integers(0, 10**9))))
def test_the_sums_are_of_everything_found_and_never_of_two_currencies(amounts):
    rows = [ListedRent(1, "a", "kindia", None, amount, got, currency) for currency, amount, got in amounts]
    sums = of_sequence(asked_by("page=2"), rows).sums
    assert set(sums) == {"rent", "received"}
    for name, position in (("rent", 1), ("received", 2)):
        expected = {code: sum(row[position] or 0 for row in amounts if row[0] == code) for code, *_ in amounts}
        assert sums[name] == expected


def test_a_list_without_rows_says_what_to_do_and_one_without_finds_how_to_see_more():
    nothing = render_to_string("components/list.html", {"list": shown(count=0)})
    assert "No rent yet" in nothing
    assert 'href="/new/"' in nothing
    not_found = render_to_string("components/list.html", {"list": shown("q=zzz&sort=rent")})
    assert "Nothing found" in not_found
    assert 'class="button main" href="?sort=rent#list"' in not_found
    assert "No rent yet" not in not_found


def test_the_template_says_every_fact_once_with_its_heading_where_a_phone_needs_it():
    html = render_to_string("components/list.html", {"list": shown("sort=-rent&town=dakar"), "title": "Rents due"})
    assert "Rents due<span" in html
    assert 'aria-sort="descending"><a href="?town=dakar&amp;sort=rent#list">Rent</a>' in html
    row = re.search(r"<tbody><tr>(.*?)</tr>", html, re.DOTALL)[1]
    assert re.findall(r"<(t[dh])[^>]*?class=\"([^\"]*)\"(?: data-label=\"([^\"]*)\")?>\s*(.*?)</\1>", row) == [
        ("th", "inline", "", '<a href="#5">Tenant 005</a>'),
        ("td", "inline", "", "dakar"),
        ("td", "inline", "", "23/12/2026"),
        ("td", "num", "Rent", "150,000\u00a0XOF"),
        ("td", "num", "Received", "100,000\u00a0XOF"),
        ("td", "num", "Share", "67%"),
        ("td", "num wide", "", "5"),
    ]
    assert "tel:" not in html
    assert '<option value="-rent" selected>Rent ↓</option>' in html
    assert 'href="?town=dakar&amp;sort=-rent&amp;file=xlsx"' in html


def test_what_a_row_says_is_text_never_html():
    rows = [ListedRent(1, "<script>alert(1)</script>", "kindia", None, 1, 1)]
    html = render_to_string("components/list.html", {"list": page_of(asked_by(""), of_sequence(asked_by(""), rows))})
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_cell_of_ones_own_has_the_row_its_value_and_what_the_page_knows(settings, tmp_path):
    (tmp_path / "cell.html").write_text("{{ row.number }}|{{ value }}|{{ column.name }}|{{ mood }}")
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [engine | {"DIRS": [tmp_path, *engine["DIRS"]]}]
    columns = (
        Column("who", "Tenant", "tenant", template="cell.html"),
        Column("phone", "Phone", "phone", Kind.PHONE),
        Column("length", "Length", "due.day.real", Kind.NUMBER),
    )
    listing = replace(RENTS, columns=columns)
    asked = ask(QueryDict(), listing)
    shown = page_of(asked, of_sequence(asked, [*rents(1), replace(rents(1)[0], due=None, phone="")]))
    html = render_to_string("components/list.html", {"list": shown, "mood": "calm"})
    assert "1|Tenant 001|who|calm</th>" in "".join(html.split("\n"))
    assert '<a href="tel:+224620000001">+224\u00a0620\u00a000\u00a000\u00a001</a>' in html
    assert [[cell.text for cell in line.cells[1:]] for line in shown.lines][1] == ["—", "—"]


def test_links_go_by_the_state_and_keep_what_the_page_needs_besides():
    asked = asked_by("sort=rent&group=open&page=2&nonsense=1", keep=["group"])
    page = page_of(asked, found_in(asked, asked.form, rents(34)), files_at="/rents.csv")
    assert page.before == "?group=open&sort=rent#list"
    assert page.after == "?group=open&sort=rent&page=3#list"
    assert page.files == [
        ("CSV", "/rents.csv?group=open&sort=rent&file=csv"),
        ("XLSX", "/rents.csv?group=open&sort=rent&file=xlsx"),
    ]
    html = render_to_string("components/list.html", {"list": page})
    assert '<input type="hidden" name="group" value="open">' in html
    assert 'rel="prev" href="?group=open&amp;sort=rent#list"' in html


# --- files ----------------------------------------------------------------------------------------


def sheet_of(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content)).active


def lines_of(content: bytes):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def file_for(query: str, rows=None):
    asked = asked_by(query)
    return file_of(asked, found_in(asked, asked.form, rents(34) if rows is None else rows))


def test_a_csv_has_all_that_the_pages_show_in_their_order_and_what_stands_below():
    answer = file_for("town=dakar&sort=rent&page=3&file=csv")
    assert answer["Content-Disposition"] == 'attachment; filename="rents.csv"'
    lines = lines_of(answer.content)
    assert lines[0] == ["Tenant", "Phone", "Town", "Due on", "Rent", "Received", "Share", "Currency"]
    assert len(lines) == 1 + 6
    assert lines[1][:6] == ["Tenant 005", "+224620000001", "dakar", "2026-12-23", "150000", "100000"]
    assert lines[1][7] == "XOF"
    names = [line.cells[0].text for line in shown("town=dakar&sort=rent").lines]
    assert [line[0] for line in lines[1:]] == names


def test_a_decimal_in_a_csv_is_one_in_the_readers_language():
    rows = [ListedRent(1, "a", "kindia", None, 8, 1)]
    assert b";0.125;" in file_for("file=csv", rows).content
    with translation.override("fr"):
        assert b";0,125;" in file_for("file=csv", rows).content


def test_an_xlsx_has_numbers_and_dates_with_formats_below_a_bold_head_that_stays():
    sheet = sheet_of(file_for("sort=-since&file=xlsx").content)
    assert sheet.title == "rents"
    assert sheet.freeze_panes == "A2"
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.column_dimensions["D"].width >= 12
    first = sheet[2]
    assert [cell.value for cell in first] == [
        "Tenant 001",
        "+224620000001",
        "kindia",
        dt.datetime(2026, 12, 27),  # noqa: DTZ001 -- a spreadsheet knows no time zones
        1_500_000,
        100_000,
        pytest.approx(1 / 15),
        "GNF",
    ]
    assert [cell.number_format for cell in first] == [
        "General", "General", "General", "dd/mm/yyyy", "#,##0", "#,##0", "0.0%", "General",
    ]  # fmt: skip
    assert sheet.max_row == 35


@given(st.text(max_size=30))
@example("=1+1")
@example("@SUM(A1)")
def test_no_text_of_a_row_is_run_by_a_spreadsheet(text):
    rows = [ListedRent(1, text, "kindia", None, 1, 1)]
    asked = asked_by("file=xlsx")
    sheet = sheet_of(file_of(asked, of_sequence(asked, rows)).content)
    assert sheet["A2"].data_type != "f"
    asked = asked_by("file=csv")
    _head, line = lines_of(file_of(asked, of_sequence(asked, rows)).content)
    assert re.match(r"[=@\t\r]", line[0]) is None


def test_a_moment_is_on_the_clock_of_the_page():
    at = dt.datetime(2026, 11, 30, 14, 5, 59, tzinfo=dt.UTC)
    listing = Listing("log", (Column("at", "At", lambda row: row, Kind.MOMENT),), Empty("Nothing"))
    asked = ask(QueryDict("file=csv"), listing)
    assert file_of(asked, of_sequence(asked, [at])).content == b"\xef\xbb\xbfAt\r\n2026-11-30 14:05\r\n"
    asked = ask(QueryDict("file=xlsx"), listing)
    cell = sheet_of(file_of(asked, of_sequence(asked, [at])).content)["A2"]
    assert (cell.value, cell.number_format) == (dt.datetime(2026, 11, 30, 14, 5), "dd/mm/yyyy hh:mm")  # noqa: DTZ001
    assert page_of(asked, of_sequence(asked, [at])).lines[0].cells[0].text == "30/11/2026 14:05"


# --- the declaration, and a source of one's own ---------------------------------------------------


def test_a_declaration_that_cannot_be_is_refused_at_once():
    rent = Column("rent", "Rent", "amount", Kind.FRANCS)
    for wrong in (
        {"columns": (rent,)},
        {"columns": (rent, rent), "currency": "currency"},
        {"columns": (rent,), "currency": "currency", "order": "rent"},
    ):
        with pytest.raises(ValueError, match=r"currency|name|sort"):
            Listing(name="x", empty=Empty("Nothing"), **wrong)


def test_rows_of_ones_own_sql_come_with_their_count_page_and_sums():
    page = page_of(asked_by("page=7"), FoundRows(rents(4), count=34, page=4, sums={"rent": {"GNF": 5, "XOF": 6}}))
    assert (page.count, page.page.number, page.after) == (34, 4, "")
    assert [(total.heading, total.amounts) for total in page.totals] == [("Rent", ["5\u00a0GNF", "6\u00a0XOF"])]


def test_a_percentage_is_a_ratio_in_a_file():
    listing = Listing("s", (Column("s", "Share", lambda row: row, Kind.PERCENT),), Empty("Nothing"))
    asked = ask(QueryDict("file=xlsx"), listing)
    cell = sheet_of(file_of(asked, of_sequence(asked, [Decimal("0.914")])).content)["A2"]
    assert (cell.value, cell.number_format) == (pytest.approx(0.914), "0.0%")
