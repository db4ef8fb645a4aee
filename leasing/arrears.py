"""What tenants owe who have left: the accounts without a running lease, each by its last one. One statement."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from changes import sql
from leasing.readings import drafts, is_signed
from sites_app.models import Site

AGE_STEPS = (30, 60, 90)
"""The last days, after its due date, of the ages by which a debt is told; what is older is of the last age."""


def ended_leases_that_owe(asked: str, sites: str) -> str:
    """As SQL: an account's last lease (id), its agent, tenant and home; what was due before the day, by age.

    `asked` is a table with a site_id and its day (today); `sites` a condition on site_id, such as "= %(site)s".
    """
    first, second, third = AGE_STEPS
    return f"""
        SELECT lease.site_id, lease.id, lease.reference, lease.tenant_id, lease.property_id, lease.agent_id,
            lease.ended_on, owed.since, owed.today - owed.since AS days, owed.francs, owed.up_to_30, owed.up_to_60,
            owed.up_to_90, owed.over_90
        FROM (
            SELECT i.site_id, i.account_id, asked.today, min(i.due_date) AS since, sum(left_)::bigint AS francs,
                coalesce(sum(left_) FILTER (WHERE age <= {first}), 0)::bigint AS up_to_30,
                coalesce(sum(left_) FILTER (WHERE age > {first} AND age <= {second}), 0)::bigint AS up_to_60,
                coalesce(sum(left_) FILTER (WHERE age > {second} AND age <= {third}), 0)::bigint AS up_to_90,
                coalesce(sum(left_) FILTER (WHERE age > {third}), 0)::bigint AS over_90
            FROM {asked} asked
            JOIN leasing_instalment i
                ON i.site_id = asked.site_id AND i.paid_amount < i.amount AND i.due_date < asked.today
            CROSS JOIN LATERAL (SELECT i.amount - i.paid_amount AS left_, asked.today - i.due_date AS age) one
            WHERE i.contract_id NOT IN ({drafts(sites)})
            GROUP BY i.site_id, i.account_id, asked.today
        ) owed
        CROSS JOIN LATERAL (
            SELECT c.* FROM leasing_contract c
            WHERE c.site_id = owed.site_id AND c.account_id = owed.account_id AND {is_signed("c")}
            ORDER BY coalesce(c.ended_on >= owed.today, true) DESC, c.start_date DESC, c.id
            LIMIT 1
        ) lease
        WHERE lease.ended_on < owed.today
    """


@dataclass(frozen=True)
class EndedLease:
    """The last lease of an account that runs no more, and what is owed on it: in all, and by its age in days."""

    id: UUID
    reference: str
    site_id: str
    currency: str
    tenant_id: UUID
    tenant: str
    phone: str
    property_id: UUID
    home: str
    agent_id: int | None
    agent: str
    ended_on: dt.date
    since: dt.date
    days: int
    francs: int
    up_to_30: int
    up_to_60: int
    up_to_90: int
    over_90: int


def ended_leases(sites: Sequence[Site]) -> list[EndedLease]:
    """Those of sites that owe, the largest debt first."""
    values = {
        "sites": [site.code for site in sites],
        "currencies": [site.currency for site in sites],
        "days": [site.today() for site in sites],
    }
    return [EndedLease(**row) for row in sql.rows(_NAMED, values)]


_ASKED = "unnest(%(sites)s::text[], %(currencies)s::text[], %(days)s::date[]) AS {} (site_id, currency, today)"
_NAMED = f"""
    SELECT lease.id, lease.reference, lease.site_id, site.currency, lease.tenant_id, tenant.name AS tenant,
        coalesce(tenant.phone, '') AS phone, lease.property_id, home.code AS home, lease.agent_id,
        coalesce(nullif(agent.full_name, ''), agent.username, '') AS agent, lease.ended_on, since, days, francs,
        up_to_30, up_to_60, up_to_90, over_90
    FROM ({ended_leases_that_owe(f"(SELECT * FROM {_ASKED.format('a')})", "= ANY (%(sites)s)")}) lease
    JOIN {_ASKED.format("site")} ON site.site_id = lease.site_id
    JOIN leasing_tenant tenant ON tenant.site_id = lease.site_id AND tenant.id = lease.tenant_id
    JOIN leasing_property home ON home.site_id = lease.site_id AND home.id = lease.property_id
    LEFT JOIN accounts_user agent ON agent.id = lease.agent_id
    ORDER BY francs DESC, lease.id
"""
