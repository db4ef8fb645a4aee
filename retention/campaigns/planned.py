"""A campaign as it was asked for: whom it speaks to with which offer, what it costs and what it can show."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from insight.trials import least_detectable
from retention.campaigns.candidates import Candidate
from retention.campaigns.refused import CampaignRefusal
from retention.draw import LARGEST_SHARE, Entrant, largest_cost, number_set_aside, proposed_share
from retention.models import Offer, RetentionScore
from retention.proposals import ProposedOffer
from retention.verdict import LEAST_SET_ASIDE, homes_to_keep
from sites_app.models import Site


@dataclass(frozen=True)
class PlannedAction:
    """One tenant with the offer that they would get, and the others that could be chosen, the largest gain first."""

    candidate: Candidate
    score: RetentionScore
    offer: Offer
    cost: int
    gain: int
    pays_from: float | None
    choices: tuple[ProposedOffer, ...]

    @property
    def entrant(self) -> Entrant:
        return Entrant(str(self.candidate.tenant.pk), self.score.risk_level, self.cost)


@dataclass(frozen=True)
class BeforeLaunch:
    """What is to be known before a campaign begins.

    `cost` is what the offers cost at most if everybody contacted accepts, whoever is drawn; `expected_departures` are
    those of all who were chosen, if nothing is done; `most_preventable` and `gain` those of the contacted. `detectable`
    is the least difference that can be expected to show, None where nobody is set aside.
    """

    chosen: int
    contacted: int
    set_aside: int
    cost: int
    budget: int
    expected_departures: float
    most_preventable: float
    gain: int
    detectable: float | None
    homes_to_keep: int
    proposed_share: float | None

    @property
    def over_budget(self) -> int:
        return max(0, self.cost - self.budget)

    @property
    def can_prove(self) -> bool:
        """Of fewer than five set aside no verdict is ever more than "too few"."""
        return self.set_aside >= LEAST_SET_ASIDE and self.detectable is not None


@dataclass(frozen=True)
class CampaignPlan:
    """A campaign as it was asked for. `refusals` are all reasons against it; with none it can be saved."""

    site: Site
    name: str
    budget: int
    start_date: dt.date
    control_share: Decimal
    actions: tuple[PlannedAction, ...]
    refusals: tuple[CampaignRefusal, ...]
    effects: Mapping[int, float] = field(default_factory=dict)

    @property
    def needs_approval(self) -> bool:
        """Whether an offer is for a manager or an owner to agree to."""
        return any(action.offer.approval != Offer.Approval.NONE for action in self.actions)

    @property
    def is_share_sound(self) -> bool:
        return self.control_share.is_finite() and 0 <= self.control_share <= Decimal(str(LARGEST_SHARE))

    def before_launch(self) -> BeforeLaunch:
        entrants = [action.entrant for action in self.actions]
        share = float(self.control_share) if self.is_share_sound else 0.0
        chosen, aside = len(entrants), number_set_aside(entrants, share=share)
        part = (chosen - aside) / chosen if chosen else 0.0
        departures = sum(action.score.probability for action in self.actions)
        price = largest_cost(entrants, share=share)
        losses = [action.score.relet_loss for action in self.actions]
        return BeforeLaunch(
            chosen=chosen,
            contacted=chosen - aside,
            set_aside=aside,
            cost=price,
            budget=self.budget,
            expected_departures=departures,
            most_preventable=part
            * sum(action.score.probability * self.effects[action.offer.pk] for action in self.actions),
            gain=round(part * sum(action.gain for action in self.actions)),
            detectable=least_detectable(departures / chosen, chosen - aside, aside) if chosen else None,
            homes_to_keep=homes_to_keep(price, sum(losses) / chosen if chosen else 0.0),
            proposed_share=proposed_share(entrants, budget=self.budget),
        )


def arrears_of(score: RetentionScore) -> int:
    """The rent owed, as the score's profile has it: sums of the database are written as text."""
    return int(score.profile["arrears"])
