"""Past tenancies and what became of them: what is learned from, and what forecasts are held against.

They are read by the statement that scores today, so nothing that came later is among what was known.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from insight.points import Number
from insight.probability import HORIZON_DAYS
from leasing.months import month_after
from retention.profile import tenancies_on
from retention.terms import terms_of
from retention.undisturbed import spoken_to_ever, undisturbed

MOST_MONTHS = 60
"""What was more than five years ago says little of who leaves today."""
_MONTHS_AT_ONCE = 6
"""So that an agency of any size is read in pieces that fit into memory."""


@dataclass(frozen=True, slots=True)
class PastCase:
    """What was known of a scored tenancy on a day, and what became of it within 90 days.

    `decided`: the tenant gave notice or left; `days` of the 90 it was watched: up to the decision, or to what ended the
    tenancy in another way. `key` tells tenancies apart, `on_time` of `judged` rents were paid when they were due.
    """

    day: dt.date
    site: str
    key: str
    terms: Mapping[str, Number | None]
    decided: bool
    days: int
    monthly_rent: int
    on_time: int
    judged: int
    tenure_months: int

    @property
    def is_censored(self) -> bool:
        """Whether the tenancy ended before its 90 days were over, and not by the tenant: nothing is known of it."""
        return not self.decided and self.days < HORIZON_DAYS


def month_days(today: dt.date) -> list[dt.date]:
    """The first days of the months whose 90 days are over by `today`, the oldest first."""
    days = (month_after(today, -back) for back in range(MOST_MONTHS, 0, -1))
    return [day for day in days if day + dt.timedelta(days=HORIZON_DAYS) <= today]


def quarter_days(today: dt.date, quarters: int) -> list[dt.date]:
    """Of those days the newest, and each third one before it: so many quarters, the oldest first."""
    return month_days(today)[::-3][:quarters][::-1]


def past_cases(codes: Sequence[str], days: Sequence[dt.date], *, today: dt.date) -> Iterator[PastCase]:
    """Every tenancy of the sites that was scored on each of the days. Needs the sites in scope.

    Days from before a site's ends are on record, as far as `today` knows, give none; nor do the 90 days after a
    talk of a campaign.
    """
    spoken = spoken_to_ever(codes)
    for start in range(0, len(days), _MONTHS_AT_ONCE):
        piece = tenancies_on(codes, days[start : start + _MONTHS_AT_ONCE], observed_by=today)
        for tenancy in undisturbed(piece, spoken):
            profile = tenancy.profile
            if profile is None:
                continue
            until = tenancy.decided_on or tenancy.censored_on
            watched = HORIZON_DAYS if until is None else min(HORIZON_DAYS, (until - tenancy.day).days)
            decided = tenancy.decided_on is not None and (tenancy.decided_on - tenancy.day).days <= HORIZON_DAYS
            yield PastCase(
                day=tenancy.day,
                site=tenancy.site_id,
                key=f"{tenancy.tenant_id}:{tenancy.property_id}:{tenancy.started_on}",
                terms=terms_of(profile, tenancy.day),
                decided=decided,
                days=watched,
                monthly_rent=profile.monthly_rent,
                on_time=profile.on_time,
                judged=profile.on_time + profile.late + profile.missed,
                tenure_months=profile.tenure_months,
            )
