"""GET /api/tasks/today/{agentId}: what a program gets, who gets it, and how each wrong question is refused."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leasing.tests.factories import make_contract, make_instalment
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.models import Task, TaskPrioritization
from tasks.priority import WEIGHTS
from tasks.queries import kept_parts
from tasks.ranking import board_of
from tasks.tests.factories import NOW, make_dependency, make_task
from tests.people import make_person

pytestmark = pytest.mark.django_db
D, DAY = dt.date, dt.timedelta(days=1)
ENGLISH = {"Accept-Language": "en", "X-Site-ID": "GN_KINDIA"}


@pytest.fixture(autouse=True)
def friday(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def site():
    return Site.objects.get(pk="GN_KINDIA")


@pytest.fixture
def awa():
    return make_person("awa", GN_KINDIA="agent")


@pytest.fixture
def binta():
    return make_person("binta", GN_KINDIA="agent")


def ask(client, person, agent, query=None, **headers):
    client.force_login(person)
    return client.get(f"/api/tasks/today/{agent}", query, headers=ENGLISH | headers)


def rent_late(site, awa):
    contract = make_contract(site, reference="B-1")
    make_instalment(contract, D(2026, 3, 1))
    return make_task(
        site, agent=awa, contract=contract, tenant=contract.tenant, cause="rent_late", kind="payment_follow",
        facts={"since": "2026-03-05", "periods": ["2026-03-01"], "amount": 1_500_000},
        due_at=dt.datetime(2026, 3, 15, 18, tzinfo=dt.UTC),
    )  # fmt: skip


def test_an_agent_gets_their_three_first_tasks_with_reasons_parts_advice_and_risks(client, site, awa):
    with site_scope([site.code]):
        first = rent_late(site, awa)
        others = [make_task(site, agent=awa, title=f"Visit {n}", due_at=NOW + n * DAY) for n in range(1, 8)]
        make_dependency(others[6], first)
    answer = ask(client, awa, awa.pk)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    found = answer.json()
    top = found.pop("topTasks")
    home = first.contract.property.code
    assert top[0] == {
        "id": str(first.pk),
        "kind": "payment_follow",
        "title": f"Ask Fatoumata Diallo ({home}) for the rent of March",
        "reasons": [
            "The rent of March is 15 days late: 1,500,000\u00a0GNF.",
            "1 task waits for this one.",
        ],
        "score": 67.634,  # 35 + 0.35 × 54 + 0.2 × 58.67 + 2
        "parts": {"urgency": 100.0, "impact": 54.0, "affinity": 58.67, "dependency": 20.0},
        "minutes": 45,
        "impactLevel": "medium",
        "tenant": "Fatoumata Diallo",
        "phone": "+224620000002",
        "amount": 1_500_000,
        "currency": "GNF",
        "dueAt": "2026-03-15T18:00:00Z",
        "status": "pending",
        "version": 1,
    }
    assert [task["title"] for task in top[1:]] == ["Visit 1", "Visit 2"]
    assert (top[1]["tenant"], top[1]["phone"], top[1]["amount"]) == (None, None, None)
    assert found == {
        "agentId": awa.pk,
        "siteId": "GN_KINDIA",
        "date": "2026-03-20",
        "totalTasks": 8,
        "estimatedWorkload": 11.25,
        "recommendations": [
            {
                "key": "start",
                "sentence": f"Start with: Ask Fatoumata Diallo ({home}) for the rent of March.",
                "taskId": str(first.pk),
                "toAgentId": None,
                "toAgentName": None,
            },
            {
                "key": "then",
                "sentence": "Then: Visit 1.",
                "taskId": str(others[0].pk),
                "toAgentId": None,
                "toAgentName": None,
            },
        ],
        "riskFactors": [
            {"key": "overload", "sentence": "The open tasks take 11 h 15: more than the 8 h of a working day."},
            {"key": "blocking", "sentence": "1 of these tasks holds up others."},
        ],
    }


def test_the_parts_weighted_and_added_up_are_the_score(client, site, awa):
    with site_scope([site.code]):
        for number in range(3):
            make_task(site, agent=awa, due_at=NOW + number * dt.timedelta(hours=7, minutes=13))
    for task in ask(client, awa, awa.pk).json()["topTasks"]:
        total = sum(WEIGHTS[name] * Decimal(str(part)) for name, part in task["parts"].items())
        assert total == Decimal(str(task["score"]))


def test_the_sentences_are_in_the_readers_language(client, site, awa):
    awa.preferred_language = "fr"
    awa.save()
    with site_scope([site.code]):
        rent_late(site, awa)
    [task] = ask(client, awa, awa.pk).json()["topTasks"]
    assert task["reasons"][0] == "Le loyer de mars a 15 jours de retard\u00a0: 1\u202f500\u202f000\u00a0GNF."


def test_another_agents_id_answers_an_agent_like_one_that_does_not_exist(client, site, awa, binta):
    with site_scope([site.code]):
        make_task(site, agent=binta, title="Secret")
    stranger = make_person("stranger", GN_CONAKRY="agent")
    answers = [ask(client, awa, agent) for agent in (binta.pk, stranger.pk, 999_999, 10**30, "binta", "0", "-1", "²")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["Content-Type"] == "application/problem+json"


def test_a_manager_opens_the_day_of_whoever_belongs_to_the_site_or_has_tasks_there(client, site, awa, binta):
    mariama = make_person("mariama", GN_KINDIA="manager")
    stranger = make_person("stranger", GN_CONAKRY="agent")
    gone = make_person("gone")
    with site_scope([site.code]):
        make_task(site, agent=awa, title="Visit 1")
        make_task(site, agent=gone, title="Left behind")
    with site_scope(["GN_CONAKRY"]):
        make_task(Site.objects.get(pk="GN_CONAKRY"), agent=stranger)
    assert ask(client, mariama, awa.pk).json()["topTasks"][0]["title"] == "Visit 1"
    assert ask(client, mariama, binta.pk).json()["totalTasks"] == 0
    assert ask(client, mariama, mariama.pk).json()["agentId"] == mariama.pk
    assert ask(client, mariama, gone.pk).json()["totalTasks"] == 1
    answers = [ask(client, mariama, agent) for agent in (stranger.pk, 999_999, 10**17, 10**30, "²", "x")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_the_day_is_the_sites_own(client, site, awa, monkeypatch):
    Site.objects.filter(pk=site.pk).update(timezone="Asia/Tokyo")
    monkeypatch.setattr(timezone, "now", lambda: NOW.replace(hour=16))
    assert ask(client, awa, awa.pk).json()["date"] == "2026-03-21"
    assert ask(client, awa, awa.pk, {"date": "2026-03-21"}).status_code == 200
    assert ask(client, awa, awa.pk, {"date": "2026-03-20"}).status_code == 404


def test_a_day_that_is_over_is_as_it_began(client, site, awa):
    monday = NOW - 4 * DAY
    with site_scope([site.code]):
        task = make_task(site, agent=awa, title="First on Monday", due_at=monday - DAY)
        for number in range(3):
            make_task(site, agent=awa, title=f"Visit {number}", due_at=monday + (number + 5) * DAY)
        began = board_of(site, [awa.pk], monday).tasks
        for rank, found in enumerate(began, 1):
            TaskPrioritization.objects.create(
                site=site, agent=awa, day=monday.date(), task_id=found.id, rank=rank, score=found.priority.score,
                parts=kept_parts(found), computed_at=monday,
            )  # fmt: skip
        Task.objects.filter(pk=task.pk).update(status="done", outcome="succeeded", completed_at=NOW)
    found = ask(client, awa, awa.pk, {"date": "2026-03-16"}).json()
    assert (found["date"], found["totalTasks"], found["estimatedWorkload"]) == ("2026-03-16", 4, 6.0)
    assert [t["title"] for t in found["topTasks"]] == ["First on Monday", "Visit 0", "Visit 1"]
    assert found["topTasks"][0]["reasons"] == ["It was due 1 day ago (15 March)."]
    assert found["topTasks"][0]["score"] == float(began[0].priority.score)
    assert found["topTasks"][0]["status"] == "done"
    assert (found["recommendations"], found["riskFactors"]) == ([], [])


@pytest.mark.parametrize("day", ["2026-03-19", "2026-03-21", "0001-01-01", "9999-12-31"])
def test_a_day_of_which_nothing_is_kept_is_not_found_and_says_so(client, awa, day):
    answer = ask(client, awa, awa.pk, {"date": day})
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert day in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"date": "20/03/2026"}, ["date"]),
        ({"date": "2026-02-30"}, ["date"]),
        ({"date": "today\x00"}, ["date"]),
        ({"date": ["2026-03-20", "2026-03-21"]}, ["date"]),
        ({"day": "2026-03-20"}, ["day"]),
        ({"date": "soon", "colour": "red"}, ["colour", "date"]),
    ],
)
def test_a_wrong_question_is_refused_with_every_bad_field(client, awa, query, fields):
    answer = ask(client, awa, awa.pk, query)
    assert answer.status_code == 400
    assert sorted(error["field"] for error in answer.json()["errors"]) == fields


def test_a_day_is_a_day_on_one_site(client):
    regional = make_person("regional", GN_KINDIA="manager", GN_CONAKRY="manager")
    answer = ask(client, regional, regional.pk, **{"X-Site-ID": "ALL"})
    assert answer.status_code == 400
    assert "X-Site-ID" in answer.json()["detail"]
    assert ask(client, regional, regional.pk, {"site": "GN_KINDIA"}).json()["siteId"] == "GN_KINDIA"


def test_strangers_are_asked_to_sign_in_and_nothing_can_be_written(client, awa):
    assert client.get(f"/api/tasks/today/{awa.pk}").status_code == 401
    client.force_login(awa)
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(f"/api/tasks/today/{awa.pk}", headers=ENGLISH).status_code == 405


def test_the_number_of_statements_does_not_grow_with_the_tasks(client, site, awa):
    counted = []
    for more in (1, 1, 30):
        with site_scope([site.code]):
            for _ in range(more):
                rent = make_contract(site)
                make_task(site, agent=awa, contract=rent, tenant=rent.tenant)
        with CaptureQueriesContext(connection) as sent:
            assert ask(client, awa, awa.pk).status_code == 200
        counted.append(len([q for q in sent if "tasks_" in q["sql"]]))
    assert counted == [3, 3, 3]
