"""Each truth that the demo holds can be left out: then there is nothing of it to find."""

import dataclasses
import datetime as dt

import pytest

from demo.behaviour import ALL_DRIFTS, SLOW_REPAIR_MONTHS
from demo.portfolio import MadePortfolio
from demo.tests.plans import DAY, TODAY, made
from demo.tests.test_behaviour import hazard
from tests.unmeasured import unmeasured

TENANTS = 1500


def without(*drifts: str, code: str = "GN_CONAKRY") -> MadePortfolio:
    with unmeasured():
        return made(code, TENANTS, drifts=dataclasses.replace(ALL_DRIFTS, **dict.fromkeys(drifts, False)))


def leaving_after_slow_repairs(portfolios: list[MadePortfolio]) -> float:
    """How many times more often people leave in the months after a slow repair than in others."""
    months = {True: [0, 0], False: [0, 0]}
    for portfolio in portfolios:
        for stay in portfolio.stays:
            last = stay.leaving.month if stay.leaving else stay.month_of(TODAY)
            for month in range(max(stay.begun_before, max(stay.advance_ends, default=0)) + 3, last + 1):
                slow = any(0 < month - began <= SLOW_REPAIR_MONTHS for began in stay.slow_repairs)
                months[slow][0] += stay.leaving is not None and stay.leaving.month == month
                months[slow][1] += 1
    after, otherwise = (months[slow][0] / months[slow][1] for slow in (True, False))
    return after / otherwise


def test_slow_repairs_make_people_leave_unless_switched_off(large):
    assert leaving_after_slow_repairs(large) > 2.5
    assert 0.5 < leaving_after_slow_repairs([without("slow_repairs"), without("slow_repairs", code="SN_DAKAR")]) < 1.6


def disputes_after_complaints(portfolio: MadePortfolio) -> float:
    """The share of disputes about the home that began within two months of a complaint which nobody answered."""
    tenants = {contract.reference: contract.tenant for contract in portfolio.rows["contracts"]}
    ignored = [
        (request.tenant, request.opened_on)
        for request in portfolio.rows["requests"]
        if request.is_complaint and ((request.closed_on or TODAY) - request.opened_on).days > 14
    ]
    about_the_home = [row for row in portfolio.rows["litigations"] if row.kind in ("maintenance", "other")]
    grown = [
        row
        for row in about_the_home
        if any(t == tenants[row.contract] and 0 < (row.opened_on - day).days <= 60 for t, day in ignored)
    ]
    return len(grown) / len(about_the_home)


def test_disputes_grow_out_of_unanswered_complaints_unless_switched_off(large):
    assert disputes_after_complaints(large[0]) > 0.4
    assert disputes_after_complaints(without("complaints_become_disputes")) < 0.1


def test_owners_take_homes_back_with_a_notice_of_their_own_unless_switched_off(large):
    taken = [row for portfolio in large for row in portfolio.rows["contracts"] if row.end_reason == "owner"]
    assert len(taken) > 30
    given = set.union(*(portfolio.quit_by_landlord for portfolio in large))
    assert {row.reference for row in taken} <= given
    switched_off = without("owners_take_back")
    assert not switched_off.quit_by_landlord
    assert "owner" not in {row.end_reason for row in switched_off.rows["contracts"]}


def test_nothing_is_typed_for_two_weeks_in_one_site_unless_switched_off(large):
    def contacts(portfolio: MadePortfolio, first: dt.date) -> int:
        days = {first + number * DAY for number in range(14)}
        return sum(row.happened_at.date() in days for row in portfolio.rows["interactions"])

    first = TODAY - dt.timedelta(days=150 + TODAY.weekday())
    labe, switched_off = large[1], without("silent_fortnight", code="GN_LABE")
    assert contacts(labe, first) == 0
    assert contacts(labe, first - 14 * DAY) > 50
    assert contacts(switched_off, first) > 50
    assert contacts(large[0], first) > 50
    # Money came in all the same, and was typed from the receipts afterwards.
    days = [row.received_on for row in labe.rows["payments"]]
    late = [place for place, day in enumerate(days) if first <= day < first + 14 * DAY]
    assert late
    assert all(day <= first + 14 * DAY for day in days[: late[0]])


def test_departures_do_not_bunch_when_anniversaries_are_switched_off():
    # Months paid ahead end with the year, too.
    stays = without("anniversaries", "advance_ends").stays
    ordinary = hazard(stays, [3, 4, 5, 7, 8, 9, 10, 11, 14, 15, 16, 17, 19, 20, 21, 22, 23])
    assert hazard(stays, [24, 25]) < 2 * ordinary


def test_leavers_do_not_change_when_that_is_switched_off():
    stays = [stay for stay in without("leavers_change").stays if stay.leaving is not None and stay.spell is None]
    assert stays
    assert {stay.drift_in(stay.leaving.month) for stay in stays} == {0}


def test_who_has_paid_ahead_leaves_at_any_time_when_that_is_switched_off():
    stays = [s for s in without("advance_ends").stays if s.leaving is not None and s.advance >= 6 and s.advance_ends]
    assert any(stay.leaving.month < max(stay.advance_ends) for stay in stays)


def test_people_move_in_july_as_in_other_months_when_seasons_are_switched_off(large):
    def by_month(portfolio: MadePortfolio) -> float:
        july = sum(stay.leaving is not None and stay.leaves_on.month == 7 for stay in portfolio.stays)
        return july / sum(stay.leaving is not None for stay in portfolio.stays)

    assert by_month(large[0]) > by_month(without("seasons"))


@pytest.mark.parametrize("months", [6, 24, 60])
def test_the_books_go_as_far_back_as_asked(months):
    plan = made("SN_DAKAR", 150, history=months)
    first = min(row.received_on for row in plan.rows["payments"])
    assert months - 1 <= (TODAY.year - first.year) * 12 + TODAY.month - first.month <= months


def test_an_agency_may_ask_nobody_how_content_they_are():
    assert made(surveys=False).rows["surveys"] == []


def test_a_move_inside_the_agency_goes_on_from_the_old_contract(large):
    for portfolio in large:
        known = {row.reference: row for row in portfolio.rows["contracts"]}
        moves = [row for row in known.values() if row.moved_from]
        assert len(moves) > 10
        for row in moves:
            before = known[row.moved_from]
            assert (before.tenant, before.end_reason, before.deposit) == (row.tenant, "moved", row.deposit)
            assert before.property != row.property
            assert before.ended_on + DAY == row.start_date
        carried = {row.moved_from for row in moves}
        assert not carried & {row.contract for row in portfolio.rows["deposits"]}


def test_an_old_tenancy_comes_with_its_opening_balance(large):
    for portfolio in large:
        old = [row for row in portfolio.rows["contracts"] if row.opening_on is not None]
        assert all(row.start_date < row.opening_on == row.rents_from for row in old)
        assert {(row.opening_balance > 0) - (row.opening_balance < 0) for row in old} == {-1, 0, 1}


def test_charges_steps_refunds_and_credits_are_there(large):
    assert {row.kind for row in large[0].rows["instalments"]} == {"service", "penalty"}
    assert large[0].rent_steps
    assert {row.method for row in large[0].own_money} == {"refund", "credit"}
    assert all((row.amount < 0) == (row.method == "refund") for row in large[0].own_money)
    assert sum(row.kept_for_arrears > 0 for row in large[0].rows["deposits"]) > 5
    reasons = {row.end_reason for row in large[0].rows["contracts"]}
    assert {"left", "not_renewed", "moved", "eviction", "owner"} <= reasons
