"""The upgrade: recovery of accounts ends with its reason, and what was put off goes on being so."""

import datetime as dt
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from leasing.tests.factories import make_contract
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.actions import postpone_task, resume_task, undo_change
from tasks.models import Task, TaskChange
from tasks.pages.day import card_of
from tasks.queries import manifesto
from tasks.tests.factories import make_task
from tasks.words import title_of_row
from tests.people import make_person

MIGRATION = import_module("tasks.migrations.0005_promises_and_put_off")
CODE = "GN_CONAKRY"


@pytest.fixture
def site(db):
    with site_scope([CODE]):
        yield Site.objects.get(pk=CODE)


def test_open_tasks_of_recovery_end_with_their_reason_and_those_that_are_over_stay(site):
    lease = make_contract(site, status="ended")
    old = {
        "cause": "recovery", "kind": "payment_follow", "contract": lease, "tenant": lease.tenant,
        "facts": {"since": "2026-01-05", "periods": ["2026-01-01"], "amount": 1_600_000},
    }  # fmt: skip
    task = make_task(site, source=f"rent_late:{lease.account_id}:2026-03-01", status="blocked", note="x", **old)
    done = make_task(site, source=f"rent_late:{lease.account_id}:2026-02-01", status="done", **old)
    late = make_task(site, source="rent_late:1:2026-02-01", **old | {"cause": "rent_late"})
    MIGRATION.close_recovery_of_accounts(None, SimpleNamespace(connection=connection))
    for row in (task, done, late):
        row.refresh_from_db()
    assert (task.status, task.outcome, task.version) == ("done", "cause_gone", 2)
    assert task.note.startswith("Les dettes des locataires partis")
    assert (done.version, late.status) == (1, "pending")
    change = TaskChange.objects.get(task=task)
    assert (change.verb, change.before["status"], change.before["note"]) == ("cause_gone", "blocked", "x")
    # An old one still has its title.
    assert lease.tenant.name in title_of_row(done)


def test_what_was_put_off_before_the_upgrade_is_out_of_the_day(site):
    awa, now = make_person("awa", GN_CONAKRY="agent"), timezone.now()
    tomorrow = now + dt.timedelta(days=1)
    later, undone, begun, due = (make_task(site, agent=awa, due_at=tomorrow) for _ in range(4))
    for task in (later, undone, begun):
        postpone_task(task_id=task.pk, by=awa, now=now, key=f"off {task.pk}", due_at=tomorrow)
    undo_change(key=f"off {undone.pk}", by=awa, now=now)
    resume_task(task_id=begun.pk, by=awa, now=now, key="begun")
    Task.objects.update(put_off_until=None)  # as it was before
    with connection.cursor() as cursor:
        cursor.execute(MIGRATION._PUT_OFF)
    day = manifesto(site, awa.pk, now)
    assert [task.id for task in day.put_off] == [later.pk]
    assert {task.id for task in day.tasks} == {undone.pk, begun.pk, due.pk}
    assert card_of(day.put_off[0], 0).task.put_off_until == tomorrow
