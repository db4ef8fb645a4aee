"""The admin's own look runs expressions in the page and sets style attributes: its pages, and only they, allow both.

docs/decisions/0003-the-admin-may-evaluate-and-nothing-else.md says what was tried.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

ADMIN = "/admin/"


class AdminPolicyMiddleware:
    """Stands just inside the policy's own middleware; reads the address on the way back, without the site's code."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(ADMIN):
            response._csp_update = {  # type: ignore[attr-defined]  # django-csp reads it
                "script-src": ["'self'", "'unsafe-eval'"],
                "style-src-attr": ["'unsafe-inline'"],
            }
        return response
