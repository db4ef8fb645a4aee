"""The agent's day in three statements: what it reads, in which order, and who could help."""

import datetime as dt
from decimal import Decimal

import pytest

from leasing.tests.factories import make_allocation, make_contract, make_instalment, make_paid_instalment, make_payment
from sites_app.models import Site
from sites_app.scope import OutsideScope, site_scope
from tasks.models import Task, TaskPrioritization
from tasks.priority import KIND_MINUTES
from tasks.queries import kept_parts, kept_ranking, manifesto, proposals, site_day
from tasks.ranking import board_of
from tasks.tests.factories import NOW, make_dependency, make_task
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def ranked(site, agents, now):
    return board_of(site, agents, now).tasks


@pytest.fixture
def site():
    kindia = Site.objects.get(pk="GN_KINDIA")
    with site_scope([kindia.code]):
        yield kindia


@pytest.fixture
def awa():
    return make_person("awa", GN_KINDIA="agent")


@pytest.fixture
def binta():
    return make_person("binta", GN_KINDIA="agent")


def ids(tasks):
    return [task.id for task in tasks]


@pytest.mark.no_cover
@pytest.mark.parametrize("number", [1, 200])
def test_the_day_is_three_statements_whatever_the_number_of_tasks(site, awa, binta, number, django_assert_num_queries):
    previous = None
    for one in range(number):
        contract = make_contract(site)
        make_instalment(contract, D(2026, 2, 1))
        task = make_task(site, agent=awa, contract=contract, tenant=contract.tenant, kind="payment_follow")
        if previous is not None and one % 2:
            make_dependency(task, previous)
        previous = task
    with django_assert_num_queries(3):
        found = manifesto(site, awa.pk, NOW)
    assert any(task.waits_for for task in found.rest) == (number == 200)
    assert (found.total, len(found.top), len(found.rest)) == (number, min(3, number), max(0, number - 3))
    for read in (lambda: site_day(site, NOW), lambda: proposals(site, awa.pk, NOW)):
        with django_assert_num_queries(3):
            assert read()


def test_a_task_is_read_with_whom_and_what_it_is_about(site, awa):
    contract = make_contract(site, reference="B-7", monthly_rent=900_000)
    task = make_task(
        site, agent=awa, contract=contract, tenant=contract.tenant, kind="payment_follow", note="Call at noon",
        description="The tenant is away on Fridays",
    )  # fmt: skip
    [found] = ranked(site, [awa.pk], NOW)
    assert (found.id, found.tenant_name, found.tenant_phone) == (task.id, "Fatoumata Diallo", "+224620000002")
    assert (found.contract_id, found.contract_reference) == (contract.pk, "B-7")
    assert (found.property_id, found.property_code) == (contract.property_id, contract.property.code)
    assert (found.neighbourhood, found.currency, found.minutes) == ("Kaloum", "GNF", 45)
    assert (found.agent_id, found.version, found.note) == (awa.pk, 1, "Call at noon")
    assert found.description == "The tenant is away on Fridays"
    assert found.amount is None


def test_a_task_of_nothing_has_empty_words_and_the_middle_of_the_percentiles(site, awa):
    make_task(site, agent=awa, title="Buy paper", kind="admin")
    [found] = ranked(site, [awa.pk], NOW)
    assert (found.tenant_name, found.tenant_phone, found.property_code, found.neighbourhood) == ("", "", "", "")
    assert found.grounds.percentile is None
    assert found.priority.impact == Decimal("30.5")  # 0.6 × 30 + 0.25 × 50


def test_the_percentile_is_of_the_tenants_whole_rent_among_contracts_in_force(site, awa):
    contracts = [make_contract(site, monthly_rent=rent) for rent in (100, 200, 300, 400)]
    second = make_contract(site, tenant=contracts[0].tenant, monthly_rent=500)
    make_contract(site, tenant=contracts[1].tenant, monthly_rent=9_000, status="ended", ended_on=NOW.date() - DAY)
    make_contract(site, tenant=contracts[1].tenant, monthly_rent=9_000, status="draft")
    make_contract(site, tenant=contracts[1].tenant, monthly_rent=9_000, start_date=NOW.date() + DAY)
    for contract in (*contracts, second):
        make_task(site, agent=awa, contract=contract, tenant=contract.tenant)
    found = {task.contract_id: round(task.grounds.percentile * 3) for task in ranked(site, [awa.pk], NOW)}
    assert [found[c.pk] for c in (*contracts, second)] == [3, 0, 1, 2, 3]


@pytest.mark.parametrize(
    ("due", "paid", "missed"), [(D(2026, 2, 18), 0, True), (D(2026, 2, 19), 0, False), (D(2026, 2, 18), 1, False)]
)
def test_a_rent_is_missed_from_its_thirtieth_day_on(site, awa, due, paid, missed):
    contract = make_contract(site)
    if paid:
        make_paid_instalment(contract, D(2026, 2, 1), due_date=due, paid_on=NOW.date())
    else:
        make_instalment(contract, D(2026, 2, 1), due_date=due)
    make_task(site, agent=awa, contract=contract, tenant=contract.tenant)
    [found] = ranked(site, [awa.pk], NOW)
    assert found.grounds.has_missed is missed


def test_late_rents_are_those_of_three_months_that_came_late_or_have_not_come(site, awa):
    contract = make_contract(site, start_date=D(2025, 10, 1))
    make_instalment(contract, D(2025, 12, 1))  # due on 5 December: longer ago
    make_paid_instalment(contract, D(2026, 1, 1), paid_on=D(2026, 1, 6))
    make_paid_instalment(contract, D(2026, 2, 1), paid_on=D(2026, 2, 5))  # in time
    make_instalment(contract, D(2026, 3, 1))
    make_instalment(contract, D(2026, 4, 1))  # to come
    make_task(site, agent=awa, contract=contract, tenant=contract.tenant)
    [found] = ranked(site, [awa.pk], NOW)
    assert found.grounds.late_rents == 2


def test_the_amount_of_a_late_rent_is_what_is_open_now(site, awa):
    contract = make_contract(site)
    rent = make_instalment(contract, D(2026, 3, 1))
    make_task(
        site, agent=awa, contract=contract, tenant=contract.tenant, cause="rent_late", kind="payment_follow",
        facts={"since": "2026-03-05", "periods": ["2026-03-01"], "amount": 1_500_000},
    )  # fmt: skip
    make_allocation(make_payment(contract, amount=400_000), rent)
    [found] = ranked(site, [awa.pk], NOW)
    assert (found.amount, found.facts["amount"]) == (1_100_000, 1_500_000)


def test_the_order_is_by_score_and_what_an_urgent_task_needs_stands_above_it(site, awa, binta):
    late = make_task(site, agent=awa, kind="litigation", due_at=NOW - HOUR)
    soon = make_task(site, agent=awa, kind="litigation", due_at=NOW + HOUR)
    some_day = make_task(site, agent=awa, kind="admin", due_at=NOW + 30 * DAY)
    middle = make_task(site, agent=binta, kind="admin", due_at=NOW + 30 * DAY)
    make_dependency(late, middle)
    make_dependency(middle, some_day)
    found = {task.id: task for task in ranked(site, [awa.pk], NOW)}
    # The chain goes through a colleague's task.
    assert list(found) == [some_day.pk, late.pk, soon.pk]
    assert (found[some_day.pk].grounds.waiting, found[some_day.pk].priority.dependency) == (2, 40)
    assert found[late.pk].waits_for == (middle.pk,)
    Task.objects.filter(pk=middle.pk).update(status="done", completed_at=NOW)
    found = {task.id: task for task in ranked(site, [awa.pk], NOW)}
    assert list(found) == [late.pk, soon.pk, some_day.pk]
    assert (found[late.pk].waits_for, found[some_day.pk].grounds.waiting) == ((), 0)


def test_what_cannot_be_done_stands_last_with_what_waits_for_it(site, awa):
    stuck = make_task(site, agent=awa, kind="litigation", due_at=NOW - DAY, status="blocked")
    waits = make_task(site, agent=awa, kind="litigation", due_at=NOW - DAY)
    make_dependency(waits, stuck)
    others = [make_task(site, agent=awa, kind="admin", due_at=NOW + 20 * DAY + n * HOUR) for n in range(4)]
    found = manifesto(site, awa.pk, NOW)
    assert ids(found.top) == ids(others[:3])
    assert ids(found.rest) == ids([others[3], stuck, waits])
    assert found.total == 6


def test_what_waits_for_something_impossible_through_a_colleague_stands_last_too(site, awa, binta):
    stuck = make_task(site, agent=awa, kind="admin", due_at=NOW + 30 * DAY, status="blocked")
    between = make_task(site, agent=binta)
    waits = make_task(site, agent=awa, kind="litigation", due_at=NOW - DAY)
    other = make_task(site, agent=awa, kind="admin", due_at=NOW + 30 * DAY)
    make_dependency(waits, between)
    make_dependency(between, stuck)
    assert ids(manifesto(site, awa.pk, NOW).top) == [other.pk]
    assert ids(manifesto(site, awa.pk, NOW).rest) == [stuck.pk, waits.pk]


def test_only_the_agents_own_open_tasks_of_this_site_are_in_their_day(site, awa, binta):
    mine = make_task(site, agent=awa)
    make_task(site, agent=binta)
    make_task(site)
    make_task(site, agent=awa, status="done")
    make_task(site, agent=awa, status="cancelled")
    with pytest.raises(OutsideScope):
        manifesto(Site.objects.get(pk="GN_CONAKRY"), awa.pk, NOW)
    found = manifesto(site, awa.pk, NOW)
    assert (found.site_code, found.agent_id, found.agent_name, found.day) == ("GN_KINDIA", awa.pk, "Awa", NOW.date())
    assert ids(found.top) == [mine.pk]
    assert (found.total, found.minutes, found.rest) == (1, 90, ())


def test_a_day_without_tasks_is_empty(site, awa):
    found = manifesto(site, awa.pk, NOW)
    assert (found.top, found.rest, found.total, found.minutes) == ((), (), 0, 0)
    assert (found.recommendations, found.risks) == ((), ())


def test_the_week_begins_on_monday_at_the_sites_midnight(site, awa):
    site.timezone = "Asia/Tokyo"  # nine hours ahead: Monday 16 March begins on Sunday at 15:00 UTC
    monday = dt.datetime(2026, 3, 15, 15, 0, tzinfo=dt.UTC)
    make_task(site, agent=awa, status="done", completed_at=monday)
    make_task(site, agent=awa, status="done", completed_at=monday - dt.timedelta(seconds=1))
    make_task(site, agent=awa, status="cancelled", completed_at=monday)
    make_task(site, agent=awa, status="done", outcome="cause_gone", completed_at=monday, started_at=None)
    make_task(site, agent=awa, status="done", outcome="cause_gone", completed_at=monday)  # begun: it counts
    found = manifesto(site, awa.pk, NOW)
    assert found.done_this_week == 2
    late_on_friday = manifesto(site, awa.pk, dt.datetime(2026, 3, 20, 16, 0, tzinfo=dt.UTC))
    assert late_on_friday.day == D(2026, 3, 21)


def test_affinity_is_the_record_of_ninety_days_of_this_agent_and_kind(site, awa, binta):
    for number in range(4):
        make_task(site, agent=awa, status="done", completed_at=NOW - number * DAY, rating=5 if number else None)
    make_task(site, agent=awa, status="done", completed_at=NOW - 91 * DAY, rating=1)
    make_task(site, agent=awa, status="done", kind="notice", rating=1)
    make_task(site, agent=binta, status="done", rating=1)
    make_task(site, agent=awa, status="done", started_at=NOW - 5 * HOUR)  # longer than a visit takes
    make_task(site, agent=awa, due_at=NOW - HOUR)
    make_task(site, agent=awa, due_at=NOW - 91 * DAY)
    found = ranked(site, [awa.pk], NOW)[0].grounds.record
    assert (found.done, found.succeeded, found.left, found.rated, found.rating) == (5, 5, 1, 3, 15)
    assert (found.timed, found.quick) == (5, 4)
    # Own: 30 + 30 × 5/6 + 20 × 5/5 + 20 × 4/5 = 91; with five tasks of 60: (300 + 6 × 91) ÷ 11.
    assert ranked(site, [awa.pk], NOW)[0].priority.affinity == Decimal("76.91")


@pytest.mark.parametrize(("finished", "minutes"), [(9, 90), (10, 40), (11, 40)])
def test_the_sites_own_median_replaces_the_estimate_from_ten_finished_tasks_on(site, awa, finished, minutes):
    for _ in range(finished):
        make_task(site, status="done", started_at=NOW - 40 * dt.timedelta(minutes=1))
    make_task(site, status="done", started_at=None)
    make_task(site, status="done", outcome="cause_gone", started_at=NOW - DAY)
    make_task(site, agent=awa)
    assert ranked(site, [awa.pk], NOW)[0].minutes == minutes


@pytest.mark.parametrize(("took", "minutes"), [(dt.timedelta(seconds=2), 5), (3 * DAY, 480)])
def test_a_median_that_nobody_would_believe_is_kept_within_a_working_day(site, awa, took, minutes):
    for _ in range(10):
        make_task(site, status="done", started_at=NOW - took)
    make_task(site, agent=awa)
    assert ranked(site, [awa.pk], NOW)[0].minutes == minutes


def test_the_load_of_every_agent_is_there_and_what_is_nobodys_last(site, awa, binta):
    ousmane = make_person("ousmane", GN_KINDIA="agent")
    left = make_person("left", GN_KINDIA="agent")
    left.is_active = False
    left.save()
    mariama = make_person("mariama", GN_KINDIA="manager")
    make_task(site, agent=awa, kind="litigation", due_at=NOW - DAY)
    make_task(site, agent=awa, kind="admin", due_at=NOW + 30 * DAY)
    make_task(site, agent=binta, status="done")
    for agent in (left, mariama, None):
        make_task(site, agent=agent)
    rows = site_day(site, NOW).loads
    assert [(row.agent_id, row.name, row.open) for row in rows] == [
        (awa.pk, "Awa", 2),
        (binta.pk, "Binta", 0),
        (ousmane.pk, "Ousmane", 0),
        (mariama.pk, "Mariama", 1),
        (None, "", 2),
    ]
    # 35 + 0.35 × 69.5 + 12 = 71.33: being late alone does not make it urgent.
    assert (rows[0].urgent, rows[0].overdue, rows[0].minutes) == (0, 1, 150)
    assert rows[1].done_this_week == 1
    Task.objects.filter(agent__isnull=True).update(status="cancelled", completed_at=NOW)
    assert [row.open for row in site_day(site, NOW).loads] == [2, 0, 0, 1, 1]
    assert [one.task.agent_id for one in proposals(site, None, NOW)] == [left.pk]


def test_a_task_is_proposed_to_the_best_of_those_who_have_the_time(site, awa, binta):
    ousmane = make_person("ousmane", GN_KINDIA="agent")
    for _ in range(3):
        make_task(site, agent=binta, status="done", rating=5)
    for number in range(5):
        make_task(site, agent=binta, due_at=NOW + number * HOUR)  # 5 × 90 minutes of 480 are taken
    tasks = [make_task(site, agent=awa, due_at=NOW + n * HOUR) for n in range(7)]
    found = proposals(site, awa.pk, NOW)
    assert ids(p.task for p in found) == ids(tasks)
    # Binta is the best at visits, but has half an hour; Ousmane has five visits' worth; then both have as little.
    assert [p.to_name for p in found] == ["Ousmane"] * 5 + ["Binta", "Ousmane"]
    assert [p.free_minutes for p in found] == [480, 390, 300, 210, 120, 30, 30]
    assert {p.to_agent_id for p in found} == {ousmane.pk, binta.pk}
    assert found[0].affinity == 60
    Task.objects.filter(agent=binta, status="pending").update(due_at=NOW + 5 * DAY)
    first = proposals(site, awa.pk, NOW)[0]
    assert (first.to_name, first.free_minutes) == ("Binta", 480)
    assert first.affinity > 60


def test_tasks_of_nobody_can_be_proposed_too_and_nothing_where_no_colleague_is(site, awa):
    make_task(site, agent=awa)
    assert proposals(site, awa.pk, NOW) == []
    lost = make_task(site)
    assert [(p.task.id, p.to_name) for p in proposals(site, None, NOW)] == [(lost.pk, "Awa")]


def test_recommendations_say_where_to_start_and_who_could_take_what_does_not_fit(site, awa, binta):
    tasks = [make_task(site, agent=awa, due_at=NOW + n * HOUR) for n in range(7)]  # 630 minutes
    found = manifesto(site, awa.pk, NOW)
    assert [(r.advice, r.task.id, r.to_name) for r in found.recommendations] == [
        ("start", tasks[0].pk, ""),
        ("then", tasks[1].pk, ""),
        ("delegate", tasks[5].pk, "Binta"),
        ("delegate", tasks[6].pk, "Binta"),
    ]
    assert [r.free_minutes for r in found.recommendations[2:]] == [480, 390]
    assert [(r.risk, r.minutes) for r in found.risks] == [("overload", 630)]
    Task.objects.filter(pk__in=[task.pk for task in tasks[5:]]).delete()
    found = manifesto(site, awa.pk, NOW)
    assert [r.advice for r in found.recommendations] == ["start", "then"]
    assert found.risks == ()


def test_risks_name_what_blocks_others_and_the_kinds_that_seldom_succeed(site, awa):
    needed, other = make_task(site, agent=awa), make_task(site)
    make_dependency(other, needed)
    for outcome in ("no_answer", "refused", "no_answer", "succeeded", "promised"):
        make_task(site, agent=awa, status="done", outcome=outcome, kind="inspection")
    assert [(r.risk, r.count) for r in manifesto(site, awa.pk, NOW).risks] == [("blocking", 1), ("seldom", 2)]
    assert manifesto(site, awa.pk, NOW).risks[1].of == 5
    make_task(site, agent=awa, status="done", outcome="succeeded")
    assert [r.risk for r in manifesto(site, awa.pk, NOW).risks] == ["blocking"]


def test_the_ranking_of_a_day_comes_back_with_its_parts_when_the_tasks_are_over(site, awa, django_assert_num_queries):
    contract = make_contract(site)
    make_instalment(contract, D(2026, 2, 1))
    make_task(site, agent=awa, contract=contract, tenant=contract.tenant, kind="notice")
    make_task(site, agent=awa)
    before = manifesto(site, awa.pk, NOW)
    for rank, task in enumerate(before.top, 1):
        TaskPrioritization.objects.create(
            site=site, agent=awa, day=before.day, task_id=task.id, rank=rank, score=task.priority.score,
            parts=kept_parts(task), computed_at=NOW,
        )  # fmt: skip
    Task.objects.filter(agent=awa).update(status="done", completed_at=NOW)
    with django_assert_num_queries(1):
        found = kept_ranking(site, awa.pk, before.day)
    assert [(t.id, t.priority, t.grounds, t.minutes) for t in found] == [
        (t.id, t.priority, t.grounds, t.minutes) for t in before.top
    ]
    assert {task.status for task in found} == {"done"}
    assert kept_ranking(site, awa.pk, before.day - DAY) == []


def test_every_kind_has_its_minutes():
    assert set(KIND_MINUTES) == set(Task.Kind)


def test_recovery_stands_back_as_long_as_anything_else_is_due(site, awa):
    debts = {"cause": "recovery", "kind": "payment_follow", "facts": {"leases": 7, "amount": 91_650_000}}
    weekly = make_task(site, agent=awa, due_at=NOW - 30 * DAY, **debts)
    due = make_task(site, agent=awa, kind="admin")
    later = make_task(site, agent=awa, due_at=NOW + 20 * DAY, kind="admin")
    day = manifesto(site, awa.pk, NOW)
    assert ids(ranked(site, [awa.pk], NOW))[0] == weekly.pk  # by its score it would be the first
    assert (ids(day.top), ids(day.rest), day.total) == ([due.pk, later.pk], [weekly.pk], 3)
    assert [advice.task.id for advice in day.recommendations] == [due.pk, later.pk]
    Task.objects.filter(pk=due.pk).update(due_at=NOW + 2 * DAY)
    assert ids(manifesto(site, awa.pk, NOW).top) == [weekly.pk, due.pk, later.pk]


def test_what_is_put_off_has_no_place_no_load_and_is_nobody_elses_to_take(site, awa, binta):
    at_three = NOW.replace(hour=15)
    off = make_task(site, agent=awa, due_at=at_three, put_off_until=at_three)
    make_dependency(off, here := make_task(site, agent=awa))
    day = manifesto(site, awa.pk, NOW)
    assert (ids(day.tasks), ids(day.put_off), day.total, day.minutes) == ([here.pk], [off.pk], 1, 90)
    assert ids(one.task for one in proposals(site, awa.pk, NOW)) == [here.pk]
    everybody = site_day(site, NOW)
    assert (list(everybody.ranked), list(everybody.put_off)) == ([here.pk], [off.pk])
    load = next(load for load in everybody.loads if load.agent_id == awa.pk)
    assert (load.open, load.minutes, load.due_minutes) == (1, 90, 90)
    assert board_of(site, [awa.pk], NOW).people[awa.pk].due_minutes == 90
    afterwards = manifesto(site, awa.pk, at_three)
    assert ({*ids(afterwards.tasks)}, afterwards.put_off, afterwards.minutes) == ({here.pk, off.pk}, (), 180)
