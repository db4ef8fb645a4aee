"""What keeping a tenant is worth, and which offer pays: as the page of a tenant shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from retention.models import Offer, RetentionScore
from retention.pages.profile_page import share
from retention.proposals import ProposedOffer, proposals
from retention.queries import SiteMeasures
from retention.yardsticks import Yardstick
from screens import formats


@dataclass(frozen=True)
class ProposalShown:
    """An offer to this tenant: what it costs, how many accept, what it is expected to gain, and from when it pays."""

    offer: Offer
    is_talk: bool
    cost: int
    acceptance: str
    gain: int
    pays_from: str


@dataclass(frozen=True)
class WorthShown:
    """What a departure costs, and the offers, the one that is expected to gain most first.

    With arrears no lower rent is among them.
    """

    rent: int
    loss: int
    empty_days: str
    vacancies: str
    rent_at_stake: int
    proposals: Sequence[ProposalShown]
    talk_first: bool
    arrears: int


def worth_shown(
    row: RetentionScore, yardstick: Yardstick, measures: SiteMeasures | None, offers: Mapping[int, Offer]
) -> WorthShown | None:
    """None where a row says nothing of the rent."""
    rent = row.profile.get("monthly_rent")
    if rent is None:
        return None
    # A sum of PostgreSQL's is text in the profile.
    arrears = int(Decimal(row.profile["arrears"]))
    offered = proposals(
        yardstick.offers,
        level=row.risk_level,
        monthly_rent=rent,
        arrears=arrears,
        probability=row.probability,
        loss=row.relet_loss,
    )
    shown = [_proposal(one, offers[one.terms.offer_id]) for one in offered if one.terms.offer_id in offers]
    paid = [one for one in shown if one.cost]
    return WorthShown(
        rent=rent,
        loss=row.relet_loss,
        empty_days=formats.number(yardstick.empty_days),
        vacancies=vacancies_in_words(measures),
        rent_at_stake=row.rent_at_stake,
        proposals=shown,
        talk_first=bool(paid) and all(one.gain < 0 for one in paid),
        arrears=arrears,
    )


def vacancies_in_words(measures: SiteMeasures | None) -> str:
    """Where the empty days come from."""
    empty = measures.empty if measures else None
    if empty is None:
        return _("starting assumption: no vacancy has been counted yet")
    if empty.mean_days is None:
        return _("the network’s: no vacancy of this site is on record")
    values = {"n": formats.number(empty.vacancies), "mean": formats.number(empty.mean_days)}
    return _("known lengths: %(n)s in 24 months, %(mean)s days in the mean; the rest is the network’s") % values


def _proposal(one: ProposedOffer, offer: Offer) -> ProposalShown:
    pays_from = "" if one.pays_from is None or not one.cost else share(one.pays_from)
    if one.pays_from is not None and one.pays_from > 1:
        pays_from = _("never")
    return ProposalShown(
        offer=offer,
        is_talk=offer.kind == Offer.Kind.TALK,
        cost=one.cost,
        acceptance=_("%(share)s, starting assumption") % {"share": formats.percent(one.terms.acceptance)},
        gain=one.gain,
        pays_from=pays_from,
    )
