"""What retention adds to the page of a tenant: the present scores with their main reasons, and a time line of levels.

Both are read in one statement, by whichever of them is asked first.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from changes import sql
from leasing.models import Tenant
from retention.listed import current_scores, deciding_until
from retention.models import RetentionScore
from retention.pages import words
from retention.pages.access import may_see
from retention.pages.list_page import SOON_DAYS, Deciders, deciders
from retention.pages.profile_page import TONES, number
from retention.reading import parts_of
from screens.declarations import Event, Events
from sites_app.request import SiteRequest

_MAIN_REASONS = 3
_CARRIED = "retention_marks"


@dataclass(frozen=True)
class ScorePanel:
    """The score of one tenancy in short."""

    home: str
    score: str
    level: str
    tone: str
    reasons: Sequence[str]


@dataclass(frozen=True)
class TenantPanel:
    url: str
    scores: Sequence[ScorePanel]


@dataclass(frozen=True)
class _Mark:
    """A score that began another level than the one before in the same home; or the present one, with its `facts`;
    or an objection, which has no score."""

    id: UUID
    day: dt.date
    home: str
    score: Decimal | None
    level: str
    before: str
    note: str
    facts: Any


def scores_of_tenant(request: SiteRequest, tenant: Tenant) -> TenantPanel | None:
    """The present scores, the lowest first. None where there is none, or the reader may not see it."""
    today = tenant.site.today()
    present = sorted((mark for mark in _marks(request, tenant) if mark.facts), key=lambda mark: (mark.score, mark.home))
    shown = [_in_short(mark, today) for mark in present]
    return TenantPanel(reverse("retention:tenant", args=[tenant.pk]), shown) if shown else None


def deciding_soon(request: SiteRequest, today: dt.date) -> Deciders | None:
    """Who at risk decides soon, on one site. One statement; None where nobody does."""
    if request.site is None:
        return None
    found = deciding_until(current_scores([request.site.code]), today + dt.timedelta(SOON_DAYS))
    return deciders(found, request.site.currency) if found else None


def levels_and_objections(request: SiteRequest, tenant: Tenant, limit: int) -> Events:
    """Each change of level, and an objection."""
    url = reverse("retention:tenant", args=[tenant.pk])
    found = [_event(mark, url) for mark in _marks(request, tenant) if mark.level != mark.before or mark.score is None]
    return Events(found[:limit], len(found))


def _in_short(mark: _Mark, today: dt.date) -> ScorePanel:
    window_on = mark.facts.pop("window_on")
    row = RetentionScore(window_on=window_on and dt.date.fromisoformat(window_on), **mark.facts)
    harmful = [part.key for part in parts_of(row.contributions) if part.band is not None and part.points < 0]
    return ScorePanel(
        home=mark.home,
        score=number(mark.score or Decimal(0)),
        level=words.level(mark.level),
        tone=TONES[mark.level],
        reasons=[words.short(row, key, today) for key in harmful[:_MAIN_REASONS]],
    )


def _event(mark: _Mark, url: str) -> Event:
    if mark.score is None:
        return Event(mark.day, f"{mark.id}objection", "cross", _("Does not want to be scored"), mark.note, url=url)
    values = {"score": number(mark.score), "level": words.level(mark.level).lower()}
    text = _("Risk of leaving: %(level)s (score %(score)s)") % values
    note = _("before: %(level)s") % {"level": words.level(mark.before).lower()} if mark.before else ""
    return Event(mark.day, f"{mark.id}level", "heart", text, note, url=url)


def _marks(request: SiteRequest, tenant: Tenant) -> Sequence[_Mark]:
    """The newest first. The tenant of a page carries them, so that the page reads them once."""
    carried = vars(tenant)
    if _CARRIED not in carried:
        asked = {"site": tenant.site_id, "tenant": tenant.pk}
        rows = sql.rows(_MARKS, asked) if may_see(request, tenant) else ()
        carried[_CARRIED] = [_Mark(**row | {"facts": json.loads(row["facts"] or "null")}) for row in rows]
    found: Sequence[_Mark] = carried[_CARRIED]
    return found


_MARKS = """
WITH level AS (
    SELECT s.id, valid_from AS day, home.code AS home, score, risk_level AS level, coalesce(lag(risk_level) OVER (
            PARTITION BY c.property_id ORDER BY valid_from, calculated_at, s.id
        ), '') AS before, '' AS note,
        CASE WHEN valid_to IS NULL THEN jsonb_build_object(
            'contributions', contributions, 'profile', profile, 'window_on', window_on
        ) END AS facts
    FROM retention_retentionscore s
    JOIN leasing_contract c ON c.site_id = s.site_id AND c.id = s.contract_id
    JOIN leasing_property home ON home.site_id = s.site_id AND home.id = c.property_id
    WHERE s.site_id = %(site)s AND s.tenant_id = %(tenant)s AND (valid_to IS NULL OR valid_to > valid_from)
)
SELECT * FROM level WHERE before <> level OR facts IS NOT NULL
UNION ALL
SELECT id, since, '', NULL, '', '', note, NULL FROM retention_scoringobjection
WHERE site_id = %(site)s AND tenant_id = %(tenant)s
ORDER BY day DESC, id DESC
"""
