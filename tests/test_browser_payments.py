"""Rent received in a real browser: on a phone, in French, with and without a script, and sent twice on a slow link."""

import re

import pytest
from django.conf import settings

from accounts.tests.factories import PASSWORD, make_user
from leasing.models import Payment
from leasing.months import month_after
from leasing.tests.factories import make_contract, make_instalment, make_payment, make_property, make_tenant
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tests.browser import PHONE, SMALLEST, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
CODE = "GN_KINDIA"
DAY = f"/{CODE}/payments/day/"


@pytest.fixture
def lease():
    """Three months are due at a home in Kindia; an agent and a manager are there."""
    for name, role in (("ibrahima", "agent"), ("mariama", "manager")):
        person = make_user(name, full_name=f"{name.title()} Bangoura", preferred_language="fr")
        Membership.objects.create(user=person, site_id=CODE, role=role, is_primary=True)
    site = Site.objects.get(pk=CODE)
    with site_scope([CODE]):
        tenant = make_tenant(site, name="Aïssatou Bah", phone="+224620123456", language="fr")
        home = make_property(site, code="MAISON-LONGUE-0042", neighbourhood="Sinkolo-Carrière")
        first = month_after(site.today(), -2)
        lease = make_contract(site, tenant=tenant, property=home, start_date=first, payment_day=1)
        for months in range(3):
            make_instalment(lease, month_after(first, months), due_date=month_after(first, months))
    return lease


def payments():
    with site_scope([CODE]):
        return list(Payment.objects.order_by("recorded_at"))


def digits(text):
    return re.sub(r"\D", "", text)


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no-script"])
def test_from_the_phone_number_to_a_receipt_that_is_checked_and_taken_back(
    open_page, live_server, settings, lease, with_script
):
    settings.PUBLIC_URL = live_server.url
    page = open_page(viewport=PHONE, java_script_enabled=with_script)
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.click("nav.nav a[href$='/payments/new/']")
    page.fill("main [name=q]", "620 12 34 56")
    page.click("main form button")
    page.click("main li a")
    page.wait_for_selector("[name=amount]")
    assert digits(page.input_value("[name=amount]")) == "4500000"
    assert page.locator("form .note li").count() == 4

    page.fill("[name=amount]", "2 000 000")
    if not with_script:
        page.click("button[name=check]")
    # With a script the sentences follow by themselves.
    page.locator("form .note li", has_text=re.compile(r"2\D500\D000")).wait_for()
    assert page.input_value("[name=amount]") == "2 000 000"
    page.click(".pick label:has([value=mobile])")
    assert page.locator("[name=provider]").is_visible()
    page.click("button[name=save]")
    page.wait_for_url("**saved=1")
    (payment,) = payments()
    assert (payment.amount, payment.method, payment.provider) == (2_000_000, "mobile", "Orange")

    message = page.locator("a[href^='https://wa.me/224620123456?text=']").get_attribute("href")
    assert "GN_KINDIA-000001" in message
    saved = page.url
    page.click("a:has-text('GN_KINDIA-000001')")
    link = page.locator(".paper .link").inner_text()
    page.goto(link)
    genuine = page.locator("main").inner_text()
    assert "GN_KINDIA-000001" in genuine
    page.goto(saved)
    page.click(".undo button")
    page.wait_for_url(lambda url: "saved" not in url)
    page.goto(link)
    assert page.locator("main").inner_text() != genuine
    with site_scope([CODE]):
        assert Payment.objects.standing().count() == 0


@pytest.mark.parametrize(("scheme", "languages"), [("light", LANGUAGES), ("dark", ["fr"])])
def test_the_pages_are_accessible_and_fit_the_smallest_phone(open_page, live_server, lease, scheme, languages):
    with site_scope([CODE]):
        given = make_payment(
            lease, amount=4_500_000, method="mobile", provider="Orange", received_on=lease.site.today()
        )
        make_payment(lease, amount=700_000, received_on=lease.site.today())
    page = open_page(viewport=SMALLEST, color_scheme=scheme)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    new = f"/{CODE}/payments/new/"
    for code in languages:
        with page.expect_navigation():
            page.eval_on_selector("#choose-language", "(s, code) => { s.value = code; s.form.submit() }", code)
        for address in (
            f"{new}?q=bah",
            f"{new}?contract={lease.pk}",
            f"/{CODE}/payments/{given.pk}/?saved=1",
            f"/{CODE}/payments/{given.pk}/reverse/",
            f"/{CODE}/contracts/{lease.pk}/refund/",
            DAY,
        ):
            page.goto(live_server.url + address)
            assert page.locator("html").get_attribute("lang") == code
            assert sideways(page) == 0, (address, code)
            assert axe_violations(page, colours=code == "fr") == [], (address, code)


def test_the_keyboard_alone_will_do_and_what_is_refused_is_told_beside_its_field(chromium, live_server, lease):
    # The browser says on its console that a page was answered with 422: no fault of the page.
    context = chromium.new_context(viewport=PHONE, locale="fr-FR")
    page = context.new_page()
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(f"{live_server.url}/{CODE}/payments/new/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("bah")
    page.keyboard.press("Enter")
    page.locator("main li a").press("Enter")
    page.locator("[name=amount]").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("20.000.000")
    page.keyboard.press("Tab")
    assert page.evaluate("[document.activeElement.name, document.activeElement.value]") == ["method", "cash"]
    page.keyboard.press("Enter")
    page.locator("#id_amount_error").wait_for()
    assert "15" in page.locator("#id_amount_error").inner_text()
    assert page.input_value("[name=amount]") == "20.000.000"
    assert axe_violations(page) == []
    context.close()
    assert payments() == []


def test_a_form_whose_answer_was_lost_is_sent_again_and_is_one_payment(chromium, live_server, lease):
    context = chromium.new_context(viewport=PHONE, locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, live_server.url, "ibrahima", PASSWORD)
    page.goto(f"{live_server.url}/{CODE}/payments/new/?contract={lease.pk}")
    lost = []

    def lose_the_answer(route):
        lost.append(route.fetch(max_redirects=0).status)
        route.fulfill(status=204)  # the page stays as it is

    page.route("**/payments/new/", lose_the_answer)
    with page.expect_response("**/payments/new/"):
        page.click("button[name=save]", no_wait_after=True)
    page.unroute("**/payments/new/")
    assert (lost, len(payments())) == ([302], 1)
    page.click("button[name=save]")
    page.wait_for_url("**saved=1")
    # Back, as one does to be sure that it was saved, and once more.
    page.go_back()
    page.click("button[name=save]")
    page.wait_for_url("**saved=1")
    context.close()
    assert len(payments()) == 1
