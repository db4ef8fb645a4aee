"""What an indicator is: its file in this folder fills in one `Indicator`. Pure: no database, no clock.

Words are lazy: they are in the language of whoever reads them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import Enum

from django.utils.translation import gettext_lazy

from kpi.counting.counts import Counts
from kpi.indicators.rows import Group, Rows, Text
from kpi.indicators.worth import Gain

DAYS_IN_A_MONTH = Decimal("30.4375")
"""A twelfth of 365.25: makes periods of any length comparable."""
FEW_CASES = 20
"""A rate that stands on fewer is one more or one less from another rate: it is said to be of few cases."""

_COUNTS = {f.name for f in fields(Counts)}


class Unit(Enum):
    DAYS = "days"
    SHARE = "share"  # a fraction 0–1, shown as a percentage
    NPS = "nps"  # whole points, −100 to 100
    RISK = "risk"  # points of 100
    CONTRACTS = "contracts"  # contracts per agent per month
    FRANCS = "francs"


@dataclass(frozen=True, eq=False)
class Missing:
    """Why an indicator has no value."""

    words: Text


NO_AGENT = Missing(gettext_lazy("the site has no active agent."))
NO_DEPOSIT = Missing(gettext_lazy("no deposit was settled in this period."))
NOT_ON_RECORD = Missing(gettext_lazy("no rent of this period is on record."))
TWO_CURRENCIES = Missing(gettext_lazy("amounts in two currencies are not added."))


@dataclass(frozen=True)
class Measured:
    """A value, on how many rows it stands, and, without a value, why."""

    value: Decimal | None
    n: int
    missing: Missing | None = None


@dataclass(frozen=True)
class Metric:
    """An indicator's value, on how many rows it stands, and, without a value, why."""

    key: str
    value: Decimal | None
    n: int
    missing: Missing | None = None
    is_few: bool = field(default=False, compare=False)  # it has cases, and too few to be held against anything


def half_up(numerator: Decimal | int, denominator: int) -> int:
    """The nearest whole number; exactly halfway goes up, also below zero: 2.5 → 3, −2.5 → −2."""
    return int((2 * numerator + denominator) // (2 * denominator))


@dataclass(frozen=True)
class Quotient:
    """A formula: counts, weighted and added up, divided by a count.

    Without anything to divide by there is no value; `missing` says why, by the first of its counts that is 0.
    """

    of: str | Mapping[str, Decimal | int]  # a count, or several with their weights
    by: str
    missing: Mapping[str, Missing]
    n: str = ""  # the count of rows behind it, if that is not `by`
    is_whole: bool = False  # rounded to the nearest whole number, halves up
    is_monthly: bool = False  # and divided by the months of the period

    def __post_init__(self) -> None:
        unknown = {*self.parts, self.by, self.n or self.by, *self.missing} - _COUNTS
        if unknown or self.by not in self.missing:
            raise ValueError(f"{unknown or self.by} is not among the counts, or has no reason")

    @property
    def parts(self) -> Mapping[str, Decimal | int]:
        return {self.of: 1} if isinstance(self.of, str) else self.of

    def __call__(self, counts: Counts, days: int) -> Measured:
        n = _number(counts, self.n or self.by)
        by = _number(counts, self.by)
        if not by:
            reason = next(reason for name, reason in self.missing.items() if not _number(counts, name))
            return Measured(None, n, reason)
        total = sum(weight * _number(counts, name) for name, weight in self.parts.items())
        if self.is_whole:
            return Measured(Decimal(half_up(total, by)), n)
        return Measured(Decimal(total) / (by * days if self.is_monthly else by), n)


@dataclass(frozen=True)
class Score:
    """A formula: shares, weighted and added up, at most 100; none where one of the shares has nothing to divide by."""

    of: Mapping[tuple[str, str], int]  # (part, whole) and its weight
    n: str
    missing: Mapping[str, Missing]  # for each whole, in the order in which they are looked at

    def __call__(self, counts: Counts, days: int) -> Measured:
        n = _number(counts, self.n)
        for whole, reason in self.missing.items():
            if not _number(counts, whole):
                return Measured(None, n, reason)
        shares = {pair: Decimal(_number(counts, pair[0])) / _number(counts, pair[1]) for pair in self.of}
        return Measured(min(sum((self.of[pair] * share for pair, share in shares.items()), Decimal()), Decimal(100)), n)


def _number(counts: Counts, name: str) -> int:
    # People are kept by id, so that one of two sites is one.
    value = getattr(counts, name)
    return value if isinstance(value, int) else len(value)


@dataclass(frozen=True)
class Breakdown:
    """The counts behind a value in a sentence, so that it can be checked against the records.

    Its numbers are counts by the name that the sentence gives them, or functions of all counts; those among `francs`
    are written as money.
    """

    sentence: Text
    numbers: Mapping[str, str | Callable[[Counts], int]]
    francs: Sequence[str] = ()

    def of(self, counts: Counts) -> dict[str, int]:
        """The numbers of the sentence."""
        return {
            name: _number(counts, found) if isinstance(found, str) else found(counts)
            for name, found in self.numbers.items()
        }


def part_of(part: str, whole: str) -> Breakdown:
    """In words: "17 of 20"."""
    return Breakdown(gettext_lazy("%(part)s of %(whole)s."), {"part": part, "whole": whole})


@dataclass(frozen=True)
class Aside:
    """A count beside the value that one should look at, said where it is not 0, and the group of rows behind it."""

    count: str
    sentence: Text  # singular or plural by n, with %(count)s in it
    group: str


@dataclass(frozen=True)
class Advice:
    """What to do about a gap, and what the link to where one does it says.

    `page` is where it is acted on, the name of an address with its query; "": the rows behind the indicator.
    """

    text: Text
    link: Text
    page: str = ""


@dataclass(frozen=True)
class Indicator:
    """One indicator, whole: its formula, its words, the rows behind it, what to do about it and what that is worth."""

    key: str  # its name in the API and in the tables
    number: int  # its place in the API's documents and in docs/formulas/kpi.md
    unit: Unit
    higher_is_better: bool
    formula: Callable[[Counts, int], Measured]  # the counts, and the days of the period
    name: Text
    icon: str
    hint: Text  # what it says, in a sentence
    counted: Text  # the noun of n, singular or plural, with %(count)s in it
    breakdown: Breakdown
    rows: Rows
    advice: Advice
    gain: Gain | None = None  # None where the records put no price on a gap
    aside: Aside | None = None
    is_headline: bool = True
    is_money: bool = False  # francs go into it: over sites of two currencies it has one value for each
    is_of_rents: bool = False  # it has no value before the rents of a scope are on record
    is_drawn: bool = False  # the report has a chart of it, with its target
    target_rule: str = ""  # the regional rule that is its target; "": targets are rows, set by the site
    least_cases: int = FEW_CASES  # a value on fewer is said to be of few cases, and never called unusual

    @property
    def is_shared(self) -> bool:
        """Whether sites show it to one another: never a rent level."""
        return self.unit is not Unit.FRANCS

    @property
    def groups(self) -> tuple[Group, ...]:
        return self.rows.groups

    def measure(self, counts: Counts, days: int) -> Metric:
        """The value over a period of so many days."""
        found = self.formula(counts, days)
        return Metric(self.key, found.value, found.n, found.missing, is_few=0 < found.n < self.least_cases)


def measure_each(indicators: Iterable[Indicator], counted: Sequence[tuple[Counts, int]]) -> dict[str, list[Metric]]:
    """The values of several indicators, by key, over each of several periods or sets of sites: counts and days."""
    return {one.key: [one.measure(counts, days) for counts, days in counted] for one in indicators}
