"""Rent due and rent received, month by month, within the site's rules of payment."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from demo.behaviour import payment_delay
from demo.months import plus_months
from demo.places import PLACES, draw
from demo.portfolio import MadePortfolio, Mistake, SitePlan, Stay
from imports.tables.contracts import ContractRow
from imports.tables.payments import PaymentRow

_DAY = dt.timedelta(days=1)
_MISTAKES = (
    "Encaissement saisi deux fois",
    "Saisi sur le mauvais contrat",
    "Montant mal lu sur le reçu",
    "Transaction annulée par l’opérateur",
)
_MOST_MISTAKES = 8
_MARKS = {"Orange": "OM", "Areeba": "AR", "Wave": "WV", "Free": "FM", "Moov": "MV"}


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

    def add_rent(self, stay: Stay, contract: ContractRow) -> int:
        """Add a contract's payments; its instalments are made by whoever loads it. Returns what is unpaid today."""
        return self._receive(stay, contract, due_days(contract, self._last_month(stay, contract)))

    def _last_month(self, stay: Stay, contract: ContractRow) -> dt.date:
        """The month up to which rent is written down: this one, or the last that is paid for already."""
        today = self.plan.today
        last = today
        for end in stay.advance_ends:
            block_begins = plus_months(stay.start, end - stay.advance)
            if block_begins <= today:
                last = max(last, plus_months(stay.start, end - 1))
        return last if contract.ended_on is None else contract.ended_on

    def _receive(self, stay: Stay, contract: ContractRow, dues: list[dt.date]) -> int:
        random, today, rent = self.random, self.plan.today, contract.monthly_rent
        character = stay.tenant.character
        blocks = {end - stay.advance + 1 for end in stay.advance_ends}
        owed = covered = 0
        for place, due in enumerate(dues):
            if covered:
                covered -= 1
                continue
            month = (due.year - stay.start.year) * 12 + due.month - stay.start.month + 1
            drifting = stay.drift_in(month)
            if month in blocks:
                covered = min(stay.advance, len(dues) - place) - 1
                paid_on = (contract.signed_on or due) if month == 1 else due + random.randint(-5, 6) * _DAY
                if not self._pay(stay, contract, owed + rent * (covered + 1), paid_on):
                    owed += rent
                    covered = 0
                else:
                    owed = 0
                continue
            if due > today + 5 * _DAY:
                continue
            refuses = stay.leaving is not None and stay.leaving.evicted and month > stay.leaving.month - 4
            if refuses or random.random() < character.skips + 0.05 * drifting:
                owed += rent if due <= today else 0
                continue
            delay = payment_delay(random, character, due=due, country=self.plan.country, drifting=drifting)
            paid_on = due + delay * _DAY
            if random.random() < character.splits + 0.1 * drifting:
                part = max(1, round(rent * random.choice((0.4, 0.5, 0.6)) / self.place.round_to)) * self.place.round_to
                if 0 < part < rent:
                    first = self._pay(stay, contract, part, paid_on)
                    second = self._pay(stay, contract, rent - part, paid_on + random.randint(8, 30) * _DAY)
                    owed += (rent - part * first - (rent - part) * second) if due <= today else 0
                    continue
            amount = rent
            if owed and random.random() < 0.33:
                amount += owed
            elif (place + 1 < len(dues) or contract.ended_on is None) and random.random() < 0.01:
                # Two months at once.
                amount, covered = 2 * rent, 1
            if self._pay(stay, contract, amount, paid_on):
                owed = max(0, owed - (amount - rent)) if amount > rent and not covered else owed
            else:
                covered = 0
                owed += rent if due <= today else 0
        return self._settle_after_the_end(stay, contract, owed)

    def _settle_after_the_end(self, stay: Stay, contract: ContractRow, owed: int) -> int:
        ended_on = contract.ended_on
        if not owed or ended_on is None:
            return owed
        leaves = stay.leaves_on == ended_on
        evicted = leaves and stay.leaving is not None and stay.leaving.evicted
        if self.random.random() < (0.1 if evicted else 0.55 if leaves else 0.95):
            paid_on = ended_on + self.random.randint(0, 40) * _DAY
            if self._pay(stay, contract, owed, paid_on):
                return 0
        return owed

    # --- one payment ----------------------------------------------------------------------------------

    def _pay(self, stay: Stay, contract: ContractRow, amount: int, day: dt.date) -> bool:
        """Write a payment down, in parts where one would pass a limit. False: its day has not come yet."""
        day = max(day, (contract.signed_on or contract.start_date))
        purse = self._purse(stay)
        method = purse.method if self.random.random() < 0.88 else draw(self.random, self.methods)
        method, limit = self._within_limits(method, amount)
        parts = [amount] if limit is None else [limit] * (amount // limit) + [amount % limit] * (amount % limit > 0)
        days = [self._open_day(day + place * _DAY) for place in range(len(parts))]
        if days[-1] > self.plan.today:
            return False
        for part, part_day in zip(parts, days, strict=True):
            self._write(contract.reference, part, part_day, method, purse.provider)
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


def due_days(contract: ContractRow, last: dt.date) -> list[dt.date]:
    """When a contract's rent is due up to the month of `last`, by the rule of `generate_instalments`."""
    month = contract.start_date.replace(day=1)
    days = []
    while month <= last:
        end_of_month = plus_months(month, 1) - _DAY
        due = max(contract.start_date, min(month + ((contract.payment_day or 1) - 1) * _DAY, end_of_month))
        if contract.ended_on is None or due <= contract.ended_on:
            days.append(due)
        month = plus_months(month, 1)
    return days
