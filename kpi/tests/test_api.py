"""GET /api/kpi/metrics: what a program gets, and how each wrong question is refused."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import issue_token
from kpi.indicators import KEYS
from leasing.tests.factories import (
    make_contract,
    make_instalment,
    make_paid_instalment,
    make_property,
    make_survey,
    make_tenant,
)
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date
URL = "/api/kpi/metrics"
REPORT = "/api/kpi/report"
OCTOBER = {"startDate": "2026-10-01", "endDate": "2026-10-31"}


@pytest.fixture
def api(client):
    client.force_login(make_person("mariama", GN_KINDIA="manager"))
    return client


@pytest.fixture
def regional(client):
    person = make_person("regional", GN_CONAKRY="manager", GN_KINDIA="manager", SN_DAKAR="manager", GN_MAMOU="agent")
    client.force_login(person)
    return client


def fill(code, rent, *, paid):
    """One let property of three, two October rents of which `paid` are paid, one agent."""
    make_person(f"agent-{code.lower()}", **{code: "agent"})
    site = Site.objects.get(pk=code)
    with site_scope([code]):
        home = make_property(site)
        make_property(site)
        make_property(site)
        contract = make_contract(site, property=home, monthly_rent=rent, signed_on=D(2026, 10, 2))
        second = make_contract(site, monthly_rent=0, start_date=D(2026, 10, 31), tenant=contract.tenant)
        for number, of in enumerate((contract, second)):
            if number < paid:
                make_paid_instalment(of, D(2026, 10, 1), paid_on=D(2026, 10, 5), amount=rent)
            else:
                make_instalment(of, D(2026, 10, 1), amount=rent)
        make_survey(make_tenant(site), rating=9, answered_on=D(2026, 10, 31))


def test_a_manager_gets_the_twelve_keys_with_period_site_currency_and_n(api):
    fill("GN_KINDIA", 1_500_000, paid=1)
    answer = api.get(URL, OCTOBER)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json() == {
        "averageResolutionTime": None,
        "resolutionRate": None,
        "depositReturnRate": None,
        "depositReturnTime": None,
        "npsScore": 100,
        "tenantRetentionRate": None,
        "agentProductivity": 1.96371,
        "revenuePerAgent": 18_000_000,
        "occupancyRate": 0.5,
        "portfolioRiskScore": 5.0,
        "paymentCollectionRate": 0.5,
        "renewalRate": None,
        "period": {"startDate": "2026-10-01", "endDate": "2026-10-31"},
        "siteId": "GN_KINDIA",
        "currency": "GNF",
        "byCurrency": {
            "GNF": {
                "revenuePerAgent": 18_000_000,
                "paymentCollectionRate": 0.5,
                "n": {"revenuePerAgent": 1, "paymentCollectionRate": 2},
            }
        },
        "n": {
            "averageResolutionTime": 0,
            "resolutionRate": 0,
            "depositReturnRate": 0,
            "depositReturnTime": 0,
            "npsScore": 1,
            "tenantRetentionRate": 0,
            "agentProductivity": 1,
            "revenuePerAgent": 1,
            "occupancyRate": 4,
            "portfolioRiskScore": 2,
            "paymentCollectionRate": 2,
            "renewalRate": 0,
        },
    }
    # Francs and the NPS are whole numbers in JSON too.
    assert b'"revenuePerAgent":18000000,' in answer.content
    assert b'"npsScore":100,' in answer.content


def test_all_my_sites_are_the_union_of_those_where_the_person_is_a_manager(regional):
    fill("GN_CONAKRY", 2_000_000, paid=2)
    fill("GN_KINDIA", 1_000_000, paid=1)
    fill("SN_DAKAR", 90_000, paid=0)
    fill("GN_MAMOU", 5_000_000, paid=2)  # only an agent there: not in the answer
    answer = regional.get(URL, OCTOBER, headers={"X-Site-ID": "ALL"}).json()
    assert (answer["siteId"], answer["currency"]) == ("ALL", None)
    assert (answer["occupancyRate"], answer["n"]["occupancyRate"]) == (0.5, 12)
    assert (answer["revenuePerAgent"], answer["paymentCollectionRate"]) == (None, None)
    assert answer["byCurrency"] == {
        # 5 of 6 million francs, though the sites' own rates are 1 and 0.5.
        "GNF": {
            "revenuePerAgent": 18_000_000,
            "paymentCollectionRate": 0.833333,
            "n": {"revenuePerAgent": 2, "paymentCollectionRate": 4},
        },
        "XOF": {
            "revenuePerAgent": 1_080_000,
            "paymentCollectionRate": 0.0,
            "n": {"revenuePerAgent": 1, "paymentCollectionRate": 2},
        },
    }


@pytest.mark.parametrize("carry", ["header", "site", "site_id", "address"])
def test_the_site_may_be_named_in_every_way_that_the_middleware_reads(regional, carry):
    how = {
        "header": lambda: regional.get(URL, OCTOBER, headers={"X-Site-ID": "SN_DAKAR"}),
        "site": lambda: regional.get(URL, OCTOBER | {"site": "SN_DAKAR"}),
        "site_id": lambda: regional.get(URL, OCTOBER | {"site_id": "SN_DAKAR"}),
        "address": lambda: regional.get("/SN_DAKAR" + URL, OCTOBER),
    }
    answer = how[carry]().json()
    assert (answer["siteId"], answer["currency"]) == ("SN_DAKAR", "XOF")


def test_without_dates_it_is_this_month_as_on_the_page(api, monkeypatch):
    monkeypatch.setattr(Site, "today", lambda self: D(2026, 3, 30))
    so_far = {"startDate": "2026-03-01", "endDate": "2026-03-30"}
    assert api.get(URL).json()["period"] == so_far
    found = api.get(REPORT).json()
    # Not the 30 days just before: the same days of the month before, all of it where it is shorter.
    assert (found["period"], found["previousPeriod"]) == (so_far, {"startDate": "2026-02-01", "endDate": "2026-02-28"})
    compared = api.get("/GN_KINDIA/kpi/?period=this-month").context["compared"]
    assert (str(compared.period.start), str(compared.period.end)) == (so_far["startDate"], so_far["endDate"])
    assert (compared.previous.start, compared.previous.end) == (D(2026, 2, 1), D(2026, 2, 28))


@pytest.mark.parametrize("address", [URL, REPORT])
@pytest.mark.parametrize(
    ("dates", "missing"), [({"startDate": "2026-10-01"}, "endDate"), ({"endDate": "2026-10-31"}, "startDate")]
)
def test_one_date_alone_is_refused_and_the_other_named(api, address, dates, missing):
    answer = api.get(address, dates)
    assert answer.status_code == 400
    assert refusal(answer)["errors"] == [{"field": missing, "message": "Give both days of the period."}]


def test_a_token_opens_it_as_its_person(client):
    person = make_person("mariama", GN_KINDIA="manager")
    _token, raw = issue_token(user=person, name="Tableur", days=30, now=dt.datetime.now(dt.UTC))
    answer = Client().get(URL, OCTOBER, headers={"Authorization": f"Bearer {raw}"})
    assert (answer.status_code, answer.json()["siteId"]) == (200, "GN_KINDIA")
    assert set(KEYS) <= set(answer.json())


def refusal(answer):
    assert answer["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    return document


def test_strangers_are_asked_to_sign_in(client):
    answer = client.get(URL, OCTOBER)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    refusal(answer)


def test_an_agent_is_refused_and_learns_nothing(client):
    client.force_login(make_person("agent", GN_KINDIA="agent"))
    answer = client.get(URL, OCTOBER)
    assert answer.status_code == 403
    assert "occupancyRate" not in refusal(answer)


def test_another_persons_site_is_refused_and_an_unknown_one_not_found(api):
    assert api.get(URL, OCTOBER | {"site": "GN_CONAKRY"}).status_code == 403
    answer = api.get(URL, OCTOBER | {"site": "GN_NOWHERE"})
    assert answer.status_code == 404
    assert "GN_NOWHERE" in refusal(answer)["detail"]


def test_every_bad_field_is_named_at_once(api):
    answer = api.get(URL, {"startDate": "01/10/2026", "endDate": "2026-02-30", "stratDate": "2026-01-01"})
    assert answer.status_code == 400
    assert sorted(error["field"] for error in refusal(answer)["errors"]) == ["endDate", "startDate", "stratDate"]
    assert all(error["message"] for error in answer.json()["errors"])


@pytest.mark.parametrize(
    ("dates", "field"),
    [
        ({"startDate": "2026-10-31", "endDate": "2026-10-01"}, "endDate"),
        ({"startDate": "2021-10-01", "endDate": "2026-10-01"}, "endDate"),
        ({"startDate": "0001-01-01", "endDate": "0001-01-31"}, "startDate"),
        ({"startDate": "9999-12-01", "endDate": "9999-12-31"}, "startDate"),
        ({"startDate": ["2026-10-01", "2026-10-02"], "endDate": "2026-10-31"}, "startDate"),
        ({"startDate": "2026-10-01\x00"}, "startDate"),
        ({"period": "month"}, "period"),
    ],
)
def test_a_period_that_cannot_be_is_refused_with_its_field(api, dates, field):
    answer = api.get(URL, dates)
    assert answer.status_code == 400
    assert field in [error["field"] for error in refusal(answer)["errors"]]


def test_exactly_five_years_are_allowed(api):
    assert api.get(URL, {"startDate": "2021-10-01", "endDate": "2026-09-30"}).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written_there(api, method):
    answer = getattr(api, method)(URL, headers={"X-Site-ID": "GN_KINDIA"})
    assert answer.status_code == 405
    refusal(answer)


def test_the_number_of_statements_is_the_same_for_one_site_and_for_all(regional):
    counted = []
    for site in ("GN_KINDIA", "ALL", "GN_KINDIA", "ALL"):
        with CaptureQueriesContext(connection) as sent:
            assert regional.get(URL, OCTOBER | {"site": site}).status_code == 200
        counted.append(len([q for q in sent if "SAVEPOINT" not in q["sql"]]))
    # Session, person, sites with their roles, scope in and out, and three of our own.
    assert counted[2:] == [8, 8]


# --- the report -------------------------------------------------------------------------------------------


def test_the_report_has_metrics_trends_benchmarks_agents_and_improvements(api):
    fill("GN_KINDIA", 1_500_000, paid=1)
    answer = api.get(REPORT, OCTOBER)
    assert answer.status_code == 200
    found = answer.json()
    assert found["metrics"] == api.get(URL, OCTOBER).json()
    assert found["period"] == {"startDate": "2026-10-01", "endDate": "2026-10-31"}
    assert found["previousPeriod"] == {"startDate": "2026-09-01", "endDate": "2026-09-30"}
    assert (found["siteId"], found["currency"]) == ("GN_KINDIA", "GNF")
    trends = {trend["key"]: trend for trend in found["trends"]}
    assert list(trends) == list(KEYS)
    collection = trends["paymentCollectionRate"]
    assert len(collection.pop("series")) == 13
    assert collection == {
        "key": "paymentCollectionRate",
        "currency": "GNF",
        "current": 0.5,
        "previous": None,
        "n": 2,
        "isFewCases": True,
        "absoluteChange": None,
        "relativeChange": None,
        "direction": None,
        "isGood": None,
        "target": 0.95,
        "targetMet": False,
        "varianceToTarget": -0.45,
    }
    assert trends["occupancyRate"]["series"][-1] == {
        "month": "2026-10-01", "value": 0.5, "n": 4, "isUnusual": False, "isOnRecord": True,
    }  # fmt: skip
    benchmarks = {row["key"]: row for row in found["benchmarks"]}
    assert benchmarks["occupancyRate"]["reference"] == {
        "average": 0.85,
        "top": 0.98,
        "position": "below",
        "source": "AKIG 2.5",
        "isStartingAssumption": True,
        "asOf": "2026-11-23",
    }
    assert benchmarks["occupancyRate"]["network"] is None
    [agent] = found["topPerformers"]
    assert agent["contractsSigned"] == {"value": 0, "n": 0, "rank": None}
    improvements = {row["key"]: row for row in found["improvements"]}
    assert improvements["paymentCollectionRate"] == {
        "key": "paymentCollectionRate",
        "currency": "GNF",
        "value": 0.5,
        "target": 0.95,
        "gap": 0.473684,
        "priority": "critical",
        "recommendation": "Call the tenants whose rent is late, the largest amount first.",
        "estimatedEffect": [{"amount": 1_350_000, "currency": "GNF", "basis": "in the period", "units": 2}],
    }


def test_the_report_of_two_currencies_never_adds_them(regional):
    fill("GN_KINDIA", 1_000_000, paid=1)
    fill("SN_DAKAR", 100_000, paid=2)
    found = regional.get(REPORT, OCTOBER | {"site": "ALL"}).json()
    assert (found["siteId"], found["currency"]) == ("ALL", None)
    money = [(t["key"], t["currency"]) for t in found["trends"] if t["key"] == "paymentCollectionRate"]
    assert money == [("paymentCollectionRate", "GNF"), ("paymentCollectionRate", "XOF")]
    assert {row["currency"] for row in found["topPerformers"]} == {"GNF", "XOF"}
    [occupancy] = [row for row in found["improvements"] if row["key"] == "occupancyRate"]
    assert [effect["currency"] for effect in occupancy["estimatedEffect"]] == ["GNF", "XOF"]


def test_the_report_is_refused_like_the_metrics(api, client):
    assert api.get(REPORT, {"startDate": "2026-10-31", "endDate": "2026-10-01"}).status_code == 400
    assert api.get(REPORT, {"colour": "red"}).json()["errors"][0]["field"] == "colour"
    assert api.post(REPORT).status_code == 405
    client.force_login(make_person("ousmane", GN_KINDIA="agent"))
    answer = client.get(REPORT)
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
