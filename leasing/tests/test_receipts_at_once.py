"""Sixteen clerks of one site at once, each on a real connection: no number is missing, none is given twice."""

import itertools
import os

import pytest
from django.db import transaction

from leasing.actions import issue_quittance, issue_receipt
from leasing.models import Instalment, Receipt, ReceiptCancellation, ReceiptCounter
from leasing.queries import money_faults
from leasing.tests.factories import make_contract, make_instalments, make_payment
from leasing.tests.test_two_clerks import CODE, RENT, TODAY, as_clerk, at_once, pay, reverse
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.no_cover]

CLERKS = 16
# The long run is `AKIG_CLERK_TURNS=5000 pytest leasing/tests/test_receipts_at_once.py`.
TURNS = max(4, int(os.environ.get("AKIG_CLERK_TURNS", "100")) // 20)


@pytest.fixture
def contracts():
    """Fewer than clerks: some wait for an account, all of them for the numbers."""
    site = Site.objects.get(code=CODE)
    with site_scope([CODE]):
        made = [make_contract(site, monthly_rent=RENT) for _n in range(CLERKS // 2)]
        for contract in made:
            make_instalments(contract, 3)
    return made


def a_clerk(contracts, clerk):
    """Records payments; every third turn something after it fails and takes all of it back."""

    def work():
        contract, kept = contracts[clerk % len(contracts)], 0
        for turn in range(TURNS):
            if turn % 3 == clerk % 3:
                with site_scope([CODE]):
                    pay(contract, 1_000 + turn, f"lost-{clerk}-{turn}")
                    transaction.set_rollback(True)
                continue
            payment = pay(contract, RENT if turn == 1 else 1_000 + turn, f"kept-{clerk}-{turn}")
            kept += 1
            if turn == TURNS - 1:
                reverse(payment)
        return kept

    return work


def test_sixteen_clerks_leave_no_gap_and_no_number_twice(contracts):
    kept = at_once(*(a_clerk(contracts, clerk) for clerk in range(CLERKS)))
    assert [result for result in kept if isinstance(result, Exception)] == []
    with site_scope([CODE]):
        numbers = list(Receipt.objects.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, sum(kept) + 1))
        assert ReceiptCounter.objects.get().last == sum(kept)
        assert not Receipt.objects.filter(payment__idempotency_key__startswith="lost").exists()
        assert ReceiptCancellation.objects.exists()
        assert money_faults(contracts[0].site) == []


def test_many_who_ask_for_one_paper_at_once_get_one(contracts):
    contract = contracts[0]
    with site_scope([CODE]):
        imported = make_payment(contract)
    pay(contract, RENT, "pays-a-month")
    with site_scope([CODE]):
        january = Instalment.objects.filter(contract=contract).order_by("period").first()
    works = [
        lambda: as_clerk(issue_receipt, payment=imported, by=None, today=TODAY),
        lambda: as_clerk(issue_quittance, instalment=january, by=None, today=TODAY),
    ]
    papers = at_once(*itertools.islice(itertools.cycle(works), CLERKS))
    assert len({paper.pk for paper in papers[::2]}) == len({paper.pk for paper in papers[1::2]}) == 1
    with site_scope([CODE]):
        assert sorted(Receipt.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_a_site_does_not_wait_for_the_numbers_of_another():
    with site_scope(["GN_KINDIA"]):
        elsewhere = make_contract(Site.objects.get(code="GN_KINDIA"), monthly_rent=RENT)
        payment = make_payment(elsewhere)
    with site_scope([CODE]):
        contract = make_contract(Site.objects.get(code=CODE), monthly_rent=RENT)
        pay(contract, RENT, "held-open")

        def in_kindia():
            with site_scope(["GN_KINDIA"]):
                return issue_receipt(payment=payment, by=None, today=TODAY)

        [receipt] = at_once(in_kindia)
    assert receipt.name == "GN_KINDIA-000001"
