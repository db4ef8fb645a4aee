"""Columns that may have been written when the event was known: a flag cleared at the move-out predicts perfectly.

`leak?` is a question for whoever knows the file: the column by itself, beside time, lifts the AUC by .04 or more; or
one of its values never meets the event where ten or more were to be expected.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import mean
from typing import TYPE_CHECKING

from insight.evaluate import ranking
from retention.others.forecast_task import ForecastTask, Split, design, forecasts
from retention.others.logistic import fit_logistic
from retention.others.matrix import in_bins
from retention.others.periods import at_risk
from retention.others.sheet import CsvSheet, SheetColumn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

LIFT = 0.04
EXPECTED = 10


@dataclass(frozen=True)
class LeakQuestion:
    """A column, and why it looks as if it had been written afterwards."""

    column: str
    why: str


def leaks(sheet: CsvSheet, task: ForecastTask, tests: Sequence[Split]) -> Iterator[LeakQuestion]:
    """Every column that raises the question."""
    import numpy as np

    nothing = np.empty((len(task.events), 0))
    expected = _expected(task, nothing)
    alone = _auc(task, nothing, tests) if task.times is not None else None
    for column in sheet.columns.values():
        if column.kind == "empty":
            continue
        if alone is not None and column.kind != "identifier":
            lift = _auc(task, in_bins(column), tests) - alone
            if isfinite(lift) and lift >= LIFT:
                yield LeakQuestion(column.name, f"beside time alone it lifts the AUC by {lift:.3f}")
                continue
        for value, people in _values(column).items():
            to_come = float(sum(expected[n] for n in people))
            if to_come >= EXPECTED and not any(task.events[n] for n in people):
                shown = value or "empty"
                yield LeakQuestion(
                    column.name, f"where it is {shown}, {to_come:.0f} events were to be expected and none came"
                )
                break


def _auc(task: ForecastTask, matrix: "Matrix", tests: Sequence[Split]) -> float:
    found = [ranking(forecasts(task, matrix, split, fit_logistic)) for split in tests]
    return mean(each.auc for each in found if each is not None)


def _expected(task: ForecastTask, nothing: "Matrix") -> list[float]:
    """How many events each person was to have, by time alone: over all the periods in which they were there."""
    if task.times is None:
        rate = sum(task.events) / len(task.events)
        return [rate] * len(task.events)
    found = [0.0] * len(task.events)
    _names, rows, came = design(task, nothing, task.people)
    hazards = fit_logistic(rows, came).predict(rows)
    for row, hazard in zip(at_risk(task.times, task.events, task.people), hazards, strict=True):
        found[row.person] += float(hazard)
    return found


def _values(column: SheetColumn) -> dict[str, list[int]]:
    """Who has each value; of a column of many values, who has one and who has none."""
    found: dict[str, list[int]] = {}
    for person, text in enumerate(column.texts):
        found.setdefault(text if column.few_values or not text else "filled", []).append(person)
    return found
