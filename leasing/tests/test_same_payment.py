"""Two people at the counter with the same money, or one form sent twice at one moment: each on a real connection."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import User
from leasing.actions import record_payment
from leasing.actions.same_payment import SamePayment
from leasing.models import Payment, Receipt
from leasing.queries import money_faults
from leasing.tests.factories import make_contract, make_instalments
from leasing.tests.test_two_clerks import as_clerk, at_once
from sites_app.models import Membership, Site
from sites_app.scope import site_scope

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.no_cover]

CODE = "GN_CONAKRY"
DAY = dt.date(2026, 3, 20)


@pytest.fixture
def contract():
    with site_scope([CODE]):
        contract = make_contract(Site.objects.get(code=CODE), monthly_rent=1_000_000)
        make_instalments(contract, 3)
        return contract


def pay(contract, key, seen=()):
    return as_clerk(
        record_payment,
        contract=contract,
        amount=700_000,
        method="cash",
        received_on=DAY,
        by=None,
        idempotency_key=key,
        today=DAY,
        seen=seen,
    )


def test_of_clerks_who_save_the_same_money_at_one_moment_one_is_asked(contract):
    made = at_once(*(lambda key=key: pay(contract, key) for key in ("one", "two", "three", "four")))
    refused = [answer for answer in made if isinstance(answer, SamePayment)]
    (payment,) = [answer for answer in made if isinstance(answer, Payment)]
    assert len(refused) == 3
    assert {found.pk for refusal in refused for found in refusal.payments} == {payment.pk}
    assert isinstance(pay(contract, "other money", seen=[payment.pk]), Payment)
    with site_scope([CODE]):
        assert Payment.objects.count() == 2
        assert money_faults(contract.site) == []


def test_who_does_not_want_to_be_asked_is_not(contract):
    pay(contract, "one")
    assert pay(contract, "two", seen=None).amount == 700_000


def test_a_form_sent_twice_at_one_moment_is_one_payment_with_one_receipt(contract):
    person = User.objects.create(username="ibrahima", preferred_language="fr")
    Membership.objects.create(user=person, site_id=CODE, role="agent", is_primary=True)
    clients = [Client() for _time in range(3)]
    for client in clients:
        client.force_login(person)
    form = {
        "contract": contract.pk,
        "amount": "700 000",
        "method": "cash",
        "received_on": str(contract.site.today()),
        "key": "the same form",
        "save": "1",
    }
    answers = at_once(*(lambda client=client: client.post(f"/{CODE}/payments/new/", form) for client in clients))
    with site_scope([CODE]):
        payment = Payment.objects.get()
        assert {answer["Location"] for answer in answers} == {f"/{CODE}/payments/{payment.pk}/?saved=1"}
        assert Receipt.objects.get().payment == payment
