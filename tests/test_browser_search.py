"""Finding a tenant in a real browser: from any page, with the keyboard, on a phone, with and without script."""

import pytest

from accounts.tests.factories import PASSWORD, make_user
from leasing.tests.factories import make_contract, make_owner, make_property, make_tenant
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tests.browser import DESK, PHONE, SMALLEST, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tenant():
    person = make_user("alpha", full_name="Alpha Barry", preferred_language="fr")
    for code in ("GN_CONAKRY", "GN_KINDIA"):
        Membership.objects.create(user=person, site_id=code, role="agent", is_primary=code == "GN_KINDIA")
    site = Site.objects.get(pk="GN_KINDIA")
    with site_scope([site.code]):
        home = make_property(site, code="MAISON-LONGUE-0042", neighbourhood="Sinkolo-Carrière")
        found = make_tenant(site, name="Elhadj Mamadou Saliou Condé-Doumbouya", phone="+224620123456")
        make_contract(site, tenant=found, property=home)
        make_tenant(site, name="Fatou Condé", phone="+224621000000")
        make_owner(site, name="Société immobilière Condé et frères")
    return found


def test_slash_typing_and_enter_find_a_tenant(open_page, live_server, tenant):
    for viewport in (PHONE, DESK):
        page = open_page(viewport=viewport)
        sign_in(page, live_server.url, "alpha", PASSWORD)
        page.goto(f"{live_server.url}/GN_KINDIA/")
        page.keyboard.press("/")
        # On a phone it opens the page of the search, whose box is ready.
        page.wait_for_function("document.activeElement.type === 'search'")
        page.keyboard.type("conde fatou")
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Fatou Condé").wait_for()
        page.keyboard.press("/")
        page.keyboard.type("620-12-34-56")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/tenants/{tenant.pk}/")


def test_without_script_a_press_on_the_glass_opens_the_box(open_page, live_server, tenant):
    page = open_page(viewport=PHONE, java_script_enabled=False)
    sign_in(page, live_server.url, "alpha", PASSWORD)
    page.goto(f"{live_server.url}/GN_KINDIA/")
    page.locator(".find a").click()
    page.locator("main input[type=search]").fill("doumbouya")
    page.locator("main form button").click()
    page.get_by_role("link", name="Condé-Doumbouya").click()
    page.wait_for_url(f"**/tenants/{tenant.pk}/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_the_smallest_phone(open_page, live_server, tenant, scheme):
    page = open_page(viewport=SMALLEST, color_scheme=scheme)
    sign_in(page, live_server.url, "alpha", PASSWORD)
    for site, query in (("GN_KINDIA", ""), ("ALL", "?q=conde"), ("GN_KINDIA", "?q=zzyzx"), ("GN_KINDIA", "?q=konde")):
        page.goto(f"{live_server.url}/{site}/search/{query}")
        assert axe_violations(page) == []
        assert sideways(page) == 0
    for viewport in (SMALLEST, PHONE, DESK):
        page.set_viewport_size(viewport)
        page.goto(f"{live_server.url}/GN_KINDIA/")
        assert axe_violations(page) == []
        assert sideways(page) == 0
