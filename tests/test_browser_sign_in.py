"""The first page that anybody sees, in a real browser."""

import pytest
from django.conf import settings

from accounts.tests.factories import PASSWORD, make_user
from sites_app.models import Membership
from tests.browser import DESK, PHONE, SMALLEST, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_signing_in_is_accessible_and_fits_the_smallest_phone_in_every_language(open_page, live_server, scheme):
    page = open_page(viewport=SMALLEST, color_scheme=scheme)
    for code in LANGUAGES:
        page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": code, "url": live_server.url}])
        page.goto(f"{live_server.url}/accounts/login/")
        assert page.locator("html").get_attribute("lang") == code
        assert axe_violations(page, colours=code == "fr") == [], code
        assert sideways(page) == 0, code


def test_at_twice_the_size_of_letters_nothing_is_cut_off(open_page, live_server):
    page = open_page(viewport={"width": 640, "height": 800}, device_scale_factor=2)
    page.goto(f"{live_server.url}/accounts/login/")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert sideways(page) == 0
    assert page.locator("main button").is_visible()


def test_what_one_touches_is_at_least_44_pixels_high(open_page, live_server):
    page = open_page(viewport=PHONE)
    page.goto(f"{live_server.url}/accounts/login/")
    heights = page.eval_on_selector_all(
        "button, select, input:not([type=hidden])",
        "found => found.filter(e => e.offsetParent).map(e => e.getBoundingClientRect().height)",
    )
    assert len(heights) >= 4
    assert min(heights) >= 44


def test_what_was_wrong_stands_apart_from_the_first_field(open_page, live_server):
    page = open_page()
    page.goto(f"{live_server.url}/accounts/login/")
    top = page.locator("form.card > :not([type=hidden])").first.bounding_box()["y"]
    assert top - page.locator("form.card").bounding_box()["y"] < 20
    page.fill("[name=username]", "nobody")
    page.fill("[name=password]", "nothing")
    page.click("form.card button")
    wrong, field = (page.locator(f"form.card > {part}").first.bounding_box() for part in (".note.error", ".field"))
    assert field["y"] - wrong["y"] - wrong["height"] == 16


def test_the_keyboard_alone_reaches_the_content_and_signs_in(open_page, live_server):
    user = make_user("awa", preferred_language="fr")
    Membership.objects.create(user=user, site_id="GN_KINDIA", role="manager")
    page = open_page()
    page.goto(f"{live_server.url}/accounts/login/")
    page.locator("[name=username]").evaluate("field => field.blur()")
    page.keyboard.press("Tab")
    page.focus(".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    page.keyboard.type("awa")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/GN_KINDIA/*")


def test_a_language_chosen_by_pointer_is_sent_at_once_and_by_keyboard_on_ok(open_page, live_server):
    page = open_page()
    page.goto(f"{live_server.url}/accounts/login/")
    select, ok = page.locator("#choose-language"), page.locator(".choose button")
    assert not ok.is_visible()
    with page.expect_navigation():
        select.select_option("en")
    assert page.locator("html").get_attribute("lang") == "en"
    select.focus()
    page.keyboard.press("ArrowUp")
    assert ok.is_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    with page.expect_navigation():
        ok.click()
    assert page.locator("html").get_attribute("lang") == "fr"


def test_without_javascript_the_language_is_chosen_with_a_button(open_page, live_server):
    page = open_page(java_script_enabled=False)
    page.goto(f"{live_server.url}/accounts/login/")
    page.select_option("#choose-language", "en")
    page.click(".choose button")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_signed_in_frame_is_accessible_in_light_and_dark_on_desk_and_phone(open_page, live_server):
    user = make_user("mariama", preferred_language="fr")
    for code, role in (("GN_CONAKRY", "admin"), ("GN_KINDIA", "agent")):
        Membership.objects.create(user=user, site_id=code, role=role, is_primary=role == "admin")
    # Each width and each colour once: neither changes with the other.
    for scheme, viewport in (("light", SMALLEST), ("dark", DESK)):
        page = open_page(color_scheme=scheme, viewport=viewport)
        sign_in(page, live_server.url, "mariama", PASSWORD)
        for address in ("/GN_CONAKRY/", "/ALL/", "/sites/", "/accounts/profile/"):
            page.goto(live_server.url + address)
            assert axe_violations(page) == [], address
            assert sideways(page) == 0, address
        page.click("details.menu summary")
        assert axe_violations(page) == []
        page.keyboard.press("Escape")
        assert not page.locator("details.menu form").is_visible()


def test_a_site_is_changed_from_the_header(open_page, live_server):
    user = make_user("mariama", preferred_language="fr")
    for code in ("GN_CONAKRY", "GN_KINDIA"):
        Membership.objects.create(user=user, site_id=code, role="manager", is_primary=code == "GN_CONAKRY")
    page = open_page()
    sign_in(page, live_server.url, "mariama", PASSWORD)
    with page.expect_navigation():
        page.select_option("#choose-site", "GN_KINDIA")
    assert page.url == f"{live_server.url}/GN_KINDIA/"
