"""Who of a campaign is contacted and who is set aside, by lot. Pure: the seed is stored, and gives the same again."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

LARGEST_SHARE = 0.5
PROPOSED_SHARE = 0.2
PROPOSED_FROM = 10
"""Of fewer tenants a fifth is hardly one."""
_STEPS = 20  # of five in a hundred


@dataclass(frozen=True)
class Entrant:
    """Somebody who may be drawn: the id that the lot is of, the level, the full cost of what is offered."""

    key: str
    level: str
    cost: int = 0


def draw(entrants: Iterable[Entrant], *, seed: int, share: float) -> frozenset[str]:
    """The keys of those who are set aside: of each level as many as its share, whatever the order they are given in.

    So many in all as `share` of them says, rounded half up; a level's part of a person goes to those with the largest.
    The lot of a person is the digest of the seed and the key: who takes part decides nobody's place among the others.
    """
    by_level = _by_level(entrants)
    set_aside: set[str] = set()
    for level, number in _numbers(by_level, share).items():
        in_order = sorted(by_level[level], key=lambda entrant: (_lot(seed, entrant.key), entrant.key))
        set_aside |= {entrant.key for entrant in in_order[:number]}
    return frozenset(set_aside)


def number_set_aside(entrants: Iterable[Entrant], *, share: float) -> int:
    """How many will be drawn, before they are."""
    return sum(_numbers(_by_level(entrants), share).values())


def largest_cost(entrants: Iterable[Entrant], *, share: float) -> int:
    """What the offers to those contacted can cost at most, whoever is drawn: the dearest of each level."""
    by_level = _by_level(entrants)
    total = 0
    for level, number in _numbers(by_level, share).items():
        costs = sorted((entrant.cost for entrant in by_level[level]), reverse=True)
        total += sum(costs[: len(costs) - number])
    return total


def proposed_share(entrants: Sequence[Entrant], *, budget: int) -> float | None:
    """What to set aside: nobody of a few, a fifth from ten on; more where the budget does not cover the others.

    A lottery is fair, and the best comparison there is. None: not even half set aside is enough.
    """
    least = PROPOSED_SHARE if len(entrants) >= PROPOSED_FROM else 0.0
    for step in range(round(least * _STEPS), round(LARGEST_SHARE * _STEPS) + 1):
        if largest_cost(entrants, share=step / _STEPS) <= budget:
            return step / _STEPS
    return None


def _by_level(entrants: Iterable[Entrant]) -> Mapping[str, list[Entrant]]:
    by_level: dict[str, list[Entrant]] = defaultdict(list)
    for entrant in entrants:
        by_level[entrant.level].append(entrant)
    return by_level


def _numbers(by_level: Mapping[str, Sequence[Entrant]], share: float) -> dict[str, int]:
    if not 0 <= share <= LARGEST_SHARE:
        raise ValueError(f"{share} is no share to set aside: from 0 to {LARGEST_SHARE}")
    # Of what is written: 0.2 of five is one, whatever a float makes of it.
    exact = Fraction(str(share))
    wanted = {level: exact * len(some) for level, some in by_level.items()}
    numbers = {level: int(part) for level, part in wanted.items()}
    missing = int(sum(wanted.values(), Fraction(1, 2))) - sum(numbers.values())
    for level in sorted(wanted, key=lambda level: (numbers[level] - wanted[level], level))[: max(0, missing)]:
        numbers[level] += 1
    return numbers


def _lot(seed: int, key: str) -> str:
    return hashlib.sha256(f"{seed}:{key}".encode()).hexdigest()
