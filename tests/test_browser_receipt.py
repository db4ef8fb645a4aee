"""A receipt in a real browser: on the smallest phone, on paper, and by the link that anybody may open."""

import datetime as dt
import re

import pytest
from django.conf import settings

from accounts.tests.factories import PASSWORD, make_user
from leasing.actions import issue_quittance, record_payment, reverse_payment
from leasing.models import Instalment, Receipt
from leasing.receipt_links import token_of
from leasing.tests.factories import make_contract, make_instalments, make_owner, make_property, make_tenant
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tests.browser import DESK, PHONE, SMALLEST, axe_violations, sideways, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def papers():
    """The longest names that come: a payment of many months, the quittance of the first, and a reversed payment."""
    person = make_user("mariama", full_name="Mariama Bah", preferred_language="fr")
    Membership.objects.create(user=person, site_id="GN_KINDIA", role="agent", is_primary=True)
    site = Site.objects.get(pk="GN_KINDIA")
    with site_scope([site.code]):
        home = make_property(
            site,
            code="MAISON-LONGUE-0042",
            address="Rue KA-020, près de la grande mosquée",
            neighbourhood="Sinkolo-Carrière",
            owner=make_owner(site),
        )
        contract = make_contract(
            site, property=home, tenant=make_tenant(site, name="Hadja Aïssatou Lamarana Diallo-Barry")
        )
        make_instalments(contract, 11)
        written = [
            record_payment(
                contract=contract,
                amount=amount,
                method="mobile",
                provider="Orange",
                external_reference=f"OM.2611.{amount}",
                received_on=TODAY,
                by=person,
                idempotency_key=str(amount),
                today=TODAY,
            )
            for amount in (7_900_000, 1_500_000)
        ]
        january = Instalment.objects.filter(contract=contract).order_by("period").first()
        quittance = issue_quittance(instalment=january, by=person, today=TODAY)
        reverse_payment(payment=written[1], by=person, reason="Saisi deux fois", today=TODAY)
        found = [Receipt.objects.get(payment=payment) for payment in written]
    return [found[0], quittance, found[1]]


def test_a_receipt_is_read_printed_on_one_sheet_and_checked_by_a_stranger(open_page, live_server, papers):
    page = open_page(viewport=SMALLEST, locale="fr-FR")
    page.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes' }")
    sign_in(page, live_server.url, "mariama", PASSWORD)
    for receipt in papers:
        page.goto(f"{live_server.url}/GN_KINDIA/receipts/{receipt.pk}/")
        assert sideways(page) == 0
        assert axe_violations(page) == []
        assert page.locator(".paper .qr path").count() == 1
    receipt = papers[0]
    page.goto(f"{live_server.url}/GN_KINDIA/receipts/{receipt.pk}/")
    page.locator("main form button").click()
    page.wait_for_load_state()
    assert page.locator(".mark").count() == 0
    # The printer came by itself.
    page.wait_for_selector("html[data-printed]")
    for size in ("A5", "A4"):
        printed = page.pdf(format=size)
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, size
    stranger = open_page(viewport=PHONE, color_scheme="dark")
    for receipt, sign in zip(papers, ["check", "check", "warning"], strict=True):
        stranger.goto(f"{live_server.url}/r/{token_of(receipt)}/")
        assert stranger.locator(f".note use[href$='#{sign}']").count() == 1
        assert receipt.name in stranger.locator("dl").inner_text()
        assert sideways(stranger) == 0
        assert axe_violations(stranger) == []


def test_the_paper_stays_black_on_white_in_the_dark_and_fits_in_every_language(open_page, live_server, papers):
    page = open_page(viewport=SMALLEST, color_scheme="dark")
    sign_in(page, live_server.url, "mariama", PASSWORD)
    for code, _name in settings.LANGUAGES:
        with page.expect_navigation():
            page.eval_on_selector("#choose-language", "(s, code) => { s.value = code; s.form.submit() }", code)
        page.goto(f"{live_server.url}/GN_KINDIA/receipts/{papers[1].pk}/")
        assert sideways(page) == 0, code
    look = page.locator(".paper").evaluate("e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]")
    assert look == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    page.set_viewport_size(DESK)
    assert axe_violations(page) == []
