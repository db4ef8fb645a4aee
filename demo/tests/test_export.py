"""The demo's busiest site, exported, gives the same site elsewhere. `AKIG_TRIP_TENANTS=2000 pytest` for a large one."""

import os
import time

import pytest

from demo import build
from demo.build import Wanted, build_demo
from demo.tests.plans import TODAY
from imports.tests.whole_sites import at_rest, brought_in, changed, everything, figures, taken_out
from sites_app.models import Membership

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

HERE, THERE = "GN_CONAKRY", "GN_KINDIA"
TENANTS = int(os.environ.get("AKIG_TRIP_TENANTS", "40"))


def test_a_site_of_the_demo_is_the_same_site_elsewhere(monkeypatch):
    monkeypatch.setattr(build, "PLACES", {HERE: build.PLACES[HERE]})
    build_demo(Wanted(tenants=TENANTS), say=print, today=TODAY)
    # The same people work there: agents are counted, whatever they have in hand.
    Membership.objects.filter(site=THERE).delete()
    for member in Membership.objects.filter(site=HERE):
        Membership.objects.create(user=member.user, site_id=THERE, role=member.role)
    at_rest(HERE, TODAY)
    was = everything(HERE) | figures(HERE, TODAY)
    began = time.monotonic()
    files = taken_out(HERE)
    out = time.monotonic()
    assert brought_in(THERE, files, TODAY).problems == ()
    there = time.monotonic()
    again = brought_in(HERE, files, TODAY)
    seconds = {"out": out - began, "in": there - out, "again": time.monotonic() - there}
    print({name: round(taken, 1) for name, taken in seconds.items()}, len(was["payments"]), len(was["instalments"]))  # noqa: T201 -- what is measured
    assert (again.problems, again.warnings, changed(again)) == ((), (), {})
    assert everything(HERE) | figures(HERE, TODAY) == was
    now = everything(THERE) | figures(THERE, TODAY)
    for what, rows in was.items():
        assert now[what] == rows, what
