"""How likely a tenant decides to leave within 90 days: from the score, and from what departures were seen. Pure.

Odds o = e^(intercept + site) × 2^((80 − u) ÷ 20) with u the score before the clamp; p₀ = o ÷ (1 + o);
p = 1 − (1 − p₀)^f with f the factor of the site. Worked numbers: docs/formulas/retention.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, expm1, fsum, log, log1p

from insight.points import DOUBLING, NOTHING_PARTICULAR, STARTING_TABLE, Number, PointsTable

HORIZON_DAYS = 90
PRIOR_DEPARTURES = 5  # the factor begins at 1 with the weight of so many departures


@dataclass(frozen=True)
class Watched:
    """So many days, at most the horizon, of a tenancy whose probability at their beginning was this."""

    probability: float
    days: float


def starting_probability(unclamped: Number, table: PointsTable = STARTING_TABLE, *, site: str = "") -> float:
    """p₀: what the table says of a score before the clamp. A site that the table does not know is as the network."""
    below = float(NOTHING_PARTICULAR) - float(unclamped)
    return 1 / (1 + exp(-(table.intercept + table.sites.get(site, 0.0) + below * log(2) / DOUBLING)))


def probability(p0: float, factor: float) -> float:
    """p = 1 − (1 − p₀)^f: what is expected where departures come f times as often. f = 1 leaves it as it is."""
    if not 0 <= p0 < 1 or not factor >= 0:
        raise ValueError(f"{p0} with the factor {factor} is no probability")
    return -expm1(factor * log1p(-p0))


def expected_departures(watched: Iterable[Watched]) -> float:
    """Σ −ln(1 − p₀) × days ÷ 90: how many were to be expected in the days during which tenancies were watched."""
    return fsum(-log1p(-each.probability) * each.days / HORIZON_DAYS for each in watched)


def network_factor(seen: int, expected: float) -> float:
    """(5 + O) ÷ (5 + E), of all sites together. 1 while nothing was expected."""
    return (PRIOR_DEPARTURES + seen) / (PRIOR_DEPARTURES + expected)


def site_factor(network: float, seen: int, expected: float) -> float:
    """(5 × f of the network + o) ÷ (5 + e): the network's, until the site has departures of its own to go by."""
    return (PRIOR_DEPARTURES * network + seen) / (PRIOR_DEPARTURES + expected)
