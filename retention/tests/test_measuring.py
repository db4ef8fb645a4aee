"""What sites are measured by each night: departures seen against expected, empty days, what came of the list."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from math import log

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from insight.points import STARTING_TABLE
from insight.tests.formulas_page import shown, table
from leasing.models import Contract, Tenant
from leasing.tests.factories import make_contract, make_notice, make_property, make_survey
from outbox.actions import enqueue
from retention import jobs
from retention.actions import analyse
from retention.listed import current_scores
from retention.measuring import measure
from retention.models import ListRecord, ObservedFrom, RelettingTime, RetentionScore, ScoringObjection, SiteFactor
from retention.profile import tenancies_on
from retention.queries import site_measures
from retention.tests.oracle import Oracle, raw_rows
from retention.tests.portfolios import written_portfolio
from retention.windows import departures, window_days
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db
D = dt.date
SITE, OTHER = "GN_KINDIA", "GN_LABE"
SITES = [SITE, OTHER]
DAY = D(2026, 3, 1)
# Expected in a whole window of a tenancy with nothing particular.
WINDOW = -log(1 - 0.025)


@pytest.fixture
def kindia():
    with site_scope(SITES):
        yield Site.objects.get(pk=SITE)


def rented(site, **values):
    """A tenancy of a score of 80 on every first day: its anniversary is far from each of them."""
    return make_contract(site, **({"start_date": D(2025, 5, 20)} | values))


def left(site, day, reason="left", **values):
    return rented(site, status="ended", ended_on=day, end_reason=reason, **values)


def all_scored():
    """The scores of the day, most at risk first."""
    analyse(days={SITE: DAY})
    return list(current_scores([SITE]))


def run(day=DAY):
    return measure(SITES, day=day)


def nine_months(site):
    """Forty tenants, two departures, no surveys; the first end makes June the first month on record."""
    left(site, D(2025, 6, 20))
    leaving = left(site, D(2025, 12, 1))
    make_notice(leaving, kind="to_quit", issued_on=D(2025, 10, 14), given_by="tenant")
    for _n in range(38):
        rented(site)


def figures(row):
    return row.expected, row.network_factor, row.factor


def test_nine_months_and_two_departures_give_the_factor_worked_out_by_hand(kindia):
    nine_months(kindia)
    assert window_days(D(2025, 6, 1), DAY) == [D(2025, 6, 1), D(2025, 8, 30), D(2025, 11, 28)]
    assumed = all_scored()
    assert run().measured == 1
    # 19 days of the one who left on 20 June, 45 to the notice of 14 October; all others are whole.
    expected = WINDOW * ((39 + 19 / 90) + (38 + 45 / 90) + 38)
    of_network = 7 / (5 + expected)
    row = SiteFactor.objects.get()
    assert (row.site_id, row.since, row.observed) == (SITE, D(2025, 6, 1), 2)
    assert row.expected == pytest.approx(expected)
    assert row.network_factor == pytest.approx(of_network)
    assert row.factor == pytest.approx((5 * of_network + 2) / (5 + expected))
    [[_watched, seen, *shares]] = table("Departures seen and expected")
    assert row.observed == int(seen)
    assert [shown(value, cell) for value, cell in zip(figures(row), shares, strict=True)] == shares
    # No model, and every score says where it is from.
    assert {score.source for score in assumed} == {"starting assumption"}
    measured = all_scored()
    assert [(score.source, score.model) for score in measured] == [("measured", None)] * 38
    for before, after in zip(assumed, measured, strict=True):
        assert after.probability == pytest.approx(1 - (1 - before.probability) ** row.factor)
        assert "satisfaction" in after.absent


def test_the_network_is_the_sum_of_its_sites_and_each_leans_on_it(kindia):
    labe = Site.objects.get(pk=OTHER)
    for site, staying in ((kindia, 4), (labe, 2)):
        ObservedFrom.objects.create(site=site, day=D(2025, 12, 1))
        for _n in range(staying):
            rented(site)
    left(kindia, D(2026, 1, 15))
    run()
    of = {row.site_id: row for row in SiteFactor.objects.all()}
    e_kindia, e_labe = WINDOW * (4 + 45 / 90), WINDOW * 2
    network = 6 / (5 + e_kindia + e_labe)
    assert of[SITE].network_factor == of[OTHER].network_factor == pytest.approx(network)
    assert of[SITE].factor == pytest.approx((5 * network + 1) / (5 + e_kindia))
    assert of[OTHER].factor == pytest.approx(5 * network / (5 + e_labe))


@pytest.mark.parametrize(
    ("notice", "seen", "days"), [(D(2026, 2, 28), 0, 90), (D(2026, 2, 27), 1, 90), (D(2026, 1, 8), 1, 40)]
)
def test_a_window_ends_with_the_decision_and_holds_its_last_day(kindia, notice, seen, days):
    ObservedFrom.objects.create(site=kindia, day=D(2025, 11, 29))
    make_notice(rented(kindia), kind="to_quit", issued_on=notice, given_by="tenant")
    run()
    row = SiteFactor.objects.get()
    assert (row.observed, row.expected) == (seen, pytest.approx(WINDOW * days / 90))


@pytest.mark.parametrize("reason", ["moved", "eviction", "owner", "death", "other"])
def test_an_end_that_is_no_decision_ends_the_window_and_is_not_seen(kindia, reason):
    ObservedFrom.objects.create(site=kindia, day=D(2025, 12, 1))
    left(kindia, D(2025, 12, 31), reason)
    run()
    row = SiteFactor.objects.get()
    assert (row.observed, row.expected) == (0, pytest.approx(WINDOW * 30 / 90))


def test_until_a_window_is_over_there_is_no_factor(kindia):
    ObservedFrom.objects.create(site=kindia, day=D(2025, 12, 1))
    left(kindia, D(2026, 1, 15))
    assert run(D(2026, 2, 28)).measured == 0
    assert not SiteFactor.objects.exists()
    assert run(D(2026, 3, 1)).measured == 1


def test_only_the_windows_of_a_year_count():
    days = window_days(D(2019, 1, 1), DAY)
    assert len(days) == 4
    assert all((later - day).days == 90 for day, later in pairwise(days))
    assert (days[0] - D(2019, 1, 1)).days % 90 == 0
    assert 0 <= (DAY - days[-1]).days - 90 < 90
    assert window_days(D(2026, 4, 1), DAY) == []


def test_rows_are_written_where_figures_change_and_late_records_change_the_past(kindia):
    nine_months(kindia)
    # A factor, and the empty days of two sites.
    assert run().written == 3
    kept = list(SiteFactor.objects.values()) + list(RelettingTime.objects.values())
    assert run().written == 0
    assert list(SiteFactor.objects.values()) + list(RelettingTime.objects.values()) == kept
    late = Contract.objects.filter(ended_on=None).first()
    Contract.objects.filter(pk=late.pk).update(ended_on=D(2026, 1, 10), status="ended", end_reason="left")
    run()
    [row] = SiteFactor.objects.all()
    assert (row.day, row.observed) == (DAY, 3)
    run(DAY + dt.timedelta(1))
    assert SiteFactor.objects.count() == 1


def test_a_later_start_of_the_observation_takes_back_what_was_measured(kindia):
    nine_months(kindia)
    run()
    ObservedFrom.objects.create(site=kindia, day=D(2026, 2, 1))
    assert run().measured == 0
    assert site_measures([SITE], DAY)[SITE].factor is None


def test_empty_days_lean_on_the_network_and_that_on_sixty(kindia):
    labe = Site.objects.get(pk=OTHER)
    home = make_property(kindia)
    left(kindia, D(2025, 10, 31), property=home)
    rented(kindia, property=home, start_date=D(2025, 12, 1))  # thirty days empty
    run()
    of = {row.site_id: row for row in RelettingTime.objects.all()}
    network = (30 + 10 * 60) / 11
    assert (of[SITE].vacancies, of[SITE].mean_days) == (1, 30)
    assert of[SITE].days == pytest.approx((30 + 10 * network) / 11)
    assert (of[labe.pk].vacancies, of[labe.pk].mean_days, of[labe.pk].days) == (0, None, pytest.approx(network))


def listed(site, number, after=0, **values):
    """So many tenancies with scores of the list of 90 days ago, the riskiest first."""
    found = []
    for place in range(after, after + number):
        contract = rented(site)
        Tenant.objects.filter(pk=contract.tenant_id).update(code=f"T{place:03}")
        scored(contract, 0.5 - place / 1000, **values)
        found.append(contract)
    return found


def scored(contract, probability, **values):
    made = {
        "site_id": contract.site_id, "tenant_id": contract.tenant_id, "contract": contract, "probability": probability,
        "valid_from": D(2025, 11, 1), "score": 50, "risk_level": "high", "source": "measured", "contributions": [],
        "profile": {}, "relet_loss": 1, "rent_at_stake": 1, "expected_gain": 0, "intervene_by": D(2025, 12, 1),
        "calculated_at": dt.datetime(2025, 11, 1, tzinfo=dt.UTC),
    }  # fmt: skip
    return RetentionScore.objects.create(**(made | values))


def flat():
    """A table without points: whatever a tenancy's terms are, the same is expected of it."""
    bands = [replace(each, points=(Decimal(0),) * len(each.points)) for each in STARTING_TABLE.bands]
    return replace(STARTING_TABLE, bands=tuple(bands))


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(2))
def test_what_is_seen_and_watched_is_what_the_oracle_counts_from_the_raw_rows(seed):
    sites, day = ["GN_CONAKRY", "GN_KINDIA", "SN_DAKAR"], D(2025, 6, 30)
    written_portfolio(seed, sites, contracts=300)

    class OfLater(Oracle):
        def observed_from(self, site, _day):
            return super().observed_from(site, day)

    oracle = OfLater(raw_rows())
    for site in sites:
        days = window_days(oracle.observed_from(site, day), day)
        with site_scope([site]):
            counted = departures(tenancies_on([site], days, observed_by=day), flat())
        seen, watched = 0, 0
        for first in days:
            for row in oracle.rows(site, first).values():
                if row["standing"] == "scored":
                    last = first + dt.timedelta(90)
                    decided, censored = (row[name] or D.max for name in ("decided_on", "censored_on"))
                    seen += decided <= last
                    watched += (min(decided, censored, last) - first).days
        assert counted.seen == seen
        assert counted.expected == pytest.approx(WINDOW * watched / 90)
        assert counted.seen > 5


def quits(contract, day):
    make_notice(contract, kind="to_quit", issued_on=day, given_by="tenant")


def record(day=DAY):
    run(day)
    return list(ListRecord.objects.values_list("day", "k", "n", "k_rest", "n_rest"))


def test_the_list_of_ninety_days_ago_is_held_against_who_decided_since(kindia):
    ObservedFrom.objects.create(site=kindia, day=D(2025, 1, 1))
    contracts = listed(kindia, 13)
    # 1 March is 90 days after 1 December.
    quits(contracts[0], D(2025, 12, 2))
    quits(contracts[9], DAY)
    quits(contracts[10], D(2026, 1, 1))
    quits(contracts[11], DAY + dt.timedelta(1))
    assert record() == [(DAY, 2, 10, 1, 3)]
    assert record(DAY + dt.timedelta(1))[0] == (DAY + dt.timedelta(1), 1, 9, 2, 3)


def test_there_is_no_record_until_scores_are_ninety_days_old(kindia):
    ObservedFrom.objects.create(site=kindia, day=D(2025, 1, 1))
    listed(kindia, 3, valid_from=D(2025, 12, 2))
    assert record() == []
    assert record(DAY + dt.timedelta(1)) == [(DAY + dt.timedelta(1), 0, 3, 0, 0)]


def test_a_list_is_that_of_its_day_and_names_a_tenant_once(kindia):
    ObservedFrom.objects.create(site=kindia, day=D(2025, 1, 1))
    contracts = listed(kindia, 11)
    # The eleventh stood first for a day that was over, and again from the day after the list's.
    scored(contracts[10], 0.9, valid_from=D(2025, 10, 1), valid_to=D(2025, 11, 1))
    RetentionScore.objects.filter(contract=contracts[10], valid_to=None).update(valid_to=D(2025, 12, 2))
    scored(contracts[10], 0.9, valid_from=D(2025, 12, 2))
    quits(contracts[10], D(2026, 1, 1))
    # The first has a second home, where they are at less risk.
    scored(rented(kindia, tenant=contracts[0].tenant), 0.1)
    assert record() == [(DAY, 0, 10, 1, 1)]


def test_ties_are_broken_by_the_loss_and_then_by_the_code(kindia):
    ObservedFrom.objects.create(site=kindia, day=D(2025, 1, 1))
    contracts = listed(kindia, 12)
    RetentionScore.objects.filter(contract__in=contracts[8:]).update(probability=0.3)
    RetentionScore.objects.filter(contract=contracts[11]).update(relet_loss=9)
    for contract in (contracts[11], contracts[8]):  # ninth and tenth
        quits(contract, D(2026, 1, 1))
    assert record() == [(DAY, 2, 10, 0, 2)]


def test_who_had_decided_before_the_list_counts_on_neither_side(kindia):
    ObservedFrom.objects.create(site=kindia, day=D(2025, 1, 1))
    contracts = listed(kindia, 12)
    quits(contracts[0], D(2025, 11, 20))  # written down too late to be left out
    assert record() == [(DAY, 0, 9, 0, 2)]


def test_a_renewed_contract_is_the_same_tenancy_on_the_list(kindia):
    ObservedFrom.objects.create(site=kindia, day=D(2025, 1, 1))
    [before] = listed(kindia, 1)
    Contract.objects.filter(pk=before.pk).update(status="ended", ended_on=D(2025, 12, 31), end_reason="not_renewed")
    again = rented(kindia, tenant=before.tenant, property=before.property, start_date=D(2026, 1, 1))
    assert record() == [(DAY, 0, 1, 0, 0)]
    quits(again, D(2026, 2, 1))
    assert record() == [(DAY, 1, 1, 0, 0)]


def test_statements_are_as_many_for_forty_tenants_as_for_four(kindia):
    ObservedFrom.objects.create(site=kindia, day=D(2025, 6, 1))
    left(kindia, D(2025, 9, 1))
    listed(kindia, 4)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            run()
        return len([query for query in queries.captured_queries if "'akig.sites'" not in query["sql"]])

    first = asked()
    SiteFactor.objects.all().delete()
    RelettingTime.objects.all().delete()
    for contract in listed(kindia, 36, after=4):
        make_survey(contract.tenant, kind="satisfaction", rating=4, answered_on=D(2025, 10, 1))
    # Eight, one for the windows of Kindia and one for its list.
    assert asked() == first == 11


def test_the_nightly_job_sees_all_sites_and_writes_no_tenant():
    with site_scope(SITES):
        nine_months(Site.objects.get(pk=SITE))
    assert jobs.measure(str(enqueue("retention.jobs.measure", key="night", day=DAY.isoformat()).pk))
    with site_scope(SITES):
        assert SiteFactor.objects.get().site_id == SITE
        assert RelettingTime.objects.count() == 2
    named = {field.name for model in (SiteFactor, RelettingTime, ListRecord) for field in model._meta.fields}
    assert not named & {"tenant", "contract", "property"}


def test_who_has_objected_is_on_no_record(kindia):
    ObservedFrom.objects.create(site=kindia, day=D(2025, 1, 1))
    contracts = listed(kindia, 2)
    ScoringObjection.objects.create(site=kindia, tenant=contracts[0].tenant, since=DAY)
    assert record() == [(DAY, 0, 1, 0, 0)]
