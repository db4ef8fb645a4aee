"""GET /api/schema and /api/docs: every call of the API, as programs and as people read it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, renderer_classes
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from akig.api_page import sections_of
from sites_app.parameters import QueryParameters


@cache
def whole_schema() -> Mapping[str, Any]:
    """The OpenAPI document; it is the same for everybody, and in English."""
    with translation.override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)


@extend_schema(summary="This document", responses={200: {"type": "object"}})
@api_view(["GET"])
def schema(request: Request) -> Response:
    """The OpenAPI document of all calls. It takes no site, and is the same for everybody."""
    QueryParameters(data=request.query_params).is_valid(raise_exception=True)
    return Response(whole_schema())


@extend_schema(exclude=True)
@api_view(["GET"])
@renderer_classes([TemplateHTMLRenderer])
def docs(request: Request) -> Response:
    """The same as a page of ours, without a script."""
    return Response({"sections": sections_of(whole_schema())}, template_name="api_docs.html")
