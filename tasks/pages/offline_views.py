"""The script that opens the page of the day without a network. Its own address: a script serves what lies below it."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sites_app.request import SiteRequest


@login_not_required
@transaction.non_atomic_requests
@require_safe
@never_cache
def service_worker(request: SiteRequest) -> HttpResponse:
    """The same for everybody; who is signed in says what is kept, in static/tasks.js."""
    return render(request, "tasks/service_worker.js", content_type="text/javascript")
