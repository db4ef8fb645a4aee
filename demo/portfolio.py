"""What the generators are given and what they make: plain values, the rows being those of an import."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from demo.behaviour import Character, Leaving, drift
from demo.names import PersonName
from imports.tables import TABLES
from imports.tables.payments import PaymentRow
from sites_app.rules import RegionalRules


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


@dataclass(frozen=True)
class MadeTenant:
    """A renter."""

    code: str
    person: PersonName
    character: Character
    employment: str


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

    def drift_in(self, month: int) -> float:
        """How far the tenant is from their usual self in a month of the stay, 0 to 1."""
        return drift(month, self.leaving, self.spell)


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
    stays: list[Stay] = field(default_factory=list)

    def add(self, table: str, row: tuple[Any, ...]) -> None:
        self.rows[table].append(row)
