"""The KPI page: what a manager reads, in every period and scope, and who is kept out."""

import datetime as dt
import gzip
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from kpi.counting.counts import Counts
from kpi.indicators import BY_KEY, HEADLINE, KEYS, OTHERS
from kpi.indicators.indicator import Metric
from kpi.models import KPITarget
from kpi.pages.words import card_for_indicator
from kpi.report.trends import Trend, compare
from leasing.models import Contract
from leasing.tests.factories import make_contract, make_instalment, make_paid_instalment, make_property
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.pages import text_of, words_of
from tests.people import make_person
from tests.portfolios import Portfolio, staff

pytestmark = pytest.mark.django_db
D = dt.date
URL = "/GN_KINDIA/kpi/"


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
    """Two rents of 1 000 000 due in October, one paid; three properties, two let; one agent."""
    make_person("awa", GN_KINDIA="agent")
    site = Site.objects.get(pk="GN_KINDIA")
    with site_scope(["GN_KINDIA"]):
        make_property(site)
        paid, unpaid = (make_contract(site, monthly_rent=1_000_000) for _ in range(2))
        make_paid_instalment(paid, D(2026, 10, 1), paid_on=D(2026, 10, 5))
        make_instalment(unpaid, D(2026, 10, 1))
        for month in (8, 9):
            make_paid_instalment(paid, D(2026, month, 1), paid_on=D(2026, month, 6))
            make_paid_instalment(unpaid, D(2026, month, 1), paid_on=D(2026, month, 6))


def card(answer, key):
    found = re.search(rf'<article class="card kpi" id="{key}">(.*?)</article>', answer.content.decode(), re.DOTALL)
    return words_of(found[1])


def test_a_manager_reads_nine_cards_and_three_below_for_the_last_full_month(manager, october):
    answer = manager.get(URL)
    assert answer.status_code == 200
    assert re.findall(r'<article class="card kpi" id="(\w+)">', answer.content.decode()) == [*HEADLINE, *OTHERS]
    assert (len(HEADLINE), len(OTHERS), set(HEADLINE + OTHERS)) == (9, 3, set(KEYS))
    assert "October 2026 · previous period: September 2026" in text_of(answer)
    collection = card(answer, "paymentCollectionRate")
    assert collection.startswith("Collection 50% ▼ −50 points, worse Target 95%, not met · 2 rents due")
    assert "1,000,000 GNF received of 2,000,000 GNF due. Previous period: 100%." in collection
    occupancy = card(answer, "occupancyRate")
    assert occupancy.startswith("Occupancy 66.7% = stable Target 95%, not met · 3 properties to let")
    assert "2 of 3." in occupancy
    risk = card(answer, "portfolioRiskScore")
    assert "Target 15 out of 100, met · 2 contracts in force" in risk
    assert card(answer, "revenuePerAgent").startswith("Yearly rent per agent 24,000,000 GNF")


@pytest.mark.parametrize(
    ("now", "words"), [("1.04", ("=", "", "stable", "quiet")), ("1.06", ("▲", "+0.1", "better", "good"))]
)
def test_a_move_of_which_no_digit_is_shown_is_stable(now, words):
    metrics = [Metric("agentProductivity", Decimal(value), 4) for value in (now, "1")]
    moved = compare(BY_KEY["agentProductivity"], *metrics)
    trend = Trend("agentProductivity", "", *metrics, moved, None, None, None, ())
    with translation.override("en"):
        [reading] = card_for_indicator("agentProductivity", [trend], {"": Counts()}).readings
    assert (reading.move.arrow, reading.move.change, reading.move.verdict, reading.move.tone) == words


def test_a_kpi_without_data_says_why_and_never_shows_a_zero(manager, october):
    renewal = card(manager.get(URL), "renewalRate")
    assert renewal.startswith("Renewal — Not enough data: no contract came to its term in this period. Target 80%")


def test_the_first_line_names_the_gap_that_is_worth_most_and_leads_to_where_one_acts(manager, october):
    with site_scope(["GN_KINDIA"]):
        KPITarget.objects.filter(key__in=["occupancyRate", "revenuePerAgent"]).delete()
    answer = manager.get(URL)
    assert (
        "Look at this first: Collection, 50%, for a target of 95% (2 rents due)."
        " Making up the shortfall is worth 900,000 GNF. Unpaid rents" in text_of(answer)
    )
    assert 'href="/GN_KINDIA/kpi/paymentCollectionRate/?period=last-month">Unpaid rents</a>' in answer.content.decode()


def test_the_first_line_counts_empty_properties(manager, october):
    with site_scope(["GN_KINDIA"]):
        KPITarget.objects.exclude(key="occupancyRate").delete()
    assert (
        "Look at this first: Occupancy, 66.7%, for a target of 95% (3 properties to let). 1 property is vacant:"
        " 1,000,000 GNF a month at the median rent. Vacant properties" in text_of(manager.get(URL))
    )


def test_the_first_line_says_when_all_is_well(manager, october):
    with site_scope(["GN_KINDIA"]):
        KPITarget.objects.exclude(key="portfolioRiskScore").delete()
    assert "Every indicator that has a value and a target meets it." in text_of(manager.get(URL))


def test_nothing_recorded_yet_says_what_to_do_next(manager):
    answer = manager.get(URL)
    assert "Nothing to count yet" in text_of(answer)
    assert "<article" not in answer.content.decode()
    way = 'href="/GN_KINDIA/leasing/import/">Import a portfolio</a>'
    assert way in answer.content.decode()
    assert "Import a portfolio" not in manager.get("/ALL/kpi/").content.decode()  # which only reads


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?period=this-month", "01/11/2026 to 23/11/2026 · previous period: 01/10/2026 to 23/10/2026"),
        ("?period=last-month", "October 2026 · previous period: September 2026"),
        ("?period=quarter", "01/08/2026 to 31/10/2026 · previous period: 01/05/2026 to 31/07/2026"),
        ("?period=year", "01/11/2025 to 31/10/2026 · previous period: 01/11/2024 to 31/10/2025"),
        ("?start=2026-10-05&end=2026-10-11", "05/10/2026 to 11/10/2026 · previous period: 28/09/2026 to 04/10/2026"),
        ("?start=05/10/2026&end=05/10/2026", "5 October 2026 · previous period: 4 October 2026"),
    ],
)
def test_each_choice_of_period_names_its_days_and_those_before(manager, october, query, words):
    assert words in text_of(manager.get(URL + query))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?start=2026-10-31&end=2026-10-01", "To : The end, 01/10/2026, is before the start, 31/10/2026."),
        ("?start=2026-10-01", "To : Give both days of the period."),
        ("?end=2026-10-01", "From : Give both days of the period."),
        ("?start=tomorrow&end=2026-10-01", "From : Enter a valid date."),
        ("?start=2026-02-30&end=31", "From : Enter a valid date. To : Enter a valid date."),
        ("?start=2020-01-01&end=2026-01-01", "To : A period has at most 5 years."),
        ("?start=0001-01-01&end=9999-12-31", "From : Give a date from 01/01/1990 to 31/12/2100."),
        ("?start=2026-11-24&end=2027-01-31", "From : The start, 24/11/2026, is in the future."),
        ("?period=decade", "Period : Select a valid choice."),
        ("?start=%00&end=2026-01-01", "From : "),
    ],
)
def test_a_period_that_cannot_be_names_the_field_and_shows_the_last_month(manager, october, query, sentence):
    answer = manager.get(URL + query)
    assert answer.status_code == 400
    words = text_of(answer)
    assert sentence in re.sub(r" +", " ", words)
    assert "October 2026 · previous period: September 2026" in words
    assert "50%" in card(answer, "paymentCollectionRate")


def test_an_end_to_come_is_cut_to_today_and_the_page_says_so(manager, october):
    answer = manager.get(URL + "?start=2026-10-01&end=2026-12-31")
    words = text_of(answer)
    assert answer.status_code == 200
    assert "01/10/2026 to 23/11/2026 · previous period:" in words
    sentence = "The period you asked for ends on 31/12/2026, in the future: these are the figures up to today"
    assert f"{sentence}, 23/11/2026." in words
    assert sentence in text_of(manager.get(URL + "print/?start=2026-10-01&end=2026-12-31"))
    assert "?start=2026-10-01&amp;end=2026-11-23" in answer.content.decode()
    assert sentence not in text_of(manager.get(URL + "?start=2026-10-01&end=2026-11-23"))
    # Today is in no way longer than five years, whatever was asked for.
    assert manager.get(URL + "?start=2022-01-01&end=2100-12-31").status_code == 200


def test_records_that_are_still_to_begin_have_nothing_to_lead_to(manager):
    with site_scope(["GN_KINDIA"]):
        make_contract(Site.objects.get(pk="GN_KINDIA"), start_date=dt.date(2027, 1, 1))
    words = text_of(manager.get(URL))
    assert "Nothing to count yet" in words
    assert "No data before" not in words


def test_a_period_before_the_records_is_empty_and_says_where_they_begin(manager, october):
    with site_scope(["GN_KINDIA"]):
        Contract.objects.update(start_date=D(2026, 7, 15))
    for address in ("", "print/"):
        answer = manager.get(f"{URL}{address}?start=2019-01-01&end=2019-01-31")
        words = text_of(answer)
        assert "No data before 15/07/2026 The first contract on record begins on that day. See July 2026" in words
        assert "Critical" not in words
        assert "<article" not in answer.content.decode()
        assert 'href="?start=2026-07-01&amp;end=2026-07-31"' in answer.content.decode()
    for kind in ("csv", "xlsx"):
        answer = manager.get(f"{URL}report.{kind}?start=2019-01-01&end=2019-01-31")
        assert (answer.status_code, answer["Location"]) == (302, f"{URL}?start=2019-01-01&end=2019-01-31")
    assert "No data before" not in text_of(manager.get(URL + "?start=2026-07-01&end=2026-07-15"))


def test_all_my_sites_show_the_union_with_amounts_per_currency(manager, october):
    make_person("binta", SN_DAKAR="agent")
    dakar, mamou = (Site.objects.get(pk=code) for code in ("SN_DAKAR", "GN_MAMOU"))
    for site in (dakar, mamou):
        with site_scope([site.code]):
            make_paid_instalment(make_contract(site, monthly_rent=90_000), D(2026, 10, 1), paid_on=D(2026, 10, 5))
    answer = manager.get("/ALL/kpi/")
    collection = card(answer, "paymentCollectionRate")
    assert re.search(r"GNF 50% .*? 2 rents due .*? XOF 100% .*? Target 95%, met · 1 rent due", collection)
    assert "1,000,000 GNF received of 2,000,000 GNF due." in collection
    assert "90,000 XOF received of 90,000 XOF due." in collection
    # Mamou, where she is only an agent, is not counted: 3 of 4, not 4 of 5.
    assert card(answer, "occupancyRate").startswith("Occupancy 75%")
    # The sites of each currency share a target; the deadlines for deposits are all 30 days.
    revenue = card(answer, "revenuePerAgent")
    assert "Target 50,000,000 GNF" in revenue
    assert "Target 3,500,000 XOF" in revenue


def test_a_target_on_which_sites_disagree_is_not_shown_for_all_of_them(manager, october):
    with site_scope(["GN_KINDIA"]):
        KPITarget.objects.filter(key="occupancyRate").update(value="0.90")
    assert "Target 90%" in card(manager.get(URL), "occupancyRate")
    assert "Target" not in card(manager.get("/ALL/kpi/"), "occupancyRate")


def test_an_agent_is_kept_out_and_told_so(client, october):
    client.force_login(make_person("agent", GN_KINDIA="agent"))
    answer = client.get(URL)
    assert answer.status_code == 403
    assert "50" not in text_of(answer)


def test_nobody_sees_it_without_signing_in(client):
    assert client.get(URL)["Location"].startswith("/accounts/login/")


def test_only_reading_is_possible(manager):
    assert manager.post(URL).status_code == 405


def test_the_number_of_statements_is_fixed_and_at_most_twelve(manager):
    staff({"awa": [("GN_KINDIA", "agent")]})
    Portfolio(3, ["GN_KINDIA", "SN_DAKAR"], contracts=40).write()
    counted = []
    manager.get(URL)  # the flag is in the cache from then on
    for url in (URL, "/ALL/kpi/", URL + "?period=year", "/ALL/kpi/?start=2023-01-01&end=2024-02-29"):
        with CaptureQueriesContext(connection) as sent:
            assert manager.get(url).status_code == 200
        counted.append([q["sql"] for q in sent if "SAVEPOINT" not in q["sql"]])
    # Outside a test "all my sites" sends one more, which makes its transaction read-only.
    assert {len(statements) for statements in counted} == {11}


@pytest.mark.parametrize("language", ["fr", "sus"])
def test_the_page_is_small_enough_for_a_slow_link(manager, october, language):
    manager.cookies["django_language"] = language
    page = manager.get(URL).content
    assert len(gzip.compress(page)) < 12_000


def test_it_reads_as_french_for_whoever_reads_french(client, october):
    person = make_person("kadiatou", GN_KINDIA="manager")
    person.preferred_language = "fr"
    person.save()
    client.force_login(person)
    answer = client.get(URL)
    collection = card(answer, "paymentCollectionRate").replace("\u00a0", " ").replace("\u202f", " ")
    assert collection.startswith("Encaissement 50 % ▼ −50 points, c’est moins bien Cible 95 %, non atteinte")
    assert "1 000 000 GNF encaissés sur 2 000 000 GNF échus." in collection
    assert "octobre 2026" in text_of(answer)
