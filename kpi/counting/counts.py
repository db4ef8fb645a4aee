"""What the records hold, as plain counts. Pure: no Django, no database, no clock.

How each count is read from the records, with worked numbers: docs/formulas/kpi.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

MISSED_AFTER_DAYS = 30
ACTIVITY_DAYS = 30
RENEWAL_DAYS = 90
TACIT_RENEWAL_DAYS = 30


@dataclass(frozen=True)
class Counts:
    """What the records of one site, or of several together, hold for one period [a, b].

    Francs are whole francs of one currency: kpi.report.metrics never looks at the sum of two.
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
    homes: int = 0  # properties with a contract in force on b, each once
    lettable: int = 0  # properties to let; of those that are part of another, those with a contract in force on b
    let: int = 0  # lettable properties with a contract in force on b
    due_in_year: int = 0  # instalments due in the twelve months to b
    missed: int = 0  # of these, missed on b
    disputed: int = 0  # contracts in force on b with an open litigation
    silent: int = 0  # contracts in force on b with a term over for 60 days, and no payment or contact since
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


def by_currency(cases: Iterable[Mapping[str, Counts]], currency_of: Mapping[str, str]) -> list[dict[str, Counts]]:
    """Of each of several sets of sites: the counts of all together under "", and of each currency under its code."""
    return [_by_currency(per_site, currency_of) for per_site in cases]


def _by_currency(per_site: Mapping[str, Counts], currency_of: Mapping[str, str]) -> dict[str, Counts]:
    currencies = sorted({currency_of[site] for site in per_site})
    whole = union(per_site.values())
    if len(currencies) == 1:
        return {"": whole, currencies[0]: whole}
    return {"": whole} | {
        currency: union(counts for site, counts in per_site.items() if currency_of[site] == currency)
        for currency in currencies
    }
