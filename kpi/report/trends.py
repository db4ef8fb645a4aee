"""A value against the period before, against its target, and over thirteen months. Pure."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from statistics import median

from kpi.indicators import BY_KEY, MONEY_KEYS
from kpi.indicators.indicator import NOT_ON_RECORD, Indicator, Metric
from kpi.report.metrics import Metrics

STABLE_WITHIN = Decimal("0.01")
SERIES_MONTHS = 13
LEAST_MONTHS = 12
UNUSUAL_SCORE = 3
# The standard deviation of a normal distribution in medians of absolute deviations, and in means of them.
_PER_MEDIAN_DEVIATION = Decimal("1.4826")
_PER_MEAN_DEVIATION = Decimal("1.2533")


class Direction(Enum):
    UP = "up"
    DOWN = "down"
    STABLE = "stable"


@dataclass(frozen=True)
class Comparison:
    """A value against the previous period's. `is_good` is None where nothing moved."""

    previous: Decimal
    change: Decimal
    relative: Decimal | None
    direction: Direction
    is_good: bool | None


def compare(indicator: Indicator, current: Metric, previous: Metric) -> Comparison | None:
    """How the value moved; None unless both periods have one. Within 1 % of the previous value it is stable."""
    if current.value is None or previous.value is None:
        return None
    change = current.value - previous.value
    relative = change / abs(previous.value) if previous.value else None
    if abs(change) <= STABLE_WITHIN * abs(previous.value):
        return Comparison(previous.value, change, relative, Direction.STABLE, None)
    direction = Direction.UP if change > 0 else Direction.DOWN
    is_good = (change > 0) == indicator.higher_is_better
    return Comparison(previous.value, change, relative, direction, is_good)


def meets(indicator: Indicator, value: Decimal, target: Decimal) -> bool:
    """Whether the value reaches its target; exactly on it counts."""
    return value >= target if indicator.higher_is_better else value <= target


def met(values: Mapping[str, Metric], targets: Mapping[str, Decimal]) -> dict[str, bool]:
    """Which values reach their target, by key; those without a value, or a target, are left out."""
    return {
        key: meets(BY_KEY[key], metric.value, targets[key])
        for key, metric in values.items()
        if metric.value is not None and key in targets
    }


@dataclass(frozen=True)
class Point:
    """A month of a series. `is_unusual`: it lies outside the range of the other months. `is_on_record`: it does not lie
    before the first rents that the records have."""

    month: dt.date
    value: Decimal | None
    n: int
    is_unusual: bool = False
    is_on_record: bool = True


@dataclass(frozen=True)
class Trend:
    """A KPI of the period beside the one before, its target and its months."""

    key: str
    currency: str  # "" unless francs go into the KPI: then there is a trend for each currency
    current: Metric
    previous: Metric
    comparison: Comparison | None
    target: Decimal | None
    is_met: bool | None
    variance: Decimal | None  # value − target
    series: tuple[Point, ...]


def robust_z(value: Decimal, others: Sequence[Decimal]) -> Decimal | None:
    """How many standard deviations a value lies from the median of the others, robustly (Iglewicz and Hoaglin 1993).

    The deviation is 1.4826 × the median of the absolute deviations or, where that is 0, 1.2533 × their mean. None
    where all others are equal: there is no spread to measure with.
    """
    middle = median(others)
    deviations = [abs(other - middle) for other in others]
    mean = sum(deviations, Decimal()) / len(deviations)
    spread = median(deviations) * _PER_MEDIAN_DEVIATION or mean * _PER_MEAN_DEVIATION
    return (value - middle) / spread if spread else None


def is_unusual(value: Decimal, others: Sequence[Decimal]) -> bool:
    """Whether |robust z| > 3 against at least 12 others; where these are all equal, whether it differs by over 1 %."""
    if len(others) < LEAST_MONTHS:
        return False
    score = robust_z(value, others)
    if score is None:
        return abs(value - others[0]) > STABLE_WITHIN * abs(others[0])
    return abs(score) > UNUSUAL_SCORE


def series(months: Sequence[dt.date], metrics: Sequence[Metric], closed: dt.date | None) -> tuple[Point, ...]:
    """The months' values in order, each that stands on cases enough judged against all the others that do.

    Only months up to `closed`, the last one that is over: half a month is unlike any other.
    """
    judged = [
        closed is not None and month <= closed and m.value is not None and m.n >= BY_KEY[m.key].least_cases
        for month, m in zip(months, metrics, strict=True)
    ]
    points = []
    for place, (month, metric) in enumerate(zip(months, metrics, strict=True)):
        others = [m.value for i, m in enumerate(metrics) if i != place and judged[i] and m.value is not None]
        unusual = judged[place] and metric.value is not None and is_unusual(metric.value, others)
        points.append(Point(month, metric.value, metric.n, unusual, metric.missing is not NOT_ON_RECORD))
    return tuple(points)


def values(metrics: Metrics, key: str) -> Mapping[str, Metric]:
    """An indicator's value under "" or, when francs go into it, one for each currency of the scope."""
    if key not in MONEY_KEYS:
        return {"": metrics.by_key[key]}
    return {currency: by_key[key] for currency, by_key in metrics.by_currency.items()}


def trends(
    key: str,
    now: Metrics,
    then: Metrics,
    targets: Mapping[tuple[str, str], Decimal],
    monthly: Mapping[dt.date, Metrics] | None = None,
    closed: dt.date | None = None,
) -> Iterator[Trend]:
    """A KPI of a period against the period before, in each currency, with the values of the months given.

    `targets` are by key and currency; `closed` is the last of the months that is over.
    """
    indicator, before, months = BY_KEY[key], values(then, key), monthly or {}
    for currency, metric in values(now, key).items():
        target = targets.get((key, currency))
        yield Trend(
            key=key,
            currency=currency,
            current=metric,
            previous=before[currency],
            comparison=compare(indicator, metric, before[currency]),
            target=target,
            is_met=None if metric.value is None or target is None else meets(indicator, metric.value, target),
            variance=None if metric.value is None or target is None else metric.value - target,
            series=series(list(months), [values(found, key)[currency] for found in months.values()], closed),
        )


def trends_of(
    keys: Sequence[str],
    now: Metrics,
    then: Metrics,
    targets: Mapping[tuple[str, str], Decimal],
    monthly: Mapping[dt.date, Metrics] | None = None,
    closed: dt.date | None = None,
) -> tuple[Trend, ...]:
    """Those of several KPIs."""
    return tuple(trend for key in keys for trend in trends(key, now, then, targets, monthly, closed))
