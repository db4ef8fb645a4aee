"""Which jobs are due when, and that planning twice plans once."""

import datetime as dt
import threading

import pytest
from celery import current_app
from django.db import connections

from akig.jobs import plan_jobs
from akig.schedule import SCHEDULE, Daily, Hourly, due_jobs
from outbox.models import Job
from sites_app.models import Site

NIGHTLY = [Daily("some.job", dt.time(0, 30), "for the test")]
EARLY_IN_CONAKRY = dt.datetime(2026, 11, 23, 0, 45, tzinfo=dt.UTC)


def _keys(now: dt.datetime, *timezones: tuple[str, str]) -> list[str]:
    return [job.key for job in due_jobs(now, timezones, NIGHTLY)]


@pytest.mark.parametrize(
    ("hour", "minute", "due"), [(0, 0, False), (0, 29, False), (0, 30, True), (12, 0, True), (23, 59, True)]
)
def test_a_job_is_due_from_its_hour_to_the_end_of_the_day(hour, minute, due):
    now = dt.datetime(2026, 11, 23, hour, minute, tzinfo=dt.UTC)
    expected = ["some.job:GN_KINDIA:2026-11-23"] if due else []
    assert _keys(now, ("GN_KINDIA", "Africa/Conakry")) == expected


def test_the_hour_and_the_day_are_the_sites_own():
    paris = ("FR_PARIS", "Europe/Paris")
    just_before_midnight = dt.datetime(2026, 11, 22, 23, 45, tzinfo=dt.UTC)
    assert _keys(just_before_midnight, ("GN_KINDIA", "Africa/Conakry"), paris) == [
        "some.job:GN_KINDIA:2026-11-22",
        "some.job:FR_PARIS:2026-11-23",
    ]


def test_a_job_of_every_hour_is_another_one_in_the_next():
    hourly = [Hourly("some.job", "for the test")]
    keys = [
        job.key
        for hour in (0, 1)
        for job in due_jobs(EARLY_IN_CONAKRY.replace(hour=hour), [("GN_KINDIA", "Africa/Conakry")], hourly)
    ]
    assert keys == ["some.job:GN_KINDIA:2026-11-23T00", "some.job:GN_KINDIA:2026-11-23T01"]


def test_a_job_of_the_whole_agency_is_due_once_at_its_own_hour():
    agencys = [Daily("some.job", dt.time(0, 30), "for the test", for_each_site=False)]
    sites = [("GN_KINDIA", "Africa/Conakry"), ("SN_DAKAR", "Africa/Dakar")]
    [job] = due_jobs(EARLY_IN_CONAKRY, sites, agencys, agency="Africa/Conakry")
    assert (job.key, job.site_code) == ("some.job::2026-11-23", "")
    [lima] = due_jobs(EARLY_IN_CONAKRY, sites, agencys, agency="America/Lima")
    assert lima.day == dt.date(2026, 11, 22)


def test_every_job_of_the_schedule_is_one_that_the_worker_knows():
    current_app.loader.import_default_modules()
    assert [entry.job for entry in SCHEDULE if entry.job not in current_app.tasks] == []


@pytest.mark.django_db
def test_each_site_gets_its_jobs_once_however_often_they_are_planned():
    sites = Site.objects.count()
    assert sites >= 6
    # At 0:45 the two nightly and the three hourly jobs of each site; by eight everything.
    assert plan_jobs(EARLY_IN_CONAKRY) == sites * 5
    assert plan_jobs(EARLY_IN_CONAKRY + dt.timedelta(minutes=1)) == 0
    assert plan_jobs(EARLY_IN_CONAKRY.replace(hour=8)) == sites * 7 + 5
    assert plan_jobs(EARLY_IN_CONAKRY + dt.timedelta(days=1)) == sites * 5
    kindia = Job.objects.get(key="leasing.jobs.extend_instalments:GN_KINDIA:2026-11-23")
    assert (kindia.name, kindia.site_code, kindia.user_id) == ("leasing.jobs.extend_instalments", "GN_KINDIA", None)
    assert kindia.kwargs == {"day": "2026-11-23"}


@pytest.mark.django_db(transaction=True)
def test_two_planners_at_the_same_moment_do_no_harm():
    together = threading.Barrier(2)

    def plan() -> None:
        together.wait()
        plan_jobs(EARLY_IN_CONAKRY)
        connections.close_all()

    planners = [threading.Thread(target=plan) for _ in range(2)]
    for planner in planners:
        planner.start()
    for planner in planners:
        planner.join()
    assert Job.objects.count() == Site.objects.count() * 5
