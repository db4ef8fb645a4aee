"""How a tenant stands on a day: scored, or why not, and since when."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields

from leasing.models import Tenant
from retention.profile import joined_whole
from retention.statement import STANDINGS
from sites_app.scope import require_scope


@dataclass(frozen=True)
class TenancyStanding:
    """One tenancy of a tenant, or the draft of an applicant. `standing` is that of retention.profile.Tenancy.

    `noticed_on`: the day of the notice that ends it; `leaves_on`: the last day, where one is on record.
    """

    site_id: str
    tenant_id: uuid.UUID
    property_id: uuid.UUID
    contract_id: uuid.UUID
    tenant: str
    home: str
    reference: str
    standing: str
    started_on: dt.date | None
    observed_from: dt.date | None
    noticed_on: dt.date | None
    leaves_on: dt.date | None


def standings_of(tenant: Tenant, day: dt.date) -> list[TenancyStanding]:
    """The tenancies of a tenant that are in force on a day, by reference. One statement."""
    require_scope([tenant.site_id])
    return _standings(tenant.site_id, day, tenants=[tenant.pk])


def standings(site: str, tenants: Sequence[uuid.UUID], day: dt.date) -> list[TenancyStanding]:
    """The same of some tenants of a site. One statement."""
    require_scope([site])
    return _standings(site, day, tenants=list(tenants))


def not_scored_on(site: str, day: dt.date) -> list[TenancyStanding]:
    """Everybody of a site who rents on a day, or has applied, and is not scored; by reference. One statement."""
    require_scope([site])
    return _standings(site, day, left_out="scored")


def _standings(
    site: str, day: dt.date, *, tenants: list[uuid.UUID] | None = None, left_out: str | None = None
) -> list[TenancyStanding]:
    asked = {"sites": [site], "days": [day], "tenants": tenants, "left_out": left_out, "observed_by": None}
    rows = joined_whole(STANDINGS, asked)
    return [TenancyStanding(**{field.name: row[field.name] for field in fields(TenancyStanding)}) for row in rows]
