"""Rent due and rent received, month by month, within the site's rules of payment."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from demo.behaviour import payment_delay
from demo.places import PLACES, draw
from demo.portfolio import MadePortfolio, Mistake, OwnMoneyRow, SitePlan, Stay
from imports.tables.contracts import ContractRow
from imports.tables.instalments import InstalmentRow
from imports.tables.payments import PaymentRow
from imports.tables.rent_steps import RentStepRow
from leasing.months import month_begun
from leasing.rent_months import Billing, RentChange, RentMonth, Terms, rent_months

_DAY = dt.timedelta(days=1)
_MISTAKES = (
    "Encaissement saisi deux fois",
    "Saisi sur le mauvais contrat",
    "Montant mal lu sur le reçu",
    "Transaction annulée par l’opérateur",
)
_MOST_MISTAKES = 8
_MARKS = {"Orange": "OM", "Areeba": "AR", "Wave": "WV", "Free": "FM", "Moov": "MV"}
_PENALTY, _SERVICE = 0.05, 0.03
"""Of a month's rent."""
_PENALTY_AFTER_DAYS = 15


@dataclass
class Ledger:
    """What one account has been asked for and has paid by today."""

    asked: int = 0
    paid: int = 0

    @property
    def owed(self) -> int:
        """Less than nothing where money is on account."""
        return self.asked - self.paid


@dataclass(frozen=True)
class _Purse:
    """How a tenant usually pays."""

    method: str
    provider: str


class Cashier:
    """Receives a site's rents."""

    def __init__(self, made: MadePortfolio, plan: SitePlan, random: Random) -> None:
        self.made, self.plan, self.random = made, plan, random
        self.place = PLACES[plan.code]
        allowed = plan.rules.payment_methods
        self.methods = {method: share for method, share in self.place.methods.items() if method in allowed}
        # A site may have changed its rules since these pages were written.
        self.methods = self.methods or dict.fromkeys(allowed, 1)
        self.providers = plan.rules.mobile_money_providers or ("",)
        self.purses: dict[str, _Purse] = {}
        self.number = 0

    def add_rent(self, stay: Stay, contract: ContractRow, ledger: Ledger, steps: Iterable[RentStepRow]) -> None:
        """Add a contract's payments and charges; its months are made by whoever loads it."""
        steps = list(steps)
        opening = contract.opening_balance or 0
        if opening > 0:
            ledger.asked += opening
        elif opening < 0:
            ledger.paid -= opening
        last = self._last_month(stay, contract)
        months = months_of(contract, self.plan.billing, last, steps)
        # Who pays ahead does not know yet that the last month will be cut.
        whole = months_of(contract._replace(ended_on=None), self.plan.billing, month_begun(last, 1), steps)
        service = self._service_charges(stay, contract, months)
        self._receive(stay, contract, ledger, months, {month.period: month.amount for month in whole}, service)

    def settle_after_the_end(self, stay: Stay, contract: ContractRow, ledger: Ledger) -> None:
        """Who left pays what is owed, or not; what was paid for later days is given back."""
        random, ended_on = self.random, contract.ended_on
        if ended_on is None:
            return
        evicted = stay.leaving is not None and stay.leaving.evicted
        if ledger.owed > 0 and random.random() < (0.1 if evicted else 0.55):
            self._pay(stay, contract, ledger, ledger.owed, ended_on + random.randint(0, 40) * _DAY)
        given_on = ended_on + random.randint(3, 30) * _DAY
        if ledger.owed < 0 and given_on <= self.plan.today and random.random() < 0.8:
            self._own_money(contract, ledger, "refund", ledger.owed, given_on, "Trop-perçu rendu au départ")

    def let_go(self, contract: ContractRow, ledger: Ledger) -> None:
        """Now and then the agency gives a small debt up once somebody has left."""
        random, ended_on = self.random, contract.ended_on
        if ended_on is None or not 0 < ledger.owed <= 2 * contract.monthly_rent or random.random() > 0.5:
            return
        day = ended_on + random.randint(45, 120) * _DAY
        if day <= self.plan.today:
            self._own_money(contract, ledger, "credit", ledger.owed, day, "Solde abandonné, départ à l’amiable")

    def _own_money(
        self,
        contract: ContractRow,
        ledger: Ledger,
        method: str,
        francs: int,
        day: dt.date,
        reason: str,
        waives: dt.date | None = None,
    ) -> None:
        self.made.own_money.append(OwnMoneyRow(contract.reference, method, francs, day, reason, waives))
        ledger.paid += francs

    def _last_month(self, stay: Stay, contract: ContractRow) -> dt.date:
        """The month up to which rent is written down: this one, or the last that is paid for already."""
        today = self.plan.today
        last = today
        for end in stay.advance_ends:
            block_begins = month_begun(stay.start, end - stay.advance)
            if block_begins <= today:
                last = max(last, month_begun(stay.start, end - 1))
        return last if contract.ended_on is None else contract.ended_on

    def _service_charges(self, stay: Stay, contract: ContractRow, months: list[RentMonth]) -> dict[dt.date, int]:
        """By period: in some buildings water and the caretaker are paid for every three months."""
        if stay.unit.kind not in ("apartment", "office") or self.random.random() > 0.12:
            return {}
        found = {}
        for month in months:
            if month.period.month % 3 == 1 and month.due_date <= self.plan.today:
                found[month.period] = self._round_part(contract.monthly_rent, 3 * _SERVICE)
                self._charge(contract, month.due_date, found[month.period], "service", "Eau et gardiennage, trimestre")
        return found

    def _charge(self, contract: ContractRow, due: dt.date, francs: int, kind: str, label: str) -> None:
        self.made.add("instalments", InstalmentRow(contract.reference, due, francs, kind, label))

    def _round_part(self, francs: int, share: float) -> int:
        step = self.place.round_to // 5
        return max(1, round(francs * share / step)) * step

    def _receive(
        self,
        stay: Stay,
        contract: ContractRow,
        ledger: Ledger,
        months: list[RentMonth],
        whole: dict[dt.date, int],
        service: dict[dt.date, int],
    ) -> None:
        random, today = self.random, self.plan.today
        character = stay.tenant.character
        blocks = {end - stay.advance + 1 for end in stay.advance_ends}
        covered = stay.ahead if contract.opening_on is not None else 0
        for place, asked in enumerate(months):
            due, charge = asked.due_date, service.get(asked.period, 0)
            before = ledger.owed
            if due <= today:
                ledger.asked += asked.amount + charge
            if covered:
                covered -= 1
                if charge and random.random() < 0.85:
                    self._pay(stay, contract, ledger, charge, due + random.randint(0, 12) * _DAY)
                continue
            number = stay.month_of(asked.period)
            drifting = stay.drift_in(number)
            if number in blocks:
                covered = min(stay.advance, len(months) - place) - 1
                francs = before + charge + sum(whole[month.period] for month in months[place : place + covered + 1])
                paid_on = (contract.signed_on or due) if number == 1 else due + random.randint(-5, 6) * _DAY
                if not self._pay(stay, contract, ledger, francs, paid_on):
                    covered = 0
                continue
            if due > today + 5 * _DAY:
                continue
            refuses = stay.leaving is not None and stay.leaving.evicted and number > stay.leaving.month - 4
            if refuses or random.random() < character.skips + 0.05 * drifting:
                continue
            delay = payment_delay(
                random,
                character,
                due=due,
                country=self.plan.country,
                drifting=drifting,
                seasons=self.plan.drifts.seasons,
            )
            paid_on = due + delay * _DAY
            francs = max(0, asked.amount + charge + min(0, before))
            if random.random() < character.splits + 0.1 * drifting:
                part = max(1, round(francs * random.choice((0.4, 0.5, 0.6)) / self.place.round_to))
                part *= self.place.round_to
                if 0 < part < francs:
                    self._pay(stay, contract, ledger, part, paid_on)
                    self._pay(stay, contract, ledger, francs - part, paid_on + random.randint(8, 30) * _DAY)
                    continue
            if before > 0 and random.random() < 0.33:
                francs += before
            elif (place + 1 < len(months) or contract.ended_on is None) and random.random() < 0.01:
                # Two months at once.
                francs, covered = francs + asked.amount, 1
            if delay >= _PENALTY_AFTER_DAYS and paid_on <= today and random.random() < 0.06:
                penalty = self._round_part(contract.monthly_rent, _PENALTY)
                self._charge(contract, paid_on, penalty, "penalty", "Pénalité de retard")
                ledger.asked += penalty
                waived_on, mood = paid_on + 3 * _DAY, random.random()
                if mood < 0.65:
                    francs += penalty
                elif mood < 0.85 and waived_on <= today:
                    self._own_money(contract, ledger, "credit", penalty, waived_on, "Pénalité remise", waives=paid_on)
            if not self._pay(stay, contract, ledger, francs, paid_on):
                covered = 0

    # --- one payment ----------------------------------------------------------------------------------

    def _pay(self, stay: Stay, contract: ContractRow, ledger: Ledger, amount: int, day: dt.date) -> bool:
        """Write a payment down, in parts where one would pass a limit. False: its day has not come yet, or nothing."""
        if amount <= 0:
            return False
        day = max(day, (contract.signed_on or contract.start_date), self.plan.first_day)
        purse = self._purse(stay)
        method = purse.method if self.random.random() < 0.88 else draw(self.random, self.methods)
        method, limit = self._within_limits(method, amount)
        parts = [amount] if limit is None else [limit] * (amount // limit) + [amount % limit] * (amount % limit > 0)
        days = [self._open_day(day + place * _DAY) for place in range(len(parts))]
        if days[-1] > self.plan.today:
            return False
        for part, part_day in zip(parts, days, strict=True):
            self._write(contract.reference, part, part_day, method, purse.provider)
        ledger.paid += amount
        return True

    def _within_limits(self, method: str, amount: int) -> tuple[str, int | None]:
        """A method that can carry the amount, else the usual one with the most that it carries at once."""
        limits = {"cash": self.plan.rules.largest_cash_payment, "mobile": self.place.mobile_limit}
        for candidate in (method, *sorted(self.methods)):
            limit = limits.get(candidate)
            if limit is None or amount <= limit:
                return candidate, None
        return method, limits[method]

    def _open_day(self, day: dt.date) -> dt.date:
        return day + _DAY if day.weekday() == 6 else day

    def _write(self, contract: str, amount: int, day: dt.date, method: str, provider: str) -> None:
        random = self.random
        self.made.add("payments", self._payment(contract, amount, day, method, provider))
        if random.random() < 0.003 and len(self.made.mistakes) < _MOST_MISTAKES:
            wrong = self._payment(contract, amount, day, method, provider)
            reversed_on = min(self.plan.today, day + random.randint(0, 3) * _DAY)
            self.made.mistakes.append(Mistake(f"demo:{self.number}", wrong, reversed_on, random.choice(_MISTAKES)))

    def _payment(self, contract: str, amount: int, day: dt.date, method: str, provider: str) -> PaymentRow:
        self.number += 1
        reference = None
        if method == "mobile":
            reference = f"{_MARKS.get(provider, 'MM')}{day:%y%m%d}.{self.number:06d}"
        elif method == "cheque":
            reference = f"CHQ {self.number:07d}"
        elif method == "bank":
            reference = f"VIR {day:%y%m}-{self.number:06d}"
        return PaymentRow(contract, day, amount, method, provider if method == "mobile" else None, reference)

    def _purse(self, stay: Stay) -> _Purse:
        code = stay.tenant.code
        if code not in self.purses:
            shares = dict(self.methods)
            if stay.tenant.employment == "company" and "bank" in shares:
                shares["bank"] *= 5
            weights = [3.0, 2.0, 1.0, *[0.5] * len(self.providers)][: len(self.providers)]
            provider = self.random.choices(self.providers, weights)[0]
            self.purses[code] = _Purse(draw(self.random, shares), provider)
        return self.purses[code]


def months_of(
    contract: ContractRow, billing: Billing, last: dt.date, steps: Iterable[RentStepRow] = ()
) -> list[RentMonth]:
    """The months that a contract asks for up to the month of `last`, as its site bills: leasing.rent_months."""
    terms = Terms(
        billing=billing,
        start=contract.start_date,
        payment_day=contract.payment_day or 5,
        monthly_rent=contract.monthly_rent,
        end=contract.ended_on,
        changes=tuple(RentChange(step.from_month, step.monthly_rent) for step in steps),
        rents_from=contract.rents_from,
    )
    return rent_months(terms, first=contract.start_date.replace(day=1), last=last.replace(day=1))
