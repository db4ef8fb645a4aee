"""What a trial shows: those who were contacted against those who were set aside by lot. Pure.

The difference of two rates and its interval: `rates.newcombe`. Worked numbers: docs/formulas/retention.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from statistics import NormalDist

from insight.rates import CONFIDENCE, Interval, Rate

# Two-sided 95 % surety, and 80 % of finding what is there: 1.96 + .84.
SURE_AND_FOUND = 2.8


@dataclass(frozen=True)
class Trial:
    """How many were kept of those contacted, and of those set aside."""

    contacted: Rate
    set_aside: Rate


@dataclass(frozen=True)
class Pooled:
    """The difference of several trials as one, with its interval."""

    difference: float
    interval: Interval


def least_detectable(rate: float, contacted: int, set_aside: int) -> float | None:
    """MDE = 2.8 √(p (1 − p) (1/n₁ + 1/n₂)): the least difference that a trial of this size can be expected to show.

    None where one side is empty: nothing can be shown.
    """
    if not contacted or not set_aside:
        return None
    return SURE_AND_FOUND * sqrt(rate * (1 - rate) * (1 / contacted + 1 / set_aside))


def z_for(comparisons: int) -> float:
    """The normal quantile with which so many comparisons together err no more often than one: 1.96 for one."""
    if comparisons < 1:
        raise ValueError(f"{comparisons} comparisons")
    return NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2 / comparisons)


@dataclass(frozen=True)
class Sums:
    """What of several trials their common difference is made of: each is compared within itself."""

    difference: float = 0.0
    weight: float = 0.0
    p: float = 0.0
    q: float = 0.0


def sums(trials: Iterable[Trial]) -> Sums:
    """Σ (k₁n₂ − k₂n₁)/N, Σ n₁n₂/N, P = Σ [n₁²k₂ − n₂²k₁ + n₁n₂(n₂ − n₁)/2]/N², Q = Σ [k₁(n₂ − k₂) + k₂(n₁ − k₁)]/2N."""
    differences, weights, p, q = [], [], [], []
    for trial in trials:
        k1, n1, k2, n2 = trial.contacted.successes, trial.contacted.n, trial.set_aside.successes, trial.set_aside.n
        n = n1 + n2
        differences.append((k1 * n2 - k2 * n1) / n)
        weights.append(n1 * n2 / n)
        p.append((n1 * n1 * k2 - n2 * n2 * k1 + n1 * n2 * (n2 - n1) / 2) / n**2)
        q.append((k1 * (n2 - k2) + k2 * (n1 - k1)) / (2 * n))
    return Sums(fsum(differences), fsum(weights), fsum(p), fsum(q))


def pooled(trials: Sequence[Trial], *, comparisons: int = 1) -> Pooled | None:
    """The common difference of rates of several trials, with its interval. None of none."""
    return pooled_of(sums(trials), comparisons=comparisons)


def pooled_of(of: Sums, *, comparisons: int = 1) -> Pooled | None:
    """The difference of Mantel and Haenszel with the interval of Sato: D = Σ difference ÷ Σ weight, ± z √(D·P + Q) ÷
    Σ weight (Sato, Greenland and Robins, Biometrics 45 (1989), 1323–1324). None of no trial."""
    if not of.weight:
        return None
    difference = of.difference / of.weight
    reach = z_for(comparisons) * sqrt(max(0.0, difference * of.p + of.q)) / of.weight
    return Pooled(difference, Interval(difference - reach, difference + reach))
