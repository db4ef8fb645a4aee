"""The points learned once a month: what from, by whom, and when what was learned scores nobody."""

import datetime as dt
import io
import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from insight import artefact
from insight.adoption import forecast
from insight.evaluate import log_loss
from insight.fit import Example, fit
from insight.points import STARTING_TABLE, score
from insight.probability import starting_probability
from outbox.actions import enqueue
from outbox.models import Job
from retention import fitting, learning
from retention.cases import MOST_MONTHS, PastCase, month_days, past_cases, quarter_days
from retention.fitting import FitFailed, learned_apart
from retention.jobs import fit_model
from retention.learning import keep_model, learn, sampled
from retention.models import RetentionScore, ScoreModel
from retention.tests.portfolios import written_portfolio
from retention.yardsticks import model_in_use, yardsticks
from sites_app.models import Site
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db
D = dt.date
TODAY = D(2026, 12, 1)
ROOT = Path(__file__).parents[2]


def made_case(dice, day, key, truth=STARTING_TABLE):
    """A tenancy whose tenant decides as a table says."""
    terms = {"window": dice.choice([-1, 12, 24, 36]), "complaints": dice.choice([0, 0, 1]), "late_change": Decimal("7")}
    decided = dice.random() < starting_probability(score(terms, truth).unclamped, truth)
    return PastCase(day, "GN_KINDIA", key, terms, decided, 40 if decided else 90, 1_000_000, 10, 12, 20)


def agency(size, truth=STARTING_TABLE, *, months=24, seed=1):
    dice = Random(seed)  # noqa: S311 -- the same rows each time
    return [made_case(dice, day, f"{day}:{n}", truth) for day in month_days(TODAY)[-months:] for n in range(size)]


@pytest.fixture
def of_agency(monkeypatch):
    """Have an agency with these past cases."""

    def have(cases):
        monkeypatch.setattr(learning, "past_cases", lambda codes, days, today: iter(cases))

    return have


def wild(intercept):
    """A table under which far more leave."""
    return replace(STARTING_TABLE, intercept=intercept)


def test_the_days_are_those_whose_90_days_are_over():
    days = month_days(TODAY)
    assert days[-1] == D(2026, 9, 1)
    assert (days[0], len(days)) == (D(2021, 12, 1), MOST_MONTHS - 2)
    assert month_days(D(2026, 11, 29))[-1] == D(2026, 8, 1)
    assert quarter_days(TODAY, 4) == [D(2025, 12, 1), D(2026, 3, 1), D(2026, 6, 1), D(2026, 9, 1)]


def test_what_is_right_is_adopted_and_scores_from_then_on(of_agency):
    of_agency(agency(100, wild(-3.0)))
    found = learn(today=TODAY)
    model = ScoreModel.objects.get()
    assert (model.status, model.reason, found.model) == ("adopted", "", model)
    assert (model.rows, model.decisions) == (2400, found.decisions)
    assert model_in_use().table == artefact.read(model.artefact.encode(), model.sha256)
    with site_scope(["GN_KINDIA"]):
        assert yardsticks(["GN_KINDIA"])["GN_KINDIA"].source == RetentionScore.Source.MODEL
    figures = model.metrics
    assert (figures["cases"], sum(row["n"] for row in model.calibration)) == (400, 400)
    assert figures["seen"] == sum(row["seen"] for row in model.calibration)
    assert figures["ratio_low"] < 1 < figures["ratio_high"]
    assert figures["log_loss"] < figures["table_log_loss"]
    assert figures["current_log_loss"] is None


def test_a_year_unlike_those_before_it_is_rejected_with_the_reason(of_agency):
    calm, wild_year = agency(60, wild(-4.5)), agency(60, wild(-1.5), months=12, seed=2)
    days = {case.day for case in wild_year}
    of_agency([case for case in calm if case.day not in days] + wild_year)
    learn(today=TODAY)
    model = ScoreModel.objects.get()
    assert model.status == "rejected"
    assert "seen and expected differ by more than chance" in model.reason.split("; ")
    assert artefact.read(model.artefact.encode(), model.sha256)
    assert model_in_use() is None


def test_with_fewer_than_30_departures_there_is_no_model_and_no_error(of_agency):
    cases = agency(60)
    decided = [case for case in cases if case.decided]
    of_agency([case for case in cases if not case.decided] + decided[:29])
    found = learn(today=TODAY)
    assert (found.decisions, found.model, ScoreModel.objects.count()) == (29, None, 0)


def test_whoever_was_lost_from_sight_before_90_days_is_left_out_unless_decided(of_agency):
    cases = agency(60)
    put_out = [replace(case, days=40) for case in cases if not case.decided][:50]
    of_agency(cases + put_out)
    assert learn(today=TODAY).rows == len(cases)


def test_one_departure_seen_from_three_months_is_one_decision(of_agency):
    cases = agency(60)
    others, decided = [c for c in cases if not c.decided], [c for c in cases if c.decided][:30]
    of_agency(others + [replace(case, key=f"{n // 3}") for n, case in enumerate(decided)])
    assert learn(today=TODAY).decisions == 10


def test_of_those_who_stayed_a_sample_stands_for_all_and_is_always_the_same(monkeypatch):
    monkeypatch.setattr(learning, "MOST_OTHERS", 100)
    cases = agency(60)
    found, again = sampled(cases), sampled(cases)
    decided, stayed = ([each for each in found if each.decided is said] for said in (True, False))
    assert found == again
    assert (len(decided), len(stayed)) == (sum(case.decided for case in cases), 100)
    assert sum(each.weight for each in stayed) == pytest.approx((len(cases) - len(decided)) / 3)
    assert {each.weight for each in decided} == {1 / 3}


def test_the_model_in_use_is_held_only_against_what_it_has_not_learned(of_agency):
    """It was made a month ago, and knows what became of the first three quarters."""
    of_agency(agency(100, wild(-3.0)))
    content = artefact.write(wild(-3.0))
    ScoreModel.objects.create(
        artefact=content.decode(), sha256=artefact.fingerprint(content), rows=1, decisions=30, metrics={},
        calibration=[], status="adopted", trained_at=dt.datetime(2026, 11, 1, 3, tzinfo=dt.UTC),
    )  # fmt: skip
    newest = [learning.as_example(case) for case in agency(100, wild(-3.0)) if case.day == D(2026, 9, 1)]
    learn(today=TODAY)
    said = ScoreModel.objects.first().metrics["current_log_loss"]
    assert said == pytest.approx(log_loss([forecast(each, wild(-3.0)) for each in newest]))


def test_the_child_learns_what_is_learned_here():
    history = [learning.as_example(case) for case in agency(60, wild(-2.5))]
    newest = [each for each in history if each.day == D(2026, 9, 1)]
    answer = learned_apart(history, [newest, []])
    assert answer["artefact"].encode() == artefact.write(fit(history).table)
    before = fit(each for each in history if each.day <= D(2026, 6, 1)).table
    assert answer["in_turn"] == [[forecast(each, before).probability for each in newest], []]


def test_the_child_reads_one_document_and_writes_one(monkeypatch):
    history = [learning.as_example(case) for case in agency(30, wild(-2.5))]
    newest = [each for each in history if each.day == D(2026, 9, 1)]
    rows = {"history": fitting._as_rows(history), "quarters": [fitting._as_rows(newest)]}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({"learner": "points"} | rows)))
    monkeypatch.setattr(sys, "stdout", answer := io.StringIO())
    fitting.main()
    assert json.loads(answer.getvalue()) == learned_apart(history, [newest])


def test_what_others_learn_is_a_forecast_and_no_artefact():
    history = [learning.as_example(case) for case in agency(30, wild(-2.5))]
    newest = [each for each in history if each.day == D(2026, 9, 1)]
    answer = learned_apart(history, [newest], learner="logistic")
    assert answer.keys() == {"in_turn"}
    assert answer != {"in_turn": learned_apart(history, [newest])["in_turn"]}
    with pytest.raises(FitFailed, match="interpret"):
        learned_apart(history, [newest], learner="ebm")


def test_before_anybody_was_seen_to_leave_the_table_is_the_forecast():
    stayed = [Example(D(2026, 6, 1), "GN_KINDIA", {"window": 24}, False)]
    answer = learned_apart(stayed, [stayed])
    assert answer["in_turn"] == [[forecast(stayed[0], STARTING_TABLE).probability]]
    assert "artefact" not in answer
    assert keep_model(answer, [stayed], rows=1, decisions=30) is None


@pytest.mark.parametrize("python", ["/bin/false", "/bin/cat", "/bin/true"])
def test_a_child_that_ends_otherwise_leaves_a_reason(python):
    with pytest.raises(FitFailed):
        learned_apart([], [], python=python)


def test_a_child_that_takes_too_long_is_ended(tmp_path):
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o700)
    with pytest.raises(FitFailed, match="within 1 s"):
        learned_apart([], [], seconds=1, python=str(slow))


GOOD = json.loads(artefact.write(STARTING_TABLE))


def with_bands(**changes):
    first, *others = GOOD["bands"]
    return json.dumps(GOOD | {"bands": [first | changes, *others]})


REFUSED = {
    "pickle": "\x80\x04\x95c__builtin__\neval\n.",
    "NaN": json.dumps(GOOD | {"intercept": float("nan")}),
    "unknown key": json.dumps(GOOD | {"python": "print()"}),
    "unknown term": with_bands(key="language"),
    "descending edges": with_bands(edges=[0, 30, 18]),
    "61 points": with_bands(points=["0", "-24", "61", "-20"]),
    "no text": 7,
}


@pytest.mark.parametrize("bad", REFUSED.values(), ids=REFUSED)
def test_a_bad_artefact_is_not_adopted_and_the_old_model_stays(bad):
    old = ScoreModel.objects.create(
        trained_at=dt.datetime(2026, 11, 1, 3, tzinfo=dt.UTC), artefact=artefact.write(wild(-3.0)).decode(),
        sha256=artefact.fingerprint(artefact.write(wild(-3.0))), rows=1, decisions=30, metrics={}, calibration=[],
        status="adopted",
    )  # fmt: skip
    quarter = [learning.as_example(case) for case in agency(200, months=1)]
    answer = {"artefact": bad, "in_turn": [[forecast(each, STARTING_TABLE).probability for each in quarter]]}
    kept = keep_model(answer, [quarter], rows=200, decisions=30)
    assert (kept.status, kept.artefact) == ("rejected", "")
    assert kept.reason.startswith("not readable: ")
    assert model_in_use().pk == old.pk


@pytest.mark.parametrize("bad", REFUSED.values(), ids=REFUSED)
def test_a_bad_artefact_is_not_read_and_the_old_model_stays(bad):
    """Somebody has written it into the table, with its own SHA-256."""
    of_model = {"rows": 1, "decisions": 30, "metrics": {}, "calibration": [], "status": "adopted"}
    good, bad = artefact.write(wild(-3.0)), str(bad).encode()
    for day, content in [(1, good), (2, bad)]:
        ScoreModel.objects.create(
            trained_at=dt.datetime(2026, 11, day, tzinfo=dt.UTC), artefact=content.decode(),
            sha256=artefact.fingerprint(content), **of_model,
        )  # fmt: skip
    with site_scope(["GN_KINDIA"]):
        assert yardsticks(["GN_KINDIA"])["GN_KINDIA"].table == wild(-3.0)
    assert model_in_use().table == wild(-3.0)


def asked(day):
    return enqueue("retention.jobs.fit_model", key=f"fit:{day}", day=day.isoformat())


def test_the_job_works_on_the_first_of_the_month_and_on_no_other_day(of_agency):
    of_agency(agency(100, wild(-3.0)))
    assert fit_model(str(asked(D(2026, 12, 2)).pk))
    assert not ScoreModel.objects.exists()
    job = asked(TODAY)
    assert fit_model(str(job.pk))
    assert not fit_model(str(job.pk))
    assert ScoreModel.objects.count() == 1


def test_a_job_whose_child_comes_to_nothing_is_refused_and_not_tried_again(of_agency, monkeypatch):
    of_agency(agency(100))
    monkeypatch.setattr(fitting, "_ROOT", Path("/"))  # no module is found there
    job = asked(TODAY)
    assert not fit_model(str(job.pk))
    job = Job.objects.get(pk=job.pk)
    assert job.is_refused
    assert "No module named" in job.last_error
    assert not ScoreModel.objects.exists()


@pytest.mark.no_cover
def test_from_the_records_all_sites_are_learned_from_as_one():
    written_portfolio(1, ["GN_CONAKRY", "GN_KINDIA"], contracts=120)
    today = D(2026, 1, 1)
    found = learn(today=today)
    with site_scope(["GN_CONAKRY", "GN_KINDIA"]):
        cases = list(past_cases(["GN_CONAKRY", "GN_KINDIA"], month_days(today), today=today))
    known = [case for case in cases if not case.is_censored]
    assert {case.site for case in cases} == {"GN_CONAKRY", "GN_KINDIA"}
    assert len(known) < len(cases)
    assert all(0 < case.days <= 90 for case in cases)
    assert found.rows == len(known)
    assert found.decisions == len({case.key for case in known if case.decided}) >= 30
    assert set(json.loads(found.model.artefact)["sites"]) == {"GN_CONAKRY", "GN_KINDIA"}
    assert Site.objects.count() > 2


def test_a_process_that_serves_and_scores_never_loads_numpy():
    program = (
        "import datetime, django, sys; django.setup()\n"
        "from django.urls import get_resolver\n"
        'assert {"leasing", "tasks"} <= set(get_resolver().namespace_dict)\n'
        "from django.core.wsgi import get_wsgi_application; get_wsgi_application()\n"
        "import akig.celery, retention.actions, retention.jobs\n"
        "from retention.scoring import score_of\n"
        "from retention.tests.one_tenancy import TENANCY, YARDSTICK\n"
        "assert score_of(TENANCY, YARDSTICK, datetime.datetime(2026, 1, 1)).score == 80\n"
        "print('insight.fit' in sys.modules, 'numpy' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout == "True False\n", done.stderr
