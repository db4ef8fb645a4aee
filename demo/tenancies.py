"""One tenancy from its first contract to the departure: renewals, rent steps, moves, the end. Pure."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from demo.behaviour import FORESEEN_MONTHS, after_a_stay, draw_leaving, draw_slow_repairs, draw_spell
from demo.contacts import add_contacts
from demo.matters import add_deposit, add_notice_to_quit, add_paperwork, add_renewal_notice, lawful_eviction_day
from demo.months import months_between
from demo.places import PLACES, draw
from demo.portfolio import MadePortfolio, MadeTenant, MadeUnit, SitePlan, Stay
from demo.rent import Cashier, Ledger
from imports.tables.contracts import ContractRow
from imports.tables.rent_steps import RentStepRow
from leasing.months import calendar_months_between, month_begun

_DAY = dt.timedelta(days=1)
LONGEST_BEFORE = 96
"""Months that a tenancy may have lasted when the books began."""
_SIGNED_RENEWALS = 0.42
"""The rest go on by tacit renewal: nobody ends the contract, nobody signs."""
_RENT_STEPS = 0.1
"""Anniversaries at which the rent of a contract that goes on is raised."""
_OTHER_REASONS = {"left": 90, "death": 1, "other": 2}


@dataclass(frozen=True)
class Left:
    """A tenancy that is over, as long as nobody knows where the tenant went."""

    stay: Stay
    place: int
    """of its last contract among the rows"""
    ledger: Ledger


class Tenancies:
    """Plays the tenancies of a site."""

    def __init__(self, made: MadePortfolio, plan: SitePlan, random: Random) -> None:
        self.made, self.plan, self.random = made, plan, random
        self.place = PLACES[plan.code]
        self.cashier = Cashier(made, plan, random)
        self.contracts_of: dict[str, int] = {}

    def play(self, tenant: MadeTenant, unit: MadeUnit, start: dt.date, moved: Left | None = None) -> Left | None:
        """One tenancy, written down. The answer, for one that is over, wants `leave`, or a `play` in the next home."""
        stay = self._stay(tenant, unit, start, moved)
        self.made.stays.append(stay)
        first = len(self.made.contracts)
        ledger = moved.ledger if moved else Ledger()
        if moved:
            self._end(moved, "moved")
        self._contracts(stay, ledger, moved)
        add_contacts(self.made, self.plan, stay, self.made.contracts[first:], self.random)
        if stay.leaves_on is None or stay.leaves_on > self.plan.today:
            return None
        return Left(stay, len(self.made.contracts) - 1, ledger)

    def leave(self, left: Left) -> None:
        """The tenant has gone for good: what is owed is paid or not, the deposit is settled."""
        stay = left.stay
        reason = str(draw(self.random, _OTHER_REASONS))
        if stay.leaving is not None and stay.leaving.evicted:
            reason = "eviction"
        elif stay.leaving is not None and stay.leaving.by_owner:
            reason = "owner"
        contract = self.made.contracts[left.place]
        if reason == "left" and contract.ended_on == contract.end_date and self.random.random() < 0.35:
            reason = "not_renewed"
        self._end(left, reason)
        add_notice_to_quit(self.made, self.plan, stay, contract, self.random)
        self.cashier.settle_after_the_end(stay, contract, left.ledger)
        add_deposit(self.made, self.plan, contract, left.ledger, self.random)
        self.cashier.let_go(contract, left.ledger)

    def _end(self, left: Left, reason: str) -> None:
        contracts = self.made.contracts
        contracts[left.place] = contracts[left.place]._replace(end_reason=reason)

    # --- a stay ---------------------------------------------------------------------------------------

    def _stay(self, tenant: MadeTenant, unit: MadeUnit, start: dt.date, moved: Left | None) -> Stay:
        random, plan, drifts = self.random, self.plan, self.plan.drifts
        months = months_between(start, plan.today) + FORESEEN_MONTHS
        first_day = plan.first_day
        before = max(0, calendar_months_between(start, first_day))
        advance = 0 if tenant.character.student else draw(random, self.place.advance)
        ahead, behind = 0, 0.0
        if not before:
            ends = {advance} if advance else set()
        else:
            ends = set()
            if advance and random.random() < self.place.pays_ahead_again:
                ahead = random.randint(1, advance)
                ends = {before + ahead}
            elif random.random() < 0.15 + tenant.character.skips:
                behind = random.choice((0.5, 1, 1, 2, 3))
        while ends and max(ends) < months and random.random() < self.place.pays_ahead_again:
            ends.add(max(ends) + advance)
        slow_repairs = draw_slow_repairs(random, first=before + 1, months=months)
        leaving = draw_leaving(
            random,
            after_a_stay(tenant.character, start=start, months=before, drifts=drifts),
            start=start,
            months=months,
            advance_ends=ends,
            # Who was brought into the books stays a while: a notice to quit lies in them.
            after=before + 2 if before else 0,
            slow_repairs=slow_repairs,
            home=unit.kind in ("studio", "apartment", "house"),
            drifts=drifts,
        )
        leaves_on = None
        if leaving is not None:
            early = random.randint(1, 12) if random.random() < 0.3 else 0
            leaves_on = month_begun(start, leaving.month) - (1 + early) * _DAY
            if leaving.evicted:
                leaves_on = lawful_eviction_day(leaves_on, plan.rules)
        spell = draw_spell(random, months) if leaving is None or not drifts.leavers_change else None
        return Stay(
            tenant=tenant,
            unit=unit,
            start=start,
            leaving=leaving,
            leaves_on=leaves_on,
            spell=spell,
            advance=advance,
            advance_ends=frozenset(ends),
            slow_repairs=slow_repairs,
            begun_before=before,
            ahead=ahead,
            behind=behind,
            moved_from=self.made.contracts[moved.place].reference if moved else None,
            leavers_change=drifts.leavers_change,
        )

    # --- its contracts --------------------------------------------------------------------------------

    def _contracts(self, stay: Stay, ledger: Ledger, moved: Left | None) -> None:
        """The chain of contracts of a stay: the first, and one for each renewal that is signed."""
        random, today = self.random, self.plan.today
        term = 24 if stay.unit.kind in ("shop", "office") and random.random() < 0.35 else 12
        if stay.advance in (18, 24):
            term = stay.advance
        payment_day = stay.start.day if stay.start.day > 1 else random.choice((1, 5, 5, 5, 10))
        rent = self.rent_at(stay.unit, stay.start)
        deposit = rent * random.choice(self.place.deposit_months)
        if moved:
            # Theirs goes with them.
            deposit = self.made.contracts[moved.place].deposit or 0
        open_ended = random.random() < (0.4 if stay.begun_before else 0.05)
        start, renewal_of = stay.start, None
        signed_on = min(today, start - random.randint(0, 14) * _DAY)
        last_day = month_begun(start, term) - _DAY
        while last_day < self.plan.first_day:
            # The papers of today say the next term.
            last_day = month_begun(last_day + _DAY, 12) - _DAY
        while True:
            leaves_on = stay.leaves_on
            leaves_soon = leaves_on is not None and leaves_on <= last_day + 62 * _DAY
            renewed = not open_ended and not leaves_soon and last_day < today and random.random() < _SIGNED_RENEWALS
            ended_on = last_day if renewed else leaves_on if leaves_on is not None and leaves_on <= today else None
            cut_short = ended_on is not None and (stay.leaving is not None and stay.leaving.evicted and not renewed)
            cut_short = cut_short or (ended_on is not None and ended_on < last_day - 31 * _DAY)
            brought = stay.begun_before > 0 and renewal_of is None
            contract = ContractRow(
                reference=self._reference(stay.unit),
                property=stay.unit.code,
                tenant=stay.tenant.code,
                agent=stay.unit.agent,
                start_date=start,
                end_date=None if open_ended else last_day,
                monthly_rent=rent,
                payment_day=payment_day,
                deposit=deposit,
                advance_months=stay.advance if renewal_of is None and not brought else 0,
                status="active" if ended_on is None else "terminated" if cut_short else "ended",
                signed_on=signed_on,
                ended_on=ended_on,
                renewal_of=renewal_of,
                moved_from=stay.moved_from if renewal_of is None else None,
                rents_from=self.plan.first_day if brought else start,
                opening_on=self.plan.first_day if brought else None,
                opening_balance=round(rent * (stay.behind - stay.ahead)) if brought else None,
            )
            self.made.add("contracts", contract)
            steps = [] if renewed else self._rent_steps(contract)
            self.cashier.add_rent(stay, contract, ledger, steps)
            add_renewal_notice(self.made, self.plan, contract, renewed, random)
            if not renewed:
                add_paperwork(self.made, self.plan, stay, contract, random)
                if ended_on is None:
                    add_notice_to_quit(self.made, self.plan, stay, contract, random)
                return
            renewal_of, start = contract.reference, last_day + _DAY
            last_day = month_begun(start, term) - _DAY
            signed_on = start - random.randint(1, 25) * _DAY
            rise = random.choice((0, 0, 0, 0.03, 0.05, 0.05, 0.08, 0.1))
            rent = round(rent * (1 + rise) / self.place.round_to) * self.place.round_to

    def _reference(self, unit: MadeUnit) -> str:
        self.contracts_of[unit.code] = self.contracts_of.get(unit.code, 0) + 1
        return f"{unit.code}/{self.contracts_of[unit.code]}"

    def _rent_steps(self, contract: ContractRow) -> list[RentStepRow]:
        """Where nobody signs a renewal, the rent is raised now and then all the same."""
        first = max(month_begun(contract.start_date, 12), month_begun(self.plan.first_day, 2)).replace(day=1)
        last = month_begun(contract.ended_on or self.plan.today, -2)
        steps, rent = [], contract.monthly_rent
        while first <= last:
            if first.month == contract.start_date.month and self.random.random() < _RENT_STEPS:
                raised = round(rent * self.random.choice((1.05, 1.08, 1.1)) / self.place.round_to) * self.place.round_to
                rent = max(raised, rent + self.place.round_to)
                steps.append(RentStepRow(contract.reference, first, rent))
            first = month_begun(first, 1)
        self.made.rent_steps += steps
        return steps

    def rent_at(self, unit: MadeUnit, day: dt.date) -> int:
        """Rents rise about 4 % a year from one tenant to the next; those of long ago are lower still."""
        years = (day - self.plan.first_day).days / 365.25
        asked = unit.rent * (1 + 0.04 * years)
        return max(1, round(asked / self.place.round_to)) * self.place.round_to
