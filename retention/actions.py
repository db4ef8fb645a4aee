"""What is written down: the scores of a day, and that somebody does not want one."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone
from psycopg.types.json import Jsonb

from accounts.models import Actor
from changes import sql
from changes.audit import change
from changes.refusals import not_on_this_site, require_past
from leasing.models import Tenant
from retention.models import ObservedFrom, RetentionScore, ScoringObjection
from retention.profile import tenancies_on
from retention.scoring import columns_of, facts_are_the_same, says_the_same, score_of, still_by
from retention.yardsticks import yardsticks
from sites_app.models import Site

# Whoever has objected while another analysis was under way has no score after this one. What is closed is closed before
# the next one of its contract is written: one is current.
_WRITE = """
WITH objected AS MATERIALIZED (
    SELECT tenant_id FROM retention_scoringobjection WHERE site_id = ANY (%(sites)s)
),
forgotten AS (
    DELETE FROM retention_retentionscore
    WHERE site_id = ANY (%(sites)s) AND tenant_id IN (SELECT tenant_id FROM objected)
),
closed AS (
    UPDATE retention_retentionscore s SET valid_to = c.day
    FROM unnest(%(closed)s::uuid[], %(days)s::date[]) AS c (id, day)
    WHERE s.site_id = ANY (%(sites)s) AND s.id = c.id AND s.valid_to IS NULL
        AND s.tenant_id NOT IN (SELECT tenant_id FROM objected)
    RETURNING s.id
),
followed AS (
    UPDATE retention_retentionscore s
    SET profile = f.profile, window_on = f.window_on, relet_loss = f.relet_loss, rent_at_stake = f.rent_at_stake,
        offer_id = f.offer_id, expected_gain = f.expected_gain, calculated_at = f.calculated_at
    FROM jsonb_to_recordset(%(followed)s) AS f (
        id uuid, profile jsonb, window_on date, relet_loss bigint, rent_at_stake bigint, offer_id bigint,
        expected_gain bigint, calculated_at timestamptz
    )
    WHERE s.site_id = ANY (%(sites)s) AND s.id = f.id AND s.valid_to IS NULL
        AND s.tenant_id NOT IN (SELECT tenant_id FROM objected)
)
INSERT INTO retention_retentionscore (
    id, site_id, tenant_id, contract_id, valid_from, score, risk_level, probability, source, model_id, factor,
    contributions, absent, profile, window_on, relet_loss, rent_at_stake, offer_id, expected_gain, intervene_by,
    calculated_at
)
SELECT n.* FROM jsonb_to_recordset(%(new)s) AS n (
    id uuid, site_id text, tenant_id uuid, contract_id uuid, valid_from date, score numeric, risk_level text,
    probability float8, source text, model_id bigint, factor float8, contributions jsonb, absent jsonb, profile jsonb,
    window_on date, relet_loss bigint, rent_at_stake bigint, offer_id bigint, expected_gain bigint, intervene_by date,
    calculated_at timestamptz
)
WHERE (SELECT count(*) FROM closed) >= 0 AND n.tenant_id NOT IN (SELECT tenant_id FROM objected)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Analysis:
    """How many tenancies were scored, and how many scores are new or have changed (retention.listed reads them)."""

    scored: int
    changed: int


def analyse(*, days: Mapping[str, dt.date]) -> Analysis:
    """Score everybody who is to be scored on the sites (code → its today), and keep what has changed.

    Four statements, whatever their numbers. Twice on a day changes nothing the second time; two at the same moment
    keep one set of scores. Needs the sites in scope.
    """
    now = timezone.now()
    by_site = yardsticks(list(days))
    found = {
        tenancy.contract_id: score_of(tenancy, by_site[tenancy.site_id], now)
        for tenancy in tenancies_on(list(days), list(days.values()))
        if tenancy.day == days[tenancy.site_id] and tenancy.profile is not None
    }
    kept = {row.contract_id: row for row in RetentionScore.objects.filter(site__in=days, valid_to=None)}
    closed = [row for row in kept.values() if row.contract_id not in found]
    new, followed = [], []
    for row in found.values():
        before = kept.get(row.contract_id)
        if before is None or not says_the_same(before, row):
            closed += [before] if before else []
            row.intervene_by = still_by(before, row)
            new.append(row)
        else:
            row.pk, row.valid_from, row.intervene_by = before.pk, before.valid_from, before.intervene_by
            if not facts_are_the_same(before, row):
                followed.append(row)
    sql.run(
        _WRITE,
        {
            "sites": list(days),
            "closed": [row.pk for row in closed],
            "days": [max(row.valid_from, days[row.site_id]) for row in closed],
            "followed": Jsonb([columns_of(row) for row in followed]),
            "new": Jsonb([columns_of(row) for row in new]),
        },
    )
    return Analysis(len(found), len(new))


def observe_from(*, site: Site, day: dt.date, by: Actor, today: dt.date) -> ObservedFrom:
    """Say from which day on the ends of tenancies are on record; the next analysis goes by it.

    Raises RuleBroken for a day that is to come.
    """
    require_past("day", day, today)
    with change(by):
        found, is_new = ObservedFrom.objects.select_for_update().get_or_create(site=site, defaults={"day": day})
        if not is_new and found.day != day:
            found.day = day
            found.save(update_fields=["day"])
    return found


def object_to_scoring(*, tenant: Tenant, since: dt.date, by: Actor, today: dt.date, note: str = "") -> ScoringObjection:
    """Write down that a tenant does not want to be scored: their scores are gone, and there will be none again.

    Said twice it is one objection, the first. Raises RuleBroken: the day is to come, or the tenant is not on a site in
    scope.
    """
    require_past("since", since, today)
    with change(by):
        locked = Tenant.objects.select_for_update().filter(pk=tenant.pk).first()
        if locked is None:
            raise not_on_this_site("tenant")
        objection, _made = ScoringObjection.objects.get_or_create(
            site_id=locked.site_id, tenant=locked, defaults={"since": since, "by": by, "note": note}
        )
        RetentionScore.objects.filter(site_id=locked.site_id, tenant=locked).delete()
    return objection
