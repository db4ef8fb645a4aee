"""A list in a real browser: on a desk, on the smallest phone, by the keyboard, without JavaScript and on paper."""

import pytest

from accounts.tests.factories import PASSWORD, make_user
from sites_app.models import Membership
from tests.browser import DESK, PHONE, SMALLEST, axe_violations, sideways, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("screens.tests.rents"),
]
FILTERED = "/GN_CONAKRY/rents/?q=tenant&town=kindia&months=1&late=on&sort=-rent&page=2"


@pytest.fixture
def address(live_server):
    person = make_user("mariama", full_name="Mariama Bah", preferred_language="fr")
    Membership.objects.create(user=person, site_id="GN_CONAKRY", role="manager", is_primary=True)
    return live_server.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits_the_smallest_phone(open_page, address, scheme):
    page = open_page(color_scheme=scheme)
    sign_in(page, address, "mariama", PASSWORD)
    for viewport in (SMALLEST, DESK):
        page.set_viewport_size(viewport)
        for asked in ("/GN_CONAKRY/rents/", FILTERED, "/GN_CONAKRY/rents/?q=zzz&town=paris", "/GN_CONAKRY/rents/?of=0"):
            page.goto(address + asked)
            assert sideways(page) == 0, (viewport, asked)
            assert axe_violations(page) == [], (viewport, asked)


def test_without_javascript_one_searches_sorts_turns_the_page_and_takes_a_filter_off(open_page, address):
    page = open_page(java_script_enabled=False)
    sign_in(page, address, "mariama", PASSWORD)
    page.goto(f"{address}/GN_CONAKRY/rents/")
    page.fill("#id_q", "tenant 0")
    page.select_option("#id_town", "kindia")
    page.click("#list form button")
    page.wait_for_url("**town=kindia**#list")
    page.click("#list thead a >> text=Rent")
    page.wait_for_url("**sort=-rent#list")
    assert page.get_attribute("th[aria-sort]", "aria-sort") == "descending"
    page.click("#list a[rel=next]")
    page.wait_for_url("**page=2#list")
    page.click(".chip >> text=Kindia")
    page.wait_for_url("**?q=tenant+0&sort=-rent#list")
    assert page.locator("#rows").inner_text().endswith("34 (1–10)")


def test_on_a_phone_one_sorts_by_a_selector_and_what_cannot_be_seen_takes_no_focus(open_page, address):
    page = open_page(viewport=PHONE)
    sign_in(page, address, "mariama", PASSWORD)
    page.goto(f"{address}/GN_CONAKRY/rents/")
    assert page.locator("#list thead a").first.is_hidden()
    page.click("#list .fold > summary")
    page.select_option("#sort", "-since")
    page.click("#list form button")
    page.wait_for_url("**sort=-since**")
    heights = page.eval_on_selector_all(
        "#list :is(a.button, button, summary, .chip)",
        "found => found.filter(e => e.offsetParent).map(e => e.getBoundingClientRect().height)",
    )
    assert min(heights) >= 44


def test_on_paper_are_the_filters_in_force_and_no_controls(open_page, address):
    page = open_page()
    sign_in(page, address, "mariama", PASSWORD)
    page.goto(address + FILTERED)
    page.emulate_media(media="print")
    assert page.locator(".chip").first.is_visible()
    assert page.locator("#list form").is_hidden()
    assert page.locator("#list .menu").is_hidden()
