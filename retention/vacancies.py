"""How long homes were empty between two tenancies, or still are: one statement for any sites.

A vacancy begins when a contract on a home to let has ended, and ends with the next signed contract on it. It is none
when the same tenant goes on within 30 days, or when the owner has taken the home back. Homes are to let as for the
occupancy rate: as they stand now, and not as a part of another. The first let of a home has no vacancy: from when on it
was to be let is not on record. Vacancies of 24 months: those that began in them, for of earlier ones only the long
would be seen.
"""

import datetime as dt
from collections.abc import Sequence

from changes import sql
from insight.survival import Vacancy
from leasing.readings import is_signed
from retention.statement import GAP_DAYS
from sites_app.scope import require_scope

_VACANCIES = f"""
WITH home AS MATERIALIZED (
    SELECT id FROM leasing_property WHERE site_id = ANY (%(sites)s) AND status = 'lettable' AND part_of_id IS NULL
),
let AS MATERIALIZED (
    -- On the day of a handover two contracts may begin and end: the one that ends comes first.
    SELECT site_id, property_id, tenant_id, ended_on, end_reason, lead(tenant_id) OVER h AS next_tenant_id,
        lead(start_date) OVER h AS next_start
    FROM leasing_contract c WHERE site_id = ANY (%(sites)s) AND {is_signed("c")}
    WINDOW h AS (PARTITION BY property_id ORDER BY start_date, ended_on NULLS LAST, id)
)
SELECT site_id, coalesce(next_start <= %(day)s, false) AS is_let,
    CASE WHEN next_start <= %(day)s THEN greatest(next_start - ended_on - 1, 0) ELSE %(day)s - ended_on END AS days
FROM let
WHERE ended_on > %(day)s - interval '24 months' AND ended_on < %(day)s AND end_reason <> 'owner'
    AND (next_tenant_id IS DISTINCT FROM tenant_id OR next_start - ended_on > {GAP_DAYS})
    AND property_id IN (SELECT id FROM home)
"""


def vacancies(codes: Sequence[str], day: dt.date) -> dict[str, list[Vacancy]]:
    """The vacancies of each site that began in the 24 months before a day, as of the end of it. One statement.

    Raises OutsideScope for a site that is not in scope.
    """
    require_scope(codes)
    found: dict[str, list[Vacancy]] = {code: [] for code in codes}
    for row in sql.rows(_VACANCIES, {"sites": list(codes), "day": day}):
        found[row["site_id"]].append(Vacancy(row["days"], row["is_let"]))
    return found
