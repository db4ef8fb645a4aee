"""What closing a gap is worth, from a site's own counts."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import Enum

from kpi.counting.counts import Counts
from kpi.indicators.rows import Text


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
class Gain:
    """How an indicator's gap is priced: a function of a site's counts, the target and the site's median rent, and the
    sentence that says it, with %(amount)s and, where units are named, %(count)s."""

    of: Callable[[Counts, Decimal, int | None], Worth | None]
    sentence: Text


def rounded_up(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


def in_francs(francs: int, basis: Basis, units: int) -> Worth | None:
    """So many francs; nothing where none are lacking."""
    return Worth(francs, basis, units) if francs > 0 else None


def at_the_median_rent(lacking: int, median_rent: int | None) -> Worth | None:
    """So many homes, each month; nothing where none are lacking, or no contract says what a home costs."""
    if lacking <= 0 or median_rent is None:
        return None
    return Worth(lacking * median_rent, Basis.MONTHLY, lacking)
