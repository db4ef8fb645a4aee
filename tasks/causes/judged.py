"""What the records ask for, of all causes in one piece of SQL, whatever their number: put together once."""

import datetime as dt
from collections.abc import Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from leasing.readings import is_signed
from sites_app.models import Site
from tasks.causes.cause import Cause, Records
from tasks.causes.registry import JUDGED

NAMES = [cause.name for cause in JUDGED]
_RECORDS = [(cause, cause.records) for cause in JUDGED if cause.records]
ASKING_AGAIN = [cause.name for cause, records in _RECORDS if records.asks_again]

_COLUMNS = "root, asks, facts, due_on, agent_id, tenant_id, contract_id, property_id, begins"
_SIGNED = f"""
    SELECT id, site_id, account_id, tenant_id, property_id, agent_id, monthly_rent, end_date, start_date, ended_on
    FROM leasing_contract
    WHERE site_id = %(site)s AND {is_signed("leasing_contract")}
        AND (%(account)s::uuid IS NULL OR account_id = %(account)s)
"""


def _tables() -> Iterator[tuple[str, str]]:
    yield "contract", _SIGNED
    yield from chain.from_iterable(records.tables.items() for _cause, records in _RECORDS)
    yield f"found (cause, kind, {_COLUMNS})", "UNION ALL".join(_found(cause, records) for cause, records in _RECORDS)


def _found(cause: Cause, records: Records) -> str:
    return f"""
        SELECT '{cause.name}', '{cause.kind}', '{cause.name}:' || root, asks, facts, due_on,
            agent_id, tenant_id, contract_id, property_id, begins
        FROM ({records.select}) {cause.name} ({_COLUMNS})
    """


FOUND = ", ".join(f"{name} AS ({select})" for name, select in _tables())
"""Tables of a WITH; the last, `found`, has one row for each trouble."""


def parameters(site: Site, today: dt.date, account: UUID | None = None) -> dict[str, Any]:
    """What FOUND asks for; of one account only the troubles of its own contracts are meant."""
    given = {"site": site.code, "timezone": site.timezone, "today": today, "account": account}
    for _cause, records in _RECORDS:
        given |= records.parameters(site, today)
    return given
