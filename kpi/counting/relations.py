"""Relations that the rows behind the indicators are found in, by the readings of docs/formulas/kpi.md.

Parameters: sites, the period's a, b and year_ago, and the days of kpi.counting.counts.
"""

from leasing.readings import (
    begins_by_moving,
    bounds,
    ends_by_moving,
    is_in_force,
    is_rent,
    is_signed,
    is_within,
    let_go,
    received_by,
    rent_on,
)

CONTRACTS = f"""
WITH contract AS NOT MATERIALIZED (
    -- Written out wherever it is named: the correlated reads below need the table's indexes.
    SELECT site_id, id, tenant_id, property_id, agent_id, account_id, start_date, end_date, ended_on,
        {rent_on("leasing_contract", "%(b)s")} AS monthly_rent,
        CASE WHEN NOT {begins_by_moving("leasing_contract")} THEN signed_on END AS signed_on,
        CASE WHEN NOT {ends_by_moving("leasing_contract")} THEN ended_on END AS left_on
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
bound AS MATERIALIZED ({bounds("= ANY (%(sites)s)")}),
waived AS MATERIALIZED ({let_go("= ANY (%(sites)s)")}),
rent AS (
    SELECT i.site_id, id, contract_id, tenant_id, due_date, settled_on, amount,
        CASE WHEN settled_on <= %(b)s THEN amount - coalesce(waived.francs, 0) WHEN paid_amount = 0 THEN 0
            ELSE coalesce({received_by("i", "%(b)s")}, 0)::bigint
        END AS received
    FROM leasing_instalment i
    LEFT JOIN waived USING (id)
    WHERE i.site_id = ANY (%(sites)s) AND due_date BETWEEN {since} AND %(b)s AND amount > 0 AND {is_rent("i")}
        AND {is_within("bound", "i")}
)"""
