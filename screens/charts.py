"""Charts drawn on the server as SVG, from plain values: a line over time, and bars. Pure.

A point is anything with `value` (None leaves a gap) and, perhaps, `is_unusual`. The drawing is stretched to its
place, so lines keep their width and no text is inside: the words stand beside it in HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

WIDTH, HEIGHT = 120, 40
_MARGIN = 3  # for the width of the line and its dots; what lies on the edge of an axis may stand out by them


def line(points: Sequence[Any], title: str, low: Any = None, high: Any = None, goal: Any = None) -> dict[str, Any]:
    """A line through the points and a dashed one at `goal`, from `low` to `high`, which are the edges of the drawing.

    Without them it takes the points' own range, and keeps off the edges.
    """
    known = [float(point.value) for point in points if point.value is not None]
    if not known:
        return {}
    bottom = min(known) if low is None else float(low)
    top = max(known) if high is None else float(high)
    # The ticks and the grid beside an axis go from edge to edge: so must what is read against them.
    above, below = (_MARGIN if high is None else 0), (_MARGIN if low is None else 0)

    def y(value: float) -> str:
        if top == bottom:
            return _written(HEIGHT / 2)
        return _written(HEIGHT - below - (value - bottom) / (top - bottom) * (HEIGHT - above - below))

    step = (WIDTH - 2 * _MARGIN) / max(len(points) - 1, 1)
    places = [
        None if point.value is None else (_written(_MARGIN + step * number), y(float(point.value)))
        for number, point in enumerate(points)
    ]
    dots = [place for place, point in zip(places, points, strict=True) if getattr(point, "is_unusual", False)]
    return {
        "title": title,
        "path": _path(places),
        "end": next(place for place in reversed(places) if place is not None),
        "dots": dots,
        "goal": None if goal is None else y(float(goal)),
        "width": WIDTH,
        "height": HEIGHT,
    }


def _path(places: Sequence[tuple[str, str] | None]) -> str:
    """M where a line begins, L where it goes on: a place that is None interrupts it."""
    steps, pen = [], "M"
    for place in places:
        if place is None:
            pen = "M"
            continue
        steps.append(f"{pen}{place[0]} {place[1]}")
        pen = "L"
    return "".join(steps)


def _written(number: float) -> str:
    # A template would write 12,5 in French, which no drawing reads.
    return f"{round(number, 1):g}"


def bar(part: Any, whole: Any, tone: str = "") -> dict[str, Any]:
    """A bar as long as the part is of the whole."""
    return {"width": _written(float(part) / float(whole) * 100 if whole else 0), "tone": tone}


def signed_bar(part: Any, low: Any, high: Any) -> dict[str, Any]:
    """A bar from zero to the part, to the left where it is less, on an axis from `low` to `high`, which hold zero."""
    reach = float(high) - float(low) or 1
    zero, end = (100 * (value - float(low)) / reach for value in (0.0, float(part)))
    return {
        "x": _written(min(zero, end)),
        "width": _written(abs(end - zero)),
        "zero": _written(zero),
        "tone": "minus" if part < 0 else "",
    }


@dataclass(frozen=True)
class LineChart:
    """A line over time between two round values, with its goal; beside it the same numbers in words."""

    title: str
    head: str  # of the column of values
    remark: str  # beside the title: a currency, or ""
    points: Sequence[Any]
    low: Decimal
    high: Decimal
    goal: Decimal | None
    ticks: Sequence[str]  # from the top
    names: Sequence[str]  # below the line: of the first point, the one in the middle and the last
    rows: Sequence[tuple[str, str, str, bool]]  # name, value, n, whether it is unusual
    has_unusual: bool


@dataclass(frozen=True)
class Bar:
    name: str
    part: int
    amount: str
    n: str
    tone: str = ""


@dataclass(frozen=True)
class BarChart:
    """Parts of a whole, each with its bar, and what they are together. `kind` is for the template's own words."""

    kind: str
    name: str
    remark: str
    bars: Sequence[Bar]
    longest: int
    total: str


def rounded_range(values: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Round numbers that hold all values, a tenth of the largest apart: what hardly moves shall not look wild."""
    lowest, highest = min(values), max(values)
    size = max(abs(lowest), abs(highest)) or Decimal(1)
    step = Decimal(10) ** ((size * Decimal("0.999")).adjusted()) if size > 1 else Decimal("0.1")
    low = (lowest / step).to_integral_value(ROUND_FLOOR) * step
    high = (highest / step).to_integral_value(ROUND_CEILING) * step
    return (low, high) if high > low else (low, low + step)
