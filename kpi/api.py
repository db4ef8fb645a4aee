"""GET /api/kpi/metrics: the twelve KPIs of a site, or of all the caller's sites, for a period."""

import datetime as dt
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from kpi.asked import sites_of, today_of
from kpi.definitions import BY_KEY, Metric, Metrics, Unit
from kpi.periods import EARLIEST, LATEST, LONGEST_YEARS, Period, calendar_month
from kpi.queries import metrics_of
from sites_app.permissions import needs
from sites_app.scope import ALL_SITES

_WHOLE_NUMBERS = (Unit.FRANCS, Unit.NPS)
_READ_BY_MIDDLEWARE = ("site", "site_id")


def _in_bounds(day: dt.date) -> None:
    if not EARLIEST <= day <= LATEST:
        raise serializers.ValidationError(
            _("Give a date from %(first)s to %(last)s.") % {"first": EARLIEST, "last": LATEST}
        )


class PeriodParameters(serializers.Serializer):
    """startDate and endDate, ISO 8601; each defaults to its end of the site's current month."""

    startDate = serializers.DateField(required=False, validators=[_in_bounds])  # noqa: N815 -- the clients' own names
    endDate = serializers.DateField(required=False, validators=[_in_bounds])  # noqa: N815

    default_error_messages = {
        "unknown": gettext_lazy("There is no parameter of this name. There are: %(names)s."),
        "twice": gettext_lazy("Give this parameter once."),
    }

    def to_internal_value(self, data: QueryDict) -> dict[str, Any]:
        errors: dict[str, list[Any]] = {}
        for name in data:
            if name not in self.fields and name not in _READ_BY_MIDDLEWARE:
                errors[name] = [self._message("unknown", names=", ".join((*self.fields, *_READ_BY_MIDDLEWARE)))]
            elif len(data.getlist(name)) > 1:
                errors[name] = [self._message("twice")]
        try:
            days = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            # The reader gets every bad field at once.
            raise serializers.ValidationError({**refused.detail, **errors}) from refused
        if errors:
            raise serializers.ValidationError(errors)
        return days

    def validate(self, attrs: dict[str, dt.date]) -> dict[str, Any]:
        month = calendar_month(self.context["today"])
        start, end = attrs.get("startDate", month.start), attrs.get("endDate", month.end)
        if end < start:
            message = _("The end, %(end)s, is before the start, %(start)s.") % {"start": start, "end": end}
            raise serializers.ValidationError({"endDate": message})
        period = Period(start, end)
        if period.is_too_long:
            message = _("A period has at most %(years)s years.") % {"years": LONGEST_YEARS}
            raise serializers.ValidationError({"endDate": message})
        return {"period": period}

    def _message(self, code: str, **values: str) -> str:
        return str(self.error_messages[code]) % values


@needs("kpi.view_kpi")
@api_view(["GET"])
def metrics(request: Request) -> Response:
    """The twelve keys, each a number or null, with the period, the site and n.

    Ratios have six decimals; francs and the NPS are whole numbers. Over sites of two currencies `currency` is null
    and the KPIs made of francs are null too: `byCurrency` has them.
    """
    sites = sites_of(request)
    asked = PeriodParameters(data=request.query_params, context={"today": today_of(sites)})
    asked.is_valid(raise_exception=True)
    [found] = metrics_of(sites, [asked.validated_data["period"]])
    return Response(as_json(found, request.site.code if request.site else ALL_SITES))


def as_json(found: Metrics, site_code: str) -> dict[str, Any]:
    """The document of the answer."""
    currencies = list(found.by_currency)
    return {
        **{key: _number(metric) for key, metric in found.by_key.items()},
        "period": {"startDate": found.period.start, "endDate": found.period.end},
        "siteId": site_code,
        "currency": currencies[0] if len(currencies) == 1 else None,
        "byCurrency": {
            currency: {
                **{key: _number(metric) for key, metric in by_key.items()},
                "n": {key: metric.n for key, metric in by_key.items()},
            }
            for currency, by_key in found.by_currency.items()
        },
        "n": {key: metric.n for key, metric in found.by_key.items()},
    }


def _number(metric: Metric) -> int | float | None:
    if metric.value is None:
        return None
    if BY_KEY[metric.key].unit in _WHOLE_NUMBERS:
        return int(metric.value)
    return float(round(metric.value, 6))
