"""The indicators, in the order of the page: one file for each, and its line here. Adding one: kpi/README.md."""

from collections.abc import Mapping

from kpi.indicators import (
    agent_productivity,
    collection,
    deposit_return_rate,
    deposit_return_time,
    nps,
    occupancy,
    portfolio_risk,
    renewal,
    resolution_rate,
    resolution_time,
    revenue_per_agent,
    tenant_retention,
)
from kpi.indicators.indicator import Indicator

# Money first, then the houses and those who live in them, then the work; below them the ends of contracts.
INDICATORS: tuple[Indicator, ...] = (
    collection.COLLECTION,
    occupancy.OCCUPANCY,
    tenant_retention.TENANT_RETENTION,
    renewal.RENEWAL,
    portfolio_risk.PORTFOLIO_RISK,
    resolution_time.RESOLUTION_TIME,
    nps.NPS,
    revenue_per_agent.REVENUE_PER_AGENT,
    agent_productivity.AGENT_PRODUCTIVITY,
    resolution_rate.RESOLUTION_RATE,
    deposit_return_rate.DEPOSIT_RETURN_RATE,
    deposit_return_time.DEPOSIT_RETURN_TIME,
)
HEADLINE = tuple(indicator.key for indicator in INDICATORS if indicator.is_headline)
OTHERS = tuple(indicator.key for indicator in INDICATORS if not indicator.is_headline)
BY_KEY: Mapping[str, Indicator] = {i.key: i for i in sorted(INDICATORS, key=lambda i: i.number)}
"""In the order of the API's documents and of docs/formulas/kpi.md."""
KEYS = tuple(BY_KEY)
MONEY_KEYS = tuple(key for key, indicator in BY_KEY.items() if indicator.is_money)
SHARED_KEYS = tuple(key for key, indicator in BY_KEY.items() if indicator.is_shared)
"""What sites show one another: never a rent level."""
TARGET_KEYS = tuple(key for key, indicator in BY_KEY.items() if not indicator.target_rule)
TARGET_RULES = {indicator.target_rule: key for key, indicator in BY_KEY.items() if indicator.target_rule}
"""The regional rules that are targets: whose."""
DRAWN = tuple(indicator.key for indicator in INDICATORS if indicator.is_drawn)
