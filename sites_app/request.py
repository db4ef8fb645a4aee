"""What a request carries once SiteMiddleware has let it through: names for the checker, never made."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from accounts.request import PersonRequest
from sites_app.access import Access
from sites_app.models import Site


class SiteRequest(PersonRequest):
    """A request to a view: on one site, or in "all my sites", where `site` and `site_access` are None."""

    site: Site | None  # type: ignore[assignment]  # the stubs think of django.contrib.sites, which AKIG does not use
    site_access: Access | None
    site_code: str | None
    site_codes: tuple[str, ...]
    site_permissions: frozenset[str]
    accessible_sites: tuple[Access, ...]
    htmx: HtmxDetails


def as_site_request(request: HttpRequest) -> SiteRequest:
    """The same request, where Django's own signatures, or the API framework's, say less of it."""
    return cast("SiteRequest", request)


def one_site(request: SiteRequest) -> Site:
    """The site of a request that changes something, or asks for what only one site has.

    SiteMiddleware refuses a change in "all my sites" before any view sees it; this is what it says.
    """
    if request.site is None:
        raise PermissionDenied(_("“All my sites” is for reading. Choose one site to change something."))
    return request.site


def on_its_site(request: SiteRequest, site_code: str, query: str = "") -> HttpResponseRedirect:
    """The same page on the one site whose row was asked for in "all my sites"."""
    return HttpResponseRedirect(f"/{site_code}{request.path_info}{query}")
