"""Each change of a task by example: what it sets, what it refuses, that a key works once, and that it can be undone."""

import datetime as dt
import uuid
from contextlib import contextmanager
from functools import partial

import pytest

from accounts.models import User
from changes.refusals import IdempotencyConflict, RuleBroken
from leasing.tests.factories import make_contract, make_instalment, make_tenant
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tasks.actions import (
    TaskConflict,
    cancel_task,
    cannot_do,
    create_task,
    finish_task,
    postpone_task,
    reassign_tasks,
    resume_task,
    start_task,
    undo_change,
    wait_for,
)
from tasks.generation import close_gone, generate_tasks
from tasks.models import Task, TaskChange
from tasks.tests.factories import NOW, make_task
from tests.owner import as_owner

CODE = "GN_CONAKRY"
HOUR = dt.timedelta(hours=1)
TOMORROW = NOW.replace(hour=18) + dt.timedelta(days=1)
DAWN = TOMORROW.replace(hour=0, minute=0)


@pytest.fixture
def site(db):
    with site_scope([CODE]):
        yield Site.objects.get(pk=CODE)


def person(name, role="agent", *, code=CODE, **values):
    user = User.objects.create(username=name, full_name=name.title(), **values)
    Membership.objects.create(user=user, site_id=code, role=role)
    return user


@pytest.fixture
def awa(site):
    return person("awa")


@contextmanager
def elsewhere():
    """Another site, whose rows the scope of these tests does not hold."""
    with as_owner():
        yield Site.objects.get(pk="GN_KINDIA")


def tap(action, task, by, key="k", **values):
    return action(task_id=task.pk, by=by, now=NOW, key=key, **values)


def everything(task):
    return Task.objects.filter(pk=task.pk).values().get()


# --- what each does -----------------------------------------------------------------------------------------

TAPS = {
    "start": (start_task, {}, {"status": "in_progress", "started_at": NOW}),
    "finish": (
        partial(finish_task, outcome="promised", rating=4, note=" Vendredi "),
        {},
        {"status": "done", "completed_at": NOW, "outcome": "promised", "rating": 4, "note": "Vendredi"},
    ),
    "promise": (
        partial(finish_task, outcome="promised", promised_on=DAWN.date(), promised_francs=1_350_000),
        {},
        {
            "status": "done",
            "completed_at": NOW,
            "outcome": "promised",
            "promised_on": DAWN.date(),
            "promised_francs": 1_350_000,
        },
    ),
    "start what was put off": (
        start_task,
        {"put_off_until": DAWN},
        {"status": "in_progress", "started_at": NOW, "put_off_until": None},
    ),
    "bring back what was put off": (resume_task, {"put_off_until": DAWN}, {"put_off_until": None}),
    "cannot": (partial(cannot_do, why="Portail fermé"), {}, {"status": "blocked", "note": "Portail fermé"}),
    "postpone": (partial(postpone_task, due_at=TOMORROW), {}, {"due_at": TOMORROW, "put_off_until": DAWN}),
    "postpone what was started": (
        partial(postpone_task, due_at=TOMORROW),
        {"status": "in_progress"},
        {"due_at": TOMORROW, "put_off_until": DAWN, "status": "pending", "started_at": None},
    ),
    "resume": (resume_task, {"status": "blocked", "note": "x"}, {"status": "pending", "note": ""}),
    "cancel": (
        partial(cancel_task, why="Le locataire est parti"),
        {"status": "blocked", "note": "x"},
        {"status": "cancelled", "completed_at": NOW, "note": "Le locataire est parti"},
    ),
}


@pytest.mark.parametrize("name", TAPS)
def test_a_tap_sets_these_fields_and_no_other_and_undoing_gives_all_back(site, awa, name):
    action, given, expected = TAPS[name]
    task = make_task(site, agent=awa, **given)
    before = everything(task)
    changed = tap(action, task, awa, version=1)
    after = everything(task)
    assert after == before | expected | {"version": 2}
    assert (changed.pk, changed.version, changed.status) == (task.pk, 2, after["status"])
    restored = undo_change(key="k", by=awa, now=NOW)
    assert everything(task) == before | {"version": 3}
    assert restored.version == 3
    history = TaskChange.objects.filter(task=task).order_by("version_after")
    assert list(history.values_list("version_after", "by", "at")) == [(2, awa.pk, NOW), (3, awa.pk, NOW)]
    assert history[0].undone_at == NOW


@pytest.mark.parametrize("name", TAPS)
def test_doing_it_twice_and_undoing_it_twice_changes_nothing_more(site, awa, name):
    action, given, _expected = TAPS[name]
    task = make_task(site, agent=awa, **given)
    tap(action, task, awa)
    once = everything(task)
    assert tap(action, task, awa).version == 2
    assert everything(task) == once
    undo_change(key="k", by=awa, now=NOW)
    undone = everything(task)
    undo_change(key="k", by=awa, now=NOW)
    # What was undone is not done again by a request that comes late.
    tap(action, task, awa)
    assert everything(task) == undone


def test_the_audit_names_the_person(site, awa):
    task = make_task(site, agent=awa)
    tap(start_task, task, awa)
    event = Task.pgh_event_model.objects.filter(id=task.pk).latest("pgh_id")
    assert (event.status, event.pgh_context.metadata) == ("in_progress", {"user": awa.pk})


# --- what is refused ----------------------------------------------------------------------------------------


def refused(exception, action, **values):
    with pytest.raises(exception) as caught:
        action(**values)
    return caught.value


@pytest.mark.parametrize("status", ["done", "cancelled"])
@pytest.mark.parametrize("name", TAPS)
def test_a_task_that_is_over_stays_as_it_is(site, awa, name, status):
    task = make_task(site, status=status)
    before = everything(task)
    refusal = refused(RuleBroken, partial(tap, TAPS[name][0], task, awa))
    assert (refusal.field, refusal.rule) == ("status", "task_is_open")
    assert everything(task) == before
    assert not TaskChange.objects.exists()


@pytest.mark.parametrize(
    ("action", "given", "field"),
    [
        (partial(finish_task, outcome="cause_gone"), {}, "outcome"),
        (partial(finish_task, outcome=""), {}, "outcome"),
        (partial(finish_task, outcome="succeeded", rating=0), {}, "rating"),
        (partial(finish_task, outcome="succeeded", rating=6), {}, "rating"),
        (partial(cannot_do, why="  "), {}, "why"),
        (partial(cancel_task, why=""), {}, "why"),
        (partial(postpone_task, due_at=NOW), {}, "due_at"),
        (partial(postpone_task, due_at=NOW + dt.timedelta(days=367)), {}, "due_at"),
        (partial(start_task), {"status": "in_progress"}, "status"),
        (partial(resume_task), {}, "status"),
    ],
)
def test_a_rule_names_the_field_that_is_wrong(site, awa, action, given, field):
    task = make_task(site, **given)
    before = everything(task)
    assert refused(RuleBroken, partial(tap, action, task, awa)).field == field
    assert everything(task) == before


def test_a_key_is_needed_and_fits(site, awa):
    task = make_task(site)
    for key in ("", "k" * 121):
        assert refused(RuleBroken, partial(tap, start_task, task, awa, key=key)).rule == "idempotency_key"


def test_a_task_of_another_site_does_not_exist(site, awa):
    with elsewhere() as kindia:
        foreign = make_task(kindia)
    for task_id in (foreign.pk, uuid.uuid4()):
        with pytest.raises(Task.DoesNotExist):
            start_task(task_id=task_id, by=awa, now=NOW, key="k")
    with as_owner():
        assert everything(foreign)["status"] == "pending"


def test_a_key_works_for_one_request_of_one_person(site, awa):
    one, other = make_task(site), make_task(site)
    finish = partial(finish_task, outcome="succeeded")
    tap(finish, one, awa)
    before = everything(one), everything(other)
    for action, task, by in (
        (finish, other, awa),
        (start_task, one, awa),
        (partial(finish_task, outcome="refused"), one, awa),
        (partial(finish_task, outcome="succeeded", note="x"), one, awa),
        (partial(finish_task, outcome="succeeded", version=1), one, awa),
    ):
        refused(IdempotencyConflict, partial(tap, action, task, by))
    assert (everything(one), everything(other)) == before


def test_a_key_is_ones_own_whoever_else_has_used_it(site, awa):
    one, other = make_task(site), make_task(site)
    tap(start_task, one, awa)
    tap(start_task, other, person("boris"))
    assert (Task.objects.get(pk=one.pk).status, Task.objects.get(pk=other.pk).status) == ("in_progress",) * 2


def test_nobody_takes_the_key_with_which_akig_closes_a_task(site, awa):
    contract = make_contract(site, agent=awa)
    instalment = make_instalment(contract, dt.date(2026, 3, 1), due_date=dt.date(2026, 3, 1))
    generate_tasks(site=site, today=NOW.date())
    task = Task.objects.get()
    for version in range(1, 6):
        tap(start_task, make_task(site, agent=awa), awa, key=f"cause_gone:{task.pk}:{version}")
    instalment.delete()
    assert close_gone(site=site, today=NOW.date(), now=NOW) == 1


def test_a_tap_on_what_the_person_has_not_seen_names_who_was_first(site, awa):
    task = make_task(site, agent=awa)
    tap(partial(postpone_task, due_at=TOMORROW), task, awa, key="a", version=1)
    boris = person("boris", "manager")
    conflict = refused(TaskConflict, partial(tap, start_task, task, boris, key="b", version=1))
    assert (conflict.task.pk, conflict.task.version) == (task.pk, 2)
    assert "Awa" in conflict.sentence
    assert everything(task)["status"] == "pending"
    # Without a version the person means the task as it is.
    assert tap(start_task, task, boris, key="c").status == "in_progress"


def test_a_conflict_after_a_reassignment_names_the_new_agent(site, awa):
    boris, task = person("boris", "manager"), make_task(site, agent=awa)
    reassign_tasks(site=site, task_ids=[task.pk], agent=boris, by=boris, now=NOW)
    conflict = refused(TaskConflict, partial(tap, start_task, task, awa, version=1))
    assert conflict.sentence.count("Boris") == 2


# --- undoing ------------------------------------------------------------------------------------------------


def test_what_somebody_changed_since_is_not_undone(site, awa):
    task = make_task(site, agent=awa)
    tap(start_task, task, awa, key="a")
    tap(partial(cannot_do, why="Absent"), task, person("boris"), key="b")
    before = everything(task)
    assert "Boris" in refused(TaskConflict, partial(undo_change, key="a", by=awa, now=NOW)).sentence
    assert everything(task) == before


def test_only_the_person_undoes_a_change_and_none_that_is_not_there(site, awa):
    task = make_task(site)
    tap(start_task, task, awa)
    for key, by in (("k", person("boris")), ("other", awa), ("k", None)):
        with pytest.raises(Task.DoesNotExist):
            undo_change(key=key, by=by, now=NOW)
    assert everything(task)["status"] == "in_progress"


def test_what_was_made_is_not_undone_but_cancelled(site, awa):
    create(site, awa)
    assert refused(RuleBroken, partial(undo_change, key="k", by=awa, now=NOW)).rule == "change_can_be_undone"


# --- making, giving, ordering -------------------------------------------------------------------------------


def create(site, by, **overrides):
    values = {"agent": by, "kind": "admin", "title": "Attestation", "due_at": TOMORROW, "key": "k"}
    return create_task(site=site, by=by, now=NOW, **(values | overrides))


def test_a_task_is_made_once_for_its_key_with_its_contracts_tenant_and_property(site, awa):
    contract = make_contract(site)
    made = create(site, awa, contract=contract)
    assert create(site, awa, contract=contract) == made
    assert Task.objects.count() == 1
    row = everything(made)
    assert (row["tenant_id"], row["property_id"]) == (contract.tenant_id, contract.property_id)
    assert (row["cause"], row["status"], row["created_by_id"]) == ("manual", "pending", awa.pk)
    refused(IdempotencyConflict, partial(create, site, awa, title="Autre"))


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"kind": "party"}, "kind"),
        ({"due_at": NOW - HOUR}, "due_at"),
        ({"key": ""}, "key"),
    ],
)
def test_what_cannot_be_a_task_is_refused_with_its_field(site, awa, overrides, field):
    assert refused(RuleBroken, partial(create, site, awa, **overrides)).field == field
    assert not Task.objects.exists()


def test_a_task_goes_to_people_of_the_site_and_names_its_records_only(site, awa):
    gone, stranger = person("gone", is_active=False), person("stranger", code="GN_KINDIA")
    admin = person("root", "admin")
    for nobody_here in (gone, stranger, admin):
        assert refused(RuleBroken, partial(create, site, awa, agent=nobody_here)).field == "agent"
    with elsewhere() as kindia:
        foreign = make_tenant(kindia)
    assert refused(RuleBroken, partial(create, site, awa, tenant=foreign)).field == "tenant"
    assert create(site, awa, agent=None).agent is None


def test_open_tasks_change_hands_and_begin_anew(site, awa):
    boris = person("boris", "manager")
    tasks = [
        make_task(site, agent=awa, status=status)
        for status in ("pending", "in_progress", "blocked", "done", "cancelled")
    ]
    his = make_task(site, agent=boris)
    ids = [task.pk for task in (*tasks, his)] + [uuid.uuid4()]
    assert reassign_tasks(site=site, task_ids=ids, agent=boris, by=boris, now=NOW) == 3
    rows = [everything(task) for task in tasks]
    assert [row["agent_id"] == boris.pk for row in rows] == [True, True, True, False, False]
    assert [row["status"] for row in rows] == ["pending", "pending", "blocked", "done", "cancelled"]
    assert [row["version"] for row in (*rows, everything(his))] == [2, 2, 2, 1, 1, 1]
    assert TaskChange.objects.filter(verb="reassign", by=boris).count() == 3
    assert reassign_tasks(site=site, task_ids=ids, agent=boris, by=boris, now=NOW) == 0


def test_the_statements_of_a_reassignment_do_not_grow(site, awa, django_assert_num_queries):
    boris = person("boris")
    for many in (1, 40):
        ids = [make_task(site, agent=awa).pk for _ in range(many)]
        # The right, the lock, one update, the history; two savepoints.
        with django_assert_num_queries(6):
            reassign_tasks(site=site, task_ids=ids, agent=boris, by=boris, now=NOW)


@pytest.mark.parametrize("who", ["stranger", "gone", "admin"])
def test_nobody_gets_tasks_who_does_not_work_on_the_site(site, awa, who):
    other = {
        "stranger": partial(person, "stranger", code="GN_KINDIA"),
        "gone": partial(person, "gone", is_active=False),
        "admin": partial(person, "root", "admin"),
    }[who]()
    task = make_task(site, agent=awa)
    give = partial(reassign_tasks, site=site, task_ids=[task.pk], agent=other, by=awa, now=NOW)
    assert refused(RuleBroken, give).field == "agent"
    assert everything(task)["agent_id"] == awa.pk


def test_tasks_wait_for_one_another_in_no_circle(site, awa):
    one, two, three = (make_task(site) for _ in range(3))
    wait_for(task=one, needs=two, by=awa)
    wait_for(task=two, needs=three, by=awa)
    assert wait_for(task=one, needs=two, by=awa) == one
    assert one.waits_for.count() == 1
    for task, needs in ((three, one), (two, one), (one, one)):
        assert refused(RuleBroken, partial(wait_for, task=task, needs=needs, by=awa)).field == "needs"
    with elsewhere() as kindia:
        foreign = make_task(kindia)
    assert refused(RuleBroken, partial(wait_for, task=one, needs=foreign, by=awa)).rule == "same_site"


def test_what_waits_for_an_open_task_may_be_started_and_finished(site, awa):
    one, two = make_task(site), make_task(site)
    wait_for(task=one, needs=two, by=awa)
    assert tap(start_task, one, awa, key="a").status == "in_progress"
    assert tap(partial(finish_task, outcome="succeeded"), one, awa, key="b").status == "done"
