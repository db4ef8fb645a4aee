"""Which site does a request belong to? The first that names one decides; it is always checked."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from sites_app.access import Access
from sites_app.models import Site
from sites_app.request import SiteRequest
from sites_app.scope import ALL_SITES

SESSION_KEY = "site"
# Health, files and the API about itself; the apps declare the others, such as signing in.
_WITHOUT_SITE = ("/healthz", "/readyz", "/static/", "/api/schema", "/api/docs")
_declared_without_site: list[str] = []
_CODE = re.compile(r"[A-Z]{2}_[A-Z0-9]+", re.ASCII)
_IN_ADDRESS = re.compile(r"^/(?P<code>[A-Z]{2}_[A-Z0-9]+|ALL)(?P<rest>/.*|$)")


def split_address(path: str) -> tuple[str | None, str]:
    """("GN_KINDIA", "/kpi/") of "/GN_KINDIA/kpi/"; (None, path) of an address that names no site."""
    match = _IN_ADDRESS.match(path)
    return (match["code"], match["rest"] or "/") if match else (None, path)


def open_without_site(beginnings: Iterable[str]) -> None:
    """Hand down how the addresses begin that apps declare to need no site, in place of those before."""
    _declared_without_site[:] = beginnings


def needs_no_site(path: str) -> bool:
    """Whether an address works without a site. It may still be opened under a site's code."""
    return path.startswith((*_WITHOUT_SITE, *_declared_without_site))


def named_by_a_program(request: SiteRequest) -> list[str]:
    """The codes that the request carries beside its address."""
    named = (request.headers.get("X-Site-ID"), request.GET.get("site"), request.GET.get("site_id"))
    return [code for code in named if code is not None]


def resolve_site(request: SiteRequest, accessible: Mapping[str, Access], in_address: str | None) -> str | None:
    """The code of the request's site, "ALL", or None when nothing names one and the person has several.

    Order: the address, the X-Site-ID header, ?site= (or ?site_id=), the session's choice, the primary
    membership, the only membership.

    Raises:
        BadRequest: two that the request itself carries disagree.
        Http404: there is no site of this code (the message names it).
        PermissionDenied: there is, but the person may not enter it.
    """
    carried = [code for code in (in_address, *named_by_a_program(request)) if code is not None]
    if len(set(carried)) > 1:
        raise BadRequest(
            _("The request names two sites: %(sites)s. Name one.") % {"sites": ", ".join(sorted(set(carried)))}
        )
    if carried:
        require_access(carried[0], accessible)
        return carried[0]
    chosen = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
    # The choice was made under earlier rights; when they are gone it is forgotten, not refused.
    if chosen is not None and (chosen in accessible or (chosen == ALL_SITES and len(accessible) > 1)):
        return chosen
    primary = next((access.code for access in accessible.values() if access.is_primary), None)
    if primary is not None:
        return primary
    return next(iter(accessible)) if len(accessible) == 1 else None


def require_access(code: str, accessible: Mapping[str, Any]) -> None:
    """Raise Http404 for an unknown code, PermissionDenied for a site that is not the person's."""
    if code == ALL_SITES:
        if len(accessible) < 2:
            raise PermissionDenied(_("“All my sites” is for people who work on two sites or more."))
    elif code not in accessible:
        # What has not the form of a code is not looked up: it may hold what the database cannot.
        if not _CODE.fullmatch(code) or not Site.objects.filter(pk=code).exists():
            raise Http404(_("There is no site %(code)s.") % {"code": code})
        raise PermissionDenied(_("You have no access to the site %(code)s.") % {"code": code})
