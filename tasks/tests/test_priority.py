"""The priority of a task: by example, by property, and against an oracle in plain loops."""

import datetime as dt
import itertools
import uuid
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.priority import (
    KIND_IMPACT,
    KIND_MINUTES,
    URGENCY,
    WEIGHTS,
    Impact,
    Standing,
    TrackRecord,
    affinity,
    dependency,
    from_parts,
    hours_until,
    impact,
    impact_level,
    in_order,
    priority,
    urgency,
    waiting_for,
)

NOW = dt.datetime(2026, 3, 20, 9, 0, tzinfo=dt.UTC)
KINDS = sorted(KIND_IMPACT)

hours = st.fractions(-10_000, 10_000)
percentiles = st.none() | st.decimals(0, 1, places=6)


@st.composite
def records(draw):
    done, left = draw(st.integers(0, 30)), draw(st.integers(0, 30))
    rated, timed = draw(st.integers(0, done)), draw(st.integers(0, done))
    return TrackRecord(
        done=done,
        succeeded=draw(st.integers(0, done)),
        left=left,
        rated=rated,
        rating=draw(st.integers(rated, 5 * rated)),
        timed=timed,
        quick=draw(st.integers(0, timed)),
    )


given_parts = {
    "kind": st.sampled_from(KINDS),
    "percentile": percentiles,
    "has_missed": st.booleans(),
    "record": records(),
    "waiting": st.integers(0, 12),
}


# --- the four parts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "points"),
    [
        (-1000, 100), (0, 100), (12, 95), (24, 90), (48, 80), (72, 70), (204, 45), (336, 20), (337, 20), (5000, 20),
        (Fraction(1, 3600), Fraction(100) - Fraction(10, 24 * 3600)),
    ],
)  # fmt: skip
def test_urgency_falls_on_straight_lines_from_a_hundred_to_twenty(until, points):
    assert urgency(Fraction(until)) == points


@given(hours, hours)
def test_urgency_never_rises_with_the_hours_and_has_no_jumps(one, other):
    sooner, later = sorted((one, other))
    assert 20 <= urgency(later) <= urgency(sooner) <= 100
    # The steepest line falls by 20 points in 48 hours: less than half a point an hour.
    assert urgency(sooner) - urgency(later) <= (later - sooner) / 2


def test_the_lines_meet_where_they_say():
    assert [urgency(Fraction(hour)) for hour, _points in URGENCY] == [points for _hour, points in URGENCY]


@pytest.mark.parametrize(
    ("kind", "percentile", "missed", "points"),
    [
        ("litigation", "1", True, 97),
        ("litigation", None, False, "69.5"),
        ("payment_follow", "0.5", True, "81.5"),
        ("notice", "0", False, 48),
        ("retention", "1", False, 70),
        ("inspection", None, False, "48.5"),
        ("maintenance", "0.25", True, "45.25"),
        ("admin", "0", False, 18),
    ],
)
def test_impact_is_the_kind_the_rent_and_what_was_missed(kind, percentile, missed, points):
    assert impact(kind, None if percentile is None else Decimal(percentile), missed) == Fraction(points)


@pytest.mark.parametrize(
    ("points", "level"),
    [
        ("80", Impact.CRITICAL), ("79.99", Impact.HIGH), ("60", Impact.HIGH), ("59.99", Impact.MEDIUM),
        ("40", Impact.MEDIUM), ("39.99", Impact.LOW), ("0", Impact.LOW),
    ],
)  # fmt: skip
def test_an_impact_has_one_word(points, level):
    assert impact_level(Decimal(points)) is level


@pytest.mark.parametrize(
    ("record", "points"),
    [
        (TrackRecord(), 60),
        (TrackRecord(done=5, rated=5, rating=25, timed=5, quick=5), 80),  # (5 × 60 + 5 × 100) ÷ 10
        (TrackRecord(done=95, rated=95, rating=475, timed=95, quick=95), 98),  # (300 + 9500) ÷ 100
        (TrackRecord(left=5), "56"),  # own: 30 + 0 + 12 + 10 = 52
        (TrackRecord(done=5), "71"),  # own: 30 + 30 + 12 + 10 = 82
        (
            TrackRecord(done=3, left=1, rated=2, rating=8, timed=3, quick=0),
            "63.3333",
        ),  # own: 30 + 22.5 + 16 + 0 = 68.5 …
    ],
)
def test_affinity_is_the_agents_record_drawn_towards_sixty(record, points):
    expected = Fraction(points)
    if record.done == 3:
        expected = (5 * 60 + 4 * Fraction("68.5")) / 9
    assert affinity(record) == expected


@pytest.mark.parametrize(("waiting", "points"), [(0, 0), (1, 20), (4, 80), (5, 100), (6, 100), (200, 100)])
def test_each_waiting_task_is_twenty_points_up_to_a_hundred(waiting, points):
    assert dependency(waiting) == points


# --- the score --------------------------------------------------------------------------------------------


def test_the_example_of_the_page():
    found = priority(
        hours=Fraction(-15 * 24), kind="payment_follow", percentile=Decimal("0.9"), has_missed=False,
        record=TrackRecord(done=8, succeeded=8, left=2, rated=4, rating=18, timed=8, quick=6), waiting=1,
    )  # fmt: skip
    # Own affinity: 30 + 24 + 18 + 15 = 87; (300 + 870) ÷ 15 = 78.
    assert found.parts == {"urgency": 100, "impact": Decimal("76.5"), "affinity": 78, "dependency": 20}
    assert found.score == Decimal("79.375")


@given(hours, st.fixed_dictionaries(given_parts))
def test_the_parts_are_within_bounds_and_sum_exactly_to_the_score(until, given_ones):
    found = priority(hours=until, **given_ones)
    assert set(found.parts) == set(WEIGHTS)
    for part in (*found.parts.values(), found.score):
        assert 0 <= part <= 100
    assert sum(found.contributions.values()) == found.score
    assert found.score == (
        Decimal("0.35") * found.urgency
        + Decimal("0.35") * found.impact
        + Decimal("0.2") * found.affinity
        + Decimal("0.1") * found.dependency
    )
    assert from_parts({name: str(part) for name, part in found.parts.items()}) == found


@given(hours, hours, st.fixed_dictionaries(given_parts))
def test_of_two_like_tasks_the_more_urgent_never_has_the_lower_score(one, other, given_ones):
    sooner, later = sorted((one, other))
    assert priority(hours=sooner, **given_ones).score >= priority(hours=later, **given_ones).score


@given(hours, st.fixed_dictionaries(given_parts))
def test_more_that_waits_and_a_missed_rent_never_lower_a_score(until, given_ones):
    found = priority(hours=until, **given_ones).score
    assert priority(hours=until, **given_ones | {"waiting": given_ones["waiting"] + 1}).score >= found
    assert priority(hours=until, **given_ones | {"has_missed": True}).score >= found


def oracle(until, kind, percentile, missed, record, waiting):
    """The formula of the design once more, step by step with floats."""
    if until <= 0:
        u = 100.0
    elif until <= 24:
        u = 100 - 10 * until / 24
    elif until <= 72:
        u = 90 - 20 * (until - 24) / 48
    elif until <= 336:
        u = 70 - 50 * (until - 72) / 264
    else:
        u = 20.0
    base = {
        "litigation": 95, "payment_follow": 90, "notice": 80, "retention": 75, "inspection": 60, "maintenance": 40,
        "admin": 30,
    }[kind]  # fmt: skip
    i = min(100.0, 0.6 * base + 0.25 * (50.0 if percentile is None else 100 * float(percentile)) + 15 * missed)
    n = record.done + record.left
    if n:
        rating = record.rating / record.rated if record.rated else 3.0
        speed = record.quick / record.timed if record.timed else 0.5
        own = 30 + 30 * record.done / n + 20 * rating / 5 + 20 * speed
        a = (60 * 5 + own * n) / (5 + n)
    else:
        a = 60.0
    return 0.35 * u + 0.35 * i + 0.2 * a + 0.1 * min(100, 20 * waiting)


@given(hours, st.fixed_dictionaries(given_parts))
def test_the_score_is_what_an_independent_reading_of_the_formula_gives(until, given_ones):
    found = priority(hours=until, **given_ones)
    again = oracle(
        float(until), given_ones["kind"], given_ones["percentile"], given_ones["has_missed"], given_ones["record"],
        given_ones["waiting"],
    )  # fmt: skip
    assert abs(float(found.score) - again) <= 0.005  # each part is rounded to hundredths once


def test_hours_are_counted_exactly():
    assert hours_until(NOW + dt.timedelta(hours=36), NOW) == 36
    assert hours_until(NOW - dt.timedelta(minutes=20), NOW) == Fraction(-1, 3)
    assert hours_until(NOW + dt.timedelta(microseconds=1), NOW) == Fraction(1, 3_600_000_000)


def test_every_kind_has_an_impact_and_an_estimate():
    assert set(KIND_MINUTES) == set(KIND_IMPACT)


# --- the order --------------------------------------------------------------------------------------------

A, B, C, D, E = (uuid.UUID(int=number) for number in range(1, 6))


def standing(task, score, due=0):
    return Standing(task, Decimal(score), NOW + dt.timedelta(hours=due))


def ordered(tasks, needs=None):
    return in_order(tasks, waiting_for(needs or {}))


def test_the_higher_score_first_then_longer_overdue_then_earlier_due_then_lower_id():
    tasks = [
        standing(E, 70, -1), standing(D, 70, -48), standing(C, 70, 5), standing(B, 70, 3), standing(A, 60, -99),
    ]  # fmt: skip
    assert ordered(tasks) == [D, E, B, C, A]
    assert ordered([standing(B, 70), standing(C, 70), standing(A, 70)]) == [A, B, C]


def test_what_an_urgent_task_needs_takes_its_place_just_above_it():
    tasks = [standing(A, 90), standing(B, 80), standing(C, 30)]
    assert ordered(tasks) == [A, B, C]
    assert ordered(tasks, {A: {C}}) == [C, A, B]
    assert ordered(tasks, {B: {C}}) == [A, C, B]


def test_a_task_that_stands_well_already_is_not_moved():
    assert ordered([standing(A, 90), standing(B, 80), standing(C, 30)], {C: {A}}) == [A, B, C]


def test_a_chain_through_a_task_that_is_not_in_the_list_still_counts():
    assert ordered([standing(A, 90), standing(B, 80), standing(C, 30)], {A: {E}, E: {C}}) == [C, A, B]


def test_several_that_are_needed_stand_by_their_own_scores():
    tasks = [standing(A, 90), standing(B, 50), standing(C, 30), standing(D, 60), standing(E, 85)]
    assert ordered(tasks, {A: {B, C, D}}) == [D, B, C, A, E]


def test_who_waits_is_counted_directly_and_through_others_once():
    assert waiting_for({B: {A}, C: {B, A}, D: {C}}) == {
        A: frozenset({B, C, D}),
        B: frozenset({C, D}),
        C: frozenset({D}),
    }
    assert waiting_for({}) == {}


def test_a_circle_that_cannot_be_neither_hangs_nor_loses_a_task():
    needs = {A: {B}, B: {C}, C: {A}, D: {A}, E: {E}}
    waiting = waiting_for(needs)
    assert waiting[A] == {B, C, D}
    assert waiting[E] == frozenset()
    tasks = [standing(one, 50 + number) for number, one in enumerate((A, B, C, D, E))]
    found = in_order(tasks, waiting)
    assert sorted(found) == [A, B, C, D, E]
    assert found == in_order(tasks[::-1], waiting)


@st.composite
def boards(draw):
    """Tasks of few scores and moments, so that there are ties; needs without circles, also of tasks not listed."""
    number = draw(st.integers(1, 9))
    places = draw(st.permutations(range(1, number + 1)))
    everything = [
        standing(uuid.UUID(int=place), draw(st.integers(0, 4)) * 25, draw(st.integers(-2, 2))) for place in places
    ]
    needs = {}
    for later in range(number):
        for earlier in range(later):
            if draw(st.integers(0, 3)) == 0:
                needs.setdefault(everything[later].id, set()).add(everything[earlier].id)
    shown = draw(st.sets(st.sampled_from(everything), min_size=1))
    return draw(st.permutations(sorted(shown, key=lambda task: task.id))), needs


def reaches(needs, task, other):
    """Whether a task waits for another one, directly or through others: all ways are gone."""
    return any(one == other or reaches(needs, one, other) for one in needs.get(task, ()))


def order_in_plain_loops(tasks, needs):
    """Again and again the best of those that wait for nothing that is left: by the best place it is needed at."""
    left, found = list(tasks), []
    while left:
        best = None
        for task in left:
            if any(reaches(needs, task.id, other.id) for other in left):
                continue
            own = (-task.score, task.due_at, task.id)
            place = own
            for other in left:
                if reaches(needs, other.id, task.id):
                    place = min(place, (-other.score, other.due_at, other.id))
            if best is None or (place, own) < best[0]:
                best = ((place, own), task)
        found.append(best[1].id)
        left.remove(best[1])
    return found


@given(boards())
def test_the_order_is_total_and_no_task_is_above_one_that_it_waits_for(board):
    tasks, needs = board
    found = ordered(tasks, needs)
    assert sorted(found) == sorted(task.id for task in tasks)
    for number, task in enumerate(found):
        for below in found[number + 1 :]:
            assert not reaches(needs, task, below)


@given(boards(), st.randoms(use_true_random=False))
def test_the_order_is_that_of_plain_loops_however_the_tasks_came_in(board, chance):
    tasks, needs = board
    expected = order_in_plain_loops(tasks, needs)
    assert ordered(tasks, needs) == expected
    chance.shuffle(tasks)
    assert ordered(tasks, dict(reversed(needs.items()))) == expected


@given(boards())
def test_a_task_that_nothing_has_to_do_with_stays_between_its_neighbours_in_score(board):
    tasks, needs = board
    bound = {one for task, needed in needs.items() for one in (task, *needed)}
    free = [task for task in tasks if task.id not in bound]
    found = ordered(tasks, needs)
    assert [one for one in found if one not in bound] == ordered(free)


@given(boards(), st.data())
def test_a_task_that_becomes_more_pressing_never_sinks(board, data):
    tasks, needs = board
    chosen = data.draw(st.sampled_from(tasks))
    before = ordered(tasks, needs).index(chosen.id)
    raised = [Standing(t.id, t.score + 30, t.due_at) if t.id == chosen.id else t for t in tasks]
    assert ordered(raised, needs).index(chosen.id) <= before


def test_a_long_chain_stands_in_its_own_order_whatever_the_scores():
    ids = [uuid.UUID(int=number) for number in range(300)]
    needs = {later: {earlier} for earlier, later in itertools.pairwise(ids)}
    assert ordered([standing(one, number * 7 % 90) for number, one in enumerate(ids)], needs) == ids
