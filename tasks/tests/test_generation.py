"""What the records ask for: each cause by example, once, closed when it goes; and a whole portfolio by an oracle."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from accounts.models import User
from leasing.actions import end_contract, move_tenant, void_contract
from leasing.models import Contract, Instalment, Interaction, RentStep
from leasing.tests.factories import (
    make_allocation,
    make_contract,
    make_instalment,
    make_interaction,
    make_litigation,
    make_payment,
    make_property,
    make_reversal,
)
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tasks.actions import cancel_task, finish_task, postpone_task, start_task, undo_change
from tasks.models import Task, TaskChange
from tasks.tests.causes import BY_HAND
from tasks.tests.causes.books import DAY, TODAY, six
from tasks.tests.causes.rent_late import rent
from tasks.tests.factories import make_task
from tasks.tests.generating import CODE, close, generate
from tasks.tests.waiting import someone_waits
from tests.people import make_person

D = dt.date


@pytest.fixture
def site(db):
    with site_scope([CODE]):
        yield Site.objects.get(pk=CODE)


@pytest.fixture
def awa(site):
    user = User.objects.create(username="awa", full_name="Awa")
    Membership.objects.create(user=user, site=site, role="agent")
    return user


def only():
    return Task.objects.get()


def by_hand(action, task, by, key="k", **values):
    return action(task_id=task.pk, by=by, now=six(TODAY), key=key, **values)


# --- each cause, on its first day and on the day before ----------------------------------------------------


@pytest.mark.parametrize("name", BY_HAND)
def test_each_cause_makes_its_task_on_its_first_day_and_ten_runs_make_it_once(site, awa, name):
    begin, expected = BY_HAND[name].begin, BY_HAND[name].FIRST
    contract = make_contract(site, agent=awa)
    begin(contract)
    assert generate(site, TODAY - DAY) == 0
    assert [generate(site) for _ in range(10)] == [1] + [0] * 9
    task = only()
    assert {field: getattr(task, field) for field in expected} == expected
    about = (contract.tenant, contract, contract.property)
    if not getattr(BY_HAND[name], "IS_ABOUT_A_CONTRACT", True):
        about = (None, None, None)
    assert (task.agent, task.tenant, task.contract, task.property) == (awa, *about)
    assert (task.status, task.title, task.note, task.version, task.created_by) == ("pending", "", "", 1, None)
    # Not closed either, and nothing is written for what stays as it is.
    assert [close(site, TODAY + day * DAY) for day in range(3)] == [0, 0, 0]
    assert Task.pgh_event_model.objects.count() == 1


@pytest.mark.parametrize("name", BY_HAND)
@pytest.mark.parametrize("finish", ["finish", "cancel"])
def test_what_a_person_has_ended_is_not_asked_for_again(site, awa, name, finish):
    BY_HAND[name].begin(make_contract(site, agent=awa))
    generate(site)
    action = {"finish": partial(finish_task, outcome="succeeded"), "cancel": partial(cancel_task, why="x")}[finish]
    by_hand(action, only(), awa)
    quiet = getattr(BY_HAND[name], "QUIET_DAYS", 5)
    assert [generate(site, TODAY + day * DAY) for day in range(quiet)] == [0] * quiet
    assert close(site, TODAY + 5 * DAY) == 0


def test_the_evening_is_that_of_the_sites_own_clock(site, awa):
    Site.objects.filter(pk=CODE).update(timezone="America/Lima")
    site.refresh_from_db()
    rent(make_contract(site), TODAY - 3 * DAY)
    generate(site)
    assert only().due_at == dt.datetime(2026, 3, 20, 23, tzinfo=dt.UTC)


@pytest.mark.parametrize("who", ["nobody", "left the agency", "works elsewhere", "manager"])
def test_a_task_goes_to_the_contracts_agent_only_while_working_there(site, awa, who):
    place = "GN_KINDIA" if who == "works elsewhere" else CODE
    user = User.objects.create(username="x", is_active=who != "left the agency")
    Membership.objects.create(user=user, site_id=place, role="manager" if who == "manager" else "agent")
    rent(make_contract(site, agent=None if who == "nobody" else user), TODAY - 3 * DAY)
    generate(site)
    assert only().agent == (user if who == "manager" else None)


# --- a rent that grows older --------------------------------------------------------------------------------


def asked_on(task):
    """The day on which the debt asked last: the last word of the source."""
    return D.fromisoformat(task.source.rpartition(":")[2])


def days_made(site, days):
    return [day for day in days if generate(site, TODAY + day * DAY)]


def test_one_rent_is_one_task_as_long_as_nobody_ends_it(site, awa):
    rent(make_contract(site, agent=awa), TODAY - 3 * DAY)
    for day, asked in ((0, 0), (6, 0), (7, 7), (16, 7), (17, 17), (46, 17), (47, 47), (76, 47), (77, 77)):
        generate(site, TODAY + day * DAY)
        task = only()
        assert asked_on(task) == TODAY + asked * DAY
        # Overdue since the first day; a tap made meanwhile is no conflict.
        assert (task.due_at, task.version) == (six(TODAY), 1)
    assert not TaskChange.objects.exists()


def test_a_rent_seen_late_is_due_since_it_asked_last(site, awa):
    rent(make_contract(site, agent=awa), TODAY - 200 * DAY)
    generate(site)
    assert only().due_at == six(TODAY)  # 20 + 6 × 30


def test_what_a_person_put_off_stays_put_off(site, awa):
    rent(make_contract(site, agent=awa), TODAY - 3 * DAY)
    generate(site)
    later = six(TODAY + 12 * DAY)
    by_hand(postpone_task, only(), awa, due_at=later)
    for day in (7, 17):
        generate(site, TODAY + day * DAY)
        assert only().due_at == later


@pytest.mark.parametrize(
    ("outcome", "days"),
    [
        # Due three days before: it asks on days 0, 7, 17, 47, …
        ("promised", [7, 17, 47]),
        ("no_answer", [2, 7, 17, 47]),
        ("refused", [7, 17, 47]),
        ("succeeded", [7, 17, 47]),
    ],
)
def test_a_debt_that_is_still_there_asks_again(site, awa, outcome, days):
    rent(make_contract(site, agent=awa), TODAY - 3 * DAY)
    generate(site)
    by_hand(partial(finish_task, outcome=outcome), only(), awa)
    found = []
    for day in range(50):
        if generate(site, TODAY + day * DAY):
            found.append(day)
            task = Task.objects.open().get()
            now = six(TODAY + day * DAY)
            finish_task(task_id=task.pk, by=awa, now=now, key=f"day {day}", outcome="succeeded")
    assert found == days


def test_an_old_debt_is_not_buried_by_a_promise(site, awa):
    rent(make_contract(site, agent=awa), TODAY - 203 * DAY)
    generate(site)
    by_hand(partial(finish_task, outcome="promised"), only(), awa)
    assert days_made(site, range(30)) == [7]


def test_a_tenant_who_has_promised_is_left_in_peace_when_the_next_step_comes(site, awa):
    rent(make_contract(site, agent=awa), TODAY - 8 * DAY)
    generate(site)
    by_hand(partial(finish_task, outcome="promised"), only(), awa)
    # The tenth day is in two days; the promise is good for seven.
    assert days_made(site, range(30)) == [7]


def test_undoing_an_earlier_end_leaves_the_later_step_in_peace(site, awa):
    rent(make_contract(site, agent=awa), TODAY - 3 * DAY)
    generate(site)
    by_hand(partial(finish_task, outcome="promised"), only(), awa)
    generate(site, TODAY + 7 * DAY)
    undo_change(key="k", by=awa, now=six(TODAY))
    for day in (8, 17, 18, 19):
        assert generate(site, TODAY + day * DAY) == 0
    assert Task.objects.open().count() == 2


def test_every_late_rent_of_a_contract_is_in_one_task_and_one_call(site, awa):
    contract = make_contract(site, agent=awa)
    february = rent(contract, TODAY - 31 * DAY)
    generate(site, TODAY - 11 * DAY)
    rent(contract, TODAY - 3 * DAY)
    assert [generate(site) for _ in range(3)] == [0] * 3
    task = only()
    assert task.facts == {"since": "2026-02-17", "periods": ["2026-02-01", "2026-03-01"], "amount": 2_000_000}
    assert (asked_on(task), task.version) == (TODAY, 1)
    Instalment.objects.filter(pk=february.pk).update(paid_amount=1_500_000)
    assert (generate(site), close(site)) == (0, 0)
    assert (only().facts["periods"], only().version) == (["2026-03-01"], 1)


def test_two_contracts_of_one_tenant_are_two_debts(site, awa):
    contract = make_contract(site, agent=awa)
    for one in (contract, make_contract(site, agent=awa, tenant=contract.tenant)):
        rent(one, TODAY - 3 * DAY)
    assert generate(site) == 2


def end(contract, **values):
    Contract.objects.filter(pk=contract.pk).update(**{"status": "ended", "ended_on": TODAY} | values)


def test_the_task_of_a_tenant_who_leaves_ends_and_is_back_when_the_end_is_taken_back(site, awa):
    contract = make_contract(site, agent=awa)
    rent(contract, TODAY - 3 * DAY)
    generate(site)
    end(contract)
    assert (generate(site), close(site), only().cause) == (0, 0, "rent_late")  # the last day is a day of the lease
    tomorrow = TODAY + DAY
    assert (close(site, tomorrow), generate(site, tomorrow)) == (1, 1)
    weekly = Task.objects.open().get()
    assert (weekly.cause, weekly.agent, weekly.facts) == ("recovery", awa, {"leases": 1, "amount": 1_000_000})
    end(contract, status="active", ended_on=None)
    assert (close(site, tomorrow), generate(site, tomorrow)) == (1, 1)
    back = Task.objects.open().get()
    assert (back.cause, back.contract, back.version) == ("rent_late", contract, 3)


def test_recovery_is_one_task_a_week_for_each_agent_with_all_their_ended_leases(site, awa):
    other = make_person("other", GN_CONAKRY="agent")
    left = make_person("left", GN_CONAKRY="agent")
    Membership.objects.filter(user=left).delete()
    contracts = [make_contract(site, agent=agent) for agent in (awa, awa, other, left, None)]
    for contract in contracts:
        BY_HAND["recovery"].begin(contract)
    assert generate(site) == 3
    facts = {task.agent: (task.facts["leases"], task.facts["amount"]) for task in Task.objects.open()}
    assert facts == {awa: (2, 2_000_000), other: (1, 1_000_000), None: (2, 2_000_000)}
    mine = Task.objects.get(agent=awa)
    by_hand(partial(finish_task, outcome="no_answer"), mine, awa, key="tried")
    Instalment.objects.filter(contract=contracts[0]).update(paid_amount=1_500_000)
    monday = TODAY + 3 * DAY
    # A new week asks again of whoever is done with the last one; what nobody has done goes on.
    assert (generate(site, monday), close(site, monday)) == (1, 0)
    assert Task.objects.open().get(agent=awa).facts == {"leases": 1, "amount": 1_000_000}
    assert Task.objects.open().count() == 3
    Instalment.objects.update(paid_amount=1_500_000)
    assert close(site, monday) == 3


def test_a_promise_for_a_day_is_asked_about_the_day_after_it(site, awa):
    contract = make_contract(site, agent=awa)
    rent(contract, TODAY - 3 * DAY)
    generate(site)
    promise = partial(finish_task, outcome="promised", promised_on=TODAY + 4 * DAY, promised_francs=400_000)
    by_hand(promise, only(), awa, key="promised")
    assert days_made(site, range(1, 12)) == [5]


@pytest.mark.parametrize("how", ["renewal_of", "moved_from"])
def test_a_debt_goes_with_its_account_through_renewals_and_moves(site, awa, how):
    old = make_contract(site, agent=awa)
    rent(old, TODAY - 3 * DAY)
    generate(site)
    end(old)
    values = {"property": old.property} if how == "renewal_of" else {}
    new = make_contract(
        site, tenant=old.tenant, account=old.account, start_date=TODAY + DAY, agent=awa, **{how: old}, **values
    )
    rent(new, TODAY + DAY)
    assert (generate(site, TODAY + 4 * DAY), close(site, TODAY + 4 * DAY)) == (0, 0)
    task = only()
    assert (task.cause, task.contract, task.property) == ("rent_late", new, new.property)
    assert task.facts["amount"] == 2_000_000


def test_other_charges_of_an_account_are_asked_for_by_their_names(site, awa):
    contract = make_contract(site, agent=awa)
    make_instalment(contract, TODAY, kind="repair", label="gate", amount=80_000, due_date=TODAY - 3 * DAY)
    assert generate(site) == 1
    charges = {"since": "2026-03-17", "periods": [], "amount": 80_000, "charges": [["repair", "gate"]]}
    assert only().facts == charges
    # A service charge and the rent of one month are one month.
    for kind in ("rent", "service"):
        make_instalment(contract, TODAY, kind=kind, amount=1, due_date=TODAY - 3 * DAY)
    generate(site)
    assert only().facts == charges | {"periods": ["2026-03-01"], "amount": 80_002}


def test_the_rent_of_a_term_that_ends_is_that_of_the_day(site):
    contract = make_contract(site, end_date=TODAY + 60 * DAY)
    for month, francs in ((3, 1_600_000), (4, 1_700_000)):
        RentStep.objects.create(site=site, contract=contract, from_month=D(2026, month, 1), monthly_rent=francs)
    generate(site)
    assert only().facts["monthly_rent"] == 1_600_000
    generate(site, D(2026, 4, 1))
    assert only().facts["monthly_rent"] == 1_700_000


def test_what_ends_a_contract_closes_the_tasks_of_its_notices_requests_and_term(site, awa):
    contract = make_contract(site, agent=awa, end_date=TODAY)
    for name in ("notice_deadline", "request_overdue"):
        BY_HAND[name].begin(contract)
    assert generate(site) == 3
    end_contract(contract=contract, ended_on=TODAY, by=None, today=TODAY, reason="left")
    assert close(site) == 3


def test_a_move_closes_the_tasks_of_the_home_left_and_asks_for_no_renewal(site, awa):
    contract = make_contract(site, agent=awa, end_date=TODAY + 10 * DAY)
    for name in ("notice_deadline", "request_overdue"):
        BY_HAND[name].begin(contract)
    assert generate(site) == 3
    move_tenant(
        contract=contract, to_property=make_property(site), on=TODAY, monthly_rent=1_000_000, reference="B-MOVE",
        by=None, today=TODAY,
    )  # fmt: skip
    assert close(site) == 3
    generate(site)
    assert {task.cause for task in Task.objects.open()} == {"rent_late"}


def test_a_contract_taken_back_takes_its_term_with_it(site, awa):
    contract = make_contract(site, agent=awa, end_date=TODAY + 10 * DAY)
    generate(site)
    void_contract(contract=contract, by=None, today=TODAY)
    assert close(site) == 1


def test_after_a_refusal_the_next_rent_that_is_late_asks_again(site, awa):
    contract = make_contract(site, agent=awa)
    rent(contract, TODAY - 40 * DAY)
    generate(site)
    by_hand(partial(finish_task, outcome="refused"), only(), awa)
    rent(contract, TODAY - 2 * DAY)
    assert days_made(site, range(4)) == [1]
    assert len(Task.objects.open().get().facts["periods"]) == 2


def test_part_of_the_rent_changes_the_amount_and_not_the_version(site, awa):
    instalment = rent(make_contract(site, agent=awa), TODAY - 3 * DAY)
    generate(site)
    Instalment.objects.filter(pk=instalment.pk).update(paid_amount=1_100_000)
    assert (generate(site), only().facts["amount"], only().version) == (0, 400_000, 1)


# --- the cause goes, and comes back -------------------------------------------------------------------------


def test_a_rent_that_comes_in_closes_its_task_and_a_reversal_opens_it_again(site, awa):
    contract = make_contract(site, agent=awa)
    instalment = make_instalment(contract, TODAY, due_date=TODAY - 3 * DAY)
    generate(site)
    by_hand(start_task, only(), awa)
    payment = make_payment(contract)
    allocation = make_allocation(payment, instalment)
    assert [close(site) for _ in range(3)] == [1, 0, 0]
    task = only()
    assert (task.status, task.outcome, task.note, task.completed_at) == ("done", "cause_gone", "", six(TODAY))
    assert task.version == 3
    assert generate(site) == 0
    make_reversal(payment)
    allocation.delete()
    Instalment.objects.filter(pk=instalment.pk).update(paid_amount=0, settled_on=None)
    assert [generate(site) for _ in range(3)] == [1, 0, 0]
    task = only()
    assert (task.status, task.outcome, task.started_at, task.completed_at) == ("pending", "", None, None)
    assert task.version == 4
    verbs = TaskChange.objects.order_by("version_after").values_list("verb", flat=True)
    assert list(verbs) == ["start", "cause_gone", "cause_back"]


GONE = {what: (by_hand.begin, go) for by_hand in BY_HAND.values() for what, go in by_hand.GONE.items()}


@pytest.mark.parametrize("name", GONE)
@pytest.mark.parametrize("state", ["pending", "blocked"])
def test_a_cause_that_goes_closes_its_task(site, awa, name, state):
    begin, go = GONE[name]
    contract = make_contract(site, agent=awa)
    begin(contract)
    generate(site)
    Task.objects.update(status=state, note="Portail fermé" if state == "blocked" else "")
    go(contract)
    assert [close(site), close(site)] == [1, 0]
    task = only()
    assert (task.status, task.outcome, task.note) == ("done", "cause_gone", "")
    change = TaskChange.objects.get()
    assert (change.verb, change.by, change.before["status"]) == ("cause_gone", None, state)


def test_what_does_not_end_a_cause(site, awa):
    contracts = [make_contract(site, agent=awa) for _cause in BY_HAND]
    for by_hand, contract in zip(BY_HAND.values(), contracts, strict=True):
        by_hand.begin(contract)
    generate(site)
    assert Task.objects.count() == len(BY_HAND) >= 5
    for contract in contracts:
        make_contract(site, property=contract.property, tenant=contract.tenant, renewal_of=contract, status="draft")
        make_reversal(make_payment(contract, received_on=TODAY))
        make_interaction(contract.tenant, happened_at=six(TODAY + DAY))
    make_task(site)
    # Also not the day after the term: nobody has spoken with the tenant.
    assert close(site) == 0
    Interaction.objects.all().delete()
    assert close(site, TODAY + 61 * DAY) == 0


def test_a_dispute_that_stops_again_asks_again_and_a_task_done_is_a_movement(site, awa):
    contract = make_contract(site, agent=awa)
    make_litigation(contract, opened_on=TODAY - 14 * DAY)
    generate(site)
    by_hand(partial(finish_task, outcome="no_answer"), only(), awa)
    made = [generate(site, TODAY + day * DAY) for day in range(30)]
    assert [day for day, n in enumerate(made) if n] == [14]
    assert Task.objects.open().get().facts["last_moved_on"] == "2026-03-20"


def test_a_contract_that_is_to_end_asks_for_no_renewal(site, awa):
    contract = make_contract(site, agent=awa, end_date=TODAY + 40 * DAY)
    generate(site)
    Contract.objects.filter(pk=contract.pk).update(status="terminated", ended_on=TODAY + 10 * DAY)
    assert (close(site), generate(site)) == (1, 0)


def test_a_term_that_has_passed_runs_on_and_asks_for_nothing(site, awa):
    make_contract(site, end_date=TODAY - DAY)
    assert generate(site) == 0


@pytest.mark.django_db(transaction=True)
def test_a_task_that_a_person_changes_at_this_very_moment_is_left_to_the_next_run():
    site = Site.objects.get(pk=CODE)
    user = User.objects.create(username="awa")
    with site_scope([CODE]):
        rent(make_contract(site, agent=user), TODAY - 3 * DAY)
        generate(site)
        task = only()
        Instalment.objects.update(paid_amount=1_500_000)

    def closing():
        try:
            with site_scope([CODE]):
                return close(site)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with site_scope([CODE]):
            by_hand(partial(postpone_task, due_at=six(TODAY + DAY)), task, user)
            hour = pool.submit(closing)
            while not hour.done() and not someone_waits():
                time.sleep(0.01)
        assert hour.result(60) == 0
    with site_scope([CODE]):
        assert (only().due_at, only().version) == (six(TODAY + DAY), 2)
        assert close(site) == 1
        assert TaskChange.objects.get(verb="cause_gone").before["due_at"].startswith("2026-03-21T18:00")


def test_nothing_of_another_site_is_read_or_written(db):
    for code in (CODE, "GN_KINDIA"):
        with site_scope([code]):
            rent(make_contract(Site.objects.get(pk=code)), TODAY - 3 * DAY)
    with site_scope([CODE, "GN_KINDIA"]):
        kindia = Site.objects.get(pk="GN_KINDIA")
        assert generate(kindia) == 1
        assert only().site == kindia
        Instalment.objects.update(due_date=TODAY)
        assert close(Site.objects.get(pk=CODE)) == 0
        assert close(kindia) == 1
