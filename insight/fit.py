"""The points learned from what became of tenancies, starting from the table. Pure, and the one module that needs numpy.

Minimised is Σ w · log-loss + ½ λ Σ (β − β of the table)² + ½ · 10 Σ site², with β = −points × ln 2 ÷ 20 and λ = 8, by
Newton's method in at most 30 steps. With few departures the table stays; with many the rows decide. The band without
points is what the others of its term are compared with, and stays without.

numpy is imported where it is used: only the child process that learns pays for it, and no web process ever loads it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import log
from types import MappingProxyType
from typing import TYPE_CHECKING

from insight.points import DOUBLING, STARTING_TABLE, Bands, Number, PointsTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PENALTY = 8.0
SITE_PENALTY = 10.0
MOST_STEPS = 30
CLOSE_ENOUGH = 1e-9
LONGEST_STEP = 2.0  # of any log-odds; beyond it, where everything looks certain, the curve is flat
# A decision within 90 days is seen from three monthly rows.
MONTHLY_WEIGHT = 1 / 3
POINTS_OF_LOG_ODDS = -DOUBLING / log(2)

Column = tuple[str, int]  # a term and its band


class NothingToLearn(ValueError):
    """Among the rows nobody decided to leave, or everybody did."""


class NotConverged(ArithmeticError):
    """Newton's method has not come to rest."""


@dataclass(frozen=True)
class Example:
    """What was known of a tenancy on a day, and whether its tenant decided to leave within 90 days."""

    day: date
    site: str
    terms: Mapping[str, Number | None]
    decided: bool
    weight: float = MONTHLY_WEIGHT

    def __post_init__(self) -> None:
        if not 0 < self.weight < float("inf"):
            raise ValueError(f"{self.weight} is no weight")


@dataclass(frozen=True)
class Fit:
    """The table that was learned, and in how many steps, from how many rows."""

    table: PointsTable
    steps: int
    rows: int


def fit(examples: Iterable[Example], table: PointsTable = STARTING_TABLE) -> Fit:
    """Learn the points, the intercept and the sites. Raises NothingToLearn, or NotConverged after 30 steps."""
    import numpy as np

    rows, weights = _alike(examples, table)
    if not any(decided for decided, _stayed in weights.values()) or not any(stayed for _d, stayed in weights.values()):
        raise NothingToLearn("there are no rows both of tenants who decided to leave and of tenants who did not")
    columns = [
        (bands.key, band) for bands in table.bands for band in range(len(bands.points)) if band != bands.reference
    ]
    sites = sorted({site for site, _columns in weights})
    place = {column: 1 + n for n, column in enumerate(columns)}
    site_place = {site: 1 + len(columns) + n for n, site in enumerate(sites)}
    size = 1 + len(columns) + len(sites)

    patterns = sorted(weights)
    matrix = np.zeros((len(patterns), size))
    matrix[:, 0] = 1
    for n, (site, present) in enumerate(patterns):
        matrix[n, site_place[site]] = 1
        matrix[n, [place[column] for column in present if column in place]] = 1
    points = {bands.key: bands.points for bands in table.bands}
    towards = np.array(
        [
            table.intercept,
            *(float(points[key][band]) / POINTS_OF_LOG_ODDS for key, band in columns),
            *(0.0 for _ in sites),
        ]
    )
    penalty = np.array([0.0, *(PENALTY for _ in columns), *(SITE_PENALTY for _ in sites)])
    solved, steps = _newton(matrix, np.array([weights[pattern] for pattern in patterns]), towards, penalty)

    learned = {column: _as_points(float(solved[n])) for column, n in place.items()}
    return Fit(
        table=PointsTable(
            bands=tuple(_learned_bands(bands, learned) for bands in table.bands),
            intercept=_rounded(float(solved[0])),
            sites=MappingProxyType({site: _rounded(float(solved[n])) for site, n in site_place.items()}),
        ),
        steps=steps,
        rows=rows,
    )


def _alike(
    examples: Iterable[Example], table: PointsTable
) -> tuple[int, dict[tuple[str, tuple[Column, ...]], tuple[float, float]]]:
    """How many rows there are, and of those alike, which differ in nothing that is learned, the weight of the decided
    and of the others: of 400 000 rows a few thousand are left."""
    rows = 0
    weights: dict[tuple[str, tuple[Column, ...]], tuple[float, float]] = {}
    for example in examples:
        unknown = set(example.terms) - set(table.keys)
        if unknown:
            raise ValueError(f"not in the table: {', '.join(sorted(unknown))}")
        present = []
        for bands in table.bands:
            value = example.terms.get(bands.key)
            if value is not None:
                present.append((bands.key, bands.band(value)))
        pattern = (example.site, tuple(present))
        decided, stayed = weights.get(pattern, (0.0, 0.0))
        weights[pattern] = (decided + example.weight, stayed) if example.decided else (decided, stayed + example.weight)
        rows += 1
    return rows, weights


def _newton(
    matrix: "NDArray[np.float64]",
    weights: "NDArray[np.float64]",
    towards: "NDArray[np.float64]",
    penalty: "NDArray[np.float64]",
) -> tuple["NDArray[np.float64]", int]:
    """Where the penalised log-loss is least, from the table on; a long step is shortened."""
    import numpy as np

    decided, together = weights[:, 0], weights.sum(axis=1)
    at = towards
    for step_number in range(1, MOST_STEPS + 1):
        expected = 1 / (1 + np.exp(-(matrix @ at)))
        slope = matrix.T @ (together * expected - decided) + penalty * (at - towards)
        curve = (matrix.T * (together * expected * (1 - expected))) @ matrix + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        longest = float(np.abs(step).max())
        if longest < CLOSE_ENOUGH:
            return at - step, step_number
        at = at - step * min(1.0, LONGEST_STEP / longest)
    raise NotConverged(f"after {MOST_STEPS} steps the points still move")


def _rounded(log_odds: float) -> float:
    """With six decimals, and no minus before a zero: the same table is the same bytes."""
    return round(log_odds, 6) + 0.0


def _as_points(log_odds: float) -> Decimal:
    """Points with one decimal, so that they add up exactly."""
    return Decimal(f"{log_odds * POINTS_OF_LOG_ODDS:.1f}") + 0


def _learned_bands(bands: Bands, learned: Mapping[Column, Decimal]) -> Bands:
    points = tuple(learned.get((bands.key, band), given) for band, given in enumerate(bands.points))
    return Bands(bands.key, bands.edges, points)
