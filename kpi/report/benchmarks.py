"""A value beside what others reach. Pure: no Django, no database, no clock."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from statistics import median

from kpi.indicators.definitions import DEFINITIONS, STABLE_WITHIN, Definition, Unit

LEAST_SITES = 4
"""With fewer, a median would tell what a neighbour reaches."""
DECIMALS = 10
"""Values of the network are kept with so many, and compared so."""
SHARED_KEYS = tuple(d.key for d in DEFINITIONS if d.unit is not Unit.FRANCS)
"""What sites show one another: never a rent level."""


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


def position(definition: Definition, value: Decimal | None, average: Decimal) -> Position | None:
    """Above is the better side of the average; within 1 % of it is at the average."""
    if value is None:
        return None
    if abs(value - average) <= STABLE_WITHIN * abs(average):
        return Position.AT
    return Position.ABOVE if (value > average) == definition.higher_is_better else Position.BELOW


def best_first(definition: Definition, values: Sequence[Decimal]) -> list[Decimal]:
    """The values in order of merit."""
    return sorted(values, reverse=definition.higher_is_better)


def network(definition: Definition, values: Sequence[Decimal], value: Decimal | None, as_of: dt.date) -> Network | None:
    """The sites' values, the best first, as the site with this value sees them; None when they are too few."""
    if len(values) < LEAST_SITES:
        return None
    if value is None:
        rank = None
    else:
        mine = round(value, DECIMALS)
        rank = 1 + sum((other > mine) if definition.higher_is_better else (other < mine) for other in values)
    return Network(median(values), values[0], len(values), rank, as_of)
