"""The points table: what each fact about a tenancy is worth, the score they add up to, its level. Pure.

score = 80 + Σ points, no less than 0 and no more than 100. 80 is a tenant with nothing particular; 20 points less is
twice the odds of leaving. Formulas and worked numbers: docs/formulas/retention.md.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite, log
from types import MappingProxyType

NOTHING_PARTICULAR = Decimal(80)
LEAST, MOST = Decimal(0), Decimal(100)
DOUBLING = 20  # so many points less are twice the odds of leaving
CLAMP = "clamp"
NO_WINDOW = -1  # the months of a tenancy that has no window within 120 days

Number = int | float | Decimal


@dataclass(frozen=True)
class Bands:
    """The bands of one term and the points of each: below the first edge, from one edge to the next, from the last on.

    An edge belongs to the band above it.
    """

    key: str
    edges: tuple[int | float, ...]
    points: tuple[Decimal, ...]

    def band(self, value: Number) -> int:
        """Which band a value lies in, counted from 0. Raises ValueError for what is no number."""
        if not isfinite(value):
            raise ValueError(f"{self.key}: {value} lies in no band")
        return bisect_right(self.edges, value)

    @property
    def reference(self) -> int | None:
        """The band without points, with which the others are compared; the first one, where there are several."""
        return next((band for band, points in enumerate(self.points) if not points), None)


@dataclass(frozen=True)
class PointsTable:
    """The bands of every term, the log-odds of a tenant with nothing particular, and what sites add to them."""

    bands: tuple[Bands, ...]
    intercept: float
    sites: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(bands.key for bands in self.bands)


@dataclass(frozen=True)
class Contribution:
    """What one term did to the score. The clamp, which holds it between 0 and 100, has no band."""

    key: str
    band: int | None
    points: Decimal


@dataclass(frozen=True)
class TenancyScore:
    """A score, the contributions that add up to it, and the terms of which nothing is known.

    80 and the points of the contributions always add up to the value exactly.
    """

    value: Decimal
    contributions: tuple[Contribution, ...]
    absent: tuple[str, ...]

    @property
    def unclamped(self) -> Decimal:
        """The score before it was held between 0 and 100: the probability is computed from it."""
        return NOTHING_PARTICULAR + sum((c.points for c in self.contributions if c.key != CLAMP), Decimal(0))


@dataclass(frozen=True)
class RiskLevel:
    """A level begins at its least score; somebody speaks to the tenant within so many days."""

    name: str
    least: Decimal
    intervene_within: int


LEVELS = (
    RiskLevel("low", Decimal(80), 30),
    RiskLevel("medium", Decimal(60), 14),
    RiskLevel("high", Decimal(40), 7),
    RiskLevel("critical", Decimal(0), 2),
)


def _bands(key: str, edges: tuple[int | float, ...], *points: int) -> Bands:
    return Bands(key, edges, tuple(map(Decimal, points)))


# The table of the first day. Where each number comes from: docs/formulas/retention.md.
STARTING_TABLE = PointsTable(
    bands=(
        # Whole months that the tenancy has lasted on the day of its window; NO_WINDOW where none is within 120 days.
        _bands("window", (0, 18, 30), 0, -24, -40, -20),
        # Months of rent paid in advance, where an advance was agreed.
        _bands("prepaid", (1, 5), 0, -14, 30),
        # Mean days late of the last three rents, less those of the rents before them.
        _bands("late_change", (3, 7), 0, -8, -16),
        # Rents missed in twelve months.
        _bands("missed", (1, 2), 0, -4, -8),
        # Complaints in 180 days.
        _bands("complaints", (1, 2), 0, -14, -24),
        # Requests that are open beyond their day.
        _bands("overdue_requests", (1,), 0, -6),
        # Mean rating of 365 days, 0 to 10.
        _bands("satisfaction", (5, 7, 9), -20, -10, 0, 6),
        # The tenant's own contacts of 90 days ÷ those usual before.
        _bands("inbound", (0.5,), -8, 0),
        # Days without a payment, a contact, a request or a survey.
        _bands("silence", (61,), 0, -6),
        # Whole months that the tenancy has lasted.
        _bands("loyalty", (36,), 0, 8),
        # Tenants whom this one has brought.
        _bands("referrals", (1,), 0, 5),
    ),
    intercept=log(0.025 / 0.975),
)


def score(terms: Mapping[str, Number | None], table: PointsTable = STARTING_TABLE) -> TenancyScore:
    """The score of a tenancy from its terms. A term that is None or not given is absent, which is not the same as 0.

    Raises ValueError for a term that the table does not know.
    """
    unknown = set(terms) - set(table.keys)
    if unknown:
        raise ValueError(f"not in the table: {', '.join(sorted(unknown))}")
    contributions, absent = [], []
    for bands in table.bands:
        value = terms.get(bands.key)
        if value is None:
            absent.append(bands.key)
            continue
        band = bands.band(value)
        contributions.append(Contribution(bands.key, band, bands.points[band]))
    total = NOTHING_PARTICULAR + sum((c.points for c in contributions), Decimal(0))
    held = min(MOST, max(LEAST, total))
    if held != total:
        contributions.append(Contribution(CLAMP, None, held - total))
    return TenancyScore(held, tuple(contributions), tuple(absent))


def risk_level(value: Number) -> RiskLevel:
    """The level of a score from 0 to 100. Raises ValueError for any other number."""
    if not LEAST <= value <= MOST:
        raise ValueError(f"{value} is no score: it lies between 0 and 100")
    return next(level for level in LEVELS if value >= level.least)


def act_within(level: RiskLevel, days_to_notice: int | None) -> int:
    """Within how many days somebody speaks to the tenant: as the level says, and before notice must be given."""
    if days_to_notice is None:
        return level.intervene_within
    return max(0, min(level.intervene_within, days_to_notice))
