"""The shapes of the API's documents of the indicators: what answers, and what the schema says of it."""

from collections.abc import Callable, Iterable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kpi.indicators import BY_KEY, KEYS, MONEY_KEYS

# ruff: noqa: N815 -- the clients' own names


@extend_schema_field({"type": ["number", "null"]})
class Value(serializers.Field):
    """A number or null: francs and the NPS whole, everything else with at most six decimals, as it was rounded."""

    def to_representation(self, value: float) -> float:
        return value


def _for_each(keys: Iterable[str], field: Callable[[str], serializers.Field]) -> dict[str, Any]:
    return {key: field(BY_KEY[key].unit.value) for key in keys}


def _document(name: str, fields: dict[str, Any]) -> type[serializers.Serializer]:
    return type(name, (serializers.Serializer,), fields)


class PeriodDocument(serializers.Serializer):
    startDate = serializers.DateField()
    endDate = serializers.DateField()


def _value(unit: str) -> serializers.Field:
    return Value(help_text=f"In {unit}.")


def _cases(_unit: str) -> serializers.Field:
    return serializers.IntegerField()


# The keys are those of the registry.
CasesDocument = _document("CasesDocument", _for_each(KEYS, _cases))
MoneyCasesDocument = _document("MoneyCasesDocument", _for_each(MONEY_KEYS, _cases))
CurrencyDocument = _document("CurrencyDocument", _for_each(MONEY_KEYS, _value) | {"n": MoneyCasesDocument()})
MetricsDocument = _document(
    "MetricsDocument",
    _for_each(KEYS, _value)
    | {
        "period": PeriodDocument(),
        "siteId": serializers.CharField(help_text="The site's code, or ALL."),
        "currency": serializers.CharField(allow_null=True, help_text="Null over sites of two currencies."),
        "byCurrency": serializers.DictField(child=CurrencyDocument()),
        "n": CasesDocument(help_text="On how many rows each value stands."),
    },
)


class PointDocument(serializers.Serializer):
    month = serializers.DateField(help_text="Its first day.")
    value = Value()
    n = serializers.IntegerField()
    isUnusual = serializers.BooleanField()
    isOnRecord = serializers.BooleanField(help_text="False for rents of a month before the first that is on record.")


class TrendDocument(serializers.Serializer):
    key = serializers.ChoiceField(list(BY_KEY))
    currency = serializers.CharField(allow_null=True)
    current = Value()
    previous = Value()
    n = serializers.IntegerField()
    isFewCases = serializers.BooleanField()
    absoluteChange = Value()
    relativeChange = Value()
    direction = serializers.CharField(allow_null=True)
    isGood = serializers.BooleanField(allow_null=True)
    target = Value()
    targetMet = serializers.BooleanField(allow_null=True)
    varianceToTarget = Value()
    series = PointDocument(many=True)


class ReferenceDocument(serializers.Serializer):
    average = Value()
    top = Value()
    position = serializers.CharField(allow_null=True, help_text="above, at or below: above is always better.")
    source = serializers.CharField()  # type: ignore[assignment]  # a field: the framework takes it off the class
    isStartingAssumption = serializers.BooleanField()
    asOf = serializers.DateField()


class NetworkDocument(serializers.Serializer):
    month = serializers.DateField(allow_null=True)
    value = Value()
    median = Value()
    best = Value()
    rank = serializers.IntegerField(allow_null=True)
    sites = serializers.IntegerField()
    position = serializers.CharField(allow_null=True)
    asOf = serializers.DateField()


class BenchmarkDocument(serializers.Serializer):
    key = serializers.ChoiceField(list(BY_KEY))
    value = Value()
    reference = ReferenceDocument(allow_null=True)
    network = NetworkDocument(allow_null=True)


class MarkDocument(serializers.Serializer):
    value = Value()
    n = serializers.IntegerField()
    rank = serializers.IntegerField(allow_null=True)


class LeaderDocument(serializers.Serializer):
    agentId = serializers.IntegerField()
    name = serializers.CharField()
    currency = serializers.CharField()
    contractsSigned = MarkDocument()
    monthlyRentManaged = MarkDocument()
    collectionRate = MarkDocument()
    meanSatisfaction = MarkDocument()


class EffectDocument(serializers.Serializer):
    amount = Value(help_text="Whole francs.")
    currency = serializers.CharField()
    basis = serializers.CharField()
    units = Value()


class ImprovementDocument(serializers.Serializer):
    key = serializers.ChoiceField(list(BY_KEY))
    currency = serializers.CharField(allow_null=True)
    value = Value()
    target = Value()
    gap = Value(help_text="As a share of the target.")
    priority = serializers.CharField(help_text="critical, high, medium or low.")
    recommendation = serializers.CharField()
    estimatedEffect = EffectDocument(many=True)


class ReportDocument(serializers.Serializer):
    period = PeriodDocument()
    previousPeriod = PeriodDocument()
    siteId = serializers.CharField(help_text="The site's code, or ALL.")
    currency = serializers.CharField(allow_null=True)
    metrics = MetricsDocument()
    trends = TrendDocument(many=True)
    benchmarks = BenchmarkDocument(many=True)
    topPerformers = LeaderDocument(many=True)
    improvements = ImprovementDocument(many=True)


_VALUES = {
    "averageResolutionTime": 6.5,
    "resolutionRate": 0.9,
    "depositReturnRate": 0.75,
    "depositReturnTime": 21.0,
    "npsScore": 34,
    "tenantRetentionRate": 0.93,
    "agentProductivity": 1.96371,
    "revenuePerAgent": 18_000_000,
    "occupancyRate": 0.91,
    "portfolioRiskScore": 12.5,
    "paymentCollectionRate": 0.942857,
    "renewalRate": None,
}
_CASES = dict.fromkeys(_VALUES, 140) | {"renewalRate": 0}
_OCTOBER = {"startDate": "2026-10-01", "endDate": "2026-10-31"}
METRICS_EXAMPLE = {
    **_VALUES,
    "period": _OCTOBER,
    "siteId": "GN_KINDIA",
    "currency": "GNF",
    "byCurrency": {"GNF": {key: _VALUES[key] for key in MONEY_KEYS} | {"n": {key: _CASES[key] for key in MONEY_KEYS}}},
    "n": _CASES,
}
REPORT_EXAMPLE = {
    "period": _OCTOBER,
    "previousPeriod": {"startDate": "2026-09-01", "endDate": "2026-09-30"},
    "siteId": "GN_KINDIA",
    "currency": "GNF",
    "metrics": METRICS_EXAMPLE,
    "trends": [],
    "benchmarks": [],
    "topPerformers": [],
    "improvements": [],
}
