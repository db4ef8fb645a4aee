"""What one writes to a tenant: filled in for WhatsApp, in the tenant's language, or French where it is not known."""

import datetime as dt

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from leasing.models import Tenant
from leasing.stories.rows import OpenDebt
from leasing.stories.tenant import TenantStory
from screens import formats

_NAMED_MONTHS = 3


def message_about_the_balance(tenant: Tenant, story: TenantStory) -> str:
    """What is owed, and for which months; else until when rent is paid; else a greeting."""
    with translation.override(tenant.language or settings.LANGUAGE_CODE):
        hello = _("Hello %(name)s, this is your rental agency, %(site)s.") % {
            "name": tenant.name,
            "site": tenant.site.name,
        }
        return f"{hello} {said}" if (said := _said(tenant, story)) else hello


def _said(tenant: Tenant, story: TenantStory) -> str:
    if story.balance is None:
        return ""
    if story.balance.owed:
        values = {
            "amount": formats.francs(story.balance.owed, tenant.site.currency),
            "what": _named(story.debts, story.balance.debts),
        }
        return _("%(amount)s are due (%(what)s). Please pay, or tell us when you can. Thank you.") % values
    paid_until = _paid_until(story)
    return (
        _("Your rent is paid until %(day)s. Thank you.") % {"day": formats.date_middle(paid_until)}
        if paid_until
        else ""
    )


def _named(debts: tuple[OpenDebt, ...], total: int) -> str:
    names = [debt.name for debt in debts[:_NAMED_MONTHS]]
    if total > _NAMED_MONTHS:
        names.append(_("and %(count)s more") % {"count": formats.number(total - _NAMED_MONTHS)})
    return ", ".join(dict.fromkeys(names))


def _paid_until(story: TenantStory) -> dt.date | None:
    return min((lease.paid_until for lease in story.ahead if lease.paid_until), default=None)
