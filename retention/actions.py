"""What is written down: the scores of a day, and that somebody does not want one."""

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from accounts.models import Actor
from changes import sql
from changes.audit import change
from changes.refusals import not_on_this_site, require_past
from insight.points import act_within, risk_level, score
from insight.probability import probability, starting_probability
from leasing.models import Tenant
from retention.models import RetentionScore, ScoringObjection
from retention.profile import Tenancy, tenancies_on
from retention.terms import terms_of

# Whoever has objected while another analysis was under way has no score after this one.
_CLOSE = """
WITH objected AS (
    DELETE FROM retention_retentionscore WHERE site_id = ANY (%(sites)s) AND tenant_id IN (
        SELECT tenant_id FROM retention_scoringobjection WHERE site_id = ANY (%(sites)s)
    )
)
UPDATE retention_retentionscore SET valid_to = closed.day
FROM unnest(%(ids)s::uuid[], %(days)s::date[]) AS closed (id, day)
WHERE site_id = ANY (%(sites)s) AND retention_retentionscore.id = closed.id AND valid_to IS NULL
    AND tenant_id NOT IN (SELECT tenant_id FROM retention_scoringobjection WHERE site_id = ANY (%(sites)s))
"""


@dataclass(frozen=True)
class Analysis:
    """How many tenancies were scored, how many scores are new or have changed, and the current ones, most at risk
    first."""

    scored: int
    changed: int
    first: tuple[RetentionScore, ...]


def analyse(*, days: Mapping[str, dt.date], limit: int = 50) -> Analysis:
    """Score everybody who is to be scored on the sites (code → its today), and keep what has changed.

    Four statements, whatever their numbers. Twice on a day changes nothing the second time; two at the same moment
    keep one set of scores. Needs the sites in scope.
    """
    now = timezone.now()
    found = {}
    for tenancy in tenancies_on(list(days), list(days.values())):
        if tenancy.day == days[tenancy.site_id] and tenancy.profile is not None:
            found[tenancy.contract_id] = score_of(tenancy, now)
    kept = {row.contract_id: row for row in RetentionScore.objects.filter(site__in=days, valid_to=None)}
    gone = [row for row in kept.values() if row.contract_id not in found]
    new = [row for row in found.values() if not _says_the_same(kept.get(row.contract_id), row)]
    replaced = [kept[row.contract_id] for row in new if row.contract_id in kept]
    closed = [*gone, *replaced]
    sql.run(
        _CLOSE,
        {
            "sites": list(days),
            "ids": [row.pk for row in closed],
            "days": [max(row.valid_from, days[row.site_id]) for row in closed],
        },
    )
    RetentionScore.objects.bulk_create(new, ignore_conflicts=True)
    current = [kept[contract] for contract in found.keys() - {row.contract_id for row in new}] + new
    return Analysis(len(found), len(new), tuple(sorted(current, key=_most_at_risk_first)[:limit]))


def _most_at_risk_first(row: RetentionScore) -> tuple[float, Any]:
    return (-row.probability, row.contract_id)


def score_of(tenancy: Tenancy, now: dt.datetime) -> RetentionScore:
    """The score of a tenancy with a profile, not saved."""
    if tenancy.profile is None:
        raise ValueError(f"contract {tenancy.contract_id} is not scored: {tenancy.standing}")
    scored = score(terms_of(tenancy.profile, tenancy.day))
    level = risk_level(scored.value)
    days_to_notice = None
    if tenancy.notice_days is not None:
        days_to_notice = tenancy.profile.days_to_window - tenancy.notice_days
    return RetentionScore(
        site_id=tenancy.site_id,
        tenant_id=tenancy.tenant_id,
        contract_id=tenancy.contract_id,
        valid_from=tenancy.day,
        score=scored.value,
        risk_level=level.name,
        probability=probability(starting_probability(scored.unclamped), 1),
        source=RetentionScore.Source.STARTING_ASSUMPTION,
        contributions=[[part.key, part.band, str(part.points)] for part in scored.contributions],
        absent=list(scored.absent),
        profile=_as_json(tenancy),
        intervene_by=tenancy.day + dt.timedelta(days=act_within(level, days_to_notice)),
        calculated_at=now,
    )


def _as_json(tenancy: Tenancy) -> Any:
    return json.loads(json.dumps(dataclasses.asdict(tenancy)["profile"], cls=DjangoJSONEncoder))


def _says_the_same(kept: RetentionScore | None, new: RetentionScore) -> bool:
    """Facts move every day; a score is another when a term has changed its band, or the sum or its reading has."""
    return kept is not None and all(
        getattr(kept, name) == getattr(new, name)
        for name in ("score", "risk_level", "probability", "source", "factor", "contributions", "absent")
    )


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
