"""Who may have tasks on a site, and whose day a person may see."""

from collections.abc import Container
from typing import Any

from accounts.models import User
from sites_app.models import Membership, Role, Site
from tasks.models import Task

WORKING_ROLES = (Role.AGENT, Role.MANAGER)
_LONGEST_ID = 18


def workers_of(site: Site) -> list[User]:
    """The people of the site whom a task may be given to, by name."""
    members = Membership.objects.active().filter(site=site, role__in=WORKING_ROLES).select_related("user")
    people = [member.user for member in members]
    return sorted(people, key=lambda person: (person.get_full_name().casefold(), person.pk))


def whose_day(asked: str, reader: Any, site: Site, permissions: Container[str]) -> int | None:
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
        Membership.objects.filter(site=site, user_id=int(asked)),
        Task.objects.filter(site=site, agent_id=int(asked)),
    )
    return int(asked) if any(rows.exists() for rows in here) else None


def works_on(site: Site, person: Any) -> bool:
    return Membership.objects.active().filter(site=site, role__in=WORKING_ROLES, user_id=person.pk).exists()
