"""What a campaign would be before anybody saves it: whom it speaks to with which offer, what it costs and can show,
and every reason against it. The wizard's steps, the draft, the approval and the launch all stand on it.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from insight.gain import break_even, expected_gain
from leasing.models import Tenant
from retention.campaigns.candidates import Candidate, candidates, tenants_by_what_was_asked
from retention.campaigns.planned import CampaignPlan, PlannedAction, arrears_of
from retention.campaigns.reasons import reasons_against
from retention.models import Offer, RetentionAction, RetentionCampaign
from retention.proposals import OfferTerms, cost, proposals
from retention.yardsticks import Yardstick, yardsticks
from sites_app.models import Site


def plan_campaign(
    *,
    site: Site,
    name: str,
    budget: int,
    tenants: Sequence[str],
    today: dt.date,
    start_date: dt.date | None = None,
    control_share: Decimal | float | str = Decimal(0),
    offers: Mapping[str, int] | None = None,
    campaign: RetentionCampaign | None = None,
    launching: bool = False,
) -> CampaignPlan:
    """What was asked for, with each offer that nobody chose proposed: the one with the largest expected gain.

    `tenants` are ids or codes; `offers` the chosen ones, by the same. `campaign`: the one that is planned anew. When it
    is launched its first day may be past. Nine statements at most, whatever the number of tenants.
    """
    asked = [text.strip() for text in tenants]
    rows = tenants_by_what_was_asked(site, asked)
    found = candidates(site, {row.pk: row for row in rows.values()}.values(), today, but_for=campaign)
    yardstick = yardsticks([site.code])[site.code]
    chosen = _chosen(rows, offers or {})
    by_id = Offer.objects.in_bulk({*chosen.values(), *(terms.offer_id for terms in yardstick.offers)})
    actions = [
        action
        for candidate in found.values()
        if (action := _planned(candidate, chosen.get(candidate.tenant.pk), by_id, yardstick)) is not None
    ]
    plan = CampaignPlan(
        site=site,
        name=name.strip(),
        budget=budget,
        start_date=start_date or today,
        control_share=_to_a_hundredth(control_share),
        actions=tuple(sorted(actions, key=lambda action: (action.score.score, str(action.candidate.tenant.pk)))),
        refusals=(),
        effects={terms.offer_id: terms.effect for terms in yardstick.offers}
        | {pk: 0.0 for pk in chosen.values() if pk not in {terms.offer_id for terms in yardstick.offers}},
    )
    against = reasons_against(
        plan, asked=asked, rows=rows, found=found, chosen=chosen, offers=by_id, today=today, launching=launching,
        unknown_offers=[text for text in (offers or {}) if text.strip() not in rows],
    )  # fmt: skip
    return replace(plan, refusals=tuple(against))


def plan_of(campaign: RetentionCampaign, today: dt.date, *, launching: bool = False) -> CampaignPlan:
    """A saved campaign planned anew as of today, with the offers that it has."""
    saved = RetentionAction.objects.filter(site_id=campaign.site_id, campaign=campaign).values_list(
        "tenant_id", "offer_id"
    )
    offers = {str(tenant): offer for tenant, offer in saved}
    return plan_campaign(
        site=campaign.site,
        name=campaign.name,
        budget=campaign.budget,
        tenants=list(offers),
        today=today,
        start_date=campaign.start_date,
        control_share=campaign.control_share,
        offers=offers,
        campaign=campaign,
        launching=launching,
    )


def _to_a_hundredth(share: Decimal | float | str) -> Decimal:
    """As it is stored; what is no number is none that is sound."""
    try:
        found = Decimal(str(share))
    except ArithmeticError:
        return Decimal("NaN")
    return found.quantize(Decimal("0.01")) if found.is_finite() and abs(found) <= 1 else found


def _chosen(rows: Mapping[str, Tenant], offers: Mapping[str, int]) -> dict[Any, int]:
    return {rows[text.strip()].pk: offer for text, offer in offers.items() if text.strip() in rows}


def _planned(
    candidate: Candidate, chosen: int | None, by_id: Mapping[int, Offer], yardstick: Yardstick
) -> PlannedAction | None:
    """None for a tenant of whom nothing is known that an offer could be reckoned with."""
    score = candidate.score
    if score is None:
        return None
    rent, arrears = score.profile["monthly_rent"], arrears_of(score)
    choices = proposals(
        yardstick.offers,
        level=score.risk_level,
        monthly_rent=rent,
        arrears=arrears,
        probability=score.probability,
        loss=score.relet_loss,
    )
    if chosen is None:
        if not choices:
            return None
        best = choices[0]
        return PlannedAction(
            candidate, score, by_id[best.terms.offer_id], best.cost, best.gain, best.pays_from, tuple(choices)
        )
    offer = by_id.get(chosen)
    if offer is None:
        return None
    terms = next((terms for terms in yardstick.offers if terms.offer_id == chosen), terms_as_assumed(offer))
    price = cost(terms, rent)
    of = {"effect": terms.effect, "loss": score.relet_loss, "acceptance": terms.acceptance, "cost": price}
    return PlannedAction(
        candidate=candidate,
        score=score,
        offer=offer,
        cost=price,
        gain=round(expected_gain(probability=score.probability, **of)),
        pays_from=break_even(**of),
        choices=tuple(choices),
    )


def terms_as_assumed(offer: Offer) -> OfferTerms:
    """An offer by its own row, as nothing is known of what came of it."""
    return OfferTerms(
        offer_id=offer.pk,
        kind=offer.kind,
        level=offer.level,
        share=offer.share,
        months=offer.months,
        amount=offer.amount,
        acceptance=float(offer.starting_acceptance),
    )
