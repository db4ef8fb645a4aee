"""What a period's records say beside the KPIs: each agent's part, what is owed and since when, how money came in.

Pure: no Django, no database, no clock. Amounts are whole francs of one currency.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

AGES = (30, 60, 90)
"""Arrears are told apart by how many days they are late: up to 30, 60, 90, and more."""
NO_AGENT = 0
"""Whose part it is where a contract names no agent."""


@dataclass(frozen=True)
class AgentFigures:
    """One agent's part, by the contracts that name them."""

    signed: int = 0  # contracts signed in the period
    in_force: int = 0  # contracts in force on its last day
    rent: int = 0  # their monthly rent, together
    due: int = 0  # rents due in the period
    francs_due: int = 0
    francs_received: int = 0  # of these, by its last day
    answers: int = 0  # satisfaction surveys of their tenants, answered in the period
    rating: int = 0  # their ratings, 0–10, together

    def __add__(self, other: "AgentFigures") -> "AgentFigures":
        return AgentFigures(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


@dataclass(frozen=True)
class FrancsPart:
    """So many debts or payments, and their francs together."""

    n: int = 0
    francs: int = 0

    def __add__(self, other: "FrancsPart") -> "FrancsPart":
        return FrancsPart(self.n + other.n, self.francs + other.francs)


@dataclass(frozen=True)
class Figures:
    """Of one site, or of several with one currency together."""

    agents: Mapping[int, AgentFigures] = field(default_factory=dict)  # by user; NO_AGENT for nobody
    arrears: tuple[FrancsPart, ...] = (FrancsPart(),) * (
        len(AGES) + 1
    )  # owed on the last day, rents and other debts, by age
    income: Mapping[str, FrancsPart] = field(
        default_factory=dict
    )  # received in the period and no deposit or charge but service, by method
    median_rent: int | None = None  # of the contracts in force on the last day; of one site only

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            agents=_merged(self.agents, other.agents, AgentFigures()),
            arrears=tuple(a + b for a, b in zip(self.arrears, other.arrears, strict=True)),
            income=_merged(self.income, other.income, FrancsPart()),
        )


def _merged(one: Mapping[Any, Any], other: Mapping[Any, Any], nothing: Any) -> dict[Any, Any]:
    return {key: one.get(key, nothing) + other.get(key, nothing) for key in sorted({*one, *other})}


def together(figures: Iterable[Figures]) -> Figures:
    """The figures of several sites of one currency. They have no median rent: that is each site's own."""
    return sum(figures, Figures())


def as_json(figures: Figures) -> dict[str, Any]:
    """Lists and whole numbers only."""
    return {
        "agents": [{"agent": agent} | asdict(part) for agent, part in figures.agents.items()],
        "arrears": [{"age": age, "debts": part.n, "francs": part.francs} for age, part in enumerate(figures.arrears)],
        "income": [
            {"method": method, "payments": part.n, "francs": part.francs} for method, part in figures.income.items()
        ],
        "median_rent": figures.median_rent,
    }


def from_json(document: Mapping[str, Any]) -> Figures:
    """What `as_json` has written, or a row of the statement FIGURES, which leaves out what is zero."""
    owed = {row["age"]: FrancsPart(row["debts"], row["francs"]) for row in document["arrears"]}
    return Figures(
        agents={
            row["agent"]: AgentFigures(**{k: v for k, v in row.items() if k != "agent"}) for row in document["agents"]
        },
        arrears=tuple(owed.get(age, FrancsPart()) for age in range(len(AGES) + 1)),
        income={row["method"]: FrancsPart(row["payments"], row["francs"]) for row in document["income"]},
        median_rent=document["median_rent"],
    )
