"""Whether a model may score tenants: predicted in turn, no worse than what there is, right in number."""

import datetime as dt
from random import Random

import pytest

from insight.adoption import Rejection, adoption, forecast, has_matured, predicted_in_turn
from insight.evaluate import Forecast
from insight.fit import Example, NothingToLearn, fit
from insight.points import STARTING_TABLE, score
from insight.probability import starting_probability

DAY = dt.date(2026, 1, 1)
ENOUGH = 30


def cases(p, *, left, of):
    """So many cases of one forecast, of which so many left."""
    return [Forecast(p, n < left) for n in range(of)]


def monthly(months, *, seed=1):
    """Examples on the first of each month, of 60 tenancies, whose tenants decide as the table says."""
    random = Random(seed)  # noqa: S311 -- the same rows each time
    made = []
    for month in range(months):
        day = dt.date(2024 + month // 12, month % 12 + 1, 1)
        for _tenancy in range(60):
            terms = {"window": random.choice([-1, 12, 24, 36]), "complaints": random.choice([0, 1, 2])}
            p = starting_probability(score(terms).unclamped)
            made.append(Example(day, "conakry", terms, random.random() < p))
    return made


def test_a_model_that_is_right_is_adopted():
    good, table = cases(0.1, left=40, of=400), cases(0.2, left=40, of=400)
    found = adoption(good, table, None, decisions=ENOUGH)
    assert found.is_adopted
    assert found.rejections == ()
    assert round(found.log_loss, 4) == 0.3251
    assert found.current_log_loss is None
    assert (found.against_expected.seen, round(found.against_expected.expected, 6)) == (40, 40)


def test_a_model_that_says_the_same_as_the_others_is_no_worse():
    same = cases(0.1, left=40, of=400)
    assert adoption(same, same, same, decisions=ENOUGH).is_adopted


@pytest.mark.parametrize(
    ("learned", "table", "current", "decisions", "rejections"),
    [
        (0.10, 0.1, None, 29, {Rejection.TOO_FEW_DECISIONS}),
        (0.11, 0.1, None, 30, {Rejection.WORSE_THAN_TABLE}),
        (0.11, 0.2, 0.1, 30, {Rejection.WORSE_THAN_CURRENT}),
        (0.20, 0.3, 0.4, 30, {Rejection.WRONG_IN_NUMBER}),
        (
            0.05,
            0.1,
            0.1,
            0,
            {
                Rejection.TOO_FEW_DECISIONS,
                Rejection.WORSE_THAN_TABLE,
                Rejection.WORSE_THAN_CURRENT,
                Rejection.WRONG_IN_NUMBER,
            },
        ),
    ],
)
def test_every_reason_against_a_model_is_named(learned, table, current, decisions, rejections):
    said = [cases(p, left=40, of=400) if p else None for p in (learned, table, current)]
    found = adoption(*said, decisions=decisions)
    assert set(found.rejections) == rejections
    assert not found.is_adopted


def test_a_model_that_nothing_was_asked_of_is_not_adopted():
    assert adoption([], [], None, decisions=ENOUGH).rejections == (Rejection.NOTHING_PREDICTED,)


def test_a_model_that_was_certain_and_wrong_is_not_adopted():
    certain, table = [Forecast(0, True), Forecast(0.5, False)], [Forecast(0.5, True), Forecast(0.5, False)]
    assert Rejection.WORSE_THAN_TABLE in adoption(certain, table, None, decisions=ENOUGH).rejections


def test_an_example_has_matured_when_its_90_days_are_over():
    example = Example(DAY, "conakry", {}, False)
    assert not has_matured(example, DAY + dt.timedelta(days=89))
    assert has_matured(example, DAY + dt.timedelta(days=90))


def test_a_forecast_is_what_the_table_says():
    found = forecast(Example(DAY, "conakry", {"window": 24, "complaints": 1}, True), STARTING_TABLE)
    assert (found.probability, found.decided) == (starting_probability(26), True)


def test_a_quarter_is_predicted_from_what_had_matured_before_it():
    history = monthly(24)
    begins = [dt.date(2025, month, 1) for month in (1, 4, 7, 10)]
    quarters = [[each for each in history if each.day == day] for day in begins]
    found = predicted_in_turn(history, quarters)
    assert len(found) == 4 * 60
    first = fit([each for each in history if each.day <= dt.date(2024, 10, 1)]).table
    assert found[:60] == [forecast(each, first) for each in quarters[0]]
    unknown = [
        Example(each.day, each.site, each.terms, not each.decided) if each.day > dt.date(2024, 10, 3) else each
        for each in history
    ]
    assert [each.probability for each in predicted_in_turn(unknown, quarters[:1])] == [
        each.probability for each in found[:60]
    ]


def test_a_quarter_without_a_past_teaches_nothing():
    with pytest.raises(NothingToLearn):
        predicted_in_turn(monthly(3), [monthly(1)])


def test_a_quarter_without_tenants_is_left_out():
    assert predicted_in_turn(monthly(24), [[]]) == []
