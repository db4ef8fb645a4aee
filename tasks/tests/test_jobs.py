"""The morning and the hour: what they make, close and keep, once."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import User
from leasing.models import Instalment
from leasing.tests.factories import make_contract, make_instalment
from outbox.actions import enqueue
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tasks.jobs import begin_day, close_what_is_gone
from tasks.models import Task, TaskPrioritization
from tasks.queries import kept_parts, manifesto
from tasks.tests.factories import NOW, make_task

CODE = "GN_CONAKRY"
DAY = "2026-03-20"


@pytest.fixture
def awa(db, monkeypatch):
    """An agent with a task of her own and a contract whose rent is three days late."""
    monkeypatch.setattr("tasks.jobs.timezone.now", lambda: NOW.replace(hour=6))
    user = User.objects.create(username="awa")
    Membership.objects.create(user=user, site_id=CODE, role="agent")
    site = Site.objects.get(pk=CODE)
    with site_scope([CODE]):
        make_task(site, agent=user, kind="admin")
        make_instalment(make_contract(site, agent=user), due_date=dt.date(2026, 3, 17))
    return user


def run(work, key, day=DAY):
    return work(str(enqueue(work.name, key=key, site_code=CODE, day=day).pk))


def kept():
    with site_scope([CODE]):
        return list(TaskPrioritization.objects.order_by("day", "rank").values_list("day", "rank", "task"))


def test_the_morning_makes_the_tasks_and_keeps_the_order_that_the_agent_then_sees(awa):
    assert run(begin_day, "a") is True
    with site_scope([CODE]):
        seen = manifesto(Site.objects.get(pk=CODE), awa.pk, NOW.replace(hour=6))
        assert [task.cause for task in seen.top] == ["rent_late", "manual"]
        first = TaskPrioritization.objects.get(rank=1)
        assert (first.agent, first.task_id) == (awa, seen.top[0].id)
        assert first.parts == kept_parts(seen.top[0])
        # The column rounds; the parts give the score exactly.
        assert abs(first.score - seen.top[0].priority.score) <= Decimal("0.005")
    assert kept() == [(dt.date(2026, 3, 20), n, task.id) for n, task in enumerate(seen.top, 1)]


def test_a_second_morning_of_the_day_changes_nothing_and_the_next_day_has_its_own(awa, monkeypatch):
    run(begin_day, "a")
    before = kept()
    with site_scope([CODE]):
        make_task(Site.objects.get(pk=CODE), agent=awa, kind="litigation")
    run(begin_day, "b")
    assert kept() == before
    monkeypatch.setattr("tasks.jobs.timezone.now", lambda: NOW.replace(hour=6) + dt.timedelta(days=1))
    run(begin_day, "c", "2026-03-21")
    assert (len(before), len(kept())) == (2, 5)


def test_a_job_that_comes_a_day_late_leaves_everything_to_that_day_s_own(awa, monkeypatch):
    monkeypatch.setattr("tasks.jobs.timezone.now", lambda: NOW + dt.timedelta(days=1))
    run(begin_day, "a", "2026-03-21")
    with site_scope([CODE]):
        before = list(Task.objects.order_by("pk").values()), kept()
    run(close_what_is_gone, "b")
    run(begin_day, "c")
    with site_scope([CODE]):
        assert (list(Task.objects.order_by("pk").values()), kept()) == before


def test_a_rent_that_comes_in_closes_its_task_within_the_hour(awa):
    run(begin_day, "a")
    with site_scope([CODE]):
        Instalment.objects.update(paid_amount=1_500_000)
    assert run(close_what_is_gone, "b") is True
    with site_scope([CODE]):
        closed = Task.objects.get(cause="rent_late")
        assert (closed.status, closed.outcome) == ("done", "cause_gone")
        assert Task.objects.open().get().cause == "manual"
