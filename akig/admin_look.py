"""How the administration looks (django-unfold's settings): the site in front, the menu by right, no other host."""

from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sites_app.scope import ALL_SITES

if TYPE_CHECKING:  # settings read this file before there are models
    from sites_app.request import SiteRequest


def site_switch(request: "SiteRequest") -> list[dict[str, Any]]:
    """The same list on the person's other sites; a page about one row leads to its table there."""
    accesses = getattr(request, "accessible_sites", ())
    if len(accesses) < 2:
        return []
    match = request.resolver_match
    about_a_row = match is None or match.kwargs.keys() - {"app_label"} or match.url_name == "autocomplete"
    page = request.path_info if not about_a_row and request.method == "GET" else "/admin/"
    sites = [(access.code, access.name) for access in accesses] + [(ALL_SITES, _("All my sites"))]
    return [{"title": name, "link": f"/{code}{page}", "icon": "domain"} for code, name in sites]


def site_name(request: "SiteRequest") -> str:
    site = getattr(request, "site", None)
    return site.name if site is not None else _("All my sites")


def banner(request: "SiteRequest") -> list[str] | None:
    """A word beside the title where the pages only show."""
    if request.site is None or request.site_access is None:
        return [_("Read only"), "info"]
    return None if request.site_access.may_write else [request.site.get_status_display(), "warning"]


def menu(request: "SiteRequest") -> list[dict[str, Any]]:
    """The tables that the person may see, by app."""
    from django.contrib.admin import site

    overview = {"title": _("Overview"), "icon": "home", "link": reverse("admin:index")}
    groups = [{"items": [overview]}]
    for app in site.get_app_list(request):
        items = [
            {"title": entry["name"], "icon": _icon(site, entry["model"]), "link": entry["admin_url"]}
            for entry in app["models"]
        ]
        groups.append({"title": app["name"], "items": items})
    return groups


def _icon(site: Any, model: type) -> str:
    return getattr(site._registry[model], "icon", "table_rows")


UNFOLD = {
    "SITE_TITLE": "AKIG",
    "SITE_HEADER": "AKIG",
    "SITE_SUBHEADER": site_name,
    "SITE_SYMBOL": "real_estate_agent",
    "SITE_DROPDOWN": site_switch,
    "SITE_URL": lambda request: get_script_prefix(),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("icon.svg")}],
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": lambda request: reverse("accounts:language")},
    "SHOW_BACK_BUTTON": True,
    "ENVIRONMENT": banner,
    "ACCOUNT": {
        "navigation": [
            {"title": gettext_lazy("My profile"), "link": lambda request: reverse("accounts:profile")},
            {"title": gettext_lazy("Change password"), "link": lambda request: reverse("accounts:password_change")},
        ]
    },
    "SIDEBAR": {"show_search": False, "navigation": menu},
    "STYLES": [lambda request: static("admin.css")],
    "SCRIPTS": [lambda request: static("admin.js")],
}
