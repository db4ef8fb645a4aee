"""GET /api/sites: where the caller works, and what they may do there."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from sites_app.access import Access
from sites_app.lists import page_document
from sites_app.models import Role, Site
from sites_app.parameters import QueryParameters
from sites_app.request import as_site_request


class SiteDocument(serializers.Serializer):
    """A site that the caller may enter now, and as what."""

    code = serializers.CharField()
    name = serializers.CharField()
    country = serializers.CharField(source="site.country")
    currency = serializers.ChoiceField(Site.Currency.choices, source="site.currency")
    timezone = serializers.CharField(source="site.timezone")
    language = serializers.CharField(source="site.default_language")
    status = serializers.ChoiceField(Site.Status.choices, source="site.status")
    role = serializers.ChoiceField(Role.choices)
    isPrimary = serializers.BooleanField(source="is_primary")  # noqa: N815 -- the clients' own names
    isCover = serializers.BooleanField(  # noqa: N815
        source="via_cover", help_text="The site is offline, and the caller's own site stands in for it."
    )
    mayWrite = serializers.BooleanField(source="may_write")  # noqa: N815
    permissions = serializers.ListField(child=serializers.CharField(), help_text="The caller's rights there.")

    def to_representation(self, instance: Access) -> dict[str, Any]:
        return super().to_representation(instance) | {"permissions": sorted(instance.permissions)}


_EXAMPLE = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [
        {
            "code": "GN_KINDIA",
            "name": "Kindia Branch",
            "country": "GN",
            "currency": "GNF",
            "timezone": "Africa/Conakry",
            "language": "fr",
            "status": "active",
            "role": "agent",
            "isPrimary": True,
            "isCover": False,
            "mayWrite": True,
            "permissions": ["leasing.record_payment", "leasing.view_portfolio", "tasks.work_on_tasks"],
        }
    ],
}


@extend_schema(
    summary="The caller's sites",
    responses=page_document(SiteDocument, "SitesPage"),
    examples=[OpenApiExample("An agent of Kindia", _EXAMPLE)],
)
@api_view(["GET"])
def sites(request: Request) -> Response:
    """Every site that the caller may enter now, by code, with their role and rights there; a site that is offline too
    when theirs stands in for it. It takes no site. They are few: there is one page.
    """
    QueryParameters(data=request.query_params).is_valid(raise_exception=True)
    found = SiteDocument(as_site_request(request).accessible_sites, many=True).data
    return Response({"count": len(found), "next": None, "previous": None, "results": found})
