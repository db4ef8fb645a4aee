"""The page that tells anybody who holds a paper whether it is genuine. Nobody signs in for it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from accounts.lockout import client_address
from changes.throttle import WindowThrottle
from leasing.models import Receipt
from leasing.receipt_links import CANCELLED, GENUINE, check
from sites_app.request import SiteRequest


class PapersThrottle(WindowThrottle):
    """So many checks of one address in each minute: a carrier's customers share theirs."""

    rate = "60/min"

    def get_cache_key(self, request: SiteRequest, view: object) -> str:  # type: ignore[override]  # no API request
        return f"check_receipt_{client_address(request)}"


@login_not_required
@require_safe
def check_receipt(request: SiteRequest, token: str) -> HttpResponse:
    """Genuine, cancelled since a day, or nothing that AKIG has issued: number, date, amount and property, no more."""
    if request.site_code is not None:
        # A paper is of no site that a signed-in person happens to look at.
        return HttpResponseRedirect(f"/r/{token}/")
    throttle = PapersThrottle()
    if not throttle.allow_request(request, None):  # type: ignore[arg-type]  # asks the key above alone
        response = render(request, "leasing/check.html", {"state": "busy"}, status=429)
        response["Retry-After"] = str(int(throttle.wait()) + 1)
    else:
        found = check(token)
        context = {"state": found.state, "found": found, "kind": dict(Receipt.Kind.choices).get(found.kind, "")}
        response = render(
            request, "leasing/check.html", context, status=200 if found.state in (GENUINE, CANCELLED) else 404
        )
    response["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response
