"""An evaluation as lines of text, for a terminal. Pure. What is not defined is "–"."""

from collections.abc import Iterator, Sequence
from typing import Any

from insight.evaluate import Forecast, Ranking
from insight.rates import Rate, wilson
from retention.figures import calibration_rows, figures

NONE = "–"


def printed(forecasts: Sequence[Forecast], ranked: Ranking | None = None) -> Iterator[str]:
    """The figures of forecasts, one a line, and how those forecast alike came out."""
    found = figures(forecasts)
    yield _line("rows", found["cases"])
    yield _line("events", found["seen"])
    yield _line("AUC", _with_interval(found, "auc", 3)) if ranked is None else named_ranking("AUC", ranked)
    yield _line("Brier", _number(found["brier"], 4))
    yield _line("skill", _number(found["skill"], 3))
    yield _line("log-loss", _number(found["log_loss"], 4))
    yield _line("O/E", f"{_with_interval(found, 'ratio', 2)} {found['seen']} seen, {found['expected']:.1f} expected")
    yield ""
    yield f"{'calibration':<14}{'forecast %':>11}{'left %':>9}   interval %"
    for number, row in enumerate(calibration_rows(forecasts), 1):
        seen = Rate(row["seen"], row["n"])
        yield f"{number:<14}{100 * row['said']:>11.1f}{rate(seen)}"


def rate(seen: Rate) -> str:
    """A rate with its interval and the counts behind it, in columns."""
    interval = wilson(seen)
    reach = f"{100 * interval.low:.1f}–{100 * interval.high:.1f}"
    return f"{100 * seen.value:>9.1f}   {reach:<12}{seen.successes:.0f} of {seen.n}"


def named_rate(name: str, seen: Rate | None) -> str:
    return f"{name:<25}" + (rate(seen) if seen else f"{NONE:>9}")


def named_ranking(name: str, found: Ranking | None) -> str:
    """An AUC with its interval."""
    if found is None:
        return _line(name, NONE)
    return _line(name, f"{found.auc:.3f} ({found.interval.low:.3f}–{found.interval.high:.3f})")


def _line(name: str, value: object) -> str:
    return f"{name:<20}{value}"


def _number(value: float | None, decimals: int) -> str:
    return NONE if value is None else f"{value:.{decimals}f}"


def _with_interval(found: dict[str, Any], name: str, decimals: int) -> str:
    if found[name] is None or found[f"{name}_low"] is None:
        return NONE
    value, low, high = (f"{found[key]:.{decimals}f}" for key in (name, f"{name}_low", f"{name}_high"))
    return f"{value} ({low}–{high})"
