"""A sheet as something to forecast: whether the event comes, or whether it comes within the next 90 days."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Protocol

from insight.evaluate import Forecast
from insight.points import score
from insight.probability import starting_probability
from retention.others.matrix import of_time
from retention.others.periods import PERIODS_AHEAD, Unit, at_risk, standings, tenancy_terms, unit_of, whole_periods
from retention.others.sheet import CsvSheet

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

SPLITS = 3
TESTED = 0.25
SEED = 1337


class Fitted(Protocol):
    """What was learned: the probability of each row."""

    def predict(self, matrix: "Matrix", /) -> "Matrix": ...


Fit = Callable[["Matrix", "Matrix"], Fitted]
Split = tuple[list[int], list[int]]
"""The people who are learned from, and those who are tested."""


@dataclass(frozen=True)
class ForecastTask:
    """Whether the event came to each person; where time counts, after how many periods of what unit."""

    events: tuple[bool, ...]
    times: tuple[int, ...] | None = None
    unit: Unit = "months"

    @property
    def people(self) -> range:
        return range(len(self.events))

    @property
    def ahead(self) -> int:
        """Ninety days in periods."""
        return PERIODS_AHEAD[self.unit]


def task_of(sheet: CsvSheet, duration: str | None) -> ForecastTask:
    """With a duration: the event within 90 days. Without one: the event."""
    if duration is None or sheet.durations is None:
        return ForecastTask(sheet.events)
    unit = unit_of(duration, sheet.durations)
    return ForecastTask(sheet.events, tuple(whole_periods(sheet.durations, unit)), unit)


def splits(task: ForecastTask) -> Iterator[Split]:
    """Three times a quarter of the people, as many of whom the event came to as in the whole.

    Drawn as scikit-learn's StratifiedShuffleSplit draws from the seed 1337: published figures stand on those rows.
    """
    import numpy as np

    dice = np.random.RandomState(SEED)
    alike = [[n for n in task.people if task.events[n] is came] for came in (False, True)]
    learned_from = len(task.events) - ceil(TESTED * len(task.events))
    exact = [learned_from * len(group) / len(task.events) for group in alike]
    sizes = [int(share) for share in exact]
    if sum(sizes) < learned_from:
        sizes[max((0, 1), key=lambda group: exact[group] - sizes[group])] += 1
    for _split in range(SPLITS):
        drawn = [[group[n] for n in dice.permutation(len(group))] for group in alike]
        both = list(zip(drawn, sizes, strict=True))
        learned = [person for group, size in both for person in group[:size]]
        tested = [person for group, size in both for person in group[size:]]
        # There each part is put into another order: it changes nothing here but what is drawn next.
        dice.permutation(len(learned))
        dice.permutation(len(tested))
        yield learned, tested


def design(task: ForecastTask, matrix: "Matrix", people: Sequence[int]) -> tuple[list[str], "Matrix", "Matrix"]:
    """The rows to learn from: one for each person, or for each of their periods with what time says beside it."""
    import numpy as np

    if task.times is None:
        return [], matrix[list(people)], np.array([task.events[n] for n in people], dtype=float)
    rows = list(at_risk(task.times, task.events, people))
    names, time = of_time([row.time for row in rows], task.unit)
    return names, np.hstack([time, matrix[[row.person for row in rows]]]), np.array([float(row.came) for row in rows])


def forecasts(task: ForecastTask, matrix: "Matrix", split: Split, fit: Fit) -> list[Forecast]:
    """The tested people as forecast by what was learned from the others."""
    import numpy as np

    learned_from, tested = split
    _names, rows, came = design(task, matrix, learned_from)
    fitted = fit(rows, came)
    if task.times is None:
        said = fitted.predict(matrix[tested])
        return [Forecast(_within(p), task.events[n]) for p, n in zip(said, tested, strict=True)]
    cases = list(standings(task.times, task.events, task.ahead, tested))
    beside = matrix[[case.person for case in cases]]
    stays = np.ones(len(cases))
    for later in range(1, task.ahead + 1):
        _names, time = of_time([case.time + later for case in cases], task.unit)
        stays *= 1 - fitted.predict(np.hstack([time, beside]))
    return [Forecast(_within(1 - stay), case.came) for stay, case in zip(stays, cases, strict=True)]


def by_table(times: Sequence[int], task: ForecastTask, split: Split) -> list[Forecast]:
    """The same cases by the starting points, from the age of the tenancy alone."""
    return [
        Forecast(starting_probability(score(tenancy_terms(case.time)).unclamped), case.came)
        for case in standings(times, task.events, task.ahead, split[1])
    ]


def _within(probability: float) -> float:
    return min(1.0, max(0.0, float(probability)))
