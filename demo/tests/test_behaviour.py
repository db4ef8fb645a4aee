"""Something true to learn from the demo: who pays later and says less before leaving, and when people leave."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from random import Random
from statistics import mean

import pytest

from demo.behaviour import (
    Leaving,
    after_a_stay,
    departure_chance,
    draw_character,
    draw_leaving,
    drift,
    season_delay,
)
from demo.months import months_between
from demo.portfolio import MadePortfolio, Stay
from demo.rent import months_of
from demo.tests.plans import BOOKS_BEGIN, TODAY
from imports.tables.contracts import ContractRow
from imports.tables.payments import PaymentRow
from leasing.months import month_begun


def delays(contract: ContractRow, payments: list[PaymentRow]) -> dict[dt.date, int]:
    """Days from each due date to the payment that completed it, counted oldest first; unpaid ones count to today."""
    money = [[payment.received_on, payment.amount] for payment in payments]
    debts = [(month.due_date, month.amount) for month in months_of(contract, "calendar", TODAY)]
    opening = contract.opening_balance or 0
    if opening > 0:
        debts.insert(0, (contract.opening_on, opening))
    elif opening < 0:
        money.insert(0, [contract.opening_on, -opening])
    found = {}
    for due, missing in debts:
        settled_on = TODAY
        while missing and money:
            taken = min(missing, money[0][1])
            missing -= taken
            money[0][1] -= taken
            settled_on = money[0][0]
            if not money[0][1]:
                money.pop(0)
        found[due] = min(60, ((TODAY if missing else settled_on) - due).days)
    return found


def gone(portfolio: MadePortfolio) -> list[Stay]:
    return [stay for stay in portfolio.stays if stay.leaves_on is not None and stay.leaves_on <= TODAY]


def test_tenants_pay_later_before_they_leave(large):
    portfolio = large[2]  # where most pay by the month
    monthly = [c for c in portfolio.rows["contracts"] if c.advance_months == 0 and c.status != "draft"]
    leaves = {(s.unit.code, s.tenant.code): s.leaves_on for s in gone(portfolio)}
    payments: dict[str, list[PaymentRow]] = defaultdict(list)
    for payment in portfolio.rows["payments"]:
        payments[payment.contract].append(payment)
    before_leaving, usual, stayers = [], [], []
    for contract in monthly:
        leaves_on = leaves.get((contract.property, contract.tenant))
        for due, delay in delays(contract, payments[contract.reference]).items():
            if leaves_on is None:
                stayers.append(delay)
            elif due > month_begun(leaves_on, -6):
                before_leaving.append(delay)
            elif due < month_begun(leaves_on, -10):
                usual.append(delay)
    assert len(before_leaving) > 400
    assert mean(before_leaving) > mean(stayers) + 3
    assert mean(before_leaving) > mean(usual) + 3


def in_the_last_months(stays: Iterable[Stay], rows: Iterable[tuple[str, dt.date, float]], months: int) -> list[float]:
    until = {stay.tenant.code: stay.leaves_on for stay in stays}
    return [v for code, day, v in rows if code in until and month_begun(until[code], -months) < day <= until[code]]


def test_tenants_say_less_complain_more_and_are_less_content_before_they_leave(large):
    for portfolio in large:
        year_before = [stay for stay in gone(portfolio) if month_begun(stay.leaves_on, -12) >= BOOKS_BEGIN]
        left = [stay for stay in year_before if stay.leaving.month >= 12]
        rows = portfolio.rows
        contacts = [(i.tenant, i.happened_at.date(), 1.0) for i in rows["interactions"]]
        recent, year = (len(in_the_last_months(left, contacts, months)) for months in (3, 12))
        assert recent * 3 < (year - recent) * 0.75
        complaints = [(r.tenant, r.opened_on, 1.0) for r in rows["requests"] if r.is_complaint]
        recent, year = (len(in_the_last_months(left, complaints, months)) for months in (3, 12))
        assert recent * 3 > (year - recent) * 1.5
        ratings = [(s.tenant, s.answered_on, float(s.rating)) for s in rows["surveys"]]
        everybody = mean(rating for _tenant, _day, rating in ratings)
        assert mean(in_the_last_months(left, ratings, 4)) < everybody - 1


def hazard(stays: list[Stay], months: Iterable[int]) -> float:
    """Departures in these months of the stay for each month that somebody was there."""
    left = lived = 0
    for stay in stays:
        until = min(TODAY, stay.leaves_on or TODAY)
        for month in months:
            lived += months_between(stay.start, until) + 1 >= month
            left += stay.leaves_on is not None and stay.leaves_on <= TODAY and stay.leaving.month == month
    return left / lived


def test_departures_bunch_at_the_anniversaries(large):
    stays = [stay for portfolio in large for stay in portfolio.stays]
    ordinary = hazard(stays, [3, 4, 5, 7, 8, 9, 10, 11, 14, 15, 16, 17, 19, 20, 21, 22, 23])
    first, second = hazard(stays, [12, 13]), hazard(stays, [24, 25])
    assert 0.005 < ordinary < 0.017
    assert 0.02 < first < 0.06
    assert 0.05 < second < 0.12


def test_who_has_paid_ahead_leaves_when_it_is_used_up_and_not_before(large):
    paid_ahead = [stay for stay in large[0].stays if stay.advance >= 6 and stay.advance_ends]
    assert len(paid_ahead) > len(large[0].stays) / 3
    left = [stay for stay in paid_ahead if stay.leaving is not None]
    for stay in left:
        assert stay.leaving.month in stay.advance_ends or stay.leaving.month > max(stay.advance_ends)
    assert sum(stay.leaving.month in stay.advance_ends for stay in left) > len(left) * 0.3


def test_some_leave_out_of_the_blue_and_some_look_like_leaving_and_stay(large):
    stays = [stay for portfolio in large for stay in portfolio.stays]
    leavers = [stay for stay in stays if stay.leaving is not None]
    unannounced = sum(stay.leaving.warning_months == 0 for stay in leavers) / len(leavers)
    assert 0.15 < unannounced < 0.35
    assert {stay.leaving.warning_months for stay in leavers} <= {0, 2, *range(3, 10)}
    false_alarms = sum(stay.spell is not None for stay in stays if stay.leaving is None)
    assert 0.08 < false_alarms / (len(stays) - len(leavers)) < 0.2


@pytest.mark.parametrize(
    ("month", "expected"),
    [(7, 0), (8, 0.517), (9, 0.784), (10, 1), (11, 1)],
)
def test_drift_grows_from_the_warning_to_the_departure(month, expected):
    assert drift(month, Leaving(month=10, warning_months=3), None) == pytest.approx(expected, abs=0.001)
    assert drift(month, Leaving(month=10, warning_months=0), None) == 0


def test_a_bad_time_that_passes_looks_like_drift_while_it_lasts():
    assert [drift(month, None, (4, 2)) for month in (3, 4, 5, 6)] == [0, 0.75, 0.75, 0]


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (dt.date(2026, 2, 5), 0),  # the dry season
        (dt.date(2026, 7, 5), 2.5),  # the rains
        (dt.date(2026, 9, 15), 4.5),  # the rains, and school
        (dt.date(2026, 10, 5), 2.0),  # school
        (dt.date(2026, 6, 5), 5.5),  # the rains, nine days after Tabaski
        (dt.date(2026, 5, 20), 3.0),  # a week before Tabaski
    ],
)
def test_everybody_pays_later_in_the_rains_around_tabaski_and_when_school_begins(day, days):
    assert season_delay(day, "GN") == days


@pytest.mark.parametrize(
    ("given", "chance"),
    [
        ({"month": 6, "calendar_month": 1}, 0.0085),
        ({"month": 12, "calendar_month": 1}, 0.035),
        ({"month": 25, "calendar_month": 1}, 0.085),
        ({"month": 36, "calendar_month": 1}, 0.06),
        ({"month": 8, "calendar_month": 7, "student": True}, 0.28),
        ({"month": 6, "calendar_month": 1, "advance_ends": True}, 0.13),
        ({"month": 5, "calendar_month": 1, "advance_runs": True}, 0.0),
    ],
)
def test_chances_of_leaving(given, chance):
    assert departure_chance(**given) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2024, 1, 31), 1, dt.date(2024, 2, 29)),
        (dt.date(2026, 11, 15), 3, dt.date(2027, 2, 15)),
        (dt.date(2026, 2, 1), -2, dt.date(2025, 12, 1)),
    ],
)
def test_months_are_added(day, months, expected):
    assert month_begun(day, months) == expected


def test_whole_months_between():
    assert months_between(dt.date(2026, 1, 15), dt.date(2026, 3, 14)) == 1
    assert months_between(dt.date(2026, 1, 15), dt.date(2026, 3, 15)) == 2


def test_who_has_stayed_for_years_is_as_little_restless_as_those_who_are_left():
    """Of people who rent for three years those remain who would: those brought into the books are like them."""
    random, start = Random(5), dt.date(2020, 3, 1)  # noqa: S311 -- the same people each time
    people = [draw_character(random, lateness=1.0, employment="salaried") for _ in range(6000)]
    stayed = [who for who in people if draw_leaving(random, who, start=start, months=36) is None]
    brought = [after_a_stay(who, start=start, months=36) for who in people]
    left_over = sum(who.restless for who in stayed) / len(stayed)
    assert left_over < 0.9
    assert sum(who.restless for who in brought) / len(brought) == pytest.approx(left_over, abs=0.03)
    assert after_a_stay(people[0], start=start, months=0) == people[0]
