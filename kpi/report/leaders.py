"""How agents stand among one another. Pure: no Django, no database, no clock."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from insight.rates import Interval, Rate, beside_the_others, wilson
from kpi.counting.figures import AgentFigures


@dataclass(frozen=True)
class Contest:
    """Something in which agents are ranked, more being better: its value and on how many rows it stands.

    Fewer than `least` rows are shown and not ranked: one good month of two tenants is no merit.
    """

    key: str
    value: Callable[[AgentFigures], Decimal | None]
    n: Callable[[AgentFigures], int]
    least: int
    is_rate: bool = False  # a share of its n cases: 0 to 1


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None


CONTESTS: tuple[Contest, ...] = (
    Contest("signed", lambda a: Decimal(a.signed), lambda a: a.signed, least=1),
    Contest("rent", lambda a: Decimal(a.rent), lambda a: a.in_force, least=1),
    Contest("collection", lambda a: _share(a.francs_received, a.francs_due), lambda a: a.due, least=10, is_rate=True),
    Contest("satisfaction", lambda a: _share(a.rating, a.answers), lambda a: a.answers, least=5),
)


@dataclass(frozen=True)
class Mark:
    """A value, its n, whether these are enough, and its rank among the `of` agents that have one.

    No rank where there are too few rows, or none, or nobody to be ranked with. A rate has its interval (95 %), and
    where it differs from that of the other agents together by more than chance, on which side it `is_above`.
    """

    value: Decimal | None
    n: int
    rank: int | None
    of: int
    is_enough: bool
    interval: Interval | None = None
    is_above: bool | None = None


@dataclass(frozen=True)
class Leader:
    """One agent's marks, by contest."""

    agent: int
    marks: Mapping[str, Mark]


def ranks(values: Mapping[int, Decimal]) -> dict[int, int]:
    """Places from 1, the largest value first. Equal values share a place: 1, 2, 2, 4."""
    places: dict[Decimal, int] = {}
    for place, value in enumerate(sorted(values.values(), reverse=True), start=1):
        places.setdefault(value, place)
    return {key: places[value] for key, value in values.items()}


def leaders(figures: Mapping[int, AgentFigures], agents: Iterable[int]) -> tuple[Leader, ...]:
    """Every agent's marks, by contracts signed, then by rent; who has neither stands last, in order of id.

    `agents` are those who compete: also who has no contract yet, not who has left.
    """
    competing = {agent: figures.get(agent, AgentFigures()) for agent in agents}
    marks = {contest.key: _marks(contest, competing) for contest in CONTESTS}
    found = [Leader(agent, {key: of_contest[agent] for key, of_contest in marks.items()}) for agent in competing]
    return tuple(sorted(found, key=lambda leader: (-_of(leader, "signed"), -_of(leader, "rent"), leader.agent)))


def _marks(contest: Contest, competing: Mapping[int, AgentFigures]) -> dict[int, Mark]:
    places = _placed(contest, competing)
    rates = _rates(contest, competing) if contest.is_rate else {}
    differences = beside_the_others(rates)
    marks = {}
    for agent, part in competing.items():
        n, own, difference = contest.n(part), rates.get(agent), differences.get(agent)
        # A difference that may be none is none.
        is_above = None if difference is None or difference.low <= 0 <= difference.high else difference.low > 0
        marks[agent] = Mark(
            contest.value(part),
            n,
            places.get(agent),
            len(places),
            n >= contest.least,
            interval=wilson(own) if own is not None else None,
            is_above=is_above,
        )
    return marks


def _rates(contest: Contest, competing: Mapping[int, AgentFigures]) -> dict[int, Rate]:
    shares = {agent: (contest.value(part), contest.n(part)) for agent, part in competing.items()}
    return {agent: Rate(float(share) * n, n) for agent, (share, n) in shares.items() if share is not None}


def _placed(contest: Contest, competing: Mapping[int, AgentFigures]) -> dict[int, int]:
    """The places of those who stand on rows enough; the only one who does is first of nobody, and has none."""
    values = {agent: contest.value(part) for agent, part in competing.items() if contest.n(part) >= contest.least}
    known = {agent: value for agent, value in values.items() if value is not None}
    return ranks(known) if len(known) > 1 else {}


def _of(leader: Leader, key: str) -> Decimal:
    return leader.marks[key].value or Decimal(0)
