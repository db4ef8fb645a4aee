"""What falls short of its target, how urgent that is, and what closing the gap is worth. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import Enum

from kpi.indicators.definitions import BY_KEY, Counts, Metric, meets, relative_gap


class Priority(Enum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


_STEPS = (
    (Decimal("0.30"), Priority.CRITICAL),
    (Decimal("0.15"), Priority.HIGH),
    (Decimal("0.05"), Priority.MEDIUM),
)


class Basis(Enum):
    """What the francs of a worth are: once, for the rents of the period, or every month from then on."""

    PERIOD = "in the period"
    MONTHLY = "every month"


@dataclass(frozen=True)
class Worth:
    """What closing a gap is worth, from a site's own rows. `units`: homes, tenants, contracts or rents concerned."""

    francs: int
    basis: Basis
    units: int

    def __add__(self, other: "Worth") -> "Worth":
        return Worth(self.francs + other.francs, self.basis, self.units + other.units)


@dataclass(frozen=True)
class Improvement:
    """A KPI that falls short. `worth` is by currency, and empty where the records put no price on it."""

    key: str
    currency: str  # "" unless francs go into the KPI
    value: Decimal
    target: Decimal
    gap: Decimal | None  # as a share of the target; None for a target of 0
    priority: Priority
    worth: Mapping[str, Worth]


def priority(gap: Decimal | None) -> Priority:
    """By the gap's share of the target: 30 %, 15 %, 5 %. Short of a target of 0, which has no share, is critical."""
    if gap is None:
        return Priority.CRITICAL
    return next((priority for least, priority in _STEPS if gap >= least), Priority.LOW)


def worth(key: str, counts: Counts, target: Decimal, median_rent: int | None) -> Worth | None:
    """What one site gains by reaching its target, as far as its rows say so; None for the other KPIs.

    Collection: the francs lacking to the target share of the rents due in the period. Occupancy: every lettable home
    that stands empty × the median rent, monthly. Tenants kept and renewal: those lacking to the target × the median
    rent, monthly. Yearly rent per agent: the rent lacking, monthly.
    """
    if key == "paymentCollectionRate":
        francs = _up(counts.francs_due * target) - counts.francs_received
        return Worth(francs, Basis.PERIOD, counts.due) if francs > 0 else None
    if key == "revenuePerAgent":
        francs = _up(target * len(counts.agents) / 12) - counts.rent
        return Worth(francs, Basis.MONTHLY, counts.in_force) if francs > 0 else None
    lacking = {
        "occupancyRate": counts.lettable - counts.let,
        "tenantRetentionRate": _up(counts.tenants_before * target) - counts.tenants_kept,
        "renewalRate": _up(counts.terms_ended * target) - counts.renewed,
    }.get(key, 0)
    if lacking <= 0 or median_rent is None:
        return None
    return Worth(lacking * median_rent, Basis.MONTHLY, lacking)


def improvement(
    metric: Metric, currency: str, target: Decimal | None, gained: Mapping[str, Worth]
) -> Improvement | None:
    """The KPI as an improvement; None when it has no value, stands on nothing, has no target, or meets it."""
    if metric.value is None or not metric.n or target is None or meets(BY_KEY[metric.key], metric.value, target):
        return None
    gap = relative_gap(BY_KEY[metric.key], metric.value, target)
    return Improvement(metric.key, currency, metric.value, target, gap, priority(gap), gained)


def in_order(found: Iterable[Improvement]) -> tuple[Improvement, ...]:
    """The most francs first, then those without a price by the size of their gap.

    Where two currencies are among them, which cannot be compared, the gap alone decides.
    """
    improvements = list(found)
    by_francs = is_by_francs(improvements)
    return tuple(sorted(improvements, key=lambda one: _order(one, by_francs=by_francs)))


def is_by_francs(improvements: Iterable[Improvement]) -> bool:
    """Whether francs decide their order: those of one currency can be compared."""
    return len({currency for improvement in improvements for currency in improvement.worth}) == 1


def _order(improvement: Improvement, *, by_francs: bool) -> tuple:
    francs = sum(worth.francs for worth in improvement.worth.values()) if by_francs else 0
    gap = improvement.gap if improvement.gap is not None else Decimal("Infinity")
    return (-francs, -gap, improvement.key, improvement.currency)


def _up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))
