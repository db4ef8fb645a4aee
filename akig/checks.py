"""What must be right before AKIG serves anybody."""

import contextlib
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection

from sites_app.isolation import holes_in_the_database


@register(Tags.security)
def production_is_no_demo(app_configs: Any, **kwargs: Any) -> list[Error]:
    """In production: a secret of one's own, and no page that shows the code."""
    if not settings.PRODUCTION:
        return []
    errors = []
    if settings.SECRET_KEY == settings.DEMO_SECRET_KEY:
        errors.append(Error("SECRET_KEY is the demo's, which anybody can read.", id="akig.E001"))
    if settings.DEBUG:
        errors.append(Error("DEBUG is on in production.", id="akig.E002"))
    return errors


def refuse_unsafe_start() -> None:
    """Called by each serving process.

    Raises:
        ImproperlyConfigured: serving would show one site to another, or the secrets to anybody.
    """
    reasons = [error.msg for error in production_is_no_demo(None)]
    # A database that is down for now is no reason: /readyz asks again once it is up.
    with contextlib.suppress(OperationalError):
        reasons += holes_in_the_database(connection)
    if reasons:
        raise ImproperlyConfigured(" ".join(reasons))
