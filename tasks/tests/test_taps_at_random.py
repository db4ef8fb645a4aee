"""Any sequence of taps: the table's rules hold, a tap sent twice is one, and undoing gives back exactly what was."""

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from changes.refusals import RuleBroken
from sites_app.models import Membership, Site
from sites_app.scope import site_scope
from tasks.actions import (
    OUTCOMES_OF_PEOPLE,
    TaskConflict,
    cancel_task,
    cannot_do,
    finish_task,
    postpone_task,
    reassign_tasks,
    resume_task,
    start_task,
    undo_change,
)
from tasks.models import Task, TaskChange
from tasks.tests.factories import NOW, make_task
from tasks.tests.waiting import someone_waits
from tests.examples import examples

CODE = "GN_CONAKRY"
PATIENCE = 60

taps = st.one_of(
    st.just((start_task, {})),
    st.just((resume_task, {})),
    st.builds(
        lambda outcome, rating, note: (finish_task, {"outcome": outcome, "rating": rating, "note": note}),
        st.sampled_from([*OUTCOMES_OF_PEOPLE, "cause_gone", ""]),
        st.one_of(st.none(), st.integers(-1, 7)),
        st.sampled_from(["", "Vu"]),
    ),
    st.builds(lambda why: (cannot_do, {"why": why}), st.sampled_from(["", "Absent"])),
    st.builds(lambda why: (cancel_task, {"why": why}), st.sampled_from(["", "Parti"])),
    st.builds(
        lambda days: (postpone_task, {"due_at": NOW + dt.timedelta(days=days)}), st.sampled_from([-1, 0, 1, 400])
    ),
)
# Who taps, what, on which version (None: as it is; 0: as it is, said; more: seen some changes ago), and then what.
steps = st.tuples(
    st.sampled_from(["awa", "boris"]),
    taps,
    st.sampled_from([None, 0, 0, 1]),
    st.sampled_from(["go on", "go on", "again", "undo", "reassign"]),
)


@pytest.fixture
def people(db):
    found = {name: User.objects.create(username=name) for name in ("awa", "boris")}
    for user in found.values():
        Membership.objects.create(user=user, site_id=CODE, role="agent")
    return found


@settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=12))
def test_any_sequence_of_taps_leaves_a_sound_task(people, sequence):
    with site_scope([CODE]):
        site = Site.objects.get(pk=CODE)
        task = make_task(site, agent=people["awa"])

        def row():
            return Task.objects.values().get(pk=task.pk)

        for number, (name, (action, values), ago, then) in enumerate(sequence):
            by, before = people[name], row()
            version = None if ago is None else before["version"] - ago
            key = f"{task.pk}-{number}"
            asked = values | {"task_id": task.pk, "by": by, "now": NOW, "key": key, "version": version}
            try:
                changed = action(**asked)
            except RuleBroken:
                assert row() == before
                continue
            assert ago != 1
            after = row()
            assert changed.version == after["version"] == before["version"] + 1
            other = people["boris" if name == "awa" else "awa"]
            action(**asked)
            assert row() == after
            match then:
                case "again":
                    with pytest.raises(TaskConflict):
                        action(**asked | {"key": f"{key}-again", "version": before["version"]})
                    assert row() == after
                case "undo":
                    undo_change(key=key, by=by, now=NOW)
                    undo_change(key=key, by=by, now=NOW)
                    assert row() == before | {"version": after["version"] + 1}
                case "reassign":
                    to = other if after["agent_id"] == by.pk else by
                    moved = reassign_tasks(site=site, task_ids=[task.pk], agent=to, by=by, now=NOW)
                    assert moved == (after["status"] not in ("done", "cancelled"))
                    if moved:
                        with pytest.raises(TaskConflict):
                            undo_change(key=key, by=by, now=NOW)
        # The database has accepted each; and the history has each version once.
        found = row()
        assert (found["completed_at"] is None) == (found["status"] in Task.OPEN)
        versions = (
            TaskChange.objects.filter(task=task).order_by("version_after").values_list("version_after", flat=True)
        )
        assert list(versions) == list(range(2, found["version"] + 1))


def at_once(*works):
    """Start each in its own thread, on a connection of its own, at one moment."""
    start = threading.Barrier(len(works))

    def run(work):
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            with site_scope([CODE]):
                return work()
        except RuleBroken as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


@pytest.mark.django_db(transaction=True)
def test_a_tap_sent_twice_at_one_moment_is_one_change_and_of_two_people_one_is_first():
    awa, boris = (User.objects.create(username=name) for name in ("awa", "boris"))
    with site_scope([CODE]):
        tasks = [make_task(Site.objects.get(pk=CODE), agent=awa) for _ in range(20)]

    def tap(task, by, key):
        return lambda: finish_task(task_id=task.pk, by=by, now=NOW, key=key, outcome="succeeded", version=1)

    for number, task in enumerate(tasks[:10]):
        one, two = at_once(*[tap(task, awa, f"k{number}")] * 2)
        assert (one.version, two.version) == (2, 2)
    for number, task in enumerate(tasks[10:]):
        results = at_once(tap(task, awa, f"a{number}"), tap(task, boris, f"b{number}"))
        assert {type(result) for result in results} == {Task, TaskConflict}
    # One key for two tasks is one task's.
    with site_scope([CODE]):
        pair = [make_task(Site.objects.get(pk=CODE)) for _ in range(2)]
    results = at_once(*(tap(task, awa, "shared") for task in pair))
    assert sorted(type(result).__name__ for result in results) == ["KeyReused", "Task"]
    with site_scope([CODE]):
        assert TaskChange.objects.count() == 21
        assert Task.objects.filter(version=2).count() == 21


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["page", "api"])
def test_a_task_that_is_being_given_away_is_not_the_agent_s_to_change(people, way):
    site = Site.objects.get(pk=CODE)
    with site_scope([CODE]):
        task = make_task(site, agent=people["awa"])

    def tap():
        try:
            client = Client(headers={"X-Site-ID": CODE, "Idempotency-Key": "k"})
            client.force_login(people["awa"])
            if way == "page":
                return client.post(f"/{CODE}/tasks/{task.pk}/start/", {"key": "k"})
            return client.patch(f"/api/tasks/{task.pk}", {"status": "in_progress"}, content_type="application/json")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with site_scope([CODE]):
            reassign_tasks(site=site, task_ids=[task.pk], agent=people["boris"], by=people["boris"], now=NOW)
            answer = pool.submit(tap)
            while not answer.done() and not someone_waits():
                time.sleep(0.01)
        assert answer.result(PATIENCE).status_code == 404
    with site_scope([CODE]):
        task.refresh_from_db()
        assert (task.agent, task.status, task.version) == (people["boris"], "pending", 2)
