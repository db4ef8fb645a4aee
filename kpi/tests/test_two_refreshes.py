"""Two refreshes of one site at the same moment, each on a real connection of its own."""

import datetime as dt
import threading

import pytest
from django.db import connection

from kpi.actions import KEPT_MONTHS, refresh_snapshots
from kpi.counting.periods import calendar_month
from kpi.counting.reading import site_counts
from kpi.counting.snapshots import record_of
from kpi.models import TouchedDays
from leasing.tests.factories import make_contract, make_survey
from leasing.tests.test_two_clerks import PATIENCE, Stop, at_once, waits_for_a_lock
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.no_cover]

SITE = "GN_KINDIA"
TODAY = dt.date(2026, 3, 20)
FEBRUARY = calendar_month(dt.date(2026, 2, 1))


@pytest.fixture
def tenant():
    with site_scope([SITE]):
        return make_contract(Site.objects.get(pk=SITE), start_date=dt.date(2026, 1, 1)).tenant


def refresh():
    """One job: one transaction in the scope of the site."""
    with site_scope([SITE]):
        return refresh_snapshots(site=Site.objects.get(pk=SITE), today=TODAY)


def test_a_refresh_from_before_a_late_record_does_not_write_over_one_that_counted_it(tenant):
    counted = Stop('INSERT INTO "kpi_kpisnapshot"')
    second_is, second_done = [], threading.Event()

    def first():
        with connection.execute_wrapper(counted):
            return refresh()

    def second():
        assert counted.reached.wait(PATIENCE)
        with site_scope([SITE]):
            make_survey(tenant, answered_on=dt.date(2026, 2, 10), rating=10)
        second_is.append(connection.connection.info.backend_pid)
        try:
            return refresh()
        finally:
            second_done.set()

    def referee():
        """Let the first go on once the second waits for it, or has not waited and is done."""
        assert counted.reached.wait(PATIENCE)
        for _look in range(PATIENCE * 100):
            if second_done.is_set() or (second_is and waits_for_a_lock(second_is[0])):
                break
            second_done.wait(0.01)
        waited = not second_done.is_set()
        counted.go_on.set()
        return waited

    assert at_once(first, second, referee) == [KEPT_MONTHS, 1, True]
    with site_scope([SITE]):
        assert not TouchedDays.objects.exists()
        [counts] = site_counts([SITE], [FEBRUARY])
        assert counts[SITE].ratings == 1
        assert record_of([SITE], [FEBRUARY]).counts[FEBRUARY] == counts


def test_refreshes_of_two_sites_do_not_wait_for_one_another(tenant):
    counted = Stop('INSERT INTO "kpi_kpisnapshot"')

    def first():
        with connection.execute_wrapper(counted):
            return refresh()

    def other():
        assert counted.reached.wait(PATIENCE)
        try:
            with site_scope(["GN_MAMOU"]):
                return refresh_snapshots(site=Site.objects.get(pk="GN_MAMOU"), today=TODAY)
        finally:
            counted.go_on.set()

    assert at_once(first, other) == [KEPT_MONTHS, KEPT_MONTHS]
