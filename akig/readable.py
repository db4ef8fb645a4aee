"""What cannot be read or kept is refused in words and by name, and a refusal to a program is a document.

Forms and the API's parameters say themselves which field is wrong. Here is what is left: the administration's
addresses, which have no form, other encodings, and what only the database notices.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import DataError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

from akig.views import refusal
from changes.problems import CANNOT_BE_STORED, TITLES, Unreadable, looks_like_the_api, problem, wants_problem
from sites_app.resolve import split_address

log = logging.getLogger(__name__)

NUL = "\0"
_UTF8 = ("utf-8", "utf8", "us-ascii", "ascii")
# SiteMiddleware says itself that there is no such site.
_SITES_OWN = ("site", "site_id")
_ADMIN = "/admin/"
_LONGEST_NAME = 60


class Utf8Request(WSGIRequest):
    """Reads addresses and forms as UTF-8, whatever its content type says: the middleware refuses any other."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        # Django would read the address in the named encoding here, where nothing catches what goes wrong.
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))


class Utf8Handler(WSGIHandler):
    request_class = Utf8Request


class ReadableMiddleware:
    """Stands inside the language's middleware, so that it says so in the reader's words, and before the site's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = request.content_params.get("charset", "") if request.content_params else ""
        if charset and charset.lower() not in _UTF8:
            raise BadRequest(_("Send text as UTF-8."))
        _code, path = split_address(request.path_info)
        if looks_like_the_api(path) and not path.startswith("/api/"):
            raise Http404  # a program is not led on to a page
        if path.startswith(_ADMIN):
            if NUL in path:
                raise Http404  # no row has such a key
            _refuse_nul(request.GET)
        return _as_a_document(request, self.get_response(request))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What the database cannot hold, and no form has seen: nobody but the client can have sent it."""
        if not isinstance(exception, DataError):
            return None
        log.warning("Refused what cannot be stored: %s", exception)
        if connection.in_atomic_block:
            transaction.set_rollback(True)
        return refusal(request, 400, str(CANNOT_BE_STORED), "400.html", "info")


def _refuse_nul(sent: QueryDict) -> None:
    for name, values in sent.lists():
        if name not in _SITES_OWN and (NUL in name or any(NUL in value for value in values)):
            shown = name.replace(NUL, "\\0")[:_LONGEST_NAME]
            raise Unreadable(shown, _("Null characters are not allowed."))


def _as_a_document(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A refusal that was made as a page, or as nothing at all, is a problem document for a program."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if response.status_code < 400 or not is_page or not wants_problem(request):
        return response
    document = problem(response.status_code, TITLES.get(response.status_code, response.reason_phrase))
    document.cookies = response.cookies
    for name in ("Allow", "Retry-After", "Vary", "Cache-Control"):
        if name in response.headers:
            document.headers[name] = response.headers[name]
    return document
