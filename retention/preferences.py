"""By which channels a tenant wants to hear of offers: read for many at once, and written down."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping

from accounts.models import Actor
from changes.audit import change
from changes.refusals import not_on_this_site, require_past
from leasing.models import Interaction, Tenant
from retention.models import ContactPreference

ASKED_FIRST = (Interaction.Channel.WHATSAPP,)
"""Opted into: without a word of the tenant it is no. The others are yes until a tenant says no."""


def allowed_channels(tenants: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Collection[str]]:
    """Of each tenant the channels by which one may speak of offers, in their usual order. One statement."""
    rows = ContactPreference.objects.filter(tenant__in=tenants).values_list("tenant_id", "channel", "allowed")
    said = {(tenant, channel): allowed for tenant, channel, allowed in rows}
    return {
        tenant: [name for name in Interaction.Channel.values if said.get((tenant, name), name not in ASKED_FIRST)]
        for tenant in tenants
    }


def set_contact_preference(
    *, tenant: Tenant, channel: str, allowed: bool, since: dt.date, by: Actor, today: dt.date
) -> ContactPreference:
    """Write down whether a tenant wants to hear of offers by a channel. Said twice, nothing changes.

    Raises RuleBroken: the day is to come, or the tenant is not on a site in scope.
    """
    require_past("since", since, today)
    with change(by):
        locked = Tenant.objects.select_for_update().filter(pk=tenant.pk).first()
        if locked is None:
            raise not_on_this_site("tenant")
        of = {"site_id": locked.site_id, "tenant": locked, "channel": Interaction.Channel(channel)}
        said = {"allowed": allowed, "since": since, "by": by}
        kept, is_new = ContactPreference.objects.get_or_create(**of, defaults=said)
        if not is_new and kept.allowed != allowed:
            kept.allowed, kept.since, kept.by = allowed, since, by
            kept.save(update_fields=list(said))
    return kept
