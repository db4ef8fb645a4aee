"""What every page shows around its own content: the menu, the site and language selectors, the banners.

Everything here comes from what the middleware has already put on the request: it costs no SQL.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from akig import declared
from akig.languages import LanguageChoice, language_choices
from screens.declarations import Entry
from sites_app.access import Access
from sites_app.models import Role, Site
from sites_app.scope import ALL_SITES

MENU = declared.menu()
_SEARCH = "leasing:search"
_SEARCH_RIGHT = declared.addresses()[_SEARCH].who


@dataclass(frozen=True)
class MenuItem:
    url: str
    label: str
    icon: str
    hint: str
    current: str  # the value of aria-current: "page", "true" (a page below it) or ""


@dataclass(frozen=True)
class SiteOption:
    code: str
    label: str
    selected: bool


@dataclass(frozen=True)
class SiteCard:
    url: str
    label: str
    role: str


@dataclass(frozen=True)
class Banner:
    text: str
    icon: str
    tone: str


class PageFrame:
    """Computed when a template asks: a page of the admin, which has its own frame, pays nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        # An error may happen before the middleware has been reached.
        self._sites: tuple[Access, ...] = getattr(request, "accessible_sites", ())
        self._site: Site | None = getattr(request, "site", None)
        self._code: str | None = getattr(request, "site_code", None)
        self._permissions: frozenset[str] = getattr(request, "site_permissions", frozenset())

    @cached_property
    def person(self) -> str:
        """The name of who is signed in, "" for nobody."""
        user = getattr(self._request, "user", None)
        return user.get_full_name() if user is not None and user.is_authenticated else ""

    @property
    def person_id(self) -> str:
        """Whose pages this browser may keep (static/akig.js); "" for nobody."""
        user = getattr(self._request, "user", None)
        return str(user.pk) if user is not None and user.is_authenticated else ""

    @cached_property
    def user_name(self) -> str:
        """What an administrator types to find who is signed in."""
        user = getattr(self._request, "user", None)
        return user.get_username() if user is not None else ""

    @cached_property
    def site_name(self) -> str:
        if self._site is not None:
            return self._site.name
        return _("All my sites") if self._code == ALL_SITES else ""

    @cached_property
    def site_options(self) -> list[SiteOption]:
        """The sites that the person can change to; empty when there is nothing to choose."""
        if len(self._sites) < 2:
            return []
        options = [SiteOption(site.code, _site_label(site), site.code == self._code) for site in self._sites]
        return [*options, SiteOption(ALL_SITES, _("All my sites"), self._code == ALL_SITES)]

    @cached_property
    def site_chosen(self) -> bool:
        """False on the pages that need no site, such as one's own profile."""
        return self._code is not None

    @cached_property
    def site_cards(self) -> list[SiteCard]:
        """The person's sites as links to their overviews."""
        return [SiteCard(f"/{site.code}/", _site_label(site), str(Role(site.role).label)) for site in self._sites]

    @cached_property
    def languages(self) -> list[LanguageChoice]:
        return language_choices(current=get_language() or settings.LANGUAGE_CODE)

    @cached_property
    def here(self) -> str:
        """The address to come back to after changing the language."""
        return self._request.get_full_path() if self._request.method in ("GET", "HEAD") else self._request.path

    @cached_property
    def next_on_other_site(self) -> str:
        """The same page for another site; of a page about one thing, which that site does not have, its section."""
        match = self._request.resolver_match
        if match is not None and not match.kwargs and not match.args and self._request.method == "GET":
            return self._request.path_info
        current = next((item for item in self.navigation if item.current), None)
        return "/" + current.url.removeprefix(get_script_prefix()) if current else "/"

    @cached_property
    def navigation(self) -> list[MenuItem]:
        if not self._permissions:
            return []
        items = []
        for entry in MENU:
            if not self._may_open(entry):
                continue
            try:
                url = reverse(entry.url_name)
            except NoReverseMatch:
                continue
            items.append(MenuItem(url, str(entry.label), entry.icon, str(entry.hint), self._current(url)))
        return items

    @cached_property
    def search_url(self) -> str:
        """Where the box in the header searches; "" for who may not, and on that page, which has a box of its own."""
        if _SEARCH_RIGHT not in self._permissions:
            return ""
        try:
            url = reverse(_SEARCH)
        except NoReverseMatch:
            return ""
        return "" if self._current(url) else url

    def _may_open(self, entry: Entry) -> bool:
        if entry.unless in self._permissions:
            return False
        return entry.permission is None or entry.permission in self._permissions

    def _current(self, url: str) -> str:
        path = self._request.path_info
        target = "/" + url.removeprefix(get_script_prefix())
        if path == target:
            return "page"
        return "true" if target != "/" and path.startswith(target) else ""

    @cached_property
    def banners(self) -> list[Banner]:
        if self._code == ALL_SITES:
            return [Banner(_("“All my sites” is for reading. Choose one site to change something."), "info", "info")]
        if self._site is None:
            return []
        access = getattr(self._request, "site_access", None)
        names = {"site": self._site.name}
        if self._site.status == Site.Status.MAINTENANCE:
            text = _("%(site)s is in maintenance: it can be read, not changed.") % names
            return [Banner(text, "wrench", "warning")]
        if self._site.status == Site.Status.OFFLINE:
            if access is not None and access.via_cover:
                text = _("You are standing in for %(site)s, which is offline. Its own rules and currency apply.")
            else:
                text = _("%(site)s is offline: you can read everything, and change nothing for now.")
            return [Banner(text % names, "offline", "warning")]
        return []


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame` in every template."""
    return {"frame": PageFrame(request)}


def _site_label(site: Access) -> str:
    return _("%(site)s (standing in)") % {"site": site.name} if site.via_cover else site.name
