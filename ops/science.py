"""Holds what retention learns by against scikit-learn, SciPy and interpret-core, on the same rows: `make evaluate`.

It runs in an environment of its own, which has those libraries and neither Django nor a database: AKIG runs from no
lock that names them. Without arguments the rows are made up; with --csv they are a file's, all columns trusted.
Exit code 0: ours and theirs agree. 1: they do not.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

from insight.evaluate import Forecast, brier, log_loss, ranking
from insight.fit import Example, fit
from insight.points import DOUBLING, STARTING_TABLE, score
from insight.probability import starting_probability
from retention.others.evaluate import fit_ebm
from retention.others.forecast_task import SEED, SPLITS, TESTED, ForecastTask, splits
from retention.others.logistic import RIDGE, fit_logistic
from retention.others.matrix import of_columns
from retention.others.sheet import read_sheet

_PEOPLE = 6000


@dataclass(frozen=True)
class ScienceCheck:
    """How far ours is from theirs, and how far it may be."""

    what: str
    apart: float
    at_most: float

    @property
    def holds(self) -> bool:
        return self.apart <= self.at_most


def main(arguments: Sequence[str]) -> int:
    """Print each check and what boosting comes to; the exit code."""
    parser = argparse.ArgumentParser(prog="make evaluate", description="Ours beside theirs, on the same rows.")
    parser.add_argument("--csv", type=Path, metavar="FILE")
    parser.add_argument("--target", metavar="COLUMN")
    given = parser.parse_args(arguments)
    if given.csv is not None and not given.target:
        parser.error("--csv needs --target COLUMN")
    if given.csv is None:
        matrix, events = _made_up()
        checks = [_points(), *_plain(matrix, events)]
    else:
        sheet = read_sheet(given.csv, target=given.target, duration=None)
        _names, matrix = of_columns([each for each in sheet.columns.values() if each.kind in ("number", "words")])
        events = sheet.events
        checks = list(_plain(matrix, events))
    for check in checks:
        word = "agrees" if check.holds else "DIFFERS"
        print(f"{check.what:<62}{check.apart:>10.1e}  {word}")
    began = time.monotonic()
    ours, boosted = (_aucs(matrix, events, learn) for learn in (fit_logistic, fit_ebm))
    print(f"AUC of {SPLITS} tests: ours {mean(ours):.4f} ({_each(ours)}), EBM {mean(boosted):.4f} ({_each(boosted)})")
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if all(check.holds for check in checks) else 1


def _made_up() -> tuple[Any, tuple[bool, ...]]:
    import numpy as np

    dice = np.random.RandomState(7)
    matrix = dice.normal(size=(_PEOPLE, 8)) * [1, 1, 1, 5, 0.1, 1, 30, 1] + [0, 0, 0, 50, 0, 1, 0, 0]
    odds = -2.0 + matrix[:, 0] - 0.5 * matrix[:, 1] + 0.02 * matrix[:, 3] + 3 * matrix[:, 4]
    return matrix, tuple(bool(came) for came in dice.uniform(size=_PEOPLE) < 1 / (1 + np.exp(-odds)))


def _points() -> ScienceCheck:
    """The points learned from the table, beside the minimum that SciPy finds of the same sum by another method."""
    import numpy as np
    from scipy.optimize import minimize

    dice, examples = Random(3), []  # noqa: S311 -- the same rows each time
    for _tenancy in range(_PEOPLE):
        terms = {"window": dice.choice([-1, 12, 24, 36]), "complaints": dice.choice([0, 0, 1, 2]), "loyalty": 20}
        p = starting_probability(score(terms).unclamped)
        examples.append(Example(date(2026, 1, 1), dice.choice(["one", "two"]), terms, dice.random() < 2 * p))
    found = fit(examples).table
    keys = [("window", 1), ("window", 2), ("window", 3), ("complaints", 1), ("complaints", 2)]
    start = {bands.key: bands.points for bands in STARTING_TABLE.bands}
    bands = {each.key: each for each in STARTING_TABLE.bands}
    towards = np.array([-float(start[key][band]) * log(2) / DOUBLING for key, band in keys])
    rows = np.array(
        [
            [1.0]
            + [float(bands[key].band(example.terms[key] or 0) == band) for key, band in keys]
            + [float(example.site == "one"), float(example.site == "two")]
            for example in examples
        ]
    )
    decided = np.array([example.decided for example in examples])

    def loss(at: Any) -> float:
        linear = rows @ at
        of_rows = np.sum(np.logaddexp(0, linear) - decided * linear) / 3
        return float(of_rows + 4 * np.sum((at[1:6] - towards) ** 2) + 5 * np.sum(at[6:] ** 2))

    best = minimize(loss, np.array([STARTING_TABLE.intercept, *towards, 0.0, 0.0]), method="BFGS", tol=1e-9).x
    learned = {each.key: each.points for each in found.bands}
    apart = [abs(float(learned[key][band]) + best[1 + n] * DOUBLING / log(2)) for n, (key, band) in enumerate(keys)]
    return ScienceCheck("learned points, beside SciPy's minimum (rounded to .1)", max(apart), 0.06)


def _plain(matrix: Any, events: tuple[bool, ...]) -> Iterator[ScienceCheck]:
    """The plain logistic regression, the tests it stands, and the figures, beside scikit-learn's."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import brier_score_loss, roc_auc_score
    from sklearn.metrics import log_loss as their_log_loss
    from sklearn.model_selection import StratifiedShuffleSplit
    from sklearn.preprocessing import StandardScaler

    came = np.array(events, dtype=float)
    theirs = StratifiedShuffleSplit(n_splits=SPLITS, test_size=TESTED, random_state=SEED).split(matrix, came)
    pairs = list(zip(splits(ForecastTask(events)), theirs, strict=True))
    yield ScienceCheck(
        "rows tested, beside StratifiedShuffleSplit",
        float(sum(len(set(ours[1]) ^ set(their[1].tolist())) for ours, their in pairs)),
        0.0,
    )
    learned_from, tested = pairs[0][0]
    ours = fit_logistic(matrix[learned_from], came[learned_from]).predict(matrix[tested])
    scaler = StandardScaler().fit(matrix[learned_from])
    model = LogisticRegression(C=1 / RIDGE, tol=1e-10, max_iter=10_000)
    model.fit(scaler.transform(matrix[learned_from]), came[learned_from])
    said = model.predict_proba(scaler.transform(matrix[tested]))[:, 1]
    yield ScienceCheck("probabilities, beside LogisticRegression", float(np.abs(ours - said).max()), 1e-4)
    forecasts = [Forecast(float(p), events[n]) for p, n in zip(ours, tested, strict=True)]
    ranked, squared, surprise = ranking(forecasts), brier(forecasts), log_loss(forecasts)
    if ranked is None or squared is None or surprise is None:
        return
    yield ScienceCheck("AUC, beside roc_auc_score", abs(ranked.auc - roc_auc_score(came[tested], ours)), 1e-12)
    yield ScienceCheck("Brier, beside brier_score_loss", abs(squared - brier_score_loss(came[tested], ours)), 1e-12)
    yield ScienceCheck("log-loss, beside log_loss", abs(surprise - their_log_loss(came[tested], ours)), 1e-12)


def _aucs(matrix: Any, events: tuple[bool, ...], learn: Any) -> list[float]:
    import numpy as np

    came, found = np.array(events, dtype=float), []
    for learned_from, tested in splits(ForecastTask(events)):
        said = learn(matrix[learned_from], came[learned_from]).predict(matrix[tested])
        ranked = ranking([Forecast(float(p), events[n]) for p, n in zip(said, tested, strict=True)])
        found.append(ranked.auc if ranked else float("nan"))
    return found


def _each(aucs: Sequence[float]) -> str:
    return ", ".join(f"{auc:.4f}" for auc in aucs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
