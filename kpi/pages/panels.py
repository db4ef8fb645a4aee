"""What the overview of a site shows of the indicators."""

import datetime as dt

from kpi.counting.overview import Overview, overview
from kpi.pages.standing import AgentStanding, standing_of
from sites_app.models import Role
from sites_app.request import SiteRequest


def overview_of_today(request: SiteRequest, today: dt.date) -> Overview:
    """The first numbers of a day. One statement."""
    return overview(request.site_codes, today)


def own_standing(request: SiteRequest, today: dt.date) -> AgentStanding | None:
    """An agent's own marks of the last month, and nobody else's."""
    if request.site is None or request.site_access is None or request.site_access.role != Role.AGENT:
        return None
    return standing_of(request.site, request.user.pk, today)
