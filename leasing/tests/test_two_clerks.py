"""Several people at once, each on a real connection of their own."""

import datetime as dt
import itertools
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum

from changes.refusals import IdempotencyConflict, RuleBroken
from leasing.actions import (
    create_property,
    create_tenant,
    end_contract,
    extend_instalments,
    record_payment,
    renew_contract,
    reverse_payment,
    sign_contract,
)
from leasing.actions import payments as payment_actions
from leasing.actions.instalments import bring_up_to_date
from leasing.models import Allocation, Contract, Instalment, Payment, PaymentReversal, Property, Tenant
from leasing.queries import money_faults, on_account
from leasing.tests.factories import make_contract, make_instalments, make_property, make_tenant
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.no_cover]

CODE = "GN_CONAKRY"
TODAY = dt.date(2026, 3, 20)
RENT = 1_000_000
PATIENCE = 60  # seconds, for what should come at once
# The long run is `AKIG_CLERK_TURNS=5000 pytest leasing/tests/test_two_clerks.py`.
TURNS = int(os.environ.get("AKIG_CLERK_TURNS", "100"))


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Start each work in its own thread at one moment. Returns what each returned, or the exception it raised."""
    start = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def as_clerk(action: Callable[..., Any], **values: Any) -> Any:
    """One request: one transaction in the scope of the site."""
    with site_scope([CODE]):
        return action(**values)


def pay(contract: Contract, amount: int, key: str, **overrides: Any) -> Payment:
    values = {
        "contract": contract,
        "amount": amount,
        "method": "bank",
        "received_on": TODAY,
        "by": None,
        "idempotency_key": key,
        "today": TODAY,
    }
    return as_clerk(record_payment, **(values | overrides))


def reverse(payment: Payment) -> PaymentReversal:
    return as_clerk(reverse_payment, payment=payment, by=None, reason="Erreur", today=TODAY)


@pytest.fixture
def site():
    return Site.objects.get(code=CODE)


@pytest.fixture
def contract(site):
    with site_scope([CODE]):
        contract = make_contract(site, monthly_rent=RENT)
        make_instalments(contract, 3)
        return contract


def assert_every_franc_is_somewhere(contract: Contract) -> None:
    with site_scope([CODE]):
        assert money_faults(contract.site) == []
        standing = Payment.objects.standing().filter(contract=contract).aggregate(n=Sum("amount"))["n"] or 0
        months = Instalment.objects.filter(contract=contract)
        assert standing == (months.aggregate(n=Sum("paid_amount"))["n"] or 0) + on_account(contract)
        allocated = Allocation.objects.filter(payment__contract=contract).aggregate(n=Sum("amount"))["n"] or 0
        assert standing == allocated + on_account(contract)
        # Without a gap: nobody made a month twice or forgot one.
        periods = list(months.order_by("period").values_list("period", flat=True))
        assert all((after - before).days <= 31 for before, after in itertools.pairwise(periods))


def a_clerk_s_day(contract: Contract, clerk: int, turns: int, written: list[Payment]) -> Callable[[], dict]:
    """Each clerk another mixture: new payments, reversals of anybody's payment, and keys that all of them use.

    Returns the payment that each shared key gave.
    """

    def work() -> dict:
        by_shared_key = {}
        for turn in range(turns):
            kind, fifth = (turn + clerk) % 5, turn // 5
            if kind == 3 and written:
                reverse(written[(turn * 7 + clerk) % len(written)])
            elif kind == 4:
                by_shared_key[fifth] = pay(contract, 100_000 + fifth, f"{contract.reference}-shared-{fifth}").pk
            else:
                written.append(
                    pay(
                        contract,
                        90_001 + (turn * 37_003 + clerk * 11) % 1_700_000,
                        f"{contract.reference}-{clerk}-{turn}",
                    )
                )
        return by_shared_key

    return work


def nights(site: Site, days: int) -> Callable[[], int]:
    return lambda: sum(
        as_clerk(extend_instalments, site=site, today=TODAY + dt.timedelta(days=7 * day)) for day in range(days)
    )


def looking_on(contract: Contract, until: threading.Event) -> Callable[[], int]:
    """Read the books as they stand at any moment between two commits; returns how often."""

    def work() -> int:
        looks = 0
        while not until.is_set():
            with site_scope([CODE]):
                assert money_faults(contract.site) == []
            looks += 1
            until.wait(0.02)  # the clerks shall have the machine
        return looks

    return work


def finishing(work: Callable[[], Any], left: list, done: threading.Event) -> Callable[[], Any]:
    """The work, then the word that it was the last of them."""

    def run() -> Any:
        try:
            return work()
        finally:
            left.pop()
            if not left:
                done.set()

    return run


def a_busy_day(site: Site, monthly_rent: int, clerks: int, turns: int) -> None:
    with site_scope([CODE]):
        contract = make_contract(site, monthly_rent=monthly_rent)
    written: list[Payment] = []
    done, left = threading.Event(), list(range(clerks))
    days = [finishing(a_clerk_s_day(contract, clerk, turns, written), left, done) for clerk in range(clerks)]
    results = at_once(*days, nights(site, 10), looking_on(contract, done))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert results[-1] > 0
    by_key = results[:clerks]
    assert all(day == by_key[0] for day in by_key)
    assert_every_franc_is_somewhere(contract)
    with site_scope([CODE]):
        shared = Payment.objects.filter(contract=contract, idempotency_key__contains="shared")
        assert shared.count() == len(by_key[0]) == turns // 5
        assert PaymentReversal.objects.filter(payment__contract=contract).exists()
        assert Allocation.objects.filter(payment__contract=contract).exists()


@pytest.mark.parametrize("monthly_rent", [1_000_000, 40_000_000], ids=["much on account", "never enough"])
def test_two_clerks_on_one_contract_lose_no_franc(site, monthly_rent):
    for _day in range(TURNS // 100):
        a_busy_day(site, monthly_rent, clerks=2, turns=100)


def test_six_clerks_and_the_nightly_job_lose_no_franc(site):
    for _day in range(TURNS // 100):
        a_busy_day(site, 10_000_000, clerks=6, turns=50)


def test_the_connections_are_real_and_the_application_s_own(contract):
    def who() -> tuple:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, pg_backend_pid()")
            return cursor.fetchone()

    people = at_once(who, who)
    assert {role for role, _pid in people} == {"akig_app"}
    assert len({pid for _role, pid in people}) == 2


def test_a_key_sent_twice_at_the_same_moment_gives_one_payment(contract):
    rounds = 100
    together = threading.Barrier(2)

    def sender() -> list:
        sent = []
        for number in range(rounds):
            together.wait(PATIENCE)
            sent.append(pay(contract, 250_000, f"form-{number}").pk)
        return sent

    first, second = at_once(sender, sender)
    assert first == second
    assert len(set(first)) == rounds
    with site_scope([CODE]):
        assert Payment.objects.count() == rounds
        assert Payment.objects.aggregate(n=Sum("amount"))["n"] == rounds * 250_000
    assert_every_franc_is_somewhere(contract)


def test_a_key_sent_for_two_contracts_at_the_same_moment_is_taken_by_one(site):
    with site_scope([CODE]):
        contracts = [make_contract(site) for _ in range(2)]
    for number in range(20):
        results = at_once(*(lambda c=c, n=number: pay(c, 250_000, f"form-{n}") for c in contracts))
        assert {type(result) for result in results} == {IdempotencyConflict, Payment}
    with site_scope([CODE]):
        assert Payment.objects.count() == 20


def test_a_mobile_transaction_entered_by_two_clerks_at_once_is_recorded_once(site):
    with site_scope([CODE]):
        contracts = [make_contract(site) for _ in range(2)]
    for number in range(10):
        mobile = {"method": "mobile", "provider": "Orange", "external_reference": f"OM.{number}"}
        results = at_once(
            *(lambda c=c, n=number, m=mobile: pay(c, 250_000, f"{c.reference}-{n}", **m) for c in contracts)
        )
        assert {type(result) for result in results} == {RuleBroken, Payment}
    with site_scope([CODE]):
        assert Payment.objects.count() == 10


def test_a_payment_reversed_by_two_clerks_at_once_is_reversed_once(contract):
    for number in range(20):
        payment = pay(contract, 1_700_000, f"key-{number}")
        one, two = at_once(lambda p=payment: reverse(p), lambda p=payment: reverse(p))
        assert one == two
    with site_scope([CODE]):
        assert PaymentReversal.objects.count() == 20
        assert not Allocation.objects.exists()
    assert_every_franc_is_somewhere(contract)


def test_two_clerks_signing_for_one_property_at_once_leave_one_contract(site):
    for number in range(TURNS * 2 // 5):
        with site_scope([CODE]):
            unit = make_property(site)
            drafts = [make_contract(site, property=unit, status="draft") for _ in range(2)]
        results = at_once(*(lambda d=d: as_clerk(sign_contract, contract=d, by=None, today=TODAY) for d in drafts))
        assert {type(result) for result in results} == {RuleBroken, Contract}, number
        signed = next(result for result in results if isinstance(result, Contract))
        refused = next(result for result in results if isinstance(result, RuleBroken))
        assert signed.reference in refused.sentence
        with site_scope([CODE]):
            assert Contract.objects.filter(property=unit, status="active").count() == 1


def test_signing_while_the_contract_before_is_ended_or_renewed_works_or_is_refused(site):
    day_before = dt.date(2026, 2, 28)
    for number in range(TURNS // 5):
        with site_scope([CODE]):
            old = make_contract(site)
            following = make_contract(site, property=old.property, start_date=dt.date(2026, 3, 1), status="draft")

        def end(old: Contract = old, number: int = number) -> Contract:
            if number % 2:
                return as_clerk(end_contract, contract=old, ended_on=day_before, by=None, today=TODAY)
            return as_clerk(
                renew_contract,
                contract=old,
                reference=f"{old.reference}-R",
                start_date=dt.date(2026, 3, 1),
                by=None,
                today=TODAY,
            )

        ended, signed = at_once(end, lambda c=following: as_clerk(sign_contract, contract=c, by=None, today=TODAY))
        assert isinstance(ended, Contract), ended
        assert isinstance(signed, (Contract, RuleBroken)), signed
        with site_scope([CODE]):
            in_force = Contract.objects.filter(property=old.property, status="active")
            assert in_force.count() == (1 if number % 2 == 0 or isinstance(signed, Contract) else 0)


def test_two_clerks_cannot_both_take_the_last_place(site):
    Site.objects.filter(pk=CODE).update(max_tenants=5, max_properties=5)
    with site_scope([CODE]):
        for _ in range(4):
            make_tenant(site)
            make_property(site)

    def tenant(code: str) -> Any:
        return as_clerk(create_tenant, site=site, by=None, code=code, name="Awa")

    def unit(code: str) -> Any:
        return as_clerk(create_property, site=site, by=None, code=code, kind="house")

    for create, model in ((tenant, Tenant), (unit, Property)):
        results = at_once(*(lambda c=create, n=n: c(f"N-{n}") for n in range(4)))
        assert [type(result) for result in results].count(RuleBroken) == 3
        with site_scope([CODE]):
            assert model.objects.count() == 5


def test_the_night_makes_no_month_after_an_end_that_is_said_at_the_same_moment(site):
    for _ in range(10):
        with site_scope([CODE]):
            contracts = [make_contract(site) for _ in range(3)]
        ending = [
            lambda c=c: as_clerk(end_contract, contract=c, ended_on=dt.date(2026, 3, 31), by=None, today=TODAY)
            for c in contracts
        ]
        results = at_once(nights(site, 1), *ending, lambda c=contracts[0]: pay(c, 5_000_000, f"k-{c.reference}"))
        assert [result for result in results if isinstance(result, Exception)] == []
        with site_scope([CODE]):
            late = Instalment.objects.filter(contract__in=contracts, due_date__gt=dt.date(2026, 3, 31))
            assert not late.filter(paid_amount=0).exists()
            assert money_faults(site) == []


class Stop:
    """Holds a clerk's connection at the moment before a statement until it may go on."""

    def __init__(self, statement: str) -> None:
        self.statement, self.reached, self.go_on = statement, threading.Event(), threading.Event()

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        if self.statement in sql and not self.reached.is_set():
            self.reached.set()
            assert self.go_on.wait(PATIENCE)
        return execute(sql, *rest)


def waits_for_a_lock(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [pid])
        return cursor.fetchone()[0]


def clerk_in_the_middle(stop: Stop, work: Callable[[], Any]) -> Callable[[], Any]:
    def held() -> Any:
        with connection.execute_wrapper(stop):
            return work()

    return held


def one_in_the_middle(stop: Stop, first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """What the first gets, held by `stop` while the second comes; what that one gets; and whether it had to wait."""
    second_is: list[int] = []

    def coming() -> Any:
        assert stop.reached.wait(PATIENCE)
        second_is.append(connection.connection.info.backend_pid)
        return second()

    def referee() -> bool:
        assert stop.reached.wait(PATIENCE)
        for _look in range(PATIENCE * 100):
            if second_is and waits_for_a_lock(second_is[0]):
                break
            stop.go_on.wait(0.01)
        waits = waits_for_a_lock(second_is[0])
        stop.go_on.set()
        return waits

    return at_once(clerk_in_the_middle(stop, first), coming, referee)


def test_the_second_clerk_waits_until_the_first_has_written_everything(contract):
    results = one_in_the_middle(
        Stop("INSERT INTO leasing_allocation"),
        lambda: pay(contract, 2_500_000, "first"),
        lambda: pay(contract, 2_500_000, "second"),
    )
    assert [type(result) for result in results[:2]] == [Payment, Payment]
    assert results[2] is True
    assert_every_franc_is_somewhere(contract)
    with site_scope([CODE]):
        assert Instalment.objects.filter(contract=contract, paid_amount=RENT).count() == 5


def test_the_second_to_sign_for_a_property_waits_even_before_the_first_has_written(site):
    with site_scope([CODE]):
        unit = make_property(site)
        drafts = [make_contract(site, property=unit, status="draft") for _ in range(2)]
    results = one_in_the_middle(
        Stop('UPDATE "leasing_contract"'),
        *(lambda d=d: as_clerk(sign_contract, contract=d, by=None, today=TODAY) for d in drafts),
    )
    assert [type(result) for result in results[:2]] == [Contract, RuleBroken]
    # Both writing first, each would wait for the other: one turn in forty ended in a deadlock.
    assert results[2] is True


def test_a_draft_that_has_moved_to_another_home_is_looked_at_again(site):
    with site_scope([CODE]):
        draft = make_contract(site, status="draft")
        Contract.objects.filter(pk=draft.pk).update(property=make_property(site))
    with pytest.raises(RuleBroken) as refused:
        as_clerk(sign_contract, contract=draft, by=None, today=TODAY)
    assert (refused.value.field, refused.value.rule) == ("property", "contract_as_read")


def test_without_the_lock_the_second_clerk_s_money_is_placed_nowhere(contract, monkeypatch):
    as_clerk(bring_up_to_date, site_code=CODE, accounts=[contract.account_id], today=TODAY)
    monkeypatch.setattr(payment_actions, "locked_contract", lambda pk, **_: Contract.objects.get(pk=pk))
    stop = Stop("INSERT INTO leasing_allocation")

    def second() -> Any:
        assert stop.reached.wait(PATIENCE)
        try:
            return pay(contract, 2_500_000, "second")
        finally:
            stop.go_on.set()

    results = at_once(clerk_in_the_middle(stop, lambda: pay(contract, 2_500_000, "first")), second)
    assert [type(result) for result in results] == [Payment, Payment]
    # No franc is lost, but the first has placed what it had read: that is what the lock is for.
    with site_scope([CODE]):
        assert money_faults(contract.site) == []
        assert on_account(contract) == 2_500_000
        assert Instalment.objects.filter(contract=contract, paid_amount=0).exists()
