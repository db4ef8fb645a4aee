"""A hundred contracts and fifty payments whose KPIs somebody counted on paper: docs/formulas/kpi.md."""

import datetime as dt
from decimal import Decimal

import pytest

from kpi.counting.periods import Period
from kpi.report.report import metrics_of
from kpi.tests.formulas_page import table
from leasing.models import (
    Account,
    Allocation,
    Contract,
    Deposit,
    Instalment,
    Interaction,
    Litigation,
    Notice,
    Payment,
    PaymentReversal,
    Property,
    Survey,
    Tenant,
)
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.portfolios import staff

D = dt.date
SITE = "GN_KINDIA"
MILLION = 1_000_000


def make_contract(number, home, tenant, start, rent, **values):
    return Contract.objects.create(
        site_id=SITE,
        reference=f"C{number}",
        account=Account.objects.create(site_id=SITE, tenant=tenant),
        property=home,
        tenant=tenant,
        start_date=start,
        monthly_rent=rent,
        **{"status": "active", **values},
    )


def make_rent(contract, due):
    return Instalment.objects.create(
        site_id=SITE,
        contract=contract,
        account_id=contract.account_id,
        tenant_id=contract.tenant_id,
        period=due.replace(day=1),
        due_date=due,
        amount=contract.monthly_rent,
    )


def make_payment(instalment, amount, received, *, is_mistake=False):
    payment = Payment.objects.create(
        site_id=SITE,
        contract_id=instalment.contract_id,
        account_id=instalment.account_id,
        amount=amount,
        method="cash",
        received_on=received,
        idempotency_key=f"{instalment.pk}",
    )
    if is_mistake:
        PaymentReversal.objects.create(site_id=SITE, payment=payment, reversed_on=received, reason="Doublon")
        return
    Allocation.objects.create(site_id=SITE, payment=payment, instalment=instalment, amount=amount)
    instalment.paid_amount = amount
    instalment.settled_on = received if amount == instalment.amount else None
    instalment.save()


@pytest.fixture
def october(db):
    """The portfolio of the page, built row by row."""
    staff({name: [(SITE, "agent")] for name in ("awa", "binta", "cheick", "djenab")})
    with site_scope([SITE]):
        homes = [Property.objects.create(site_id=SITE, code=f"P{n}", kind="house") for n in range(1, 96)]
        for n, status in enumerate(["under_works"] * 3 + ["withdrawn"] * 2):
            Property.objects.create(site_id=SITE, code=f"X{n}", kind="house", status=status)
        tenants = [Tenant.objects.create(site_id=SITE, code=f"T{n}", name=f"Locataire {n}") for n in range(1, 91)]

        contracts = {}
        for n in range(1, 61):
            contracts[n] = make_contract(
                n, homes[n - 1], tenants[n - 1], D(2025, 1, 1), MILLION, end_date=D(2026, 12, 31)
            )
        for n in range(61, 81):
            contracts[n] = make_contract(
                n, homes[n - 1], tenants[n - 1], D(2025, 6, 1), MILLION,
                end_date=D(2026, 10, 15), ended_on=D(2026, 10, 15), status="ended",
            )  # fmt: skip
        for n in range(81, 91):
            contracts[n] = make_contract(
                n, homes[n - 1], tenants[n - 1], D(2026, 3, 1), 800_000, end_date=D(2026, 10, 31)
            )
        for n in range(91, 101):
            contracts[n] = make_contract(
                n, homes[n - 31], tenants[n - 31], D(2026, 10, 16), 1_200_000,
                end_date=D(2027, 10, 15), signed_on=D(2026, 10, 10),
            )  # fmt: skip

        for n in range(1, 61):
            rent = make_rent(contracts[n], D(2026, 10, 5))
            if n <= 40:
                make_payment(rent, MILLION, D(2026, 10, 6))
            elif n <= 45:
                make_payment(rent, 400_000, D(2026, 10, 20))
            elif n <= 47:
                make_payment(rent, MILLION, D(2026, 11, 2))
            elif n == 48:
                make_payment(rent, MILLION, D(2026, 10, 6), is_mistake=True)
        for n in range(1, 21):
            rent = make_rent(contracts[n], D(2026, 8, 5))
            if n <= 2:
                make_payment(rent, MILLION, D(2026, 9, 3 + n))

        for n in (1, 2, 3, 4):
            Litigation.objects.create(site_id=SITE, contract=contracts[n], kind="payment", opened_on=D(2026, 10, n))
        for n, opened, resolved in [
            (5, D(2026, 10, 21), D(2026, 10, 31)),
            (71, D(2026, 9, 1), D(2026, 10, 1)),
            (72, D(2026, 8, 2), D(2026, 10, 31)),
        ]:
            Litigation.objects.create(
                site_id=SITE, contract=contracts[n], kind="damage", state="resolved",
                opened_on=opened, resolved_on=resolved,
            )  # fmt: skip
        Litigation.objects.create(site_id=SITE, contract=contracts[73], kind="other", opened_on=D(2026, 11, 3))
        for issued, closed in [(D(2026, 10, 1), D(2026, 10, 1)), (D(2026, 9, 1), D(2026, 11, 1))]:
            Notice.objects.create(
                site_id=SITE, contract=contracts[6], kind="repairs",
                issued_on=issued, legal_deadline=issued, closed_on=closed,
            )  # fmt: skip

        days = [D(2026, 10, 25)] * 6 + [D(2026, 10, 31)] * 2 + [D(2026, 11, 1)]
        states = ["full"] * 6 + ["partial", "withheld", "full"]
        for n, state, settled in zip(range(71, 80), states, days, strict=True):
            Deposit.objects.create(
                site_id=SITE, contract=contracts[n], agreed=MILLION, received=MILLION, state=state, settled_on=settled
            )
        Deposit.objects.create(site_id=SITE, contract=contracts[80], agreed=MILLION, received=MILLION, state="held")

        noon = dt.time(12, 0)
        calls = [(tenant, D(2026, 10, 15)) for tenant in tenants[80:90]]
        # The 30 days to 31 October begin on the 2nd.
        calls += [(tenants[60], D(2026, 10, 1)), (tenants[61], D(2026, 10, 2))]
        for tenant, day in calls:
            Interaction.objects.create(
                site_id=SITE, tenant=tenant, channel="call", happened_at=dt.datetime.combine(day, noon, dt.UTC)
            )

        for rating in (9, 9, 10, 7, 8, 8, 6, 0):
            Survey.objects.create(
                site_id=SITE, tenant=tenants[0], kind="nps", rating=rating, answered_on=D(2026, 10, 31)
            )
        Survey.objects.create(
            site_id=SITE, tenant=tenants[0], kind="satisfaction", rating=0, answered_on=D(2026, 10, 31)
        )
        assert (Contract.objects.count(), Payment.objects.count()) == (100, 50)
    return Period(D(2026, 10, 1), D(2026, 10, 31))


def test_a_hundred_contracts_and_fifty_payments_match_what_was_counted_on_paper(october):
    with site_scope([SITE]):
        [found] = metrics_of([Site.objects.get(code=SITE)], [october])
    by_hand = {
        key: (Decimal(value), int(n))
        for key, _how, value, n in table("Worked numbers: a hundred contracts and fifty payments")
    }
    assert {key: (round(metric.value, 6), metric.n) for key, metric in found.by_key.items()} == by_hand
