"""Relations that the rows behind the indicators are found in, by the readings of docs/formulas/kpi.md.

Parameters: sites, the period's a, b and year_ago, and the days of kpi.counting.counts.
"""

from leasing.readings import drafts, is_in_force, is_signed, received_by

CONTRACTS = f"""
WITH contract AS NOT MATERIALIZED (
    -- Written out wherever it is named: the correlated reads below need the table's indexes.
    SELECT site_id, id, tenant_id, property_id, agent_id, monthly_rent, start_date, end_date, ended_on, signed_on
    FROM leasing_contract
    WHERE site_id = ANY (%(sites)s) AND {is_signed("leasing_contract")}
),
in_force AS (
    SELECT * FROM contract WHERE {is_in_force("contract", "%(b)s")}
)"""


def rents_due(since: str) -> str:
    """`rent`: those due from a day (SQL) to b, and what of each had been received by b.

    Only for a rent that was paid in part by b, or in full later, one has to look at the payments.
    """
    return f""",
draft AS MATERIALIZED ({drafts("= ANY (%(sites)s)")}),
rent AS (
    SELECT i.site_id, i.id, contract_id, tenant_id, due_date, settled_on, amount,
        CASE WHEN settled_on <= %(b)s THEN amount WHEN paid_amount = 0 THEN 0
            ELSE coalesce({received_by("i", "%(b)s")}, 0)::bigint
        END AS received
    FROM leasing_instalment i
    WHERE i.site_id = ANY (%(sites)s) AND due_date BETWEEN {since} AND %(b)s AND amount > 0
        AND contract_id NOT IN (SELECT id FROM draft)
)"""
