"""The score of a past day once more, from the records as they are now, beside the one that was kept."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from changes import sql
from insight import artefact
from insight.points import STARTING_TABLE
from leasing.models import Tenant
from retention.models import RetentionScore
from retention.profile import Tenancy, tenancies_on
from retention.scoring import score_of
from retention.yardsticks import Yardstick, yardsticks
from sites_app.models import Site

# What keeps a moment of its recording. A reversal has its day alone; it takes back what its payment had settled.
_ENTERED = """
WITH own AS MATERIALIZED (
    SELECT id, account_id, reference FROM leasing_contract WHERE site_id = %(site)s AND tenant_id = %(tenant)s
),
event AS (
    SELECT 'contract' AS what, pgh_label AS label, start_date AS on_day, pgh_created_at AS moment, reference AS detail
    FROM leasing_contractevent
    WHERE site_id = %(site)s AND tenant_id = %(tenant)s AND coalesce(signed_on, start_date) <= %(day)s
    UNION ALL
    SELECT 'change of rent', pgh_label, from_month, pgh_created_at, e.monthly_rent::text
    FROM leasing_rentstepevent e JOIN own ON own.id = e.contract_id
    WHERE e.site_id = %(site)s AND from_month <= %(day)s
    UNION ALL
    SELECT 'notice', pgh_label, issued_on, pgh_created_at, kind
    FROM leasing_noticeevent e JOIN own ON own.id = e.contract_id
    WHERE e.site_id = %(site)s AND issued_on <= %(day)s
    UNION ALL
    SELECT 'objection', pgh_label, since, pgh_created_at, ''
    FROM retention_scoringobjectionevent
    WHERE site_id = %(site)s AND tenant_id = %(tenant)s
    UNION ALL
    SELECT 'start of the observation', pgh_label, day, pgh_created_at, ''
    FROM retention_observedfromevent
    WHERE site_id = %(site)s
    UNION ALL
    SELECT 'payment', 'insert', received_on, recorded_at, amount::text
    FROM leasing_payment
    WHERE site_id = %(site)s AND account_id IN (SELECT account_id FROM own) AND received_on <= %(day)s
)
SELECT what, label, on_day, (moment AT TIME ZONE %(timezone)s)::date AS entered_on, detail
FROM event
WHERE (moment AT TIME ZONE %(timezone)s)::date >= %(day)s
UNION ALL
SELECT 'reversal', 'insert', received_on, reversed_on, amount::text
FROM leasing_paymentreversal r JOIN leasing_payment p ON p.id = r.payment_id
WHERE r.site_id = %(site)s AND p.site_id = %(site)s AND account_id IN (SELECT account_id FROM own)
    AND received_on <= %(day)s AND reversed_on >= %(day)s
ORDER BY entered_on, on_day, what, label, detail
"""

NO_MOMENT = "calls, requests, surveys and instalments"
"""Of these it is not on record when they were written down."""


class CannotReplay(Exception):
    """The score cannot be computed again, for the reason given."""


@dataclass(frozen=True)
class Replayed:
    """A tenancy on a past day: its score computed now, with the points and the factor of the one that was kept.

    `kept` is None where none was. `computed` is None where the tenancy is not scored as the records are now; `tenancy`
    is None where they know of none.
    """

    tenancy: Tenancy | None
    computed: RetentionScore | None
    kept: RetentionScore | None

    @property
    def differs(self) -> bool:
        """Whether a score was kept that says something else: of a term, of what is absent, of the sum."""
        if self.kept is None:
            return False
        return self.computed is None or any(
            getattr(self.computed, name) != getattr(self.kept, name)
            for name in ("score", "risk_level", "contributions", "absent")
        )


@dataclass(frozen=True)
class Entered:
    """Something dated up to a day that was written down on that day or later: what, for when, and when."""

    what: str
    label: str
    on_day: dt.date
    entered_on: dt.date
    detail: str


def replay(site: Site, tenant: Tenant, day: dt.date, *, now: dt.datetime) -> list[Replayed]:
    """Each tenancy of a tenant that there was on a day, or of which a score was kept. Needs the site in scope.

    Raises CannotReplay: the points that a score was made of cannot be read.
    """
    kept = {
        row.contract.property_id: row
        for row in RetentionScore.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=day), site=site, tenant=tenant, valid_from__lte=day
        ).select_related("contract", "model")
    }
    yardstick = yardsticks([site.code])[site.code]
    found: dict[uuid.UUID, Tenancy] = {
        tenancy.property_id: tenancy
        for tenancy in tenancies_on([site.code], [day])
        if tenancy.tenant_id == tenant.pk and tenancy.standing != "applicant"
    }
    return [_replayed(found.get(home), kept.get(home), yardstick, now) for home in sorted(found.keys() | kept.keys())]


def entered_since(site: Site, tenant: Tenant, day: dt.date) -> Sequence[Entered]:
    """What was written down on a day or after it and is dated up to it: what a kept score could not know. The moment of
    recording is on record of some things only: see NO_MOMENT. One statement."""
    parameters = {"site": site.code, "tenant": tenant.pk, "day": day, "timezone": site.timezone}
    return [Entered(**row) for row in sql.rows(_ENTERED, parameters)]


def _replayed(tenancy: Tenancy | None, kept: RetentionScore | None, of_now: Yardstick, now: dt.datetime) -> Replayed:
    computed = None
    if tenancy is not None and tenancy.profile is not None:
        yardstick = of_now if kept is None else _of_then(kept, of_now)
        computed = score_of(tenancy, yardstick, now)
    return Replayed(tenancy, computed, kept)


def _of_then(kept: RetentionScore, of_now: Yardstick) -> Yardstick:
    """The points and the factor that a score names; offers and empty days are those of now, and are not compared."""
    then: dict[str, Any] = {"model_id": kept.model_id, "factor": kept.factor, "table": STARTING_TABLE}
    if kept.model is not None:
        try:
            then["table"] = artefact.read(kept.model.artefact.encode(), kept.model.sha256)
        except artefact.ArtefactRefused as refusal:
            raise CannotReplay(f"The learned points {kept.model_id} cannot be read: {refusal}") from refusal
    return dataclasses.replace(of_now, is_measured=kept.source == RetentionScore.Source.MEASURED, **then)
