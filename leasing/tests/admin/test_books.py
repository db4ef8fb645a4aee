"""Payments, deposits, and what is due: through their actions, with the refusals beside the fields."""

import datetime as dt
import re

import pytest

from leasing import models
from leasing.actions import end_contract
from leasing.tests import factories as make
from leasing.tests.admin.pages import (
    TODAY,
    page,
    text,
    words,
)
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db


def receipt(contract, **values):
    form = {
        "contract": contract.pk,
        "amount": "1500000",
        "method": "cash",
        "provider": "",
        "external_reference": "",
        "received_on": "2026-02-05",
        "idempotency_key": "admin-1",
    }
    return form | values


def paid(contract):
    with site_scope([contract.site_id]):
        return list(contract.instalments.order_by("period").values_list("paid_amount", flat=True)[:2])


def test_a_payment_pays_the_oldest_month_and_sent_twice_it_is_one(agent, contract):
    key = re.search(r'name="idempotency_key" value="(admin-[^"]+)"', text(agent.get(page(models.Payment, "add"))))[1]
    for _again in range(2):
        assert agent.post(page(models.Payment, "add"), receipt(contract, idempotency_key=key)).status_code == 302
    assert paid(contract) == [1_500_000, 0]
    with site_scope(["GN_KINDIA"]):
        payment = models.Payment.objects.get()
    assert payment.recorded_by.username == "boris"
    opened = words(agent.get(page(models.Payment, payment.pk, "change")))
    assert "1,500,000 GNF" in opened
    assert "Boris" in opened


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"method": "cheque"}, "method", "does not accept “Cheque”"),
        ({"amount": "15000001"}, "amount", "does not accept more than 15,000,000"),
        ({"method": "mobile", "provider": "Wave"}, "provider", "does not accept mobile money from “Wave”"),
        ({"amount": "0"}, "amount", "must be a whole number of francs"),
        ({"received_on": "2999-01-01"}, "received_on", "is in the future"),
        ({"idempotency_key": ""}, "idempotency_key", "required"),
    ],
)
def test_a_payment_against_a_rule_is_refused_beside_its_field(agent, contract, values, field, sentence):
    refused = agent.post(page(models.Payment, "add"), receipt(contract, **values))
    errors = refused.context["adminform"].form.errors
    assert list(errors) == [field]
    assert sentence in text(refused).replace("\u00a0", " ")
    assert paid(contract) == [0, 0]
    with site_scope(["GN_KINDIA"]):
        assert not models.Payment.objects.exists()


def test_a_payment_is_reversed_with_a_reason_and_stays_in_the_books(manager, agent, contract):
    agent.post(page(models.Payment, "add"), receipt(contract))
    with site_scope(["GN_KINDIA"]):
        payment = models.Payment.objects.get()
    button = page(models.Payment, payment.pk, "reverse")
    assert button in text(manager.get(page(models.Payment, payment.pk, "change")))
    assert agent.post(button, {"reason": "Saisi deux fois"}).status_code == 403
    assert "This field is required." in text(manager.post(button, {"reason": " "}))
    assert paid(contract) == [1_500_000, 0]
    assert manager.post(button, {"reason": "Saisi deux fois"})["Location"] == page(models.Payment, payment.pk, "change")
    assert paid(contract) == [0, 0]
    opened = manager.get(page(models.Payment, payment.pk, "change"))
    assert "Saisi deux fois" in words(opened)
    assert button not in text(opened)
    assert "Reversed" in words(manager.get(page(models.Payment)))


def test_a_deposit_is_settled_after_the_end(manager, contract, kindia):
    with site_scope([kindia.code]):
        deposit = make.make_deposit(contract)
    button = page(models.Deposit, deposit.pk, "settle")
    form = {"refunded_amount": "1000000", "kept_for_arrears": "0", "settled_on": "2026-07-15"}
    assert "its deposit is still held" in text(manager.post(button, form))
    with site_scope([kindia.code]):
        end_contract(contract=contract, ended_on=dt.date(2026, 6, 30), by=None, today=TODAY)
    assert manager.post(button, form).status_code == 302
    with site_scope([kindia.code]):
        deposit.refresh_from_db()
    assert (deposit.state, deposit.refunded_amount) == ("partial", 1_000_000)
    assert "State: Held → becomes Returned in part" in words(manager.get(page(models.Deposit, deposit.pk, "change")))
