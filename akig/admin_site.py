"""The administration: open to everyone who has a role on the site, and to nobody's other site."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver
from unfold.sites import UnfoldAdminSite

from accounts.views import require_session
from akig import declared
from sites_app.request import SiteRequest
from sites_app.site_admin import SiteModelAdmin

# Signing out and passwords have their own pages, which work in "all my sites" and in maintenance. The palette keeps
# its answers in the cache without the site; "view on site" tells whether a row of any table exists.
_NOT_OFFERED = ("search", "logout", "password_change", "password_change_done", "view_on_site")


class _Choices(AutocompleteJsonView):
    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        choice = super().serialize_result(obj, to_field_name)
        if isinstance(self.model_admin, SiteModelAdmin):
            choice["text"] = self.model_admin.choice_label(obj)
        return choice


class AkigAdminSite(UnfoldAdminSite):
    enable_nav_sidebar = True

    def has_permission(self, request: SiteRequest) -> bool:
        """Whoever has a role on the site; `is_staff` says nothing here."""
        return request.user.is_active and bool(request.site_permissions)

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def inner(request: SiteRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            # Roles, people and their passwords are given here: that outlives a token.
            require_session(request)
            # Django would send a person who is signed in to sign in again.
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return inner

    def each_context(self, request: SiteRequest) -> dict[str, Any]:
        # unfold would write its colours into each page as a style of its own; static/admin.css has ours.
        return {**super().each_context(request), "colors": None}

    def get_urls(self) -> list[URLPattern | URLResolver]:
        urls = [pattern for pattern in super().get_urls() if getattr(pattern, "name", None) not in _NOT_OFFERED]
        for pattern in urls:
            if hasattr(getattr(pattern, "callback", None), "login_url"):
                pattern.callback.login_url = settings.LOGIN_URL  # LoginRequiredMiddleware reads it
        return urls

    def autocomplete_view(self, request: SiteRequest) -> HttpResponseBase:
        if request.site is None:
            raise PermissionDenied  # nothing is chosen where nothing can be changed
        return _Choices.as_view(admin_site=self)(request)

    def get_app_list(self, request: SiteRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """In the order of a day's work: apps as they declare it, tables as their admin files register them."""
        place = {model: number for number, model in enumerate(self._registry)}
        apps = self._build_app_dict(request, app_label)
        for app in apps.values():
            app["models"].sort(key=lambda entry: place[entry["model"]])
        known = declared.places_in_the_administration()
        return sorted(apps.values(), key=lambda app: (known.get(app["app_label"], math.inf), app["name"]))
