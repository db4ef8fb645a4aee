"""The page of one indicator in a real browser: in every language, on a small phone, and without JavaScript."""

import datetime as dt

import pytest
from django.conf import settings

from accounts.tests.factories import PASSWORD, make_user
from leasing.tests.factories import make_contract, make_instalment, make_paid_instalment, make_survey
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tests.browser import DESK, PHONE, SMALLEST, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
D = dt.date
ADDRESSES = (
    "/GN_KINDIA/kpi/paymentCollectionRate/",
    "/ALL/kpi/npsScore/?group=promoters",
    "/ALL/kpi/occupancyRate/?group=let",
    "/GN_KINDIA/kpi/renewalRate/",
)


@pytest.fixture
def manager(monkeypatch):
    """A manager of two sites with two currencies; at each, one of October's two rents is unpaid."""
    monkeypatch.setattr(Site, "today", lambda self: D(2026, 11, 23))
    person = make_user("mariama", full_name="Mariama Bah", preferred_language="en")
    for code, rent in (("GN_KINDIA", 1_500_000), ("SN_DAKAR", 150_000)):
        Membership.objects.create(user=person, site_id=code, role="manager", is_primary=code == "GN_KINDIA")
        site = Site.objects.get(pk=code)
        with site_scope([code]):
            paid, unpaid = (make_contract(site, monthly_rent=rent) for _ in range(2))
            make_paid_instalment(paid, D(2026, 10, 1), paid_on=D(2026, 10, 5))
            make_instalment(unpaid, D(2026, 10, 1))
            make_survey(paid.tenant, rating=9, answered_on=D(2026, 10, 20), comment="Toujours à l’écoute")


def test_without_javascript_a_manager_goes_from_group_to_group_to_a_record_and_back(open_page, live_server, manager):
    page = open_page(java_script_enabled=False)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(live_server.url + ADDRESSES[0])
    assert page.locator("#rows").inner_text().startswith("Not received in full")
    page.click("a[href*='group=paid']")
    page.wait_for_load_state()
    assert page.locator("#rows").inner_text().startswith("Received in full")
    assert page.url.endswith("?group=paid#list")
    page.click("#list tbody th a")
    page.wait_for_load_state()
    assert "/GN_KINDIA/contracts/" in page.url
    page.go_back()
    page.click("nav.crumbs a")
    page.wait_for_load_state()
    assert page.url == f"{live_server.url}/GN_KINDIA/kpi/?period=last-month"


# What is legible in one language is so in every language: colours are looked at in French, in the light and the dark.
@pytest.mark.parametrize(("scheme", "languages"), [("light", LANGUAGES), ("dark", ["fr"])])
def test_the_page_is_accessible_and_fits_the_smallest_phone_in_every_language(
    open_page, live_server, manager, scheme, languages
):
    page = open_page(viewport=SMALLEST, color_scheme=scheme)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    for code in languages:
        with page.expect_navigation():
            page.eval_on_selector("#choose-language", "(s, code) => { s.value = code; s.form.submit() }", code)
        for address in ADDRESSES:
            page.goto(live_server.url + address)
            assert page.locator("html").get_attribute("lang") == code
            assert sideways(page) == 0, (code, address)
            assert axe_violations(page, colours=code == "fr") == [], (code, address)


# Where the words of each cell of a row begin: their first box's side.
_FIRST_WORDS = """(row, side) => [...row.cells].map(cell => {
    const range = document.createRange(), words = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (words.nextNode() && !words.currentNode.data.trim());
    range.selectNodeContents(words.currentNode);
    return Math.round(range.getClientRects()[0][side]);
})"""


def test_the_words_of_a_row_begin_on_one_line_and_on_a_phone_in_one_column(open_page, live_server, manager):
    page = open_page()
    sign_in(page, live_server.url, "mariama", PASSWORD)
    for viewport, side in ((DESK, "top"), (PHONE, "left")):
        page.set_viewport_size(viewport)
        page.goto(live_server.url + ADDRESSES[0])
        starts = page.locator("#list tbody tr").first.evaluate(f"row => ({_FIRST_WORDS})(row, {side!r})")
        assert len(starts) == 9
        assert len(set(starts)) == 1, (side, starts)


def test_what_one_presses_is_at_least_44_pixels_high(open_page, live_server, manager):
    page = open_page(viewport=PHONE)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(live_server.url + ADDRESSES[0])
    heights = page.eval_on_selector_all(
        "main :is(a.button, button, summary)",
        "found => found.filter(e => e.offsetParent).map(e => e.getBoundingClientRect().height)",
    )
    assert len(heights) >= 4 + 1 + 2 + 1
    assert min(heights) >= 44
