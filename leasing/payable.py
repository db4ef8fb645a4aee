"""Whose rent it is: the accounts that somebody who brings money may mean. Two statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from changes import sql
from leasing.models import SearchWord, Tenant
from leasing.readings import is_signed
from leasing.search import find
from sites_app.models import Site

MOST_FOUND = 20
Kind = SearchWord.Kind


@dataclass(frozen=True)
class Payable:
    """An account by its lease of today, or its last one, and the francs that are due and not paid."""

    contract: UUID
    reference: str
    site: str
    currency: str
    tenant: str
    phone: str
    home: str
    neighbourhood: str
    is_running: bool
    owed: int


def payable_accounts(sites: Sequence[Site], text: str) -> list[Payable]:
    """Accounts whose tenant, home or lease is found by a text (leasing.search); the running ones first, at most 20."""
    kinds = (Kind.TENANT, Kind.CONTRACT, Kind.PROPERTY)
    hits = find([site.code for site in sites], text, kinds=kinds).hits
    ids = {f"{kind.value}_ids": [hit.id for hit in hits.get(kind.value, ())] for kind in kinds}
    return _payable(sites, _FOUND, ids) if any(ids.values()) else []


def accounts_of_tenant(tenant: Tenant) -> list[Payable]:
    """The accounts of one tenant, those of running leases first."""
    return _payable([tenant.site], "c.tenant_id = %(tenant)s", {"tenant": tenant.pk})


def _payable(sites: Sequence[Site], which: str, values: dict[str, Any]) -> list[Payable]:
    names = {
        "sites": [site.code for site in sites],
        "currencies": [site.currency for site in sites],
        "days": [site.today() for site in sites],
        "most": MOST_FOUND,
    }
    return [Payable(**row) for row in sql.rows(_PAYABLE.replace("<which>", which), names | values)]


_FOUND = """(
    c.tenant_id = ANY (%(tenant_ids)s::uuid[]) OR c.id = ANY (%(contract_ids)s::uuid[])
    OR c.property_id = ANY (%(property_ids)s::uuid[])
)"""

_PAYABLE = f"""
    SELECT one.contract, one.reference, one.site, one.currency, one.tenant, one.phone, one.home, one.neighbourhood,
        one.is_running, coalesce(owed.francs, 0)::bigint AS owed FROM (
        SELECT contract, reference, site, currency, today, tenant, phone, home, neighbourhood, is_running
        FROM (
            SELECT DISTINCT ON (c.site_id, c.account_id) c.id AS contract, c.reference, c.site_id AS site,
                day.currency, day.today, t.name AS tenant, t.phone, p.code AS home, p.neighbourhood,
                c.status = 'active' AS is_running
            FROM leasing_contract c
            JOIN unnest(%(sites)s::text[], %(currencies)s::text[], %(days)s::date[]) AS day (site, currency, today)
                ON day.site = c.site_id
            JOIN leasing_tenant t ON t.site_id = c.site_id AND t.id = c.tenant_id
            JOIN leasing_property p ON p.site_id = c.site_id AND p.id = c.property_id
            WHERE c.site_id = ANY (%(sites)s) AND {is_signed("c")} AND <which>
            ORDER BY c.site_id, c.account_id, c.status = 'active' DESC, c.start_date DESC, c.id
        ) latest
        ORDER BY is_running DESC, tenant, reference LIMIT %(most)s
    ) one
    JOIN leasing_contract c ON c.site_id = one.site AND c.id = one.contract
    LEFT JOIN LATERAL (
        SELECT sum(i.amount - i.paid_amount) AS francs FROM leasing_instalment i
        WHERE i.site_id = c.site_id AND i.account_id = c.account_id AND i.paid_amount < i.amount
            AND i.due_date <= one.today
    ) owed ON true
    ORDER BY one.is_running DESC, one.tenant, one.reference
"""
