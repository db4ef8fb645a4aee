"""Which offer is worth its price to a tenant, and how much. Pure: no database, no clock. Amounts are francs."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from insight.gain import STARTING_EFFECT, break_even, expected_gain


@dataclass(frozen=True)
class OfferTerms:
    """What an offer is: a share of the rent for some months, or an amount, or nothing but talk.

    `acceptance` is the share that accepts it, `effect` the share of would-be leavers whom it keeps.
    """

    offer_id: int
    kind: str
    level: str
    share: Decimal | None
    months: int | None
    amount: int | None
    acceptance: float
    effect: float = STARTING_EFFECT


@dataclass(frozen=True)
class ProposedOffer:
    """The full cost of an offer to one tenant, its expected gain, and from which probability on it pays."""

    terms: OfferTerms
    cost: int
    gain: int
    pays_from: float | None


def cost(terms: OfferTerms, monthly_rent: int) -> int:
    """The full cost of an offer if it is accepted, in whole francs."""
    if terms.share is not None and terms.months is not None:
        return int((terms.share * monthly_rent * terms.months).quantize(Decimal(1), ROUND_HALF_UP))
    return terms.amount or 0


def proposals(
    offers: Iterable[OfferTerms], *, level: str, monthly_rent: int, arrears: int, probability: float, loss: int
) -> list[ProposedOffer]:
    """What can be offered to a tenant at a level, the largest expected gain first, among equals the cheaper one.

    Whoever owes rent is not offered a lower one: a payment plan is what helps.
    """
    found = []
    for terms in offers:
        if terms.level not in ("", level) or (terms.share is not None and arrears > 0):
            continue
        price = cost(terms, monthly_rent)
        of = {"effect": terms.effect, "loss": loss, "acceptance": terms.acceptance, "cost": price}
        gain = round(expected_gain(probability=probability, **of))
        found.append(ProposedOffer(terms, price, gain, break_even(**of)))
    return sorted(found, key=lambda each: (-each.gain, each.cost, each.terms.offer_id))
