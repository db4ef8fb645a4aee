"""The page of one KPI: why the value is what it is, for whom it is, and what it leaves out."""

import csv
import datetime as dt
import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from kpi.indicators import BY_KEY, KEYS
from kpi.report import rows as evidence
from kpi.report.rows import group_of
from leasing.models import Contract
from leasing.tests.factories import (
    make_contract,
    make_instalment,
    make_litigation,
    make_paid_instalment,
    make_property,
    make_survey,
    make_tenant,
)
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.pages import text_of
from tests.people import make_person
from tests.portfolios import Portfolio, staff

pytestmark = pytest.mark.django_db
D = dt.date
URL = "/GN_KINDIA/kpi/paymentCollectionRate/"
EACH_GROUP = [(key, group.name) for key in KEYS for group in BY_KEY[key].groups]


@pytest.fixture(autouse=True)
def november(monkeypatch):
    monkeypatch.setattr(Site, "today", lambda self: D(2026, 11, 23))


@pytest.fixture
def manager(client):
    person = make_person("mariama", GN_KINDIA="manager", GN_CONAKRY="manager", SN_DAKAR="manager", GN_MAMOU="agent")
    client.force_login(person)
    return client


@pytest.fixture
def october():
    """Three rents due in October: Fanta paid hers, Mory paid nothing, Saran paid in November."""
    agent = make_person("awa", GN_KINDIA="agent")
    site = Site.objects.get(pk="GN_KINDIA")
    with site_scope(["GN_KINDIA"]):
        for number, (name, rent, paid_on) in enumerate(
            (("Fanta", 800_000, D(2026, 10, 5)), ("Mory", 1_000_000, None), ("Saran", 300_000, D(2026, 11, 2))), start=1
        ):
            contract = make_contract(
                site,
                reference=f"B-{number}",
                tenant=make_tenant(site, name=name, phone=f"+22462000010{number}"),
                property=make_property(site, code=f"P-{number}"),
                monthly_rent=rent,
                agent=agent,
            )
            if paid_on:
                make_paid_instalment(contract, D(2026, 10, 1), paid_on=paid_on)
            else:
                make_instalment(contract, D(2026, 10, 1))


def table(answer):
    """The rows of the list: each a dictionary of heading and words."""
    listed = answer.content.decode().split('id="list"')[1]
    body = re.search(r"<tbody>.*</tbody>", listed, re.DOTALL)
    if body is None:
        assert "<td" not in listed
        return []
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", body[0], re.DOTALL):
        cells = re.findall(r'<t[hd][^>]*data-label="([^"]*)"[^>]*>(.*?)</t[hd]>', row, re.DOTALL)
        assert len(cells) == len(re.findall(r"<t[hd]\b", row)) > 0, row
        found.append({head: " ".join(re.sub(r"<[^>]+>", " ", cell).split()) for head, cell in cells})
    assert len(found) == body[0].count("<tr") > 0
    return found


def lines(answer):
    text = answer.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_manager_reads_the_value_how_it_is_counted_and_the_rows_behind_it(manager, october):
    answer = manager.get(URL)
    assert answer.status_code == 200
    words = text_of(answer)
    assert "Collection Kindia Branch · October 2026 · previous period: September 2026" in words
    assert "38.1%" in words
    assert "Target 95%, not met · 3 rents due" in words
    assert "800,000 GNF received of 2,100,000 GNF due." in words
    assert "The amount received by the last day of the period" in words
    assert "Not received in full 2 Received in full 1" in words
    first, second = table(answer)
    assert first == {
        "Contract": "B-2 Tasks B-2",
        "Tenant": "Mory +224 620 00 01 02",
        "Property": "P-2 Kaloum",
        "Due on": "05/10/2026",
        "Rent": "1,000,000 GNF",
        "Received": "0 GNF",
        "Outstanding": "1,000,000 GNF",
        "Paid since, on": "—",
        "Agent": "Awa",
    }
    assert (second["Contract"], second["Paid since, on"]) == ("B-3 Tasks B-3", "02/11/2026")
    [paid] = table(manager.get(URL + "?group=paid"))
    assert (paid["Contract"], paid["Paid on"]) == ("B-1", "05/10/2026")


def test_the_rows_link_to_their_records_and_the_phone_can_be_called(manager, october):
    page = manager.get(URL).content.decode()
    assert 'href="tel:+224620000102"' in page
    records = re.findall(r'href="(/GN_KINDIA/\w+/[0-9a-f-]{36}/)"', page)
    assert {address.split("/")[2] for address in records} == {"contracts", "tenants", "properties"}
    for address in set(records):
        assert manager.get(address).status_code == 200


def test_rents_that_are_late_lead_to_the_tasks_about_them(manager, october):
    address = "/GN_KINDIA/tasks/?q=B-2"
    assert f'href="{address}"' in manager.get(URL).content.decode()
    assert manager.get(address).status_code == 200
    assert 'href="/ALL/tasks/?q=B-2"' in manager.get("/ALL/kpi/paymentCollectionRate/").content.decode()
    # What was paid needs nobody's work.
    assert "tasks/?q=" not in manager.get(URL + "?group=paid").content.decode()


@pytest.mark.parametrize("query", ["", "?period=last-month", "?start=2026-10-01&end=2026-10-31"])
def test_the_ways_back_to_the_rows_of_another_group_and_to_the_file_keep_the_period(manager, october, query):
    page = manager.get(URL + query).content.decode().replace("&amp;", "&")
    period = query.lstrip("?") or "period=last-month"
    assert f'href="/GN_KINDIA/kpi/?{period}"' in page
    assert f'href="{URL}rows.csv?{period}&group=open"' in page
    assert f'href="?{query.lstrip("?")}{"&" if query else ""}group=paid#list"' in page


def test_a_group_of_another_name_shows_the_first_and_says_so(manager, october):
    for wrong in ("empty", "", "%00", "open'--"):
        answer = manager.get(f"{URL}?group={wrong}")
        assert answer.status_code == 200
        assert "This indicator has no list with that name. Showing: Not received in full." in text_of(answer)
        assert len(table(answer)) == 2
    assert "no list of that name" not in text_of(manager.get(URL))


@pytest.mark.parametrize("page", ["2", "99999999999999999999", "-1", "0", "x", "", "%00", "²"])
def test_a_page_that_does_not_exist_shows_one_that_does(manager, october, page):
    answer = manager.get(f"{URL}?page={page}")
    assert answer.status_code == 200
    assert len(table(answer)) == 2


def test_long_lists_come_in_pages_that_keep_the_query(manager, october, monkeypatch):
    for name in ("kpi.report.rows.PAGE_ROWS", "kpi.pages.rows.PAGE_ROWS"):
        monkeypatch.setattr(name, 1)
    first = manager.get(URL + "?period=last-month&group=open")
    assert "Not received in full · 2 (1–1)" in text_of(first)
    assert "Page 1 of 2" in text_of(first)
    assert 'href="?period=last-month&amp;group=open&amp;page=2#list"' in first.content.decode()
    assert [row["Contract"] for row in table(first)] == ["B-2 Tasks B-2"]
    for number in (2, 3):
        assert [row["Contract"] for row in table(manager.get(f"{URL}?group=open&page={number}"))] == ["B-3 Tasks B-3"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?start=2026-10-31&end=2026-10-01", "To : The end, 01/10/2026, is before the start, 31/10/2026."),
        ("?start=tomorrow&end=2026-10-01", "From : Enter a valid date."),
        ("?period=decade", "Period : Select a valid choice."),
    ],
)
def test_a_period_that_cannot_be_names_the_field_and_shows_the_last_month(manager, october, query, sentence):
    answer = manager.get(URL + query)
    assert answer.status_code == 400
    assert sentence in re.sub(r" +", " ", text_of(answer))
    assert "October 2026" in text_of(answer)
    assert len(table(answer)) == 2
    # A file of other dates would pass for the right one.
    file = manager.get(f"{URL}rows.csv{query}")
    assert (file.status_code, file["Location"]) == (302, URL + query.replace("/", "%2F"))


def test_an_empty_group_says_what_that_means_and_an_empty_indicator_why(manager, october):
    with site_scope(["GN_KINDIA"]):
        make_contract(Site.objects.get(pk="GN_KINDIA"), end_date=D(2026, 10, 15))
    renewal = "/GN_KINDIA/kpi/renewalRate/"
    assert "Every contract that came to its term was renewed, or runs on." in text_of(manager.get(renewal))
    nobody = text_of(manager.get(renewal + "?period=this-month"))
    assert "Nothing to list for this period" in nobody
    assert nobody.count("Not enough data: no contract came to its term in this period.") == 2
    assert "Every contract that came" not in nobody


def test_a_period_before_the_records_lists_nothing_and_leads_to_their_beginning(manager, october):
    with site_scope(["GN_KINDIA"]):
        Contract.objects.update(start_date=D(2026, 8, 10))
    answer = manager.get("/GN_KINDIA/kpi/occupancyRate/?start=2026-08-01&end=2026-08-09")
    assert "No data before 10/08/2026" in text_of(answer)
    assert 'href="?start=2026-08-01&amp;end=2026-08-31">See August 2026</a>' in answer.content.decode()
    assert "P-1" not in text_of(answer)


@pytest.fixture
def portfolio(monkeypatch):
    """Rows for every group; a page shows ten of them."""
    for name in ("kpi.report.rows.PAGE_ROWS", "kpi.pages.rows.PAGE_ROWS"):
        monkeypatch.setattr(name, 10)
    staff({"awa": [("GN_KINDIA", "agent")], "binta": [("SN_DAKAR", "agent")]})
    Portfolio(3, ["GN_KINDIA", "SN_DAKAR", "ML_BAMAKO"], contracts=240).write()


@pytest.fixture
def english():
    with translation.override("en"):
        yield


def test_each_group_of_each_indicator_has_a_page_with_its_rows_and_one_without(manager, portfolio, english):
    own = {site.name for site in Site.objects.filter(code__in=["GN_KINDIA", "SN_DAKAR"])}
    for key, group in EACH_GROUP:
        label = group_of(key, group)
        for site in ("ALL", "GN_KINDIA"):
            answer = manager.get(f"/{site}/kpi/{key}/?group={group}&start=2023-01-01&end=2024-12-31")
            assert answer.status_code == 200
            rows = table(answer)
            headings = [str(column.heading) for column in label.columns]
            assert rows, (key, group, site)
            assert list(rows[0]) == (headings if site != "ALL" else [headings[0], "Site", *headings[1:]])
            if site == "ALL":
                assert {row["Site"] for row in rows} <= own
        empty = manager.get(f"/GN_CONAKRY/kpi/{key}/?group={group}")
        assert empty.status_code == 200
        assert table(empty) == []
        assert str(label.empty) in text_of(empty) or "Nothing to list for this period" in text_of(empty)


def test_every_group_has_its_words():
    for key, name in EACH_GROUP:
        group = group_of(key, name)
        assert group.title
        assert group.empty
        assert group.columns


@pytest.mark.no_cover
def test_another_sites_rows_are_never_there(manager, october):
    for code in ("GN_LABE", "GN_MAMOU", "GN_CONAKRY"):
        with site_scope([code]):
            contract = make_contract(Site.objects.get(pk=code), reference=f"SECRET-{code}")
            make_instalment(contract, D(2026, 10, 1))
            make_litigation(contract, opened_on=D(2026, 10, 1))
            make_survey(contract.tenant, rating=1, answered_on=D(2026, 10, 2))
    for key, group in EACH_GROUP:
        for ending in ("", "rows.csv"):
            own = manager.get(f"/GN_KINDIA/kpi/{key}/{ending}?group={group}").content.decode()
            assert "SECRET" not in own
            # Mamou, where she is only an agent, and Labé, where she is nobody, are not in "all my sites".
            everywhere = manager.get(f"/ALL/kpi/{key}/{ending}?group={group}").content.decode()
            assert "SECRET-GN_LABE" not in everywhere
            assert "SECRET-GN_MAMOU" not in everywhere
    assert "SECRET-GN_CONAKRY" in manager.get("/ALL/kpi/paymentCollectionRate/").content.decode()


@pytest.mark.parametrize("address", [URL, URL + "rows.csv"])
def test_an_agent_and_a_stranger_are_kept_out_and_see_no_row(client, october, address):
    assert client.get(address)["Location"].startswith("/accounts/login/")
    for person in (make_person("agent", GN_KINDIA="agent"), make_person("stranger", GN_LABE="admin")):
        client.force_login(person)
        answer = client.get(address)
        assert answer.status_code == 403
        assert "Mory" not in answer.content.decode()


@pytest.mark.parametrize("address", [URL, URL + "rows.csv"])
def test_only_reading_is_possible(manager, address):
    assert manager.post(address).status_code == 405


@pytest.mark.parametrize("key", ["nothing", "paymentcollectionrate", "francs_due"])
def test_an_indicator_that_does_not_exist_is_not_found(manager, key):
    assert manager.get(f"/GN_KINDIA/kpi/{key}/").status_code == 404
    assert manager.get(f"/GN_KINDIA/kpi/{key}/rows.csv").status_code == 404


@pytest.mark.no_cover
def test_the_number_of_statements_is_fixed_and_at_most_twelve(manager, portfolio):
    counted = set()
    for key, group in EACH_GROUP:
        for site in ("GN_KINDIA", "ALL", "GN_CONAKRY"):
            with CaptureQueriesContext(connection) as sent:
                assert manager.get(f"/{site}/kpi/{key}/?group={group}&period=year").status_code == 200
            counted.add(len([q for q in sent if "SAVEPOINT" not in q["sql"]]))
    # Outside a test "all my sites" sends one more, which makes its transaction read-only.
    assert len(counted) == 1
    assert counted.pop() <= 12


def test_the_file_has_every_row_of_the_group_with_plain_numbers(manager, october, monkeypatch):
    monkeypatch.setattr(evidence, "PAGE_ROWS", 1)
    answer = manager.get(URL + "rows.csv?group=open")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    name = "paymentCollectionRate-open-2026-10-01-2026-10-31.csv"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    head, *rows = lines(answer)
    assert head == [
        "Site", "Contract", "Tenant", "Phone", "Property", "Neighbourhood", "Due on", "Rent", "Received", "Outstanding",
        "Paid since, on", "Agent", "Currency",
    ]  # fmt: skip
    assert rows == [
        ["Kindia Branch", "B-2", "Mory", "+224620000102", "P-2", "Kaloum", "2026-10-05", "1000000", "0", "1000000",
         "", "Awa", "GNF"],
        ["Kindia Branch", "B-3", "Saran", "+224620000103", "P-3", "Kaloum", "2026-10-05", "300000", "0", "300000",
         "2026-11-02", "Awa", "GNF"],
    ]  # fmt: skip


def test_a_name_that_a_spreadsheet_would_run_is_written_as_text(manager, october):
    with site_scope(["GN_KINDIA"]):
        site = Site.objects.get(pk="GN_KINDIA")
        tenant = make_tenant(site, name='=HYPERLINK("http://x")')
        make_survey(tenant, rating=0, answered_on=D(2026, 10, 2), comment="@SUM(1)")
    [row] = lines(manager.get("/GN_KINDIA/kpi/npsScore/rows.csv?group=detractors"))[1:]
    assert row[1] == '\'=HYPERLINK("http://x")'
    assert "'@SUM(1)" in row


def test_what_somebody_wrote_stays_text_on_the_page(manager, october):
    with site_scope(["GN_KINDIA"]):
        tenant = make_tenant(Site.objects.get(pk="GN_KINDIA"), name="<script>alert(1)</script>", phone="")
        make_survey(tenant, rating=0, answered_on=D(2026, 10, 2), comment="<b>" * 200)
    page = manager.get("/GN_KINDIA/kpi/npsScore/?group=detractors").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>" not in page


def test_a_file_with_too_many_rows_is_refused_on_the_page_with_a_way_out(manager, october, monkeypatch):
    monkeypatch.setattr(evidence, "MAX_ROWS", 1)
    answer = manager.get(URL + "rows.csv?group=open", follow=True)
    assert answer.redirect_chain == [(URL + "?period=last-month&group=open", 302)]
    assert "2 rows are too many for one file (at most 1): choose a shorter period, or one site." in text_of(answer)


def test_it_reads_as_french_for_whoever_reads_french(client, october):
    person = make_person("kadiatou", GN_KINDIA="manager")
    person.preferred_language = "fr"
    person.save()
    client.force_login(person)
    answer = client.get(URL)
    words = text_of(answer).replace("\u00a0", " ").replace("\u202f", " ")
    assert "Encaissement Agence de Kindia · octobre 2026" in words
    assert "Loyers non encaissés en entier 2 Loyers encaissés en entier 1" in words
    assert table(answer)[0]["Reste dû"].replace("\u00a0", " ").replace("\u202f", " ") == "1 000 000 GNF"
    assert lines(client.get(URL + "rows.csv"))[0][:4] == ["Site", "Bail", "Locataire", "Téléphone"]


def test_thirteen_months_stand_above_the_rows_with_their_numbers(manager, october):
    page = manager.get(URL).content.decode()
    chart = page.split('id="list"')[0].split("<figure")[1]
    assert "<title>Collection over 13 months</title>" in chart
    assert chart.count("<tr>") == 1 + 13
