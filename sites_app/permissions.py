"""What a view asks of the person who opens it, written on the view, so that it can be listed and tested."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase

from sites_app.request import SiteRequest

View = Callable[..., HttpResponseBase]


def rights_on(request: SiteRequest, code: str) -> frozenset[str]:
    """The rights of the person on one site of the request: in "all my sites" they may differ from site to site."""
    return next(access.permissions for access in request.accessible_sites if access.code == code)


def needs(permission: str | None) -> Callable[[View], View]:
    """Mark a view of one site (or of "all my sites") with the right that it takes; None: any member.

    SiteMiddleware reads the mark: in the ALL view the scope holds only the sites where the person has it.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def checked(request: SiteRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            allowed = request.site_codes and (permission is None or permission in request.site_permissions)
            # Anonymous people are sent to sign in by LoginRequiredMiddleware, or get DRF's 401.
            if request.user.is_authenticated and not allowed:
                raise PermissionDenied
            return view(request, *args, **kwargs)

        checked.site_permission = permission  # type: ignore[attr-defined]  # the mark on the function
        return checked

    return mark
