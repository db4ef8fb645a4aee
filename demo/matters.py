"""Notices, disputes and the end of the deposit."""

import datetime as dt
from random import Random

from demo.months import plus_months
from demo.portfolio import MadePortfolio, SitePlan, Stay
from imports.tables.contracts import ContractRow
from imports.tables.deposits import DepositRow
from imports.tables.litigations import LitigationRow
from imports.tables.notices import NoticeRow
from sites_app.rules import RegionalRules

_DAY = dt.timedelta(days=1)
_LATEST_MOVE = 14
"""Days by which weekends and feasts may push a legal deadline."""


def lawful_eviction_day(day: dt.date, rules: RegionalRules) -> dt.date:
    """The day itself, or the first day after the season in which nobody is evicted."""
    season = rules.eviction_closed_season
    for candidate in (day, day - _LATEST_MOVE * _DAY):
        if season is not None and season.holds(candidate):
            return season.day_after(candidate) + _LATEST_MOVE * _DAY
    return day


def add_renewal_notice(
    made: MadePortfolio, plan: SitePlan, contract: ContractRow, renewed: bool, random: Random
) -> None:
    """Towards the end of a term the agency asks in writing who stays."""
    if contract.end_date is None or random.random() > (0.9 if renewed else 0.5):
        return
    issued_on = max(contract.start_date, contract.end_date - random.randint(45, 80) * _DAY)
    ends_before = contract.ended_on is not None and contract.ended_on < issued_on
    if issued_on > plan.today or ends_before:
        return
    answered_on = issued_on + random.randint(6, 44) * _DAY
    if renewed:
        state = "signed"
    elif contract.ended_on is not None:
        state = "expired"
        answered_on = min(contract.ended_on, contract.end_date)
    else:
        state = random.choice(("acknowledged", "acknowledged", "expired"))
        answered_on = contract.end_date if state == "expired" else answered_on
    _add_notice(made, plan, contract, "renewal", issued_on, state, answered_on)


def add_leaving_matters(made: MadePortfolio, plan: SitePlan, stay: Stay, contract: ContractRow, random: Random) -> None:
    """What the last contract of a stay leaves on paper: a notice to quit, or a dispute and an eviction; repairs."""
    leaves_on = stay.leaves_on
    evicted = stay.leaving is not None and stay.leaving.evicted
    if leaves_on is not None and evicted:
        _evict(made, plan, contract, leaves_on, random)
    elif leaves_on is not None and random.random() < 0.85:
        days = plan.rules.notice_to_quit_days + random.randint(0, 40)
        issued_on = max(contract.start_date, leaves_on - days * _DAY)
        if issued_on <= plan.today:
            state = random.choice(("acknowledged", "signed", "signed"))
            _add_notice(made, plan, contract, "to_quit", issued_on, state, issued_on + random.randint(3, 40) * _DAY)
    last = min(plan.today, contract.ended_on or plan.today)
    days = max(1, (last - contract.start_date).days)
    if random.random() < 0.05 * days / 365:
        opened_on = contract.start_date + random.randrange(days) * _DAY
        _add_litigation(made, plan, contract, random.choice(("maintenance", "other")), opened_on, random)
    if random.random() < 0.06 * days / 365:
        issued_on = contract.start_date + random.randrange(days) * _DAY
        done_on = issued_on + round(random.gammavariate(2.5, plan.rules.maintenance_response_days / 2)) * _DAY
        _add_notice(made, plan, contract, "repairs", issued_on, "acknowledged", done_on)


def add_deposit(
    made: MadePortfolio, plan: SitePlan, contract: ContractRow, ended_on: dt.date, owed: int, random: Random
) -> None:
    """What became of the deposit of a tenant who left."""
    deposit, term = contract.deposit or 0, plan.rules.deposit_return_days
    settled_on = ended_on + max(2, round(random.gauss(term * 0.8, term * 0.3))) * _DAY
    if settled_on > plan.today:
        made.add("deposits", DepositRow(contract.reference, "held"))
        return
    damage = random.random() < 0.05
    kept = min(deposit, owed)
    if damage:
        _add_litigation(made, plan, contract, "damage", ended_on + 3 * _DAY, random)
        kept = min(deposit, kept + contract.monthly_rent // 2)
    if not kept or not deposit:
        made.add("deposits", DepositRow(contract.reference, "full", deposit, settled_on))
    elif kept < deposit:
        made.add("deposits", DepositRow(contract.reference, "partial", deposit - kept, settled_on))
    else:
        made.add("deposits", DepositRow(contract.reference, "withheld", 0, settled_on))


def _evict(made: MadePortfolio, plan: SitePlan, contract: ContractRow, leaves_on: dt.date, random: Random) -> None:
    opened_on = max(contract.start_date, plus_months(leaves_on, -3) + random.randint(0, 12) * _DAY)
    if opened_on <= plan.today:
        _add_litigation(made, plan, contract, "payment", opened_on, random, at_least_until=leaves_on)
    # Weekends and feasts may push the deadline; it must still lie before the day.
    issued_on = max(contract.start_date, leaves_on - (plan.rules.eviction_notice_days + _LATEST_MOVE) * _DAY)
    if issued_on <= plan.today:
        _add_notice(made, plan, contract, "eviction", issued_on, "acknowledged", leaves_on)


def _add_litigation(
    made: MadePortfolio,
    plan: SitePlan,
    contract: ContractRow,
    kind: str,
    opened_on: dt.date,
    random: Random,
    at_least_until: dt.date | None = None,
) -> None:
    if opened_on > plan.today:
        return
    term = plan.rules.dispute_resolution_days
    resolved_on = opened_on + max(5, round(random.gammavariate(3.0, term / 4.2))) * _DAY
    if at_least_until is not None:
        resolved_on = max(resolved_on, at_least_until)
    made.add(
        "litigations",
        LitigationRow(contract.reference, kind, opened_on, resolved_on if resolved_on <= plan.today else None),
    )


def _add_notice(
    made: MadePortfolio,
    plan: SitePlan,
    contract: ContractRow,
    kind: str,
    issued_on: dt.date,
    state: str,
    closed_on: dt.date,
) -> None:
    closed_on = max(closed_on, issued_on)
    if closed_on > plan.today:
        # Still running: it was handed over some days after it was written.
        waiting = plan.today - issued_on < dt.timedelta(days=4)
        made.add("notices", NoticeRow(contract.reference, kind, issued_on, "pending" if waiting else "sent"))
    else:
        made.add("notices", NoticeRow(contract.reference, kind, issued_on, state, closed_on))
