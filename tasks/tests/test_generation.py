"""What the records ask for: each cause by example, once, closed when it goes; and a whole portfolio by an oracle."""

import datetime as dt
import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts.models import User
from leasing.models import Contract, Instalment, Interaction, Litigation, Notice, Payment, ServiceRequest
from leasing.tests.factories import (
    make_allocation,
    make_contract,
    make_instalment,
    make_interaction,
    make_litigation,
    make_notice,
    make_payment,
    make_request,
    make_reversal,
)
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tasks.actions import cancel_task, finish_task, postpone_task, start_task, undo_change
from tasks.causes import judged
from tasks.generation import close_gone, generate_tasks
from tasks.models import Task, TaskChange
from tasks.tests.factories import make_task
from tasks.tests.waiting import someone_waits
from tests.portfolios import Portfolio

CODE = "GN_CONAKRY"
D = dt.date
DAY = dt.timedelta(days=1)
TODAY = D(2026, 3, 20)
RESPONSE_DAYS = 5  # Conakry's rule


@pytest.fixture
def site(db):
    with site_scope([CODE]):
        yield Site.objects.get(pk=CODE)


@pytest.fixture
def awa(site):
    user = User.objects.create(username="awa", full_name="Awa")
    Membership.objects.create(user=user, site=site, role="agent")
    return user


def six(day):
    return dt.datetime.combine(day, dt.time(18), dt.UTC)


def generate(site, today=TODAY):
    return generate_tasks(site=site, today=today)


def close(site, today=TODAY):
    return close_gone(site=site, today=today, now=six(today))


def only():
    return Task.objects.get()


def by_hand(action, task, by, key="k", **values):
    return action(task_id=task.pk, by=by, now=six(TODAY), key=key, **values)


# --- each cause, on its first day and on the day before ----------------------------------------------------


def rent(contract, due):
    return make_instalment(contract, due, due_date=due, paid_amount=500_000)


CAUSES = {
    "rent late by 3 days": (
        lambda c: rent(c, TODAY - 3 * DAY),
        {
            "kind": "payment_follow",
            "cause": "rent_late",
            "facts": {"since": "2026-03-17", "periods": ["2026-03-01"], "amount": 1_000_000},
            "due_at": six(TODAY),
        },
    ),
    "notice within 5 days": (
        lambda c: make_notice(c, issued_on=D(2026, 2, 25), legal_deadline=TODAY + 5 * DAY),
        {
            "kind": "notice",
            "cause": "notice_deadline",
            "facts": {"kind": "to_quit", "issued_on": "2026-02-25", "legal_deadline": "2026-03-25"},
            "due_at": six(TODAY + 5 * DAY),
        },
    ),
    "dispute without movement for 14 days": (
        lambda c: make_litigation(c, opened_on=TODAY - 14 * DAY),
        {
            "kind": "litigation",
            "cause": "litigation_idle",
            "facts": {"kind": "payment", "opened_on": "2026-03-06", "last_moved_on": "2026-03-06"},
            "due_at": six(TODAY),
        },
    ),
    "contract ending within 60 days": (
        lambda c: Contract.objects.filter(pk=c.pk).update(end_date=TODAY + 60 * DAY),
        {
            "kind": "retention",
            "cause": "term_ending",
            "facts": {"end_date": "2026-05-19", "monthly_rent": 1_500_000},
            "due_at": six(TODAY + 30 * DAY),
        },
    ),
    "request past the site's response time": (
        lambda c: make_request(c, opened_on=TODAY - (RESPONSE_DAYS + 1) * DAY, priority="urgent"),
        {
            "kind": "maintenance",
            "cause": "request_overdue",
            "facts": {"category": "plumbing", "priority": "urgent", "opened_on": "2026-03-14", "response_days": 5},
            "due_at": six(TODAY),
        },
    ),
}


@pytest.mark.parametrize("name", CAUSES)
def test_each_cause_makes_its_task_on_its_first_day_and_ten_runs_make_it_once(site, awa, name):
    record, expected = CAUSES[name]
    contract = make_contract(site, agent=awa)
    record(contract)
    assert generate(site, TODAY - DAY) == 0
    assert [generate(site) for _ in range(10)] == [1] + [0] * 9
    task = only()
    assert {field: getattr(task, field) for field in expected} == expected
    assert (task.agent, task.tenant, task.contract, task.property) == (
        awa, contract.tenant, contract, contract.property,
    )  # fmt: skip
    assert (task.status, task.title, task.note, task.version, task.created_by) == ("pending", "", "", 1, None)
    # Not closed either, and nothing is written for what stays as it is.
    assert [close(site, TODAY + day * DAY) for day in range(3)] == [0, 0, 0]
    assert Task.pgh_event_model.objects.count() == 1


@pytest.mark.parametrize("name", CAUSES)
@pytest.mark.parametrize("finish", ["finish", "cancel"])
def test_what_a_person_has_ended_is_not_asked_for_again(site, awa, name, finish):
    CAUSES[name][0](make_contract(site, agent=awa))
    generate(site)
    action = {"finish": partial(finish_task, outcome="succeeded"), "cancel": partial(cancel_task, why="x")}[finish]
    by_hand(action, only(), awa)
    assert [generate(site, TODAY + day * DAY) for day in range(5)] == [0] * 5
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


def ends(model, **values):
    return lambda contract: model.objects.update(**values)


GONE = {
    "notice closed": ("notice within 5 days", ends(Notice, closed_on=TODAY)),
    "notice expired": ("notice within 5 days", ends(Notice, state="expired")),
    "dispute resolved": (
        "dispute without movement for 14 days",
        ends(Litigation, state="resolved", resolved_on=TODAY),
    ),
    "tenant called": (
        "dispute without movement for 14 days",
        lambda c: make_interaction(c.tenant, happened_at=six(TODAY)),
    ),
    "something paid": (
        "dispute without movement for 14 days",
        lambda c: make_payment(c, received_on=TODAY),
    ),
    "contract ended": (
        "contract ending within 60 days",
        ends(Contract, status="ended", ended_on=TODAY - DAY),
    ),
    "term moved": ("contract ending within 60 days", ends(Contract, end_date=TODAY + 400 * DAY)),
    "contract renewed": (
        "contract ending within 60 days",
        lambda c: make_contract(c.site, property=c.property, tenant=c.tenant, renewal_of=c, start_date=ended(c)),
    ),
    "request closed": ("request past the site's response time", ends(ServiceRequest, closed_on=TODAY)),
    "rent taken back": ("rent late by 3 days", lambda c: Instalment.objects.all().delete()),
}


def ended(contract):
    Contract.objects.filter(pk=contract.pk).update(status="ended", ended_on=TODAY)
    return TODAY + DAY


@pytest.mark.parametrize("name", GONE)
@pytest.mark.parametrize("state", ["pending", "blocked"])
def test_a_cause_that_goes_closes_its_task(site, awa, name, state):
    cause, go = GONE[name]
    contract = make_contract(site, agent=awa)
    CAUSES[cause][0](contract)
    generate(site)
    Task.objects.update(status=state, note="Portail fermé" if state == "blocked" else "")
    go(contract)
    assert [close(site), close(site)] == [1, 0]
    task = only()
    assert (task.status, task.outcome, task.note) == ("done", "cause_gone", "")
    change = TaskChange.objects.get()
    assert (change.verb, change.by, change.before["status"]) == ("cause_gone", None, state)


def test_what_does_not_end_a_cause(site, awa):
    contract = make_contract(site, agent=awa)
    for record, _expected in CAUSES.values():
        record(contract)
    generate(site)
    assert Task.objects.count() == 5
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


# --- a whole portfolio --------------------------------------------------------------------------------------


def fill(seed, contracts, code=CODE):
    """Portfolio's rows, with agents (some of whom may not have tasks) and service requests."""
    dice = random.Random(seed)  # noqa: S311 -- the same rows each time
    people = []
    for name, role, active in (
        ("a", "agent", True),
        ("b", "manager", True),
        ("c", "admin", True),
        ("d", "agent", False),
    ):
        user = User.objects.create(username=f"{name}{seed}", is_active=active)
        Membership.objects.create(user=user, site_id=code, role=role)
        people.append(user)
    portfolio = Portfolio(seed, [code], contracts=contracts)
    for contract in portfolio.rows[Contract]:
        contract.agent = dice.choice([None, *people])
    portfolio.write()
    ServiceRequest.objects.bulk_create(
        ServiceRequest(
            site_id=code,
            tenant=contract.tenant,
            property=dice.choice(portfolio.rows[Contract]).property if dice.random() < 0.2 else contract.property,
            category="water",
            priority="normal",
            opened_on=(opened := portfolio.day()),
            closed_on=dice.choice([None, None, opened + 3 * DAY]),
        )
        for contract in portfolio.rows[Contract]
    )
    return {user.pk for user in people[:2]}


def expected_tasks(site, today, workers):
    """The rules of docs/formulas/task-causes.md in plain loops over every row."""
    zone = ZoneInfo(site.timezone)
    contracts = {c.pk: c for c in Contract.objects.all() if c.status != "draft"}
    reversed_ = {p.pk for p in Payment.objects.filter(reversals__isnull=False)}
    found = {}

    def add(source, kind, cause, facts, due, contract, tenant_id, property_id):
        agent = contract and contract.agent_id
        found[source] = (
            kind, cause, facts, dt.datetime.combine(due, dt.time(18), zone), agent if agent in workers else None,
            tenant_id, contract and contract.pk, property_id,
        )  # fmt: skip

    debts = {}
    for i in Instalment.objects.order_by("due_date", "period"):
        if i.contract_id in contracts and i.paid_amount < i.amount and (today - i.due_date).days >= 3:
            debts.setdefault(i.contract_id, []).append(i)
    for contract_id, rents in debts.items():
        c, asked = contracts[contract_id], []
        for i in rents:
            step = next(step for step in (20, 10, 3) if (today - i.due_date).days >= step)
            asked.append(i.due_date + step * DAY)
        due = max(asked)
        while due + 30 * DAY <= today:
            due += 30 * DAY
        facts = {
            "since": str(rents[0].due_date), "periods": [str(i.period) for i in rents],
            "amount": sum(i.amount - i.paid_amount for i in rents),
        }  # fmt: skip
        source = f"rent_late:{contract_id}:{due}"
        add(source, "payment_follow", "rent_late", facts, due, c, c.tenant_id, c.property_id)
    for n in Notice.objects.all():
        if n.closed_on is None and n.contract_id in contracts and (n.legal_deadline - today).days <= 5:
            c = contracts[n.contract_id]
            facts = {"kind": n.kind, "issued_on": str(n.issued_on), "legal_deadline": str(n.legal_deadline)}
            source = f"notice_deadline:{n.pk}"
            add(source, "notice", "notice_deadline", facts, n.legal_deadline, c, c.tenant_id, c.property_id)
    words, money = list(Interaction.objects.all()), list(Payment.objects.all())
    for li in Litigation.objects.filter(resolved_on=None):
        if li.contract_id not in contracts:
            continue
        c = contracts[li.contract_id]
        days = [x.happened_at.astimezone(zone).date() for x in words if x.tenant_id == c.tenant_id]
        days += [p.received_on for p in money if p.contract_id == c.pk and p.pk not in reversed_]
        moved = max([li.opened_on, *(day for day in days if day <= today)])
        if (today - moved).days >= 14:
            facts = {"kind": li.kind, "opened_on": str(li.opened_on), "last_moved_on": str(moved)}
            source = f"litigation_idle:{li.pk}:{moved}"
            add(source, "litigation", "litigation_idle", facts, moved + 14 * DAY, c, c.tenant_id, c.property_id)
    renewed = {c.renewal_of_id for c in contracts.values()}
    for c in contracts.values():
        if (
            c.is_in_force_on(today)
            and not c.ended_on
            and c.end_date
            and 0 <= (c.end_date - today).days <= 60
            and c.pk not in renewed
        ):
            facts = {"end_date": str(c.end_date), "monthly_rent": c.monthly_rent}
            source = f"term_ending:{c.pk}:{c.end_date}"
            add(source, "retention", "term_ending", facts, c.end_date - 30 * DAY, c, c.tenant_id, c.property_id)
    for r in ServiceRequest.objects.filter(closed_on=None):
        if (today - r.opened_on).days > RESPONSE_DAYS:
            theirs = [c for c in contracts.values() if (c.tenant_id, c.property_id) == (r.tenant_id, r.property_id)]
            c = min(theirs, key=lambda c: (-c.start_date.toordinal(), c.pk), default=None)
            facts = {
                "category": r.category, "priority": r.priority, "opened_on": str(r.opened_on), "response_days": 5,
            }  # fmt: skip
            source = f"request_overdue:{r.pk}"
            due = r.opened_on + (RESPONSE_DAYS + 1) * DAY
            add(source, "maintenance", "request_overdue", facts, due, c, r.tenant_id, r.property_id)
    return found


def tasks_made():
    fields = ("kind", "cause", "facts", "due_at", "agent_id", "tenant_id", "contract_id", "property_id")
    return {task.source: tuple(getattr(task, field) for field in fields) for task in Task.objects.all()}


@pytest.mark.no_cover
@pytest.mark.parametrize("today", [D(2023, 3, 4), D(2024, 2, 29), D(2024, 6, 30)])
def test_a_whole_portfolio_has_exactly_the_tasks_of_the_rules(site, today):
    workers = fill(7, 150)
    made = generate(site, today)
    expected = expected_tasks(site, today, workers)
    assert tasks_made() == expected
    assert made == len(expected) > 40
    assert {values[1] for values in expected.values()} | {"litigation_idle"} == set(judged.NAMES)
    assert {values[4] for values in expected.values()} == {None, *workers}
    assert (close(site, today), generate(site, today)) == (0, 0)


@pytest.mark.no_cover
def test_disputes_of_a_whole_portfolio_are_those_of_the_rules(site):
    """Long after the last payments: before, hardly a dispute is without movement."""
    workers, today = fill(7, 150), D(2026, 1, 15)
    generate(site, today)
    expected = expected_tasks(site, today, workers)
    assert tasks_made() == expected
    disputes = [values[2] for values in expected.values() if values[1] == "litigation_idle"]
    assert len(disputes) > 10
    assert any(facts["opened_on"] != facts["last_moved_on"] for facts in disputes)


@pytest.mark.no_cover
def test_days_one_after_the_other_close_what_goes_and_leave_what_the_rules_ask_for(site):
    """Every open task is a cause of the day: nobody touches a task, and every cause of the day has its open task."""
    fill(11, 80)
    first = D(2024, 12, 20)
    for today in (first + n * DAY for n in range(40)):
        Instalment.objects.filter(pk__in=Instalment.objects.order_by("?").values("pk")[:2]).update(
            amount=0, paid_amount=0
        )
        close(site, today)
        generate(site, today)
        open_ones = set(Task.objects.open().values_list("source", flat=True))
        asked = set(expected_tasks(site, today, set()))
        assert asked <= open_ones
        # A term that is over stays to be done.
        assert all(source.startswith("term_ending") for source in open_ones - asked)


@pytest.mark.no_cover
def test_the_statements_do_not_grow_with_the_site(db, django_assert_num_queries):
    for code, contracts in ((CODE, 10), ("GN_KINDIA", 150)):
        site = Site.objects.get(pk=code)
        with site_scope([code]):
            fill(contracts, contracts, code)
            generate(site, D(2025, 1, 14))
            # The rules, and one statement in a savepoint of its own in that of the change.
            with django_assert_num_queries(6):
                generate(site, D(2025, 1, 15))
            with django_assert_num_queries(6):
                close(site, D(2025, 1, 15))
