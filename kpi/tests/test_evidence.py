"""The rows behind each KPI are its number: counted and added up, they give what site_counts and the oracle give."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from kpi.counting.counts import union
from kpi.counting.periods import Period
from kpi.counting.reading import site_counts
from kpi.indicators import BY_KEY, KEYS, MONEY_KEYS
from kpi.report import rows as module
from kpi.report.rows import every_row, evidence, group_of
from kpi.tests import oracle
from kpi.tests.test_accuracy import PERIODS, SCOPES, SITES, STAFF
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
from screens.exports import TooManyRows
from sites_app.models import Site
from sites_app.scope import OutsideScope, site_scope
from tests.people import make_person
from tests.portfolios import Portfolio, staff

pytestmark = pytest.mark.django_db
D = dt.date
OCTOBER = Period(D(2026, 10, 1), D(2026, 10, 31))
EACH_GROUP = [(key, group) for key in KEYS for group in BY_KEY[key].groups]


def days(rows):
    return sum(row.days for row in rows)


# The counts of kpi.counting.counts.Counts that the rows of a KPI's groups, added up, have to give.
RECOUNTED = {
    "averageResolutionTime": lambda g: {"matters": len(g["closed"]), "matter_days": days(g["closed"])},
    "resolutionRate": lambda g: {
        "ended": len(g["disputed"]) + len(g["undisputed"]),
        "ended_undisputed": len(g["undisputed"]),
    },
    "depositReturnRate": lambda g: {
        "deposits": len(g["not_full"]) + len(g["full"]),
        "deposits_full": len(g["full"]),
    },
    "depositReturnTime": lambda g: {"deposits_timed": len(g["timed"]), "deposit_days": days(g["timed"])},
    "npsScore": lambda g: {
        "ratings": len(g["detractors"]) + len(g["neutral"]) + len(g["promoters"]),
        "promoters": len(g["promoters"]),
        "detractors": len(g["detractors"]),
    },
    "tenantRetentionRate": lambda g: {
        "tenants_before": len(g["left"]) + len(g["stayed"]),
        "tenants_kept": len(g["stayed"]),
    },
    "agentProductivity": lambda g: {"signed": len(g["signed"])},
    "revenuePerAgent": lambda g: {"in_force": len(g["in_force"]), "rent": sum(row.amount for row in g["in_force"])},
    "occupancyRate": lambda g: {
        "lettable": len(g["empty"]) + len(g["let"]),
        "let": len(g["let"]),
        "silent": len(g["silent"]),
    },
    "portfolioRiskScore": lambda g: {
        "missed": len(g["missed"]),
        "disputed": len(g["disputed"]),
        "inactive": len(g["silent"]),
    },
    "paymentCollectionRate": lambda g: {
        "due": len(g["open"]) + len(g["paid"]),
        "francs_due": sum(row.amount for row in g["open"] + g["paid"]),
        "francs_received": sum(row.received for row in g["open"] + g["paid"]),
    },
    "renewalRate": lambda g: {"terms_ended": len(g["not_renewed"]) + len(g["renewed"]), "renewed": len(g["renewed"])},
}


def groups_of(key, codes, period):
    return {group.name: list(every_row(key, codes, period, group)) for group in BY_KEY[key].groups}


def of_site(groups, code):
    return {name: [row for row in rows if row.site_code == code] for name, rows in groups.items()}


def check(tables, codes, period):
    """Compares every key, site by site and as a whole; returns how many rows were looked at."""
    looked_at = 0
    [by_site] = site_counts(codes, [period])
    wanted = oracle.expected(tables, codes, period.start, period.end)
    silent = {code: len(oracle.silent_after_term(tables, code, period.end)) for code in codes}
    assert {code: counts.silent for code, counts in by_site.items()} == silent, (codes, period)
    for key in KEYS:
        groups = groups_of(key, codes, period)
        sizes = {name: len(rows) for name, rows in groups.items()}
        assert evidence(key, codes, period, BY_KEY[key].groups[0]).counts == sizes, (key, codes, period)
        for code in codes:
            for name, number in RECOUNTED[key](of_site(groups, code)).items():
                assert number == getattr(by_site[code], name), (key, name, code, period)
        if key not in MONEY_KEYS or len(codes) == 1:
            counts = replace(union(by_site.values()), **RECOUNTED[key](groups))
            value = BY_KEY[key].measure(counts, period.days).value
            want, _n = wanted[key]
            assert (value is None) == (want is None), (key, codes, period)
            if value is not None:
                assert abs(value - Decimal(want.numerator) / Decimal(want.denominator)) < Decimal("1e-20"), key
        looked_at += sum(sizes.values())
    return looked_at


@pytest.mark.no_cover
@pytest.mark.parametrize(("seed", "scopes"), [(0, SCOPES), (1, [SITES]), (2, [SITES])])
def test_the_rows_of_generated_portfolios_are_the_number_in_every_period_and_scope(seed, scopes):
    # Tokyo: an evening call there is the same day, though not in UTC.
    Site.objects.filter(code="SN_DAKAR").update(timezone="Asia/Tokyo")
    staff(STAFF)
    Portfolio(seed, SITES, contracts=100).write()
    tables = oracle.raw_rows()
    looked_at = 0
    for codes in scopes:
        with site_scope(codes):
            looked_at += sum(check(tables, codes, period) for period in PERIODS)
    assert looked_at > 3_000


@pytest.fixture
def kindia():
    with site_scope(["GN_KINDIA"]):
        yield Site.objects.get(pk="GN_KINDIA")


def rows(key, name, codes=("GN_KINDIA",), period=OCTOBER):
    return list(every_row(key, codes, period, group_of(key, name)))


def test_there_is_evidence_for_each_of_the_twelve_indicators():
    assert all(BY_KEY[key].groups for key in KEYS)
    assert group_of("occupancyRate", "empty").name == "empty"
    assert group_of("occupancyRate", "left") is None


def test_a_row_says_which_record_it_is_and_whom_to_call(kindia):
    agent = make_person("awa", GN_KINDIA="agent")
    home = make_property(kindia, code="P-1", neighbourhood="Manquepas")
    contract = make_contract(kindia, reference="B-1", property=home, agent=agent, monthly_rent=1_000_000)
    instalment = make_instalment(contract, D(2026, 10, 1))
    make_allocation(make_payment(contract, received_on=D(2026, 10, 9)), instalment, 400_000)
    [row] = rows("paymentCollectionRate", "open")
    assert (row.model, row.id) == ("instalment", instalment.id)
    assert (row.contract_id, row.contract_reference) == (contract.id, "B-1")
    assert (row.tenant_id, row.tenant_name, row.phone) == (contract.tenant_id, "Fatoumata Diallo", "+224620000002")
    assert (row.property_id, row.property_code, row.neighbourhood) == (home.id, "P-1", "Manquepas")
    assert (row.agent, row.site_code, row.currency) == ("Awa", "GN_KINDIA", "GNF")
    assert (row.amount, row.received, row.lacking) == (1_000_000, 400_000, 600_000)
    assert (row.since, row.days, row.until) == (D(2026, 10, 5), 26, None)


def test_a_rent_that_came_in_after_the_period_is_open_and_says_when_it_was_paid(kindia):
    make_paid_instalment(make_contract(kindia), D(2026, 10, 1), paid_on=D(2026, 11, 1))
    make_paid_instalment(make_contract(kindia), D(2026, 10, 1), paid_on=D(2026, 10, 31))
    [late], [paid] = rows("paymentCollectionRate", "open"), rows("paymentCollectionRate", "paid")
    assert (late.received, late.until) == (0, D(2026, 11, 1))
    assert (paid.lacking, paid.until) == (0, D(2026, 10, 31))


def test_the_largest_sum_that_lacks_comes_first_and_two_currencies_are_not_mixed():
    codes = ["GN_KINDIA", "SN_DAKAR"]
    with site_scope(codes):
        for code, rents in (("SN_DAKAR", (90_000, 300_000)), ("GN_KINDIA", (250_000, 1_000_000))):
            for rent in rents:
                make_instalment(make_contract(Site.objects.get(pk=code), monthly_rent=rent), D(2026, 10, 1))
        found = rows("paymentCollectionRate", "open", codes)
    assert [(row.currency, row.lacking) for row in found] == [
        ("GNF", 1_000_000),
        ("GNF", 250_000),
        ("XOF", 300_000),
        ("XOF", 90_000),
    ]


def test_of_empty_homes_one_never_let_comes_first_then_the_longest_empty(kindia):
    for code, ended in (("P-1", D(2026, 10, 30)), ("P-2", D(2026, 6, 30)), ("P-4", D(2026, 10, 31))):
        make_contract(kindia, property=make_property(kindia, code=code), status="ended", ended_on=ended)
    make_property(kindia, code="P-3", market_rent=700_000)
    make_property(kindia, code="P-5", status="under_works")
    make_contract(kindia, property=make_property(kindia, code="P-6"), start_date=D(2026, 11, 1))
    found = rows("occupancyRate", "empty")
    assert {row.property_code for row in found[:2]} == {"P-3", "P-6"}
    assert [row.property_code for row in found[2:]] == ["P-2", "P-1"]
    by_code = {row.property_code: row for row in found}
    assert (by_code["P-2"].since, by_code["P-2"].days) == (D(2026, 7, 1), 123)
    assert by_code["P-2"].contract_reference is not None
    assert (by_code["P-3"].since, by_code["P-3"].amount, by_code["P-3"].contract_reference) == (None, 700_000, None)
    assert by_code["P-6"].until == D(2026, 11, 1)
    assert [row.property_code for row in rows("occupancyRate", "let")] == ["P-4"]


def test_who_left_has_the_contract_that_ended_last_and_who_stayed_the_one_in_force(kindia):
    start = D(2025, 1, 1)
    gone, kept = make_tenant(kindia, name="Mory"), make_tenant(kindia, name="Saran")
    for reference, tenant, ended in (
        ("B-1", gone, D(2026, 3, 31)),
        ("B-2", gone, D(2026, 8, 31)),
        ("B-3", kept, None),
        ("B-4", kept, D(2026, 3, 31)),
    ):
        status = {"status": "ended", "ended_on": ended} if ended else {}
        make_contract(kindia, reference=reference, tenant=tenant, start_date=start, **status)
    [left], [stayed] = rows("tenantRetentionRate", "left"), rows("tenantRetentionRate", "stayed")
    assert (left.tenant_name, left.contract_reference, left.until, left.days) == ("Mory", "B-2", D(2026, 8, 31), 61)
    assert (stayed.tenant_name, stayed.contract_reference, stayed.until) == ("Saran", "B-3", None)


def test_the_silent_gave_no_sign_of_life_for_thirty_days_the_longest_first(kindia):
    contracts = [make_contract(kindia, reference=f"B-{n}", start_date=D(2025, 1, 1)) for n in range(5)]
    make_payment(contracts[0], received_on=D(2026, 10, 2))  # the first of the thirty days
    make_payment(contracts[1], received_on=D(2026, 10, 1))
    make_interaction(contracts[1].tenant, happened_at=dt.datetime(2026, 9, 20, 10, tzinfo=dt.UTC))
    make_interaction(contracts[2].tenant, happened_at=dt.datetime(2026, 9, 20, 10, tzinfo=dt.UTC))
    make_reversal(make_payment(contracts[3], received_on=D(2026, 10, 20)))
    make_interaction(contracts[4].tenant, happened_at=dt.datetime(2026, 10, 31, 23, 59, tzinfo=dt.UTC))
    found = rows("portfolioRiskScore", "silent")
    assert [row.contract_reference for row in found] == ["B-3", "B-2", "B-1"]
    assert [(row.since, row.until, row.days) for row in found] == [
        (None, None, None),
        (None, D(2026, 9, 20), 41),
        (D(2026, 10, 1), D(2026, 9, 20), 30),
    ]


def test_a_rent_paid_too_late_is_missed_and_below_those_never_paid(kindia):
    contract = make_contract(kindia, monthly_rent=1_000_000)
    make_paid_instalment(contract, D(2026, 8, 1), paid_on=D(2026, 9, 10))
    make_instalment(contract, D(2026, 9, 1), due_date=D(2026, 10, 1))
    found = rows("portfolioRiskScore", "missed")
    assert [(row.since, row.lacking, row.until) for row in found] == [
        (D(2026, 10, 1), 1_000_000, None),
        (D(2026, 8, 5), 0, D(2026, 9, 10)),
    ]


def test_contracts_in_litigation_show_how_many_are_open_and_since_when(kindia):
    contract = make_contract(kindia)
    for opened, resolved in ((D(2026, 10, 1), None), (D(2026, 9, 1), D(2026, 11, 1)), (D(2026, 8, 1), D(2026, 10, 31))):
        make_litigation(contract, opened_on=opened, resolved_on=resolved)
    [row] = rows("portfolioRiskScore", "disputed")
    assert (row.number, row.since, row.days) == (2, D(2026, 9, 1), 60)


def test_an_ended_contract_with_litigation_still_open_comes_before_those_resolved(kindia):
    for reference, resolved in (("B-1", D(2026, 9, 1)), ("B-2", None), ("B-3", D(2026, 10, 1))):
        contract = make_contract(kindia, reference=reference, status="ended", ended_on=D(2026, 10, 10))
        make_litigation(contract, opened_on=D(2026, 8, 1), resolved_on=resolved)
    make_contract(kindia, reference="B-4", status="ended", ended_on=D(2026, 10, 10))
    found = rows("resolutionRate", "disputed")
    assert [(row.contract_reference, row.until, row.days) for row in found] == [
        ("B-2", None, None),
        ("B-3", D(2026, 10, 1), 61),
        ("B-1", D(2026, 9, 1), 31),
    ]
    assert [row.contract_reference for row in rows("resolutionRate", "undisputed")] == ["B-4"]


def test_matters_are_the_slowest_first_and_name_their_own_record(kindia):
    contract = make_contract(kindia)
    notice = make_notice(contract, issued_on=D(2026, 9, 1), legal_deadline=D(2026, 10, 1), closed_on=D(2026, 10, 1))
    litigation = make_litigation(contract, opened_on=D(2026, 3, 1), resolved_on=D(2026, 10, 31))
    found = rows("averageResolutionTime", "closed")
    assert [(row.model, row.id, row.kind, row.days) for row in found] == [
        ("litigation", litigation.id, "payment", 244),
        ("notice", notice.id, "to_quit", 30),
    ]


def test_deposits_show_what_was_kept_and_how_long_it_took(kindia):
    kept, full = (make_contract(kindia, status="ended", ended_on=D(2026, 9, 30)) for _ in range(2))
    make_deposit(kept, agreed=2_000_000, state="partial", refunded_amount=500_000, settled_on=D(2026, 10, 10))
    make_deposit(full, agreed=2_000_000, state="full", refunded_amount=2_000_000, settled_on=D(2026, 10, 31))
    [row] = rows("depositReturnRate", "not_full")
    assert (row.kind, row.amount, row.received, row.lacking) == ("partial", 2_000_000, 500_000, 1_500_000)
    assert [row.days for row in rows("depositReturnTime", "timed")] == [31, 10]


def test_an_answer_comes_with_the_contract_that_had_begun_last(kindia):
    tenant = make_tenant(kindia)
    for reference, start in (("B-1", D(2025, 1, 1)), ("B-2", D(2026, 9, 1)), ("B-3", D(2026, 10, 20))):
        make_contract(kindia, reference=reference, tenant=tenant, start_date=start)
    make_survey(tenant, rating=4, answered_on=D(2026, 10, 10), comment="Toit qui fuit")
    make_survey(tenant, rating=2, answered_on=D(2026, 10, 12))
    make_survey(make_tenant(kindia), rating=8, answered_on=D(2026, 10, 12))
    found = rows("npsScore", "detractors")
    assert [(row.number, row.remark, row.contract_reference) for row in found] == [
        (2, "", "B-2"),
        (4, "Toit qui fuit", "B-2"),
    ]
    [neutral] = rows("npsScore", "neutral")
    assert (neutral.number, neutral.contract_reference, neutral.property_code) == (8, None, None)


def test_contracts_signed_are_by_agent_and_those_of_nobody_first(kindia):
    awa, binta = (make_person(name, GN_KINDIA="agent") for name in ("awa", "binta"))
    for reference, agent in (("B-1", binta), ("B-2", awa), ("B-3", None), ("B-4", awa)):
        make_contract(kindia, reference=reference, agent=agent, signed_on=D(2026, 10, int(reference[-1])))
    found = rows("agentProductivity", "signed")
    assert [(row.agent, row.contract_reference) for row in found] == [
        (None, "B-3"),
        ("Awa", "B-2"),
        ("Awa", "B-4"),
        ("Binta", "B-1"),
    ]


def test_a_renewed_term_says_how(kindia):
    runs_on = make_contract(kindia, end_date=D(2026, 10, 15))
    followed = make_contract(kindia, end_date=D(2026, 10, 15), status="ended", ended_on=D(2026, 10, 15))
    make_contract(kindia, tenant=followed.tenant, property=followed.property, start_date=D(2026, 10, 16))
    gone = make_contract(kindia, end_date=D(2026, 10, 15), status="ended", ended_on=D(2026, 10, 15))
    assert {(row.id, row.kind) for row in rows("renewalRate", "renewed")} == {
        (runs_on.id, "runs_on"),
        (followed.id, "followed"),
    }
    assert [row.id for row in rows("renewalRate", "not_renewed")] == [gone.id]


@pytest.fixture
def portfolio():
    staff(STAFF)
    Portfolio(7, SITES, contracts=240).write()


def test_the_pages_hold_every_row_once_and_in_one_order(portfolio, monkeypatch):
    monkeypatch.setattr(module, "PAGE_ROWS", 3)
    period = Period(D(2024, 1, 1), D(2024, 12, 31))
    for key, group in EACH_GROUP:
        with site_scope(SITES):
            everything = list(every_row(key, SITES, period, group))
            last = -(-len(everything) // 3)
            numbers = range(1, last + 1) if last < 20 else (1, 2, last)
            pages = {number: evidence(key, SITES, period, group, number) for number in numbers}
            beyond = evidence(key, SITES, period, group, 9_999)
        assert last > 1, (key, group.name)
        assert [page.page for page in pages.values()] == list(numbers)
        for number, page in pages.items():
            assert list(page.rows) == everything[3 * number - 3 : 3 * number]
        assert beyond == pages[last]


def test_a_page_costs_one_statement_with_rows_and_without(portfolio):
    for key, group in EACH_GROUP:
        for codes, has_rows in ((SITES, True), (["GN_LABE"], False)):
            with site_scope(codes), CaptureQueriesContext(connection) as sent:
                found = evidence(key, codes, PERIODS[7], group)
            assert len(sent) == 1
            assert tuple(found.counts) == tuple(group.name for group in BY_KEY[key].groups)
            assert (bool(found.count), bool(found.rows), found.page) == (has_rows, has_rows, 1)


def test_too_many_rows_for_a_file_are_refused_with_a_way_out(kindia, monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 1)
    make_property(kindia)
    assert len(rows("occupancyRate", "empty")) == 1
    make_property(kindia)
    with (
        translation.override("en"),
        pytest.raises(TooManyRows, match=r"2 rows are too many for one file \(at most 1\)"),
    ):
        rows("occupancyRate", "empty")


@pytest.mark.parametrize("key", KEYS)
def test_another_sites_rows_cannot_be_asked_for(key):
    with site_scope(["GN_KINDIA"]):
        for codes in (["GN_CONAKRY"], ["GN_KINDIA", "GN_CONAKRY"]):
            with pytest.raises(OutsideScope):
                evidence(key, codes, OCTOBER, BY_KEY[key].groups[0])
            with pytest.raises(OutsideScope):
                every_row(key, codes, OCTOBER, BY_KEY[key].groups[0])
    with pytest.raises(OutsideScope):
        evidence(key, ["GN_KINDIA"], OCTOBER, BY_KEY[key].groups[0])


def test_in_a_wider_scope_only_the_rows_of_the_sites_asked_for_are_there(portfolio):
    for key, group in EACH_GROUP:
        with site_scope(SITES):
            found = list(every_row(key, ["GN_KINDIA"], PERIODS[7], group))
            counted = evidence(key, ["GN_KINDIA"], PERIODS[7], group).count
        assert {row.site_code for row in found} == {"GN_KINDIA"}
        assert counted == len(found)
