"""One tenancy with nothing particular, and what it is scored with: plain values, for a process without a database."""

import datetime as dt
import uuid
from decimal import Decimal

from insight.points import STARTING_TABLE
from retention.profile import Profile, Tenancy
from retention.yardsticks import Yardstick

TENANCY = Tenancy(
    site_id="GN_KINDIA",
    day=dt.date(2026, 1, 1),
    tenant_id=uuid.UUID(int=1),
    property_id=uuid.UUID(int=2),
    contract_id=uuid.UUID(int=3),
    standing="scored",
    started_on=dt.date(2025, 6, 1),
    observed_from=dt.date(2020, 1, 1),
    market_rent=None,
    notice_days=30,
    window_on=dt.date(2026, 6, 1),
    decided_on=None,
    censored_on=None,
    profile=Profile(
        tenure_months=7,
        on_time=6,
        late=0,
        missed=0,
        missed_in_year=0,
        average_delay_days=Decimal(0),
        late_change_days=Decimal(0),
        arrears=0,
        prepaid_months=None,
        monthly_rent=1_500_000,
        days_to_window=151,
        window_age_months=12,
        last_activity_on=dt.date(2025, 12, 28),
        inbound_recent=1,
        inbound_prior=Decimal(1),
        contacts_per_month=Decimal(1),
        requests=0,
        overdue_requests=0,
        complaints=0,
        satisfaction=None,
        satisfaction_n=0,
        referrals=0,
    ),
)
YARDSTICK = Yardstick(table=STARTING_TABLE, model_id=None, factor=1.0, is_measured=False, empty_days=60.0, offers=())
