"""What the records of a whole portfolio ask for: what the rules say in plain loops, in a fixed number of statements."""

import datetime as dt
import random

import pytest

from accounts.models import User
from leasing.models import Contract, Instalment, ServiceRequest
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tasks.causes import judged
from tasks.models import Task
from tasks.tests.causes import BY_HAND
from tasks.tests.causes.books import DAY, Books
from tasks.tests.generating import CODE, close, generate
from tests.portfolios import Portfolio

D = dt.date


@pytest.fixture
def site(db):
    with site_scope([CODE]):
        yield Site.objects.get(pk=CODE)


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
    books, found = Books(site, today), {}
    for cause, by_hand in BY_HAND.items():
        for asked in by_hand.expected(books):
            agent = asked.contract.agent_id if asked.contract else asked.agent_id
            found[f"{cause}:{asked.source}"] = (
                asked.kind, cause, asked.facts, dt.datetime.combine(asked.due, dt.time(18), books.zone),
                agent if agent in workers else None, asked.tenant_id, asked.contract and asked.contract.pk,
                asked.property_id,
            )  # fmt: skip
    return found


def tasks_made():
    fields = ("kind", "cause", "facts", "due_at", "agent_id", "tenant_id", "contract_id", "property_id")
    return {task.source: tuple(getattr(task, field) for field in fields) for task in Task.objects.all()}


# Of the others there are some on some days.
_ALWAYS = ("rent_late", "notice_deadline", "term_ending", "request_overdue")
_DAYS = (D(2023, 3, 4), D(2024, 2, 29), D(2024, 6, 30))
_LONG_AFTER = D(2026, 1, 15)


@pytest.mark.no_cover
def test_there_is_no_cause_that_the_portfolio_does_not_have(site):
    fill(8, 150)
    asked = [expected_tasks(site, day, set()) for day in (*_DAYS, _LONG_AFTER)]
    assert {values[1] for found in asked for values in found.values()} == set(judged.NAMES)


@pytest.mark.no_cover
@pytest.mark.parametrize("today", _DAYS)
def test_a_whole_portfolio_has_exactly_the_tasks_of_the_rules(site, today):
    workers = fill(8, 150)
    made = generate(site, today)
    expected = expected_tasks(site, today, workers)
    assert tasks_made() == expected
    assert made == len(expected) > 40
    assert {values[1] for values in expected.values()} >= set(_ALWAYS)
    assert {values[4] for values in expected.values()} == {None, *workers}
    assert (close(site, today), generate(site, today)) == (0, 0)


@pytest.mark.no_cover
def test_disputes_of_a_whole_portfolio_are_those_of_the_rules(site):
    """Long after the last payments: before, hardly a dispute is without movement."""
    workers, today = fill(8, 150), _LONG_AFTER
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
