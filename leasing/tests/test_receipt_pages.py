"""The paper on the screen, its printing, and the page that tells a stranger whether it is genuine."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from leasing.actions import issue_quittance, record_payment, reverse_payment
from leasing.models import Instalment, Receipt, ReceiptCancellation, ReceiptPrint, Tenant
from leasing.pages.paper import message_of, page_of, whatsapp_of
from leasing.receipt_links import check, link_of, token_of
from leasing.tests.factories import make_contract, make_instalments, make_payment, make_receipt
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.people import make_person

pytestmark = pytest.mark.django_db

CODE = "GN_KINDIA"
TODAY = dt.date(2026, 3, 20)
RENT = 1_500_000


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet():
    cache.clear()


@pytest.fixture
def contract():
    with site_scope([CODE]):
        contract = make_contract(Site.objects.get(pk=CODE), monthly_rent=RENT)
        make_instalments(contract, 3)
        return contract


@pytest.fixture
def payment(contract):
    with site_scope([CODE]):
        return record_payment(
            contract=contract, amount=RENT, method="cash", received_on=TODAY, by=None, idempotency_key="p", today=TODAY
        )


@pytest.fixture
def receipt(payment):
    with site_scope([CODE]):
        return Receipt.objects.select_related("site").get(payment=payment)


def browser(name, **roles):
    client = Client()
    client.force_login(make_person(name, **roles))
    return client


@pytest.fixture
def agent():
    return browser("awa", GN_KINDIA="agent")


def words(response):
    text = re.sub(r"<[^>]*>", " ", response.content.decode())
    return re.sub(r"\s+", " ", text.replace("\u202f", " ").replace("\u00a0", " "))


def address(receipt):
    return f"/{CODE}/receipts/{receipt.pk}/"


def shown(token):
    return Client().get(f"/r/{token}/", headers={"Accept-Language": "en"})


# --- the paper ------------------------------------------------------------------------------------------


def test_the_paper_says_who_paid_how_much_for_what_and_how(agent, receipt):
    page = words(agent.get(address(receipt)))
    assert "Receipt for a payment GN_KINDIA-000001" in page
    assert "Received from Fatoumata Diallo the sum of 1,500,000 GNF" in page
    assert "one million, five hundred thousand Guinean francs" in page
    assert "Rent · January 2026 1,500,000 GNF" in page
    assert "20/03/2026 · Cash" in page
    assert "TPA on rent 4% 60,000 GNF, for information; source:" in page
    assert link_of(receipt) in page


def test_the_paper_is_french_for_who_reads_french(receipt):
    client = browser("mariama", GN_KINDIA="manager")
    User.objects.filter(username="mariama").update(preferred_language="fr")
    assert "un million cinq cent mille francs guinéens" in words(client.get(address(receipt)))


def test_the_paper_costs_few_statements(agent, receipt, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = agent.get(address(receipt))
    assert len(page.content) < 60_000


def test_looking_writes_nothing_down_and_what_it_prints_is_a_duplicate(agent, receipt):
    page = agent.get(address(receipt)).content.decode()
    assert 'class="mark onpaper"' in page
    with site_scope([CODE]):
        assert not ReceiptPrint.objects.exists()


def test_the_first_print_is_the_original_and_every_later_one_says_duplicate(agent, receipt):
    first, second = (agent.post(address(receipt)) for _n in range(2))
    assert "DUPLICATE" not in words(first)
    assert "DUPLICATE" in words(second)
    assert 'class="mark"' in agent.get(address(receipt)).content.decode()
    with site_scope([CODE]):
        assert list(ReceiptPrint.objects.values_list("printed_by__username", flat=True)) == ["awa", "awa"]


def test_the_paper_stays_as_issued_when_its_tenant_is_renamed(agent, receipt, contract):
    with site_scope([CODE]):
        Tenant.objects.filter(pk=contract.tenant_id).update(name="Autre Nom")
    page = words(agent.get(address(receipt)))
    assert "Received from Fatoumata Diallo" in page


def test_a_cancelled_paper_says_so_since_when_and_why(agent, receipt, payment):
    with site_scope([CODE]):
        reverse_payment(payment=payment, by=None, reason="Saisi deux fois", today=TODAY)
    page = words(agent.get(address(receipt)))
    assert "CANCELLED" in page
    assert "The payment was reversed · Saisi deux fois" in page


def test_a_content_that_was_changed_on_record_is_told(agent, contract):
    assert "What is on record is not what was issued" in words(agent.get(address(altered(contract))))


# --- issuing and rights ---------------------------------------------------------------------------------


def issue(client, row, what):
    folder = "payments" if what == "receipt" else "instalments"
    return client.post(f"/{CODE}/{folder}/{row.pk}/{what}/")


def test_a_receipt_and_a_quittance_are_issued_and_shown(agent, contract, payment):
    with site_scope([CODE]):
        imported = make_payment(contract)
        january = Instalment.objects.filter(contract=contract).order_by("period").first()
    for row, what, title in ((imported, "receipt", "Receipt for a payment"), (january, "quittance", "Rent receipt")):
        answer = issue(agent, row, what)
        assert answer.status_code == 302
        assert f"{title} GN_KINDIA-00000" in words(agent.get(answer["Location"]))
        assert issue(agent, row, what)["Location"] == answer["Location"]


def test_what_is_refused_is_said_on_the_tenants_page(agent, contract):
    with site_scope([CODE]):
        january = Instalment.objects.filter(contract=contract).order_by("period").first()
    answer = issue(agent, january, "quittance")
    assert answer["Location"] == f"/{CODE}/tenants/{contract.tenant_id}/"
    assert "January 2026 is not paid in full: 1,500,000 GNF is lacking." in words(agent.get(answer["Location"]))


@pytest.mark.parametrize("role", ["agent", "manager", "admin"])
def test_everybody_of_the_site_sees_prints_and_issues(contract, receipt, role):
    client = browser("somebody", GN_KINDIA=role)
    with site_scope([CODE]):
        imported = make_payment(contract)
    assert client.get(address(receipt)).status_code == 200
    assert client.post(address(receipt)).status_code == 200
    assert issue(client, imported, "receipt").status_code == 302


@pytest.mark.parametrize("roles", [{}, {"GN_CONAKRY": "admin"}], ids=["stranger", "other site"])
def test_nobody_else_sees_prints_or_issues(contract, receipt, roles):
    client = browser("somebody", **roles)
    with site_scope([CODE]):
        imported = make_payment(contract)
        papers = Receipt.objects.count()
    assert client.get(address(receipt)).status_code == client.post(address(receipt)).status_code == 403
    assert issue(client, imported, "receipt").status_code == 403
    for path in (f"/GN_CONAKRY/receipts/{receipt.pk}/", f"/GN_CONAKRY/payments/{imported.pk}/receipt/"):
        assert client.post(path).status_code in (403, 404)
    with site_scope([CODE]):
        assert Receipt.objects.count() == papers
        assert not ReceiptPrint.objects.exists()


# --- whoever holds the paper ----------------------------------------------------------------------------


def test_a_genuine_paper_tells_number_date_amount_and_property_and_nothing_more(receipt, contract):
    answer = shown(token_of(receipt))
    page = words(answer)
    assert answer.status_code == 200
    assert "This receipt is genuine." in page
    for told in ("GN_KINDIA-000001", "1,500,000 GNF", contract.property.code):
        assert told in page
    for kept in (contract.tenant.name, contract.reference, contract.tenant.code, "Kaloum", "Cash"):
        assert kept not in page
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]


def test_every_altered_character_of_a_link_is_told_as_forged(receipt):
    token = token_of(receipt)
    for place, letter in enumerate(token):
        for other in {"A", "b", "7", "-", letter.swapcase()} - {letter}:
            altered = f"{token[:place]}{other}{token[place + 1 :]}"
            assert check(altered).state == "forged", altered
    answer = shown(f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}")
    assert answer.status_code == 404
    assert "This receipt is not genuine." in words(answer)


@pytest.mark.parametrize("token", ["x", "GN_KINDIA.nobody.signed", "GN_KINDIA-000001", "é" * 30, "a" * 5_000])
def test_what_nobody_signed_is_told_as_forged(token):
    answer = shown(token)
    assert answer.status_code == 404
    assert "This receipt is not genuine." in words(answer)


def test_a_link_signed_for_another_site_does_not_open_this_one_s_paper(receipt):
    elsewhere = Receipt(pk=receipt.pk, site_id="GN_CONAKRY")
    answer = shown(token_of(elsewhere))
    assert answer.status_code == 404
    assert "There is no such receipt on record." in words(answer)


def test_a_link_signed_for_anything_else_is_forged(receipt):
    from django.core.signing import Signer

    value, _dot, _signature = token_of(receipt).rpartition(".")
    assert check(Signer(salt="accounts.known_here", sep=".").sign(value)).state == "forged"


def test_a_reversed_payment_s_paper_is_told_as_cancelled_since_the_day(receipt, payment):
    with site_scope([CODE]):
        reverse_payment(payment=payment, by=None, reason="Saisi deux fois", today=TODAY)
        since = ReceiptCancellation.objects.get().cancelled_at.date()
    page = words(shown(token_of(receipt)))
    assert f"This receipt was cancelled on {since.day} {since:%B %Y}." in page
    assert "Saisi deux fois" not in page
    assert check(token_of(receipt)).cancelled_on == since


def test_a_content_that_was_changed_on_record_is_told_to_a_stranger_too(contract):
    answer = shown(token_of(altered(contract)))
    assert answer.status_code == 404
    assert "was altered" in words(answer)


def test_papers_stay_genuine_when_the_key_changes_and_the_old_one_is_kept(receipt, settings):
    token = token_of(receipt)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key that nobody knows, of more than fifty characters"
    settings.SECRET_KEY_FALLBACKS = []
    assert check(token).state == "forged"
    settings.SECRET_KEY_FALLBACKS = [former]
    assert check(token).state == "genuine"
    assert token_of(receipt) != token


def test_who_looks_at_another_site_gets_the_same_answer(receipt):
    client = browser("somebody", GN_CONAKRY="agent")
    answer = client.get(f"/GN_CONAKRY/r/{token_of(receipt)}/", follow=True)
    assert answer.redirect_chain == [(f"/r/{token_of(receipt)}/", 302)]
    assert "This receipt is genuine." in words(answer)


def test_one_address_checks_at_most_sixty_papers_a_minute(receipt, monkeypatch):
    monkeypatch.setattr("changes.throttle.WindowThrottle.timer", lambda self: 1_000_000.0)
    assert {shown("x").status_code for _n in range(60)} == {404}
    answer = shown(token_of(receipt))
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "Too many checks" in words(answer)
    elsewhere = Client(REMOTE_ADDR="10.0.0.9").get(f"/r/{token_of(receipt)}/")
    assert elsewhere.status_code == 200


# --- the message ----------------------------------------------------------------------------------------


def test_the_message_has_the_amount_the_number_and_the_link(receipt, payment, contract):
    with site_scope([CODE]):
        january = Instalment.objects.filter(contract=contract).order_by("period").first()
        quittance = issue_quittance(instalment=january, by=None, today=TODAY)
    for paper in (receipt, quittance):
        message = message_of(paper)
        assert paper.name in message
        assert link_of(paper) in message
    assert whatsapp_of(receipt, "+224620000002").startswith("https://wa.me/224620000002?text=")
    assert whatsapp_of(receipt, "") == ""


def altered(contract):
    """A paper whose content is not what its digest was made of."""
    with site_scope([CODE]):
        return make_receipt(make_payment(contract), digest="0" * 64)


def test_months_of_one_rent_that_follow_each_other_are_one_line(contract):
    with site_scope([CODE]):
        paid = record_payment(
            contract=contract, amount=24 * RENT + 400_000, method="bank", received_on=TODAY, by=None,
            idempotency_key="ahead", today=TODAY,
        )  # fmt: skip
        receipt = Receipt.objects.select_related("site").get(payment=paid)
        lines = page_of(receipt, duplicate=False, was_printed=False).lines
    assert [(line.first, line.last, line.months, line.together) for line in lines] == [
        (dt.date(2026, 1, 1), dt.date(2027, 12, 1), 24, 24 * RENT),
        (dt.date(2028, 1, 1), dt.date(2028, 1, 1), 1, 400_000),
    ]
