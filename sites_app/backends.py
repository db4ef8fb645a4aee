"""Rights are asked one way everywhere: `user.has_perm("sites_app.manage_rules", site)`."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

from sites_app.access import access_for
from sites_app.models import Site


class SiteRoleBackend(BaseBackend):
    """Grants what the user's role on the given site grants, and nothing without a site."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not isinstance(obj, Site):
            return False
        # SiteMiddleware leaves the rights that it read on the user, for this request only.
        accessible = getattr(user_obj, "site_access", None)
        if accessible is None:
            accessible = access_for(user_obj)
        access = accessible.get(obj.code)
        return access is not None and perm in access.permissions
