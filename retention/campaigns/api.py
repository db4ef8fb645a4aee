"""POST and GET /api/retention/campaigns, and one of them."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet, Sum
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from retention import api_examples as examples
from retention.campaigns.drafts import create_campaign
from retention.campaigns.refused import CampaignRefused
from retention.campaigns.serializers import CampaignBody, CampaignDocument, WholeCampaignDocument
from retention.models import CampaignResult, RetentionAction, RetentionCampaign
from retention.pages.access import MANAGE
from sites_app.lists import ListParameters, orderings, page_document, page_of
from sites_app.parameters import QueryParameters
from sites_app.permissions import needs
from sites_app.request import as_site_request, one_site

# The arguments of the action, as the client knows them.
_NAMES = {"tenants": "tenantIds", "name": "campaignName", "start_date": "startDate", "control_share": "controlShare"}


class CampaignParameters(ListParameters):
    """One status or all; the newest first."""

    status = serializers.ChoiceField(RetentionCampaign.Status.choices, required=False)
    ordering = orderings("-createdAt", "campaignName", "startDate")

    columns = {"createdAt": "created_at", "campaignName": "name", "startDate": "start_date"}


@extend_schema(
    methods=["GET"],
    summary="Campaigns",
    parameters=[CampaignParameters],
    responses=page_document(CampaignDocument, "CampaignsPage"),
    examples=[OpenApiExample("One campaign", examples.CAMPAIGNS_EXAMPLE)],
    description="The site's campaigns, or those of all one's sites, each with its newest result.",
)
@extend_schema(
    methods=["POST"],
    summary="Draft a campaign",
    request=CampaignBody,
    responses={201: WholeCampaignDocument},
    examples=[
        OpenApiExample("Two tenants", examples.NEW_CAMPAIGN_EXAMPLE, request_only=True),
        OpenApiExample("The draft", examples.CAMPAIGN_EXAMPLE, response_only=True, status_codes=["201"]),
    ],
    description="A draft with what is proposed to each tenant. Where a rule is against it nothing is saved: a 422 with "
    "all the reasons.",
)
@needs(MANAGE)
@api_view(["GET", "POST"])
def campaigns(request: Request) -> Response:
    """Read campaigns, or draft one."""
    if request.method == "POST":
        return _drafted(request)
    asked = CampaignParameters(data=request.query_params)
    asked.is_valid(raise_exception=True)
    values = asked.validated_data
    rows = _rows(request)
    if "status" in values:
        rows = rows.filter(status=values["status"])
    return Response(page_of(request, rows, values, CampaignDocument, CampaignParameters.columns))


@extend_schema(
    operation_id="retention_campaign_retrieve",
    summary="One campaign",
    responses=WholeCampaignDocument,
    examples=[OpenApiExample("The campaign", examples.CAMPAIGN_EXAMPLE)],
)
@needs(MANAGE)
@api_view(["GET"])
def campaign(request: Request, pk: UUID) -> Response:
    """A campaign with what it proposes to each tenant, and its newest result."""
    QueryParameters(data=request.query_params).is_valid(raise_exception=True)
    return Response(WholeCampaignDocument(_whole(request, pk)).data)


def _drafted(request: Request) -> Response:
    site_request = as_site_request(request)
    site = one_site(site_request)
    QueryParameters(data=request.query_params).is_valid(raise_exception=True)
    body = CampaignBody(data=request.data)
    body.is_valid(raise_exception=True)
    asked: dict[str, Any] = body.validated_data
    try:
        made = create_campaign(
            site=site,
            name=asked["campaignName"],
            budget=asked["budget"],
            tenants=asked["tenantIds"],
            by=site_request.user,
            today=site.today(),
            start_date=asked.get("startDate"),
            control_share=asked["controlShare"],
            offers=asked.get("offers"),
        )
    except CampaignRefused as refused:
        named = (replace(one, field=_NAMES.get(one.field, one.field)) for one in refused.refusals)
        raise CampaignRefused(named) from refused
    return Response(WholeCampaignDocument(_whole(request, made.pk)).data, status=201)


def _rows(request: Request) -> QuerySet:
    newest = CampaignResult.objects.order_by("campaign_id", "-day").distinct("campaign_id")
    rows = RetentionCampaign.objects.filter(site__in=as_site_request(request).site_codes).select_related("site")
    sums = rows.annotate(cost=Sum("actions__cost"), gain=Sum("actions__gain"), tenants=Count("actions"))
    return sums.prefetch_related(Prefetch("results", newest, to_attr="newest"))


def _whole(request: Request, pk: UUID) -> RetentionCampaign:
    actions = RetentionAction.objects.select_related("tenant", "offer").order_by("score", "pk")
    row = _rows(request).prefetch_related(Prefetch("actions", actions, to_attr="in_order")).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row
