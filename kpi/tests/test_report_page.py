"""The report's page, its paper, its files and its subscription, beyond the cards of test_views."""

import csv
import datetime as dt
import io
import re

import openpyxl
import pytest
from django.contrib.messages import get_messages

from accounts.models import User
from kpi.actions import compare_sites, refresh_snapshots
from kpi.indicators import HEADLINE, OTHERS
from kpi.models import KPITarget, ReportSubscription
from leasing.models import Contract
from leasing.tests.factories import (
    make_contract,
    make_instalment,
    make_litigation,
    make_notice,
    make_paid_instalment,
    make_property,
    make_survey,
)
from sites_app.models import Flag, Site
from sites_app.scope import site_scope
from tests.pages import section, text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date
URL = "/GN_KINDIA/kpi/"


@pytest.fixture(autouse=True)
def november(monkeypatch):
    monkeypatch.setattr(Site, "today", lambda self: D(2026, 11, 23))


@pytest.fixture
def manager(client):
    person = make_person("mariama", GN_KINDIA="manager", SN_DAKAR="manager")
    person.email = "mariama@example.com"
    person.save()
    client.force_login(person)
    return client


@pytest.fixture(scope="module")
def year(lasting):
    """Six rents a month: a large one that October did not see, one since October by another agent, four small ones."""
    awa, binta = make_person("awa", GN_KINDIA="agent"), make_person("binta", GN_KINDIA="agent")
    site = Site.objects.get(pk="GN_KINDIA")
    with site_scope(["GN_KINDIA"]):
        make_property(site)
        steady = make_contract(site, monthly_rent=1_000_000, start_date=D(2025, 1, 1), agent=awa)
        small = [make_contract(site, monthly_rent=10_000, start_date=D(2025, 1, 1)) for _home in range(4)]
        other = make_contract(site, monthly_rent=600_000, start_date=D(2026, 10, 7), agent=binta)
        for number in range(22):
            month = D(2025 + number // 12, number % 12 + 1, 1)
            for contract in small if month == D(2026, 10, 1) else [steady, *small]:
                make_paid_instalment(contract, month, paid_on=month.replace(day=4))
        make_instalment(steady, D(2026, 10, 1))
        make_paid_instalment(other, D(2026, 10, 1), paid_on=D(2026, 10, 20), due_date=D(2026, 10, 10))
        for rating in (9, 7, 10, 8, 6):
            make_survey(steady.tenant, kind="satisfaction", rating=rating, answered_on=D(2026, 10, 3))
    return steady


@pytest.fixture
def flag():
    """The dashboard's flag; what waffle remembers of it is forgotten when it is changed, and afterwards."""
    found = Flag.objects.get(name="advanced_kpi_dashboard")
    yield found
    found.flush()


def test_every_card_has_its_thirteen_months_and_leads_to_its_rows(manager, year):
    page = manager.get(URL).content.decode()
    for key in (*HEADLINE, *OTHERS):
        assert f'href="/GN_KINDIA/kpi/{key}/?period=last-month"' in page


def test_where_to_act_comes_in_order_of_francs_with_the_place_where_one_does(manager, year):
    answer = manager.get(URL)
    gaps = section(answer, "gaps")
    assert (
        "Collection Critical shortfall 39%, for a target of 95% (6 rents due)."
        " Making up the shortfall is worth 918,000 GNF." in gaps
    )
    assert "1 property is vacant: 10,000 GNF a month at the median rent." in gaps
    assert "In order of the francs at stake" in gaps
    in_order = ["Yearly rent per agent", "Collection", "Occupancy", "Contracts per agent per month"]
    assert sorted(in_order, key=gaps.index) == in_order
    page = answer.content.decode()
    assert 'href="/GN_KINDIA/kpi/occupancyRate/?period=last-month">Vacant properties</a>' in page


def test_matters_that_took_long_are_shown_as_they_are_counted_notices_too(manager, year):
    with site_scope(["GN_KINDIA"]):
        make_notice(year, issued_on=D(2026, 7, 1), legal_deadline=D(2026, 8, 1), closed_on=D(2026, 10, 9))
        make_litigation(year, opened_on=D(2026, 6, 1), resolved_on=D(2026, 10, 9))
    page = manager.get(URL).content.decode()
    [address] = re.findall(r'href="([^"]*)">Matters closed, longest first</a>', page)
    rows = text_of(manager.get(address.replace("&amp;", "&")))
    assert re.search(r" 130 .* 100 ", rows), rows


@pytest.mark.no_cover
def test_every_link_of_the_page_leads_somewhere(manager, year):
    page = manager.get(URL).content.decode()
    addresses = set(re.findall(r'href="(/GN_KINDIA/[^"#]*)"', page))
    assert len(addresses) > 15
    for address in addresses:
        assert manager.get(address.replace("&amp;", "&")).status_code == 200, address


def test_agents_are_ranked_and_few_rows_are_not(manager, year):
    agents = section(manager.get(URL), "leaders")
    # Binta alone signed anything, Awa alone has answers enough: nobody is first of one.
    assert re.search(r"Binta 1 no. 2 600,000 GNF 1 contract 100% 1 rent due, too few to rank 21% to 100%", agents)
    assert re.search(
        r"Awa 0 no. 1 1,000,000 GNF 1 contract 0% 1 rent due, too few to rank 0% to 79% 8 out of 10 5 answers ", agents
    )


def test_benchmarks_say_what_they_rest_on(manager, year):
    for code in ("GN_CONAKRY", "GN_MAMOU", "SN_DAKAR"):
        with site_scope([code]):
            make_contract(Site.objects.get(pk=code), start_date=D(2026, 1, 1))
    compare_sites(today=D(2026, 11, 23))
    benchmarks = section(manager.get(URL), "benchmarks")
    assert re.search(
        r"Occupancy 85.7% at the average average 85%, best 98% starting assumption · AKIG 2.5, 23/11/2026"
        r" worse than the median , place 4 of 4 median 100%, best 100%",
        benchmarks,
    )
    assert "Yearly rent" not in benchmarks
    # Nothing says which site is which.
    for name in ("Conakry", "Mamou", "Dakar"):
        assert name not in benchmarks


def test_a_value_made_of_francs_stands_beside_the_others_in_each_currency(manager, year):
    for code in ("GN_CONAKRY", "GN_MAMOU", "GN_LABE", "SN_DAKAR"):
        with site_scope([code]):
            contract = make_contract(Site.objects.get(pk=code), start_date=D(2026, 1, 1), monthly_rent=50_000)
            make_paid_instalment(contract, D(2026, 10, 1), paid_on=D(2026, 10, 5))
    compare_sites(today=D(2026, 11, 23))
    assert re.search(r"Collection GNF\s39% · XOF\s100% ", section(manager.get("/ALL/kpi/"), "benchmarks"))
    assert re.search(r"Collection 39% ", section(manager.get(URL), "benchmarks"))


def test_all_my_sites_are_beside_one_another_each_against_its_own_target(manager, year):
    with site_scope(["SN_DAKAR"]):
        site = Site.objects.get(pk="SN_DAKAR")
        make_paid_instalment(make_contract(site, monthly_rent=90_000), D(2026, 10, 1), paid_on=D(2026, 10, 5))
        KPITarget.objects.filter(key="paymentCollectionRate").update(value="0.5")
    answer = manager.get("/ALL/kpi/")
    heat = section(answer, "heat")
    assert "Collection 39% ✗ target not met 100% ✓ target met" in heat
    assert re.search(r"Yearly rent per agent 9,840,000 GNF ✗ target not met —", heat)
    assert 'href="/SN_DAKAR/kpi/?period=last-month"' in answer.content.decode()
    assert "Send it to me" not in text_of(answer)


def test_the_report_of_closed_months_comes_from_snapshots_and_says_the_same(manager, year):
    live = text_of(manager.get(URL))
    with site_scope(["GN_KINDIA"]):
        refresh_snapshots(site=Site.objects.get(pk="GN_KINDIA"), today=D(2026, 11, 23))
    assert text_of(manager.get(URL)) == live


# --- outside the flag ---------------------------------------------------------------------------------------


def test_outside_the_flag_the_plain_indicators_stand_at_the_same_address(manager, year, flag):
    flag.everyone = False
    flag.save()
    flag.flush()
    answer = manager.get(URL)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert page.count('<article class="card kpi"') == 12
    assert "39%" in page
    for absent in ("Where to act", "Compared with the others", "kpi/report.csv", "See the rows behind it"):
        assert absent not in page


@pytest.mark.parametrize("address", ["print/", "report.csv", "report.xlsx", "occupancyRate/", "occupancyRate/rows.csv"])
def test_outside_the_flag_the_dashboards_addresses_lead_to_the_plain_indicators(manager, year, flag, address):
    flag.everyone = False
    flag.save()
    flag.flush()
    answer = manager.get(URL + address + "?period=quarter")
    assert (answer.status_code, answer["Location"]) == (302, "/GN_KINDIA/kpi/?period=quarter")


def test_a_programs_report_is_on_no_side_of_the_flag(manager, year, flag):
    flag.everyone = False
    flag.save()
    flag.flush()
    answer = manager.get("/api/kpi/report", headers={"X-Site-ID": "GN_KINDIA"})
    assert (answer.status_code, answer.json()["siteId"]) == (200, "GN_KINDIA")


@pytest.mark.no_cover
def test_raising_the_percentage_keeps_who_had_it(client, year, flag):
    people = [make_person(f"manager{number}", GN_KINDIA="manager") for number in range(30)]
    had = set()
    for percent in (10, 50, 100):
        flag.percent = percent
        flag.save()
        flag.flush()
        have = set()
        for person in people:
            client.force_login(person)
            # Of what is in the dashboard only, the least to compute.
            if client.get(URL + "occupancyRate/rows.csv").status_code == 200:
                have.add(person.pk)
        assert had <= have
        had = have
    assert len(had) == 30


# --- paper and files ---------------------------------------------------------------------------------------


def test_the_printed_report_is_all_open_with_every_definition(manager, year):
    answer = manager.get(URL + "print/?start=2026-10-01&end=2026-10-31")
    words = text_of(answer)
    assert "Indicators of Kindia Branch" in words
    assert "<details" not in answer.content.decode().split("<main")[1]
    assert words.count("The share of the lettable properties") == 1
    assert "Collection 39% 6 rents due · few cases 100% ▼ −61 points, worse 95% not met" in words


def test_the_csv_has_a_row_for_each_indicator_with_the_numbers_of_the_screen(manager, year):
    answer = manager.get(URL + "report.csv?start=2026-10-01&end=2026-10-31")
    assert answer["Content-Disposition"] == 'attachment; filename="akig-GN_KINDIA-2026-10-01-2026-10-31.csv"'
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert len(rows) == 12
    collection = dict(zip(head, rows[0], strict=True))
    assert (collection["Indicator"], collection["Value"], collection["Counted"]) == ("Collection", "39.0", "6")
    assert (collection["Previous period"], collection["Target"], collection["Target met"]) == ("100.0", "95.0", "no")
    assert (collection["2025-10"], collection["2026-10"]) == ("100.0", "39.0")
    assert head[-13:] == [f"{2025 + (9 + n) // 12}-{(9 + n) % 12 + 1:02}" for n in range(13)]


def test_a_french_reader_gets_commas(manager, year):
    User.objects.filter(username="mariama").update(preferred_language="fr")
    answer = manager.get(URL + "report.csv?period=last-month")
    assert ";39,0;6;100,0;" in answer.content.decode("utf-8-sig")


def test_the_xlsx_has_a_sheet_for_each_subject_and_real_numbers(manager, year):
    book = openpyxl.load_workbook(io.BytesIO(manager.get(URL + "report.xlsx").content))
    assert book.sheetnames == ["Indicators", "Where to act", "Agents", "Arrears and income"]
    assert [cell.value for cell in book["Indicators"][2]][:4] == ["Collection", "% (GNF)", 39, 6]
    names = {row[0].value for row in book["Agents"].iter_rows(min_row=2)}
    assert names == {"Awa", "Binta"}
    everywhere = openpyxl.load_workbook(io.BytesIO(manager.get("/ALL/kpi/report.xlsx").content))
    assert [row[0].value for row in everywhere["Sites"].iter_rows(min_row=2)] == [
        "Kindia Branch",
        "Dakar Regional Headquarters",
    ]


def test_a_name_that_a_spreadsheet_would_run_is_text(manager, year):
    agent = make_person("zoe", GN_KINDIA="agent")
    agent.full_name = "=HYPERLINK(1)"
    agent.save()
    book = openpyxl.load_workbook(io.BytesIO(manager.get(URL + "report.xlsx").content))
    assert "'=HYPERLINK(1)" in {row[0].value for row in book["Agents"].iter_rows(min_row=2)}


@pytest.mark.parametrize("address", ["report.pdf", "report.", "nothing/"])
def test_what_there_is_not_is_not_found(manager, year, address):
    assert manager.get(URL + address).status_code == 404


def test_a_file_of_dates_that_cannot_be_leads_to_the_page_that_says_so(manager, year):
    answer = manager.get(URL + "report.csv?start=2026-10-31&end=2026-10-01", follow=True)
    assert answer.redirect_chain == [("/GN_KINDIA/kpi/?start=2026-10-31&end=2026-10-01", 302)]
    assert answer.status_code == 400
    assert "is before the start" in text_of(answer)


@pytest.mark.parametrize("address", ["", "print/", "report.csv", "report.xlsx", "occupancyRate/"])
def test_an_agent_is_refused_every_page_and_file(client, year, address):
    client.force_login(make_person("ousmane", GN_KINDIA="agent"))
    answer = client.get(URL + address)
    assert answer.status_code == 403
    assert b"39%" not in answer.content


# --- by mail -----------------------------------------------------------------------------------------------


def test_a_manager_asks_for_the_report_and_ends_it_again(manager, year):
    answer = manager.post(URL + "subscription/", {"want": "1"}, follow=True)
    assert "The monthly report is sent to mariama@example.com" in text_of(answer)
    assert "Stop sending it" in text_of(answer)
    with site_scope(["GN_KINDIA"]):
        assert ReportSubscription.objects.get().user.username == "mariama"
    answer = manager.post(URL + "subscription/", {"want": "0"}, follow=True)
    assert "Send it to me" in text_of(answer)
    with site_scope(["GN_KINDIA"]):
        assert not ReportSubscription.objects.exists()


def test_outside_the_flag_one_can_still_end_it_and_no_more(manager, year, flag):
    manager.post(URL + "subscription/", {"want": "1"})
    flag.everyone = False
    flag.save()
    flag.flush()
    answer = manager.get(URL)
    assert "It is not sent while this page shows you only the indicators." in text_of(answer)
    assert 'name="want" value="0"' in answer.content.decode()
    answer = manager.post(URL + "subscription/", {"want": "0"}, follow=True)
    with site_scope(["GN_KINDIA"]):
        assert not ReportSubscription.objects.exists()
    assert "By e-mail" not in text_of(answer)
    answer = manager.post(URL + "subscription/", {"want": "1"})
    assert "does not come by e-mail while" in str(list(get_messages(answer.wsgi_request))[-1])
    with site_scope(["GN_KINDIA"]):
        assert not ReportSubscription.objects.exists()


def test_the_page_of_a_month_without_a_record_is_where_one_ends_it_too(client):
    person = make_person("fatou", GN_LABE="manager")
    User.objects.filter(pk=person.pk).update(email="fatou@example.com")
    client.force_login(person)
    page = "/GN_LABE/kpi/"  # nothing is on record there
    assert "By e-mail" not in text_of(client.get(page))
    client.post(page + "subscription/", {"want": "1"})
    answer = client.get(page + "?start=2026-10-01&end=2026-10-31")
    assert "Nothing to count yet" in text_of(answer)
    assert 'id="by-mail"' in answer.content.decode()
    assert "Stop sending it" in text_of(answer)


def test_without_an_address_one_is_told_where_to_write_it(client, year):
    client.force_login(make_person("kadi", GN_KINDIA="manager"))
    answer = client.post(URL + "subscription/", {"want": "1"})
    assert answer["Location"] == "/GN_KINDIA/accounts/profile/"
    assert "no e-mail address" in str(next(iter(get_messages(answer.wsgi_request))))
    with site_scope(["GN_KINDIA"]):
        assert not ReportSubscription.objects.exists()


def test_a_wish_that_is_none_is_a_bad_request(manager, year):
    assert manager.post(URL + "subscription/", {"want": "perhaps"}).status_code == 400
    assert manager.post(URL + "subscription/").status_code == 400


def test_one_row_shows_one_row(manager):
    with site_scope(["GN_LABE", "SN_DAKAR"]):
        make_contract(Site.objects.get(pk="SN_DAKAR"), start_date=D(2026, 10, 1), status=Contract.Status.ACTIVE)
    answer = manager.get("/SN_DAKAR/kpi/")
    assert "1 property to let" in text_of(answer)
    assert "Nothing to count yet" not in text_of(answer)
