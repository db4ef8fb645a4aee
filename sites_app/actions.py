"""Changes of the site layer: who belongs to it, and whether it is open."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from sites_app.models import Membership, Role, Site


@transaction.atomic
def grant_membership(*, user: User, site: Site, role: str) -> Membership:
    """Give a person a role on a site; a person who has one there gets the new role.

    The first membership becomes the primary one: a person with a single site lands there.
    Raises ValidationError when the role is not one.
    """
    if role not in Role.values:
        raise ValidationError(_("“%(role)s” is not a role: agent, manager or admin.") % {"role": role})
    membership, _created = Membership.objects.update_or_create(
        user=user,
        site=site,
        defaults={"role": role},
        create_defaults={
            "role": role,
            "is_primary": not Membership.objects.filter(user=user, is_primary=True).exists(),
        },
    )
    return membership


def require_administrator(*, site: Site, without: Iterable[int]) -> None:
    """Raise ValidationError when these memberships hold the last role of an administrator who may sign in.

    Two administrators who remove one another at the same moment wait here for one another: the site is locked to the
    end of the transaction.
    """
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    administrators = Membership.objects.active().filter(site=site, role=Role.ADMIN)
    staying = administrators.exclude(pk__in=without)
    if administrators.exists() and not staying.exists():
        raise ValidationError(
            _("%(site)s would have no administrator left. Give the role to somebody else first, or ask a superuser.")
            % {"site": site.name}
        )


@transaction.atomic
def change_status(*, site: Site, status: str) -> Site:
    """Open a site, put it in maintenance (read only), or offline (its failover site stands in).

    The database's trigger writes down who did it and when. Doing it twice changes nothing.
    Raises ValidationError when the status is not one.
    """
    if status not in Site.Status.values:
        raise ValidationError({"status": _("“%(status)s” is not a status.") % {"status": status}})
    locked = Site.objects.select_for_update().get(pk=site.pk)
    if locked.status != status:
        locked.status = status
        locked.save(update_fields=["status"])
    return locked
