"""Who and what a site has: tenants and properties within its limits."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken
from leasing.models import Property, Tenant
from leasing.queries import room_left
from screens import formats
from sites_app.models import Site


def create_tenant(*, site: Site, by: Actor, **values: Any) -> Tenant:
    """Add a tenant to a site. `values` are the columns of Tenant.

    Raises RuleBroken when the site has its maximum of tenants, ValidationError when a value is wrong or the code is
    taken.
    """
    with change(by):
        claim_room(site=site, tenants=1)
        tenant = Tenant(site=site, **values)
        tenant.full_clean()
        tenant.save(force_insert=True)
        return tenant


def create_property(*, site: Site, by: Actor, **values: Any) -> Property:
    """Add a property to a site. `values` are the columns of Property.

    Raises RuleBroken when the site has its maximum of properties, ValidationError when a value is wrong or the code
    is taken.
    """
    with change(by):
        claim_room(site=site, properties=1)
        unit = Property(site=site, **values)
        unit.full_clean()
        unit.save(force_insert=True)
        return unit


def claim_room(*, site: Site, tenants: int = 0, properties: int = 0) -> None:
    """Make sure that so many more rows fit the site's limits, and stay alone with the count until the transaction ends.

    Call it before the rows are written. Raises RuleBroken, naming the limit.
    """
    # NO KEY: rows that point at the site may be written meanwhile by whoever adds neither tenant nor property.
    locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    room = room_left(locked)
    if tenants > room.tenants:
        sentence = _(
            "%(site)s may have %(limit)s tenants at most; there is room for %(room)s more, and %(wanted)s would be"
            " added. An administrator can raise this limit."
        )
        raise RuleBroken("", "max_tenants", sentence % _places(locked, locked.max_tenants, room.tenants, tenants))
    if properties > room.properties:
        sentence = _(
            "%(site)s may have %(limit)s properties at most; there is room for %(room)s more, and %(wanted)s would be"
            " added. An administrator can raise this limit."
        )
        raise RuleBroken(
            "", "max_properties", sentence % _places(locked, locked.max_properties, room.properties, properties)
        )


def _places(site: Site, limit: int, room: int, wanted: int) -> dict[str, str]:
    return {
        "site": site.name,
        "limit": formats.number(limit),
        "room": formats.number(room),
        "wanted": formats.number(wanted),
    }
