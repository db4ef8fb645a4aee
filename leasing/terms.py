"""The leases of accounts as the books have them: their terms, and how far their months are made. One statement."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from changes import sql
from leasing.models import Contract
from leasing.months import month_after, month_begun
from leasing.rent_months import LoweredMonth, RentChange, RentMonth, Terms, rent_months

MONTHS_AHEAD = 12
"""How far ahead of today every running contract has its instalments."""
LONGEST_ADVANCE_MONTHS = 24
"""Money makes and pays months up to this many after today's, or as many as its contract agrees on if more."""


@dataclass(frozen=True)
class Lease:
    """A signed contract with what its rent depends on. `last_period`: the last month that is made, None for none."""

    contract: UUID
    account: UUID
    tenant: UUID
    status: str
    terms: Terms
    advance_months: int
    last_period: dt.date | None

    @property
    def is_running(self) -> bool:
        return self.status == "active"

    @property
    def next_period(self) -> dt.date:
        """The month after the last one that is made: earlier months that an import left out are history as it was."""
        if self.last_period is None:
            return self.terms.start.replace(day=1)
        return month_begun(self.last_period, 1)

    def month_of_end(self) -> dt.date:
        """The period of the month in which it has its last day: earlier months are not touched by the end.

        Raises ValueError for a contract that has not ended.
        """
        if self.terms.end is None:
            raise ValueError(f"contract {self.contract} has not ended")
        month = self.terms.end.replace(day=1)
        asked = rent_months(self.terms, first=month_begun(month, -1), last=month)
        return asked[-1].period if asked else month

    def missing(self, until: dt.date) -> list[RentMonth]:
        """The months that are not made yet, up to the month that holds `until`."""
        return rent_months(self.terms, first=self.next_period, last=until.replace(day=1))

    def months_for(self, francs: int, today: dt.date) -> list[RentMonth]:
        """The months beyond those made a year ahead that so much money on account pays, the last one perhaps in part:
        up to LONGEST_ADVANCE_MONTHS after today's, or as many as it agrees on."""
        months: list[RentMonth] = []
        if francs <= 0:
            return months
        first = max(month_after(today, MONTHS_AHEAD + 1), self.next_period)
        last = month_after(today, max(LONGEST_ADVANCE_MONTHS, self.advance_months))
        for month in rent_months(self.terms, first=first, last=last):
            if francs <= 0 or not month.amount:
                break
            months.append(month)
            francs -= month.amount
        return months


def leases(
    site_code: str, *, accounts: Iterable[UUID] | None = None, contracts: Iterable[UUID] | None = None
) -> list[Lease]:
    """The signed contracts of accounts, or those with these ids."""
    which = "c.account_id = ANY (%(ids)s::uuid[])" if contracts is None else "c.id = ANY (%(ids)s::uuid[])"
    ids = list(accounts or ()) if contracts is None else list(contracts)
    return [_lease(row) for row in sql.rows(_LEASES.replace("<which>", which), {"site": site_code, "ids": ids})]


def lease_of(contract: Contract) -> Lease:
    """One signed contract's."""
    (lease,) = leases(contract.site_id, contracts=[contract.pk])
    return lease


def accounts_to_extend(site_code: str, horizon: dt.date) -> list[UUID]:
    """The accounts of running contracts whose months do not reach the month `horizon`."""
    return [row["account_id"] for row in sql.rows(_SHORT, {"site": site_code, "horizon": horizon})]


def _lease(row: dict[str, Any]) -> Lease:
    asked = [day for day in (row["changed_until"], row["others_until"]) if day is not None]
    terms = Terms(
        billing=row["billing"],
        start=row["start_date"],
        payment_day=row["payment_day"],
        monthly_rent=row["monthly_rent"],
        end=row["ended_on"],
        changes=tuple(
            RentChange(dt.date.fromisoformat(month), rent) for month, rent in json.loads(row["changes"] or "[]")
        ),
        rents_from=row["rents_from"],
        lowered=tuple(
            LoweredMonth(dt.date.fromisoformat(month), francs) for month, francs in json.loads(row["lowered"] or "[]")
        ),
        asked_until=max(asked, default=None),
    )
    return Lease(
        contract=row["id"],
        account=row["account_id"],
        tenant=row["tenant_id"],
        status=row["status"],
        terms=terms,
        advance_months=row["advance_months"],
        last_period=row["last_period"],
    )


_LAST = """
    SELECT max(period) FROM leasing_instalment i
    WHERE i.site_id = c.site_id AND i.contract_id = c.id AND i.kind = 'rent'
"""

# What was granted goes with the home: to the months of a renewal that begin in it.
_LOWERED = """
    SELECT jsonb_agg(jsonb_build_array(month, francs)) FROM (
        SELECT month, sum(granted.francs)::bigint AS francs
        FROM leasing_concession granted
        JOIN leasing_contract given ON given.site_id = granted.site_id AND given.id = granted.contract_id
        CROSS JOIN unnest(granted.periods) AS month
        WHERE granted.site_id = c.site_id AND granted.account_id = c.account_id AND (
            given.id = c.id OR (
                given.property_id = c.property_id AND given.start_date < c.start_date AND month >= c.start_date
            )
        )
        GROUP BY month
    ) lowered
"""

# The lease that this one renews, or from which the tenant moved, has asked for the whole month of its end where it
# asks for full months.
_LEASES = f"""
    SELECT c.id, c.account_id, c.tenant_id, c.status, c.billing, c.start_date, c.payment_day, c.monthly_rent,
        c.ended_on, c.rents_from, c.advance_months, c.billing_from - 1 AS changed_until,
        (SELECT (date_trunc('month', before.ended_on::timestamp) + interval '1 month')::date - 1
         FROM leasing_contract before
         WHERE before.site_id = c.site_id AND before.id = coalesce(c.renewal_of_id, c.moved_from_id)
            AND before.billing = 'calendar_full') AS others_until,
        (SELECT jsonb_agg(jsonb_build_array(from_month, step.monthly_rent) ORDER BY from_month)
         FROM leasing_rentstep step WHERE step.site_id = c.site_id AND step.contract_id = c.id) AS changes,
        ({_LOWERED}) AS lowered,
        ({_LAST}) AS last_period
    FROM leasing_contract c
    WHERE c.site_id = %(site)s AND c.status <> 'draft' AND <which>
    ORDER BY c.start_date, c.id
"""

_SHORT = f"""
    SELECT DISTINCT c.account_id FROM leasing_contract c
    WHERE c.site_id = %(site)s AND c.status = 'active' AND coalesce(({_LAST}), '-infinity') < %(horizon)s
"""
