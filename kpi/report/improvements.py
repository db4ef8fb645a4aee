"""What falls short of its target, how urgent that is, and what closing the gap is worth. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from kpi.counting.counts import Counts
from kpi.counting.figures import Figures
from kpi.indicators import BY_KEY
from kpi.indicators.indicator import Indicator, Metric
from kpi.indicators.worth import Worth
from kpi.report.trends import Trend, meets


class GapPriority(Enum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


_STEPS = (
    (Decimal("0.30"), GapPriority.CRITICAL),
    (Decimal("0.15"), GapPriority.HIGH),
    (Decimal("0.05"), GapPriority.MEDIUM),
)


@dataclass(frozen=True)
class Improvement:
    """A KPI that falls short. `worth` is by currency, and empty where the records put no price on it."""

    key: str
    currency: str  # "" unless francs go into the KPI
    value: Decimal
    target: Decimal
    gap: Decimal | None  # as a share of the target; None for a target of 0
    priority: GapPriority
    worth: Mapping[str, Worth]


def relative_gap(indicator: Indicator, value: Decimal, target: Decimal) -> Decimal | None:
    """How far the value falls short, as a share of the target; 0 or less when it is met; None for a target of 0."""
    if not target:
        return None
    gap = target - value if indicator.higher_is_better else value - target
    return gap / abs(target)


def priority(gap: Decimal | None) -> GapPriority:
    """By the gap's share of the target: 30 %, 15 %, 5 %. Short of a target of 0, which has no share, is critical."""
    if gap is None:
        return GapPriority.CRITICAL
    return next((priority for least, priority in _STEPS if gap >= least), GapPriority.LOW)


def worth(key: str, counts: Counts, target: Decimal, median_rent: int | None) -> Worth | None:
    """What one site gains by reaching its target, as far as its rows say so; None for the other indicators."""
    gain = BY_KEY[key].gain
    return gain.of(counts, target, median_rent) if gain is not None else None


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


def _order(improvement: Improvement, *, by_francs: bool) -> tuple[int, Decimal, str, str]:
    francs = sum(worth.francs for worth in improvement.worth.values()) if by_francs else 0
    gap = improvement.gap if improvement.gap is not None else Decimal("Infinity")
    return (-francs, -gap, improvement.key, improvement.currency)


def improvements(
    trends: Iterable[Trend],
    counts: Mapping[str, Counts],
    figures: Mapping[str, Figures],
    currency_of: Mapping[str, str],
) -> tuple[Improvement, ...]:
    """What falls short, in order, each priced from the counts and figures of the sites that it concerns."""
    found = []
    for trend in trends:
        if trend.is_met is not False or trend.target is None:
            continue
        gained: dict[str, Worth] = {}
        for code in counts:
            gain = None
            if trend.currency in ("", currency_of[code]):
                gain = worth(trend.key, counts[code], trend.target, figures[code].median_rent)
            if gain is not None:
                before = gained.get(currency_of[code])
                gained[currency_of[code]] = before + gain if before else gain
        found.append(improvement(trend.current, trend.currency, trend.target, gained))
    return in_order(one for one in found if one is not None)
