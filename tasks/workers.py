"""Who may have tasks on a site."""

from typing import Any

from accounts.models import User
from sites_app.models import Membership, Role, Site

WORKING_ROLES = (Role.AGENT, Role.MANAGER)


def workers_of(site: Site) -> list[User]:
    """The people of the site whom a task may be given to, by name."""
    members = Membership.objects.active().filter(site=site, role__in=WORKING_ROLES).select_related("user")
    people = [member.user for member in members]
    return sorted(people, key=lambda person: (person.get_full_name().casefold(), person.pk))


def works_on(site: Site, person: Any) -> bool:
    return Membership.objects.active().filter(site=site, role__in=WORKING_ROLES, user_id=person.pk).exists()
