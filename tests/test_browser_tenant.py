"""The pages of a tenant, a contract and a home in a real browser: in every language, on a small phone, in the dark."""

import datetime as dt

import pytest
from django.conf import settings

from accounts.tests.factories import PASSWORD, make_user
from leasing.tests.factories import (
    make_contract,
    make_deposit,
    make_instalment,
    make_interaction,
    make_litigation,
    make_notice,
    make_owner,
    make_paid_instalment,
    make_payment,
    make_property,
    make_request,
    make_tenant,
)
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tasks.models import Task
from tasks.tests.factories import make_task
from tests.browser import PHONE, SMALLEST, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.fixture
def address():
    """A tenant of a year, with open tasks and done ones; more than a page of events."""
    person = make_user("mariama", full_name="Mariama Bah", preferred_language="fr")
    Membership.objects.create(user=person, site_id="GN_KINDIA", role="manager", is_primary=True)
    site = Site.objects.get(pk="GN_KINDIA")
    with site_scope([site.code]):
        tenant = make_tenant(
            site, name="Aïssatou Bah", email="aissatou.bah@example.gn", language="fuf", phone_2="+224620000009"
        )
        owner = make_owner(site)
        home = make_property(site, code="MAISON-LONGUE-0042", neighbourhood="Sinkolo-Carrière", owner=owner)
        make_property(site, owner=owner)
        contract = make_contract(site, tenant=tenant, property=home)
        make_contract(
            site, tenant=tenant, status="ended", start_date=dt.date(2025, 1, 1), ended_on=dt.date(2025, 12, 31)
        )
        for number in range(50):
            make_payment(contract, received_on=dt.date(2026, 1, 5) + dt.timedelta(days=number))
        make_deposit(contract)
        make_paid_instalment(contract, dt.date(2026, 1, 1), paid_on=dt.date(2026, 1, 9))
        make_instalment(contract, dt.date(2026, 2, 1))
        make_instalment(contract, dt.date(2026, 2, 1), kind="repair", label="Portail", amount=80_000)
        make_interaction(tenant, note="Promet de payer vendredi, après la foire de Kindia.", agent=person)
        make_notice(contract)
        make_litigation(contract, resolved_on=dt.date(2026, 4, 2))
        make_request(contract, is_complaint=True)
        for title in ("Regarder la fuite du toit", "Apporter la clé"):
            make_task(site, tenant=tenant, agent=person, title=title)
        make_task(site, tenant=tenant, title="Faire l’état des lieux", status=Task.Status.DONE)
    return f"/GN_KINDIA/tenants/{tenant.pk}/"


def homes_of(page):
    """The pages of the contract and of the home to which the tenant's leads."""
    rows = page.locator("#contracts + table tbody tr >> nth=0")
    return [link.get_attribute("href") for link in rows.locator("a").all()]


@pytest.mark.parametrize(("scheme", "languages"), [("light", LANGUAGES), ("dark", ["fr"])])
def test_the_page_is_accessible_and_fits_the_smallest_phone_in_every_language(
    open_page, live_server, address, scheme, languages
):
    page = open_page(viewport=SMALLEST, color_scheme=scheme)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    for code in languages:
        with page.expect_navigation():
            page.eval_on_selector("#choose-language", "(s, code) => { s.value = code; s.form.submit() }", code)
        page.goto(live_server.url + address)
        assert page.locator("html").get_attribute("lang") == code
        assert sideways(page) == 0, code
        assert axe_violations(page, colours=code == "fr") == [], code
        for other in homes_of(page) if code in ("fr", "en") else ():
            page.goto(live_server.url + other)
            assert sideways(page) == 0, (code, other)
            assert axe_violations(page, colours=code == "fr") == [], (code, other)


def test_without_javascript_one_reads_on_and_what_one_presses_is_44_pixels_high(open_page, live_server, address):
    page = open_page(viewport=PHONE, java_script_enabled=False)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(live_server.url + address)
    assert page.locator("#timeline + ul > li").count() == 50
    buttons = page.locator("main .button:visible")
    # Rent received, call and write to two numbers, four contacts, the next page.
    assert buttons.count() == 10
    assert min(box["height"] for box in (button.bounding_box() for button in buttons.all())) >= 44
    page.click("button[value=visit]")
    page.wait_for_load_state()
    assert page.locator("#timeline + ul > li >> nth=0").inner_text().count("Visite") == 1
    page.click(".undo summary")
    page.fill(".undo textarea", "Paie vendredi")
    page.click(".undo details button")
    page.wait_for_load_state()
    assert "Paie vendredi" in page.locator("#timeline + ul > li >> nth=0").inner_text()
    page.click("button[value=sms]")
    page.wait_for_load_state()
    page.click(".undo form.row button")
    page.wait_for_load_state()
    assert "SMS" not in page.locator("#timeline + ul").inner_text()
    page.click("a[rel=next]")
    page.wait_for_load_state()
    assert page.url.endswith("?page=2")
    assert page.locator("#timeline + ul > li").count() == 10
    page.click("#tasks + ul a >> nth=0")
    page.wait_for_load_state()
    assert "/GN_KINDIA/tasks/" in page.url
    page.click("main dl.facts a >> nth=0")
    page.wait_for_load_state()
    assert page.url == live_server.url + address
    page.goto(live_server.url + homes_of(page)[0])
    page.click("#months + table tbody a >> nth=0")
    page.wait_for_load_state()
    assert "/GN_KINDIA/payments/" in page.url


def test_a_contract_is_reached_by_keyboard_and_printed_without_what_one_presses(open_page, live_server, address):
    page = open_page()
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(live_server.url + address)
    page.focus("#contracts + table tbody th a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/contracts/**")
    page.focus("main .acts a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/payments/new/?contract=*")
    page.go_back()
    page.emulate_media(media="print")
    assert page.locator("main .button:visible").count() == 0
    assert page.locator("#rules + p + table tbody tr:visible").count() == 10
    page.set_viewport_size({"width": 718, "height": 1000})
    assert sideways(page) == 0
