"""How good forecasts were: do they part those who left from those who stayed, and do as many leave as they say? Pure.

An undefined figure is None, never 0. Worked numbers: docs/formulas/retention.md.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import fsum, log, log1p, sqrt
from statistics import NormalDist

from insight.rates import Interval, Rate, wilson

ROWS = 5
HALF_WIDTH = 0.98  # of √O, which has a standard deviation of ½ whatever it counts: 1.96 ÷ 2


@dataclass(frozen=True)
class Forecast:
    """What was said of a case beforehand, and whether it came so."""

    probability: float
    decided: bool

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise ValueError(f"{self.probability} is no probability")


@dataclass(frozen=True)
class Ranking:
    """How well forecasts part two groups: the AUC, with the interval of ± 1.96 standard errors, held within 0 and 1."""

    auc: float
    standard_error: float

    @property
    def interval(self) -> Interval:
        reach = NormalDist().inv_cdf(0.975) * self.standard_error
        return Interval(max(0.0, self.auc - reach), min(1.0, self.auc + reach))


@dataclass(frozen=True)
class AgainstExpected:
    """Departures seen ÷ departures expected."""

    seen: int
    expected: float

    @property
    def value(self) -> float | None:
        return self.seen / self.expected if self.expected else None

    @property
    def interval(self) -> Interval | None:
        """(√O ± .98)² ÷ E: as many departures as were seen come by chance where so many were to be expected."""
        if not self.expected:
            return None
        root = sqrt(self.seen)
        return Interval(max(0.0, root - HALF_WIDTH) ** 2 / self.expected, (root + HALF_WIDTH) ** 2 / self.expected)


@dataclass(frozen=True)
class CalibrationRow:
    """Cases of like forecasts: what was said of them on average, and how many of them came so."""

    said: float
    seen: Rate
    interval: Interval


def ranking(forecasts: Sequence[Forecast]) -> Ranking | None:
    """The chance that of one who left and one who stayed the former had the higher forecast; a tie is half a chance.

    The standard error is that of Hanley and McNeil, Radiology 143 (1982), 29–36. None where nobody left, or everybody.
    """
    left = Counter(each.probability for each in forecasts if each.decided)
    stayed = Counter(each.probability for each in forecasts if not each.decided)
    n, m = left.total(), stayed.total()
    if not n or not m:
        return None
    twice, below = 0, 0
    for probability in sorted({*left, *stayed}):
        twice += left[probability] * (2 * below + stayed[probability])
        below += stayed[probability]
    auc = twice / (2 * n * m)
    return Ranking(auc, _standard_error(auc, n, m))


def _standard_error(auc: float, n: int, m: int) -> float:
    first, second = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = auc * (1 - auc) + (n - 1) * (first - auc * auc) + (m - 1) * (second - auc * auc)
    return sqrt(max(0.0, spread) / (n * m))


def brier(forecasts: Sequence[Forecast]) -> float | None:
    """The mean squared distance of what was said to what came: 0 is perfect."""
    if not forecasts:
        return None
    return fsum((each.probability - each.decided) ** 2 for each in forecasts) / len(forecasts)


def skill(forecasts: Sequence[Forecast]) -> float | None:
    """1 − Brier ÷ the Brier of saying the same rate of everybody: 0 or less is no better than that.

    None where nobody left, or everybody.
    """
    score, decided = brier(forecasts), sum(each.decided for each in forecasts)
    if score is None or not 0 < decided < len(forecasts):
        return None
    rate = decided / len(forecasts)
    return 1 - score / (rate * (1 - rate))


def log_loss(forecasts: Sequence[Forecast]) -> float | None:
    """The mean of −ln of what was said of that which came: less is better, and a certainty that fails is infinite."""
    if not forecasts:
        return None
    return fsum(_surprise(each) for each in forecasts) / len(forecasts)


def _surprise(forecast: Forecast) -> float:
    p = forecast.probability
    if p == (0 if forecast.decided else 1):
        return float("inf")
    return -log(p) if forecast.decided else -log1p(-p)


def against_expected(forecasts: Sequence[Forecast]) -> AgainstExpected:
    """How many left, and how many should have, by the sum of what was said."""
    return AgainstExpected(
        seen=sum(each.decided for each in forecasts), expected=fsum(each.probability for each in forecasts)
    )


def calibration(forecasts: Sequence[Forecast], *, rows: int = ROWS) -> list[CalibrationRow]:
    """The cases in rows of about as many each, from the lowest forecasts to the highest.

    Cases of one forecast stand in one row, that of their middle one: a row may be larger, or missing.
    """
    if not forecasts:
        return []
    alike = Counter(each.probability for each in forecasts)
    decided = Counter(each.probability for each in forecasts if each.decided)
    said = sorted(alike)
    row_of = {
        p: (upto * 2 - alike[p]) * rows // (2 * len(forecasts))
        for p, upto in zip(said, accumulate(alike[p] for p in said), strict=True)
    }
    found = []
    for row in range(rows):
        here = [p for p in said if row_of[p] == row]
        if here:
            n = sum(alike[p] for p in here)
            seen = Rate(sum(decided[p] for p in here), n)
            found.append(CalibrationRow(fsum(p * alike[p] for p in here) / n, seen, wilson(seen)))
    return found
