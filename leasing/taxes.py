"""What a site's rules say of taxes on rent. Pure: rules and francs in, lines out. It is told, not asked for."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sites_app.rules import RegionalRules

ON_RENT = ("tpa_rate",)
"""The taxes of which the rule itself says that they are on the rent. Of the others it says not on what."""


@dataclass(frozen=True)
class Tax:
    """One tax on an amount of rent, with the rule's rate and what it rests on."""

    rule_type: str
    rate: str  # "0.04", as the rule writes it
    francs: int
    source: str
    confirmed: bool


def taxes_on_rent(rules: RegionalRules, rent: int) -> tuple[Tax, ...]:
    """The taxes on so many francs of rent, each rounded half up; none where a rule says it does not apply.

    Raises MissingRule where a site has no word about one.
    """
    found = (rules.get(rule_type) for rule_type in ON_RENT)
    return tuple(
        Tax(
            rule.rule_type,
            str(rule.value),
            int((rule.value * rent).quantize(Decimal(1), rounding=ROUND_HALF_UP)),
            rule.source,
            rule.confirmed,
        )
        for rule in found
        if rule.value is not None
    )
