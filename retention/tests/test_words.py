"""The words of a score: every term says something true of its facts, short and as a sentence, in French and English."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from insight.points import STARTING_TABLE, score
from retention.models import RetentionScore
from retention.pages import words
from retention.profile import Profile
from retention.scoring import as_json
from retention.terms import terms_of

TODAY = dt.date(2026, 11, 30)
counts = st.integers(0, 30)
decimals = st.decimals(-40, 40, places=2)


@st.composite
def profiles(draw):
    def maybe(strategy):
        return draw(st.none() | strategy)

    return Profile(
        tenure_months=draw(st.integers(0, 200)),
        on_time=draw(counts),
        late=draw(counts),
        missed=draw(counts),
        missed_in_year=draw(counts),
        average_delay_days=maybe(decimals),
        late_change_days=maybe(decimals),
        arrears=draw(counts),
        prepaid_months=maybe(counts),
        monthly_rent=1_500_000,
        days_to_window=draw(st.integers(0, 365)),
        window_age_months=draw(st.integers(0, 200)),
        last_activity_on=maybe(st.dates(dt.date(2026, 1, 1), TODAY)),
        inbound_recent=draw(counts),
        inbound_prior=draw(st.decimals(0, 20, places=1)),
        contacts_per_month=draw(st.decimals(0, 2, places=2)),
        requests=draw(counts),
        overdue_requests=draw(counts),
        complaints=draw(counts),
        satisfaction=maybe(st.decimals(0, 10, places=2)),
        satisfaction_n=draw(st.integers(1, 9)),
        referrals=draw(counts),
    )


def row_of(profile):
    scored = score(terms_of(profile, TODAY))
    return RetentionScore(
        score=scored.value,
        contributions=[[part.key, part.band, str(part.points)] for part in scored.contributions],
        absent=list(scored.absent),
        profile=as_json(profile),
        window_on=TODAY + dt.timedelta(profile.days_to_window),
    )


@given(profiles(), st.sampled_from(["fr", "en"]))
def test_every_term_of_every_tenancy_has_its_words(profile, language):
    row = row_of(profile)
    with translation.override(language):
        for key, _band, _points in row.contributions:
            short, whole = words.short(row, key, TODAY), words.sentence(row, key, TODAY)
            assert short
            assert not short.endswith(".")
            assert not whole.endswith(".")
            assert words.name(key)
        for key in row.absent:
            assert words.absent(row, key)


def example(**values):
    facts = {
        "tenure_months": 22, "on_time": 3, "late": 4, "missed": 0, "missed_in_year": 0,
        "average_delay_days": Decimal(5), "late_change_days": Decimal(9), "arrears": 0, "prepaid_months": None,
        "monthly_rent": 1_500_000, "days_to_window": 61, "window_age_months": 24,
        "last_activity_on": dt.date(2026, 9, 1), "inbound_recent": 0, "inbound_prior": Decimal(2),
        "contacts_per_month": Decimal(1), "requests": 0, "overdue_requests": 0, "complaints": 1,
        "satisfaction": Decimal("7.5"), "satisfaction_n": 2, "referrals": 1,
    }  # fmt: skip
    return row_of(Profile(**facts | values))


@pytest.mark.parametrize(
    ("key", "values", "english"),
    [
        ("window", {}, "year 2 ends in 61 days"),
        ("window", {"days_to_window": 0}, "year 2 ends today"),
        ("window", {"window_age_months": 18}, "the term ends in 61 days"),
        ("window", {"days_to_window": 121}, "nothing within 120 days"),
        ("late_change", {}, "pays 9 days later than usual"),
        ("late_change", {"late_change_days": Decimal("0.4")}, "pays no later than usual"),
        ("complaints", {}, "1 complaint in 180 days"),
        ("satisfaction", {}, "rates us 7.5 out of 10 (2 answers)"),
        ("inbound", {}, "got in touch 0 times in 90 days, before that 2"),
        ("silence", {}, "last sign 90 days ago"),
        ("prepaid", {"prepaid_months": 0}, "0 months are paid ahead"),
        ("referrals", {}, "1 tenant recommended to us"),
    ],
)
def test_a_term_in_short_says_the_fact_that_its_points_are_from(key, values, english):
    with translation.override("en"):
        assert words.short(example(**values), key, TODAY) == english


def test_every_term_of_the_table_has_a_name():
    assert all(words.name(key) for key in (*STARTING_TABLE.keys, "clamp"))
