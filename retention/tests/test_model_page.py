"""The page that says what the scores rest on: assumption, measured, learned; and from when on ends are on record."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from insight import artefact
from insight.points import STARTING_TABLE
from leasing.tests.factories import make_contract
from retention.models import ListRecord, ObservedFrom, RelettingTime, ScoreModel, SiteFactor
from sites_app.models import Site
from sites_app.scope import site_scope
from tests.pages import section, text_of
from tests.people import make_person

pytestmark = pytest.mark.django_db
D = dt.date
CODE = "GN_KINDIA"
PAGE = f"/{CODE}/retention/model/"


@pytest.fixture
def kindia(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime(2026, 3, 20, 9, tzinfo=dt.UTC))
    with site_scope([CODE, "GN_CONAKRY"]):
        yield Site.objects.get(pk=CODE)


@pytest.fixture
def manager(client):
    client.force_login(make_person("mariama", GN_KINDIA="manager"))
    return client


def learned(day, **values):
    bands = [replace(one, points=(Decimal(0), Decimal("-9.5"), Decimal("-27.2"))) if one.key == "late_change" else one
             for one in STARTING_TABLE.bands]  # fmt: skip
    written = artefact.write(replace(STARTING_TABLE, bands=tuple(bands)))
    kept = {"artefact": written.decode(), "sha256": artefact.fingerprint(written), "status": "adopted", "rows": 900}
    figures = {"auc": 0.742, "ratio": 0.96, "ratio_low": 0.89, "ratio_high": 1.03}
    rows = [{"said": 0.05, "seen": 6, "n": 100, "low": 0.028, "high": 0.125}]
    of_model = kept | {"decisions": 40, "metrics": figures, "calibration": rows, "trained_at": day}
    return ScoreModel.objects.create(**(of_model | values))


def test_on_the_first_day_everything_says_that_it_is_assumed_or_not_known(manager, kindia):
    text = text_of(manager.get(PAGE))
    for sentence in (
        "Every probability is an assumption, until the first 90 days are over.",
        "60 days starting assumption: no vacancy has been counted yet",
        "Not known yet: 90 days of scores are needed to tell.",
        "Nothing learned is in use",
        "Nothing yet. On the first of each month",
        "Points: the starting table",
        "No contract is on record.",
    ):
        assert sentence in text
    assert "7 and more −16" in text


def test_what_was_measured_is_said_in_the_numbers_of_the_site(manager, kindia):
    make_contract(kindia, start_date=D(2024, 1, 1))
    SiteFactor.objects.create(
        site=kindia,
        day=D(2026, 3, 19),
        since=D(2025, 3, 1),
        observed=2,
        expected=0.9,
        factor=1.08,
        network_factor=0.874,
    )
    RelettingTime.objects.create(site=kindia, day=D(2026, 3, 19), vacancies=12, mean_days=100, days=81.8)
    ListRecord.objects.create(site=kindia, day=D(2026, 3, 19), k=3, n=10, k_rest=2, n_rest=90)
    answer = manager.get(PAGE)
    source = section(answer, "source")
    assert "Departures seen 2 Expected by the table 0.9 Counted since 1 March 2025 Factor of this site 1.08" in source
    assert "Few departures: still mostly assumption." in source
    assert "82 days known lengths: 12 in 24 months, 100 days in the mean" in text_of(answer)
    assert "19/03/2026 3 of 10 (11–60%) 2 of 90 (0.6–7.7%)" in section(answer, "record")


def test_what_was_learned_stands_beside_the_starting_points_with_what_was_rejected(manager, kindia):
    learned(dt.datetime(2026, 2, 1, 2, tzinfo=dt.UTC))
    learned(
        dt.datetime(2026, 3, 1, 2, tzinfo=dt.UTC),
        status="rejected",
        reason="not readable: 61 points; worse than the model in use; something that no page knows",
    )
    answer = manager.get(PAGE)
    assert "7 and more −16 −27.2" in section(answer, "points")
    assert "5.0% 6 100 3–12%" in section(answer, "calibration")
    models = section(answer, "models")
    assert "01/03/2026 40 0.74 0.96 (0.89 to 1.03) rejected" in models
    assert "what came of it was no table of points · " in models
    assert "61 points" not in models
    assert "worse than those of the points in use · something that no page knows" in models
    assert models.index("rejected") < models.index("in use")
    assert "Learned on 1 February 2026, from 40 departures in 900 tenant-months" in section(answer, "source")


def test_its_statements_are_six_whatever_there_is(manager, kindia):
    counts = []
    for number in (0, 30):
        for one in range(number):
            learned(dt.datetime(2024, 1, 1 + one, 2, tzinfo=dt.UTC))
            ListRecord.objects.create(site=kindia, day=D(2026, 1, 1 + one), k=1, n=10, k_rest=1, n_rest=10)
        manager.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            answer = manager.get(PAGE)
        counts.append(len([q for q in queries if not re.match(r"SAVEPOINT|RELEASE", q["sql"])]) - 7)
        assert len(answer.content) <= 60_000
    assert counts == [5, 5]


def test_the_first_day_of_the_observation_is_shown_and_changed(manager, kindia):
    make_contract(kindia, start_date=D(2024, 1, 1), status="ended", ended_on=D(2025, 5, 17), end_reason="left")
    assert "Ends of tenancies are on record from 1 May 2025." in text_of(manager.get(PAGE))
    form = f"{PAGE}observed-from/"
    assert 'value="2025-05-01"' in manager.get(form).content.decode()
    late = manager.post(form, {"day": "2026-03-21"})
    assert late.status_code == 422
    assert "is in the future" in text_of(late)
    assert not ObservedFrom.objects.exists()
    for day in ("2025-01-01", "2025-02-01"):
        done = manager.post(form, {"day": day}, follow=True)
    assert "Ends of tenancies are on record from 1 February 2025." in text_of(done)
    assert "Somebody has said so." in text_of(done)
    assert ObservedFrom.objects.get().day == D(2025, 2, 1)


def test_only_managers_see_it_and_all_my_sites_asks_for_one(kindia):
    agent, both = Client(), Client()
    agent.force_login(make_person("ousmane", GN_KINDIA="agent"))
    both.force_login(make_person("both", GN_KINDIA="manager", GN_CONAKRY="manager"))
    for path in (PAGE, f"{PAGE}observed-from/"):
        assert agent.get(path).status_code == 403
    choice = both.get("/ALL/retention/model/").content.decode()
    assert f'href="{PAGE}"' in choice
    assert both.get("/ALL/retention/model/observed-from/")["Location"] == "/ALL/retention/model/"
