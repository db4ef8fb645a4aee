"""A cause of an app above can stand for one of the records: only one of the two speaks to a tenant."""

import datetime as dt

import pytest

from leasing.tests.factories import make_contract
from sites_app.models import Site
from sites_app.scope import site_scope
from tasks.actions import TaskOrder, cancel_task, create_tasks, take_over
from tasks.causes import registry
from tasks.causes.cause import Cause
from tasks.generation import close_gone, generate_tasks
from tasks.models import Task

NOW = dt.datetime(2026, 3, 20, 9, tzinfo=dt.UTC)
TODAY = NOW.date()


@pytest.fixture
def kindia(db, monkeypatch):
    monkeypatch.setattr(registry, "_causes", dict(registry._causes))
    registry.register(Cause(name="keeping", label="to keep", kind="retention", stands_for=("term_ending",)))
    with site_scope(["GN_KINDIA"]):
        yield Site.objects.get(pk="GN_KINDIA")


def ending(site):
    return make_contract(site, start_date=dt.date(2025, 5, 1), end_date=dt.date(2026, 4, 30))


def keep(site, contract):
    order = TaskOrder(cause="keeping", source="keeping:1", due_at=NOW + dt.timedelta(days=2), contract_id=contract.pk)
    create_tasks(site=site, orders=[order], now=NOW)


def by_cause():
    return sorted(Task.objects.open().values_list("cause", flat=True))


def test_an_open_task_is_taken_over_with_a_word_and_none_is_made_meanwhile(kindia):
    contract, other = ending(kindia), ending(kindia)
    generate_tasks(site=kindia, today=TODAY)
    keep(kindia, contract)
    assert take_over(site=kindia, cause="keeping", contracts=[contract.pk], reason="A campaign speaks.", now=NOW) == 1
    assert Task.objects.get(contract=contract, cause="term_ending").note == "A campaign speaks."
    assert Task.objects.get(contract=other).is_open()
    for _hour in range(2):
        generate_tasks(site=kindia, today=TODAY)
        close_gone(site=kindia, today=TODAY, now=NOW)
    assert by_cause() == ["keeping", "term_ending"]


def test_when_it_is_over_the_records_ask_again(kindia):
    contract = ending(kindia)
    keep(kindia, contract)
    assert generate_tasks(site=kindia, today=TODAY) == 0
    cancel_task(task_id=Task.objects.get().pk, by=None, now=NOW, key="k", why="They stay.")
    assert generate_tasks(site=kindia, today=TODAY) == 1
    assert by_cause() == ["term_ending"]


def test_tasks_of_other_causes_and_contracts_are_left(kindia):
    contract, other = ending(kindia), ending(kindia)
    generate_tasks(site=kindia, today=TODAY)
    keep(kindia, make_contract(kindia))
    assert take_over(site=kindia, cause="keeping", contracts=[], reason="No.", now=NOW) == 0
    close_gone(site=kindia, today=TODAY, now=NOW)
    assert sorted(Task.objects.open().filter(cause="term_ending").values_list("contract_id", flat=True)) == sorted(
        [contract.pk, other.pk]
    )
