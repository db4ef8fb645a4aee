from typing import cast

from django.utils.translation import gettext as _
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from accounts.middleware import BEARER_CHALLENGE
from accounts.models import ApiToken, User
from accounts.request import PersonRequest


class RequestUserAuthentication(SessionAuthentication):
    """The API's user is the request's user: the middleware has already read the session or the token."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken | None] | None:
        asked = cast("PersonRequest", request._request)
        user, token = asked.user, asked.auth_token
        if not user.is_authenticated:
            return None
        if token is None:
            self.enforce_csrf(request)
        return user, token

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as refusal:
            raise PermissionDenied(
                _("This page is out of date. Reload it and try again: nothing was changed.")
            ) from refusal

    def authenticate_header(self, request: Request) -> str:
        # With a challenge, the anonymous get 401 and not 403.
        return BEARER_CHALLENGE
