"""Whether what was learned may score tenants: only if it would have been no worse, and right in number. Pure.

Over the last four quarters, each predicted by a fit on what had matured before it: the log-loss is no worse than the
table's and than that of the model in use, and the interval of seen ÷ expected holds 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from insight.evaluate import AgainstExpected, Forecast, against_expected, log_loss
from insight.fit import Example, fit
from insight.points import STARTING_TABLE, PointsTable, score
from insight.probability import HORIZON_DAYS, starting_probability

LEAST_DECISIONS = 30


class Rejection(StrEnum):
    """Why a model is not adopted."""

    TOO_FEW_DECISIONS = "too few decisions"
    NOTHING_PREDICTED = "nothing predicted"
    WORSE_THAN_TABLE = "worse than the table"
    WORSE_THAN_CURRENT = "worse than the model in use"
    WRONG_IN_NUMBER = "seen and expected differ by more than chance"


@dataclass(frozen=True)
class Adoption:
    """What became of a model, with the figures that decided it. Adopted where nothing speaks against it."""

    rejections: tuple[Rejection, ...]
    log_loss: float | None
    table_log_loss: float | None
    current_log_loss: float | None
    against_expected: AgainstExpected

    @property
    def is_adopted(self) -> bool:
        return not self.rejections


def forecast(example: Example, table: PointsTable) -> Forecast:
    """What a table says of an example, beside what became of it."""
    p0 = starting_probability(score(example.terms, table).unclamped, table, site=example.site)
    return Forecast(p0, example.decided)


def has_matured(example: Example, day: date) -> bool:
    """Whether on a day it was known what became of an example: its 90 days were over."""
    return example.day + timedelta(days=HORIZON_DAYS) <= day


def predicted_in_turn(
    history: Sequence[Example], quarters: Iterable[Sequence[Example]], table: PointsTable = STARTING_TABLE
) -> list[Forecast]:
    """The examples of each quarter (one for each tenant) as predicted by a fit on what had matured before it.

    All examples of a quarter are of one day, its first.
    """
    found: list[Forecast] = []
    for quarter in filter(None, quarters):
        begins = min(example.day for example in quarter)
        learned = fit((example for example in history if has_matured(example, begins)), table).table
        found.extend(forecast(example, learned) for example in quarter)
    return found


def adoption(
    learned: Sequence[Forecast],
    table: Sequence[Forecast],
    current: Sequence[Forecast] | None,
    *,
    decisions: int,
    beside_current: Sequence[Forecast] | None = None,
) -> Adoption:
    """Whether a model is adopted, from the forecasts of the same cases by it, by the table and by the model in use
    (None: there is none), and from the number of decisions that it was learned from.

    Where the model in use has learned some of the cases itself, it is held against the others only: `current` are its
    forecasts of those, and `beside_current` what was learned says of the same ones.
    """
    loss, table_loss = log_loss(learned), log_loss(table)
    current_loss = log_loss(current) if current is not None else None
    beside_loss = loss if beside_current is None else log_loss(beside_current)
    numbers = against_expected(learned)
    rejections = []
    if decisions < LEAST_DECISIONS:
        rejections.append(Rejection.TOO_FEW_DECISIONS)
    if loss is None or numbers.interval is None:
        rejections.append(Rejection.NOTHING_PREDICTED)
    else:
        if table_loss is None or loss > table_loss:
            rejections.append(Rejection.WORSE_THAN_TABLE)
        if current_loss is not None and beside_loss is not None and beside_loss > current_loss:
            rejections.append(Rejection.WORSE_THAN_CURRENT)
        if 1 not in numbers.interval:
            rejections.append(Rejection.WRONG_IN_NUMBER)
    return Adoption(tuple(rejections), loss, table_loss, current_loss, numbers)
