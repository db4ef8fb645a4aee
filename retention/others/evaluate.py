"""A CSV file evaluated: forecasts of people who were not learned from, their figures, and columns that may leak."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

from insight.evaluate import Ranking, ranking
from retention.others.forecast_task import Fit, ForecastTask, by_table, design, forecasts, splits, task_of
from retention.others.leaks import leaks
from retention.others.logistic import fit_logistic
from retention.others.matrix import of_columns
from retention.others.sheet import CsvSheet, SheetColumn, SheetRefused, read_sheet
from retention.printed import printed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALL = "all"


@dataclass(frozen=True)
class CsvRequest:
    """Which file, which of its columns is the event and which the duration, which others may be used, and by whom."""

    path: Path
    target: str
    duration: str | None
    trusted: tuple[str, ...]
    learner: str


def evaluate_csv(request: CsvRequest) -> Iterator[str]:
    """The lines of the evaluation. Raises SheetRefused, ArithmeticError."""
    sheet = read_sheet(request.path, target=request.target, duration=request.duration)
    used, unused = _parted(sheet, request.trusted)
    task = task_of(sheet, request.duration)
    if task.times is None and not used:
        raise SheetRefused("there is nothing to forecast from: --duration COLUMN, or --trust COLUMN (or all)")
    if task.times is None and request.learner == "table":
        raise SheetRefused("the table knows a tenancy by its age: --duration COLUMN, or --learner logistic")
    if request.learner == "table":
        used, unused = [], [*used, *unused]
    names, matrix = of_columns(used) if used else ([], _no_columns(task))
    yield f"{request.path.name}: {len(sheet.events)} rows, {sum(sheet.events)} events, {sheet.left_out} left out"
    yield f"Learner: {request.learner}. Tested: a quarter of the rows, three times, drawn from fixed seeds."
    if task.times is not None:
        periods = sum(task.times)
        yield f"Time: {periods} periods at risk, of {_length(task)}. Forecast is the event within 90 days."
    yield from _about(used, unused)
    yield ""
    tests = list(splits(task))
    if request.learner == "table" and task.times is not None:
        said = [by_table(task.times, task, test) for test in tests]
    else:
        said = [forecasts(task, matrix, test, _FITS[request.learner]) for test in tests]
    ranked = [found for found in map(ranking, said) if found]
    yield from printed([each for test in said for each in test], _together(ranked))
    yield f"{'of each test':<20}" + "  ".join(f"{found.auc:.3f}" for found in ranked)
    if request.learner == "logistic":
        yield ""
        yield from _coefficients(task, names, matrix)
    yield ""
    found = list(leaks(sheet, task, tests))
    for leak in found:
        mark = "" if leak.column in {column.name for column in used} else " (not used)"
        yield f"leak? {leak.column}{mark}: {leak.why}"
    if not found:
        yield "leak? none"


def _parted(sheet: CsvSheet, trusted: tuple[str, ...]) -> tuple[list[SheetColumn], list[SheetColumn]]:
    """The columns to be used, and all others."""
    unknown = [name for name in trusted if name not in sheet.columns and name != ALL]
    if unknown:
        raise SheetRefused(f"there is no column {unknown[0]} to trust: there are {', '.join(sheet.columns)}")
    used = [
        column
        for column in sheet.columns.values()
        if (ALL in trusted or column.name in trusted) and column.kind in ("number", "words")
    ]
    return used, [column for column in sheet.columns.values() if column not in used]


def _about(used: list[SheetColumn], unused: list[SheetColumn]) -> Iterator[str]:
    if used:
        yield "Trusted to be known beforehand: " + ", ".join(column.name for column in used)
    may_be_late = [column.name for column in unused if column.kind in ("number", "words")]
    if may_be_late:
        yield "Not used, for it may be set at departure (--trust COLUMN): " + ", ".join(may_be_late)
    other = [column.name for column in unused if column.kind not in ("number", "words")]
    if other:
        yield "Not used, for it tells rows apart, is a date or is empty: " + ", ".join(other)


def _no_columns(task: ForecastTask) -> "NDArray[np.float64]":
    import numpy as np

    return np.empty((len(task.events), 0))


def _length(task: ForecastTask) -> str:
    return "a month" if task.unit == "days" else f"a {task.unit.removesuffix('s')}"


def _together(ranked: list[Ranking]) -> Ranking | None:
    """The mean AUC of the tests, with the standard error of one: they hold many rows in common."""
    if not ranked:
        return None
    return Ranking(mean(each.auc for each in ranked), mean(each.standard_error for each in ranked))


def _coefficients(task: ForecastTask, names: list[str], matrix: "NDArray[np.float64]") -> Iterator[str]:
    """From all rows."""
    of_time, rows, came = design(task, matrix, task.people)
    found = fit_logistic(rows, came)
    yield f"coefficients from all {len(came)} rows, in {found.steps} steps"
    for name, coefficient in zip([*of_time, *names], found.coefficients, strict=True):
        yield f"  {name:<40} {coefficient:.4f}"


class _Ebm:
    def __init__(self, rows: "NDArray[np.float64]", came: "NDArray[np.float64]") -> None:
        from interpret.glassbox import ExplainableBoostingClassifier

        self._model = ExplainableBoostingClassifier(random_state=1, n_jobs=1).fit(rows, came)

    def predict(self, matrix: "NDArray[np.float64]", /) -> "NDArray[np.float64]":
        probability: NDArray[np.float64] = self._model.predict_proba(matrix)[:, 1]
        return probability


def fit_ebm(rows: "NDArray[np.float64]", came: "NDArray[np.float64]") -> _Ebm:
    """interpret-core's explainable boosting machine. Raises SheetRefused where it is not installed."""
    try:
        return _Ebm(rows, came)
    except ImportError:
        raise SheetRefused("interpret-core is not installed here: `make evaluate` installs it") from None


_FITS: dict[str, Fit] = {"logistic": fit_logistic, "ebm": fit_ebm}
