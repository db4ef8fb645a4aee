"""POST /api/retention/analyze and GET /api/retention/scores."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.request import Request
from rest_framework.response import Response

from changes.throttle import WindowThrottle
from retention import api_examples as examples
from retention.actions import analyse
from retention.listed import current_scores
from retention.models import Offer, RetentionScore
from retention.pages.access import MANAGE
from retention.serializers import AnalysisBody, AnalysisDocument, RetentionScoreDocument
from retention.yardsticks import yardsticks
from sites_app.lists import ListParameters, orderings, page_document, page_of
from sites_app.parameters import QueryParameters
from sites_app.permissions import needs
from sites_app.request import as_site_request, one_site


class AnalysisThrottle(WindowThrottle):
    """So many analyses of a person in each minute."""

    scope = "analysis"
    rate = "20/min"


class ScoreParameters(ListParameters):
    """One level or all; the order, usually the most at risk first."""

    risk_level = serializers.ChoiceField(RetentionScore.Level.choices, required=False)
    ordering = orderings("score", "probability", "relettingLoss", "expectedGain", "recommendedInterventionDate", "name")

    columns = {
        "score": "score",
        "probability": "probability",
        "relettingLoss": "relet_loss",
        "expectedGain": "expected_gain",
        "recommendedInterventionDate": "intervene_by",
        "name": "tenant__name",
    }


@extend_schema(
    summary="Score everybody",
    request=AnalysisBody,
    responses=AnalysisDocument,
    examples=[
        OpenApiExample("The ten most at risk", {"limit": 10}, request_only=True),
        OpenApiExample("One tenant", examples.ANALYSIS_EXAMPLE, response_only=True),
    ],
)
@needs(MANAGE)
@api_view(["POST"])
@throttle_classes([AnalysisThrottle])
def analyze(request: Request) -> Response:
    """Score every tenant of the site as of today, as each night does; twice on a day changes nothing.

    The most at risk come first: by level, then by what is to be lost, then by the tenant's code.
    """
    site = one_site(as_site_request(request))
    QueryParameters(data=request.query_params).is_valid(raise_exception=True)
    body = AnalysisBody(data=request.data)
    body.is_valid(raise_exception=True)
    found = analyse(days={site.code: site.today()})
    rows = current_scores([site.code])[: body.validated_data["limit"]]
    document = {
        "calculatedAt": timezone.now(),
        "siteId": site.code,
        "analyzed": found.scored,
        "tenants": rows,
    }
    return Response(AnalysisDocument(document, context=_context([site.code])).data)


@extend_schema(
    summary="The scores that hold now",
    parameters=[ScoreParameters],
    responses=page_document(RetentionScoreDocument, "RetentionScoresPage"),
    examples=[OpenApiExample("One tenant", examples.SCORES_EXAMPLE)],
)
@needs(MANAGE)
@api_view(["GET"])
def scores(request: Request) -> Response:
    """Each tenant once, by the lowest score of their tenancies; of the site, or of all one's sites."""
    sites = as_site_request(request).site_codes
    asked = ScoreParameters(data=request.query_params)
    asked.is_valid(raise_exception=True)
    values = asked.validated_data
    rows = current_scores(sites)
    if "risk_level" in values:
        rows = rows.filter(risk_level=values["risk_level"])
    return Response(page_of(request, rows, values, RetentionScoreDocument, ScoreParameters.columns, _context(sites)))


def _context(sites: Sequence[str]) -> dict[str, Any]:
    return {"yardsticks": yardsticks(sites), "offers": Offer.objects.in_bulk()}
