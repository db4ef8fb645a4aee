"""The gradual rollout of the dashboard. A flag is never a right: who is outside it sees the plain indicators."""

from functools import wraps

from django.http import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from waffle import flag_is_active

from accounts.models import User
from sites_app.access import Access
from sites_app.models import Flag
from sites_app.permissions import View
from sites_app.request import SiteRequest

NAME = "advanced_kpi_dashboard"


def is_on(request: SiteRequest) -> bool:
    """Whether this person, on this site and in this role, has the dashboard."""
    return bool(flag_is_active(request, NAME))


def is_on_for(person: User, access: Access) -> bool:
    """The same without a request: for somebody who works on a site by this access."""
    flag = Flag.get(NAME)
    return bool(flag.pk) and flag.is_on_for(person, site_code=access.code, role=access.role)


def behind_flag(view: View) -> View:
    """Send whoever is outside the flag to the plain indicators of the same period."""

    @wraps(view)
    def shown(request: SiteRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if is_on(request):
            return view(request, *args, **kwargs)
        query = request.GET.urlencode()
        return HttpResponseRedirect(reverse("kpi:dashboard") + (f"?{query}" if query else ""))

    return shown
