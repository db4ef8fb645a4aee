"""The twelve KPIs as functions over plain counts. Pure: no Django, no database, no clock.

How each count is read from the records, with worked numbers: docs/formulas/kpi.md.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import Enum

from kpi.counting.periods import Period

DAYS_IN_A_MONTH = Decimal("30.4375")
"""A twelfth of 365.25: makes periods of any length comparable."""
MISSED_AFTER_DAYS = 30
ACTIVITY_DAYS = 30
RENEWAL_DAYS = 90
TACIT_RENEWAL_DAYS = 30
STABLE_WITHIN = Decimal("0.01")


@dataclass(frozen=True)
class Counts:
    """What the records of one site, or of several together, hold for one period [a, b].

    Francs are whole francs of one currency: `metrics` never looks at the sum of two.
    """

    matters: int = 0  # notices and litigations closed in the period
    matter_days: int = 0  # and how long they were open, together
    ended: int = 0  # contracts that ended in the period
    ended_undisputed: int = 0  # of these, never a litigation
    deposits: int = 0  # settled in the period
    deposits_full: int = 0  # of these, returned in full
    deposits_timed: int = 0  # of these, of a contract that has ended
    deposit_days: int = 0  # and their days from its end to the settlement, together
    ratings: int = 0
    promoters: int = 0
    detractors: int = 0
    tenants_before: int = 0  # with a contract in force on b − 12 months
    tenants_kept: int = 0  # of these, also on b
    signed: int = 0  # contracts signed in the period
    in_force: int = 0  # contracts in force on b
    rent: int = 0  # their monthly rent, together, in francs
    lettable: int = 0
    let: int = 0  # lettable properties with a contract in force on b
    due_in_year: int = 0  # instalments due in the twelve months to b
    missed: int = 0  # of these, missed on b
    disputed: int = 0  # contracts in force on b with an open litigation
    inactive: int = 0  # contracts in force on b without payment or interaction in the 30 days to b
    due: int = 0  # instalments due in the period
    francs_due: int = 0
    francs_received: int = 0  # of these, received by b
    terms_ended: int = 0  # contracts whose end_date falls in the period
    renewed: int = 0  # of these, renewed or run on
    agents: frozenset[int] = frozenset()  # ids: a person who works on two sites is one agent of both

    def __add__(self, other: "Counts") -> "Counts":
        sums = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self) if f.name != "agents"}
        return Counts(**sums, agents=self.agents | other.agents)

    @property
    def is_blank(self) -> bool:
        """Whether no record of the period stands behind it: homes and agents are those of now, whatever the period."""
        return self == Counts(lettable=self.lettable, agents=self.agents)


def union(counts: Iterable[Counts]) -> Counts:
    """The counts of several sites taken as one."""
    return sum(counts, Counts())


@dataclass(frozen=True)
class Ratio:
    """A fraction that is undefined, never 0, where there is nothing to divide by."""

    numerator: Decimal | int
    denominator: Decimal | int

    @property
    def value(self) -> Decimal | None:
        return Decimal(self.numerator) / Decimal(self.denominator) if self.denominator else None


class Missing(Enum):
    """Why a KPI has no value."""

    NO_MATTER = "no matter was closed"
    NO_END = "no contract ended"
    NO_DEPOSIT = "no deposit was settled"
    NO_TIMED_DEPOSIT = "no deposit of an ended contract was settled"
    NO_RATING = "nobody answered"
    NO_TENANT_BEFORE = "nobody rented a year before"
    NO_AGENT = "the site has no agent"
    NO_PROPERTY = "there is nothing to let"
    NO_CONTRACT = "no contract was in force"
    NO_RENT_IN_YEAR = "no rent was due in the year"
    NO_RENT = "no rent was due"
    NO_TERM = "no contract came to its term"
    TWO_CURRENCIES = "amounts in two currencies are not added"


@dataclass(frozen=True)
class Metric:
    """A KPI's value, on how many rows it stands, and, without a value, why. The unit is in its Definition."""

    key: str
    value: Decimal | None
    n: int
    missing: Missing | None = None


def _metric(key: str, ratio: Ratio, n: int, missing: Missing) -> Metric:
    value = ratio.value
    return Metric(key, value, n, missing if value is None else None)


def half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number; exactly halfway goes up, also below zero: 2.5 → 3, −2.5 → −2."""
    return (2 * numerator + denominator) // (2 * denominator)


def resolution_time(c: Counts, period: Period) -> Metric:
    """Days that a notice or litigation closed in the period had been open, on average."""
    return _metric("averageResolutionTime", Ratio(c.matter_days, c.matters), c.matters, Missing.NO_MATTER)


def resolution_rate(c: Counts, period: Period) -> Metric:
    """Contracts that ended in the period and never had a litigation ÷ contracts that ended in the period."""
    return _metric("resolutionRate", Ratio(c.ended_undisputed, c.ended), c.ended, Missing.NO_END)


def deposit_return_rate(c: Counts, period: Period) -> Metric:
    """Deposits returned in full ÷ deposits settled in the period."""
    return _metric("depositReturnRate", Ratio(c.deposits_full, c.deposits), c.deposits, Missing.NO_DEPOSIT)


def deposit_return_time(c: Counts, period: Period) -> Metric:
    """Days from the end of the contract to the settlement of its deposit, on average."""
    missing = Missing.NO_TIMED_DEPOSIT if c.deposits else Missing.NO_DEPOSIT
    return _metric("depositReturnTime", Ratio(c.deposit_days, c.deposits_timed), c.deposits_timed, missing)


def nps(c: Counts, period: Period) -> Metric:
    """100 × (ratings 9–10 − ratings 0–6) ÷ ratings, a whole number from −100 to 100, halves up."""
    if not c.ratings:
        return Metric("npsScore", None, 0, Missing.NO_RATING)
    return Metric("npsScore", Decimal(half_up(100 * (c.promoters - c.detractors), c.ratings)), c.ratings)


def tenant_retention(c: Counts, period: Period) -> Metric:
    """Of the tenants with a contract in force twelve months before the end, those who have one at the end."""
    ratio = Ratio(c.tenants_kept, c.tenants_before)
    return _metric("tenantRetentionRate", ratio, c.tenants_before, Missing.NO_TENANT_BEFORE)


def agent_productivity(c: Counts, period: Period) -> Metric:
    """Contracts signed ÷ agents ÷ months, a month being 30.4375 days."""
    agents = len(c.agents)
    ratio = Ratio(c.signed * DAYS_IN_A_MONTH, agents * period.days)
    return _metric("agentProductivity", ratio, agents, Missing.NO_AGENT)


def revenue_per_agent(c: Counts, period: Period) -> Metric:
    """12 × the monthly rent in force at the end ÷ agents, in whole francs, halves up."""
    agents = len(c.agents)
    if not agents:
        return Metric("revenuePerAgent", None, 0, Missing.NO_AGENT)
    return Metric("revenuePerAgent", Decimal(half_up(12 * c.rent, agents)), agents)


def occupancy(c: Counts, period: Period) -> Metric:
    """Lettable properties with a contract in force at the end ÷ lettable properties."""
    return _metric("occupancyRate", Ratio(c.let, c.lettable), c.lettable, Missing.NO_PROPERTY)


@dataclass(frozen=True)
class Risk:
    """The three parts of the portfolio's risk, each a share from 0 to 1 or None."""

    default: Decimal | None
    dispute: Decimal | None
    inactive: Decimal | None


def risk_parts(c: Counts) -> Risk:
    """Missed of the instalments due in twelve months; disputed, and silent, of the contracts in force."""
    return Risk(
        default=Ratio(c.missed, c.due_in_year).value,
        dispute=Ratio(c.disputed, c.in_force).value,
        inactive=Ratio(c.inactive, c.in_force).value,
    )


def portfolio_risk(c: Counts, period: Period) -> Metric:
    """60 × default + 30 × dispute + 10 × inactive, at most 100; undefined when one of the three is."""
    parts = risk_parts(c)
    if parts.dispute is None or parts.inactive is None:
        return Metric("portfolioRiskScore", None, c.in_force, Missing.NO_CONTRACT)
    if parts.default is None:
        return Metric("portfolioRiskScore", None, c.in_force, Missing.NO_RENT_IN_YEAR)
    score = 60 * parts.default + 30 * parts.dispute + 10 * parts.inactive
    return Metric("portfolioRiskScore", min(score, Decimal(100)), c.in_force)


def collection(c: Counts, period: Period) -> Metric:
    """Francs received by the end against the instalments due in the period ÷ francs due in the period."""
    return _metric("paymentCollectionRate", Ratio(c.francs_received, c.francs_due), c.due, Missing.NO_RENT)


def renewal(c: Counts, period: Period) -> Metric:
    """Contracts that came to their term in the period and were renewed, or ran on ÷ all that came to it."""
    return _metric("renewalRate", Ratio(c.renewed, c.terms_ended), c.terms_ended, Missing.NO_TERM)


class Unit(Enum):
    DAYS = "days"
    SHARE = "share"  # a fraction 0–1, shown as a percentage
    NPS = "nps"  # whole points, −100 to 100
    RISK = "risk"  # points of 100
    CONTRACTS = "contracts"  # contracts per agent per month
    FRANCS = "francs"


@dataclass(frozen=True)
class Definition:
    """One KPI: its unit, which way is better, its starting target, and its formula."""

    key: str
    unit: Unit
    higher_is_better: bool
    formula: Callable[[Counts, Period], Metric]
    is_money: bool = False
    """Francs go into it: over sites of two currencies it has one value for each."""
    least_cases: int = 5
    """A month that stands on fewer is not called unusual: of two deposits, one is half. Agents are no cases."""


DEFINITIONS: tuple[Definition, ...] = (
    Definition("averageResolutionTime", Unit.DAYS, False, resolution_time),
    Definition("resolutionRate", Unit.SHARE, True, resolution_rate),
    Definition("depositReturnRate", Unit.SHARE, True, deposit_return_rate),
    Definition("depositReturnTime", Unit.DAYS, False, deposit_return_time),
    Definition("npsScore", Unit.NPS, True, nps),
    Definition("tenantRetentionRate", Unit.SHARE, True, tenant_retention),
    Definition("agentProductivity", Unit.CONTRACTS, True, agent_productivity, least_cases=1),
    Definition("revenuePerAgent", Unit.FRANCS, True, revenue_per_agent, is_money=True, least_cases=1),
    Definition("occupancyRate", Unit.SHARE, True, occupancy),
    Definition("portfolioRiskScore", Unit.RISK, False, portfolio_risk),
    Definition("paymentCollectionRate", Unit.SHARE, True, collection, is_money=True),
    Definition("renewalRate", Unit.SHARE, True, renewal),
)
BY_KEY: Mapping[str, Definition] = {definition.key: definition for definition in DEFINITIONS}
KEYS = tuple(BY_KEY)
MONEY_KEYS = tuple(d.key for d in DEFINITIONS if d.is_money)


@dataclass(frozen=True)
class Metrics:
    """The twelve KPIs of a scope in one period, and those that are made of francs once more per currency.

    `counts` is what they were computed from: of each currency, and of the whole scope under "".
    """

    period: Period
    counts: Mapping[str, Counts]
    by_key: Mapping[str, Metric]
    by_currency: Mapping[str, Mapping[str, Metric]]

    def is_before(self, first_day: dt.date | None) -> bool:
        """Whether the period lies before the scope's first record: 0 % let then means that nobody wrote it down."""
        return first_day is not None and self.period.end < first_day and self.counts[""].is_blank


def metrics(per_site: Mapping[str, Counts], currency_of: Mapping[str, str], period: Period) -> Metrics:
    """The KPIs over the union of sites: each rate is recomputed from the added counts, never averaged.

    Francs are added within one currency only. Where a scope has two, a KPI made of francs has no value of its
    own but one per currency.
    """
    whole = union(per_site.values())
    by_key = {d.key: d.formula(whole, period) for d in DEFINITIONS}
    counts, by_currency = {"": whole}, {}
    for currency in sorted({currency_of[site] for site in per_site}):
        counts[currency] = union(c for site, c in per_site.items() if currency_of[site] == currency)
        by_currency[currency] = {key: BY_KEY[key].formula(counts[currency], period) for key in MONEY_KEYS}
    if len(by_currency) > 1:
        for key in MONEY_KEYS:
            if by_key[key].value is not None:
                by_key[key] = Metric(key, None, by_key[key].n, Missing.TWO_CURRENCIES)
    return Metrics(period, counts, by_key, by_currency)


class Direction(Enum):
    UP = "up"
    DOWN = "down"
    STABLE = "stable"


@dataclass(frozen=True)
class Comparison:
    """A value against the previous period's. `is_good` is None where nothing moved."""

    previous: Decimal
    change: Decimal
    relative: Decimal | None
    direction: Direction
    is_good: bool | None


def compare(definition: Definition, current: Metric, previous: Metric) -> Comparison | None:
    """How the value moved; None unless both periods have one. Within 1 % of the previous value it is stable."""
    if current.value is None or previous.value is None:
        return None
    change = current.value - previous.value
    relative = change / abs(previous.value) if previous.value else None
    if abs(change) <= STABLE_WITHIN * abs(previous.value):
        return Comparison(previous.value, change, relative, Direction.STABLE, None)
    direction = Direction.UP if change > 0 else Direction.DOWN
    is_good = (change > 0) == definition.higher_is_better
    return Comparison(previous.value, change, relative, direction, is_good)


def meets(definition: Definition, value: Decimal, target: Decimal) -> bool:
    """Whether the value reaches its target; exactly on it counts."""
    return value >= target if definition.higher_is_better else value <= target


def relative_gap(definition: Definition, value: Decimal, target: Decimal) -> Decimal | None:
    """How far the value falls short, as a share of the target; 0 or less when it is met; None for a target of 0."""
    if not target:
        return None
    gap = target - value if definition.higher_is_better else value - target
    return gap / abs(target)
