"""Whose KPIs a request asks for, from what SiteMiddleware has put on it: no SQL."""

import datetime as dt

from sites_app.models import Site
from sites_app.request import SiteRequest


def sites_of(request: SiteRequest) -> list[Site]:
    """The sites in the request's scope, by code: one, or those of "all my sites" whose KPIs the person may see."""
    sites = (access.site for access in request.accessible_sites if access.code in request.site_codes)
    return sorted(sites, key=lambda site: site.code)


def today_of(sites: list[Site]) -> dt.date:
    """Today's date where it begins last: no site's day is counted before it has come."""
    return min(site.today() for site in sites)
