"""What a rate on few cases can say: its interval, and whether two rates differ by more than chance. Pure."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TypeVar

CONFIDENCE = 0.95
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Interval:
    """From `low` to `high`, both included."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Rate:
    """So many successes of n cases; a case may be a part of a success, as a rent that was paid by half is.

    Raises ValueError for counts that no rate has, such as 0 of 0.
    """

    successes: float
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.successes <= self.n or not self.n:
            raise ValueError(f"{self.successes} of {self.n} is no rate")

    @property
    def value(self) -> float:
        return self.successes / self.n


def together(rates: Iterable[Rate]) -> Rate | None:
    """Several rates as one: their successes of their cases. None of none."""
    found = list(rates)
    return Rate(sum(rate.successes for rate in found), sum(rate.n for rate in found)) if found else None


def wilson(rate: Rate, *, confidence: float = CONFIDENCE) -> Interval:
    """The score interval of a rate, without continuity correction.

    (2np + z² ± z √(z² + 4np(1 − p))) ÷ 2(n + z²), with z the two-sided normal quantile of the confidence (Wilson 1927;
    Newcombe, Statistics in Medicine 17 (1998), 857–872, method 3). It holds for small n, and for 0 and n successes.
    """
    z, n, p = _z(confidence), rate.n, rate.value
    middle, reach = 2 * n * p + z * z, z * sqrt(z * z + 4 * n * p * (1 - p))
    width = 2 * (n + z * z)
    # Exactly 0 and 1 at the ends, which the division may miss by a rounding.
    low = 0.0 if rate.successes == 0 else (middle - reach) / width
    high = 1.0 if rate.successes == n else (middle + reach) / width
    return Interval(low, high)


def newcombe(one: Rate, other: Rate, *, confidence: float = CONFIDENCE) -> Interval:
    """The interval of the difference `one` − `other` of two independent rates, from their two Wilson intervals.

    d − √((p₁ − l₁)² + (u₂ − p₂)²) to d + √((u₁ − p₁)² + (p₂ − l₂)²), the hybrid score interval (Newcombe, Statistics in
    Medicine 17 (1998), 873–890, method 10). A difference of which it does not contain 0 is more than chance.
    """
    first, second = wilson(one, confidence=confidence), wilson(other, confidence=confidence)
    p, q = one.value, other.value
    return Interval(
        low=p - q - sqrt((p - first.low) ** 2 + (second.high - q) ** 2),
        high=p - q + sqrt((first.high - p) ** 2 + (q - second.low) ** 2),
    )


def beside_the_others(rates: Mapping[K, Rate], *, confidence: float = CONFIDENCE) -> dict[K, Interval]:
    """Of each of several independent rates the interval of its difference to the others taken together.

    One alone has none.
    """
    differences = {}
    for key, rate in rates.items():
        others = together(other for name, other in rates.items() if name != key)
        if others is not None:
            differences[key] = newcombe(rate, others, confidence=confidence)
    return differences


def _z(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"{confidence} is no confidence: it lies between 0 and 1")
    return NormalDist().inv_cdf((1 + confidence) / 2)
