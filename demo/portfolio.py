"""What the generators are given and what they make: plain values, the rows being those of an import."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from demo.behaviour import ALL_DRIFTS, Character, Drifts, Leaving, drift
from demo.names import PersonName
from imports.tables import TABLES
from imports.tables.contracts import ContractRow
from imports.tables.payments import PaymentRow
from imports.tables.rent_steps import RentStepRow
from leasing.months import calendar_months_between, month_begun
from leasing.rent_months import Billing
from sites_app.rules import RegionalRules

HISTORY_MONTHS = 36
SILENT_SITE = "GN_LABE"
_SILENT_DAYS = 14
_SILENT_SINCE = 150


@dataclass(frozen=True)
class SitePlan:
    """What the generators know of a site."""

    code: str
    country: str
    timezone: dt.tzinfo
    today: dt.date
    tenants: int
    """how many to make, those who left and applicants included"""
    max_properties: int
    agents: tuple[str, ...]
    rules: RegionalRules
    billing: Billing = "calendar"
    history: int = HISTORY_MONTHS
    """months of the books: what was before is an opening balance"""
    surveys: bool = True
    drifts: Drifts = ALL_DRIFTS

    @property
    def first_day(self) -> dt.date:
        """The day on which the agency began to keep these books."""
        return month_begun(self.today.replace(day=1), -self.history)

    @property
    def silence(self) -> tuple[dt.date, dt.date] | None:
        """The first and last day of the two weeks in which the site typed nothing."""
        first = self.today - dt.timedelta(days=_SILENT_SINCE + self.today.weekday())
        if not self.drifts.silent_fortnight or self.code != SILENT_SITE or first < self.first_day:
            return None
        return first, first + dt.timedelta(days=_SILENT_DAYS - 1)

    def typed_on(self, day: dt.date) -> dt.date:
        """When what happened on a day was written down: the same day, or once the silence was over."""
        if self.silence is None or not self.silence[0] <= day <= self.silence[1]:
            return day
        return self.silence[1] + dt.timedelta(days=1)


@dataclass(frozen=True)
class MadeTenant:
    """A renter."""

    code: str
    person: PersonName
    character: Character
    employment: str
    joined_on: dt.date


@dataclass(frozen=True)
class MadeUnit:
    """A property."""

    code: str
    kind: str
    rent: int
    agent: str
    from_day: dt.date


@dataclass(frozen=True)
class Stay:
    """One tenancy: from the first contract to the departure, renewals included."""

    tenant: MadeTenant
    unit: MadeUnit
    start: dt.date
    leaving: Leaving | None
    leaves_on: dt.date | None
    """may lie in the future: the tenant does not say so yet, but behaves like it"""
    spell: tuple[int, int] | None
    advance: int
    """months paid at once; 0 for a tenant who pays each month"""
    advance_ends: frozenset[int]
    """months of the stay in which a block of prepaid months ends"""
    slow_repairs: frozenset[int] = frozenset()
    """months of the stay in which a repair began that took for ever"""
    begun_before: int = 0
    """months of the stay that lie before the books"""
    ahead: int = 0
    """months that were paid already when the books began"""
    behind: float = 0
    """months of rent that were owed when the books began"""
    moved_from: str | None = None
    """the contract from which the tenant moved inside the agency"""
    leavers_change: bool = True

    def drift_in(self, month: int) -> float:
        """How far the tenant is from their usual self in a month of the stay, 0 to 1."""
        return drift(month, self.leaving if self.leavers_change else None, self.spell)

    def month_of(self, day: dt.date) -> int:
        """Which month of the stay the calendar month of a day is, from 1."""
        return calendar_months_between(self.start, day) + 1


class OwnMoneyRow(NamedTuple):
    """A refund (less than nothing) or a credit."""

    contract: str  # reference
    method: str
    amount: int
    day: dt.date
    reason: str
    waives: dt.date | None = None
    """the day on which the penalty was due that a credit lets go"""


class Mistake(NamedTuple):
    """A payment that was entered and then reversed; it is not among the rows."""

    key: str
    payment: PaymentRow
    reversed_on: dt.date
    reason: str


@dataclass
class MadePortfolio:
    """The rows of one site by table, as `imports.staging` names them."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {table: [] for table in TABLES})
    mistakes: list[Mistake] = field(default_factory=list)
    rent_steps: list[RentStepRow] = field(default_factory=list)
    own_money: list[OwnMoneyRow] = field(default_factory=list)
    quit_by_landlord: set[str] = field(default_factory=set)
    """references of contracts to which the landlord gave notice"""
    stays: list[Stay] = field(default_factory=list)

    @property
    def contracts(self) -> list[ContractRow]:
        """The rows of contracts, as they stand now."""
        return cast("list[ContractRow]", self.rows["contracts"])

    def add(self, table: str, row: tuple[Any, ...]) -> None:
        self.rows[table].append(row)
