"""Every row of a site for plain loops, and what a cause asks for by hand."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from leasing.models import Contract, Interaction, Payment
from sites_app.models import Membership, Site

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 3, 20)
"""The first day of each cause's example."""
RESPONSE_DAYS = 5  # Conakry's rule


def six(day):
    return dt.datetime.combine(day, dt.time(18), dt.UTC)


@dataclass(frozen=True)
class AskedTask:
    """`source` without the cause's name."""

    source: str
    kind: str
    facts: dict
    due: dt.date
    contract: Contract | None
    tenant_id: Any
    property_id: Any
    agent_id: int | None = None
    """Where there is no contract that has one."""


def of_contract(source, kind, facts, due, contract):
    return AskedTask(source, kind, facts, due, contract, contract.tenant_id, contract.property_id)


class Books:
    """A site as it stands on a day: its signed contracts by their ids, who spoke with whom, and who has paid."""

    def __init__(self, site: Site, today: dt.date) -> None:
        self.today, self.zone = today, ZoneInfo(site.timezone)
        self.contracts = {c.pk: c for c in Contract.objects.all() if c.status != "draft"}
        reversed_ = {p.pk for p in Payment.objects.filter(reversals__isnull=False)}
        self.standing = [p for p in Payment.objects.all() if p.pk not in reversed_]
        members = Membership.objects.filter(site=site, role__in=["agent", "manager"], user__is_active=True)
        self.workers = set(members.values_list("user_id", flat=True))
        self.interactions = list(Interaction.objects.all())
