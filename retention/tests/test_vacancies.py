"""Vacancies against an oracle in plain loops, and each case on its own."""

import collections
import datetime as dt
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leasing.models import Contract
from leasing.tests.factories import make_contract, make_property
from retention.tests.oracle import later, raw_rows
from retention.tests.test_profile import parts_of
from retention.vacancies import _VACANCIES, vacancies
from sites_app.models import Site
from sites_app.scope import OutsideScope, site_scope
from tests.owner import as_owner
from tests.portfolios import Portfolio

pytestmark = pytest.mark.django_db
D = dt.date
SITES = ["GN_CONAKRY", "GN_KINDIA", "SN_DAKAR"]
SITE = "GN_KINDIA"
DAY = D(2026, 3, 20)
JANUARY = D(2026, 1, 31)


def portfolio(seed, contracts):
    made = Portfolio(seed, SITES, contracts=contracts)
    for contract in made.rows[Contract]:
        if contract.end_reason == "left" and made.maybe(0.3):
            contract.end_reason = made.dice.choice(["eviction", "owner", "death", "other"])
    made.write()


def by_hand(day):
    """Site → the days of each vacancy and whether it is over: day by day, who has the home."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM leasing_property")
        names = [column.name for column in cursor.description]
        homes = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    contracts = [row for row in raw_rows()["contract"] if row["status"] != "draft"]
    found = collections.defaultdict(list)
    for home in homes:
        if home["status"] != "lettable" or home["part_of_id"] is not None:
            continue
        of_home = [row for row in contracts if row["property_id"] == home["id"]]
        for contract in of_home:
            ended = contract["ended_on"]
            if ended is None or not later(day, -24) < ended < day or contract["end_reason"] == "owner":
                continue
            after = [
                row
                for row in of_home
                if row is not contract
                and (row["start_date"], row["ended_on"] or D.max) > (contract["start_date"], ended)
            ]
            following = min(after, key=lambda row: (row["start_date"], row["ended_on"] or D.max), default=None)
            goes_on = following is not None and following["tenant_id"] == contract["tenant_id"]
            if goes_on and (following["start_date"] - ended).days <= 30:
                continue
            empty, at = 0, ended + dt.timedelta(1)
            while at <= day and (following is None or at < following["start_date"]):
                empty, at = empty + 1, at + dt.timedelta(1)
            found[home["site_id"]].append((empty, following is not None and following["start_date"] <= day))
    return found


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(3))
def test_every_vacancy_is_the_one_that_is_found_day_by_day(seed):
    portfolio(seed, contracts=400)
    for day in (D(2024, 2, 29), D(2024, 12, 31), D(2025, 6, 30), D(2026, 2, 28)):
        with site_scope(SITES):
            found = vacancies(SITES, day)
        expected = by_hand(day)
        for site in SITES:
            got = sorted((each.days, each.is_let) for each in found[site])
            assert got == sorted(expected[site]), (site, day)
        assert sum(map(len, found.values())) > 10


@pytest.fixture
def kindia():
    with site_scope([SITE]):
        yield Site.objects.get(pk=SITE)


def found(day=DAY):
    return sorted((each.days, each.is_let) for each in vacancies([SITE], day)[SITE])


def after_an_end(site, ended=JANUARY, **values):
    """A home whose contract ended, and the contract."""
    return make_contract(
        site, **({"start_date": D(2025, 1, 1), "status": "ended", "ended_on": ended, "end_reason": "left"} | values)
    )


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (D(2026, 1, 31), (0, True)), (D(2026, 2, 1), (0, True)), (D(2026, 2, 2), (1, True)), (DAY, (47, True)),
        # It is let, but has not begun: the home is still empty.
        (D(2026, 3, 21), (48, False)), (None, (48, False)),
    ],
)  # fmt: skip
def test_a_home_is_empty_from_the_day_after_an_end_to_the_day_before_a_start(kindia, start, expected):
    before = after_an_end(kindia)
    if start is not None:
        make_contract(kindia, property=before.property, start_date=start)
    make_contract(kindia, property=before.property, start_date=D(2026, 1, 31), status="draft", signed_on=None)
    assert found() == [expected]


@pytest.mark.parametrize(("ended", "counts"), [(D(2024, 3, 20), 0), (D(2024, 3, 21), 1), (DAY, 0), (D(2026, 3, 19), 1)])
def test_only_vacancies_that_began_within_the_twenty_four_months_count(kindia, ended, counts):
    after_an_end(kindia, ended, start_date=D(2023, 1, 1))
    assert len(found()) == counts


def test_who_stays_is_no_vacancy_and_who_comes_back_after_a_gap_is(kindia):
    for start in (D(2026, 2, 1), D(2026, 3, 2), D(2026, 3, 3)):
        before = after_an_end(kindia)
        make_contract(kindia, property=before.property, tenant=before.tenant, start_date=start)
    assert found() == [(30, True)]


def test_a_home_that_its_owner_takes_back_or_that_is_not_to_let_is_not_empty(kindia):
    after_an_end(kindia, end_reason="owner")
    for status in ("under_works", "withdrawn"):
        after_an_end(kindia, property=make_property(kindia, status=status))
    whole = make_property(kindia)
    after_an_end(kindia, property=make_property(kindia, part_of=whole))
    assert found() == []


@pytest.mark.parametrize("reason", ["", "moved", "eviction", "death", "other", "not_renewed"])
def test_whatever_else_ended_a_contract_leaves_a_home_to_be_let(kindia, reason):
    after_an_end(kindia, end_reason=reason)
    assert found() == [(48, False)]


def test_two_contracts_of_one_day_leave_the_home_with_the_one_that_stays(kindia):
    staying = make_contract(kindia, start_date=D(2026, 1, 31))
    after_an_end(kindia, property=staying.property, start_date=D(2026, 1, 31))
    assert found() == [(0, True)]


@pytest.mark.no_cover
def test_no_part_of_the_statement_runs_for_each_home():
    portfolio(5, contracts=900)
    with site_scope(SITES), CaptureQueriesContext(connection) as asked:
        assert vacancies(SITES, D(2025, 6, 30))
    assert len([query for query in asked.captured_queries if "leasing_property" in query["sql"]]) == 1
    with site_scope(SITES), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {_VACANCIES}", {"sites": SITES, "day": D(2025, 6, 30)})
        plan = cursor.fetchone()[0]
        [plan] = json.loads(plan) if isinstance(plan, str) else plan
    assert max(part["Actual Loops"] for part in parts_of(plan["Plan"])) == 1


def test_a_site_out_of_scope_is_refused_and_one_without_contracts_has_none():
    with site_scope(SITES[:1]):
        assert vacancies(SITES[:1], DAY) == {SITES[0]: []}
        with pytest.raises(OutsideScope):
            vacancies(SITES, DAY)
