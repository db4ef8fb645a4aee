"""Who may have tasks on a site, and whose day a person may see."""

from collections.abc import Container, Iterable, Sequence

from accounts.models import User
from sites_app.access import cover_for
from sites_app.models import Membership, MembershipQuerySet, Role, Site
from tasks.models import Task

WORKING_ROLES = (Role.AGENT, Role.MANAGER)
_LONGEST_ID = 18


def staffed_by(site: Site) -> list[str]:
    """Whose people work on the site's tasks: its own, and while it is offline also those of the site that covers it."""
    if site.status != Site.Status.OFFLINE:
        return [site.code]
    cover = cover_for(site, Site.objects.in_bulk())
    return [site.code, cover.code] if cover else [site.code]


def workers_of(site: Site, roles: Sequence[str] = WORKING_ROLES) -> list[User]:
    """The people whom a task of the site may be given to, by name; of all, or of some roles."""
    members = _working(site).filter(role__in=roles).select_related("user")
    people = {member.user_id: member.user for member in members}.values()
    return sorted(people, key=lambda person: (person.get_full_name().casefold(), person.pk))


def whose_day(asked: str, reader: User, site: Site, permissions: Container[str]) -> int | None:
    """The reader's own id, or for whoever manages tasks that of somebody who belongs to the site or has tasks there.

    None for any other: an agent is not told which other ids exist, nothing is looked up.
    """
    if asked == str(reader.pk):
        return reader.pk
    if "tasks.manage_tasks" not in permissions:
        return None
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= _LONGEST_ID):
        return None
    here = (
        Membership.objects.filter(site__in=staffed_by(site), user_id=int(asked)),
        Task.objects.filter(site=site, agent_id=int(asked)),
    )
    return int(asked) if any(rows.exists() for rows in here) else None


def works_on(site: Site, person: User) -> bool:
    return _working(site).filter(user_id=person.pk).exists()


def who_work_on(site: Site, ids: Iterable[int]) -> set[int]:
    """Of these people, who may have tasks on the site."""
    return set(_working(site).filter(user_id__in=ids).values_list("user_id", flat=True))


def _working(site: Site) -> MembershipQuerySet:
    return Membership.objects.active().filter(site__in=staffed_by(site), role__in=WORKING_ROLES)
