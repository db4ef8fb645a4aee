"""GET /api/kpi/metrics and /api/kpi/report, of a site or of all the caller's sites, for a period."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from kpi.counting.periods import EARLIEST, LATEST, LONGEST_YEARS, Period
from kpi.pages.forms import Choice, ComparedPeriod, asked_for
from kpi.pages.scope import sites_of, today_of
from kpi.report.report import metrics_of
from kpi.report.report import report as report_of
from kpi.report_json import metrics_as_json, report_as_json
from kpi.serializers import METRICS_EXAMPLE, REPORT_EXAMPLE, MetricsDocument, ReportDocument
from sites_app.parameters import QueryParameters
from sites_app.permissions import needs
from sites_app.request import as_site_request
from sites_app.scope import ALL_SITES


def _in_bounds(day: dt.date) -> None:
    if not EARLIEST <= day <= LATEST:
        raise serializers.ValidationError(
            _("Give a date from %(first)s to %(last)s.") % {"first": EARLIEST, "last": LATEST}
        )


class PeriodParameters(QueryParameters):
    """startDate and endDate, ISO 8601, both or neither: without them it is this month up to today, as on the page."""

    startDate = serializers.DateField(required=False, validators=[_in_bounds])  # noqa: N815 -- the clients' own names
    endDate = serializers.DateField(required=False, validators=[_in_bounds])  # noqa: N815

    def validate(self, attrs: dict[str, dt.date]) -> dict[str, Any]:
        start, end = attrs.get("startDate"), attrs.get("endDate")
        if start is None and end is None:
            return {"compared": asked_for(Choice.THIS_MONTH, self.context["today"])}
        if start is None or end is None:
            missing = "startDate" if start is None else "endDate"
            raise serializers.ValidationError({missing: _("Give both days of the period.")})
        if end < start:
            message = _("The end, %(end)s, is before the start, %(start)s.") % {"start": start, "end": end}
            raise serializers.ValidationError({"endDate": message})
        period = Period(start, end)
        if period.is_too_long:
            message = _("A period has at most %(years)s years.") % {"years": LONGEST_YEARS}
            raise serializers.ValidationError({"endDate": message})
        return {"compared": ComparedPeriod(period, period.previous(), "")}


@extend_schema(
    summary="The twelve indicators",
    parameters=[PeriodParameters],
    responses=MetricsDocument,
    examples=[OpenApiExample("A month of Kindia", METRICS_EXAMPLE)],
)
@needs("kpi.view_kpi")
@api_view(["GET"])
def metrics(request: Request) -> Response:
    """The twelve keys, each a number or null, with the period, the site and n. Without dates: this month up to today.

    Ratios have six decimals; francs and the NPS are whole numbers. Over sites of two currencies `currency` is null
    and the KPIs made of francs are null too: `byCurrency` has them.
    """
    sites = sites_of(as_site_request(request))
    [measured] = metrics_of(sites, [_compared(request).period])
    document = metrics_as_json(measured, as_site_request(request).site_code or ALL_SITES)
    return Response(MetricsDocument(document).data)


@extend_schema(
    summary="The report",
    parameters=[PeriodParameters],
    responses=ReportDocument,
    examples=[OpenApiExample("A month of Kindia", REPORT_EXAMPLE)],
)
@needs("kpi.view_kpi")
@api_view(["GET"])
def report(request: Request) -> Response:
    """The whole report: the metrics, their trends over thirteen months, benchmarks, agents and improvements.

    A KPI made of francs has an entry for each currency of the scope; `currency` is null in those of the others. Without
    dates it is this month up to today, beside the same days of the month before. It is for programs, which the flag of
    the page does not concern.
    """
    sites, compared = sites_of(as_site_request(request)), _compared(request)
    answer = report_of(sites, compared.period, compared.previous, today=today_of(sites))
    document = report_as_json(answer, as_site_request(request).site_code or ALL_SITES)
    return Response(ReportDocument(document).data)


def _compared(request: Request) -> ComparedPeriod:
    today = today_of(sites_of(as_site_request(request)))
    parameters = PeriodParameters(data=request.query_params, context={"today": today})
    parameters.is_valid(raise_exception=True)
    return parameters.validated_data["compared"]
