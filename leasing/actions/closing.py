"""What the end of a contract ends: its open notices, and the requests about its home."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from changes import sql


def close_matters_of_ended(site_code: str, today: dt.date, *, contracts: Iterable[UUID] | None = None) -> int:
    """Close what is open of contracts that have ended by `today`: of these, or of all. Returns how many.

    A notice is closed on the last day of its contract, a request too, or on the day on which it was opened if later. A
    request stays open while its tenant still has a contract on the property.
    """
    which = "" if contracts is None else "AND c.id = ANY (%(contracts)s::uuid[])"
    names = {"site": site_code, "today": today, "contracts": list(contracts or ())}
    return sql.run(_NOTICES.replace("<which>", which), names) + sql.run(_REQUESTS.replace("<which>", which), names)


_NOTICES = """
    UPDATE leasing_notice n SET closed_on = greatest(c.ended_on, n.issued_on)
    FROM leasing_contract c
    WHERE n.site_id = %(site)s AND n.closed_on IS NULL AND c.site_id = n.site_id AND c.id = n.contract_id
        AND c.ended_on <= %(today)s <which>
"""

_REQUESTS = """
    UPDATE leasing_servicerequest r SET closed_on = greatest(c.ended_on, r.opened_on)
    FROM leasing_contract c
    WHERE r.site_id = %(site)s AND r.closed_on IS NULL AND c.site_id = r.site_id
        AND c.tenant_id = r.tenant_id AND c.property_id = r.property_id AND c.ended_on <= %(today)s <which>
        AND NOT EXISTS (
            SELECT FROM leasing_contract still
            WHERE still.site_id = r.site_id AND still.tenant_id = r.tenant_id AND still.property_id = r.property_id
                AND still.status <> 'draft' AND (still.ended_on IS NULL OR still.ended_on > %(today)s)
        )
"""
