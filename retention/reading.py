"""What a score says of itself: its parts, what it would be without one of them, and what changed from one to the next.

Pure: no database, no clock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from insight.points import CLAMP, LEAST, MOST, NOTHING_PARTICULAR

Written = Sequence[tuple[str, int | None, str]]
"""The contributions as a row keeps them: key, band, points."""


@dataclass(frozen=True)
class PointsPart:
    """What one term does to the score, and the score as it would be if that term did nothing.

    The clamp has no band, and there is no score without it.
    """

    key: str
    band: int | None
    points: Decimal
    without: Decimal | None


@dataclass(frozen=True)
class Shift:
    """A term whose points are others than before; None: nothing was, or is, known of it."""

    key: str
    before: Decimal | None
    after: Decimal | None

    @property
    def by(self) -> Decimal:
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


def parts_of(contributions: Written) -> list[PointsPart]:
    """The parts that do something, the most harmful first, and the clamp last; 80 and they add up to the score."""
    points = {key: Decimal(written) for key, _band, written in contributions}
    total = NOTHING_PARTICULAR + sum(value for key, value in points.items() if key != CLAMP)
    found = [
        PointsPart(key, band, points[key], None if key == CLAMP else _held(total - points[key]))
        for key, band, _written in contributions
        if points[key]
    ]
    return sorted(found, key=lambda part: (part.key == CLAMP, part.points))


def without_points(contributions: Written) -> list[str]:
    """The terms that are known and do nothing."""
    return [key for key, _band, points in contributions if not Decimal(points)]


def shifts(before: Written, after: Written) -> list[Shift]:
    """The terms that do something else than before, the most harmful first. The clamp follows from them."""
    old, new = _points(before), _points(after)
    keys = [*new, *(key for key in old if key not in new)]
    found = [Shift(key, old.get(key), new.get(key)) for key in keys]
    return sorted((shift for shift in found if shift.by), key=lambda shift: shift.by)


def _points(contributions: Iterable[tuple[str, int | None, str]]) -> dict[str, Decimal]:
    return {key: Decimal(points) for key, _band, points in contributions if key != CLAMP}


def _held(score: Decimal) -> Decimal:
    return min(MOST, max(LEAST, score))
