"""Which months a lease asks for: by example, and against the days that were lived in."""

import calendar
import datetime as dt
from fractions import Fraction
from itertools import pairwise
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leasing.months import month_begun
from leasing.rent_months import RentChange, Terms, by_days, rent_months
from tests.examples import examples

RENT = 3_100_000
FAR = dt.date(2040, 1, 1)
DAY = dt.timedelta(days=1)


def asked(terms, *, first=dt.date(2000, 1, 1), last=FAR):
    return [(month.due_date, month.amount) for month in rent_months(terms, first=first, last=last)]


def terms(**values):
    return Terms(
        **({"billing": "calendar", "start": dt.date(2026, 1, 1), "payment_day": 5, "monthly_rent": RENT} | values)
    )


@pytest.mark.parametrize("payment_day", [5, 25, 31])
def test_days_lived_in_are_asked_for_once_whatever_the_payment_day(payment_day):
    stay = terms(start=dt.date(2026, 1, 20), end=dt.date(2026, 3, 15), payment_day=payment_day)
    assert [francs for _due, francs in asked(stay)] == [1_200_000, 3_100_000, 1_500_000]


def test_the_first_month_is_due_on_the_start_and_the_last_on_the_end_at_the_latest():
    stay = terms(start=dt.date(2026, 1, 20), end=dt.date(2026, 3, 15), payment_day=25)
    assert [due for due, _francs in asked(stay)] == [dt.date(2026, 1, 25), dt.date(2026, 2, 25), dt.date(2026, 3, 15)]
    early = terms(start=dt.date(2026, 1, 20), end=dt.date(2026, 3, 15), payment_day=5)
    assert [due for due, _francs in asked(early)] == [dt.date(2026, 1, 20), dt.date(2026, 2, 5), dt.date(2026, 3, 5)]


def test_a_tenant_who_leaves_before_the_payment_day_is_asked_for_the_days():
    stay = terms(start=dt.date(2026, 1, 1), payment_day=30, end=dt.date(2026, 11, 28))
    assert asked(stay)[-1] == (dt.date(2026, 11, 28), 2_893_333)


def test_the_last_day_of_a_shorter_month_stands_for_the_31st():
    leap = terms(start=dt.date(2027, 12, 1), payment_day=31)
    due = [day for day, _francs in asked(leap, last=dt.date(2028, 4, 1))]
    assert due == [
        dt.date(2027, 12, 31),
        dt.date(2028, 1, 31),
        dt.date(2028, 2, 29),
        dt.date(2028, 3, 31),
        dt.date(2028, 4, 30),
    ]


def test_months_in_full_ask_once_for_each_month_that_the_lease_touches():
    stay = terms(billing="calendar_full", start=dt.date(2026, 1, 20), end=dt.date(2026, 3, 2), payment_day=5)
    assert asked(stay) == [(dt.date(2026, 1, 20), RENT), (dt.date(2026, 2, 5), RENT), (dt.date(2026, 3, 2), RENT)]


def test_anniversary_months_are_counted_from_the_start():
    stay = terms(billing="anniversary", start=dt.date(2026, 1, 31), end=dt.date(2026, 4, 10))
    assert asked(stay) == [
        (dt.date(2026, 1, 31), RENT),
        (dt.date(2026, 2, 28), RENT),
        (dt.date(2026, 3, 31), 1_136_667),  # 11 of the 30 days from 31 March to 29 April
    ]


def test_a_change_of_rent_begins_with_its_month():
    rise = terms(changes=(RentChange(dt.date(2026, 7, 1), 3_255_000),))
    assert [francs for _due, francs in asked(rise, last=dt.date(2026, 8, 1))] == [RENT] * 6 + [3_255_000] * 2
    born_on_the_15th = terms(
        billing="anniversary", start=dt.date(2026, 5, 15), changes=(RentChange(dt.date(2026, 7, 1), 3_255_000),)
    )
    # The month that begins on 15 June is at the rent of that day.
    assert [francs for _due, francs in asked(born_on_the_15th, last=dt.date(2026, 7, 1))] == [RENT, RENT, 3_255_000]


def test_what_was_due_before_the_rents_are_on_record_is_not_asked_for():
    old = terms(start=dt.date(2012, 11, 12), rents_from=dt.date(2026, 12, 1))
    assert asked(old, last=dt.date(2027, 1, 1)) == [(dt.date(2026, 12, 5), RENT), (dt.date(2027, 1, 5), RENT)]


def test_a_renewal_leaves_out_a_month_that_was_asked_for_in_full():
    renewal = terms(billing="calendar_full", start=dt.date(2026, 3, 15), asked_until=dt.date(2026, 3, 31))
    assert asked(renewal, last=dt.date(2026, 4, 1)) == [(dt.date(2026, 4, 5), RENT)]


def test_from_anniversary_to_calendar_one_part_lies_between():
    # Asked for until 14 July; then 15 to 31 July by days, then August.
    changed = terms(start=dt.date(2026, 1, 15), asked_until=dt.date(2026, 7, 14))
    assert asked(changed, last=dt.date(2026, 8, 1)) == [(dt.date(2026, 7, 15), 1_700_000), (dt.date(2026, 8, 5), RENT)]


def test_from_calendar_to_anniversary_one_part_lies_between():
    # Asked for until 30 June; 1 to 14 July are 14 of the 30 days from 15 June, and are asked for with the next month.
    changed = terms(billing="anniversary", start=dt.date(2026, 1, 15), asked_until=dt.date(2026, 6, 30))
    part = by_days(RENT, 17, 30, 30)
    assert asked(changed, last=dt.date(2026, 8, 1)) == [
        (dt.date(2026, 7, 1), part + RENT),
        (dt.date(2026, 8, 15), RENT),
    ]


@pytest.mark.parametrize(
    ("start", "months", "day"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2027, 12, 31), 2, dt.date(2028, 2, 29)),
        (dt.date(2026, 1, 31), 2, dt.date(2026, 3, 31)),
        (dt.date(2026, 11, 15), 14, dt.date(2028, 1, 15)),
        (dt.date(2026, 1, 31), -2, dt.date(2025, 11, 30)),
    ],
)
def test_months_are_counted_from_the_same_day(start, months, day):
    assert month_begun(start, months) == day


@given(st.integers(0, 10**10), st.integers(28, 31), st.lists(st.integers(1, 31), max_size=4))
def test_parts_of_a_month_add_up_to_its_rent(rent, days, cuts):
    bounds = [0, *sorted({cut for cut in cuts if cut < days}), days]
    parts = [by_days(rent, first + 1, last, days) for first, last in pairwise(bounds)]
    assert sum(parts) == rent
    assert all(part >= 0 for part in parts)


def rounded(exact):
    return floor(exact + Fraction(1, 2))


def months_lived_in(start, end, billing):
    """The months that a stay touches, each as its days and how many days its whole month has. Day by day."""
    months, day = {}, start
    while day <= end:
        if billing == "anniversary":
            number = next(k for k in range(2000) if month_begun(start, k + 1) > day)
            begins, ends = month_begun(start, number), month_begun(start, number + 1) - DAY
        else:
            begins = day.replace(day=1)
            ends = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        months.setdefault((begins, ends), []).append(day)
        day += DAY
    return months


DAYS = st.dates(dt.date(2023, 1, 1), dt.date(2029, 1, 1))


@settings(max_examples=examples(200), deadline=None)
@given(
    start=DAYS,
    lasts=st.integers(0, 800),
    payment_day=st.integers(1, 31),
    billing=st.sampled_from(["calendar", "anniversary"]),
    rent=st.integers(0, 10**9),
)
def test_every_day_lived_in_is_asked_for_once(start, lasts, payment_day, billing, rent):
    end = start + lasts * DAY
    found = rent_months(
        terms(start=start, end=end, payment_day=payment_day, billing=billing, monthly_rent=rent),
        first=start.replace(day=1),
        last=FAR,
    )
    lived_in = months_lived_in(start, end, billing)
    assert len(found) == len(lived_in)
    for month, ((begins, ends), days) in zip(found, lived_in.items(), strict=True):
        share = [
            Fraction(rent * ((day - begins).days + 1), (ends - begins).days + 1) for day in (days[0] - DAY, days[-1])
        ]
        assert month.amount == rounded(share[1]) - rounded(share[0])
        assert start <= month.due_date <= end
        assert month.period == max(begins, start).replace(day=1)
        if billing == "anniversary":
            assert month.due_date == begins
        else:
            wanted = min(payment_day, ends.day)
            assert month.due_date == min(end, max(start, begins.replace(day=wanted)))


@settings(max_examples=examples(100), deadline=None)
@given(
    start=DAYS,
    lasts=st.integers(0, 800),
    billing=st.sampled_from(["calendar", "anniversary", "calendar_full"]),
    cut=DAYS,
)
def test_months_asked_for_in_two_parts_are_those_asked_for_at_once(start, lasts, billing, cut):
    stay = terms(start=start, end=start + lasts * DAY, billing=billing)
    month = cut.replace(day=1)
    before = rent_months(stay, first=dt.date(2000, 1, 1), last=month_begun(month, -1))
    after = rent_months(stay, first=month, last=FAR)
    assert before + after == rent_months(stay, first=dt.date(2000, 1, 1), last=FAR)
