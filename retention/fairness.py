"""Whether some groups stand on the list more often than others: as many of the first as they are of all?

The score knows nothing of a language; whoever pays in another way, or is asked less often, may still be listed more.
The language of a tenant's letters stands for an origin, which is not on record. Nothing of this is stored.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from insight.rates import Interval, Rate, wilson

LEAST = 20
"""Of fewer people a share says nothing, and might say who they are."""
FIRST = 50


@dataclass(frozen=True)
class GroupShare:
    """A group: of all who are scored, and of the first of the list, with the interval of the latter."""

    name: str
    of_all: Rate
    of_first: Rate
    interval: Interval

    @property
    def verdict(self) -> str:
        """Whether their share of the list is another than chance makes it."""
        if self.of_all.value in self.interval:
            return "as their share"
        return "more than their share" if self.of_first.value > self.of_all.value else "less than their share"


def group_shares(listed: Sequence[str]) -> list[GroupShare]:
    """Of each group of twenty or more, from the groups of all who are scored, most at risk first."""
    everybody, first = Counter(listed), Counter(listed[:FIRST])
    n = min(FIRST, len(listed))
    return [_share(name, everybody, first, len(listed), n) for name in sorted(everybody) if everybody[name] >= LEAST]


def _share(name: str, everybody: Mapping[str, int], first: Mapping[str, int], of_all: int, n: int) -> GroupShare:
    of_first = Rate(first[name], n)
    return GroupShare(name, Rate(everybody[name], of_all), of_first, wilson(of_first))
