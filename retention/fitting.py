"""Learns points in a process of its own, which ends: numpy is loaded there, and in no other.

It reads one JSON document and writes one, and knows neither the database nor Django. `learned_apart` starts it.
"""

import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from insight import artefact
from insight.adoption import forecast, has_matured, predicted_in_turn
from insight.fit import Example, NotConverged, NothingToLearn, fit
from insight.points import STARTING_TABLE, Bands, Number, PointsTable

SECONDS = 300
POINTS, LOGISTIC, EBM = "points", "logistic", "ebm"
"""Points that start from the table, as are used; what they are held against: the same from nothing, and boosting."""
# What an interpreter needs to start; the secrets of the worker are none of the child's business.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")
_WITHOUT_POINTS = PointsTable(
    tuple(Bands(bands.key, bands.edges, tuple(Decimal(0) for _ in bands.points)) for bands in STARTING_TABLE.bands),
    STARTING_TABLE.intercept,
)
_ROOT = Path(__file__).parents[1]


class FitFailed(Exception):
    """The child has not answered, for the reason given. No personal data in it."""


def environment() -> dict[str, str]:
    """What a child that computes is told of the environment."""
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}


def learned_apart(
    history: Sequence[Example],
    quarters: Sequence[Sequence[Example]],
    *,
    learner: str = POINTS,
    seconds: int = SECONDS,
    python: str = sys.executable,
) -> dict[str, Any]:
    """What the child learned: "in_turn", for each quarter its forecasts by a fit on what had matured before it; of
    points also "artefact" and "steps", from all of the history, or "nothing" with the reason.

    Raises FitFailed: a library is missing, it has not come to rest, ended otherwise, or not in time.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as request, tempfile.TemporaryFile("w+b") as answer:
        rows = {"history": _as_rows(history), "quarters": [_as_rows(quarter) for quarter in quarters]}
        json.dump({"learner": learner} | rows, request)
        request.seek(0)
        try:
            done = subprocess.run(
                [python, "-m", "retention.fitting"],
                cwd=_ROOT,
                env=environment(),
                stdin=request,
                stdout=answer,
                stderr=subprocess.PIPE,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise FitFailed(f"no answer within {seconds} s") from None
        if done.returncode:
            raise FitFailed(done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:180] or "the child ended")
        return _answer(answer)


def _answer(file: IO[bytes]) -> dict[str, Any]:
    file.seek(0)
    try:
        found = json.load(file)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise FitFailed("the child's answer is not to be read")
    return found


def _as_rows(examples: Sequence[Example]) -> list[list[Any]]:
    # Exact numbers as text: a value that lies on the edge of a band stays there.
    return [
        [
            each.day.isoformat(), each.site, each.decided, each.weight,
            [str(v) if isinstance(v, Decimal) else v for v in map(each.terms.get, STARTING_TABLE.keys)],
        ]
        for each in examples
    ]  # fmt: skip


def _examples(rows: list[list[Any]]) -> list[Example]:
    days = {text: dt.date.fromisoformat(text) for text in {row[0] for row in rows}}
    return [
        Example(days[day], site, dict(zip(STARTING_TABLE.keys, map(_number, terms), strict=True)), decided, weight)
        for day, site, decided, weight, terms in rows
    ]


def _number(value: Any) -> Number | None:
    return Decimal(value) if isinstance(value, str) else value


def main() -> None:
    """Answer the request on the standard input, on the standard output."""
    request = json.load(sys.stdin)
    history, learner = _examples(request["history"]), request["learner"]
    try:
        in_turn = [_in_turn(history, _examples(rows), learner) for rows in request["quarters"]]
        answer = {"in_turn": in_turn} | (_learned(history) if learner == POINTS else {})
    except (NotConverged, ImportError) as error:
        sys.exit(str(error))
    json.dump(answer, sys.stdout)


def _learned(history: Sequence[Example]) -> dict[str, Any]:
    try:
        found = fit(history)
        return {"artefact": artefact.write(found.table).decode(), "steps": found.steps}
    except (NothingToLearn, artefact.ArtefactRefused) as error:
        return {"nothing": str(error)}


def _in_turn(history: Sequence[Example], quarter: Sequence[Example], learner: str) -> list[float]:
    """Before anybody has been seen to leave, what stands is the table."""
    try:
        if learner == EBM:
            return _boosted(history, quarter)
        table = STARTING_TABLE if learner == POINTS else _WITHOUT_POINTS
        return [each.probability for each in predicted_in_turn(history, [quarter], table)]
    except NothingToLearn:
        return [forecast(example, STARTING_TABLE).probability for example in quarter]


def _boosted(history: Sequence[Example], quarter: Sequence[Example]) -> list[float]:
    """By interpret-core's explainable boosting machine: only where `make evaluate` has installed it."""
    import numpy as np
    from interpret.glassbox import ExplainableBoostingClassifier

    known = [example for example in history if quarter and has_matured(example, quarter[0].day)]
    if len({example.decided for example in known}) < 2:
        raise NothingToLearn("nobody was seen to leave")

    def values(examples: Sequence[Example]) -> Any:
        terms = [[each.terms[key] for key in STARTING_TABLE.keys] for each in examples]
        return np.array([[np.nan if value is None else float(value) for value in row] for row in terms])

    machine = ExplainableBoostingClassifier(random_state=1, n_jobs=1)
    machine.fit(values(known), [each.decided for each in known], sample_weight=np.array([e.weight for e in known]))
    return [float(p) for p in machine.predict_proba(values(quarter))[:, 1]]


if __name__ == "__main__":
    main()
