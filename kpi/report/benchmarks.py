"""A value beside what others reach. Pure: no Django, no database, no clock."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from statistics import median

from kpi.indicators import BY_KEY
from kpi.indicators.indicator import Indicator, Metric
from kpi.report.trends import STABLE_WITHIN

LEAST_SITES = 4
"""With fewer, a median would tell what a neighbour reaches."""
DECIMALS = 10
"""Values of the network are kept with so many, and compared so."""


class Position(Enum):
    """Where a value stands beside the average: above is always better."""

    ABOVE = "above"
    AT = "at"
    BELOW = "below"


@dataclass(frozen=True)
class Reference:
    """A reference value of a KPI: what agencies reach on average, and the best of them."""

    average: Decimal
    top: Decimal
    source: str
    is_assumption: bool
    as_of: dt.date


@dataclass(frozen=True)
class Network:
    """What the agency's own sites reached in a month. `rank` is that of the site which asks: None without a value."""

    median: Decimal
    best: Decimal
    sites: int
    rank: int | None
    as_of: dt.date


@dataclass(frozen=True)
class Benchmark:
    """A KPI beside its reference value and beside the network; each None where there is none."""

    key: str
    value: Decimal | None
    reference: Reference | None
    position: Position | None
    month_value: Decimal | None  # the value that the network's month is compared with
    network: Network | None
    network_position: Position | None
    is_few: bool = False  # the value stands on few cases
    is_month_few: bool = False


def position(indicator: Indicator, value: Decimal | None, average: Decimal) -> Position | None:
    """Above is the better side of the average; within 1 % of it is at the average."""
    if value is None:
        return None
    if abs(value - average) <= STABLE_WITHIN * abs(average):
        return Position.AT
    return Position.ABOVE if (value > average) == indicator.higher_is_better else Position.BELOW


def best_first(indicator: Indicator, values: Sequence[Decimal]) -> list[Decimal]:
    """The values in order of merit."""
    return sorted(values, reverse=indicator.higher_is_better)


def network(indicator: Indicator, values: Sequence[Decimal], value: Decimal | None, as_of: dt.date) -> Network | None:
    """The sites' values, the best first, as the site with this value sees them; None when they are too few."""
    if len(values) < LEAST_SITES:
        return None
    if value is None:
        rank = None
    else:
        mine = round(value, DECIMALS)
        rank = 1 + sum((other > mine) if indicator.higher_is_better else (other < mine) for other in values)
    return Network(median(values), values[0], len(values), rank, as_of)


def benchmark(
    key: str,
    now: Metric,
    of_month: Metric | None,
    reference: Reference | None,
    others: tuple[Sequence[Decimal], dt.date] | None,
    *,
    has_rank: bool,
) -> Benchmark:
    """An indicator beside its reference value, and its month's beside the network's values of that month.

    Over several sites together there is no rank among them: `has_rank` is False.
    """
    indicator, value = BY_KEY[key], now.value
    month_value = of_month.value if of_month is not None else None
    found = network(indicator, others[0], month_value if has_rank else None, others[1]) if others else None
    return Benchmark(
        key=key,
        value=value,
        reference=reference,
        position=position(indicator, value, reference.average) if reference else None,
        month_value=month_value,
        network=found,
        network_position=position(indicator, month_value, found.median) if found else None,
        is_few=now.is_few,
        is_month_few=of_month is not None and of_month.is_few,
    )
