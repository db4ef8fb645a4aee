"""docs/formulas/tasks.md tells the truth: its worked numbers are what the formula gives."""

from decimal import Decimal
from fractions import Fraction

import pytest

from tasks.priority import KIND_IMPACT, KIND_MINUTES, TrackRecord, priority, urgency
from tasks.tests.formulas_page import table


@pytest.mark.parametrize(("hours", "points"), table("Urgency"))
def test_an_urgency_of_the_page(hours, points):
    assert urgency(Fraction(hours)) == Fraction(points)


def test_the_kinds_of_the_page_are_those_that_there_are():
    kinds = {kind: (int(weight), int(minutes)) for kind, weight, minutes in table("Kinds")}
    assert kinds == {kind: (weight, KIND_MINUTES[kind]) for kind, weight in KIND_IMPACT.items()}


@pytest.mark.parametrize(
    ("hours", "kind", "percentile", "missed", "record", "waiting", "u", "i", "a", "d", "score"), table("Worked numbers")
)
def test_a_worked_number_of_the_page(hours, kind, percentile, missed, record, waiting, u, i, a, d, score):
    counts = {name: int(value) for name, value in (pair.split("=") for pair in record.split())}
    found = priority(
        hours=Fraction(hours),
        kind=kind,
        percentile=None if percentile == "–" else Decimal(percentile) / 100,
        has_missed=missed == "yes",
        record=TrackRecord(**counts),
        waiting=int(waiting),
    )
    assert list(found.parts.values()) == [Decimal(part) for part in (u, i, a, d)]
    assert found.score == Decimal(score)
