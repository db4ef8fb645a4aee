"""From a tenancy to the row of its score, and what of it is another than before. No database."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from insight.gain import reletting_loss, rent_at_stake
from insight.points import act_within, risk_level, score
from insight.probability import probability, starting_probability
from retention.models import RetentionScore
from retention.profile import FEATURES, Profile, Tenancy
from retention.proposals import proposals
from retention.terms import terms_of
from retention.yardsticks import Yardstick

_OF_EVERY_DAY = ("days_to_window", "tenure_months")
"""Facts that move with the calendar: the window's day says the same."""
_FACTS = ("window_on", "relet_loss", "rent_at_stake", "offer_id", "expected_gain")


def score_of(tenancy: Tenancy, yardstick: Yardstick, now: dt.datetime) -> RetentionScore:
    """The score of a tenancy with a profile, not saved. Raises ValueError for one that is not scored."""
    profile = tenancy.profile
    if profile is None:
        raise ValueError(f"contract {tenancy.contract_id} is not scored: {tenancy.standing}")
    scored = score(terms_of(profile, tenancy.day), yardstick.table)
    level = risk_level(scored.value)
    p0 = starting_probability(scored.unclamped, yardstick.table, site=tenancy.site_id)
    p = probability(p0, yardstick.factor)
    loss = reletting_loss(profile.monthly_rent, yardstick.empty_days)
    offered = proposals(
        yardstick.offers,
        level=level.name,
        monthly_rent=profile.monthly_rent,
        arrears=profile.arrears,
        probability=p,
        loss=loss,
    )
    days_to_notice = None if tenancy.notice_days is None else profile.days_to_window - tenancy.notice_days
    return RetentionScore(
        site_id=tenancy.site_id,
        tenant_id=tenancy.tenant_id,
        contract_id=tenancy.contract_id,
        valid_from=tenancy.day,
        score=scored.value,
        risk_level=level.name,
        probability=p,
        source=yardstick.source,
        model_id=yardstick.model_id,
        factor=yardstick.factor,
        contributions=[[part.key, part.band, str(part.points)] for part in scored.contributions],
        absent=list(scored.absent),
        profile=as_json(profile),
        window_on=tenancy.window_on,
        relet_loss=loss,
        rent_at_stake=rent_at_stake(profile.monthly_rent, p),
        offer_id=offered[0].terms.offer_id if offered else None,
        expected_gain=offered[0].gain if offered else 0,
        intervene_by=tenancy.day + dt.timedelta(days=act_within(level, days_to_notice)),
        calculated_at=now,
    )


def as_json(profile: Profile) -> dict[str, Any]:
    """A profile as its row keeps it: decimals and days as text."""
    return {name: _plain(getattr(profile, name)) for name in FEATURES}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | uuid.UUID):
        return str(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def says_the_same(kept: RetentionScore, new: RetentionScore) -> bool:
    """A score is another when a term has changed its band, or the sum or its reading has."""
    return all(
        getattr(kept, name) == getattr(new, name)
        for name in ("score", "risk_level", "probability", "source", "model_id", "contributions", "absent")
    )


def facts_are_the_same(kept: RetentionScore, new: RetentionScore) -> bool:
    """Whether what was read and reckoned for a score that says the same is the same too, but for the calendar."""
    before, now = ({k: v for k, v in row.profile.items() if k not in _OF_EVERY_DAY} for row in (kept, new))
    return before == now and all(getattr(kept, name) == getattr(new, name) for name in _FACTS)


def still_by(kept: RetentionScore | None, new: RetentionScore) -> dt.date:
    """By when to speak to them: a score that moves within its level puts nothing off."""
    if kept is not None and kept.risk_level == new.risk_level:
        return min(kept.intervene_by, new.intervene_by)
    return new.intervene_by


_COLUMNS = tuple(field.attname for field in RetentionScore._meta.concrete_fields)


def columns_of(row: RetentionScore) -> dict[str, Any]:
    """The row by the names of its columns, as JSON knows values."""
    return {name: _plain(getattr(row, name)) for name in _COLUMNS}
