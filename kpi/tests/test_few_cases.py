"""What is said of few cases and of many: unusual months, colours, and agents who differ by more than chance."""

import csv
import datetime as dt
import io
import re

import openpyxl
import pytest

from leasing.tests.factories import make_contract, make_instalment, make_paid_instalment, make_property
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.pages import section, text_of, words_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date
URL = "/GN_KINDIA/kpi/"


@pytest.fixture(autouse=True)
def november(monkeypatch):
    monkeypatch.setattr(Site, "today", lambda self: D(2026, 11, 23))


@pytest.fixture
def manager(client):
    client.force_login(make_person("mariama", GN_KINDIA="manager", GN_LABE="manager", SN_DAKAR="manager"))
    return client


@pytest.fixture(scope="module")
def year(lasting):
    """Twenty-one rents a month, one of them large, which October did not see; in it one more, of another agent."""
    awa, binta = make_person("awa", GN_KINDIA="agent"), make_person("binta", GN_KINDIA="agent")
    site = Site.objects.get(pk="GN_KINDIA")
    with site_scope(["GN_KINDIA"]):
        make_property(site)
        steady = make_contract(site, monthly_rent=1_000_000, start_date=D(2025, 1, 1), agent=awa)
        small = [make_contract(site, monthly_rent=2_000, start_date=D(2025, 1, 1), agent=binta) for _home in range(20)]
        other = make_contract(site, monthly_rent=600_000, start_date=D(2026, 10, 7), agent=binta)
        for number in range(9, 22):
            month = D(2025 + number // 12, number % 12 + 1, 1)
            for contract in small if month == D(2026, 10, 1) else [steady, *small]:
                make_paid_instalment(contract, month, paid_on=month.replace(day=4))
        make_instalment(steady, D(2026, 10, 1))
        make_paid_instalment(other, D(2026, 10, 1), paid_on=D(2026, 10, 20), due_date=D(2026, 10, 10))


@pytest.fixture
def few():
    """Two rents due in October, one of them paid; both were in September. Three homes, two let."""
    site = Site.objects.get(pk="GN_LABE")
    with site_scope(["GN_LABE"]):
        make_property(site)
        paid, unpaid = (make_contract(site, start_date=D(2026, 9, 1)) for _home in range(2))
        for month in (D(2026, 9, 1), D(2026, 10, 1)):
            make_paid_instalment(paid, month, paid_on=month.replace(day=5))
        make_paid_instalment(unpaid, D(2026, 9, 1), paid_on=D(2026, 9, 5))
        make_instalment(unpaid, D(2026, 10, 1))


def card(answer, key):
    found = re.search(rf'<article class="card kpi" id="{key}">(.*?)</article>', answer.content.decode(), re.DOTALL)
    return found[1]


def test_a_month_unlike_the_others_is_marked_in_its_drawing_and_named_beside_it(manager, year):
    page = manager.get(URL).content.decode()
    card = re.search(r'id="paymentCollectionRate">(.*?)</article>', page, re.DOTALL)[1]
    assert "<title>13 months: from 100% to 39%</title>" in card
    # October is unlike the twelve months before: a dot in another colour.
    assert card.count('class="dot unusual"') == 1 + 1  # the month's, and that of the words below
    assert "unusual: Oct 2026" in re.sub(r"<[^>]+>", "", card)


def test_an_unusual_month_of_the_period_is_named_and_no_other(manager, year):
    assert "Collection, October 2026: 39%" in section(manager.get(URL), "unusual")
    assert "Unusual months" not in text_of(manager.get(URL + "?start=2026-11-01&end=2026-11-10"))


def test_charts_have_their_numbers_beside_them(manager, year):
    charts = section(manager.get(URL), "charts")
    assert "Collection over 13 months" in charts
    assert "October 2025 100% 21 rents due" in charts
    assert "October 2026 unusual 39% 22 rents due" in charts
    due = "Rents, charges and other amounts due before 31/10/2026 and unpaid on that day."
    assert f"Arrears by age {due} 1 to 30 days late" in charts
    assert "1 to 30 days late 1,000,000 GNF 1 amount" in charts
    assert (
        "Income by payment method Payments from 01/10/2026 to 31/10/2026, including rent in advance and arrears, "
        "without what paid deposits, repairs and other charges. Cash 640,000 GNF 21 payments Total 640,000 GNF"
        in charts
    )


def test_few_cases_are_said_and_never_red(manager, few):
    answer = manager.get("/GN_LABE/kpi/?period=last-month")
    collection = card(answer, "paymentCollectionRate")
    assert "Collection 50% ▼ −50 points, worse Target 95%, not met · 2 rents due · few cases" in words_of(collection)
    assert 'class="bad"' not in collection
    gaps = re.search(r'aria-labelledby="gaps"(.*?)</section>', answer.content.decode(), re.DOTALL)[1]
    assert re.search(r"Collection Critical shortfall 50%, [^·]* Few cases\.", words_of(gaps))
    assert 'class="tag bad"' not in gaps


def test_many_cases_are_red_where_they_fall_short(manager, year):
    collection = card(manager.get(URL), "paymentCollectionRate")
    assert "not met · 22 rents due" in words_of(collection)
    assert "few cases" not in collection
    assert collection.count('class="bad"') == 2  # against the month before, and against the target


def test_agents_are_no_cases(manager, year):
    assert "few cases" not in card(manager.get(URL), "revenuePerAgent")


def test_of_all_sites_those_with_few_cases_have_no_colour(manager, year, few):
    rows = re.search(r'<table class="heat small">(.*?)</table>', manager.get("/ALL/kpi/").content.decode(), re.DOTALL)
    collection = next(row for row in rows[1].split("<tr>") if "Collection" in row)
    assert re.findall(r'<td class="num( \w+)?">', collection) == [" bad", "", ""]


def test_the_file_says_which_values_stand_on_few_cases(manager, few):
    answer = manager.get("/GN_LABE/kpi/report.csv?period=last-month")
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    by_name = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    assert by_name["Collection"]["Few cases"] == "yes"
    assert by_name["Renewal"]["Few cases"] == ""


def test_a_rate_has_one_scale_in_all_sheets(manager, year):
    book = openpyxl.load_workbook(io.BytesIO(manager.get(URL + "report.xlsx").content))
    head, *rows = book["Agents"].iter_rows(values_only=True)
    rates = {row[0]: dict(zip(head, row, strict=True))["Collection (%)"] for row in rows}
    assert rates == {"Awa": 0, "Binta": 100}
    assert book["Indicators"]["C2"].value == 39


def test_the_api_says_it_too(manager, few):
    report = manager.get(
        "/api/kpi/report?startDate=2026-10-01&endDate=2026-10-31", headers={"X-Site-ID": "GN_LABE"}
    ).json()
    few_cases = {trend["key"]: trend["isFewCases"] for trend in report["trends"]}
    assert few_cases["paymentCollectionRate"] is True
    assert few_cases["renewalRate"] is False  # of nothing one says why there is nothing


def test_an_agent_whose_rate_is_not_that_of_the_others_by_chance_is_told_apart(manager, year):
    agents = section(manager.get(URL), "leaders")
    # One rent of Awa's, unpaid, and all 21 of Binta's, paid.
    assert "0% 1 rent due, too few to rank 0% to 79% below the others" in agents
    assert "100% 21 rents due 85% to 100% above the others" in agents
