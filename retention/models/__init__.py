"""What is kept of who may leave: scores, what they are measured by, what is offered, and what a tenant allows."""

from retention.models.campaigns import CampaignResult, OfferRecord, RetentionAction, RetentionCampaign
from retention.models.consent import ContactPreference, ScoringObjection
from retention.models.measures import ListRecord, RelettingTime, ScoreModel, SiteFactor
from retention.models.offers import Offer, TalkGuide
from retention.models.scores import ObservedFrom, RetentionScore

__all__ = [
    "CampaignResult",
    "ContactPreference",
    "ListRecord",
    "ObservedFrom",
    "Offer",
    "OfferRecord",
    "RelettingTime",
    "RetentionAction",
    "RetentionCampaign",
    "RetentionScore",
    "ScoreModel",
    "ScoringObjection",
    "SiteFactor",
    "TalkGuide",
]
