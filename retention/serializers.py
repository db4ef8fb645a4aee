"""A score as programs read it, and what they send to have everybody scored."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from insight.points import CLAMP
from insight.probability import HORIZON_DAYS
from retention.models import Offer, RetentionScore
from retention.pages import words
from retention.proposals import ProposedOffer, proposals
from retention.yardsticks import Yardstick
from sites_app.models import Site

# ruff: noqa: N815 -- the clients' own names

MOST = 500
_USUAL = 50


class AnalysisBody(serializers.Serializer):
    """How many of those most at risk are wanted in the answer. Everybody is scored, whatever it says."""

    limit = serializers.IntegerField(required=False, default=_USUAL, min_value=1, max_value=MOST)

    default_error_messages = {"unknown": gettext_lazy("There is no field with this name. The fields are: %(names)s.")}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        errors: dict[str, Any] = {}
        if isinstance(data, Mapping):
            unknown = str(self.error_messages["unknown"]) % {"names": ", ".join(self.fields)}
            errors = {name: [unknown] for name in data.keys() - self.fields}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as refused:
            errors |= cast("dict[str, Any]", refused.detail)
        if errors:
            raise serializers.ValidationError(errors)
        return values


class RiskFactorDocument(serializers.Serializer):
    """A term that lowers the score, in words."""

    key = serializers.CharField()
    sentence = serializers.CharField()
    points = serializers.FloatField(help_text="At most one decimal.")


class RetentionActionDocument(serializers.Serializer):
    """What can be offered: its full cost in francs, the share that is expected to accept, for how many days it holds.

    `n` offers were made so far; 0: the share is a starting assumption.
    """

    offerId = serializers.IntegerField()
    actionType = serializers.ChoiceField(Offer.Kind.choices)
    description = serializers.CharField()
    incentiveValue = serializers.IntegerField()
    expectedConversionRate = serializers.FloatField()
    n = serializers.IntegerField()
    duration = serializers.IntegerField(help_text="In days.")
    requiresApproval = serializers.BooleanField()
    expectedGain = serializers.IntegerField(help_text="p × effect × re-letting loss − acceptance × cost, in francs.")


class RetentionScoreDocument(serializers.Serializer):
    """The score of a tenancy, most harmful factor and most gainful offer first. Money is whole francs.

    80 and all points add up to the score, but for those of what holds it between 0 and 100. `potentialLtvLoss`,
    12 × rent × probability, is a size and no loss; `relettingLoss` is the rent of a home that stands empty.

    Of rows with their tenant and site; the context has the sites' `yardsticks` and the `offers` by id.
    """

    siteId = serializers.CharField()
    tenantId = serializers.UUIDField()
    tenantCode = serializers.CharField()
    contractId = serializers.UUIDField()
    name = serializers.CharField()
    score = serializers.FloatField(help_text="0 to 100, at most one decimal. Lower is more at risk.")
    riskLevel = serializers.ChoiceField(RetentionScore.Level.choices)
    riskFactors = RiskFactorDocument(many=True)
    estimatedChurnProbability = serializers.FloatField(help_text="Of deciding to leave within `horizonDays`.")
    horizonDays = serializers.IntegerField()
    probabilitySource = serializers.ChoiceField(RetentionScore.Source.choices)
    modelId = serializers.IntegerField(allow_null=True, help_text="The learned points, where the source is “model”.")
    potentialLtvLoss = serializers.IntegerField()
    relettingLoss = serializers.IntegerField()
    expectedGain = serializers.IntegerField()
    currency = serializers.ChoiceField(Site.Currency.choices)
    recommendedInterventionDate = serializers.DateField()
    retentionActions = RetentionActionDocument(many=True)
    calculatedAt = serializers.DateTimeField()

    def to_representation(self, instance: RetentionScore) -> dict[str, Any]:
        yardstick = self.context["yardsticks"][instance.site_id]
        return super().to_representation(_document(instance, yardstick, self.context["offers"]))


class AnalysisDocument(serializers.Serializer):
    """Everybody of the site was scored: how many, and those most at risk."""

    calculatedAt = serializers.DateTimeField()
    siteId = serializers.CharField()
    analyzed = serializers.IntegerField()
    tenants = RetentionScoreDocument(many=True)


def _document(row: RetentionScore, yardstick: Yardstick, offers: Mapping[int, Offer]) -> dict[str, Any]:
    offered = proposals(
        yardstick.offers,
        level=row.risk_level,
        monthly_rent=row.profile["monthly_rent"],
        arrears=row.profile["arrears"],
        probability=row.probability,
        loss=row.relet_loss,
    )
    return {
        "siteId": row.site_id,
        "tenantId": row.tenant_id,
        "tenantCode": row.tenant.code,
        "contractId": row.contract_id,
        "name": row.tenant.name,
        "score": row.score,
        "riskLevel": row.risk_level,
        "riskFactors": _risk_factors(row),
        "estimatedChurnProbability": row.probability,
        "horizonDays": HORIZON_DAYS,
        "probabilitySource": row.source,
        "modelId": row.model_id,
        "potentialLtvLoss": row.rent_at_stake,
        "relettingLoss": row.relet_loss,
        "expectedGain": row.expected_gain,
        "currency": row.site.currency,
        "recommendedInterventionDate": row.intervene_by,
        "retentionActions": [_action(each, offers[each.terms.offer_id]) for each in offered],
        "calculatedAt": row.calculated_at,
    }


def _risk_factors(row: RetentionScore) -> list[dict[str, Any]]:
    today = row.site.today()
    harmful = sorted((Decimal(points), key) for key, _band, points in row.contributions if key != CLAMP)
    return [
        {"key": key, "sentence": words.sentence(row, key, today), "points": points}
        for points, key in harmful
        if points < 0
    ]


def _action(proposed: ProposedOffer, offer: Offer) -> dict[str, Any]:
    return {
        "offerId": offer.pk,
        "actionType": offer.kind,
        "description": offer.name,
        "incentiveValue": proposed.cost,
        "expectedConversionRate": proposed.terms.acceptance,
        "n": 0,
        "duration": offer.days,
        "requiresApproval": offer.approval != Offer.Approval.NONE,
        "expectedGain": proposed.gain,
    }
