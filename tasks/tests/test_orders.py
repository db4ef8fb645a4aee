"""Tasks that other apps order: made once, told how they ended, closed in words; whatever their number."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import connection, transaction

from changes.refusals import RuleBroken
from leasing.tests.factories import make_contract, make_property, make_tenant
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tasks.actions import (
    TaskOrder,
    cancel_task,
    cannot_do,
    close_tasks,
    create_tasks,
    finish_task,
    postpone_task,
    start_task,
    undo_change,
)
from tasks.models import Task, TaskChange
from tasks.tests.factories import NOW, make_task
from tasks.tests.waiting import someone_waits
from tests.people import make_person

pytestmark = pytest.mark.usefixtures("ordered")

CODE = "GN_KINDIA"
TOMORROW = NOW + dt.timedelta(days=1)


@pytest.fixture
def kindia(db):
    with site_scope([CODE]):
        yield Site.objects.get(pk=CODE)


@pytest.fixture
def awa(kindia):
    return make_person("awa", GN_KINDIA="agent")


def order(number=1, **values):
    values = {"cause": "tenant_unheard", "facts": {"since": "March"}, "due_at": TOMORROW} | values
    return TaskOrder(source=values.pop("source", f"tenant_unheard:{number}"), **values)


def make(site, *orders):
    return create_tasks(site=site, orders=orders, now=NOW)


def close(site, *sources, reason="They have called.", now=NOW):
    return close_tasks(site=site, sources=sources, reason=reason, now=now)


# --- made once ------------------------------------------------------------------------------------------


def test_an_order_is_a_task_with_what_it_names_and_what_its_contract_brings(kindia, awa):
    contract = make_contract(kindia)
    assert make(kindia, order(contract_id=contract.pk, agent_id=awa.pk, description="They sounded tired.")) == 1
    task = Task.objects.get()
    assert (task.cause, task.kind, task.source) == ("tenant_unheard", "retention", "tenant_unheard:1")
    assert (task.tenant, task.contract, task.property) == (contract.tenant, contract, contract.property)
    assert (task.agent, task.facts, task.title, task.description) == (
        awa,
        {"since": "March"},
        "",
        "They sounded tired.",
    )
    assert (task.status, task.due_at, task.created_at, task.created_by, task.version) == (
        "pending", TOMORROW, NOW, None, 1,
    )  # fmt: skip
    assert Task.pgh_event_model.objects.get().pgh_label == "insert"


def test_an_order_may_say_another_kind_and_words_of_its_own(kindia):
    tenant, home = make_tenant(kindia), make_property(kindia)
    make(kindia, order(kind="inspection", title="See the flat", tenant_id=tenant.pk, property_id=home.pk))
    task = Task.objects.get()
    assert (task.kind, task.title, task.tenant, task.property) == ("inspection", "See the flat", tenant, home)


def test_the_same_order_again_makes_nothing_and_leaves_what_is_there(kindia, awa):
    assert make(kindia, order(1), order(2), order(1)) == 2
    task = Task.objects.get(source="tenant_unheard:1")
    postpone_task(task_id=task.pk, by=awa, now=NOW, key="k", due_at=NOW + dt.timedelta(days=5))
    before = list(Task.objects.order_by("pk").values())
    assert make(kindia, replace(order(1), facts={"since": "April"}), order(2)) == 0
    assert list(Task.objects.order_by("pk").values()) == before
    close(kindia, "tenant_unheard:1")
    assert make(kindia, order(1), order(3)) == 1
    assert Task.objects.get(pk=task.pk).status == "done"
    assert make(kindia) == 0


@pytest.mark.django_db(transaction=True)
def test_two_who_order_the_same_at_once_make_it_once():
    site = Site.objects.get(pk=CODE)
    orders = [order(number) for number in range(50)]

    def ordering(mine):
        try:
            with site_scope([CODE]):
                return make(site, *mine)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(ordering, (orders, orders[::-1])))
    with site_scope([CODE]):
        assert sum(made) == Task.objects.count() == 50


def test_the_statements_do_not_grow_with_the_orders(kindia, awa, django_assert_num_queries):
    contract, other = make_contract(kindia), make_property(kindia)
    about = {"contract_id": contract.pk, "tenant_id": contract.tenant_id, "property_id": other.pk, "agent_id": awa.pk}
    for numbers in (range(1), range(1, 201)):
        # Contracts, tenants, properties, who works here, the tasks; around them the savepoint of the change.
        with django_assert_num_queries(7):
            assert make(kindia, *(order(number, **about) for number in numbers)) == len(numbers)
        with django_assert_num_queries(3):
            assert close(kindia, *(f"tenant_unheard:{number}" for number in numbers)) == len(numbers)


# --- refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"cause": "of_an_old_app", "source": "of_an_old_app:1"}, "Nobody has registered a cause 'of_an_old_app'"),
        ({"cause": "rent_late", "source": "rent_late:1"}, "'rent_late' are not ordered"),
        ({"cause": "manual", "source": "manual:1"}, "'manual' are not ordered"),
        ({"source": "rent_late:1"}, "The source 'rent_late:1' is none"),
        ({"source": "tenant_unheard:" + "x" * 120}, "at most 120 letters"),
        ({"kind": "golf"}, "'golf' is no kind"),
        ({"due_at": dt.datetime(2026, 3, 21)}, "without a timezone"),  # noqa: DTZ001 -- that is what is refused
        ({"title": "x" * 161}, "at most 160 letters"),
        ({"facts": {"since": dt.date(2026, 3, 1)}}, "no JSON"),
        ({"facts": {"share": float("nan")}}, "no JSON"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_all_that_came_with_it(kindia, values, sentence):
    with pytest.raises(ValueError, match=sentence):
        make(kindia, order(1), order(2, **values))
    assert not Task.objects.exists()


@pytest.mark.parametrize("field", ["tenant", "contract", "property"])
def test_rows_of_another_site_are_refused(db, field):
    factory = {"tenant": make_tenant, "contract": make_contract, "property": make_property}[field]
    with site_scope([CODE, "GN_CONAKRY"]):
        elsewhere = factory(Site.objects.get(pk="GN_CONAKRY"))
        with pytest.raises(RuleBroken) as refused:
            make(Site.objects.get(pk=CODE), order(1), order(2, **{f"{field}_id": elsewhere.pk}))
        assert (refused.value.field, refused.value.rule) == (field, "same_site")
        assert not Task.objects.exists()


@pytest.mark.parametrize("who", ["left the agency", "works elsewhere", "admin"])
def test_a_task_of_who_does_not_work_here_is_nobodys(kindia, who):
    roles = {"GN_CONAKRY": "agent"} if who == "works elsewhere" else {CODE: "admin" if who == "admin" else "agent"}
    person = make_person("x", **roles)
    if who == "left the agency":
        Membership.objects.filter(user=person).delete()
    make(kindia, order(agent_id=person.pk))
    assert Task.objects.get().agent is None


# --- the app is told how it ended ---------------------------------------------------------------------------


ENDS = {
    "finish": (finish_task, {"outcome": "promised"}, ("ended", "done", "promised")),
    "cancel": (cancel_task, {"why": "x"}, ("ended", "cancelled", "")),
}


@pytest.mark.parametrize("name", ENDS)
def test_an_end_is_told_once_and_taking_it_back_too(kindia, awa, ordered, name):
    action, values, told = ENDS[name]
    make(kindia, order())
    task = Task.objects.get()
    for _time in range(3):
        action(task_id=task.pk, by=awa, now=NOW, key="k", **values)
    assert ordered.told == [told]
    for _time in range(3):
        undo_change(key="k", by=awa, now=NOW)
    assert ordered.told == [told, ("reopened", "pending", "")]


def test_what_ends_nothing_is_not_told(kindia, awa, ordered):
    make(kindia, order())
    task = Task.objects.get()
    common = {"task_id": task.pk, "by": awa, "now": NOW}
    start_task(**common, key="start")
    cannot_do(**common, key="cannot", why="x")
    undo_change(key="cannot", by=awa, now=NOW)
    postpone_task(**common, key="later", due_at=TOMORROW)
    close(kindia, task.source)
    assert ordered.told == []


def test_what_the_app_does_with_an_end_is_of_the_same_transaction(kindia, awa, ordered, monkeypatch):
    def follow(task):
        make(kindia, order("next"))
        if task.outcome == "refused":
            raise RuleBroken("outcome", "an_offer_was_made", "They have accepted an offer.")

    object.__setattr__(ordered.cause, "ended", follow)
    make(kindia, order())
    task = Task.objects.get()
    with pytest.raises(RuleBroken, match="accepted an offer"):
        finish_task(task_id=task.pk, by=awa, now=NOW, key="a", outcome="refused")
    assert (Task.objects.get().status, TaskChange.objects.count()) == ("pending", 0)
    with transaction.atomic():
        finish_task(task_id=task.pk, by=awa, now=NOW, key="b", outcome="succeeded")
        assert Task.objects.count() == 2
        transaction.set_rollback(True)
    assert Task.objects.get().status == "pending"
    finish_task(task_id=task.pk, by=awa, now=NOW, key="b", outcome="succeeded")
    assert Task.objects.open().get().source == "tenant_unheard:next"


# --- closed by the app --------------------------------------------------------------------------------------


def test_the_app_closes_what_it_ordered_and_says_why(kindia, awa):
    make(kindia, *(order(number, agent_id=awa.pk) for number in range(4)))
    begun, done, untouched = (Task.objects.get(source=f"tenant_unheard:{number}") for number in range(3))
    start_task(task_id=begun.pk, by=awa, now=NOW, key="a")
    finish_task(task_id=done.pk, by=awa, now=NOW, key="b", outcome="succeeded")
    later = NOW + dt.timedelta(hours=1)
    sources = [begun.source, done.source, untouched.source, "tenant_unheard:never"]
    assert [close(kindia, *sources, now=later) for _time in range(2)] == [2, 0]
    begun.refresh_from_db()
    assert (begun.status, begun.outcome, begun.note) == ("done", "cause_gone", "They have called.")
    assert (begun.completed_at, begun.version, begun.agent) == (later, 3, awa)
    change = TaskChange.objects.get(task=begun, verb="cause_gone")
    assert (change.version_after, change.by, change.at) == (3, None, later)
    assert (change.before["status"], change.before["agent_id"]) == ("in_progress", awa.pk)
    assert Task.objects.get(pk=done.pk).outcome == "succeeded"
    assert Task.objects.open().get().source == "tenant_unheard:3"


@pytest.mark.parametrize(
    ("source", "reason", "sentence"),
    [
        ("rent_late:1", "x", "not ordered"),
        ("manual:1", "x", "not ordered"),
        ("of_an_old_app:1", "x", "Nobody has registered"),
        ("tenant_unheard:1", " ", "Say why"),
    ],
)
def test_closing_what_is_not_ordered_or_without_a_reason_is_refused(kindia, source, reason, sentence):
    make(kindia, order())
    with pytest.raises(ValueError, match=sentence):
        close(kindia, "tenant_unheard:1", source, reason=reason)
    assert Task.objects.get().status == "pending"


def test_nothing_of_another_site_is_closed(db):
    with site_scope([CODE, "GN_CONAKRY"]):
        kindia, conakry = Site.objects.get(pk=CODE), Site.objects.get(pk="GN_CONAKRY")
        assert make(kindia, order()) == make(conakry, order()) == 1
        make_task(kindia, source="tenant_unheard:of-a-person")
        assert close(kindia, "tenant_unheard:1", "tenant_unheard:of-a-person") == 1
        assert set(Task.objects.open().values_list("site_id", "cause")) == {
            ("GN_CONAKRY", "tenant_unheard"),
            (CODE, "manual"),
        }


@pytest.mark.django_db(transaction=True)
def test_a_task_that_a_person_changes_at_this_very_moment_is_closed_as_it_is_then():
    site, awa = Site.objects.get(pk=CODE), make_person("awa", GN_KINDIA="agent")
    with site_scope([CODE]):
        make(site, order(agent_id=awa.pk), order(2, agent_id=awa.pk))
        first, second = Task.objects.order_by("source")

    def closing():
        try:
            with site_scope([CODE]):
                return close(site, first.source, second.source)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with site_scope([CODE]):
            postpone_task(task_id=first.pk, by=awa, now=NOW, key="a", due_at=TOMORROW + dt.timedelta(days=1))
            finish_task(task_id=second.pk, by=awa, now=NOW, key="b", outcome="succeeded")
            asked = pool.submit(closing)
            while not asked.done() and not someone_waits():
                time.sleep(0.01)
        assert asked.result(60) == 1
    with site_scope([CODE]):
        first.refresh_from_db()
        assert (first.status, first.version) == ("done", 3)
        assert TaskChange.objects.get(verb="cause_gone").before["due_at"].startswith("2026-03-22T09:00")
        assert Task.objects.get(pk=second.pk).outcome == "succeeded"
