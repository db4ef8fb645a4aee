"""Tenancies as they went without a campaign: who was spoken to teaches nothing of who leaves by themselves.

Else good campaigns would teach that the tenants were safe.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from insight.probability import HORIZON_DAYS
from retention.models import RetentionAction
from retention.profile import Tenancy
from sites_app.scope import require_scope

SpokenTo = Mapping[UUID, Sequence[dt.date]]
"""The days on which each tenant was spoken to about staying, in order."""


def spoken_to_ever(codes: Sequence[str]) -> SpokenTo:
    """Of the tenants of the sites. One statement. Raises OutsideScope for a site that is not in scope."""
    require_scope(codes)
    found: dict[UUID, list[dt.date]] = defaultdict(list)
    rows = RetentionAction.objects.filter(site__in=codes, spoken_on__len__gt=0)
    for tenant, days in rows.values_list("tenant_id", "spoken_on"):
        found[tenant] += days
    return {tenant: sorted(days) for tenant, days in found.items()}


def undisturbed(tenancies: Iterable[Tenancy], spoken: SpokenTo) -> Iterator[Tenancy]:
    """Those not spoken to in the 90 days before their day; of who was spoken to later, what came until then."""
    for tenancy in tenancies:
        days = spoken.get(tenancy.tenant_id, ())
        if any(0 <= (tenancy.day - day).days < HORIZON_DAYS for day in days):
            continue
        first = next((day for day in days if day > tenancy.day), None)
        until = tenancy.decided_on or tenancy.censored_on
        if first is not None and (until is None or first < until):
            tenancy = replace(tenancy, decided_on=None, censored_on=first)
        yield tenancy
