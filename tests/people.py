"""The people of the tests: users with a role on some sites."""

from accounts.models import User
from sites_app.models import Membership


def make_person(name, **roles):
    """A user with a role on each site: make_person("mariama", GN_KINDIA="manager")."""
    user = User.objects.create(username=name, full_name=name.title(), preferred_language="en")
    for site, role in roles.items():
        Membership.objects.create(user=user, site_id=site, role=role, is_primary=len(roles) == 1)
    return user
