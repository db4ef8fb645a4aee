"""The administration in a real browser: its policy holds, nothing is cut off on a phone, and its widgets work."""

import re

import pytest

from accounts.tests.factories import PASSWORD, make_user
from leasing.models import Contract, Instalment, Payment, Tenant
from leasing.tests import factories as make
from sites_app.actions import grant_membership
from sites_app.models import RegionalRule, Site
from sites_app.scope import site_scope
from tests.browser import DESK, PHONE, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADMIN = "/GN_KINDIA/admin/"
# django-unfold's own, and good practice rather than a barrier: two menus and two scrolling regions without a name.
NOT_OURS = ("landmark-unique", "region")


@pytest.fixture
def contract():
    """A contract of Kindia with two months and a payment; Mariama administers Kindia and reads Labé."""
    kindia = Site.objects.get(pk="GN_KINDIA")
    user = make_user("mariama", full_name="Mariama Camara")
    for code, role in (("GN_KINDIA", "admin"), ("GN_LABE", "agent")):
        grant_membership(user=user, site=Site.objects.get(pk=code), role=role)
    with site_scope([kindia.code]):
        contract = make.make_contract(kindia)
        make.make_instalments(contract, 2)
        make.make_payment(contract)
        return contract


@pytest.fixture
def pages(contract):
    rule = RegionalRule.objects.get(site="GN_KINDIA", rule_type="vat_rate")
    return [
        ADMIN,
        f"{ADMIN}leasing/payment/",
        f"{ADMIN}leasing/payment/add/",
        f"{ADMIN}leasing/contract/{contract.pk}/change/",
        f"{ADMIN}leasing/contract/{contract.pk}/end/",
        f"{ADMIN}leasing/tenant/{contract.tenant_id}/delete/",
        f"{ADMIN}sites_app/regionalrule/{rule.pk}/change/",
        f"{ADMIN}sites_app/site/GN_KINDIA/change/",
        f"{ADMIN}sites_app/membership/add/",
        "/ALL/admin/leasing/tenant/",
    ]


def when_drawn(page):
    """The scripts have done their part: what they hide until then is there, in its last colours."""
    page.wait_for_function(
        "window.Alpine && !document.querySelector('[x-cloak]') && document.getAnimations().length === 0"
    )


# Each width and each colour once: neither changes with the other.
@pytest.mark.parametrize(("window", "colours"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
def test_the_pages_fit_the_window_break_no_policy_and_are_legible(open_page, live_server, pages, window, colours):
    page = open_page(viewport=window, color_scheme=colours)
    sign_in(page, live_server.url, "mariama", PASSWORD)
    for address in pages:
        assert page.goto(live_server.url + address).status == 200
        when_drawn(page)
        assert (address, sideways(page)) == (address, 0)
        found = [one for one in axe_violations(page) if not one.startswith(NOT_OURS)]
        assert (address, found) == (address, [])


def test_a_payment_is_recorded_with_a_search_and_one_click_too_many(page, live_server, contract):
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}{ADMIN}leasing/payment/add/")
    page.click("[role=combobox]")
    page.fill(".select2-search__field", contract.reference)
    page.click(f"li.select2-results__option >> text={contract.reference}")
    page.fill("[name=amount]", "1500000")
    page.dblclick("[name=_save]")
    page.wait_for_url(f"**{ADMIN}leasing/payment/")
    page.wait_for_load_state("networkidle")
    with site_scope(["GN_KINDIA"]):
        assert Payment.objects.count() == 2  # the fixture's and this one
        assert Instalment.objects.filter(paid_amount=1_500_000).count() == 2


def test_tabs_site_and_sign_out_work(page, live_server, contract):
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}{ADMIN}leasing/contract/{contract.pk}/change/")
    assert not page.is_visible("#payments-group")
    page.click("#tabs-items a[href='#payments']")
    assert page.is_visible("#payments-group")
    page.click("text=AKIG")
    page.click("a[href='/GN_LABE/admin/']")
    assert "Labé" in page.inner_text("#nav-sidebar")
    page.click("text=Mariama Camara")
    page.click("#logout-form button")
    page.wait_for_url(re.compile("/accounts/login/"))


def test_a_list_action_is_offered_when_rows_are_chosen(page, live_server, contract):
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}{ADMIN}leasing/tenant/")
    page.check("input.action-select >> nth=0")
    page.select_option("select[name=action]", "delete_selected")
    page.click("#changelist-actions button")
    page.wait_for_load_state()
    with site_scope(["GN_KINDIA"]):
        assert Tenant.objects.count() == Contract.objects.count() == 1  # a contract hangs on the tenant
    assert "1" in page.inner_text("main")


def test_a_tenant_is_added_from_the_contract_that_needs_one(page, live_server, contract):
    sign_in(page, live_server.url, "mariama", PASSWORD)
    page.goto(f"{live_server.url}{ADMIN}leasing/contract/add/")
    page.click(".field-tenant [x-ref=relatedWidgetWrapperDropdown], .field-tenant [x-on\\:click^=openRelatedWidget]")
    with page.expect_popup() as opened:
        page.click("#add_id_tenant")
    popup = opened.value
    popup.fill("[name=code]", "L-900")
    popup.fill("[name=name]", "Mariama Camara")
    with popup.expect_event("close"):
        popup.click("[name=_save]")
    page.wait_for_function("document.querySelector('#id_tenant').value !== ''")
    with site_scope(["GN_KINDIA"]):
        assert page.input_value("#id_tenant") == str(Tenant.objects.get(code="L-900").pk)
