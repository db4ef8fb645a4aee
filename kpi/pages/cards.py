"""The KPIs as the page shows them: each value beside its target, its past, and what it stands on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kpi.counting.queries import Targets
from kpi.indicators.definitions import BY_KEY, Counts, Direction, Metrics
from kpi.pages import labels
from kpi.report.trends import Point, Trend, trends

# Money first, then the houses and those who live in them, then the work.
HEADLINE = (
    "paymentCollectionRate",
    "occupancyRate",
    "tenantRetentionRate",
    "renewalRate",
    "portfolioRiskScore",
    "averageResolutionTime",
    "npsScore",
    "revenuePerAgent",
    "agentProductivity",
)
OTHERS = ("resolutionRate", "depositReturnRate", "depositReturnTime")
_ARROWS = {Direction.UP: "▲", Direction.DOWN: "▼", Direction.STABLE: "="}


@dataclass(frozen=True)
class Move:
    """Against the previous period: arrow, "+2.1 points", "better", the value then, and "good", "bad" or "quiet"."""

    arrow: str
    change: str
    verdict: str
    previous: str
    tone: str


@dataclass(frozen=True)
class Reading:
    """One value of a card; over sites of two currencies a card of francs has one for each."""

    currency: str
    value: str
    n: str
    missing: str
    target: str
    is_met: bool | None
    move: Move | None
    basis: str
    series: tuple[Point, ...] = ()
    series_title: str = ""

    @property
    def unusual(self) -> tuple[Point, ...]:
        """The months that the drawing marks, to be named beside it."""
        return tuple(point for point in self.series if point.is_unusual)


@dataclass(frozen=True)
class Card:
    key: str
    name: str
    icon: str
    definition: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True)
class Board:
    headline: tuple[Card, ...]
    others: tuple[Card, ...]
    is_empty: bool


def board(current: Metrics, previous: Metrics, targets: Targets) -> Board:
    """The indicators of one period beside the one before, and nothing else."""
    return Board(
        headline=tuple(card(key, current, previous, targets) for key in HEADLINE),
        others=tuple(card(key, current, previous, targets) for key in OTHERS),
        is_empty=all(metric.n == 0 for metric in current.by_key.values()),
    )


def card(key: str, current: Metrics, previous: Metrics, targets: Targets) -> Card:
    """One KPI of a period beside the one before."""
    return card_of(key, trends(key, current, previous, targets.of), current.counts)


def card_of(key: str, of_key: Iterable[Trend], counts: Mapping[str, Counts]) -> Card:
    """One KPI from its trends, one for each currency where francs go into it; `counts` as in Metrics."""
    label, found = labels.LABELS[key], list(of_key)
    return Card(
        key=key,
        name=str(label.name),
        icon=label.icon,
        definition=str(label.definition),
        readings=tuple(_reading(trend, counts[trend.currency], is_one=len(found) == 1) for trend in found),
    )


def _reading(trend: Trend, counts: Counts, *, is_one: bool) -> Reading:
    unit, metric, currency = BY_KEY[trend.key].unit, trend.current, trend.currency
    return Reading(
        currency="" if is_one else currency,
        value="" if metric.value is None else labels.write(unit, metric.value, currency),
        n=labels.counted(trend.key, metric.n),
        missing="" if metric.missing is None else str(labels.MISSING[metric.missing]),
        target="" if trend.target is None else labels.write(unit, trend.target, currency),
        is_met=trend.is_met,
        move=_move(trend),
        basis="" if metric.value is None else labels.basis(trend.key, counts, currency),
        series=trend.series,
        series_title=_series_title(trend),
    )


def _move(trend: Trend) -> Move | None:
    comparison, definition = trend.comparison, BY_KEY[trend.key]
    if comparison is None:
        return None
    is_stable = labels.is_stable(definition, comparison)
    return Move(
        arrow=_ARROWS[Direction.STABLE if is_stable else comparison.direction],
        change="" if is_stable else labels.write_change(definition, comparison, trend.currency),
        verdict=labels.verdict(definition, comparison),
        previous=labels.write(definition.unit, comparison.previous, trend.currency),
        tone="quiet" if is_stable else "good" if comparison.is_good else "bad",
    )


def _series_title(trend: Trend) -> str:
    known = [point.value for point in trend.series if point.value is not None]
    if not known:
        return ""
    first, last = (labels.write(BY_KEY[trend.key].unit, value, trend.currency) for value in (known[0], known[-1]))
    return _("%(count)s months: from %(first)s to %(last)s") % {
        "count": len(trend.series),
        "first": first,
        "last": last,
    }
