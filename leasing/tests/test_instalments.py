"""Months in the books: made ahead, left alone, remade."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leasing.actions import extend_instalments, record_payment, renew_contract
from leasing.actions.instalments import bring_up_to_date
from leasing.models import Instalment
from leasing.months import month_after
from leasing.tests.factories import make_contract, make_instalment, make_instalments, make_payment
from sites_app.models import Site
from sites_app.scope import site_scope

TODAY = dt.date(2026, 11, 23)


def months(contract):
    return list(Instalment.objects.filter(contract=contract).order_by("period").values_list("period", "due_date"))


def test_the_night_makes_a_year_ahead(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 11, 1), monthly_rent=2_000_000)
    assert extend_instalments(site=conakry, today=TODAY) == 13
    assert months(contract)[0] == (dt.date(2026, 11, 1), dt.date(2026, 11, 5))
    assert months(contract)[-1] == (dt.date(2027, 11, 1), dt.date(2027, 11, 5))
    rows = Instalment.objects.filter(contract=contract)
    assert set(rows.values_list("amount", "paid_amount", "settled_on", "tenant_id", "account_id", "kind")) == {
        (2_000_000, 0, None, contract.tenant_id, contract.account_id, "rent")
    }
    assert extend_instalments(site=conakry, today=TODAY) == 0
    assert extend_instalments(site=conakry, today=dt.date(2026, 12, 1)) == 1


def test_a_contract_past_its_term_runs_on_until_somebody_ends_it(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 1, 1), end_date=dt.date(2026, 6, 30))
    extend_instalments(site=conakry, today=TODAY)
    assert months(contract)[-1][0] == dt.date(2027, 11, 1)


def test_drafts_and_ended_contracts_are_left_alone_by_the_night(conakry):
    make_contract(conakry, status="draft")
    make_contract(conakry, status="ended")
    assert extend_instalments(site=conakry, today=TODAY) == 0


def test_history_that_an_import_left_out_is_not_asked_for(conakry):
    contract = make_contract(conakry, start_date=dt.date(2019, 1, 1))
    make_instalment(contract, dt.date(2026, 9, 1), amount=900_000)
    extend_instalments(site=conakry, today=TODAY)
    assert [period for period, _due in months(contract)][:3] == [
        dt.date(2026, 9, 1),
        dt.date(2026, 10, 1),
        dt.date(2026, 11, 1),
    ]


def test_a_renewal_in_the_middle_of_a_full_month_does_not_ask_for_it_twice(conakry):
    old = make_contract(conakry, start_date=dt.date(2026, 1, 1), billing="calendar_full")
    extend_instalments(site=conakry, today=TODAY)
    new = renew_contract(contract=old, reference="B-RENEWED", start_date=dt.date(2026, 7, 15), by=None, today=TODAY)
    assert months(old)[-1][0] == dt.date(2026, 7, 1)
    assert months(new)[0][0] == dt.date(2026, 8, 1)


def test_a_renewal_in_the_middle_of_a_month_asks_for_its_days(conakry):
    old = make_contract(conakry, start_date=dt.date(2026, 1, 1), monthly_rent=3_100_000)
    new = renew_contract(contract=old, reference="B-RENEWED", start_date=dt.date(2026, 7, 15), by=None, today=TODAY)
    july = Instalment.objects.filter(period=dt.date(2026, 7, 1))
    assert july.get(contract=old).amount == 1_400_000
    assert july.get(contract=new).amount == 1_700_000


@pytest.mark.django_db
def test_the_other_site_gets_nothing_even_where_both_are_in_scope():
    with site_scope(["GN_CONAKRY", "GN_KINDIA"]):
        conakry, kindia = Site.objects.get(code="GN_CONAKRY"), Site.objects.get(code="GN_KINDIA")
        make_contract(conakry)
        there = make_contract(kindia)
        assert extend_instalments(site=kindia, today=TODAY) == 23
        assert set(Instalment.objects.values_list("contract", flat=True)) == {there.pk}


def test_a_whole_site_takes_as_many_statements_as_a_few_contracts(conakry):
    counted = []
    for contracts in (12, 28):
        for _ in range(contracts):
            make_contract(conakry)
        with CaptureQueriesContext(connection) as statements:
            extend_instalments(site=conakry, today=TODAY)
        counted.append(len(statements))
    assert counted[0] == counted[1]


def test_money_on_account_pays_a_month_as_soon_as_it_is_there(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 11, 1), monthly_rent=1_000_000)
    make_payment(contract, amount=2_500_000, received_on=dt.date(2026, 11, 2))
    extend_instalments(site=conakry, today=TODAY)
    paid = Instalment.objects.filter(contract=contract, paid_amount__gt=0).order_by("period")
    assert list(paid.values_list("paid_amount", "settled_on")) == [
        (1_000_000, dt.date(2026, 11, 2)),
        (1_000_000, dt.date(2026, 11, 2)),
        (500_000, None),
    ]


def test_money_of_one_account_never_pays_another(conakry):
    paying, owing = make_contract(conakry), make_contract(conakry)
    make_instalments(owing, 3)
    make_payment(paying, amount=500_000)
    extend_instalments(site=conakry, today=TODAY)
    assert not Instalment.objects.filter(contract=owing, paid_amount__gt=0).exists()
    assert Instalment.objects.get(contract=paying, paid_amount__gt=0).paid_amount == 500_000


def test_unpaid_months_further_than_a_year_ahead_are_taken_away(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 11, 1))
    make_instalments(contract, 20)
    bring_up_to_date(conakry.code, [contract.account_id], TODAY)
    assert months(contract)[-1][0] == dt.date(2027, 11, 1)


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        (dt.date(2026, 11, 23), 1, dt.date(2026, 12, 1)),
        (dt.date(2026, 12, 31), 1, dt.date(2027, 1, 1)),
        (dt.date(2026, 1, 31), -1, dt.date(2025, 12, 1)),
        (dt.date(2026, 11, 23), 24, dt.date(2028, 11, 1)),
    ],
)
def test_months_are_counted_over_the_end_of_the_year(day, months, first):
    assert month_after(day, months) == first


def test_a_payment_after_the_night_continues_where_the_night_stopped(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 11, 1), monthly_rent=1_000_000)
    extend_instalments(site=conakry, today=TODAY)
    record_payment(
        contract=contract,
        amount=14_000_000,
        method="bank",
        received_on=TODAY,
        by=None,
        idempotency_key="k",
        today=TODAY,
    )
    assert months(contract)[-1][0] == dt.date(2027, 12, 1)
    assert not Instalment.objects.filter(contract=contract, settled_on=None).exists()
