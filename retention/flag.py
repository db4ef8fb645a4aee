"""The gradual rollout of campaigns. A flag is never a right: who is outside it has the scores alone."""

from waffle import flag_is_active

from sites_app.request import SiteRequest

NAME = "retention_campaigns"


def is_on(request: SiteRequest) -> bool:
    """Whether this person, on this site and in this role, has campaigns."""
    return bool(flag_is_active(request, NAME))
