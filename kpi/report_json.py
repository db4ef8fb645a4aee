"""The KPIs and the report as the API's documents. Rates have six decimals; francs and the NPS are whole numbers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kpi.counting.periods import Period
from kpi.indicators import BY_KEY
from kpi.indicators.indicator import Unit
from kpi.report.benchmarks import Benchmark
from kpi.report.improvements import Improvement
from kpi.report.leaders import Leader
from kpi.report.metrics import Metrics
from kpi.report.report import Report
from kpi.report.trends import Trend

_WHOLE_NUMBERS = (Unit.FRANCS, Unit.NPS)
_CONTESTS = {
    "signed": "contractsSigned",
    "rent": "monthlyRentManaged",
    "collection": "collectionRate",
    "satisfaction": "meanSatisfaction",
}


def metrics_as_json(metrics: Metrics, site_code: str) -> dict[str, Any]:
    """The document of the answer."""
    currencies = list(metrics.by_currency)
    return {
        **{key: _number(key, metric.value) for key, metric in metrics.by_key.items()},
        "period": {"startDate": metrics.period.start, "endDate": metrics.period.end},
        "siteId": site_code,
        "currency": currencies[0] if len(currencies) == 1 else None,
        "byCurrency": {
            currency: {
                **{key: _number(key, metric.value) for key, metric in by_key.items()},
                "n": {key: metric.n for key, metric in by_key.items()},
            }
            for currency, by_key in metrics.by_currency.items()
        },
        "n": {key: metric.n for key, metric in metrics.by_key.items()},
    }


def report_as_json(report: Report, site_code: str) -> dict[str, Any]:
    """The document of a report."""
    metrics = metrics_as_json(report.metrics, site_code)
    return {
        "period": metrics["period"],
        "previousPeriod": _period(report.previous),
        "siteId": site_code,
        "currency": metrics["currency"],
        "metrics": metrics,
        "trends": [_trend(trend) for trend in report.trends],
        "benchmarks": [_benchmark(row, report) for row in report.benchmarks],
        "topPerformers": [
            _leader(leader, currency, report.agents) for currency, rows in report.leaders.items() for leader in rows
        ],
        "improvements": [_improvement(improvement) for improvement in report.improvements],
    }


def _period(period: Period) -> dict[str, Any]:
    return {"startDate": period.start, "endDate": period.end}


def _trend(trend: Trend) -> dict[str, Any]:
    key, moved = trend.key, trend.comparison
    return {
        "key": key,
        "currency": trend.currency or None,
        "current": _number(key, trend.current.value),
        "previous": _number(key, trend.previous.value),
        "n": trend.current.n,
        "isFewCases": trend.current.is_few,
        "absoluteChange": _number(key, moved.change) if moved else None,
        "relativeChange": _rate(moved.relative) if moved else None,
        "direction": moved.direction.value if moved else None,
        "isGood": moved.is_good if moved else None,
        "target": _number(key, trend.target),
        "targetMet": trend.is_met,
        "varianceToTarget": _number(key, trend.variance),
        "series": [
            {
                "month": p.month,
                "value": _number(key, p.value),
                "n": p.n,
                "isUnusual": p.is_unusual,
                "isOnRecord": p.is_on_record,
            }
            for p in trend.series
        ],
    }


def _benchmark(row: Benchmark, report: Report) -> dict[str, Any]:
    reference, network = row.reference, row.network
    return {
        "key": row.key,
        "value": _number(row.key, row.value),
        "reference": reference
        and {
            "average": _number(row.key, reference.average),
            "top": _number(row.key, reference.top),
            "position": row.position and row.position.value,
            "source": reference.source,
            "isStartingAssumption": reference.is_assumption,
            "asOf": reference.as_of,
        },
        "network": network
        and {
            "month": report.month,
            "value": _number(row.key, row.month_value),
            "median": _number(row.key, network.median),
            "best": _number(row.key, network.best),
            "rank": network.rank,
            "sites": network.sites,
            "position": row.network_position and row.network_position.value,
            "asOf": network.as_of,
        },
    }


def _leader(leader: Leader, currency: str, agents: Mapping[int, str]) -> dict[str, Any]:
    marks = {
        name: {"value": _mark(key, leader.marks[key].value), "n": leader.marks[key].n, "rank": leader.marks[key].rank}
        for key, name in _CONTESTS.items()
    }
    return {"agentId": leader.agent, "name": agents[leader.agent], "currency": currency, **marks}


def _improvement(short: Improvement) -> dict[str, Any]:
    return {
        "key": short.key,
        "currency": short.currency or None,
        "value": _number(short.key, short.value),
        "target": _number(short.key, short.target),
        "gap": _rate(short.gap),
        "priority": short.priority.value,
        "recommendation": str(BY_KEY[short.key].advice.text),
        "estimatedEffect": [
            {"amount": worth.francs, "currency": currency, "basis": worth.basis.value, "units": worth.units}
            for currency, worth in short.worth.items()
        ],
    }


def _number(key: str, value: Decimal | None) -> int | float | None:
    if value is not None and BY_KEY[key].unit in _WHOLE_NUMBERS and value == value.to_integral_value():
        return int(value)
    return _rate(value)


def _mark(contest: str, value: Decimal | None) -> int | float | None:
    return int(value) if value is not None and contest in ("signed", "rent") else _rate(value)


def _rate(value: Decimal | None) -> float | None:
    return None if value is None else float(round(value, 6))
