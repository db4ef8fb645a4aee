"""What a page is told of a site's measures."""

import datetime as dt

import pytest

from leasing.tests.factories import make_contract
from retention.models import ListRecord, ObservedFrom, RelettingTime, SiteFactor
from retention.queries import site_measures
from sites_app.models import Site
from sites_app.scope import OutsideScope, site_scope

pytestmark = pytest.mark.django_db
D = dt.date
SITES = ["GN_KINDIA", "GN_LABE"]
TODAY = D(2026, 3, 20)


@pytest.fixture
def kindia():
    with site_scope(SITES):
        yield Site.objects.get(pk="GN_KINDIA")


def test_the_latest_of_each_measure_comes_with_its_interval_in_one_statement(kindia, django_assert_num_queries):
    make_contract(kindia, start_date=D(2025, 1, 5), status="ended", ended_on=D(2025, 8, 20))
    for day, seen in ((D(2026, 3, 1), 1), (D(2026, 3, 15), 2)):
        SiteFactor.objects.create(
            site=kindia, day=day, since=D(2025, 8, 1), observed=seen, expected=0.9, factor=1.08, network_factor=0.874
        )
        RelettingTime.objects.create(site=kindia, day=day, vacancies=seen, mean_days=90, days=75)
        ListRecord.objects.create(site=kindia, day=day, k=seen, n=10, k_rest=1, n_rest=40)
    with django_assert_num_queries(1):
        found = site_measures(SITES, TODAY)
    measured, nothing = found["GN_KINDIA"], found["GN_LABE"]
    assert measured.observed_from == D(2025, 8, 1)
    assert (measured.factor.day, measured.factor.seen, measured.factor.expected) == (D(2026, 3, 15), 2, 0.9)
    assert (measured.factor.since, measured.factor.factor, measured.factor.network_factor) == (
        D(2025, 8, 1), 1.08, 0.874,
    )  # fmt: skip
    assert (measured.empty.vacancies, measured.empty.mean_days, measured.empty.days) == (2, 90, 75)
    first, rest = measured.list_record.first, measured.list_record.rest
    assert (first.rate.value, rest.rate.value) == (0.2, 0.025)
    assert [round(bound, 3) for bound in (first.interval.low, first.interval.high)] == [0.057, 0.51]
    assert (nothing.observed_from, nothing.factor, nothing.empty, nothing.list_record) == (None, None, None, None)


def test_a_list_without_others_has_no_rate_of_others(kindia):
    ListRecord.objects.create(site=kindia, day=TODAY, k=0, n=4, k_rest=0, n_rest=0)
    record = site_measures(["GN_KINDIA"], TODAY)["GN_KINDIA"].list_record
    assert (record.first.rate.n, record.rest) == (4, None)


def test_the_start_that_somebody_has_set_is_the_one_shown(kindia):
    ObservedFrom.objects.create(site=kindia, day=D(2026, 1, 1))
    assert site_measures(["GN_KINDIA"], TODAY)["GN_KINDIA"].observed_from == D(2026, 1, 1)


def test_a_site_out_of_scope_is_refused():
    with site_scope(SITES[:1]), pytest.raises(OutsideScope):
        site_measures(SITES, TODAY)
