"""What is learned: the page's numbers, the minimum found by one coefficient at a time, and what always holds."""

import datetime as dt
import subprocess
import sys
from decimal import Decimal
from math import exp, log
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insight import fit as fitting
from insight.artefact import fingerprint, read, write
from insight.fit import Example, NotConverged, NothingToLearn, fit
from insight.points import STARTING_TABLE, Bands, PointsTable, score
from insight.probability import starting_probability
from insight.tests import oracle
from insight.tests.formulas_page import number, shown, table

DAY = dt.date(2026, 6, 1)
# Few terms, so that the oracle, which takes one coefficient after the other, comes to rest soon.
SMALL = PointsTable(
    bands=(
        Bands("late_change", (3, 7), tuple(map(Decimal, (0, -8, -16)))),
        Bands("satisfaction", (7, 9), tuple(map(Decimal, (-20, 0, 6)))),
    ),
    intercept=log(0.1 / 0.9),
)
rows = st.lists(
    st.tuples(
        st.sampled_from(["conakry", "labé"]),
        st.fixed_dictionaries(
            {"late_change": st.sampled_from([None, 0, 5, 9]), "satisfaction": st.sampled_from([None, 4, 8, 9.5])}
        ),
        st.booleans(),
    ),
    min_size=2,
    max_size=30,
).filter(lambda found: len({decided for _site, _terms, decided in found}) == 2)


def examples(of, **more):
    return [Example(DAY, site, terms, decided, **more) for site, terms, decided in of]


def learned_points(found, term):
    return next(bands.points for bands in found.table.bands if bands.key == term)


@pytest.mark.parametrize(("seen", "expected", "points", "x", "learned"), table("Learned points"))
def test_a_band_solves_the_equation_of_the_page(seen, expected, points, x, learned):
    k, e = float(seen), float(expected)
    low, high = -20.0, 20.0
    for _step in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if k - e * exp(middle) > 8 * middle else (low, middle)
    assert shown(low, x) == x
    assert shown(number(points) - low * 20 / log(2), learned) == learned


@pytest.mark.parametrize(("seen", "expected", "points", "x", "learned"), table("Learned points"))
def test_a_band_of_few_departures_in_many_rows_learns_what_the_page_says(seen, expected, points, x, learned):
    """The rows of the other band are so many that they hold the intercept and the site where they are."""
    rare = PointsTable((Bands("late_change", (7,), (Decimal(0), Decimal(int(number(points))))),), log(1e-6))
    p = starting_probability(score({"late_change": 9}, rare).unclamped, rare)
    band, others = {"late_change": 9}, {"late_change": 0}
    weighted = [
        (band, True, float(seen)),
        (band, False, float(expected) / p),
        (others, True, 1e6),
        (others, False, 1e12),
    ]
    found = fit(
        [Example(DAY, "conakry", terms, decided, weight) for terms, decided, weight in weighted if weight], rare
    )
    assert str(learned_points(found, "late_change")[1]).replace("-", "−") == learned
    assert found.steps <= 30


@settings(max_examples=max(1, oracle.EXAMPLES // 4), deadline=None)
@given(rows)
def test_what_is_learned_is_the_minimum_that_the_oracle_finds(of):
    start = {"intercept": SMALL.intercept}
    for bands in SMALL.bands:
        start |= {(bands.key, n): -float(points) * log(2) / 20 for n, points in enumerate(bands.points)}
    present = [
        (site, {(b.key, b.band(terms[b.key])) for b in SMALL.bands if terms[b.key] is not None}, decided)
        for site, terms, decided in of
    ]
    expected = oracle.fitted(present, start, {("late_change", 0), ("satisfaction", 1)}, 8, 10, 1 / 3)
    found = fit(examples(of), SMALL)
    assert found.table.intercept == pytest.approx(expected["intercept"], abs=1e-4)
    for bands in found.table.bands:
        for n, points in enumerate(bands.points):
            if (bands.key, n) in expected:
                assert float(points) == pytest.approx(-expected[bands.key, n] * 20 / log(2), abs=0.0501)
    for site, effect in found.table.sites.items():
        assert effect == pytest.approx(expected["site", site], abs=1e-4)


@settings(max_examples=max(1, oracle.EXAMPLES // 4), deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(of, random):
    shuffled = list(of)
    random.shuffle(shuffled)
    assert write_small(fit(examples(of), SMALL)) == write_small(fit(examples(shuffled), SMALL))


def write_small(found):
    return [(b.key, b.points) for b in found.table.bands], found.table.intercept, dict(found.table.sites)


def portfolio(size, *, truth, seed=1):
    """Tenancies of three sites whose tenants decide as a table says."""
    random = Random(seed)  # noqa: S311 -- the same rows each time
    made = []
    for _tenancy in range(size):
        terms = {
            "window": random.choice([-1, -1, 12, 24, 36]),
            "late_change": random.choice([None, 0, 0, 5, 9]),
            "complaints": random.choice([0, 0, 0, 1, 2]),
            "satisfaction": random.choice([None, None, 4, 6, 8, 10]),
            "loyalty": random.randint(0, 80),
        }
        p = starting_probability(score(terms, truth).unclamped, truth)
        made.append((random.choice(["conakry", "kindia", "labé"]), terms, random.random() < p))
    return made


def with_points(term, *points):
    return PointsTable(
        tuple(Bands(b.key, b.edges, tuple(map(Decimal, points))) if b.key == term else b for b in STARTING_TABLE.bands),
        STARTING_TABLE.intercept,
    )


def test_where_the_table_is_true_it_stays():
    found = fit(examples(portfolio(40_000, truth=STARTING_TABLE), weight=1.0))
    for given_bands, learned in zip(STARTING_TABLE.bands, found.table.bands, strict=True):
        assert [float(p) for p in learned.points] == pytest.approx([float(p) for p in given_bands.points], abs=4.5)
    assert found.table.intercept == pytest.approx(STARTING_TABLE.intercept, abs=0.2)
    assert found.steps <= 10


def test_with_many_departures_the_rows_decide_and_with_few_the_table():
    truth = with_points("complaints", 0, 20, 20)
    assert STARTING_TABLE.bands[4].points == (0, -14, -24)
    many = fit(examples(portfolio(40_000, truth=truth), weight=1.0))
    few = fit(examples(portfolio(400, truth=truth)))
    assert learned_points(many, "complaints")[2] > 8
    assert -30 < learned_points(few, "complaints")[2] < -15


def test_a_term_without_rows_keeps_its_points():
    found = fit(examples(portfolio(2_000, truth=STARTING_TABLE)))
    assert learned_points(found, "prepaid") == STARTING_TABLE.bands[1].points
    assert learned_points(found, "inbound") == STARTING_TABLE.bands[7].points


def test_the_band_without_points_stays_without():
    found = fit(examples(portfolio(2_000, truth=STARTING_TABLE)))
    assert [bands.reference for bands in found.table.bands] == [bands.reference for bands in STARTING_TABLE.bands]


def test_what_was_learned_is_an_artefact():
    found = fit(examples(portfolio(2_000, truth=STARTING_TABLE)))
    artefact = write(found.table)
    assert read(artefact, fingerprint(artefact)) == found.table
    assert set(found.table.sites) == {"conakry", "kindia", "labé"}


def test_a_row_of_weight_2_is_two_rows():
    of = portfolio(500, truth=STARTING_TABLE)
    assert fit(examples(of, weight=2.0)).table == fit(examples(of + of, weight=1.0)).table


@pytest.mark.parametrize("decided", [True, False])
def test_from_rows_that_all_ended_alike_nothing_is_learned(decided):
    with pytest.raises(NothingToLearn):
        fit(examples([("conakry", {"window": 24}, decided)] * 50))


def test_from_no_rows_nothing_is_learned():
    with pytest.raises(NothingToLearn):
        fit([])


def test_who_has_not_come_to_rest_in_time_says_so(monkeypatch):
    monkeypatch.setattr(fitting, "MOST_STEPS", 2)
    with pytest.raises(NotConverged, match="after 2 steps"):
        fit(examples(portfolio(500, truth=STARTING_TABLE)))


def test_a_long_step_is_shortened():
    """From a table that is certain of the wrong thing, whole steps of Newton's method run away."""
    wrong = PointsTable(SMALL.bands, intercept=-12.0)
    found = fit(
        examples([("conakry", {"late_change": 0}, True)] * 99 + [("conakry", {"late_change": 0}, False)]), wrong
    )
    assert found.table.intercept == pytest.approx(log(99), abs=1e-4)


def test_a_term_that_the_table_does_not_know_is_not_learned():
    with pytest.raises(ValueError, match="not in the table: religion"):
        fit(examples([("conakry", {"religion": 1}, True)]))


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf")])
def test_what_is_no_weight_is_refused(weight):
    with pytest.raises(ValueError, match="is no weight"):
        Example(DAY, "conakry", {}, True, weight)


def test_whoever_scores_does_not_load_numpy():
    modules = "points, artefact, probability, fit, adoption, survival, gain, evaluate, trials, rates"
    script = f"import sys; from insight import {modules}; print('numpy' in sys.modules)"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
