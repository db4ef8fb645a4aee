"""What the page of a tenant reads: their scores of twelve months, and the rows behind the terms. One statement each."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q

from changes import sql
from leasing.models import Tenant
from retention.models import RetentionScore

YEAR = dt.timedelta(days=365)
LISTED_ROWS = 8
"""The newest of each kind: the pages of the portfolio have them all."""


def scores_of(tenant: Tenant, today: dt.date) -> list[RetentionScore]:
    """The scores that held on some day of the last twelve months, the oldest first."""
    rows = RetentionScore.objects.filter(site=tenant.site, tenant=tenant).select_related("contract__property", "model")
    of_the_year = rows.filter(Q(valid_to=None) | Q(valid_to__gt=today - YEAR) & Q(valid_to__gt=F("valid_from")))
    return list(of_the_year.order_by("valid_from", "calculated_at", "pk"))


@dataclass(frozen=True)
class RowBehind:
    """A record that a term was read from. `facts` are what its kind has to say."""

    kind: str  # complaint, overdue, survey, referral, contact
    day: dt.date
    about: uuid.UUID
    facts: Mapping[str, Any]


def rows_behind(tenant: Tenant, today: dt.date) -> Sequence[RowBehind]:
    """Complaints, overdue requests, ratings, recommended tenants and the tenant's own contacts, the newest of each."""
    asked = {
        "site": tenant.site_id,
        "tenant": tenant.pk,
        "today": today,
        "timezone": tenant.site.timezone,
        "listed": LISTED_ROWS,
    }
    return [RowBehind(**row | {"facts": json.loads(row["facts"])}) for row in sql.rows(_ROWS, asked)]


# The days are those within which the profile's statement counts.
_ROWS = """
WITH request AS (
    SELECT r.*, r.opened_on + (
        SELECT max(value::text::int) FROM sites_app_regionalrule
        WHERE site_id = %(site)s AND valid @> %(today)s::date AND rule_type = 'maintenance_response_days'
            AND jsonb_typeof(value) = 'number'
    ) AS answer_by
    FROM leasing_servicerequest r
    WHERE site_id = %(site)s AND tenant_id = %(tenant)s AND opened_on <= %(today)s
),
found AS (
    SELECT 'complaint' AS kind, opened_on AS day, property_id AS about,
        jsonb_build_object('category', category, 'closed_on', closed_on) AS facts
    FROM request WHERE is_complaint AND opened_on > %(today)s::date - 180
    UNION ALL
    SELECT 'overdue', opened_on, property_id, jsonb_build_object('category', category, 'answer_by', answer_by)
    FROM request WHERE closed_on IS NULL AND answer_by < %(today)s
    UNION ALL
    SELECT 'survey', answered_on, id, jsonb_build_object('rating', rating)
    FROM leasing_survey
    WHERE site_id = %(site)s AND tenant_id = %(tenant)s AND kind = 'satisfaction' AND answered_on <= %(today)s
        AND answered_on > %(today)s::date - 365
    UNION ALL
    SELECT 'referral', joined_on, id, jsonb_build_object('name', name)
    FROM leasing_tenant WHERE site_id = %(site)s AND referred_by_id = %(tenant)s AND joined_on <= %(today)s
    UNION ALL
    SELECT 'contact', (happened_at AT TIME ZONE %(timezone)s)::date, id, jsonb_build_object('channel', channel)
    FROM leasing_interaction
    WHERE site_id = %(site)s AND tenant_id = %(tenant)s AND direction = 'in'
        AND (happened_at AT TIME ZONE %(timezone)s)::date BETWEEN %(today)s::date - 269 AND %(today)s
),
ranked AS (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY day DESC, about) AS no FROM found)
SELECT kind, day, about, facts FROM ranked WHERE no <= %(listed)s ORDER BY kind, day DESC, about
"""
