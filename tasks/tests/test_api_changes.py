"""PATCH /api/tasks/{id}: each change, once for its key, and every refusal with its field."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.models import Task, TaskChange
from tasks.tests.factories import make_task
from tests.people import make_person

CODE = "GN_KINDIA"
SOON = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(days=3)


@pytest.fixture
def site(db):
    return Site.objects.get(pk=CODE)


@pytest.fixture
def awa(site):
    return make_person("awa", GN_KINDIA="agent")


@pytest.fixture
def api(client, awa):
    client.force_login(awa)
    return client


@pytest.fixture
def manager(client, site):
    client.force_login(make_person("mariama", GN_KINDIA="manager"))
    return client


def task_of(agent, code=CODE, **overrides):
    with site_scope([code]):
        return make_task(Site.objects.get(pk=code), agent=agent, **overrides)


def patch(client, task, body, *, key="k", query="", **headers):
    pk = getattr(task, "pk", task)
    if key is not None:
        headers["Idempotency-Key"] = key
    return client.patch(
        f"/api/tasks/{pk}{query}", body, content_type="application/json", headers={"X-Site-ID": CODE} | headers
    )


def now_of(task):
    with site_scope([CODE]):
        return Task.objects.values().get(pk=task.pk)


def problem(answer, status):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    return answer.json()


def fields(answer, status=400):
    return sorted(error["field"] for error in problem(answer, status)["errors"])


CHANGES = {
    "start": ({}, {"status": "in_progress"}, {"status": "in_progress"}),
    "finish": (
        {"status": "in_progress"},
        {"status": "done", "outcome": "promised", "rating": 4, "note": "Vendredi"},
        {"status": "done", "outcome": "promised", "rating": 4, "note": "Vendredi"},
    ),
    "finish without more": (
        {},
        {"status": "done", "outcome": "no_answer"},
        {"status": "done", "outcome": "no_answer", "rating": None, "note": ""},
    ),
    "cannot": ({}, {"status": "blocked", "note": "Portail fermé"}, {"status": "blocked", "note": "Portail fermé"}),
    "postpone": (
        {"status": "in_progress"},
        {"status": "pending", "dueAt": SOON.isoformat()},
        {"status": "pending", "dueAt": SOON.isoformat().replace("+00:00", "Z"), "startedAt": None},
    ),
    "resume": ({"status": "blocked"}, {"status": "pending"}, {"status": "pending"}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_agent_changes_a_task_of_theirs_once_for_its_key(api, awa, name):
    given, body, expected = CHANGES[name]
    task = task_of(awa, **given)
    answer = patch(api, task, body | {"version": 1})
    assert answer.status_code == 200
    found = answer.json()
    assert found.items() >= (expected | {"id": str(task.pk), "version": 2, "siteId": CODE, "agentId": awa.pk}).items()
    row = now_of(task)
    again = patch(api, task, body | {"version": 1})
    assert (again.status_code, again.json()) == (200, found)
    assert now_of(task) == row
    with site_scope([CODE]):
        assert TaskChange.objects.get().by == awa


def test_the_answer_is_the_whole_task(manager, awa):
    task = task_of(awa, kind="admin", title="Attestation", due_at=SOON, created_at=SOON)
    moment = SOON.isoformat().replace("+00:00", "Z")
    found = patch(manager, task, {"status": "blocked", "note": "x"}).json()
    assert found == {
        "id": str(task.pk), "siteId": CODE, "agentId": awa.pk, "kind": "admin", "cause": "manual", "facts": {},
        "title": "Attestation", "description": "", "status": "blocked", "dueAt": moment, "tenantId": None,
        "contractId": None, "propertyId": None, "createdAt": moment, "startedAt": None, "completedAt": None,
        "outcome": None, "rating": None, "note": "x", "version": 2,
    }  # fmt: skip


def test_a_moment_without_offset_is_of_the_sites_own_clock(api, awa, site):
    Site.objects.filter(pk=CODE).update(timezone="America/Lima")
    task = task_of(awa)
    local = SOON.replace(tzinfo=None).isoformat()
    assert patch(api, task, {"status": "pending", "dueAt": local}).status_code == 200
    assert now_of(task)["due_at"] == SOON + dt.timedelta(hours=5)


def test_only_a_manager_cancels(api, awa, client):
    task, body = task_of(awa), {"status": "cancelled", "note": "Parti"}
    problem(patch(api, task, body), 403)
    assert now_of(task)["status"] == "pending"
    client.force_login(make_person("mariama", GN_KINDIA="manager"))
    assert patch(client, task, body).json()["status"] == "cancelled"


# --- what is not there --------------------------------------------------------------------------------------


def test_a_colleagues_task_another_sites_and_none_get_one_answer_and_stay(api, awa):
    other = task_of(make_person("boris", GN_KINDIA="agent"))
    foreign = task_of(awa, "GN_CONAKRY")
    before = now_of(other)
    answers = [patch(api, task, body) for task in (other, foreign, uuid.uuid4()) for body in ({"status": "x"}, {})]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert now_of(other) == before


def test_a_manager_changes_everybodys(manager, awa):
    assert patch(manager, task_of(awa), {"status": "in_progress"}, key="a").status_code == 200
    assert patch(manager, task_of(None), {"status": "in_progress"}, key="b").status_code == 200


def test_strangers_sign_in_and_members_of_another_site_are_refused(client, awa):
    task = task_of(awa)
    problem(patch(client, task, {"status": "in_progress"}), 401)
    client.force_login(make_person("eve", GN_CONAKRY="admin"))
    problem(patch(client, task, {"status": "in_progress"}), 403)
    assert now_of(task)["version"] == 1


def test_in_all_my_sites_nothing_is_changed(client, awa):
    client.force_login(make_person("regional", GN_KINDIA="manager", GN_CONAKRY="manager"))
    task = task_of(awa)
    problem(patch(client, task, {"status": "in_progress"}, **{"X-Site-ID": "ALL"}), 403)
    assert now_of(task)["version"] == 1


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_other_methods_are_not_possible(api, awa, method):
    problem(getattr(api, method)(f"/api/tasks/{task_of(awa).pk}", headers={"X-Site-ID": CODE}), 405)


# --- what is not understood ---------------------------------------------------------------------------------


def test_the_header_is_required_and_named(api, awa):
    task = task_of(awa)
    for key in (None, "", "  ", "k" * 121):
        assert fields(patch(api, task, {"status": "in_progress"}, key=key)) == ["Idempotency-Key"]
    assert now_of(task)["version"] == 1


def test_every_bad_field_is_named_at_once(api, awa):
    body = {"status": "done", "rating": 6, "note": "x" * 2001, "dueAt": "demain", "version": 0, "agentId": 7, "État": 1}
    assert fields(patch(api, task_of(awa), body, key=None)) == [
        "Idempotency-Key", "agentId", "dueAt", "note", "outcome", "rating", "version", "État",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, ["status"]),
        ({"status": "finished"}, ["status"]),
        ({"status": ["done"]}, ["status"]),
        ({"status": None}, ["status"]),
        ({"status": "done"}, ["outcome"]),
        ({"status": "done", "outcome": "cause_gone"}, ["outcome"]),
        ({"status": "done", "outcome": "promised", "dueAt": SOON.isoformat()}, ["dueAt"]),
        ({"status": "blocked"}, ["note"]),
        ({"status": "blocked", "note": "\x00"}, ["note"]),
        ({"status": "blocked", "note": "  "}, ["note"]),
        ({"status": "cancelled", "note": ""}, ["note"]),
        ({"status": "in_progress", "outcome": "promised", "rating": 3}, ["outcome", "rating"]),
        ({"status": "pending", "note": "x"}, ["note"]),
        ({"status": "pending", "dueAt": "9999-12-31T23:59:59-14:00"}, ["dueAt"]),
        ({"status": "in_progress", "version": 2**31}, ["version"]),
        ([], [""]),
        ('"done"', [""]),
    ],
)
def test_what_is_not_understood_is_a_400_with_its_fields(api, awa, body, expected):
    task = task_of(awa)
    assert fields(patch(api, task, body)) == expected
    assert now_of(task)["version"] == 1


def test_another_media_type_and_broken_json_are_refused(api, awa):
    address, headers = f"/api/tasks/{task_of(awa).pk}", {"X-Site-ID": CODE, "Idempotency-Key": "k"}
    problem(api.patch(address, "status=done", content_type="text/plain", headers=headers), 415)
    problem(api.patch(address, "{", content_type="application/json", headers=headers), 400)


# --- what is forbidden, and what is in conflict -------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "body", "field", "rule"),
    [
        ({"status": "done"}, {"status": "in_progress"}, "status", "task_is_open"),
        ({"status": "in_progress"}, {"status": "in_progress"}, "status", "task_started_once"),
        ({}, {"status": "pending"}, "status", "task_to_resume"),
        ({}, {"status": "pending", "dueAt": "2020-01-01T08:00:00Z"}, "dueAt", "due_at_to_come"),
        ({}, {"status": "pending", "dueAt": "0001-01-01T12:00:00Z"}, "dueAt", "due_at_to_come"),
        ({}, {"status": "pending", "dueAt": "2999-01-01T08:00:00Z"}, "dueAt", "due_at_within_a_year"),
    ],
)
def test_a_broken_rule_is_a_422_that_names_it_and_the_field(api, awa, given, body, field, rule):
    task = task_of(awa, **given)
    document = problem(patch(api, task, body), 422)
    assert (document["rule"], document["errors"][0]["field"]) == (rule, field)
    assert now_of(task)["version"] == 1


def test_a_key_used_for_something_else_is_a_409_that_names_it(api, awa):
    one, other = task_of(awa), task_of(awa)
    assert patch(api, one, {"status": "in_progress"}).status_code == 200
    for task, body in (
        (other, {"status": "in_progress"}),
        (one, {"status": "in_progress", "version": 1}),
        (one, {"status": "done", "outcome": "succeeded"}),
    ):
        answer = patch(api, task, body)
        assert fields(answer, 409) == ["Idempotency-Key"]
    assert (now_of(one)["status"], now_of(other)["status"]) == ("in_progress", "pending")


def test_a_task_that_somebody_else_has_changed_is_a_409_with_the_task_as_it_is(api, awa, client):
    task = task_of(awa)
    client.force_login(make_person("mariama", GN_KINDIA="manager"))
    current = patch(client, task, {"status": "blocked", "note": "Portail fermé"}, key="a").json()
    client.force_login(awa)
    document = problem(patch(client, task, {"status": "done", "outcome": "succeeded", "version": 1}, key="b"), 409)
    assert (document["rule"], document["errors"][0]["field"]) == ("task_version", "version")
    assert "Mariama" in document["detail"]
    assert document["task"] == current
    assert now_of(task)["status"] == "blocked"


def test_the_number_of_statements_is_fixed(api, awa):
    patch(api, task_of(awa), {"status": "in_progress"}, key="a")
    counted = []
    for more in (1, 30):
        tasks = [task_of(awa) for _ in range(more)]
        with CaptureQueriesContext(connection) as sent:
            assert patch(api, tasks[0], {"status": "in_progress"}, key=f"b{more}").status_code == 200
        counted.append(len(sent))
    assert counted[0] == counted[1] <= 20


def test_a_parameter_in_the_address_is_refused_by_name(api, awa):
    answer = patch(api, task_of(awa), {"status": "in_progress"}, query="?colour=red")
    assert [error["field"] for error in problem(answer, 400)["errors"]] == ["colour"]
