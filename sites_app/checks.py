"""What must hold for isolation to hold, checked at every start."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import connection, models

from sites_app import isolation


@register(Tags.security)
def transaction_and_order(app_configs: Any, **kwargs: Any) -> list[Error]:
    """ATOMIC_REQUESTS is on and the site is resolved after the person is known."""
    errors = []
    if not settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        errors.append(
            Error("ATOMIC_REQUESTS is off: a failed request would commit its first half.", id="sites_app.E001")
        )
    order = settings.MIDDLEWARE
    before = (
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "accounts.middleware.BearerTokenMiddleware",
    )
    site = "sites_app.middleware.SiteMiddleware"
    if site not in order or any(name not in order or order.index(name) > order.index(site) for name in before):
        errors.append(Error("SiteMiddleware must stand after session and token authentication.", id="sites_app.E002"))
    return errors


@register(Tags.models)
def keys_stay_in_their_site(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Scoped tables point at one another with SameSiteForeignKey only, and are unique within their site."""
    errors = []
    scoped = set(isolation.scoped_models())
    for model in scoped:
        if model._meta.pk.name != "id":
            continue
        for field in model._meta.local_concrete_fields:
            across = isinstance(field, models.ForeignKey) and field.related_model in scoped
            if across and field.db_constraint:  # type: ignore[attr-defined]  # not in the stubs
                errors.append(Error(f"{field} must be a SameSiteForeignKey.", obj=model, id="sites_app.E003"))
            if field.unique and not field.primary_key and not isinstance(field, models.UUIDField):
                errors.append(Error(f"{field} is unique across sites.", obj=model, id="sites_app.E004"))
        errors += [
            Error(f"{constraint.name} does not start with the site.", obj=model, id="sites_app.E005")
            for constraint in model._meta.constraints
            if isinstance(constraint, models.UniqueConstraint) and constraint.fields[:1] != ("site",)
        ]
    return errors


@register(Tags.database)
def policies_in_place(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[Error]:
    """The role can not bypass row-level security and every scoped table has its policy; run before serving."""
    if not databases or "default" not in databases:
        return []
    if settings.DATABASE_LOGIN == "owner":
        return []  # a command that changes tables, such as `migrate`: it serves nobody
    return [Error(sentence, id="sites_app.E006") for sentence in isolation.holes_in_the_database(connection)]
