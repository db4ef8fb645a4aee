"""One request, one site scope, one transaction. It stands last, after everything that says who is asking."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, get_script_prefix, resolve, set_script_prefix
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from sites_app.access import Access, access_for, cover_for
from sites_app.models import Site
from sites_app.request import SiteRequest, one_site
from sites_app.resolve import named_by_a_program, needs_no_site, resolve_site, split_address
from sites_app.scope import ALL_SITES, site_scope

# A person may change it while the site takes no changes: how else would it take them again?
THE_SITE_ITSELF = "/admin/sites_app/"
API = "/api/"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
RETRY_AFTER_SECONDS = 600


class SiteMiddleware:
    """Takes the site's code off the address, checks the person's rights, and opens the scope around the view.

    Sets on the request: `site` (None in the ALL view), `site_codes`, `site_permissions`, `site_access`
    and `accessible_sites`.
    """

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        code, path = split_address(request.path_info)
        prefix = get_script_prefix()
        request.site = request.site_access = None
        request.site_code = None
        request.site_codes = ()
        request.site_permissions = frozenset()
        request.accessible_sites = ()
        try:
            if code is not None:
                request.path_info = path
                set_script_prefix(f"{prefix}{code}/")
            if not request.user.is_authenticated:
                return self.get_response(request)
            response = self._for_a_member(request, code)
            patch_cache_control(response, private=True, no_cache=True)
            return response
        finally:
            set_script_prefix(prefix)

    def _for_a_member(self, request: SiteRequest, in_address: str | None) -> HttpResponse:
        accessible = access_for(request.user)
        # has_perm asks for these rights again and again within the request.
        request.user.site_access = accessible  # type: ignore[attr-defined]  # accounts knows no site
        request.accessible_sites = tuple(accessible.values())
        siteless = needs_no_site(request.path_info)
        # A program that names a site is answered for it or refused, whatever it asks for.
        names_one = request.path_info.startswith(API) and named_by_a_program(request)
        if siteless and in_address is None and not names_one:
            return self.get_response(request)
        code = resolve_site(request, accessible, in_address)
        if code is None:
            return self._without_site(request, accessible)
        if in_address is None and not request.path_info.startswith(API):
            return _to_full_address(request, code)
        _enter(request, code, accessible)
        _speak_the_sites_language(request)
        always_writable = siteless or request.path_info.startswith(THE_SITE_ITSELF)
        if request.method not in SAFE_METHODS and not always_writable:
            refusal = self._refuse_change(request)
            if refusal is not None:
                return refusal
        return self._in_scope(request)

    def _in_scope(self, request: SiteRequest) -> HttpResponse:
        outermost = not connection.in_atomic_block
        with site_scope(request.site_codes):
            if outermost and request.method in SAFE_METHODS and request.site is None:
                # "All my sites" only reads; the database holds us to it.
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION READ ONLY")
            response = self.get_response(request)
            if response.status_code >= 500:
                # The view's own savepoint is gone already; this takes what a late template wrote.
                transaction.set_rollback(True)
        return response

    def _without_site(self, request: SiteRequest, accessible: dict[str, Access]) -> HttpResponse:
        if not accessible:
            raise PermissionDenied(_("You do not belong to any site yet."))
        if request.path_info.startswith(API):
            raise BadRequest(_("Name a site: header X-Site-ID or parameter site."))
        return HttpResponseRedirect("/sites/")

    def _refuse_change(self, request: SiteRequest) -> HttpResponse | None:
        site = one_site(request)
        if request.site_access is not None and request.site_access.may_write:
            return None
        if site.status == Site.Status.MAINTENANCE:
            sentence = _("%(site)s is in maintenance: it can be read, not changed.") % {"site": site.name}
        else:
            cover = cover_for(site, {s.code: s for s in Site.objects.all()})
            if cover is None:
                sentence = _("%(site)s is offline and no other site can stand in for it.") % {"site": site.name}
            else:
                sentence = _("%(site)s is offline; %(cover)s stands in for it.") % {
                    "site": site.name,
                    "cover": cover.name,
                }
        return _unavailable(request, sentence)


def _enter(request: SiteRequest, code: str, accessible: dict[str, Access]) -> None:
    request.site_code = code
    if code == ALL_SITES:
        entered = _with_the_views_right(request, accessible)
        request.site_codes = tuple(access.code for access in entered)
        request.site_permissions = frozenset().union(*(access.permissions for access in entered))
    else:
        access = accessible[code]
        request.site, request.site_access = access.site, access
        request.site_codes, request.site_permissions = (code,), access.permissions


def _speak_the_sites_language(request: SiteRequest) -> None:
    """A newcomer who never chose a language reads the site's; a program reads what it asked for."""
    if request.site is not None and not request.language_chosen and not request.path_info.startswith(API):
        translation.activate(request.site.default_language)  # LanguageMiddleware, outside, puts it back
        request.LANGUAGE_CODE = request.site.default_language


def _with_the_views_right(request: SiteRequest, accessible: dict[str, Access]) -> list[Access]:
    """In the ALL view: only the sites on which the person has the right that the view takes."""
    try:
        permission: Any = getattr(resolve(request.path_info).func, "site_permission", None)
    except Resolver404:
        permission = None
    return [a for a in accessible.values() if permission is None or permission in a.permissions]


def _to_full_address(request: SiteRequest, code: str) -> HttpResponse:
    if request.method not in SAFE_METHODS:
        raise BadRequest(_("This address names no site. Open the page again from the menu."))
    query = request.GET.copy()
    for name in ("site", "site_id"):
        query.pop(name, None)
    address = f"/{code}{request.path_info}"
    return HttpResponseRedirect(f"{address}?{query.urlencode()}" if query else address)


def _unavailable(request: SiteRequest, sentence: str) -> HttpResponse:
    if request.path_info.startswith(API):
        problem = {"type": "about:blank", "title": _("Not available now"), "status": 503, "detail": sentence}
        response: HttpResponse = JsonResponse(problem, status=503, content_type="application/problem+json")
    else:
        response = render(request, "503.html", {"sentence": sentence}, status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
