"""The KPI page in a real browser: a manager reads nine indicators, an agent is told whom to ask."""

import datetime as dt
import gzip

import pytest
from django.conf import settings

from accounts.tests.factories import PASSWORD, make_user
from kpi.actions import compare_sites
from leasing.tests.factories import (
    make_contract,
    make_instalment,
    make_paid_instalment,
    make_property,
    make_survey,
)
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tests.browser import PHONE, SMALLEST, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
D = dt.date


@pytest.fixture
def people(monkeypatch):
    """A manager of two sites with two currencies, an agent, and October's rent: one of two paid at each site."""
    monkeypatch.setattr(Site, "today", lambda self: D(2026, 11, 23))
    manager = make_user("mariama", full_name="Mariama Bah", preferred_language="fr")
    agent = make_user("ibrahima", full_name="Ibrahima Bangoura", preferred_language="fr")
    Membership.objects.create(user=agent, site_id="GN_KINDIA", role="agent", is_primary=True)
    for code, rent in (("GN_KINDIA", 1_500_000), ("SN_DAKAR", 150_000)):
        Membership.objects.create(user=manager, site_id=code, role="manager", is_primary=code == "GN_KINDIA")
        site = Site.objects.get(pk=code)
        with site_scope([code]):
            make_property(site)
            paid, unpaid = (make_contract(site, monthly_rent=rent) for _ in range(2))
            make_paid_instalment(paid, D(2026, 10, 1), paid_on=D(2026, 10, 5))
            make_instalment(unpaid, D(2026, 10, 1))
            make_survey(paid.tenant, rating=9, answered_on=D(2026, 10, 20))


def test_a_manager_reads_nine_indicators_and_how_one_is_counted(page, live_server, people):
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.click("nav.nav a[href$='/kpi/']")
    page.wait_for_load_state()
    assert page.url == f"{live_server.url}/GN_KINDIA/kpi/"
    assert page.locator("section[aria-labelledby=headline] article").count() == 9
    collection = page.locator("#paymentCollectionRate")
    assert collection.locator(".value").inner_text() == "50\u00a0%"
    francs = collection.get_by_text("1\u202f500\u202f000")
    assert not francs.is_visible()
    collection.locator("summary").focus()
    page.keyboard.press("Enter")
    assert francs.is_visible()


def test_a_manager_sees_trends_and_benchmarks_and_goes_to_where_one_acts(page, live_server, people):
    compare_sites(today=D(2026, 11, 23))
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}/GN_KINDIA/kpi/")
    cards = page.locator("section[aria-labelledby=headline] article")
    assert cards.count() == 9
    for number in range(9):
        assert cards.nth(number).locator(".value").first.is_visible()
    occupancy = page.locator("#occupancyRate")
    assert occupancy.get_by_text("c’est mieux").or_(occupancy.get_by_text("stable")).is_visible()
    assert occupancy.locator("svg.chart").is_visible()
    benchmarks = page.locator("section[aria-labelledby=benchmarks]")
    assert benchmarks.get_by_text("moyenne 85\u00a0%, meilleur 98\u00a0%").is_visible()
    assert benchmarks.get_by_text("hypothèse de départ").first.is_visible()
    page.click("section[aria-labelledby=gaps] >> text=Loyers impayés")
    page.wait_for_load_state()
    assert "/GN_KINDIA/kpi/paymentCollectionRate/" in page.url
    assert page.get_by_role("heading", level=1).inner_text() == "Encaissement"
    assert page.locator("#list tbody tr").count() == 1


def test_all_of_it_works_without_javascript(open_page, live_server, people):
    page = open_page(java_script_enabled=False)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}/GN_KINDIA/kpi/")
    page.click("text=Les chiffres >> nth=0")
    assert page.get_by_text("octobre 2026").nth(1).is_visible()
    page.click("text=Imprimer")
    page.wait_for_load_state()
    assert page.url.endswith("/GN_KINDIA/kpi/print/?period=last-month")
    # A button that would do nothing is not there.
    assert not page.locator("[data-print]").is_visible()
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert page.locator("dl.facts").is_visible()


def test_a_press_on_print_prints(page, live_server, people):
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}/GN_KINDIA/kpi/print/")
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.click("[data-print]")
    assert page.title() == "printed"


def test_a_manager_chooses_another_period_and_dates_of_ones_own(page, live_server, people):
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}/GN_KINDIA/kpi/")
    page.click("a[href='?period=this-month']")
    page.wait_for_load_state()
    assert page.locator("[aria-current=true]").get_attribute("href") == "?period=this-month"
    assert page.locator("#paymentCollectionRate .value").inner_text() == "—"
    page.click("text=D’autres dates")
    page.fill("[name=start]", "2026-10-01")
    page.fill("[name=end]", "2026-10-31")
    page.press("[name=end]", "Enter")
    page.wait_for_load_state()
    assert page.locator("#paymentCollectionRate .value").inner_text() == "50\u00a0%"


def test_an_agent_has_no_such_menu_and_is_refused_in_words(page, live_server, people):
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    assert page.locator("nav.nav a[href$='/kpi/']").count() == 0
    answer = page.request.get(f"{live_server.url}/GN_KINDIA/kpi/")
    assert answer.status == 403
    assert "paymentCollectionRate" not in answer.text()
    assert "Accès non autorisé" in answer.text()


# What is legible in one language is so in every language: colours are looked at in French, in the light and the dark.
@pytest.mark.parametrize(("scheme", "languages"), [("light", LANGUAGES), ("dark", ["fr"])])
def test_the_page_is_accessible_and_fits_the_smallest_phone_in_every_language(
    open_page, live_server, people, scheme, languages
):
    page = open_page(viewport=SMALLEST, color_scheme=scheme)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    for code in languages:
        with page.expect_navigation():
            page.eval_on_selector("#choose-language", "(s, code) => { s.value = code; s.form.submit() }", code)
        for address in ("/GN_KINDIA/kpi/", "/ALL/kpi/", "/ALL/kpi/print/"):
            page.goto(live_server.url + address)
            page.eval_on_selector_all("main details", "all => all.forEach(one => { one.open = true })")
            assert page.locator("html").get_attribute("lang") == code
            assert sideways(page) == 0, (code, address)
            assert axe_violations(page, colours=code == "fr") == [], (code, address)


def test_what_one_touches_is_at_least_44_pixels_high(open_page, live_server, people):
    page = open_page(viewport=PHONE)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}/GN_KINDIA/kpi/?start=2026-10-01&end=2026-10-31")
    heights = page.eval_on_selector_all(
        "main :is(a.button, button, summary, input)",
        "found => found.filter(e => e.offsetParent).map(e => e.getBoundingClientRect().height)",
    )
    assert len(heights) >= 4 + 1 + 3 + 4
    assert min(heights) >= 44


def test_a_phone_folds_what_is_secondary_and_a_word_on_top_opens_it(open_page, live_server, people):
    page = open_page(viewport=PHONE, java_script_enabled=False)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}/GN_KINDIA/kpi/")
    # What one looks at first is seen without scrolling.
    assert page.locator("main > p.note").bounding_box()["y"] < PHONE["height"] - 150
    agents = page.locator("#agents-table")
    assert not agents.is_visible()
    page.click("nav.goto a[href='#agents-table']")
    agents.wait_for()
    assert page.locator("#benchmarks-table").is_hidden()
    page.locator("details.fold", has=page.locator("#benchmarks-table")).locator("> summary").click()
    assert page.locator("#benchmarks-table").is_visible()


def test_where_there_is_room_nothing_is_folded(open_page, live_server, people):
    page = open_page(java_script_enabled=False)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}/GN_KINDIA/kpi/")
    for part in ("#charts-drawn", "#agents-table", "#benchmarks-table", "#others-cards"):
        assert page.locator(part).is_visible()
    assert page.locator(".fold > summary").first.is_hidden()


PAPER = {"width": 703, "height": 1000}  # A4 less 12 mm on each side


@pytest.mark.parametrize("site", ["GN_KINDIA", "ALL"])
def test_paper_is_not_wider_than_its_sheet_and_leaves_nothing_closed(open_page, live_server, people, site):
    page = open_page(viewport=PAPER)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.emulate_media(media="print")
    for address in ("print/", "", "portfolioRiskScore/", "paymentCollectionRate/", "occupancyRate/?group=let"):
        page.goto(f"{live_server.url}/{site}/kpi/{address}")
        assert sideways(page) == 0, address
        assert page.locator("main table").last.is_visible()
        assert page.get_by_text("octobre 2025").first.is_visible() or address == "print/", address


def test_a_first_visit_weighs_at_most_60_kilobytes(open_page, live_server, people):
    page = open_page()
    sign_in(page, live_server.url, "mariama", PASSWORD)
    loaded = open_page(storage_state=page.context.storage_state())
    weights = {}
    loaded.on("response", lambda answer: weights.update({answer.url: answer}))
    loaded.goto(f"{live_server.url}/ALL/kpi/", wait_until="networkidle")
    total = sum(len(gzip.compress(answer.body())) for answer in weights.values())
    assert len(weights) >= 4
    assert total < 60_000
