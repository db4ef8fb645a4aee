"""Which offer is worth its price: the worked numbers of docs/formulas/retention.md, and who is offered none."""

from decimal import Decimal

from retention.proposals import OfferTerms, cost, proposals

TEN_OFF = OfferTerms(1, "discount", "high", Decimal("0.10"), 3, None, 0.65)
FIFTEEN_OFF = OfferTerms(2, "discount", "critical", Decimal("0.15"), 3, None, 0.75)
TALK = OfferTerms(3, "talk", "", None, None, None, 0.60)
SUPPORT = OfferTerms(4, "support", "critical", None, None, 50_000, 0.60)
DIALLO = {"monthly_rent": 1_500_000, "arrears": 0, "probability": 0.1873, "loss": 3_942_181}


def test_what_an_offer_costs_in_full():
    assert [cost(terms, 1_500_000) for terms in (TEN_OFF, FIFTEEN_OFF, TALK, SUPPORT)] == [450_000, 675_000, 0, 50_000]
    assert cost(TEN_OFF, 1_000_005) == 300_002  # half a franc is a franc


def test_what_is_expected_to_gain_most_comes_first():
    found = proposals([TEN_OFF, FIFTEEN_OFF, TALK, SUPPORT], level="critical", **DIALLO)
    assert [(each.terms.offer_id, round(each.gain, -3)) for each in found] == [
        (3, 148_000),
        (4, 118_000),
        (2, -359_000),
    ]
    assert [round(100 * (each.pays_from or 0)) for each in found] == [0, 4, 64]


def test_who_owes_rent_is_not_offered_a_lower_one():
    found = proposals([TEN_OFF, TALK], level="high", **{**DIALLO, "arrears": 1})
    assert [each.terms for each in found] == [TALK]
