"""What came of those who stood first on the list of a day: the list's own record."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from retention.models import RetentionScore
from retention.profile import Tenancy
from retention.windows import decided_within
from sites_app.scope import require_scope

FIRST = 10
FIRST_OF_MANY = 20
MANY = 200
"""Of a list of more than so many the first twenty count."""


@dataclass(frozen=True)
class ListOutcome:
    """How many decided, of the first on a list and of the others."""

    k: int
    n: int
    k_rest: int
    n_rest: int


class Listed(NamedTuple):
    """A tenancy on a list, by its tenant and home: a contract that was renewed later is another."""

    tenant_id: uuid.UUID
    property_id: uuid.UUID


def lists_on(codes: Sequence[str], day: dt.date) -> dict[str, list[Listed]]:
    """The list of each site as it stood on a day, the most at risk first; of a tenant with two homes the first of them.

    One statement. The order is that of the page: probability, re-letting loss, tenant code.
    """
    require_scope(codes)
    rows = (
        RetentionScore.objects.filter(Q(valid_to=None) | Q(valid_to__gt=day), site__in=codes, valid_from__lte=day)
        .order_by("-probability", "-relet_loss", "tenant__code", "contract_id")
        .values_list("site_id", "tenant_id", "contract__property_id")
    )
    found: dict[str, dict[uuid.UUID, Listed]] = {code: {} for code in codes}
    for site_id, tenant_id, property_id in rows:
        found[site_id].setdefault(tenant_id, Listed(tenant_id, property_id))
    return {code: list(of_site.values()) for code, of_site in found.items()}


def outcome(listed: Sequence[Listed], then: Iterable[Tenancy]) -> ListOutcome | None:
    """What came of a list within 90 days. None of an empty list.

    `then`: the tenancies of the list's day, as the records have them now. Whoever had decided before that day, though
    it was written down later, had nothing left to decide and counts on neither side.
    """
    decided = {
        Listed(tenancy.tenant_id, tenancy.property_id): decided_within(tenancy)
        for tenancy in then
        if tenancy.profile is not None
    }
    first = FIRST_OF_MANY if len(listed) > MANY else FIRST
    of_first, of_rest = (
        [decided[each] for each in part if each in decided] for part in (listed[:first], listed[first:])
    )
    if not of_first:
        return None
    return ListOutcome(sum(of_first), len(of_first), sum(of_rest), len(of_rest))
