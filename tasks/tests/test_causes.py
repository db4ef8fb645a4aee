"""The registry: what a cause is held to, causes of other apps, and tasks whose cause nobody knows any more."""

import datetime as dt
import re

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from sites_app.scope import site_scope
from tasks import words
from tasks.causes import judged, registry
from tasks.causes.cause import Cause, Records
from tasks.checks import causes_make_tasks_of_a_kind
from tasks.generation import close_gone, generate_tasks
from tasks.models import Task
from tasks.pages.day import card_of
from tasks.tests.factories import NOW, make_task, ranked_task
from tasks.tests.pages import DAY, URL, row
from tasks.text_messages import sms_of
from tests.pages import text_of

TODAY = NOW.date()


@pytest.mark.parametrize("cause", registry.JUDGED, ids=lambda cause: cause.name)
def test_what_a_cause_names_in_sql_begins_with_its_own_name(site_without_database, cause):
    given = {"site", "timezone", "today", "account"}
    records = cause.records
    own = set(records.parameters(site_without_database, TODAY)) | set(records.tables)
    assert all(name.startswith(f"{cause.name}_") for name in own)
    written = " ".join([records.select, *records.tables.values()])
    assert set(re.findall(r"%\((\w+)\)s", written)) <= given | own
    assert cause.kind in Task.Kind.values


@pytest.fixture
def site_without_database(monkeypatch):
    from tasks.causes import request_overdue

    monkeypatch.setattr(request_overdue, "rules_for", lambda _site, _day: type("Rules", (), _RULES))


_RULES = {"maintenance_response_days": 3}


def test_every_cause_that_records_judge_is_in_the_one_statement():
    assert len(judged.NAMES) == len(set(judged.NAMES)) == len(registry.JUDGED)
    for name in judged.NAMES:
        assert judged.FOUND.count(f"SELECT '{name}', ") == 1


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "rent_late"}, "already"),
        ({"name": "Alert"}, "no name"),
        ({"name": "alert:play"}, "no name"),
        ({"name": "a" * 21}, "no name"),
        ({"name": "alert_play", "records": Records(select="SELECT")}, "is ordered"),
    ],
)
def test_the_registry_refuses_what_could_not_work(monkeypatch, values, sentence):
    monkeypatch.setattr(registry, "_causes", dict(registry._causes))
    before = registry.choices()
    with pytest.raises(ValueError, match=sentence):
        registry.register(Cause(label="x", **values))
    assert registry.choices() == before


def test_who_is_ready_twice_registers_once(ordered):
    registry.register(ordered.cause)
    assert [name for name, _label in registry.choices()].count("tenant_unheard") == 1
    assert registry.is_ordered("tenant_unheard")
    assert not any(registry.is_ordered(name) for name in (*judged.NAMES, "manual", "nobody_knows"))


def test_a_cause_of_no_kind_stops_the_start(ordered, monkeypatch):
    assert causes_make_tasks_of_a_kind(None) == []
    registry.register(Cause(name="alert_play", label="x", kind="golf"))
    assert [error.id for error in causes_make_tasks_of_a_kind(None)] == ["tasks.E001"]


def test_a_cause_of_another_app_speaks_in_its_own_words(ordered):
    task = ranked_task(cause="tenant_unheard", kind="retention", facts={"since": "March"}, due_at=NOW + dt.timedelta(9))
    with translation.override("en"):
        assert words.title_of(task) == "Call Fatoumata Diallo (P-1)"
        assert words.reasons_of(task)[0] == "Nobody has heard of them since March."
        assert words.subject_of(task) == "A call"


def test_a_cause_that_nobody_knows_reads_as_its_kind():
    task = ranked_task(cause="of_an_old_app", kind="retention", facts={"amount": 5})
    with translation.override("en"):
        assert (words.title_of(task), words.subject_of(task)) == ("Tenant to keep", "Tenant to keep")
        assert words.reasons_of(task) == ["It is due today."]
        assert (task.debt, task.amount, card_of(task, 1).amount) == (None, None, None)


@pytest.mark.django_db
@pytest.mark.usefixtures("friday")
def test_a_cause_that_nobody_knows_breaks_no_page(client, manager, site):
    with site_scope([site.code]):
        task = make_task(site, agent=manager, cause="of_an_old_app", kind="retention", facts={"a": 1})
        with pytest.raises(ValidationError, match="of_an_old_app"):
            task.full_clean()
    api = f"/api/tasks/today/{manager.pk}"
    for address in (URL, DAY, f"{URL}{task.pk}/", f"{URL}round/", f"{URL}absent/?agent={manager.pk}"):
        answer = client.get(address)
        assert answer.status_code == 200
    assert "Tenant to keep" in text_of(client.get(f"{URL}{task.pk}/"))
    answer = client.get(api, headers={"X-Site-ID": site.code})
    assert [one["title"] for one in answer.json()["topTasks"]] == ["Tenant to keep"]
    admin = f"/{site.code}/admin/tasks/task/"
    assert client.get(admin).status_code == 200
    assert "of_an_old_app" in client.get(f"{admin}{task.pk}/change/").content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("friday")
def test_the_administration_calls_a_cause_by_its_label(client, manager, site, ordered):
    with site_scope([site.code]):
        task = make_task(site, agent=manager, cause="tenant_unheard", kind="retention", facts={"since": "March"})
        task.full_clean()
    admin = f"/{site.code}/admin/tasks/task/"
    shown = client.get(f"{admin}?cause__exact=tenant_unheard").content.decode()
    assert "tenant not heard of" in shown
    assert str(task.pk) in shown
    assert "tenant not heard of" in client.get(f"{admin}{task.pk}/change/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("cause", ["tenant_unheard", "of_an_old_app", "manual"])
def test_the_hour_and_the_morning_leave_what_they_cannot_judge(site, ordered, cause):
    with site_scope([site.code]):
        values = {"kind": "retention", "facts": {"since": "March"}, "source": f"{cause}:1:2"}
        task = make_task(site, cause=cause, **values)
        assert close_gone(site=site, today=TODAY, now=NOW) == 0
        assert generate_tasks(site=site, today=TODAY) == 0
        assert (row(task).status, row(task).facts, row(task).version) == ("pending", {"since": "March"}, 1)
        make_task(site, cause="rent_late", kind="payment_follow", facts={})
        assert close_gone(site=site, today=TODAY, now=NOW) == 1


def test_a_text_message_takes_the_words_of_the_cause(ordered):
    from tasks.tests.factories import manifesto_of

    task = ranked_task(cause="tenant_unheard", kind="retention", facts={"since": "March"})
    with translation.override("en"):
        assert sms_of(manifesto_of(task))[0].startswith("1/1 A call, Fatoumata Diallo")
