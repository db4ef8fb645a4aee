"""What was said to the tenants, and by them: calls, messages, visits."""

import datetime as dt
import uuid
import zoneinfo

from django.utils.translation import gettext as _

from accounts.models import Actor
from changes.audit import change
from changes.refusals import RuleBroken, not_on_this_site, require_past
from leasing.models import Interaction, Tenant

CHANGEABLE_FOR = dt.timedelta(days=1)
"""So long the person who noted a contact may say more of it, or take it back."""


def record_interaction(
    *,
    tenant: Tenant,
    channel: str,
    happened_at: dt.datetime,
    by: Actor,
    today: dt.date,
    direction: str = Interaction.Direction.OUTBOUND,
    note: str = "",
    key: str = "",
) -> Interaction:
    """Write down a call, a message or a visit; `by` is the agent. The same one twice is one: the same moment and words,
    or, whatever the moment, the same person, tenant, channel and `key`.

    Raises RuleBroken: it would have happened after `today` (where the site is), or the tenant is not on a site in
    scope.
    """
    with change(by):
        locked = (
            Tenant.objects.select_related("site")
            .select_for_update(of=("self",), no_key=True)
            .filter(pk=tenant.pk)
            .first()
        )
        if locked is None:
            raise not_on_this_site("tenant")
        day = happened_at.astimezone(zoneinfo.ZoneInfo(locked.site.timezone)).date()
        require_past("happened_at", day, today)
        values = {
            "site_id": locked.site_id,
            "tenant": locked,
            "agent": by,
            "channel": Interaction.Channel(channel),
            "direction": Interaction.Direction(direction),
            "happened_at": happened_at,
            "note": note,
        }
        same = {"pk": _id_of(key, locked, channel, by)} if key else values
        return Interaction.objects.filter(**same).first() or Interaction.objects.create(**(values | same))


def describe_contact(*, contact: Interaction, note: str, direction: str, by: Actor, now: dt.datetime) -> Interaction:
    """Say more of one's own contact of the last day: what was said, and who began.

    Raises RuleBroken: it is somebody else's, or older.
    """
    with change(by):
        locked = _own(contact, by, now)
        locked.note, locked.direction = note, Interaction.Direction(direction)
        locked.save(update_fields=["note", "direction"])
        return locked


def take_back_contact(*, contact: Interaction, by: Actor, now: dt.datetime) -> None:
    """A tap by mistake: one's own contact of the last day is gone, as if it had never been noted.

    Raises RuleBroken: it is somebody else's, or older.
    """
    with change(by):
        _own(contact, by, now).delete()


def _own(contact: Interaction, by: Actor, now: dt.datetime) -> Interaction:
    locked = Interaction.objects.select_for_update().filter(pk=contact.pk).first()
    if locked is None:
        raise not_on_this_site("contact")
    if by is None or locked.agent_id != by.pk:
        raise RuleBroken("contact", "contact_own", _("Somebody else noted this contact: it stays as it is."))
    if locked.happened_at < now - CHANGEABLE_FOR:
        raise RuleBroken("contact", "contact_recent", _("This contact is more than a day old: it stays as it is."))
    return locked


def _id_of(key: str, tenant: Tenant, channel: str, by: Actor) -> uuid.UUID:
    """The same for the same wish, and nobody else's: the row itself is what remembers the key."""
    return uuid.uuid5(tenant.pk, f"{by.pk if by else ''} {channel} {key}")
