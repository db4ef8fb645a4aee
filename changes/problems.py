"""What the API answers when it does not do what was asked: problem documents (RFC 9457), never HTML."""

import json
import logging
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core import exceptions as core
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions as drf
from rest_framework.views import set_rollback

from changes.away import disk_is_full, is_away, kind
from changes.refusals import RuleBroken
from screens.texts import Text

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 60
TITLES: dict[int, Text] = {
    400: gettext_lazy("Not understood"),
    401: gettext_lazy("Not signed in"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("Not found"),
    405: gettext_lazy("Not possible at this address"),
    406: gettext_lazy("Response format not available"),
    409: gettext_lazy("In conflict with what is recorded"),
    413: gettext_lazy("Too large"),
    415: gettext_lazy("Request format not supported"),
    422: gettext_lazy("A rule forbids it"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Something went wrong on our side"),
    503: gettext_lazy("Not available now"),
}
CANNOT_BE_STORED = gettext_lazy("A value has a character or a size that cannot be stored. Nothing was changed.")
# However it is written: a program that mistypes its address is still a program.
_API_ADDRESS = re.compile(r"/+(?:(?:[A-Z]{2}_[A-Z0-9]+|ALL)/+)?(?i:api)(?:/|$)")


def problem(
    status: int,
    title: Text | None = None,
    detail: str = "",
    errors: list[dict[str, str]] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> HttpResponse:
    """A problem document. `errors` names each field that is wrong and why; `members` are further entries of our own."""
    document: dict[str, Any] = {"type": "about:blank", "title": str(title or TITLES[status]), "status": status}
    if detail:
        document["detail"] = str(detail)
    if errors:
        document["errors"] = errors
    document |= members
    text = json.dumps(document, ensure_ascii=False, cls=DjangoJSONEncoder)
    # It may repeat what was sent: half a character pair, which UTF-8 does not have, is written as JSON writes it.
    content = text.encode("utf-8", "backslashreplace")
    return HttpResponse(content, status=status, headers=dict(headers or {}), content_type="application/problem+json")


def looks_like_the_api(path: str) -> bool:
    """Whether whoever wrote this address meant the API: in capitals, with slashes too many, without the last part."""
    return _API_ADDRESS.match(path) is not None


def wants_problem(request: HttpRequest) -> bool:
    """Whether a program asks: by the address, or because it prefers JSON."""
    if looks_like_the_api(request.path_info) or looks_like_the_api(request.path):
        return True
    preferred = request.get_preferred_type(["text/html", "application/json", "application/problem+json"])
    return preferred is not None and preferred != "text/html"


def unavailable(exc: BaseException | None) -> "Unavailable":
    """What to answer when something is away."""
    return DiskIsFull() if disk_is_full(exc) else Unavailable()


def problem_response(exc: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Django REST framework's exception handler. None: not a refusal but a fault, which becomes a 500."""
    exc = _as_api_exception(exc)
    if not isinstance(exc, drf.APIException):
        return None
    set_rollback()
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    if isinstance(exc, drf.ValidationError):
        errors = list(_flatten(exc.detail))
        detail = _("Correct what `errors` names and send it again: nothing was changed.")
        return problem(exc.status_code, detail=detail, errors=errors, headers=headers)
    return problem(
        exc.status_code,
        TITLES.get(exc.status_code, str(exc.default_detail)),
        str(exc.detail),
        getattr(exc, "errors", None),
        headers=headers,
        **getattr(exc, "members", {}),
    )


class Unreadable(core.BadRequest):
    """A parameter or a field that no text can be: pages and documents name it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.errors = [{"field": field, "message": sentence}]


class Unavailable(drf.APIException):
    status_code = 503
    default_detail = gettext_lazy("The database does not answer. Nothing was changed; try again in a minute.")
    wait = RETRY_AFTER_SECONDS


class DiskIsFull(Unavailable):
    default_detail = gettext_lazy("The disk is full. Nothing was changed; try again in a minute.")


class TooLarge(drf.APIException):
    status_code = 413
    default_detail = gettext_lazy("The request is larger than AKIG accepts. Nothing was changed.")


class RefusedByRule(drf.APIException):
    """A rule of ours forbids it: the document names the rule, and the field when one is to blame."""

    def __init__(self, broken: RuleBroken) -> None:
        super().__init__(broken.sentence)
        self.status_code = broken.status
        self.members = {"rule": broken.rule, **broken.members}
        self.errors = broken.errors()


def _as_api_exception(exc: Exception) -> Exception:
    """Django's own refusals, which the framework does not know or would answer without our words."""
    match exc:
        case RuleBroken():
            return RefusedByRule(exc)
        case Http404():
            # The same words for what does not exist and for what belongs to another site.
            return drf.NotFound(_("There is nothing here, or it is not on your sites."))
        case core.PermissionDenied():
            return drf.PermissionDenied(str(exc) or None)
        case core.RequestDataTooBig():
            return TooLarge()
        case core.ValidationError():
            return drf.ValidationError(exc.message_dict if hasattr(exc, "error_dict") else exc.messages)
        case Unreadable():
            return drf.ValidationError({one["field"]: [one["message"]] for one in exc.errors})
        case core.BadRequest() | core.SuspiciousOperation():
            return drf.ParseError(str(exc) if isinstance(exc, core.BadRequest) else None)
        case DataError():
            # A character or a number that the database cannot hold: nobody but the client can have sent it.
            return drf.ParseError(CANNOT_BE_STORED)
    if is_away(exc):
        log.error("The API cannot answer now (%s)", kind(exc))
        return unavailable(exc)
    return exc


def _flatten(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """One entry for each message; the path of a nested field is written with dots: "lines.2.amount"."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = "" if name in ("non_field_errors", core.NON_FIELD_ERRORS) else str(name)
            yield from _flatten(inner, ".".join(part for part in (field, own) if part))
    elif isinstance(detail, list):
        for position, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list)
            yield from _flatten(inner, f"{field}.{position}".lstrip(".") if nested else field)
    else:
        yield {"field": field, "message": str(detail)}
