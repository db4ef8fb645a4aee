"""What a campaign shows on its ninetieth day: by assignment, whoever was reached. Pure. Amounts are francs.

Kept: the contract is in force on that day, and no notice is given. Worked numbers: docs/formulas/retention.md.
"""

from dataclasses import dataclass
from math import ceil
from typing import Literal

from insight.rates import Interval, Rate, newcombe

DAYS = 90
LEAST_SET_ASIDE = 5
LEAST_LOST = 3

Word = Literal["no control", "too few", "nothing proven", "kept", "harm"]


@dataclass(frozen=True)
class Arm:
    """So many were assigned, and so many of them are kept."""

    n: int
    kept: int

    @property
    def lost(self) -> int:
        return self.n - self.kept


@dataclass(frozen=True)
class Difference:
    """How many more of a hundred were kept of those contacted, and what that is in homes and in francs, after what was
    spent. Each with its interval of 95 %."""

    share: float
    interval: Interval
    homes: float
    homes_interval: Interval
    francs: int
    francs_interval: Interval


@dataclass(frozen=True)
class CampaignVerdict:
    """`difference` is None where nobody was set aside, or nobody contacted."""

    word: Word
    difference: Difference | None
    homes_to_keep: int
    """As many homes have to be kept for it to pay what it has cost."""


def verdict(contacted: Arm, set_aside: Arm, *, mean_loss: float, spent: int) -> CampaignVerdict:
    """One word, and what it stands on. `mean_loss` is the mean re-letting loss of those contacted."""
    difference = None
    if contacted.n and set_aside.n:
        difference = _difference(contacted, set_aside, mean_loss, spent)
    return CampaignVerdict(_word(contacted, set_aside, difference), difference, homes_to_keep(spent, mean_loss))


def homes_to_keep(cost: int, mean_loss: float) -> int:
    """How many homes it has to keep to be worth its cost; 0 where it costs nothing."""
    return ceil(cost / mean_loss) if cost > 0 and mean_loss > 0 else 0


def _word(contacted: Arm, set_aside: Arm, difference: Difference | None) -> Word:
    if difference is None:
        return "no control"
    if set_aside.n < LEAST_SET_ASIDE or contacted.lost + set_aside.lost < LEAST_LOST:
        return "too few"
    if difference.interval.low > 0:
        return "kept"
    return "harm" if difference.interval.high < 0 else "nothing proven"


def _difference(contacted: Arm, set_aside: Arm, mean_loss: float, spent: int) -> Difference:
    one, other = Rate(contacted.kept, contacted.n), Rate(set_aside.kept, set_aside.n)
    share, interval = one.value - other.value, newcombe(one, other)
    francs = [round(each * contacted.n * mean_loss - spent) for each in (share, interval.low, interval.high)]
    return Difference(
        share=share,
        interval=interval,
        homes=share * contacted.n,
        homes_interval=Interval(interval.low * contacted.n, interval.high * contacted.n),
        francs=francs[0],
        francs_interval=Interval(francs[1], francs[2]),
    )
