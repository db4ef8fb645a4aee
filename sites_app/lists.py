"""Lists for programs: pages of at most a hundred rows, an order, and parameters that are all known. Two statements."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from screens.lists.search import MOST_CHARACTERS, refuse_long_search
from sites_app.parameters import QueryParameters

LONGEST_PAGE = 100
_USUAL_PAGE = 50
_LAST_PAGE = 10_000


class ListParameters(QueryParameters):
    """The base of a list's parameters: pages. Subclasses add their filters and `ordering`."""

    page = serializers.IntegerField(required=False, default=1, min_value=1, max_value=_LAST_PAGE)
    page_size = serializers.IntegerField(required=False, default=_USUAL_PAGE, min_value=1, max_value=LONGEST_PAGE)


class Search(serializers.CharField):
    """Words that a row has somewhere in its texts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=MOST_CHARACTERS, validators=[refuse_long_search], **kwargs)


def orderings(*names: str) -> serializers.ChoiceField:
    """The parameter `ordering`: one of the names, with a minus for the largest first. The first is the usual one."""
    usual, choices = names[0], [sign + name.lstrip("-") for name in names for sign in ("", "-")]
    return serializers.ChoiceField(
        choices, required=False, default=usual, help_text="A minus puts the largest or newest first."
    )


def page_of(
    request: Request,
    rows: QuerySet,
    asked: dict[str, Any],
    document: type[serializers.Serializer],
    columns: Mapping[str, str],
    context: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The answer of a list: how many rows there are, the addresses of the pages beside this one, and its rows.

    `columns` gives the column of each name that `ordering` may have; rows that are equal in it stand by id.
    `context` is what the document needs besides the rows.
    """
    number, size = asked["page"], asked["page_size"]
    name = asked["ordering"].removeprefix("-")
    sign = "-" if asked["ordering"] != name else ""
    ordered = rows.order_by(sign + columns[name], sign + "pk")
    count = rows.count()
    found = ordered[(number - 1) * size : number * size]
    return {
        "count": count,
        "next": _address(request, number + 1) if number * size < count else None,
        "previous": _address(request, number - 1) if number > 1 else None,
        "results": document(found, many=True, context=dict(context or {})).data,
    }


def page_document(document: type[serializers.Serializer], name: str) -> type[serializers.Serializer]:
    """The serializer that describes what page_of answers."""

    @extend_schema_field({"type": "string", "format": "uri", "nullable": True})
    class Address(serializers.Field):
        pass

    fields = {
        "count": serializers.IntegerField(help_text="Rows on all pages."),
        "next": Address(),
        "previous": Address(),
        "results": document(many=True),
    }
    return type(name, (serializers.Serializer,), fields)


def _address(request: Request, page: int) -> str:
    parameters = request.query_params.copy()
    parameters["page"] = str(page)
    return request.build_absolute_uri(f"{request.path}?{urlencode(parameters, doseq=True)}")
