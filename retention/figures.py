"""The figures of a set of forecasts, as they are kept with a model and printed by evaluate_retention. Pure."""

from collections.abc import Sequence
from typing import Any

from insight.evaluate import Forecast, against_expected, brier, calibration, log_loss, ranking, skill


def figures(forecasts: Sequence[Forecast]) -> dict[str, Any]:
    """How many cases, how many left and how many were expected to, AUC, Brier, skill, log-loss, seen ÷ expected.

    A figure that is not defined is None; intervals are `…_low` and `…_high`.
    """
    ranked, numbers = ranking(forecasts), against_expected(forecasts)
    auc, ratio = ranked and ranked.interval, numbers.interval
    return {
        "cases": len(forecasts),
        "seen": numbers.seen,
        "expected": numbers.expected,
        "auc": ranked and ranked.auc,
        "auc_low": auc and auc.low,
        "auc_high": auc and auc.high,
        "brier": brier(forecasts),
        "skill": skill(forecasts),
        "log_loss": log_loss(forecasts),
        "ratio": numbers.value,
        "ratio_low": ratio and ratio.low,
        "ratio_high": ratio and ratio.high,
    }


def calibration_rows(forecasts: Sequence[Forecast]) -> list[dict[str, Any]]:
    """Up to five rows of like forecasts: what was said on average, how many of how many left, with the interval."""
    return [
        {
            "said": row.said,
            "seen": int(row.seen.successes),
            "n": row.seen.n,
            "low": row.interval.low,
            "high": row.interval.high,
        }
        for row in calibration(forecasts)
    ]
