"""Each reading of docs/formulas/kpi.md, on the days where it matters."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpi.counting.overview import Rent, overview
from kpi.counting.periods import Period
from kpi.counting.reading import site_counts
from kpi.models import KPITarget
from kpi.report.report import metrics_of
from kpi.report.yardsticks import yardsticks_of
from leasing.tests.factories import (
    make_allocation,
    make_contract,
    make_deposit,
    make_instalment,
    make_interaction,
    make_litigation,
    make_notice,
    make_paid_instalment,
    make_payment,
    make_property,
    make_reversal,
    make_survey,
    make_tenant,
)
from sites_app.models import RegionalRule, Site
from sites_app.scope import OutsideScope, site_scope
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date
OCTOBER = Period(D(2026, 10, 1), D(2026, 10, 31))


@pytest.fixture
def kindia():
    with site_scope(["GN_KINDIA"]):
        yield Site.objects.get(pk="GN_KINDIA")


def counted(period=OCTOBER):
    [by_site] = site_counts(["GN_KINDIA"], [period])
    return by_site["GN_KINDIA"]


@pytest.mark.parametrize(
    ("start", "ended", "in_force"),
    [
        (D(2026, 10, 31), None, 1),
        (D(2026, 11, 1), None, 0),
        (D(2026, 1, 1), D(2026, 10, 31), 1),
        (D(2026, 1, 1), D(2026, 10, 30), 0),
    ],
)
def test_a_contract_is_in_force_on_its_first_and_on_its_last_day(kindia, start, ended, in_force):
    values = {"status": "ended", "ended_on": ended} if ended else {}
    make_contract(kindia, start_date=start, monthly_rent=700_000, **values)
    found = counted()
    assert (found.in_force, found.rent, found.let) == (in_force, 700_000 * in_force, in_force)


def test_past_its_term_a_contract_nobody_ended_runs_on(kindia):
    make_contract(kindia, start_date=D(2025, 1, 1), end_date=D(2025, 12, 31))
    assert counted().in_force == 1


def test_a_draft_counts_nowhere(kindia):
    draft = make_contract(
        kindia, status="draft", start_date=D(2025, 1, 1), end_date=D(2026, 10, 15), signed_on=D(2026, 10, 1)
    )
    make_paid_instalment(draft, D(2026, 10, 1), paid_on=D(2026, 10, 2))
    found = counted()
    assert (found.in_force, found.signed, found.terms_ended, found.tenants_before) == (0, 0, 0, 0)
    assert (found.due, found.francs_due, found.francs_received, found.due_in_year) == (0, 0, 0, 0)
    assert (found.lettable, found.let) == (1, 0)


@pytest.mark.parametrize(("status", "lettable"), [("lettable", 1), ("under_works", 0), ("withdrawn", 0)])
def test_only_lettable_properties_are_to_let_even_when_a_contract_stands_on_another(kindia, status, lettable):
    make_contract(kindia, property=make_property(kindia, status=status))
    found = counted()
    assert (found.lettable, found.let, found.in_force) == (lettable, lettable, 1)


def test_a_tenant_with_two_contracts_is_kept_while_one_of_them_lasts_and_counts_once(kindia):
    tenant = make_tenant(kindia)
    make_contract(kindia, tenant=tenant, start_date=D(2025, 1, 1))
    make_contract(kindia, tenant=tenant, start_date=D(2025, 1, 1), status="ended", ended_on=D(2026, 3, 31))
    found = counted()
    assert (found.tenants_before, found.tenants_kept) == (1, 1)


def test_the_year_before_a_leap_day_ends_on_the_28th_of_february(kindia):
    make_contract(kindia, start_date=D(2022, 1, 1), status="ended", ended_on=D(2023, 2, 28))
    leap = Period(D(2024, 2, 1), D(2024, 2, 29))
    assert counted(leap).tenants_before == 1
    make_contract(kindia, start_date=D(2023, 3, 1))
    assert counted(leap).tenants_before == 1


@pytest.mark.parametrize(
    ("paid_on", "missed"),
    [(D(2026, 9, 30), 0), (D(2026, 10, 1), 1), (D(2026, 12, 1), 1), (None, 1)],
)
def test_a_rent_is_missed_when_it_was_not_paid_in_full_by_the_thirtieth_day(kindia, paid_on, missed):
    contract = make_contract(kindia)
    due = {"due_date": D(2026, 8, 31)}
    if paid_on:
        make_paid_instalment(contract, D(2026, 8, 1), paid_on=paid_on, **due)
    else:
        make_allocation(make_payment(contract), make_instalment(contract, D(2026, 8, 1), **due), 1)
    found = counted()
    assert (found.due_in_year, found.missed) == (1, missed)


@pytest.mark.parametrize(("due", "missed"), [(D(2026, 10, 1), 1), (D(2026, 10, 2), 0)])
def test_a_rent_can_only_be_missed_once_thirty_days_have_passed(kindia, due, missed):
    make_instalment(make_contract(kindia), due, due_date=due)
    assert counted().missed == missed


def test_the_year_to_b_begins_on_the_day_after_twelve_months_before(kindia):
    contract = make_contract(kindia, start_date=D(2025, 1, 1))
    make_instalment(contract, D(2025, 10, 1), due_date=D(2025, 10, 31))
    assert counted().due_in_year == 0
    make_instalment(contract, D(2025, 11, 1), due_date=D(2025, 11, 1))
    assert counted().due_in_year == 1


def test_a_rent_of_nothing_is_not_due(kindia):
    make_instalment(make_contract(kindia), D(2026, 9, 1), amount=0)
    found = counted(Period(D(2026, 9, 1), D(2026, 10, 31)))
    assert (found.due, found.due_in_year, found.missed) == (0, 0, 0)


def test_collection_is_what_came_by_b_for_the_periods_rents_and_was_not_reversed(kindia):
    contract = make_contract(kindia, monthly_rent=1000)
    october = make_instalment(contract, D(2026, 10, 1))
    make_allocation(make_payment(contract, amount=300, received_on=D(2026, 3, 1)), october, 300)  # in advance
    make_allocation(make_payment(contract, amount=200, received_on=D(2026, 10, 31)), october, 200)
    make_allocation(make_payment(contract, amount=100, received_on=D(2026, 11, 1)), october, 100)  # after b
    reversed_payment = make_payment(contract, amount=400, received_on=D(2026, 10, 6))
    make_reversal(reversed_payment)
    make_payment(contract, amount=50, received_on=D(2026, 10, 7))  # on account
    september = make_instalment(contract, D(2026, 9, 1))
    make_allocation(make_payment(contract, amount=1000, received_on=D(2026, 10, 8)), september)  # of another month
    found = counted()
    assert (found.due, found.francs_due, found.francs_received) == (1, 1000, 500)


@pytest.mark.parametrize(
    ("opened", "resolved", "disputed"),
    [
        (D(2026, 10, 31), None, 1),
        (D(2026, 11, 1), None, 0),
        (D(2026, 1, 1), D(2026, 10, 31), 0),
        (D(2026, 1, 1), D(2026, 11, 1), 1),
    ],
)
def test_a_litigation_is_open_until_the_day_before_it_is_resolved(kindia, opened, resolved, disputed):
    contract = make_contract(kindia)
    make_litigation(contract, opened_on=opened, resolved_on=resolved)
    make_litigation(contract, opened_on=opened, resolved_on=resolved)  # two on one contract count once
    assert counted().disputed == disputed


@pytest.mark.parametrize(("received", "inactive"), [(D(2026, 10, 1), 1), (D(2026, 10, 2), 0), (D(2026, 10, 31), 0)])
def test_a_payment_in_the_thirty_days_to_b_keeps_a_contract_active(kindia, received, inactive):
    make_payment(make_contract(kindia), received_on=received)
    assert counted().inactive == inactive


def test_a_reversed_payment_is_no_sign_of_life(kindia):
    make_reversal(make_payment(make_contract(kindia), received_on=D(2026, 10, 20)))
    assert counted().inactive == 1


@pytest.mark.parametrize(
    ("zone", "moment", "inactive"),
    [
        ("Africa/Conakry", dt.datetime(2026, 10, 1, 23, 59, tzinfo=dt.UTC), 1),
        ("Africa/Conakry", dt.datetime(2026, 10, 2, 0, 0, tzinfo=dt.UTC), 0),
        ("Africa/Conakry", dt.datetime(2026, 10, 31, 23, 59, tzinfo=dt.UTC), 0),
        ("Africa/Conakry", dt.datetime(2026, 11, 1, 0, 0, tzinfo=dt.UTC), 1),
        ("Asia/Tokyo", dt.datetime(2026, 10, 1, 15, 0, tzinfo=dt.UTC), 0),  # midnight of the 2nd there
        ("Asia/Tokyo", dt.datetime(2026, 10, 31, 15, 0, tzinfo=dt.UTC), 1),
    ],
)
def test_an_interaction_belongs_to_the_day_of_the_sites_own_clock(kindia, zone, moment, inactive):
    Site.objects.filter(pk="GN_KINDIA").update(timezone=zone)
    make_interaction(make_contract(kindia).tenant, happened_at=moment)
    assert counted().inactive == inactive


TERM = D(2026, 10, 15)


@pytest.mark.parametrize(
    ("ended", "following", "renewed"),
    [
        (None, None, 1),  # tacit
        (D(2026, 11, 14), None, 1),  # 30 days after the term
        (D(2026, 11, 13), None, 0),
        (TERM, None, 0),
        (TERM, {"start_date": D(2026, 10, 16)}, 1),
        (TERM, {"start_date": D(2027, 1, 13)}, 1),  # 90 days after
        (TERM, {"start_date": D(2027, 1, 14)}, 0),
        (D(2026, 9, 20), {"start_date": D(2026, 9, 21)}, 1),  # agreed before the term, in the middle of a month
        (TERM, {"start_date": D(2026, 10, 16), "status": "draft"}, 0),
        (TERM, {"start_date": D(2026, 10, 16), "tenant": None}, 0),
        (TERM, {"start_date": D(2026, 10, 16), "property": None}, 0),
        (TERM, {"start_date": D(2026, 10, 16), "property": None, "is_renewal": True}, 1),
        (TERM, {"start_date": D(2027, 1, 14), "property": None, "is_renewal": True}, 0),
        (TERM, {"start_date": D(2026, 10, 16), "property": None, "is_renewal": True, "status": "draft"}, 0),
    ],
)
def test_a_term_is_renewed_by_who_follows_or_by_running_on(kindia, ended, following, renewed):
    status = {"status": "ended", "ended_on": ended} if ended else {}
    contract = make_contract(kindia, end_date=TERM, **status)
    if following is not None:
        values = {"tenant": contract.tenant, "property": contract.property} | following
        if values.pop("is_renewal", False):
            values["renewal_of"] = contract
        make_contract(kindia, **{name: value for name, value in values.items() if value is not None})
    found = counted()
    assert (found.terms_ended, found.renewed) == (1, renewed)


def test_the_first_and_the_last_day_belong_to_the_period_and_nothing_else(kindia):
    for day in (D(2026, 9, 30), D(2026, 10, 1), D(2026, 10, 31), D(2026, 11, 1)):
        contract = make_contract(
            kindia, status="terminated", ended_on=day, end_date=day, signed_on=day, start_date=D(2026, 1, 1)
        )
        make_deposit(contract, state="full", settled_on=day)
        make_notice(contract, issued_on=D(2026, 9, 30), legal_deadline=D(2026, 10, 30), closed_on=day)
        make_litigation(contract, opened_on=D(2026, 9, 30), resolved_on=day)
        make_survey(contract.tenant, answered_on=day, rating=9)
    found = counted()
    assert (found.ended, found.ended_undisputed, found.signed, found.terms_ended) == (2, 0, 2, 2)
    assert (found.matters, found.matter_days) == (4, 2 * (1 + 31))
    assert (found.deposits, found.deposits_full, found.deposits_timed, found.deposit_days) == (2, 2, 2, 0)
    assert (found.ratings, found.promoters) == (2, 2)


def test_a_deposit_settled_before_the_contracts_end_has_no_days_but_is_settled(kindia):
    make_deposit(make_contract(kindia), state="partial", settled_on=D(2026, 10, 5))
    found = counted()
    assert (found.deposits, found.deposits_full, found.deposits_timed, found.deposit_days) == (1, 0, 0, 0)


def test_ratings_from_0_to_6_are_detractors_and_only_nps_counts(kindia):
    tenant = make_tenant(kindia)
    for rating in range(11):
        make_survey(tenant, rating=rating, answered_on=D(2026, 10, 10))
    make_survey(tenant, rating=0, answered_on=D(2026, 10, 10), kind="satisfaction")
    found = counted()
    assert (found.ratings, found.promoters, found.detractors) == (11, 2, 7)


def test_agents_are_the_active_members_in_that_role(kindia):
    agent = make_person("awa", GN_KINDIA="agent")
    make_person("binta", GN_KINDIA="manager")
    make_person("cheick", GN_CONAKRY="agent")
    gone = make_person("djenab", GN_KINDIA="agent")
    gone.is_active = False
    gone.save()
    assert counted().agents == {agent.pk}


def test_another_sites_rows_are_not_counted_and_cannot_be_asked_for():
    with site_scope(["GN_CONAKRY"]):
        make_contract(Site.objects.get(pk="GN_CONAKRY"))
    with site_scope(["GN_KINDIA"]):
        assert counted().in_force == 0
        with pytest.raises(OutsideScope):
            site_counts(["GN_CONAKRY"], [OCTOBER])
        with pytest.raises(OutsideScope):
            overview(["GN_CONAKRY"], D(2026, 10, 5))
    with pytest.raises(OutsideScope):
        site_counts(["GN_KINDIA"], [OCTOBER])


def test_two_periods_of_any_sites_cost_four_statements_with_their_targets():
    codes = ["GN_CONAKRY", "GN_KINDIA", "SN_DAKAR"]
    sites = list(Site.objects.filter(code__in=codes))
    for some in ([sites[0]], sites):
        with site_scope([site.code for site in some]), CaptureQueriesContext(connection) as sent:
            metrics_of(some, [OCTOBER, OCTOBER.previous()])
            yardsticks_of(some, OCTOBER.end)
        assert len(sent) == 4


# --- targets -------------------------------------------------------------------------------------------


def test_the_target_is_the_value_that_is_valid_on_the_day(kindia):
    KPITarget.objects.filter(key="npsScore").update(valid=(None, D(2026, 10, 1)))
    KPITarget.objects.create(site=kindia, key="npsScore", value=60, valid=(D(2026, 10, 1), None))
    assert yardsticks_of([kindia], D(2026, 9, 30)).targets.of.get(("npsScore", "")) == 50
    assert yardsticks_of([kindia], D(2026, 10, 1)).targets.of.get(("npsScore", "")) == 60


def test_the_target_of_the_deposit_return_time_is_the_sites_deadline_on_that_day():
    labe = Site.objects.get(pk="GN_LABE")
    RegionalRule.objects.filter(site=labe, rule_type="deposit_return_days").update(valid=(None, D(2026, 10, 1)))
    RegionalRule.objects.create(
        site=labe,
        entity="deadline",
        rule_type="deposit_return_days",
        value=45,
        source="x",
        valid=(D(2026, 10, 1), None),
    )
    with site_scope(["GN_LABE"]):
        assert yardsticks_of([labe], D(2026, 9, 30)).targets.of.get(("depositReturnTime", "")) == 60
        assert yardsticks_of([labe], D(2026, 10, 1)).targets.of.get(("depositReturnTime", "")) == 45


def test_several_sites_have_a_target_only_where_all_agree():
    conakry, dakar, labe = (Site.objects.get(pk=code) for code in ("GN_CONAKRY", "SN_DAKAR", "GN_LABE"))
    with site_scope(["GN_CONAKRY", "SN_DAKAR", "GN_LABE"]):
        KPITarget.objects.filter(site=dakar, key="npsScore").update(value=40)
        KPITarget.objects.filter(site=dakar, key="renewalRate").delete()
        found = yardsticks_of([conakry, dakar, labe], D(2026, 10, 31)).targets
        assert found.of.get(("occupancyRate", "")) == Decimal("0.95")
        assert found.of.get(("npsScore", "")) is None
        assert found.of.get(("renewalRate", "")) is None
        assert found.of.get(("depositReturnTime", "")) is None  # 30, 30 and 60 days
        assert yardsticks_of([conakry, dakar], D(2026, 10, 31)).targets.of.get(("depositReturnTime", "")) == 30
        assert found.of["revenuePerAgent", "GNF"] == 50_000_000
        assert found.of["revenuePerAgent", "XOF"] == 3_500_000
        assert found.of["paymentCollectionRate", "XOF"] == Decimal("0.95")


# --- overview ------------------------------------------------------------------------------------------


def test_the_overview_counts_today_and_keeps_currencies_apart():
    today = D(2026, 10, 20)
    kindia, dakar = (Site.objects.get(pk=code) for code in ("GN_KINDIA", "SN_DAKAR"))
    with site_scope(["GN_KINDIA", "SN_DAKAR"]):
        make_property(kindia)
        make_property(kindia, status="withdrawn")
        contract = make_contract(kindia, monthly_rent=1000)
        make_contract(kindia, status="ended", ended_on=D(2026, 10, 19))
        make_contract(kindia, status="draft", start_date=D(2026, 1, 1))
        make_instalment(contract, D(2026, 9, 1))  # late
        make_allocation(
            make_payment(contract, amount=400, received_on=D(2026, 10, 1)),
            make_instalment(contract, D(2026, 8, 1)),
            400,
        )
        make_instalment(contract, D(2026, 10, 1), due_date=today)  # due today: not late yet
        make_reversal(make_payment(contract, received_on=D(2026, 10, 2)))
        make_payment(contract, amount=70, received_on=D(2026, 9, 30))
        abroad = make_contract(dakar, monthly_rent=5)
        make_paid_instalment(abroad, D(2026, 10, 1), paid_on=D(2026, 10, 5))
        found = overview(["GN_KINDIA", "SN_DAKAR"], today)
        [only_kindia] = overview(["GN_KINDIA"], today).rent
    assert found.month == OCTOBER
    # Kindia: a free one, those of the ended contract and of the draft; and one let. Dakar: one let.
    assert (found.lettable, found.let, found.in_force) == (5, 2, 2)
    assert found.rent == (
        Rent(currency="GNF", due=1000, received=400, arrears=1600, late=2),
        Rent(currency="XOF", due=5, received=5, arrears=0, late=0),
    )
    assert only_kindia == found.rent[0]


def test_the_overview_of_a_site_without_records_is_zeros_of_its_own_currency():
    with site_scope(["ML_BAMAKO"]):
        found = overview(["ML_BAMAKO"], D(2026, 10, 20))
    assert (found.lettable, found.let, found.in_force) == (0, 0, 0)
    assert found.rent == (Rent(currency="XOF", due=0, received=0, arrears=0, late=0),)
