import datetime as dt

import pytest

from leasing.models import Instalment, RentStep
from leasing.queries import (
    MoneyFault,
    Prepaid,
    money_faults,
    on_account,
    owed,
    prepaid_by_month,
    prepaid_until,
    rent_of,
)
from leasing.tests.factories import (
    make_allocation,
    make_contract,
    make_instalments,
    make_payment,
    make_reversal,
)
from sites_app.models import Site
from sites_app.scope import site_scope

RENT = 1_000_000


@pytest.fixture
def contract(conakry):
    return make_contract(conakry, monthly_rent=RENT)


def pay_months(contract, months, count, rest=0):
    payment = make_payment(contract, amount=max(1, count * RENT + rest))
    for month in months[:count]:
        make_allocation(payment, month, RENT)
    if rest:
        make_allocation(payment, months[count], rest)
    return payment


def test_rent_is_paid_up_to_the_end_of_the_last_full_month_without_a_gap(contract):
    months = make_instalments(contract, 4)
    assert prepaid_until(contract) is None
    pay_months(contract, months, 2, rest=500_000)
    assert prepaid_until(contract) == dt.date(2026, 2, 28)
    pay_months(contract, months[3:], 1)
    assert prepaid_until(contract) == dt.date(2026, 2, 28)


def test_rent_is_paid_up_to_the_last_month_when_nothing_is_open(contract):
    assert prepaid_until(contract) is None
    pay_months(contract, make_instalments(contract, 12), 12)
    assert prepaid_until(contract) == dt.date(2026, 12, 31)


def test_prepaid_months_are_owed_until_they_come(contract):
    pay_months(contract, make_instalments(contract, 4), 3, rest=200_000)
    make_payment(contract, amount=70_000)
    assert prepaid_by_month(["GN_CONAKRY"], dt.date(2026, 2, 28)) == [
        Prepaid("GN_CONAKRY", dt.date(2026, 3, 1), RENT),
        Prepaid("GN_CONAKRY", dt.date(2026, 4, 1), 200_000),
        Prepaid("GN_CONAKRY", None, 70_000),
    ]
    # March has come on its first day, before its rent is due.
    assert prepaid_by_month(["GN_CONAKRY"], dt.date(2026, 3, 1)) == [
        Prepaid("GN_CONAKRY", dt.date(2026, 4, 1), 200_000),
        Prepaid("GN_CONAKRY", None, 70_000),
    ]


@pytest.mark.django_db
def test_each_site_has_its_own_avance():
    codes = ["GN_CONAKRY", "SN_DAKAR"]
    with site_scope(codes):
        for code, francs in zip(codes, (300_000, 40_000), strict=True):
            make_payment(make_contract(Site.objects.get(code=code)), amount=francs)
        assert prepaid_by_month(codes, dt.date(2026, 1, 1)) == [
            Prepaid("GN_CONAKRY", None, 300_000),
            Prepaid("SN_DAKAR", None, 40_000),
        ]
        assert prepaid_by_month(["SN_DAKAR"], dt.date(2026, 1, 1)) == [Prepaid("SN_DAKAR", None, 40_000)]


def test_a_reversed_payment_is_not_on_account(contract):
    make_payment(contract, amount=300_000)
    make_reversal(make_payment(contract, amount=500_000))
    assert on_account(contract) == 300_000


def test_what_is_owed_is_what_the_account_lacks_of_what_is_due(contract):
    months = make_instalments(contract, 3)
    pay_months(contract, months, 0, rest=400_000)
    assert owed(contract, dt.date(2026, 2, 5)) == 2 * RENT - 400_000
    assert owed(contract, dt.date(2026, 2, 4)) == RENT - 400_000


def test_the_rent_of_a_day_is_that_of_its_last_change(contract):
    RentStep.objects.create(site=contract.site, contract=contract, from_month=dt.date(2026, 7, 1), monthly_rent=1)
    assert [rent_of(contract, day) for day in (dt.date(2026, 6, 30), dt.date(2026, 7, 1))] == [RENT, 1]


def test_books_that_agree_have_no_fault(contract):
    pay_months(contract, make_instalments(contract, 3), 2, rest=1)
    assert money_faults(contract.site) == []


def test_a_payment_that_gives_more_than_it_has_is_found(contract):
    months = make_instalments(contract, 2)
    payment = make_payment(contract, amount=RENT)
    for month in months:
        make_allocation(payment, month, RENT)
    assert money_faults(contract.site) == [MoneyFault("payment", payment.pk)]


def test_a_reversed_payment_that_still_gives_is_found(contract):
    payment = pay_months(contract, make_instalments(contract, 1), 1)
    make_reversal(payment)
    assert money_faults(contract.site) == [MoneyFault("payment", payment.pk)]


def test_a_month_that_says_another_sum_than_its_allocations_is_found(contract):
    months = make_instalments(contract, 2)
    pay_months(contract, months, 1)
    Instalment.objects.filter(pk=months[1].pk).update(paid_amount=5)
    Instalment.objects.filter(pk=months[0].pk).update(settled_on=None)
    found = {(fault.kind, fault.id) for fault in money_faults(contract.site)}
    assert found == {("instalment", months[0].pk), ("instalment", months[1].pk)}


def test_money_of_one_account_on_another_s_month_is_found(contract, conakry):
    other = make_contract(conakry, monthly_rent=RENT)
    payment = pay_months(contract, make_instalments(other, 1), 1)
    assert money_faults(conakry) == [MoneyFault("account", payment.pk)]
