"""A value beside what others reach. Pure: no Django, no database, no clock."""

import datetime as dt
from collections.abc import Mapping, Sequence
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


def network(
    indicator: Indicator, values: Sequence[Decimal], value: Decimal | None, as_of: dt.date | None
) -> Network | None:
    """The sites' values, the best first, as the site with this value sees them; None when they are too few."""
    if as_of is None or len(values) < LEAST_SITES:
        return None
    if value is None:
        rank = None
    else:
        mine = round(value, DECIMALS)
        rank = 1 + sum((other > mine) if indicator.higher_is_better else (other < mine) for other in values)
    return Network(median(values), values[0], len(values), rank, as_of)


def benchmarks(
    now: Mapping[str, Metric],
    of_month: Mapping[str, Metric],
    references: Mapping[str, Reference],
    of_sites: Mapping[str, tuple[Sequence[Decimal], dt.date]],
    *,
    has_rank: bool,
) -> tuple[Benchmark, ...]:
    """Each indicator beside its reference value, and its value of a month beside those that the sites reached then.

    `of_sites` has these, the best first, and the day on which they were written down. Over several sites together there
    is no rank among them: `has_rank` is False.
    """
    found = []
    for key, metric in now.items():
        indicator, reference, month = BY_KEY[key], references.get(key), of_month.get(key)
        month_value = month.value if month is not None else None
        reached, as_of = of_sites.get(key, ((), None))
        beside = network(indicator, reached, month_value if has_rank else None, as_of)
        found.append(
            Benchmark(
                key=key,
                value=metric.value,
                reference=reference,
                position=position(indicator, metric.value, reference.average) if reference else None,
                month_value=month_value,
                network=beside,
                network_position=position(indicator, month_value, beside.median) if beside else None,
                is_few=metric.is_few,
                is_month_few=month is not None and month.is_few,
            )
        )
    return tuple(found)
