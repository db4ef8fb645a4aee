"""A campaign as programs read it, and what they send to have one drafted."""

from collections.abc import Mapping
from typing import Any, cast

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from retention.campaigns.results import counts_of
from retention.models import CampaignResult, RetentionAction, RetentionCampaign
from sites_app.models import Site

# ruff: noqa: N815 -- the clients' own names

_LARGEST = 2**53 - 1
"""What every JSON reader holds exactly."""
_LONGEST_CODE = 60


class CampaignBody(serializers.Serializer):
    """What a campaign is to be. Offers that are not named are proposed: those with the largest expected gain."""

    tenantIds = serializers.ListField(
        child=serializers.CharField(max_length=_LONGEST_CODE), help_text="Ids or codes of tenants, 500 at most."
    )
    campaignName = serializers.CharField(allow_blank=True, max_length=1000)
    budget = serializers.IntegerField(min_value=-_LARGEST, max_value=_LARGEST, help_text="Whole francs.")
    startDate = serializers.DateField(required=False, help_text="Today or within 30 days. Usually today.")
    controlShare = serializers.FloatField(
        required=False, default=0.0, help_text="So many are set aside by lot, to compare with: 0 to 0.5."
    )
    offers = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=_LARGEST),
        required=False,
        help_text="Ids of offers, by what stands for the tenant in tenantIds.",
    )

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


class CampaignActionDocument(serializers.Serializer):
    """What is proposed to one tenant, and what became of it."""

    id = serializers.UUIDField()
    tenantId = serializers.UUIDField(source="tenant_id")
    tenantCode = serializers.CharField(source="tenant.code")
    name = serializers.CharField(source="tenant.name")
    contractId = serializers.UUIDField(source="contract_id")
    offerId = serializers.IntegerField(source="offer_id")
    actionType = serializers.CharField(source="offer.kind")
    description = serializers.CharField(source="offer.name")
    cost = serializers.IntegerField()
    expectedGain = serializers.IntegerField(source="gain")
    estimatedChurnProbability = serializers.FloatField(source="probability")
    relettingLoss = serializers.IntegerField(source="relet_loss")
    arm = serializers.ChoiceField(RetentionAction.Arm.choices, allow_blank=True, help_text="Empty before the draw.")
    state = serializers.ChoiceField(RetentionAction.State.choices)
    kept = serializers.BooleanField(allow_null=True, help_text="Null before the day of the verdict.")


class CampaignResultDocument(serializers.Serializer):
    """CampaignCounts by assignment on a day. Differences and francs come with the verdict, on the ninetieth day."""

    day = serializers.DateField()
    contacted = serializers.IntegerField()
    contactedKept = serializers.IntegerField(source="contacted_kept")
    setAside = serializers.IntegerField(source="set_aside")
    setAsideKept = serializers.IntegerField(source="set_aside_kept")
    accepted = serializers.IntegerField()
    refused = serializers.IntegerField()
    thinking = serializers.IntegerField()
    unreached = serializers.IntegerField()
    waiting = serializers.IntegerField()
    spent = serializers.IntegerField()
    expectedLost = serializers.FloatField(source="expected_lost", help_text="A forecast, no proof.")
    difference = serializers.FloatField(allow_null=True, help_text="Share kept of the contacted − of those set aside.")
    differenceLow = serializers.FloatField(allow_null=True)
    differenceHigh = serializers.FloatField(allow_null=True)
    francs = serializers.IntegerField(allow_null=True)
    francsLow = serializers.IntegerField(allow_null=True)
    francsHigh = serializers.IntegerField(allow_null=True)

    def to_representation(self, instance: CampaignResult) -> dict[str, Any]:
        shown = counts_of(instance).verdict().difference if instance.verdict else None
        vars(instance).update(
            difference=shown and shown.share,
            differenceLow=shown and shown.interval.low,
            differenceHigh=shown and shown.interval.high,
            francs=shown and shown.francs,
            francsLow=shown and round(shown.francs_interval.low),
            francsHigh=shown and round(shown.francs_interval.high),
        )
        return super().to_representation(instance)


class CampaignDocument(serializers.Serializer):
    """A campaign with its newest result. Of rows with `cost`, `gain` and `newest`: retention/campaigns/api.py."""

    id = serializers.UUIDField()
    siteId = serializers.CharField(source="site_id")
    campaignName = serializers.CharField(source="name")
    status = serializers.ChoiceField(RetentionCampaign.Status.choices)
    budget = serializers.IntegerField()
    cost = serializers.IntegerField(help_text="If all accept.")
    currency = serializers.ChoiceField(Site.Currency.choices, source="site.currency")
    expectedRoi = serializers.FloatField(allow_null=True, help_text="Σ gain ÷ cost; null where it costs nothing.")
    tenants = serializers.IntegerField()
    startDate = serializers.DateField(source="start_date")
    controlShare = serializers.FloatField(source="control_share")
    createdAt = serializers.DateTimeField(source="created_at")
    launchedAt = serializers.DateTimeField(source="launched_at", allow_null=True)
    verdictOn = serializers.DateField(source="verdict_on", allow_null=True)
    verdict = serializers.ChoiceField(
        CampaignResult.Verdict.choices, allow_null=True, help_text="Null before the day of the verdict."
    )
    result = CampaignResultDocument(allow_null=True)

    def to_representation(self, instance: RetentionCampaign) -> dict[str, Any]:
        row: Any = instance
        newest = row.newest[0] if row.newest else None
        row.cost, row.gain = row.cost or 0, row.gain or 0
        row.expectedRoi = row.gain / row.cost if row.cost else None
        row.result, row.verdict = newest, (newest.verdict or None) if newest else None
        return super().to_representation(row)


class WholeCampaignDocument(CampaignDocument):
    """A campaign with what it proposes to each tenant."""

    actions = CampaignActionDocument(many=True, source="in_order")
