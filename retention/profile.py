"""Who rents on a day, who of them is scored, and what was known of each: one statement for any sites and days.

The very statement that scores today reads the days to learn from: nothing dated after a day moves its features.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db import connection

from retention.statement import CONTACT_DAYS, JOIN_AS_BEFORE, JOIN_WHOLE, PROFILE
from sites_app.scope import require_scope

DAYS_PER_MONTH = Decimal("30.4375")


@dataclass(frozen=True)
class Profile:
    """What was known of a tenancy at the end of a day. None: there is nothing to tell it from."""

    tenure_months: int
    on_time: int
    late: int
    missed: int
    missed_in_year: int
    average_delay_days: Decimal | None
    late_change_days: Decimal | None
    arrears: int
    prepaid_months: int | None
    monthly_rent: int
    days_to_window: int
    window_age_months: int
    last_activity_on: dt.date | None
    inbound_recent: int
    inbound_prior: Decimal
    contacts_per_month: Decimal
    requests: int
    overdue_requests: int
    complaints: int
    satisfaction: Decimal | None
    satisfaction_n: int
    referrals: int


FEATURES = tuple(field.name for field in fields(Profile))
"""All that a score may be made of."""

NEVER_FEATURES = (
    "name", "language", "religion", "origin", "family", "phone", "neighbourhood", "employment", "owner", "agent",
    "outbound", "campaign",
)  # fmt: skip
"""Refused by a test over the features and over the statement. A neighbourhood stands for an origin in Conakry, and
our own calls would cure a score by calling."""


@dataclass(frozen=True)
class Tenancy:
    """An unbroken chain of signed contracts of one tenant on one home, as of a day; or an applicant's draft.

    `standing`: scored, or why not. What came after the day (`decided_on`, `censored_on`, at most one of them) is for
    learning and counting, and never a feature. `notice_days` are those of the site's rule; `market_rent` is the home's
    of now, of which no history is kept.
    """

    site_id: str
    day: dt.date
    tenant_id: uuid.UUID
    property_id: uuid.UUID
    contract_id: uuid.UUID
    standing: str
    started_on: dt.date | None
    observed_from: dt.date | None
    market_rent: int | None
    notice_days: int | None
    window_on: dt.date | None
    decided_on: dt.date | None
    censored_on: dt.date | None
    profile: Profile | None


_OF_TENANCY = tuple(field.name for field in fields(Tenancy) if field.name != "profile")


def tenancies_on(codes: Sequence[str], days: Sequence[dt.date], *, observed_by: dt.date | None = None) -> list[Tenancy]:
    """Every tenancy in force on each of the days, and the applicants, on the sites. One statement.

    From which day on a site's ends are on record is what each day knew of it, or what `observed_by` knows: nobody could
    tell before the first end, but who counts afterwards can. Raises OutsideScope for a site that is not in scope.
    """
    require_scope(codes)
    if not days:
        return []
    parameters = {"sites": list(codes), "days": sorted(set(days)), "last_day": max(days), "observed_by": observed_by}
    return [_tenancy(row) for row in joined_whole(PROFILE, parameters)]


def joined_whole(statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the profile's statement, or of its first relations alone."""
    # One message to the database. Beside row-level security the planner takes each relation for a row or two, and would
    # go through all others for each of its rows: nested loops, forty seconds where joins of the whole take one.
    # The rows are the last that comes back: in a request pghistory reads on to the last answer of any message.
    with connection.cursor() as cursor:
        cursor.execute(
            f"{JOIN_WHOLE}; SELECT * FROM ({JOIN_AS_BEFORE}) as_before LEFT JOIN ({statement}) found ON true",
            parameters,
        )
        while cursor.description is None:
            cursor.nextset()
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        # One without anything where nothing was found.
        return [row for row in rows if row["site_id"] is not None]


def _tenancy(row: dict[str, Any]) -> Tenancy:
    return Tenancy(
        **{name: row[name] for name in _OF_TENANCY}, profile=_profile(row) if row["standing"] == "scored" else None
    )


def _profile(row: dict[str, Any]) -> Profile:
    # A rate per month of this many days, for each who rents now.
    months = Decimal(row["site_tenancies"] * CONTACT_DAYS) / DAYS_PER_MONTH
    worked_out: dict[str, Any] = {
        "inbound_prior": Decimal(row["inbound_before"]) / 2,
        "contacts_per_month": Decimal(row["site_contacts"]) / months,
    }
    return Profile(**{name: row[name] for name in FEATURES if name not in worked_out}, **worked_out)
