"""Notices, disputes and the end of the deposit."""

import datetime as dt
from random import Random

from demo.portfolio import MadePortfolio, SitePlan, Stay
from demo.rent import Ledger
from imports.tables.contracts import ContractRow
from imports.tables.deposits import DepositRow
from imports.tables.litigations import LitigationRow
from imports.tables.notices import NoticeRow
from leasing.months import month_begun
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
    if issued_on > plan.today or issued_on < plan.first_day or ends_before:
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


def add_paperwork(made: MadePortfolio, plan: SitePlan, stay: Stay, contract: ContractRow, random: Random) -> None:
    """What the last contract of a stay has on paper beside its end: the eviction, a dispute, repairs."""
    leaves_on = stay.leaves_on
    if leaves_on is not None and stay.leaving is not None and stay.leaving.evicted:
        _evict(made, plan, contract, leaves_on, random)
    first, last = max(contract.start_date, plan.first_day), min(plan.today, contract.ended_on or plan.today)
    days = max(1, (last - first).days)
    out_of_the_blue = 0.015 if plan.drifts.complaints_become_disputes else 0.05
    if random.random() < out_of_the_blue * days / 365:
        opened_on = first + random.randrange(days) * _DAY
        add_litigation(made, plan, contract, random.choice(("maintenance", "other")), opened_on, random)
    if random.random() < 0.06 * days / 365:
        issued_on = first + random.randrange(days) * _DAY
        done_on = issued_on + round(random.gammavariate(2.5, plan.rules.maintenance_response_days / 2)) * _DAY
        _add_notice(made, plan, contract, "repairs", issued_on, "acknowledged", done_on)


def add_notice_to_quit(made: MadePortfolio, plan: SitePlan, stay: Stay, contract: ContractRow, random: Random) -> None:
    """The notice of a tenant who leaves, or of an owner who takes the home back."""
    leaves_on, leaving = stay.leaves_on, stay.leaving
    if leaves_on is None or leaving is None or leaving.evicted:
        return
    if leaving.by_owner:
        days = 90 + random.randint(0, 60)
    elif random.random() < 0.85:
        days = plan.rules.notice_to_quit_days + random.randint(0, 40)
    else:
        return
    issued_on = max(contract.start_date, plan.first_day, leaves_on - days * _DAY)
    if issued_on > plan.today:
        return
    state = random.choice(("acknowledged", "signed", "signed"))
    if leaving.by_owner:
        made.quit_by_landlord.add(contract.reference)
    _add_notice(made, plan, contract, "to_quit", issued_on, state, issued_on + random.randint(3, 40) * _DAY)


def add_deposit(made: MadePortfolio, plan: SitePlan, contract: ContractRow, ledger: Ledger, random: Random) -> None:
    """What became of the deposit of a tenant who left."""
    deposit, term, ended_on = contract.deposit or 0, plan.rules.deposit_return_days, contract.ended_on
    if not deposit or ended_on is None:
        return
    settled_on = ended_on + max(2, round(random.gauss(term * 0.8, term * 0.3))) * _DAY
    if settled_on > plan.today:
        made.add("deposits", DepositRow(contract.reference, "held"))
        return
    kept = min(deposit, max(0, ledger.owed))
    for_damage = 0
    if random.random() < 0.05:
        add_litigation(made, plan, contract, "damage", ended_on + 3 * _DAY, random)
        for_damage = min(deposit - kept, contract.monthly_rent // 2)
    back = deposit - kept - for_damage
    state = "full" if back == deposit else "partial" if back else "withheld"
    made.add("deposits", DepositRow(contract.reference, state, back, settled_on, kept_for_arrears=kept))
    ledger.paid += kept


def _evict(made: MadePortfolio, plan: SitePlan, contract: ContractRow, leaves_on: dt.date, random: Random) -> None:
    opened_on = max(contract.start_date, plan.first_day, month_begun(leaves_on, -3) + random.randint(0, 12) * _DAY)
    if opened_on <= plan.today:
        add_litigation(made, plan, contract, "payment", opened_on, random, at_least_until=leaves_on)
    # Weekends and feasts may push the deadline; it must still lie before the day.
    issued_on = max(
        contract.start_date, plan.first_day, leaves_on - (plan.rules.eviction_notice_days + _LATEST_MOVE) * _DAY
    )
    if issued_on <= plan.today:
        _add_notice(made, plan, contract, "eviction", issued_on, "acknowledged", leaves_on)


def add_litigation(
    made: MadePortfolio,
    plan: SitePlan,
    contract: ContractRow,
    kind: str,
    opened_on: dt.date,
    random: Random,
    at_least_until: dt.date | None = None,
) -> None:
    """A dispute about a contract, and its end, unless that is to come."""
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
