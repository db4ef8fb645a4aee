import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Sum
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import make_user
from changes.refusals import IdempotencyConflict, RuleBroken
from leasing.actions import record_payment, reverse_payment
from leasing.models import Allocation, Instalment, Payment, PaymentReversal
from leasing.queries import money_faults, on_account
from leasing.tests.factories import make_contract, make_instalments
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.examples import examples

TODAY = dt.date(2026, 3, 20)
RENT = 1_000_000


@pytest.fixture
def contract(conakry):
    """Three months due by today: January to March."""
    contract = make_contract(conakry, monthly_rent=RENT)
    make_instalments(contract, 3)
    return contract


def pay(contract, amount, key=None, **overrides):
    values = {
        "contract": contract,
        "amount": amount,
        "method": "cash",
        "received_on": TODAY,
        "by": None,
        "idempotency_key": key or f"{contract.reference}-{Payment.objects.count()}",
        "today": TODAY,
    }
    return record_payment(**(values | overrides))


def paid(contract):
    """Of the months that have come, and of those that are paid ahead."""
    rows = Instalment.objects.filter(contract=contract).order_by("period")
    return [(row.paid_amount, row.settled_on) for row in rows if row.period <= TODAY or row.paid_amount]


def test_a_payment_pays_the_oldest_month_first_and_the_rest_goes_to_the_next(contract):
    payment = pay(contract, 1_600_000, received_on=dt.date(2026, 3, 18))
    assert paid(contract) == [(RENT, dt.date(2026, 3, 18)), (600_000, None), (0, None)]
    assert list(payment.allocations.order_by("amount").values_list("amount", "instalment__period")) == [
        (600_000, dt.date(2026, 2, 1)),
        (RENT, dt.date(2026, 1, 1)),
    ]
    assert on_account(contract) == 0


def test_a_month_is_settled_on_the_day_the_last_of_its_payments_was_received(contract):
    pay(contract, 700_000, received_on=dt.date(2026, 1, 20))
    pay(contract, 300_000, received_on=dt.date(2026, 1, 12))
    assert paid(contract)[0] == (RENT, dt.date(2026, 1, 20))


def test_a_receipt_of_january_typed_after_february_s_settles_its_own_month(contract):
    pay(contract, RENT, received_on=dt.date(2026, 2, 5))
    assert paid(contract)[0] == (RENT, dt.date(2026, 2, 5))
    pay(contract, RENT, received_on=dt.date(2026, 1, 5))
    assert paid(contract)[:2] == [(RENT, dt.date(2026, 1, 5)), (RENT, dt.date(2026, 2, 5))]


def test_what_is_left_pays_months_to_come_and_makes_them(contract):
    pay(contract, 5_500_000)
    assert [amount for amount, _day in paid(contract)] == [RENT, RENT, RENT, RENT, RENT, 500_000]
    assert on_account(contract) == 0


def test_months_are_made_up_to_two_years_ahead_and_the_rest_stays_on_account(contract):
    pay(contract, 40_000_000, method="bank")
    months = Instalment.objects.filter(contract=contract)
    assert months.count() == 27
    assert months.latest("period").period == dt.date(2028, 3, 1)
    assert months.aggregate(francs=Sum("paid_amount"))["francs"] == 27 * RENT
    assert on_account(contract) == 13_000_000


def test_an_amount_worth_more_months_than_a_calendar_has_is_kept_on_account(contract):
    pay(contract, 2**53 - 1, method="bank")
    months = Instalment.objects.filter(contract=contract)
    assert months.latest("period").period == dt.date(2028, 3, 1)
    assert on_account(contract) == 2**53 - 1 - months.count() * RENT


def test_a_longer_agreed_advance_makes_as_many_months(conakry):
    contract = make_contract(conakry, monthly_rent=RENT, advance_months=36, start_date=dt.date(2026, 3, 1))
    pay(contract, 36_000_000, method="bank")
    assert Instalment.objects.filter(contract=contract, paid_amount=RENT).count() == 36
    assert on_account(contract) == 0


def test_money_on_account_goes_before_a_later_payment_and_none_is_left_beside_a_gap(contract):
    pay(contract, 28_000_000, method="bank")
    assert on_account(contract) == RENT
    pay(contract, 500_000, received_on=dt.date(2026, 3, 10), today=dt.date(2026, 4, 20))
    assert on_account(contract) == 500_000
    assert Instalment.objects.filter(contract=contract, paid_amount=RENT).count() == 28


def test_a_contract_without_rent_keeps_everything_on_account(conakry):
    contract = make_contract(conakry, monthly_rent=0)
    pay(contract, 300_000)
    assert on_account(contract) == 300_000


def test_an_ended_contract_pays_its_arrears_and_keeps_the_rest_on_account(conakry):
    contract = make_contract(conakry, monthly_rent=RENT, status="ended", ended_on=dt.date(2026, 2, 28))
    make_instalments(contract, 2)
    pay(contract, 2_300_000)
    assert paid(contract) == [(RENT, TODAY), (RENT, TODAY)]
    assert on_account(contract) == 300_000


def test_the_same_key_with_the_same_content_is_the_same_payment(contract):
    first = pay(contract, 400_000, key="form-1")
    again = pay(contract, 400_000, key="form-1")
    assert again == first
    assert paid(contract)[0] == (400_000, None)
    assert Payment.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"amount": 400_001},
        {"method": "bank"},
        {"provider": "Ecobank"},
        {"external_reference": "R-2"},
        {"received_on": dt.date(2026, 3, 19)},
    ],
)
def test_the_same_key_with_another_content_is_refused_and_nothing_changes(contract, other):
    pay(contract, 400_000, key="form-1")
    with pytest.raises(IdempotencyConflict):
        pay(contract, **({"amount": 400_000, "key": "form-1"} | other))
    assert Payment.objects.count() == 1
    assert paid(contract)[0] == (400_000, None)


def test_the_same_key_for_another_contract_is_refused(contract, conakry):
    pay(contract, 400_000, key="form-1")
    with pytest.raises(IdempotencyConflict):
        pay(make_contract(conakry), 400_000, key="form-1")


def test_a_key_stays_used_after_its_payment_was_reversed(contract):
    first = pay(contract, 400_000, key="form-1")
    reverse_payment(payment=first, by=None, reason="Erreur", today=TODAY)
    assert pay(contract, 400_000, key="form-1") == first
    assert paid(contract)[0] == (0, None)


@pytest.mark.django_db
def test_two_sites_may_use_the_same_key():
    for code in ("GN_CONAKRY", "GN_KINDIA"):
        with site_scope([code]):
            pay(make_contract(Site.objects.get(code=code)), 400_000, key="form-1")
    with site_scope(["GN_CONAKRY", "GN_KINDIA"]):
        assert Payment.objects.filter(idempotency_key="form-1").count() == 2


@pytest.mark.django_db
def test_a_contract_of_another_site_is_refused_like_one_that_does_not_exist():
    with site_scope(["GN_KINDIA"]):
        elsewhere = make_contract(Site.objects.get(code="GN_KINDIA"))
    with site_scope(["GN_CONAKRY"]):
        with pytest.raises(RuleBroken) as refused:
            record_payment(
                contract=elsewhere,
                amount=1,
                method="cash",
                received_on=TODAY,
                by=None,
                idempotency_key="k",
                today=TODAY,
            )
        assert (refused.value.field, refused.value.rule) == ("contract", "same_site")
        with pytest.raises(RuleBroken) as refused:
            reverse_payment(payment=Payment(contract=elsewhere), by=None, reason="?", today=TODAY)
        assert (refused.value.field, refused.value.rule) == ("payment", "same_site")
    with site_scope(["GN_KINDIA"]):
        assert not Payment.objects.exists()


def test_a_payment_that_was_never_recorded_is_not_reversed(contract):
    with pytest.raises(RuleBroken) as refused:
        reverse_payment(payment=Payment(site=contract.site, contract=contract), by=None, reason="?", today=TODAY)
    assert (refused.value.field, refused.value.rule) == ("payment", "same_site")
    assert not PaymentReversal.objects.exists()


def test_who_recorded_and_who_reversed_are_written_down(contract):
    awa, boris = make_user("awa"), make_user("boris")
    payment = pay(contract, 400_000, by=awa)
    reversal = reverse_payment(payment=payment, by=boris, reason="Saisi deux fois", today=TODAY)
    assert (payment.recorded_by, reversal.reversed_by, reversal.reversed_on) == (awa, boris, TODAY)


def test_after_a_reversal_the_money_lies_as_if_the_payment_had_never_been(contract):
    first = pay(contract, RENT, received_on=dt.date(2026, 1, 5))
    pay(contract, RENT, received_on=dt.date(2026, 2, 5))
    reverse_payment(payment=first, by=None, reason="Chèque sans provision", today=TODAY)
    assert paid(contract) == [(RENT, dt.date(2026, 2, 5)), (0, None), (0, None)]
    assert not Allocation.objects.filter(payment=first).exists()
    assert Payment.objects.filter(pk=first.pk).exists()


def test_what_is_on_account_pays_the_months_that_a_reversal_opens(conakry):
    contract = make_contract(conakry, monthly_rent=RENT, status="ended", ended_on=dt.date(2026, 2, 28))
    make_instalments(contract, 2)
    wrong = pay(contract, 1_500_000)
    pay(contract, 1_200_000, received_on=dt.date(2026, 3, 19))
    assert on_account(contract) == 700_000
    reverse_payment(payment=wrong, by=None, reason="Erreur", today=TODAY)
    assert [amount for amount, _day in paid(contract)] == [RENT, 200_000]
    assert on_account(contract) == 0


def test_a_payment_meets_again_a_month_that_it_has_paid_in_part(conakry):
    contract = make_contract(conakry, monthly_rent=RENT, status="ended", ended_on=dt.date(2026, 1, 31))
    make_instalments(contract, 1)
    wrong = pay(contract, 300_000)
    right = pay(contract, 900_000)
    assert on_account(contract) == 200_000
    reverse_payment(payment=wrong, by=None, reason="Erreur", today=TODAY)
    assert list(right.allocations.values_list("amount", flat=True)) == [900_000]
    assert paid(contract) == [(900_000, None)]


def test_reversing_again_returns_the_first_reversal(contract):
    payment = pay(contract, RENT)
    first = reverse_payment(payment=payment, by=None, reason="Erreur", today=TODAY)
    assert reverse_payment(payment=payment, by=None, reason="Encore", today=dt.date(2026, 3, 21)) == first
    assert PaymentReversal.objects.get().reason == "Erreur"


def test_a_reversal_without_a_reason_is_refused(contract):
    payment = pay(contract, RENT)
    with pytest.raises(RuleBroken) as refused:
        reverse_payment(payment=payment, by=None, reason=" ", today=TODAY)
    assert refused.value.field == "reason"
    assert paid(contract)[0] == (RENT, TODAY)


def test_the_site_s_own_spelling_of_a_provider_is_kept(contract):
    payment = pay(contract, RENT, method="mobile", provider=" orange ", external_reference="OM.1")
    assert payment.provider == "Orange"


def test_a_mobile_transaction_is_recorded_once_and_the_refusal_names_the_first(contract, conakry):
    pay(contract, RENT, method="mobile", provider="Orange", external_reference="OM.1")
    with pytest.raises(RuleBroken) as refused:
        pay(make_contract(conakry), RENT, method="mobile", provider="Orange", external_reference="OM.1")
    assert (refused.value.field, refused.value.rule) == (
        "external_reference",
        "mobile_payment_reference_unique_in_site",
    )
    assert contract.reference in refused.value.sentence
    assert Payment.objects.count() == 1


def test_a_text_longer_than_its_column_is_a_validation_error(contract):
    with pytest.raises(ValidationError) as wrong:
        pay(contract, RENT, external_reference="x" * 81)
    assert set(wrong.value.message_dict) == {"external_reference"}
    assert not Payment.objects.exists()


def test_the_number_of_statements_does_not_grow_with_the_months(contract):
    with CaptureQueriesContext(connection) as few:
        pay(contract, 1_500_000)
    with CaptureQueriesContext(connection) as many:
        pay(contract, 1_400_000)
    assert len(many) <= len(few)
    assert len(few) <= 21


STEPS = st.lists(
    st.tuples(st.just("pay"), st.integers(1, 9_000_000), st.integers(0, 80))
    | st.tuples(st.just("reverse"), st.integers(0, 9), st.just(0)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_whatever_is_recorded_and_reversed_every_franc_is_somewhere(conakry, steps):
    contract = make_contract(conakry, monthly_rent=RENT)
    make_instalments(contract, 4)
    standing = {}
    for kind, number, days_ago in steps:
        if kind == "pay":
            payment = pay(contract, number, received_on=TODAY - dt.timedelta(days=days_ago))
            standing[payment] = number
        elif standing:
            payment = list(standing)[number % len(standing)]
            reverse_payment(payment=payment, by=None, reason="Erreur", today=TODAY)
            del standing[payment]
        months = Instalment.objects.filter(contract=contract)
        in_months = months.aggregate(francs=Sum("paid_amount"))["francs"]
        assert in_months + on_account(contract) == sum(standing.values())
        assert money_faults(conakry) == []
        assert not on_account(contract) or not months.filter(paid_amount__lt=F("amount")).exists()
