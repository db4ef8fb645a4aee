"""Choosing a site: the selector in the header, and the page for those whose site nothing names."""

from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from sites_app.request import SiteRequest
from sites_app.resolve import SESSION_KEY, require_access, split_address


@require_GET
def choose(request: SiteRequest) -> HttpResponse:
    """The person's sites, each a link."""
    return render(request, "sites/choose.html")


@require_POST
def select(request: SiteRequest) -> HttpResponse:
    """Remember the choice in the session and open the same page on the chosen site."""
    code = request.POST.get("site", "")
    require_access(code, {access.code: access for access in request.accessible_sites})
    request.session[SESSION_KEY] = code
    return HttpResponseRedirect(f"/{code}{_page(request)}")


def _page(request: SiteRequest) -> str:
    """The path of the page that the form stood on, without its site; "/" when it is not one of ours."""
    came_from = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    _code, path = split_address(urlsplit(came_from).path)
    return path if path.startswith("/") and not path.startswith("//") else "/"
