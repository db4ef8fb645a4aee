import calendar
import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leasing.actions import extend_instalments, generate_instalments, record_payment, renew_contract
from leasing.actions.instalments import month_after
from leasing.models import Contract, Instalment
from leasing.tests.factories import make_contract, make_instalment, make_instalments, make_payment
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.examples import examples

TODAY = dt.date(2026, 11, 23)


def months(contract):
    return list(Instalment.objects.filter(contract=contract).order_by("period").values_list("period", "due_date"))


def test_each_month_that_the_contract_touches_has_one_instalment_of_the_full_rent(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 9, 1), monthly_rent=2_000_000, payment_day=5)
    assert generate_instalments(site=conakry, until=TODAY) == 3
    assert months(contract) == [
        (dt.date(2026, 9, 1), dt.date(2026, 9, 5)),
        (dt.date(2026, 10, 1), dt.date(2026, 10, 5)),
        (dt.date(2026, 11, 1), dt.date(2026, 11, 5)),
    ]
    rows = Instalment.objects.filter(contract=contract).values_list("amount", "paid_amount", "settled_on", "tenant_id")
    assert set(rows) == {(2_000_000, 0, None, contract.tenant_id)}


def test_generating_again_makes_nothing(conakry):
    contract = make_contract(conakry)
    assert generate_instalments(site=conakry, until=TODAY, contracts=[contract]) == 11
    before = list(Instalment.objects.values_list("id", flat=True))
    assert generate_instalments(site=conakry, until=TODAY, contracts=[contract]) == 0
    assert generate_instalments(site=conakry, until=TODAY) == 0
    assert list(Instalment.objects.values_list("id", flat=True)) == before


def test_the_last_day_of_a_shorter_month_stands_for_the_31st(conakry):
    contract = make_contract(conakry, start_date=dt.date(2027, 12, 1), payment_day=31)
    generate_instalments(site=conakry, until=dt.date(2028, 4, 1), contracts=[contract])
    assert [due for _period, due in months(contract)] == [
        dt.date(2027, 12, 31),
        dt.date(2028, 1, 31),
        dt.date(2028, 2, 29),
        dt.date(2028, 3, 31),
        dt.date(2028, 4, 30),
    ]


def test_nothing_is_due_before_the_contract_starts(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 10, 20), payment_day=5)
    generate_instalments(site=conakry, until=TODAY, contracts=[contract])
    assert months(contract) == [
        (dt.date(2026, 10, 1), dt.date(2026, 10, 20)),
        (dt.date(2026, 11, 1), dt.date(2026, 11, 5)),
    ]


def test_a_contract_that_starts_later_in_the_last_month_has_that_month(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 11, 30))
    generate_instalments(site=conakry, until=dt.date(2026, 11, 1), contracts=[contract])
    assert months(contract) == [(dt.date(2026, 11, 1), dt.date(2026, 11, 30))]


def test_a_contract_past_its_term_runs_on_until_somebody_ends_it(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 1, 1), end_date=dt.date(2026, 6, 30))
    generate_instalments(site=conakry, until=TODAY)
    assert months(contract)[-1][0] == dt.date(2026, 11, 1)


def test_an_ended_contract_has_no_instalment_due_after_its_end(conakry):
    on_the_day = make_contract(conakry, status="ended", ended_on=dt.date(2026, 3, 5))
    before = make_contract(conakry, status="ended", ended_on=dt.date(2026, 3, 4))
    generate_instalments(site=conakry, until=TODAY, contracts=[on_the_day, before])
    assert months(on_the_day)[-1] == (dt.date(2026, 3, 1), dt.date(2026, 3, 5))
    assert months(before)[-1] == (dt.date(2026, 2, 1), dt.date(2026, 2, 5))


def test_drafts_and_ended_contracts_are_left_alone_by_the_whole_site(conakry):
    make_contract(conakry, status="draft")
    make_contract(conakry, status="ended")
    assert generate_instalments(site=conakry, until=TODAY) == 0
    draft = make_contract(conakry, status="draft")
    assert generate_instalments(site=conakry, until=TODAY, contracts=[draft]) == 0


def test_history_that_an_import_left_out_is_not_asked_for(conakry):
    contract = make_contract(conakry, start_date=dt.date(2019, 1, 1))
    make_instalment(contract, dt.date(2026, 9, 1), amount=900_000)
    assert generate_instalments(site=conakry, until=TODAY) == 2
    assert [period for period, _due in months(contract)] == [
        dt.date(2026, 9, 1),
        dt.date(2026, 10, 1),
        dt.date(2026, 11, 1),
    ]


def test_a_renewal_in_the_middle_of_a_month_does_not_ask_for_that_month_twice(conakry):
    old = make_contract(conakry, start_date=dt.date(2026, 1, 1))
    generate_instalments(site=conakry, until=TODAY)
    new = renew_contract(contract=old, reference="B-RENEWED", start_date=dt.date(2026, 7, 15), by=None, today=TODAY)
    assert months(old)[-1][0] == dt.date(2026, 7, 1)
    assert months(new)[0][0] == dt.date(2026, 8, 1)


@pytest.mark.django_db
def test_the_other_site_gets_nothing_even_where_both_are_in_scope():
    with site_scope(["GN_CONAKRY", "GN_KINDIA"]):
        conakry, kindia = Site.objects.get(code="GN_CONAKRY"), Site.objects.get(code="GN_KINDIA")
        make_contract(conakry)
        there = make_contract(kindia)
        assert generate_instalments(site=kindia, until=TODAY) == 11
        assert set(Instalment.objects.values_list("contract", flat=True)) == {there.pk}


def test_a_whole_site_takes_one_statement_however_many_contracts_it_has(conakry):
    for _ in range(40):
        make_contract(conakry)
    with CaptureQueriesContext(
        connection,
    ) as statements:
        assert generate_instalments(site=conakry, until=TODAY) == 40 * 11
    written = [q["sql"] for q in statements if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(written) == 1


def test_the_night_makes_a_year_ahead(conakry):
    contract = make_contract(conakry, start_date=dt.date(2026, 11, 1))
    assert extend_instalments(site=conakry, today=TODAY) == 13
    assert months(contract)[-1][0] == dt.date(2027, 11, 1)
    assert extend_instalments(site=conakry, today=TODAY) == 0
    assert extend_instalments(site=conakry, today=dt.date(2026, 12, 1)) == 1


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


def test_money_of_one_contract_never_pays_another(conakry):
    paying, owing = make_contract(conakry), make_contract(conakry)
    make_instalments(owing, 3)
    make_payment(paying, amount=500_000)
    extend_instalments(site=conakry, today=TODAY)
    assert not Instalment.objects.filter(contract=owing, paid_amount__gt=0).exists()
    assert Instalment.objects.get(contract=paying, paid_amount__gt=0).paid_amount == 500_000


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


def expected_months(start, payment_day, until, ended_on):
    """The rule again, in plain Python."""
    year, month = start.year, start.month
    while (year, month) <= (until.year, until.month):
        last = calendar.monthrange(year, month)[1]
        due = max(start, dt.date(year, month, min(payment_day, last)))
        if ended_on is None or due <= ended_on:
            yield dt.date(year, month, 1), due
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31))


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=DAYS, until=DAYS, between=DAYS, payment_day=st.integers(1, 31), lasts=st.none() | st.integers(0, 900))
def test_any_horizon_in_any_steps_gives_the_months_of_the_rule(conakry, start, until, between, payment_day, lasts):
    ended_on = None if lasts is None else start + dt.timedelta(days=lasts)
    status = Contract.Status.ACTIVE if ended_on is None else Contract.Status.ENDED
    contract = make_contract(conakry, start_date=start, payment_day=payment_day, status=status, ended_on=ended_on)
    generate_instalments(site=conakry, until=between, contracts=[contract])
    generate_instalments(site=conakry, until=until, contracts=[contract])
    assert months(contract) == list(expected_months(start, payment_day, max(until, between), ended_on))


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
