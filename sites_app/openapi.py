"""What all calls of the API share in its schema, written once: how a call names its site, and how it is refused."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation

from changes.problems import TITLES

_SITE = "A site's code, such as `GN_KINDIA`, or `ALL` for all of one's sites (reading only)."
_LIMIT = {"type": "string", "maxLength": 20}
_PARAMETERS: Mapping[str, dict[str, Any]] = {
    "XSiteID": {
        "in": "header",
        "name": "X-Site-ID",
        "schema": _LIMIT,
        "description": f"{_SITE} Without it or `site`: the session's choice, one's primary or only site.",
    },
    "Site": {"in": "query", "name": "site", "schema": _LIMIT, "description": f"The same as X-Site-ID. {_SITE}"},
    "SiteId": {"in": "query", "name": "site_id", "schema": _LIMIT, "description": f"The same as `site`. {_SITE}"},
}
_READING = (400, 401, 403, 404, 406, 429, 503)
_CHANGING = (*_READING, 409, 413, 415, 422)
# What a client reads beside the title.
_DETAILS: Mapping[int, str] = {
    400: "Correct what `errors` names and send it again: nothing was changed.",
    401: "This token is unknown, expired or revoked. Make a new one on your profile page.",
    403: "You have no access to the site GN_LABE.",
    404: "There is nothing here, or it is not on your sites.",
    406: "Could not satisfy the request Accept header.",
    409: "This key was already used for another payment. Send a new payment with a new key.",
    413: "The request is larger than AKIG accepts. Nothing was changed.",
    415: 'Unsupported media type "text/plain" in request.',
    422: "Kindia does not accept more than 15,000,000 GNF in cash in one payment.",
    429: "Request was throttled. Expected available in 12 seconds.",
    503: "The database does not answer. Nothing was changed; try again in a minute.",
}
_MEMBERS: Mapping[int, dict[str, Any]] = {
    400: {"errors": [{"field": "endDate", "message": "Give both days of the period."}]},
    409: {"rule": "idempotency_key"},
    422: {"errors": [{"field": "amount", "message": _DETAILS[422]}], "rule": "largest_cash_payment"},
}
_HEADERS: Mapping[int, str] = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}
_PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457): why nothing was done.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string", "description": "What kind of refusal, in the reader's language."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do about it, in the reader's language."},
        "errors": {
            "type": "array",
            "description": "Every field that is wrong; the path of a nested one is written with dots.",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
        "rule": {"type": "string", "description": "The name of the rule that forbids it (409 and 422)."},
    },
    "required": ["type", "title", "status"],
}


def without_second_spelling(endpoints: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """drf-spectacular's hook: an address that answers with a slash at its end too is documented without it."""
    return [endpoint for endpoint in endpoints if not endpoint[0].endswith("/")]


def add_what_all_share(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's hook: each call refers to the parameters and refusals that it shares with the others."""
    parameters, responses = dict(_PARAMETERS), {}
    with translation.override("en"):
        for status in _CHANGING:
            responses[f"Problem{status}"] = _refusal(status)
    for item in result["paths"].values():
        for method, call in item.items():
            own = [_once(parameter, parameters) for parameter in call.get("parameters", ())]
            call["parameters"] = own + [{"$ref": f"#/components/parameters/{name}"} for name in _PARAMETERS]
            statuses = _READING if method == "get" else _CHANGING
            for status in sorted(statuses):
                call["responses"].setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
            for content in call.get("requestBody", {}).get("content", {}).values():
                body = content["schema"]["$ref"].rpartition("/")[2]
                # changes/bodies.py refuses what it does not know.
                result["components"]["schemas"][body]["additionalProperties"] = False
    result["components"].setdefault("schemas", {})["Problem"] = _PROBLEM
    result["components"] |= {"parameters": parameters, "responses": responses}
    return result


def _once(parameter: dict[str, Any], parameters: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A header that calls declare themselves, such as Idempotency-Key, is written out once."""
    if parameter["in"] != "header":
        return parameter
    name = parameter["name"].replace("-", "")
    parameters[name] = parameter
    return {"$ref": f"#/components/parameters/{name}"}


def _refusal(status: int) -> dict[str, Any]:
    title = str(TITLES[status])
    example = {"type": "about:blank", "title": title, "status": status, "detail": _DETAILS[status]}
    answer: dict[str, Any] = {
        "description": title,
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": example | _MEMBERS.get(status, {}),
            }
        },
    }
    if header := _HEADERS.get(status):
        answer["headers"] = {header: {"schema": {"type": "string"}}}
    return answer
