"""Who is calling when it is a program, and in which language to answer."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from pghistory.middleware import HistoryMiddleware

from accounts.actions import note_token_use
from accounts.lockout import client_address
from accounts.models import ApiToken
from accounts.request import PersonRequest

BEARER_CHALLENGE = 'Bearer realm="AKIG"'
Handler = Callable[[PersonRequest], HttpResponse]


def chosen_language(request: PersonRequest) -> str | None:
    """The language this person once chose, on their profile or in this browser; None when they never did."""
    offered = dict(settings.LANGUAGES)
    if request.user.is_authenticated and request.user.preferred_language in offered:
        return request.user.preferred_language
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return cookie if cookie in offered else None


def browser_language(request: HttpRequest) -> str:
    """The first language of Accept-Language that AKIG speaks, else the default one.

    Django's own lookup wants a compiled catalog for each language; ours are offered before they have one.
    """
    offered = dict(settings.LANGUAGES)
    for tag, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        code = tag.split("-")[0]
        if code in offered:
            return code
    return settings.LANGUAGE_CODE


class LanguageMiddleware:
    """After authentication, because a person's own choice comes first.

    `request.language_chosen` tells the layer above whether a site's default language may still replace it.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: PersonRequest) -> HttpResponse:
        chosen = chosen_language(request)
        request.language_chosen = chosen is not None
        request.LANGUAGE_CODE = chosen or browser_language(request)
        with translation.override(request.LANGUAGE_CODE):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


class BearerTokenMiddleware:
    """Signs a program in by `Authorization: Bearer …`. A bad token is refused, whatever its session."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: PersonRequest) -> HttpResponse:
        request.auth_token = None
        scheme, _space, raw = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            now = timezone.now()
            token = ApiToken.objects.usable(now).matching(raw.strip()).select_related("user").first()
            if token is None:
                return self.refusal(request)
            note_token_use(token=token, now=now)
            request.user = token.user
            request.auth_token = token
            # A browser never adds this header by itself, so another site cannot forge such a request.
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]  # Django reads it
        return self.get_response(request)

    def refusal(self, request: PersonRequest) -> HttpResponse:
        with translation.override(browser_language(request)):
            problem = {
                "type": "about:blank",
                "title": _("Not signed in"),
                "status": 401,
                "detail": _("This token is unknown, expired or revoked. Make a new one on your profile page."),
            }
        headers = {"WWW-Authenticate": f'{BEARER_CHALLENGE}, error="invalid_token"'}
        return JsonResponse(problem, status=401, content_type="application/problem+json", headers=headers)


class AuditMiddleware(HistoryMiddleware):
    """What the audit writes down of a request: who, our address, theirs, and with which token."""

    def get_context(self, request: PersonRequest) -> dict[str, Any]:
        context = super().get_context(request) | {"address": client_address(request)}
        return context if request.auth_token is None else context | {"token": request.auth_token.pk}
