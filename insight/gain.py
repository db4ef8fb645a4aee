"""What a departure costs, and whether an offer is worth its price. Pure. Amounts are francs.

G = p × e × L − a × c: p the probability of leaving, e the share of would-be leavers whom the offer keeps, L the
re-letting loss, a the share that accepts it, c its full cost. Accepting is not staying: most who accept would have
stayed. Worked numbers: docs/formulas/retention.md.
"""

DAYS_OF_MONTH = 30.44
STARTING_EFFECT = 0.2
PRIOR_LEAVERS = 20
PRIOR_OFFERS = 10


def reletting_loss(monthly_rent: int, empty_days: float) -> int:
    """L = rent × empty days ÷ 30.44, in whole francs: the rent of a home that stands empty."""
    return round(monthly_rent * empty_days / DAYS_OF_MONTH)


def rent_at_stake(monthly_rent: int, probability: float) -> int:
    """12 × rent × p, in whole francs. No loss: a home is let again long before a year is over."""
    return round(12 * monthly_rent * probability)


def effect(prevented: float, would_be_leavers: float) -> float:
    """e = (20 × 0.2 + prevented) ÷ (20 + would-be leavers), between 0 and 1.

    Both from tenants who were set aside: of the contacted, as many would have left as of those did.
    """
    share = (PRIOR_LEAVERS * STARTING_EFFECT + prevented) / (PRIOR_LEAVERS + would_be_leavers)
    return min(1.0, max(0.0, share))


def acceptance(start: float, accepted: int, offered: int) -> float:
    """a = (10 × start + accepted) ÷ (10 + offered): the starting assumption, until offers say otherwise."""
    if not 0 <= start <= 1 or not 0 <= accepted <= offered:
        raise ValueError(f"{accepted} of {offered} from {start} is no acceptance")
    return (PRIOR_OFFERS * start + accepted) / (PRIOR_OFFERS + offered)


def expected_gain(*, probability: float, effect: float, loss: float, acceptance: float, cost: float) -> float:
    """G = p × e × L − a × c. Below 0 the offer costs more than it is expected to keep."""
    return probability * effect * loss - acceptance * cost


def break_even(*, effect: float, loss: float, acceptance: float, cost: float) -> float | None:
    """p* = a × c ÷ (e × L): from which probability on an offer pays; above 1 it never does.

    None where nothing can be kept, so that no probability makes it pay.
    """
    kept = effect * loss
    return acceptance * cost / kept if kept > 0 else None
