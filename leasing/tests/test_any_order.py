"""The same records give the same months and balances, in whatever order they were typed."""

import datetime as dt
import itertools
import os
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from changes.refusals import RuleBroken
from leasing.actions import add_charge, end_contract, record_payment, reverse_payment, sign_contract
from leasing.actions.instalments import bring_up_to_date
from leasing.models import Contract, Instalment, Payment
from leasing.queries import money_faults, on_account
from leasing.tests.factories import make_property, make_tenant
from tests.examples import examples

TODAY = dt.date(2026, 6, 20)
# The long run: `AKIG_HISTORY_EXAMPLES=10000 pytest leasing/tests/test_any_order.py`.
EXAMPLES = int(os.environ.get("AKIG_HISTORY_EXAMPLES", "15"))
_keys = itertools.count()


def signed(site, billing):
    number = next(_keys)
    contract = Contract(
        site=site,
        reference=f"O-{number}",
        property=make_property(site),
        tenant=make_tenant(site),
        start_date=dt.date(2026, 1, 10),
        monthly_rent=700_000,
        payment_day=5,
        billing=billing,
        deposit_amount=500_000,
    )
    return sign_contract(contract=contract, by=None, today=TODAY, signed_on=dt.date(2026, 1, 10))


def apply(contract: Contract, event: tuple[Any, ...]) -> None:
    kind, *values = event
    if kind == "pay":
        record_payment(
            contract=contract,
            amount=values[1],
            method="bank",
            received_on=dt.date(2026, 1, 10) + dt.timedelta(days=values[0]),
            by=None,
            idempotency_key=f"o-{next(_keys)}",
            today=TODAY,
        )
    elif kind == "charge":
        add_charge(
            contract=contract,
            kind=values[2],
            label="Eau",
            amount=values[1],
            due_date=dt.date(2026, 1, 10) + dt.timedelta(days=values[0]),
            by=None,
            today=TODAY,
        )
    elif kind == "mistake":
        # Recorded and reversed: as if it had never been.
        apply(contract, ("pay", *values))
        wrong = Payment.objects.filter(contract=contract).latest("recorded_at")
        reverse_payment(payment=wrong, by=None, reason="Erreur", today=TODAY)
    else:
        end_contract(
            contract=contract, ended_on=dt.date(2026, 1, 10) + dt.timedelta(days=values[0]), by=None, today=TODAY
        )


def state(contract: Contract) -> tuple[Any, ...]:
    rows = Instalment.objects.filter(contract=contract).order_by("due_date", "kind", "amount", "paid_amount")
    months = list(rows.values_list("kind", "period", "due_date", "amount", "paid_amount", "settled_on"))
    deposit = contract.deposits.values_list("received", "state").get()
    return months, on_account(contract), deposit


DAYS = st.integers(0, 160)
# Two payments of one day stay in the order in which they were recorded: each has a day of its own here.
PAYMENTS = st.lists(st.tuples(DAYS, st.integers(1, 3_000_000)), max_size=6, unique_by=lambda pair: pair[0])
CHARGES = st.lists(st.tuples(DAYS, st.integers(1, 400_000), st.sampled_from(["service", "repair"])), max_size=3)
ENDS = st.lists(st.integers(30, 150), max_size=1)


@settings(max_examples=examples(EXAMPLES), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_of_typing_gives_equal_months_and_balances(conakry, data):
    events = [
        *(("pay", *pair) for pair in data.draw(PAYMENTS)),
        *(("charge", *values) for values in data.draw(CHARGES)),
        *(("mistake", *pair) for pair in data.draw(PAYMENTS)[:2]),
        *(("end", day) for day in data.draw(ENDS)),
    ]
    billing = data.draw(st.sampled_from(["calendar", "anniversary", "calendar_full"]))
    found = []
    for order in (events, data.draw(st.permutations(events))):
        contract = signed(conakry, billing)
        for event in order:
            # A service charge of a later month goes with the end, and is refused after it.
            with suppress(RuleBroken):
                apply(contract, event)
        contract.refresh_from_db()
        found.append(state(contract))
        before = state(contract)
        bring_up_to_date(conakry.code, [contract.account_id], TODAY)
        assert state(contract) == before
    assert found[0] == found[1]
    assert money_faults(conakry) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_receipts_of_january_and_february_settle_each_its_own_month(conakry, order):
    contract = sign_contract(
        contract=Contract(
            site=conakry,
            reference="05a",
            property=make_property(conakry),
            tenant=make_tenant(conakry),
            start_date=dt.date(2026, 1, 1),
            monthly_rent=700_000,
            payment_day=5,
        ),
        by=None,
        today=TODAY,
        signed_on=dt.date(2026, 1, 1),
    )
    receipts = [("pay", -5, 700_000), ("pay", 26, 700_000)]
    for number in order:
        apply(contract, receipts[number])
    rows = Instalment.objects.filter(contract=contract).order_by("period")[:3]
    assert [row.settled_on for row in rows] == [dt.date(2026, 1, 5), dt.date(2026, 2, 5), None]


def test_an_end_said_twice_differently_is_refused_whatever_was_paid_between(conakry):
    contract = signed(conakry, "calendar")
    apply(contract, ("end", 60))
    apply(contract, ("pay", 20, 900_000))
    with pytest.raises(RuleBroken):
        apply(contract, ("end", 61))
