"""The report against the oracle: trends, series, figures, agents, benchmarks and improvements, in every scope."""

import datetime as dt
import json
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kpi.actions import compare_sites, refresh_snapshots
from kpi.counting.periods import Period, calendar_month, month_so_far
from kpi.indicators import SHARED_KEYS
from kpi.models import KPIBenchmark, KPITarget
from kpi.report.report import report
from kpi.tests import oracle
from kpi.tests import report_oracle as again
from kpi.tests.test_accuracy import SCOPES, SITES, STAFF
from sites_app.models import Site
from sites_app.scope import OutsideScope, site_scope
from tests.owner import as_owner
from tests.portfolios import Portfolio, staff

pytestmark = pytest.mark.django_db
D = dt.date
TODAY = D(2025, 3, 20)
PERIODS = [
    (Period(D(2025, 2, 1), D(2025, 2, 28)), None),
    month_so_far(TODAY),
    (Period(D(2024, 2, 15), D(2024, 4, 30)), None),
    (Period(D(2024, 1, 1), D(2024, 12, 31)), None),
    (Period(D(2019, 3, 1), D(2019, 3, 31)), None),  # before anything was recorded
]


@pytest.fixture
def everything(request):
    """Four sites with people, records and odd targets; parametrized by the dice's seed."""
    staff(STAFF)
    Portfolio(request.param, SITES, contracts=140).write()
    with as_owner(), connection.cursor() as cursor:
        # Most contracts name an agent, some of them one who has left.
        cursor.execute(
            "UPDATE leasing_contract SET agent_id = (SELECT array_agg(id ORDER BY id) FROM accounts_user)"
            "[1 + abs(hashtext(reference)) % 6]"
        )
        KPITarget.objects.filter(key="resolutionRate", site="SN_DAKAR").update(value=0)
        KPITarget.objects.filter(key="occupancyRate", site="GN_KINDIA").update(value="0.3")
        KPIBenchmark.objects.create(
            key="paymentCollectionRate", average="0.5", top="0.9", source="x", status="measured", as_of=TODAY
        )
    compare_sites(today=TODAY)
    return oracle.raw_rows()


def of(codes, period, previous=None, today=TODAY):
    sites = list(Site.objects.filter(code__in=codes).order_by("code"))
    with site_scope(codes):
        return report(sites, period, previous or period.previous(), today=today)


def same(found, want):
    if found is None or want is None:
        return found is None and want is None
    return abs(Fraction(found) - want) < Fraction(1, 10**18)


CASES = [(codes, *periods) for codes in SCOPES for periods in PERIODS]


@pytest.mark.no_cover
@pytest.mark.parametrize("everything", [3, 11], indirect=True)
def test_the_whole_report_agrees_with_the_oracle_in_every_scope(everything):
    tables = everything
    currency_of = {site["code"]: site["currency"] for site in tables["site"]}
    seen = {"trends": 0, "unusual": 0, "improvements": 0, "benchmarks": 0, "ranks": 0, "arrears": 0}
    for codes, period, previous in CASES:
        found = of(codes, period, previous)
        previous = previous or period.previous()
        check_trends(tables, codes, currency_of, period, previous, found, seen)
        check_figures(tables, codes, currency_of, period, found, seen)
        check_improvements(tables, codes, currency_of, period, found, seen)
        check_benchmarks(tables, codes, period, found, seen)
    # None of the comparisons was of nothing with nothing only.
    assert {name: number for name, number in seen.items() if number < 3} == {}


def check_trends(tables, codes, currency_of, period, previous, found, seen):
    scopes = list(again.scopes(codes, currency_of))
    assert [(trend.key, trend.currency) for trend in found.trends] == [scope[:2] for scope in scopes]
    months = again.months_up_to(period.end, TODAY)
    for trend, (key, _currency, sites) in zip(found.trends, scopes, strict=True):
        now, n = again.expected(tables, sites, period.start, period.end)[key]
        before, _n = again.expected(tables, sites, previous.start, previous.end)[key]
        where = (key, codes, period)
        assert same(trend.current.value, now), where
        assert trend.current.n == n, where
        assert same(trend.previous.value, before), where
        moved = again.change(key, now, before)
        assert (trend.comparison is None) == (moved is None), where
        if moved:
            seen["trends"] += 1
            assert same(trend.comparison.change, moved[0]), where
            assert same(trend.comparison.relative, moved[1]), where
            assert (trend.comparison.direction.value, trend.comparison.is_good) == moved[2:], where
        target = again.agreed(tables, sites, period.end, key)
        assert same(trend.target, target), where
        assert same(trend.variance, now - target if None not in (now, target) else None), where
        values = [again.expected(tables, sites, a, b)[key] for a, b in months]
        assert [(p.month, p.n) for p in trend.series] == [
            (a, v[1]) for (a, _b), v in zip(months, values, strict=True)
        ], where
        assert all(same(p.value, v) for p, (v, _n) in zip(trend.series, values, strict=True)), where
        marks = again.unusual(key, values, [b < TODAY for _a, b in months])
        assert [p.is_unusual for p in trend.series] == marks, where
        seen["unusual"] += sum(marks)


def check_figures(tables, codes, currency_of, period, found, seen):
    assert set(found.figures) == {currency_of[code] for code in codes}
    for currency, figures in found.figures.items():
        sites = [code for code in codes if currency_of[code] == currency]
        owed = [again.arrears(tables, site, period.end) for site in sites]
        want = [tuple(map(sum, zip(*parts, strict=True))) for parts in zip(*owed, strict=True)]
        assert [(part.n, part.francs) for part in figures.arrears] == want, (codes, period)
        seen["arrears"] += want[3][0]
        received = {}
        for site in sites:
            for method, (n, francs) in again.income(tables, site, period.start, period.end).items():
                m, f = received.get(method, (0, 0))
                received[method] = m + n, f + francs
        assert {m: (part.n, part.francs) for m, part in figures.income.items()} == received, (codes, period)
        marks = again.marks(tables, sites, period.start, period.end)
        assert {leader.agent for leader in found.leaders[currency]} == set(marks)
        for leader in found.leaders[currency]:
            for contest, (value, n, rank, of) in marks[leader.agent].items():
                mark = leader.marks[contest]
                assert same(mark.value, value), (contest, codes, period)
                assert (mark.n, mark.rank, mark.of) == (n, rank, of), (contest, codes, period)
                seen["ranks"] += rank is not None


def check_improvements(tables, codes, currency_of, period, found, seen):
    want = again.improvements(tables, codes, currency_of, period.start, period.end)
    assert {(short.key, short.currency) for short in found.improvements} == set(want), (codes, period)
    for short in found.improvements:
        gap, urgency, francs = want[short.key, short.currency]
        assert same(short.gap, gap), (short.key, codes, period)
        assert short.priority.value == urgency, (short.key, codes, period)
        assert {currency: worth.francs for currency, worth in short.worth.items()} == francs, (short.key, codes, period)
        seen["improvements"] += bool(francs)
    if len({currency_of[code] for code in codes}) == 1:
        amounts = [sum(worth.francs for worth in short.worth.values()) for short in found.improvements]
        assert amounts == sorted(amounts, reverse=True)
        unpriced = [short.gap for short in found.improvements if not short.worth and short.gap is not None]
        assert unpriced == sorted(unpriced, reverse=True)


def check_benchmarks(tables, codes, period, found, seen):
    closed = [(a, b) for a, b in again.months_up_to(period.end, TODAY) if b < TODAY]
    a, b = closed[-1]
    assert found.month == a
    references = {row["key"]: row for row in tables["kpibenchmark"]}
    for row in found.benchmarks:
        value = again.expected(tables, codes, period.start, period.end)[row.key][0]
        if row.key in again.MONEY and len(codes) > 1:
            value = value if len({"SN_DAKAR", "ML_BAMAKO"} & set(codes)) in (0, len(codes)) else None
        assert (row.reference is not None) == (row.key in references)
        if row.reference:
            average = Fraction(references[row.key]["average"])
            assert (row.position and row.position.value) == again.position(row.key, value, average), (row.key, codes)
        everywhere = [site["code"] for site in tables["site"]]
        others = again.network(tables, everywhere, row.key, a, b) if row.key in SHARED_KEYS else []
        is_kept = len(others) >= 4 and b >= D(2024, 2, 29)  # the network has thirteen months
        assert (row.network is not None) == is_kept, (row.key, codes, period)
        if row.network:
            seen["benchmarks"] += 1
            assert abs(Fraction(row.network.median) - again.middle_of(others)) < Fraction(1, 10**9)
            assert abs(Fraction(row.network.best) - others[0]) < Fraction(1, 10**9)
            assert row.network.sites == len(others)
            mine = again.expected(tables, codes, a, b)[row.key][0]
            if len(codes) == 1 and mine is not None:
                assert row.network.rank == 1 + others.index(mine)
            else:
                assert row.network.rank is None


@pytest.mark.parametrize("everything", [5], indirect=True)
def test_the_report_from_snapshots_is_the_report_from_the_records(everything):
    february = PERIODS[0][0]
    live = of(SITES, february)
    for code in SITES:
        with site_scope([code]):
            refresh_snapshots(site=Site.objects.get(pk=code), today=TODAY)
    with CaptureQueriesContext(connection) as sent:
        kept = of(SITES, february)
    assert kept == live
    # The sites and the scope, and two of the report's own.
    assert len([q for q in sent if "SAVEPOINT" not in q["sql"] and "set_config" not in q["sql"]]) == 1 + 2


@pytest.mark.no_cover
def test_a_report_costs_the_same_statements_whatever_there_is():
    staff(STAFF)
    counted = set()
    for contracts in (0, 120):
        if contracts:
            Portfolio(contracts, SITES, contracts=contracts).write()
        for codes, period, previous in CASES:
            with CaptureQueriesContext(connection) as sent:
                of(codes, period, previous)
            counted.add(len([q for q in sent if "SAVEPOINT" not in q["sql"] and "set_config" not in q["sql"]]))
    assert counted == {1 + 6}


def test_a_site_out_of_scope_is_refused():
    sites = list(Site.objects.filter(code__in=["GN_KINDIA", "GN_LABE"]))
    with site_scope(["GN_KINDIA"]), pytest.raises(OutsideScope):
        report(sites, calendar_month(D(2025, 2, 1)), calendar_month(D(2025, 1, 1)), today=TODAY)


def test_without_any_record_there_is_no_value_no_gap_and_no_zero():
    found = of(["GN_LABE"], calendar_month(D(2025, 2, 1)))
    assert found.is_empty
    assert found.improvements == ()
    assert {trend.current.value for trend in found.trends} == {None}
    assert found.leaders == {"GNF": ()}
    assert json.loads(json.dumps([part.francs for part in found.figures["GNF"].arrears])) == [0, 0, 0, 0]


def test_the_rank_is_the_place_among_the_networks_sites_and_ties_share_it():
    from kpi.indicators import BY_KEY
    from kpi.report.benchmarks import network

    values = [Decimal("0.9"), Decimal("0.8"), Decimal("0.8"), Decimal("0.7")]
    assert [network(BY_KEY["occupancyRate"], values, value, TODAY).rank for value in values] == [1, 2, 2, 4]
    assert network(BY_KEY["occupancyRate"], values, None, TODAY).rank is None
    assert network(BY_KEY["occupancyRate"], values[:3], values[0], TODAY) is None
    days = values[::-1]  # fewer is better: the smallest first
    assert [network(BY_KEY["averageResolutionTime"], days, value, TODAY).rank for value in days] == [1, 2, 2, 4]
