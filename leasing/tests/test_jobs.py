import datetime as dt
import logging

import pytest

from leasing.jobs import extend_instalments
from leasing.models import Instalment
from leasing.tests.factories import make_contract, make_instalment
from outbox.actions import enqueue
from sites_app.models import Site
from sites_app.scope import site_scope

NAME = "leasing.jobs.extend_instalments"


@pytest.fixture
def sites(db):
    """A contract of November on each of two sites, seen by nobody yet."""
    for code in ("GN_CONAKRY", "GN_KINDIA"):
        with site_scope([code]):
            make_contract(Site.objects.get(code=code), start_date=dt.date(2026, 11, 1))


def tonight(code="GN_CONAKRY", day="2026-11-23"):
    return enqueue(NAME, key=f"{NAME}:{code}:{day}", site_code=code, day=day)


def count(code):
    with site_scope([code]):
        return Instalment.objects.count()


def test_the_job_has_the_name_that_the_schedule_asks_for():
    assert extend_instalments.name == NAME


def test_the_night_extends_one_site_and_no_other(sites):
    assert extend_instalments(str(tonight().pk)) is True
    assert (count("GN_CONAKRY"), count("GN_KINDIA")) == (13, 0)


def test_a_message_that_comes_twice_does_the_work_once(sites):
    job = tonight()
    assert extend_instalments(str(job.pk)) is True
    assert extend_instalments(str(job.pk)) is False
    assert count("GN_CONAKRY") == 13


def test_a_night_that_was_missed_is_caught_up_by_the_next(sites):
    extend_instalments(str(tonight(day="2027-02-10").pk))
    assert count("GN_CONAKRY") == 16


def test_money_that_does_not_add_up_is_reported_without_names(sites, caplog):
    with site_scope(["GN_CONAKRY"]):
        make_instalment(make_contract(Site.objects.get(code="GN_CONAKRY")), paid_amount=5)
    with caplog.at_level(logging.ERROR, logger="leasing.jobs"):
        extend_instalments(str(tonight().pk))
    assert [record.getMessage() for record in caplog.records] == [
        "GN_CONAKRY: money does not add up in 1 rows (instalment)"
    ]
