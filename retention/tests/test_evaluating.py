"""How good the forecasts would have been: from an agency's own past, by whoever may learn from it."""

import datetime as dt
import io
from dataclasses import replace
from math import log1p

import pytest
from django.core.management import CommandError, call_command

from insight.adoption import forecast
from insight.evaluate import against_expected
from insight.points import STARTING_TABLE
from insight.probability import network_factor, probability, site_factor
from retention import evaluating
from retention.cases import month_days
from retention.evaluating import evaluate
from retention.figures import figures
from retention.learning import as_example
from retention.printed import printed
from retention.tests.portfolios import written_portfolio
from retention.tests.test_learning import TODAY, agency, wild
from sites_app.models import Site
from sites_app.scope import site_scope


@pytest.fixture
def of_past(monkeypatch):
    """Have an agency with these past cases."""

    def have(cases):
        monkeypatch.setattr(
            evaluating, "past_cases", lambda codes, days, today: [c for c in cases if c.day in set(days)]
        )
        return cases

    return have


def p0(case):
    return forecast(as_example(case), STARTING_TABLE).probability


def test_the_table_is_tested_with_the_factor_of_the_year_before(of_past):
    cases = of_past(agency(100, wild(-2.5)))
    found = evaluate(["GN_KINDIA"], today=TODAY, learner="table", quarters=1)
    before = [
        c
        for c in cases
        if c.day in {dt.date(2025, 9, 1), dt.date(2025, 12, 1), dt.date(2026, 3, 1), dt.date(2026, 6, 1)}
    ]

    expected = sum(-log1p(-p0(case)) * case.days / 90 for case in before)
    seen = sum(case.decided for case in before)
    factor = site_factor(network_factor(seen, expected), seen, expected)
    newest = [case for case in cases if case.day == dt.date(2026, 9, 1)]
    assert [each.probability for each in found.forecasts] == pytest.approx(
        [probability(p0(case), factor) for case in newest]
    )
    assert found.days == (dt.date(2026, 9, 1),)
    assert factor > 1.5


def test_a_truth_that_was_planted_is_found_and_none_where_there_is_none(of_past):
    of_past(agency(300, wild(-3.0)))
    planted = evaluate(["GN_KINDIA"], today=TODAY, learner="table")
    calm = agency(300)
    dice_thrown = [replace(case, decided=n % 17 == 0, days=90) for n, case in enumerate(calm)]
    of_past(dice_thrown)
    nothing = evaluate(["GN_KINDIA"], today=TODAY, learner="table")
    assert figures(planted.forecasts)["auc_low"] > 0.55
    assert 1 in against_expected(planted.forecasts).interval
    low, high = (figures(nothing.forecasts)[name] for name in ("auc_low", "auc_high"))
    assert low < 0.5 < high


@pytest.mark.parametrize("learner", ["model", "logistic"])
def test_what_is_learned_is_tested_on_quarters_it_has_not_seen(of_past, learner):
    cases = of_past(agency(60, wild(-2.0)))
    censored = replace(cases[-1], decided=False, days=20)
    of_past([*cases, censored])
    found = evaluate(["GN_KINDIA"], today=TODAY, learner=learner, quarters=2)
    assert len(found.forecasts) == 120
    assert sum(rate.n for _level, rate in found.by_level) == 120
    assert (found.first.n, found.rest.n) == (20, 100)
    assert found.first.successes + found.rest.successes == sum(each.decided for each in found.forecasts)
    assert 1 in against_expected(found.forecasts).interval


def command(**options):
    out = io.StringIO()
    call_command("evaluate_retention", stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.no_cover
def test_the_command_prints_every_figure_of_the_records(monkeypatch):
    written_portfolio(1, ["GN_CONAKRY", "GN_KINDIA"], contracts=120)
    monkeypatch.setattr(evaluating, "quarter_days", lambda today, n: month_days(dt.date(2025, 12, 1))[::-3][:n][::-1])
    said = command(quarters=3)
    for figure in (
        "rows",
        "events",
        "AUC",
        "Brier",
        "skill",
        "O/E",
        "calibration",
        "by level",
        "list record",
        "former",
    ):
        assert f"\n{figure}" in said
    assert "\nformer formula (100 − reliability − tenure)\nAUC" in said
    assert "GN_CONAKRY, GN_KINDIA" in said
    one_site = command(quarters=3, site="GN_KINDIA")
    assert "Sites: GN_KINDIA. Learner: table." in one_site
    with site_scope(["GN_KINDIA"]):
        found = evaluate(["GN_KINDIA"], today=TODAY, learner="table", quarters=3)
    assert "\n".join(printed(found.forecasts)) in one_site


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"site": "XX"}, "There is no site XX."),
        ({"target": "left"}, "--target is for a file: --csv FILE."),
        ({"trust": ["all"]}, "--trust is for a file: --csv FILE."),
        ({"quarters": 0}, "--quarters must be from 1 to 16."),
        ({}, "There are no quarters that are over and were observed: nothing can be evaluated yet."),
    ],
)
def test_the_command_says_in_one_line_why_it_has_nothing_to_say(options, reason):
    assert Site.objects.exists()
    with pytest.raises(CommandError, match=f"^{reason}$"):
        command(**options)


def test_figures_that_are_not_defined_are_dashes():
    said = list(printed([]))
    assert [line.split()[1] for line in said[2:7]] == ["–"] * 5
