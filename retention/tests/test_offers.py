"""The offers and guides that AKIG starts with."""

import pytest
from django.utils import translation

from insight.points import STARTING_TABLE
from retention.models import Offer, TalkGuide
from retention.yardsticks import yardsticks
from sites_app.scope import site_scope

pytestmark = pytest.mark.django_db


def test_the_starting_offers_are_those_of_the_design_in_both_languages():
    found = {offer.key: offer for offer in Offer.objects.all()}
    assert len(found) == 8
    ten = found["discount-10-3"]
    assert (ten.level, float(ten.share), ten.months, ten.days, ten.approval, float(ten.starting_acceptance)) == (
        "high", 0.10, 3, 90, "owner", 0.65,
    )  # fmt: skip
    for language in ("fr", "en"):
        with translation.override(language):
            assert all(offer.name for offer in Offer.objects.all())
            assert all(guide.opening and guide.question for guide in TalkGuide.objects.all())
    with translation.override("en"):
        assert Offer.objects.get(key="talk").name == "Talk and settle what is open"


def test_each_site_is_offered_what_its_currency_can_pay():
    with site_scope(["GN_KINDIA", "SN_DAKAR"]):
        by_site = yardsticks(["GN_KINDIA", "SN_DAKAR"])
    amounts = {code: {offer.amount for offer in each.offers if offer.amount} for code, each in by_site.items()}
    assert amounts == {"GN_KINDIA": {50_000, 30_000}, "SN_DAKAR": {3_500, 2_000}}


def test_every_term_that_can_lower_a_score_has_something_to_say():
    harmful = {bands.key for bands in STARTING_TABLE.bands if min(bands.points) < 0}
    assert set(TalkGuide.objects.values_list("key", flat=True)) == harmful
