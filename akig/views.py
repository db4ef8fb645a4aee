"""Where a person lands, and what they read when something does not go as asked."""

import logging
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import exceptions as core
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.middleware import browser_language
from akig import health
from changes import problems
from changes.away import is_away
from screens.panels import panels_of
from sites_app.permissions import needs
from sites_app.request import SiteRequest

log = logging.getLogger(__name__)


@require_safe
@needs(None)
def home(request: SiteRequest) -> HttpResponse:
    """The site of today as the apps see it, and the ways into it."""
    sites = [access.site for access in request.accessible_sites if access.code in request.site_codes]
    today = max(site.today() for site in sites)
    panels = panels_of("home", request, today, request.site_permissions)
    return render(request, "home.html", {"today": today, "panels": panels})


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process lives. Asks nothing of anybody: a restart cures no database."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when this process can serve, naming what it serves without; 503 naming what keeps it from it."""
    failed = health.failures()
    if failed:
        return JsonResponse({"status": "not ready", "failed": failed}, status=503)
    without = health.missing()
    return JsonResponse({"status": "ready", "without": without} if without else {"status": "ready"})


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 for a request that is too large."""
    sentence = str(exception) if isinstance(exception, core.BadRequest) else ""
    status = 413 if isinstance(exception, core.RequestDataTooBig) else 400
    errors = exception.errors if isinstance(exception, problems.Unreadable) else None
    return refusal(request, status, sentence, "400.html", "info", errors=errors)


@login_not_required
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: what is not allowed, and whom to ask."""
    user = getattr(request, "user", None)
    stranger = user is not None and user.is_authenticated and not getattr(request, "accessible_sites", ())
    return refusal(request, 403, str(exception), "403.html", "lock", stranger=stranger)


@login_not_required
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from a page of ours, or from one that is too old."""
    log.warning("Refused a form: %s", reason)
    title = _("This page is out of date")
    return refusal(request, 403, "", "403_csrf.html", "clock", title=title)


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404; the middleware's own sentence when the site in the address does not exist."""
    before_any_view = getattr(request, "resolver_match", None) is None
    reason = exception.args[0] if exception.args else ""
    sentence = reason if before_any_view and isinstance(reason, str) else ""
    return refusal(request, 404, sentence, "404.html", "search")


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """500; 503 while the database is away or the disk full. Asks nothing of the database or of the request's user."""
    error = sys.exc_info()[1]
    away = is_away(error)
    status = 503 if away else 500
    headers = {"Retry-After": str(problems.RETRY_AFTER_SECONDS)} if away else {}
    with translation.override(_language_without_database(request)):
        if problems.wants_problem(request):
            detail = str(problems.unavailable(error).detail) if away else _("The request was not carried out.")
            return problems.problem(status, detail=detail, headers=headers)
        context: dict[str, Any] = {
            "frame": {},
            "title": problems.TITLES[status],
            "status": status,
            "icon": "offline" if away else "warning",
            "time": timezone.localtime(),
            "page": request.path,
        }
        try:
            page: str = render_to_string(f"{status}.html", context)
        except Exception:
            log.exception("The error page itself failed")
            page = f"<!doctype html><title>AKIG</title><p>{problems.TITLES[status]}"
        return HttpResponse(page, status=status, headers=headers)


def refusal(request: HttpRequest, status: int, sentence: str, template: str, icon: str, **context: Any) -> HttpResponse:
    """A page that says why not, or a problem document for a program; `errors` name the fields."""
    title, errors = context.pop("title", problems.TITLES[status]), context.pop("errors", None)
    if problems.wants_problem(request):
        return problems.problem(status, title, sentence, errors)
    context.update(title=title, sentence=sentence, status=status, icon=icon)
    return render(request, template, context, status=status)


def _language_without_database(request: HttpRequest) -> str:
    """What the middleware chose, if it came that far; else this browser's own choice."""
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    kept = cookie if cookie in dict(settings.LANGUAGES) else None
    return getattr(request, "LANGUAGE_CODE", None) or kept or browser_language(request)
