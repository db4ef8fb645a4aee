"""Who may enter which site, and what they may do there. One place; every other part asks it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, FilteredRelation, Q
from django.utils.functional import cached_property

from accounts.models import User
from sites_app.models import Role, Site

_ROLES = (Role.AGENT, Role.MANAGER, Role.ADMIN)  # each has the rights of those before it
ROLE_PERMISSIONS: dict[str, frozenset[str]] = {}
"""What the installed apps grant, as they declare it."""


def grant(rights: Iterable[Mapping[str, Iterable[str]]]) -> None:
    """Hand down what each app declares by role, in place of what was granted before."""
    declared, granted = list(rights), frozenset[str]()
    for role in _ROLES:
        granted = granted.union(*(of.get(role, ()) for of in declared))
        ROLE_PERMISSIONS[role] = granted


@dataclass(frozen=True)
class Access:
    """A person's way into one site: by a membership, as a superuser, or standing in for a site that is offline."""

    site: Site
    role: str
    is_primary: bool = False
    via_cover: bool = False

    @property
    def code(self) -> str:
        return self.site.code

    @property
    def name(self) -> str:
        return self.site.name

    @property
    def role_name(self) -> str:
        return str(Role(self.role).label)

    @cached_property
    def permissions(self) -> frozenset[str]:
        return ROLE_PERMISSIONS[self.role]

    @property
    def may_write(self) -> bool:
        """An active site takes its people's changes; an offline one only those of the site that covers it."""
        if self.via_cover:
            return True
        return self.site.status == Site.Status.ACTIVE


def cover_for(site: Site, sites: Mapping[str, Site]) -> Site | None:
    """The first active site along `failover_site`; None when the way ends or goes in a circle."""
    seen = {site.code}
    code = site.failover_site_id
    while code is not None and code not in seen:
        seen.add(code)
        candidate = sites[code]
        if candidate.status == Site.Status.ACTIVE:
            return candidate
        code = candidate.failover_site_id
    return None


def access_for(user: User | AnonymousUser) -> dict[str, Access]:
    """Every site that the user may enter now, by code. One statement; read anew for each request.

    A right that was taken away is gone at the next request, and a cover ends when its site is back.
    """
    if not user.is_authenticated or not user.is_active:
        return {}
    mine = FilteredRelation("memberships", condition=Q(memberships__user=user))
    rows = Site.objects.alias(mine=mine).annotate(own_role=F("mine__role"), is_primary=F("mine__is_primary"))
    sites = {site.code: site for site in rows}
    if user.is_superuser:
        return {code: Access(site, Role.ADMIN, is_primary=bool(site.is_primary)) for code, site in sites.items()}
    own = {
        code: Access(site, site.own_role, is_primary=site.is_primary) for code, site in sites.items() if site.own_role
    }
    return dict(sorted({**own, **_covers(own.values(), sites)}.items()))


def _covers(own: Iterable[Access], sites: Mapping[str, Site]) -> dict[str, Access]:
    roles = {access.code: access.role for access in own}
    covers = {}
    for site in sites.values():
        if site.status != Site.Status.OFFLINE:
            continue
        cover = cover_for(site, sites)
        if cover is not None and cover.code in roles:
            covers[site.code] = Access(site, roles[cover.code], via_cover=True)
    # A member of both the offline and the covering site keeps working there, with the higher of the two rights.
    return {
        code: access
        for code, access in covers.items()
        if code not in roles or _ROLES.index(access.role) >= _ROLES.index(roles[code])
    }
