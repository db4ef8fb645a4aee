"""A site with tenants at risk, offers to make them, people to decide, and the clock as an argument."""

import datetime as dt
import itertools

from leasing.actions.instalments import bring_up_to_date
from leasing.models import Contract
from leasing.tests.factories import make_contract, make_owner, make_property, make_tenant
from retention.actions import analyse
from retention.campaigns.drafts import create_campaign
from retention.models import ObservedFrom, Offer
from tasks.models import Task

SITE = "GN_KINDIA"
NOW = dt.datetime(2026, 11, 18, 9, tzinfo=dt.UTC)
"""A Wednesday."""
TODAY = NOW.date()
RENT = 1_500_000
_number = itertools.count(1)


def at(days, hour=9):
    """So many days after the beginning, at an hour of the morning."""
    return dt.datetime.combine(TODAY + dt.timedelta(days=days), dt.time(hour), dt.UTC)


def offer(key, **values):
    """One of the offers that every site has."""
    shape = {
        "talk": {"kind": "talk"},
        "discount": {"kind": "discount", "share": "0.1", "months": 3, "approval": "owner", "borne_by": "owner"},
        "support": {"kind": "support", "amount": 50_000, "currency": "GNF", "approval": "manager"},
        "service": {"kind": "service", "amount": 30_000, "currency": "GNF"},
    }[key]
    default = {
        "name": key.title(), "name_fr": key.title(), "days": 90, "approval": "none", "borne_by": "agency",
        "starting_acceptance": "0.6",
    }  # fmt: skip
    made, _new = Offer.objects.update_or_create(key=f"t-{key}", defaults=default | shape | values)
    return made


def observed(site):
    ObservedFrom.objects.get_or_create(site=site, defaults={"day": dt.date(2020, 1, 1)})


def at_risk(site, agent=None, *, owner=None, months_in=22, **values):
    """A tenant in their 22nd month, whose second year ends in two months: critical or high, and their contract."""
    number = next(_number)
    start = (TODAY + dt.timedelta(days=61)).replace(year=TODAY.year - 1 + (TODAY.month > 10))
    start = dt.date(TODAY.year - 1, 1, 18) if months_in == 22 else TODAY - dt.timedelta(days=30 * months_in)
    tenant = make_tenant(site, name=f"Tenant {number}", code=f"K-{number:04}")
    home = make_property(site, owner=owner)
    contract = make_contract(
        site, tenant=tenant, property=home, start_date=start, monthly_rent=RENT, agent=agent,
        rents_from=dt.date(2026, 12, 1), **values,
    )  # fmt: skip
    bring_up_to_date(site.code, [contract.account_id], TODAY)
    return contract


def scored(day=TODAY):
    return analyse(days={SITE: day})


def draft(site, contracts, by, **values):
    asked = {"name": "Autumn", "budget": 50_000_000, "tenants": [contract.tenant.code for contract in contracts]}
    return create_campaign(site=site, by=by, today=TODAY, now=NOW, **(asked | values))


def talk_of(action):
    """The task that asks for an action now."""
    return Task.objects.get(source=action.task_source)


def lowered(contract):
    """The rents of the next months."""
    contract = Contract.objects.get(pk=contract.pk)
    return list(
        contract.instalments.filter(kind="rent", due_date__gte=TODAY)
        .order_by("period")
        .values_list("amount", flat=True)[:4]
    )


__all__ = [
    "NOW",
    "SITE",
    "TODAY",
    "at",
    "at_risk",
    "draft",
    "lowered",
    "make_owner",
    "observed",
    "offer",
    "scored",
    "talk_of",
]
