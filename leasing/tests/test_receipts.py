"""Receipts and quittances: numbered, frozen, cancelled with what they say."""

import datetime as dt
import itertools

import pytest
from django.db import transaction

from accounts.tests.factories import make_user
from changes.keys import digest_of
from changes.refusals import RuleBroken
from leasing.actions import (
    add_charge,
    end_contract,
    give_credit,
    issue_quittance,
    issue_receipt,
    print_receipt,
    record_payment,
    refund_payment,
    reverse_payment,
)
from leasing.models import Instalment, Payment, Receipt, ReceiptCancellation, Tenant
from leasing.papers import Paper
from leasing.queries import money_faults
from leasing.tests.factories import PAPER, make_contract, make_instalments, make_payment, make_property
from sites_app.models import Site
from sites_app.scope import site_scope

TODAY = dt.date(2026, 3, 20)
RENT = 1_000_000
_keys = itertools.count()


@pytest.fixture
def contract(conakry):
    """Three months due by today: January to March."""
    contract = make_contract(conakry, monthly_rent=RENT)
    make_instalments(contract, 3)
    return contract


def pay(contract, amount, **overrides):
    values = {
        "contract": contract,
        "amount": amount,
        "method": "cash",
        "received_on": TODAY,
        "by": None,
        "idempotency_key": f"r-{next(_keys)}",
        "today": TODAY,
    }
    return record_payment(**(values | overrides))


def reverse(payment, by=None):
    return reverse_payment(payment=payment, by=by, reason="Saisi deux fois", today=TODAY)


def month(contract, number):
    return Instalment.objects.get(contract=contract, kind="rent", period=dt.date(2026, number, 1))


def quittance(contract, number, by=None):
    return issue_quittance(instalment=month(contract, number), by=by, today=TODAY)


def paper_of(receipt):
    assert receipt.digest == digest_of(receipt.content)
    return Paper.from_content(receipt.content)


def causes(contract):
    found = ReceiptCancellation.objects.filter(receipt__contract=contract).order_by("receipt__number")
    return list(found.values_list("receipt__kind", "cause"))


# --- issuing --------------------------------------------------------------------------------------------


def test_a_payment_has_its_receipt_from_the_moment_it_is_recorded(contract):
    awa = make_user("awa")
    payment = pay(contract, 2_300_000, by=awa, method="mobile", provider="Orange", external_reference="OM.1")
    receipt = Receipt.objects.get(payment=payment)
    assert (receipt.number, receipt.name, receipt.kind) == (1, "GN_CONAKRY-000001", "receipt")
    paper = paper_of(receipt)
    assert (paper.francs, paper.currency, paper.number) == (2_300_000, "GNF", receipt.name)
    assert paper.words["fr"] == "deux millions trois cent mille francs guinéens"
    assert [(line.period.month, line.francs) for line in paper.lines] == [(1, RENT), (2, RENT), (3, 300_000)]
    [money] = paper.money
    assert (money.method, money.provider, money.reference) == ("mobile", "Orange", "OM.1")
    assert (paper.tenant, paper.property_code) == (contract.tenant.name, contract.property.code)
    [tax] = paper.taxes
    assert (tax.rule_type, tax.rate, tax.francs) == ("tpa_rate", "0.05", 115_000)
    assert issue_receipt(payment=payment, by=None, today=TODAY) == receipt


def test_the_same_payment_sent_again_has_one_receipt(contract):
    first = pay(contract, RENT, idempotency_key="form-1")
    assert pay(contract, RENT, idempotency_key="form-1") == first
    assert Receipt.objects.count() == 1


def test_an_imported_payment_gets_its_receipt_when_somebody_asks(contract):
    payment = make_payment(contract)
    assert not Receipt.objects.exists()
    receipt = issue_receipt(payment=payment, by=None, today=TODAY)
    assert (receipt.number, receipt.issued_on, paper_of(receipt).on_account) == (1, TODAY, RENT)
    assert issue_receipt(payment=payment, by=None, today=TODAY) == receipt


def test_a_refund_has_a_paper_of_its_own(contract):
    end_contract(contract=contract, ended_on=dt.date(2026, 3, 31), by=None, today=dt.date(2026, 3, 31))
    pay(contract, 3_400_000, method="bank")
    refund = refund_payment(
        contract=contract, amount=300_000, reason="Trop perçu", refunded_on=TODAY, by=None, idempotency_key="back",
        today=TODAY,
    )  # fmt: skip
    receipt = Receipt.objects.get(payment=refund)
    paper = paper_of(receipt)
    assert (receipt.kind, receipt.amount, paper.francs, paper.reason) == ("refund", 300_000, 300_000, "Trop perçu")
    assert paper.lines == paper.taxes == ()


def test_what_is_no_money_gets_no_receipt(contract):
    credit = give_credit(
        contract=contract, amount=RENT, reason="Geste", given_on=TODAY, by=None, idempotency_key="c", today=TODAY
    )
    assert not Receipt.objects.exists()
    opening = make_payment(contract, method="opening")
    for payment in (credit, opening):
        with pytest.raises(RuleBroken) as refused:
            issue_receipt(payment=payment, by=None, today=TODAY)
        assert refused.value.rule == "receipt_of_money"


def test_a_reversed_payment_without_a_receipt_gets_none(contract):
    payment = make_payment(contract)
    reverse(payment)
    with pytest.raises(RuleBroken) as refused:
        issue_receipt(payment=payment, by=None, today=TODAY)
    assert refused.value.rule == "receipt_of_a_standing_payment"


def test_a_month_paid_in_full_has_a_quittance_with_all_that_paid_it(contract):
    pay(contract, 600_000, received_on=dt.date(2026, 1, 10))
    pay(contract, 500_000, received_on=dt.date(2026, 1, 20), method="bank", external_reference="V-7")
    receipt = quittance(contract, 1)
    paper = paper_of(receipt)
    assert (receipt.number, receipt.kind, receipt.amount) == (3, "quittance", RENT)
    assert [(part.method, part.reference, part.francs) for part in paper.money] == [
        ("cash", "", 600_000),
        ("bank", "V-7", 400_000),
    ]
    assert (paper.rent_period, paper.on_account) == (dt.date(2026, 1, 1), 0)
    assert quittance(contract, 1) == receipt


@pytest.mark.parametrize("paid", [0, 999_999])
def test_a_month_that_lacks_a_franc_has_no_quittance(contract, paid):
    if paid:
        pay(contract, paid)
    with pytest.raises(RuleBroken) as refused:
        quittance(contract, 1)
    assert refused.value.rule == "quittance_when_paid_in_full"
    assert Receipt.objects.filter(kind="quittance").count() == 0


def test_a_month_of_which_some_was_let_go_has_no_quittance(contract):
    pay(contract, 600_000)
    give_credit(
        contract=contract, amount=400_000, reason="Geste", given_on=TODAY, by=None, idempotency_key="c", today=TODAY,
        waives=month(contract, 1),
    )  # fmt: skip
    with pytest.raises(RuleBroken) as refused:
        quittance(contract, 1)
    assert "let go" in refused.value.sentence or "remis" in refused.value.sentence


def test_another_debt_has_no_quittance(contract):
    repair = add_charge(
        contract=contract, kind="repair", label="Porte", amount=50_000, due_date=dt.date(2026, 1, 2), by=None,
        today=TODAY,
    )  # fmt: skip
    pay(contract, RENT)
    with pytest.raises(RuleBroken) as refused:
        issue_quittance(instalment=repair, by=None, today=TODAY)
    assert refused.value.rule == "quittance_of_a_month"


@pytest.mark.django_db
def test_receipts_of_another_site_are_refused_like_none_at_all():
    with site_scope(["GN_KINDIA"]):
        elsewhere = make_contract(Site.objects.get(code="GN_KINDIA"))
        payment, due = make_payment(elsewhere), make_instalments(elsewhere, 1)[0]
    with site_scope(["GN_CONAKRY"]):
        for issue in (
            lambda: issue_receipt(payment=payment, by=None, today=TODAY),
            lambda: issue_quittance(instalment=due, by=None, today=TODAY),
        ):
            with pytest.raises(RuleBroken) as refused:
                issue()
            assert refused.value.rule == "same_site"


@pytest.mark.django_db
def test_each_site_counts_its_own_papers_from_one():
    for code, currency, rate in (("GN_CONAKRY", "GNF", "0.05"), ("SN_DAKAR", "XOF", "0.06")):
        with site_scope([code]):
            contract = make_contract(Site.objects.get(code=code), monthly_rent=RENT)
            make_instalments(contract, 1)
            papers = [paper_of(Receipt.objects.get(payment=pay(contract, 1_000, method="bank"))) for _n in range(2)]
            assert [paper.number for paper in papers] == [f"{code}-000001", f"{code}-000002"]
            assert (papers[0].currency, papers[0].taxes[0].rate) == (currency, rate)


def test_a_number_that_was_rolled_back_is_the_next_one_s(contract):
    pay(contract, 1_000)
    with transaction.atomic():
        pay(contract, 2_000)
        transaction.set_rollback(True)
    assert Receipt.objects.get(payment=pay(contract, 3_000)).number == 2


# --- frozen ---------------------------------------------------------------------------------------------


def test_a_later_name_alters_no_paper(contract):
    receipt = Receipt.objects.get(payment=pay(contract, RENT))
    Tenant.objects.filter(pk=contract.tenant_id).update(name="Autre Nom")
    receipt.refresh_from_db()
    assert paper_of(receipt).tenant == "Fatoumata Diallo"


def test_a_paper_comes_back_from_json_as_it_was():
    assert Paper.from_content(PAPER.as_content()) == PAPER


def test_the_first_print_is_the_original_and_the_later_ones_are_duplicates(contract):
    receipt = Receipt.objects.get(payment=pay(contract, RENT))
    assert [print_receipt(receipt=receipt, by=None) for _n in range(3)] == [False, True, True]
    assert receipt.prints.count() == 3


# --- cancelling -----------------------------------------------------------------------------------------


def test_a_reversal_cancels_the_receipt_and_the_quittances_it_makes_untrue(contract):
    awa = make_user("awa")
    wrong = pay(contract, 2 * RENT, received_on=dt.date(2026, 1, 5))
    pay(contract, RENT, received_on=dt.date(2026, 3, 5))
    for number in (1, 2, 3):
        quittance(contract, number)
    reverse(wrong, by=awa)
    # What is left pays one of the three: the oldest.
    assert causes(contract) == [("receipt", "reversed"), ("quittance", "unpaid"), ("quittance", "unpaid")]
    standing = Receipt.objects.standing().filter(contract=contract, kind="quittance")
    assert [paper_of(one).rent_period.month for one in standing] == [1]
    assert {one.cancelled_by for one in ReceiptCancellation.objects.all()} == {awa}
    assert ReceiptCancellation.objects.get(cause="reversed").reason == "Saisi deux fois"


def test_a_month_paid_again_gets_another_quittance(contract):
    wrong = pay(contract, RENT)
    first = quittance(contract, 1)
    reverse(wrong)
    pay(contract, RENT)
    second = quittance(contract, 1)
    assert (first.turn, second.turn) == (1, 2)
    assert list(Receipt.objects.standing().filter(kind="quittance")) == [second]


def test_a_quittance_of_a_month_that_the_end_cuts_is_cancelled(contract):
    pay(contract, 3 * RENT)
    kept, cut = quittance(contract, 2), quittance(contract, 3)
    end_contract(contract=contract, ended_on=dt.date(2026, 3, 10), by=None, today=TODAY)
    assert causes(contract) == [("quittance", "changed")]
    assert list(Receipt.objects.standing().filter(kind="quittance")) == [kept]
    assert cut.cancellations.get().cause == "changed"


def test_a_quittance_of_a_month_that_is_gone_is_cancelled(contract):
    pay(contract, 5 * RENT, method="bank")
    quittance(contract, 5)
    end_contract(contract=contract, ended_on=TODAY, by=None, today=TODAY)
    assert not Instalment.objects.filter(contract=contract, period=dt.date(2026, 5, 1)).exists()
    assert causes(contract) == [("quittance", "changed")]


# --- which money pays what, where a quittance stands ------------------------------------------------------


def test_a_late_older_debt_takes_no_money_from_a_month_with_a_quittance(contract):
    pay(contract, RENT)
    paper = quittance(contract, 1)
    add_charge(
        contract=contract, kind="repair", label="Porte", amount=50_000, due_date=dt.date(2025, 12, 2), by=None,
        today=TODAY,
    )  # fmt: skip
    assert month(contract, 1).paid_amount == RENT
    assert list(Receipt.objects.standing().filter(kind="quittance")) == [paper]
    assert money_faults(contract.site) == []


def test_without_a_quittance_the_older_debt_takes_it(contract):
    pay(contract, RENT)
    add_charge(
        contract=contract, kind="repair", label="Porte", amount=50_000, due_date=dt.date(2025, 12, 2), by=None,
        today=TODAY,
    )  # fmt: skip
    assert month(contract, 1).paid_amount == RENT - 50_000


def test_after_a_cancelled_quittance_the_money_lies_as_if_there_had_been_none(contract):
    older, later = pay(contract, 500_000), pay(contract, RENT)
    quittance(contract, 1)
    add_charge(
        contract=contract, kind="repair", label="Porte", amount=300_000, due_date=dt.date(2025, 12, 2), by=None,
        today=TODAY,
    )  # fmt: skip
    reverse(later)
    repair = Instalment.objects.get(contract=contract, kind="repair")
    assert (repair.paid_amount, month(contract, 1).paid_amount) == (300_000, 200_000)
    assert older.allocations.count() == 2
    assert money_faults(contract.site) == []


def test_two_units_of_one_tenant_have_papers_of_their_own(contract, conakry):
    other = make_contract(conakry, tenant=contract.tenant, property=make_property(conakry), monthly_rent=RENT)
    make_instalments(other, 1)
    pay(contract, RENT)
    pay(other, RENT)
    quittance(other, 1)
    assert Payment.objects.count() == 2
    assert list(Receipt.objects.order_by("number").values_list("contract__reference", "kind")) == [
        (contract.reference, "receipt"),
        (other.reference, "receipt"),
        (other.reference, "quittance"),
    ]
