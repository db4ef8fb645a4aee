"""The scores for programs: everybody is scored by one call, each tenant is listed once."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from retention.models import RetentionScore
from retention.tests.test_list_page import manager, rents, scored, site  # noqa: F401 -- fixtures
from sites_app.scope import site_scope
from tests.people import make_person

pytestmark = pytest.mark.django_db
ANALYZE, SCORES = "/api/retention/analyze?site=GN_KINDIA", "/api/retention/scores?site=GN_KINDIA"


def test_an_analysis_scores_everybody_and_answers_with_the_most_at_risk(client, manager, site):  # noqa: F811
    lease = rents(site, "Zeinab Sow", started=dt.date(2024, 4, 1))
    rents(site, "Binta Barry", started=dt.date(2025, 10, 1))
    answer = client.post(ANALYZE, {"limit": 1}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert (found["siteId"], found["analyzed"], len(found["tenants"])) == ("GN_KINDIA", 2, 1)
    [tenant] = found["tenants"]
    with site_scope(["GN_KINDIA"]):
        row = RetentionScore.objects.get(contract=lease, valid_to=None)
    assert tenant["tenantId"] == str(lease.tenant_id)
    assert tenant["score"] == float(row.score)
    assert tenant["probabilitySource"] == "starting assumption"
    assert tenant["horizonDays"] == 90
    assert [factor["key"] for factor in tenant["riskFactors"]] == ["window"]
    assert tenant["riskFactors"][0]["points"] == -40
    talk = tenant["retentionActions"][0]
    assert (talk["actionType"], talk["incentiveValue"], talk["expectedGain"]) == ("talk", 0, row.expected_gain)
    assert tenant["recommendedInterventionDate"] == row.intervene_by.isoformat()
    again = client.post(ANALYZE, content_type="application/json").json()
    assert len(again["tenants"]) == 2
    with site_scope(["GN_KINDIA"]):
        assert RetentionScore.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [({"limit": 0}, "limit"), ({"limit": 501}, "limit"), ({"limit": "many"}, "limit"), ({"top": 10}, "top")],
)
def test_an_analysis_names_what_it_does_not_understand(client, manager, site, body, field):  # noqa: F811
    answer = client.post(ANALYZE, body, content_type="application/json")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_the_scores_are_paged_filtered_and_ordered(client, manager, site):  # noqa: F811
    rents(site, "Zeinab Sow", started=dt.date(2024, 4, 1))
    rents(site, "Binta Barry", started=dt.date(2025, 10, 1))
    scored(site)
    found = client.get(SCORES).json()
    assert [row["name"] for row in found["results"]] == ["Zeinab Sow", "Binta Barry"]
    assert client.get(f"{SCORES}&page_size=1").json()["count"] == 2
    by_name = client.get(f"{SCORES}&ordering=name").json()
    assert [row["name"] for row in by_name["results"]] == ["Binta Barry", "Zeinab Sow"]
    [low] = client.get(f"{SCORES}&risk_level=low").json()["results"]
    assert low["name"] == "Binta Barry"
    assert client.get(f"{SCORES}&risk_level=none").status_code == 400
    assert client.get(f"{SCORES}&level=low").status_code == 400
    client.force_login(make_person("agent", GN_KINDIA="agent"))
    assert client.get(SCORES).status_code == 403
    assert client.post(ANALYZE).status_code == 403


def test_the_scores_take_a_fixed_number_of_statements(client, manager, site):  # noqa: F811
    def statements():
        with CaptureQueriesContext(connection) as asked:
            assert client.get(SCORES).status_code == 200
        return len([query for query in asked if "_retention" in query["sql"] or "_offer" in query["sql"]])

    rents(site, "Zeinab Sow", started=dt.date(2024, 4, 1))
    scored(site)
    client.get(SCORES)
    one = statements()
    for number in range(8):
        rents(site, f"Binta {number}", started=dt.date(2024, 4, 1))
    scored(site)
    assert statements() == one <= 4


def test_more_than_twenty_analyses_in_a_minute_wait(client, manager, site, monkeypatch):  # noqa: F811
    monkeypatch.setattr("changes.throttle.WindowThrottle.timer", lambda self: 1_000_000.0)
    answers = [client.post(ANALYZE, content_type="application/json").status_code for _n in range(21)]
    assert answers == [200] * 20 + [429]
