"""What the scores of a site are reckoned with: the points, the site's factor, how long its homes stay empty, offers."""

import datetime as dt
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from changes import sql
from insight import artefact
from insight.gain import acceptance, effect
from insight.points import STARTING_TABLE, PointsTable
from insight.survival import PRIOR_DAYS
from retention.models import RetentionScore, ScoreModel
from retention.proposals import OfferTerms
from sites_app.scope import require_scope

log = logging.getLogger(__name__)

_MOST_RECENT_MODELS = 3
"""An artefact that cannot be read leaves the model before it in use."""

_STATEMENT = """
SELECT site.code, site.currency, measured.factor, empty.days AS empty_days,
    (
        SELECT jsonb_agg(jsonb_build_object('id', id, 'artefact', artefact, 'sha256', sha256))
        FROM (
            SELECT id, artefact, sha256 FROM retention_scoremodel
            WHERE status = 'adopted' ORDER BY trained_at DESC, id DESC LIMIT %(most)s
        ) adopted
    ) AS models,
    (
        SELECT jsonb_agg(jsonb_build_object(
            'offer_id', offer.id, 'kind', kind, 'level', level, 'share', share::text, 'months', months,
            'amount', amount,
            'starting', starting_acceptance, 'offered', offered, 'accepted', accepted, 'prevented', prevented,
            'would_be_leavers', would_be_leavers
        ) ORDER BY key)
        FROM retention_offer offer
        LEFT JOIN LATERAL (
            SELECT * FROM retention_offerrecord r WHERE r.offer_id = offer.id ORDER BY day DESC LIMIT 1
        ) record ON true
        WHERE active AND currency IN ('', site.currency)
    ) AS offers
FROM sites_app_site site
LEFT JOIN LATERAL (
    SELECT factor FROM retention_sitefactor WHERE site_id = site.code ORDER BY day DESC LIMIT 1
) measured ON true
LEFT JOIN LATERAL (
    SELECT days FROM retention_relettingtime WHERE site_id = site.code ORDER BY day DESC LIMIT 1
) empty ON true
WHERE site.code = ANY (%(sites)s)
"""


@dataclass(frozen=True)
class Yardstick:
    """What one site's scores are reckoned with. `model_id` is None where nothing learned has been adopted yet."""

    table: PointsTable
    model_id: int | None
    factor: float
    is_measured: bool
    empty_days: float
    offers: tuple[OfferTerms, ...]

    @property
    def source(self) -> RetentionScore.Source:
        """Where the probabilities come from."""
        if self.model_id is not None:
            return RetentionScore.Source.MODEL
        return RetentionScore.Source.MEASURED if self.is_measured else RetentionScore.Source.STARTING_ASSUMPTION


def yardsticks(codes: Sequence[str]) -> Mapping[str, Yardstick]:
    """The yardstick of each site. One statement. Raises OutsideScope for a site that is not in scope."""
    require_scope(codes)
    found = sql.rows(_STATEMENT, {"sites": list(codes), "most": _MOST_RECENT_MODELS})
    return {row["code"]: _yardstick(row) for row in found}


def _yardstick(row: dict[str, Any]) -> Yardstick:
    model_id, table = _in_use(_as_list(row["models"]))
    return Yardstick(
        table=table,
        model_id=model_id,
        factor=1.0 if row["factor"] is None else row["factor"],
        is_measured=row["factor"] is not None,
        empty_days=PRIOR_DAYS if row["empty_days"] is None else row["empty_days"],
        offers=tuple(_terms(offer) for offer in _as_list(row["offers"])),
    )


@dataclass(frozen=True)
class ModelInUse:
    """The table that was learned last and adopted, and when."""

    pk: int
    table: PointsTable
    trained_at: dt.datetime


def model_in_use() -> ModelInUse | None:
    """The newest adopted model that can be read. None: the starting table scores."""
    newest = ScoreModel.objects.filter(status=ScoreModel.Status.ADOPTED)[:_MOST_RECENT_MODELS]
    rows = {row.pk: row for row in newest}
    pk, table = _in_use([{"id": row.pk, "artefact": row.artefact, "sha256": row.sha256} for row in rows.values()])
    return None if pk is None else ModelInUse(pk, table, rows[pk].trained_at)


def _in_use(models: list[dict[str, Any]]) -> tuple[int | None, PointsTable]:
    for model in models:
        try:
            return model["id"], artefact.read(model["artefact"].encode(), model["sha256"])
        except artefact.ArtefactRefused as refusal:
            log.error("model %s is not read, the one before it stays in use: %s", model["id"], refusal)
    return None, STARTING_TABLE


def _terms(offer: dict[str, Any]) -> OfferTerms:
    """What was offered until now says how many accept; those set aside say how many stay by it."""
    return OfferTerms(
        offer_id=offer["offer_id"],
        kind=offer["kind"],
        level=offer["level"],
        share=None if offer["share"] is None else Decimal(offer["share"]),
        months=offer["months"],
        amount=offer["amount"],
        acceptance=acceptance(float(offer["starting"]), offer["accepted"] or 0, offer["offered"] or 0),
        effect=effect(offer["prevented"] or 0.0, offer["would_be_leavers"] or 0.0),
    )


def _as_list(value: Any) -> list[dict[str, Any]]:
    return (json.loads(value) if isinstance(value, str) else value) or []
