"""What it costs to place an account anew, beside its bare statements: the same reads and writes, without our code."""

import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from leasing.actions.settlement import place_anew
from leasing.models import Account, Contract, Instalment, Payment, Property, Tenant
from leasing.months import month_begun

YEARS = 10
_START, _RENT = dt.date(2016, 11, 1), 1_200_000

Statement = tuple[str, Any]


def sides(site_code: str) -> tuple[Callable[[], float], Callable[[], float]]:
    """The statements alone, and place_anew: each tells its milliseconds. Needs the site in scope."""
    with transaction.atomic():
        account = _account(site_code)
        sent: list[Statement] = []
        with connection.execute_wrapper(partial(_keep, sent)):
            place_anew(site_code, [account])
        transaction.set_rollback(True)
    bare, ours = partial(_send, sent), partial(place_anew, site_code)
    return partial(_timed, site_code, lambda _account: bare()), partial(_timed, site_code, lambda key: ours([key]))


def _timed(site_code: str, place: Callable[[UUID], object]) -> float:
    with transaction.atomic():
        account = _account(site_code)
        started = time.perf_counter()
        place(account)
        took = (time.perf_counter() - started) * 1000
        transaction.set_rollback(True)
    return took


def _account(site_code: str) -> UUID:
    """A rent and a payment for each month, none of them placed. Its rows have the same keys each time."""
    site = {"site_id": site_code}
    tenant = Tenant.objects.create(**site, id=UUID(int=1), code="BENCH", name="Locataire de dix ans")
    home = Property.objects.create(**site, id=UUID(int=2), code="BENCH", kind="house")
    account = Account.objects.create(**site, id=UUID(int=3), tenant=tenant)
    contract = Contract.objects.create(
        **site, id=UUID(int=4), reference="BENCH", account=account, property=home, tenant=tenant, start_date=_START,
        monthly_rent=_RENT, status="active", signed_on=_START,
    )  # fmt: skip
    months = [month_begun(_START, number) for number in range(12 * YEARS + 12)]
    Instalment.objects.bulk_create(
        Instalment(
            **site, id=UUID(int=1000 + number), contract=contract, account=account, tenant=tenant, period=month,
            due_date=month, amount=_RENT,
        )
        for number, month in enumerate(months)
    )  # fmt: skip
    # Each pays the rest of a month and the first part of the next one.
    Payment.objects.bulk_create(
        Payment(
            **site, id=UUID(int=2000 + number), contract=contract, account=account, method="bank", received_on=month,
            amount=_RENT if number else _RENT // 2, idempotency_key=f"bench-placing-{number}",
        )
        for number, month in enumerate(months[: 12 * YEARS])
    )  # fmt: skip
    return account.pk


def _keep(sent: list[Statement], execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    sent.append((sql, params))
    return execute(sql, params, many, context)


def _send(sent: list[Statement]) -> None:
    with connection.cursor() as cursor:
        for statement, parameters in sent:
            cursor.execute(statement, parameters)
            if cursor.description:
                cursor.fetchall()
