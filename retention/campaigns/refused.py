"""Why a campaign is not saved, submitted or launched: every reason at once, each with its sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from changes.refusals import RuleBroken


@dataclass(frozen=True)
class CampaignRefusal:
    """One reason: the field or the tenant that it is about, the rule, and what to tell the person."""

    field: str
    rule: str
    sentence: str
    tenant_id: UUID | None = None


class CampaignRefused(RuleBroken):
    """All that is against it. Nothing was saved."""

    def __init__(self, refusals: Iterable[CampaignRefusal]) -> None:
        self.refusals = tuple(refusals)
        first = self.refusals[0]
        super().__init__(
            first.field,
            first.rule,
            " ".join(refusal.sentence for refusal in self.refusals),
        )

    def errors(self) -> list[dict[str, str]]:
        return [{"field": refusal.field, "message": refusal.sentence} for refusal in self.refusals]


def wrong_status(campaign: Any, *, field: str = "status") -> RuleBroken:
    """The campaign is not where this can be done."""
    values = {"name": campaign.name, "status": campaign.get_status_display()}
    sentence = _("Campaign “%(name)s” is “%(status)s”: this cannot be done any more.")
    return RuleBroken(field, "campaign_status", sentence % values)
