from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.hashing import RETRY_AFTER_SECONDS, HashingBusy
from accounts.request import PersonRequest
from changes.problems import problem, wants_problem


class BusyMiddleware:
    """Says so when more people send passwords at once than are looked at."""

    def __init__(self, get_response: Callable[[PersonRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PersonRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: PersonRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, HashingBusy):
            return None
        sentence = _("Too many people are signing in at this moment. Nothing was changed; try again in a few seconds.")
        if wants_problem(request):
            return problem(503, detail=sentence, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
        response = render(request, "503.html", {"sentence": sentence}, status=503)
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
