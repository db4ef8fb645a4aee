"""From the profile of a tenancy to the terms of the points table. Pure: no database, no clock."""

import datetime as dt
from decimal import Decimal

from insight.points import NO_WINDOW, Number
from retention.profile import Profile

WINDOW_DAYS = 120
LEAST_CONTACTS_PER_MONTH = Decimal("0.2")
"""A site that writes down fewer contacts per tenant and month does not write them down."""

FACTS_OF = {
    "window": ("days_to_window", "window_age_months"),
    "prepaid": ("prepaid_months",),
    "late_change": ("late_change_days",),
    "missed": ("missed_in_year",),
    "complaints": ("complaints",),
    "overdue_requests": ("overdue_requests",),
    "satisfaction": ("satisfaction", "satisfaction_n"),
    "inbound": ("inbound_recent", "inbound_prior", "contacts_per_month"),
    "silence": ("last_activity_on", "prepaid_months"),
    "loyalty": ("tenure_months",),
    "referrals": ("referrals",),
}
"""The fields of a profile that each term is made of."""


def terms_of(profile: Profile, day: dt.date) -> dict[str, Number | None]:
    """Each term of the table. None: nothing is known of it, which is not the same as 0."""
    is_judged = profile.on_time + profile.late + profile.missed > 0
    return {
        "window": profile.window_age_months if profile.days_to_window <= WINDOW_DAYS else NO_WINDOW,
        "prepaid": profile.prepaid_months,
        "late_change": profile.late_change_days,
        "missed": profile.missed_in_year if is_judged else None,
        "complaints": profile.complaints,
        "overdue_requests": profile.overdue_requests,
        "satisfaction": profile.satisfaction,
        "inbound": _inbound(profile),
        "silence": _silence(profile, day),
        "loyalty": profile.tenure_months,
        "referrals": profile.referrals,
    }


def _inbound(profile: Profile) -> Number | None:
    """The contacts of 90 days ÷ those of 90 days before, where there were any to fall."""
    if profile.contacts_per_month < LEAST_CONTACTS_PER_MONTH or profile.inbound_prior < 1:
        return None
    return Decimal(profile.inbound_recent) / profile.inbound_prior


def _silence(profile: Profile, day: dt.date) -> Number | None:
    """Days without a sign. Who has paid ahead is not silent."""
    if profile.prepaid_months:
        return 0
    return None if profile.last_activity_on is None else (day - profile.last_activity_on).days
