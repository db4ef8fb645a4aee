"""Rent received on a page: what is proposed and foretold, what is refused, and that what is sent twice is made once."""

import datetime as dt
import gzip
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leasing.actions import record_payment
from leasing.models import Payment, Receipt
from leasing.tests.conftest import NOW
from leasing.tests.factories import (
    make_contract,
    make_instalment,
    make_instalments,
    make_payment,
    make_property,
    make_reversal,
    make_tenant,
)
from sites_app.models import Site
from tests.pages import text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date
TODAY = NOW.date()
NEW = "/GN_KINDIA/payments/new/"
RENT = 1_500_000


@pytest.fixture
def lease(kindia):
    """Rents of January to March are due and not paid; those of a year are made."""
    tenant = make_tenant(kindia, code="L-77", name="Aïssatou Bah", phone="+224620123456", language="fr")
    lease = make_contract(kindia, reference="B-7", tenant=tenant, property=make_property(kindia, code="P-9"))
    make_instalments(lease, 15)
    return lease


@pytest.fixture
def agent(client):
    client.force_login(make_person("ibrahima", GN_KINDIA="agent"))
    return client


def signed_in(name, **roles):
    client = Client()
    client.force_login(make_person(name, **roles))
    return client


def sent_by(page):
    """What the form of a page would send."""
    form = page.content.decode().split('action="/GN_KINDIA/payments/new/">', 1)[1].split("</form>", 1)[0]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") != "radio" or " checked" in tag:
            sent[given["name"]] = given.get("value", "")
    return sent


def form_of(client, lease):
    return sent_by(client.get(f"{NEW}?contract={lease.pk}"))


def save(client, fields, **changed):
    return client.post(NEW, fields | changed | {"save": "1"})


def words(page):
    return text_of(page).replace("\u00a0", " ")


# --- proposed and foretold ------------------------------------------------------------------------


def test_everything_open_is_proposed_and_one_press_saves_it(agent, lease):
    page = agent.get(f"{NEW}?contract={lease.pk}")
    said = words(page)
    assert "January 2026 1,500,000 GNF February 2026 1,500,000 GNF March 2026 1,500,000 GNF In all 4,500,000" in said
    assert "Pays March 2026 in full. On account: 0 GNF." in said
    fields = sent_by(page)
    assert (fields["amount"], fields["method"], fields["received_on"]) == ("4,500,000", "cash", "2026-03-20")
    answer = save(agent, fields)
    payment = Payment.objects.get()
    assert answer["Location"] == f"/GN_KINDIA/payments/{payment.pk}/?saved=1"
    assert (payment.amount, payment.method, payment.recorded_by.username) == (3 * RENT, "cash", "ibrahima")
    said = words(agent.get(answer["Location"]))
    assert "Saved. Undo" in said
    assert "Pays March 2026 in full. Receipt GN_KINDIA-000001 Owed today 0 GNF On account 0 GNF" in said


def test_nothing_open_proposes_the_months_rent_and_an_ended_lease_nothing(agent, kindia):
    running, ended = make_contract(kindia), make_contract(kindia, status="ended")
    make_payment(running, amount=3 * RENT)
    assert form_of(agent, running)["amount"] == "1,500,000"
    page = agent.get(f"{NEW}?contract={ended.pk}")
    assert "value" not in re.search(r'<input[^>]*name="amount"[^>]*>', page.content.decode())[0]
    assert "ended on 30/06/2026" in words(page)
    assert "Type the amount: here you read what it pays." in words(page)


def test_the_method_and_provider_of_the_last_time_are_chosen(agent, lease):
    make_payment(lease, method="mobile", provider="Areeba", received_on=D(2026, 2, 1))
    make_reversal(make_payment(lease, method="cash", received_on=D(2026, 2, 9)))
    page = agent.get(f"{NEW}?contract={lease.pk}")
    assert sent_by(page)["method"] == "mobile"
    assert '<option value="Areeba" selected>' in page.content.decode()


@pytest.mark.parametrize("typed", ["2 200 000", "2.200.000", "2,200,000 GNF", "2200000 FG", "2\u202f200\u202f000"])
def test_an_amount_as_people_type_it_is_foretold_and_nothing_is_saved(agent, lease, typed):
    answer = agent.post(NEW, form_of(agent, lease) | {"amount": typed, "check": "1"})
    said = words(answer)
    assert answer.status_code == 200
    assert "Pays January 2026 in full. Pays February 2026 in part: 800,000 GNF left. On account: 0 GNF." in said
    assert "Still owed today: 2,300,000 GNF." in said
    assert Payment.objects.count() == 0
    assert sent_by(answer)["amount"] == typed


def test_many_months_are_told_in_one_sentence_and_a_charge_by_its_name(agent, lease):
    make_instalment(lease, D(2026, 2, 1), kind="repair", label="Porte", amount=250_000)
    said = words(agent.post(NEW, form_of(agent, lease) | {"amount": "15 250 000", "check": "1"}))
    assert "Pays 10 months in full: January 2026 to October 2026." in said
    assert "Pays Repair · Porte · February 2026 in full." in said


def test_with_a_script_the_preview_alone_comes_back(agent, lease):
    asked = form_of(agent, lease) | {"amount": "1 500 000", "check": "1"}
    answer = agent.post(NEW, asked, headers={"HX-Request": "true"})
    assert "<main" not in answer.content.decode()
    assert "Pays January 2026 in full." in answer.content.decode()
    assert len(answer.content) < 1_000
    wrong = agent.post(NEW, asked | {"amount": "abc"}, headers={"HX-Request": "true"})
    assert "This is not an amount." in wrong.content.decode()


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"amount": "one million"}, 400, "This is not an amount. Write it like 1 500 000."),
        ({"amount": "0"}, 400, "The amount must be a whole number of francs, more than zero."),
        ({"amount": ""}, 400, "Amount · This field is required."),
        ({"amount": "-5"}, 400, "An amount cannot be negative."),
        ({"method": ""}, 400, "How was it paid? · This field is required."),
        (
            {"amount": "20 000 000"},
            422,
            "does not accept more than 15,000,000 GNF in cash in one payment (rule “largest",
        ),
        ({"method": "cheque"}, 422, "does not accept “Cheque”, only Cash, Bank transfer, Mobile money (rule “payment"),
        ({"method": "mobile", "provider": "Wave"}, 422, "does not accept mobile money from “Wave”, only from Orange"),
        ({"received_on": "2026-03-21"}, 422, "21/03/2026 is in the future: today is 20/03/2026."),
        ({"received_on": "1026-03-21"}, 400, "This year is out of the ordinary: check it."),
        ({"received_on": "soon"}, 400, "Received on · Enter a valid date."),
        ({"external_reference": "x" * 81}, 400, "Reference (optional) · Ensure this value has at most 80"),
    ],
)
def test_what_is_refused_names_the_rule_and_keeps_what_was_typed(agent, lease, changed, status, said):
    typed = form_of(agent, lease) | {"external_reference": "Carnet 12", "provider": "Orange"} | changed
    answer = save(agent, typed)
    assert answer.status_code == status
    assert said in words(answer)
    assert Payment.objects.count() == 0
    again = sent_by(answer)
    kept = {name: value for name, value in typed.items() if name in again and name != "csrfmiddlewaretoken"}
    assert {name: again[name] for name in kept} == kept
    assert (f'<option value="{typed["provider"]}" selected' in answer.content.decode()) == (typed["provider"] != "Wave")


def test_a_draft_is_to_be_signed_first(agent, kindia):
    draft = make_contract(kindia, status="draft", reference="D-1")
    for answer in (agent.get(f"{NEW}?contract={draft.pk}"), agent.post(NEW, {"contract": draft.pk, "save": "1"})):
        assert "Contract D-1 is a draft: sign it first." in words(answer)
    assert Payment.objects.count() == 0


# --- once -----------------------------------------------------------------------------------------


def test_a_form_sent_twice_is_one_payment_and_both_answers_lead_to_it(agent, lease):
    fields = form_of(agent, lease)
    assert save(agent, fields)["Location"] == save(agent, fields)["Location"]
    assert Payment.objects.count() == Receipt.objects.count() == 1


def test_a_form_gone_back_to_and_changed_leads_to_the_first_payment(agent, lease):
    fields = form_of(agent, lease)
    save(agent, fields)
    payment = Payment.objects.get()
    answer = save(agent, fields, amount="1 000 000")
    assert answer["Location"] == f"/GN_KINDIA/payments/{payment.pk}/"
    assert "This form was saved before, as this payment" in words(agent.get(answer["Location"]))
    assert Payment.objects.get() == payment


def test_the_same_money_typed_by_somebody_else_is_asked_about_once(agent, lease):
    theirs, mine = form_of(agent, lease) | {"amount": "700 000"}, form_of(agent, lease) | {"amount": "700 000"}
    save(signed_in("mariama", GN_KINDIA="manager"), theirs)
    answer = save(agent, mine)
    assert answer.status_code == 409
    assert "Is it the same money? Nothing was saved yet. Save again if it is other money." in words(answer)
    assert "Mariama recorded 700,000 GNF of the same day for this account at 20/03/2026 09:00." in words(answer)
    assert Payment.objects.count() == 1
    assert save(agent, sent_by(answer)).status_code == 302
    assert Payment.objects.count() == 2


def test_the_same_money_is_told_before_saving_and_not_asked_about_again(agent, lease):
    save(agent, form_of(agent, lease), amount="700 000")
    checked = agent.post(NEW, form_of(agent, lease) | {"amount": "700 000", "check": "1"})
    assert "Ibrahima recorded 700,000 GNF of the same day" in words(checked)
    assert save(agent, sent_by(checked)).status_code == 302


def test_a_reversed_payment_or_another_day_is_no_reason_to_ask(agent, lease):
    make_reversal(make_payment(lease, amount=700_000, received_on=TODAY))
    make_payment(lease, amount=700_000, received_on=D(2026, 3, 19))
    assert save(agent, form_of(agent, lease), amount="700 000").status_code == 302


# --- whose rent -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["bah", "AÏSSATOU", "L-77", "b-7", "P-9", "620123456", "620 12 34 56", "00224620123456", "123456"]
)
def test_an_account_is_found_by_name_code_home_lease_and_phone(agent, lease, kindia, typed):
    make_contract(kindia, tenant=make_tenant(kindia, name="Moussa Camara", phone="+224664000000"))
    other = Site.objects.get(pk="GN_CONAKRY")
    make_contract(other, tenant=make_tenant(other, code="L-77", name="Aïssatou Bah", phone="+224620123456"))
    page = agent.get(NEW, {"q": typed})
    assert re.findall(r"\?contract=([0-9a-f-]+)", page.content.decode()) == [str(lease.pk)]
    assert "4,500,000 GNF" in words(page)


def test_nothing_found_says_what_to_try_and_one_letter_is_too_few(agent, lease):
    assert "Nobody was found Try fewer letters" in words(agent.get(NEW, {"q": "zz"}))
    assert "at least 2 characters" in words(agent.get(NEW, {"q": "z"}))


def test_a_tenant_with_one_account_needs_no_choice_and_with_two_chooses(agent, lease, kindia):
    make_contract(kindia, tenant=lease.tenant, account=lease.account, status="ended", ended_on=D(2026, 1, 1))
    one = agent.get(f"{NEW}?tenant={lease.tenant_id}")
    assert sent_by(one)["contract"] == str(lease.pk)
    second = make_contract(kindia, tenant=lease.tenant, reference="B-8")
    both = agent.get(f"{NEW}?tenant={lease.tenant_id}")
    assert "For which lease?" in words(both)
    assert re.findall(r"\?contract=([0-9a-f-]+)", both.content.decode()) == [str(lease.pk), str(second.pk)]


def test_an_address_of_nothing_is_not_found(agent, lease):
    other = Site.objects.get(pk="GN_CONAKRY")
    elsewhere = make_contract(other)
    for query in ("contract=x", f"contract={elsewhere.pk}", f"tenant={elsewhere.tenant_id}", "tenant=1"):
        assert agent.get(f"{NEW}?{query}").status_code == 404
    assert save(agent, form_of(agent, lease), contract=str(elsewhere.pk)).status_code == 404
    assert Payment.objects.count() == 0


def test_in_all_my_sites_one_finds_and_is_led_to_the_site(kindia, lease):
    both = signed_in("mariama", GN_KINDIA="agent", GN_CONAKRY="manager")
    page = both.get("/ALL/payments/new/", {"q": "bah"})
    assert f'href="/GN_KINDIA/payments/new/?contract={lease.pk}"' in page.content.decode()
    assert "Kindia" in words(page)
    answer = both.get(f"/ALL/payments/new/?tenant={lease.tenant_id}")
    assert answer["Location"] == f"/GN_KINDIA/payments/new/?contract={lease.pk}"
    payment = make_payment(lease)
    for path in (f"payments/{payment.pk}/", f"payments/{payment.pk}/reverse/"):
        assert both.get(f"/ALL/{path}")["Location"] == f"/GN_KINDIA/{path}"


# --- what there was before ------------------------------------------------------------------------


def test_a_payment_that_an_import_brought_gets_its_receipt_when_somebody_asks(agent, lease):
    payment = make_payment(lease)
    page = agent.get(f"/GN_KINDIA/payments/{payment.pk}/").content.decode()
    assert "wa.me" not in page
    issue = re.search(r'action="([^"]+/receipt/)"', page)[1]
    assert agent.post(issue).status_code == 302
    said = words(agent.get(f"/GN_KINDIA/payments/{payment.pk}/"))
    assert "Receipt GN_KINDIA-000001" in said
    assert "Print the receipt" in said


def test_what_is_no_money_has_its_own_name_and_no_receipt(kindia, lease):
    manager = signed_in("mariama", GN_KINDIA="manager")
    for method, name in (("opening", "Brought forward"), ("credit", "Credit: a debt let go")):
        payment = make_payment(lease, method=method, reason="Ancien cahier")
        page = manager.get(f"/GN_KINDIA/payments/{payment.pk}/")
        assert f"{name} · 1,500,000 GNF" in words(page)
        assert "Reason Ancien cahier" in words(page)
        assert "/receipt/" not in page.content.decode()
        assert f"/payments/{payment.pk}/reverse/" in page.content.decode()


# --- cost -----------------------------------------------------------------------------------------


def test_each_page_costs_at_most_twelve_statements_and_little_to_load(agent, lease, kindia):
    for number in range(120):
        make_payment(lease, amount=1_000 + number, recorded_by=None, received_on=TODAY)
    for number in range(25):
        make_contract(kindia, tenant=make_tenant(kindia, name=f"Bah {number}"))
    payment = record_payment(
        contract=lease, amount=9 * RENT, method="bank", received_on=TODAY, by=None, idempotency_key="k", today=TODAY
    )
    everybody = signed_in("mariama", GN_KINDIA="manager")
    for path in (
        f"{NEW}?contract={lease.pk}",
        f"{NEW}?q=bah",
        f"/GN_KINDIA/payments/{payment.pk}/",
        f"/GN_KINDIA/payments/{payment.pk}/reverse/",
        f"/GN_KINDIA/contracts/{lease.pk}/refund/",
        "/GN_KINDIA/payments/day/",
    ):
        everybody.get(path)
        with CaptureQueriesContext(connection) as asked:
            page = everybody.get(path)
        assert page.status_code == 200
        counted = [query for query in asked if not re.match(r"SAVEPOINT|RELEASE", query["sql"])]
        sizes = (path, len(counted), len(page.content), len(gzip.compress(page.content)))
        assert sizes[1] <= 12, sizes
        assert sizes[2] <= 60_000, sizes
        assert sizes[3] <= 25_000, sizes
