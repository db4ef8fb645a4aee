"""The upgrade: what the former release wrote goes into accounts, each franc accounted for, and can go back."""

import datetime as dt
import gc
import os
import uuid

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from leasing.models import Contract, Deposit, Instalment, Payment
from leasing.queries import money_faults
from leasing.tests.factories import make_property, make_tenant
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.owner import as_owner

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.no_cover,
    # Every migration back and forth takes half a minute, and those that were released do not change.
    pytest.mark.skipif("AKIG_UPGRADES" not in os.environ, reason="a long run: AKIG_UPGRADES=1"),
]

BEFORE = [("kpi", "0008_no_reference_value_of_francs"), ("tasks", "0003_causes_are_registered")]
FORMER = [("leasing", "0004_import_runs_leave"), ("sites_app", "0002_six_sites_and_their_rules")]
SITE = "GN_KINDIA"
RENT = 700_000


def migrate(targets):
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        gc.disable()  # the states between migrations are a million objects in circles
        MigrationExecutor(connection).migrate(targets)
        gc.enable()


def newest():
    return [
        leaf
        for leaf in MigrationExecutor(connection).loader.graph.leaf_nodes()
        if leaf[0] in ("leasing", "kpi", "tasks")
    ]


def write(table, **values):
    """A row as the former release wrote it; returns its id."""
    values = {"id": uuid.uuid4(), "site_id": SITE} | values
    names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))
    return values["id"]


def write_contract(unit, tenant, reference, start, **values):
    values = {
        "end_date": None,
        "status": "active",
        "ended_on": None,
        "renewal_of_id": None,
        "deposit_amount": 0,
    } | values
    return write(
        "leasing_contract",
        reference=reference, property_id=unit.pk, tenant_id=tenant.pk, start_date=start, monthly_rent=RENT,
        payment_day=5, advance_months=0, signed_on=start, **values,
    )  # fmt: skip


def write_month(contract, tenant, period, *, paid=0, settled_on=None):
    return write(
        "leasing_instalment",
        contract_id=contract, tenant_id=tenant.pk, period=period, due_date=period.replace(day=5), amount=RENT,
        paid_amount=paid, settled_on=settled_on,
    )  # fmt: skip


def write_payment(contract, received_on, number, amount=RENT):
    return write(
        "leasing_payment",
        contract_id=contract, amount=amount, method="cash", provider="", external_reference="", received_on=received_on,
        recorded_at=dt.datetime(2026, 3, number, tzinfo=dt.UTC), idempotency_key=f"k{number}", request_digest="d" * 64,
    )  # fmt: skip


def month(number):
    return dt.date(2026, number, 1)


def test_the_former_release_s_books_go_into_accounts_and_back(capsys):
    with site_scope([SITE]):
        site = Site.objects.get(pk=SITE)
        unit, tenant = make_property(site), make_tenant(site)
    migrate([*BEFORE, *FORMER])

    # February's receipt was typed first and paid January; January's, typed later, paid February. Then a renewal from
    # April, before whose start May had been paid ahead on the old contract: due after its end.
    old = write_contract(unit, tenant, "OLD", month(1), status="ended", ended_on=dt.date(2026, 3, 31))
    new = write_contract(unit, tenant, "NEW", month(4), renewal_of_id=old)
    write("leasing_deposit", contract_id=new, amount=RENT, state="held", refunded_amount=0, settled_on=None)
    february, january, ahead = (
        write_payment(old, day, number) for number, day in enumerate((month(2), month(1), dt.date(2026, 3, 20)), 1)
    )
    paid = [(1, february, month(2)), (2, january, month(1)), (5, ahead, dt.date(2026, 3, 20))]
    months = {
        number: write_month(old, tenant, month(number), paid=RENT, settled_on=day) for number, _payment, day in paid
    }
    months[3] = write_month(old, tenant, month(3))
    months[4] = write_month(new, tenant, month(4))
    for number, payment, _day in paid:
        write("leasing_allocation", payment_id=payment, instalment_id=months[number], amount=RENT)

    migrate(newest())
    assert f"{SITE}: 2 contracts in 1 accounts, {3 * RENT} GNF received. 1 instalments after an end are gone" in (
        capsys.readouterr().out
    )
    with site_scope([SITE]):
        assert money_faults(Site.objects.get(pk=SITE)) == []
        assert set(Contract.objects.values_list("billing", "rents_from", "account__tenant")) == {
            ("calendar_full", dt.date(2026, 1, 5), tenant.pk),
            ("calendar_full", dt.date(2026, 4, 5), tenant.pk),
        }
        rows = Instalment.objects.order_by("period").values_list("period__month", "paid_amount", "settled_on")
        assert list(rows) == [(1, RENT, month(1)), (2, RENT, month(2)), (3, RENT, dt.date(2026, 3, 20)), (4, 0, None)]
        assert sum(Payment.objects.values_list("amount", flat=True)) == 3 * RENT
        assert Deposit.objects.values_list("agreed", "received", "state").get() == (RENT, RENT, "held")

    migrate([*BEFORE, *FORMER])
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT sum(amount) FROM leasing_allocation")
        assert cursor.fetchone()[0] == 3 * RENT
        cursor.execute("SELECT sum(amount) FROM leasing_payment")
        assert cursor.fetchone()[0] == 3 * RENT
