"""12 × the monthly rent in force at the end ÷ agents, in whole francs, halves up."""

from decimal import Decimal

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.counting.counts import Counts
from kpi.indicators.indicator import NO_AGENT, Advice, Breakdown, Indicator, Quotient, Unit
from kpi.indicators.rows import AGENT, RENT, SINCE, WHO, Group, Rows
from kpi.indicators.worth import Basis, Gain, Worth, in_francs, rounded_up

FOUND = """
    SELECT site_id, 'in_force', 'contract', id, id, tenant_id, property_id,
        start_date, NULL::date, NULL::int, monthly_rent, NULL, NULL, NULL, NULL, monthly_rent
    FROM in_force
"""


def worth(c: Counts, target: Decimal, median_rent: int | None) -> Worth | None:
    """The rent lacking to the target, each month."""
    return in_francs(rounded_up(target * len(c.agents) / 12) - c.rent, Basis.MONTHLY, c.in_force)


REVENUE_PER_AGENT = Indicator(
    key="revenuePerAgent",
    number=8,
    unit=Unit.FRANCS,
    higher_is_better=True,
    formula=Quotient({"rent": 12}, by="agents", missing={"agents": NO_AGENT}, is_whole=True),
    name=gettext_lazy("Yearly rent per agent"),
    icon="money",
    hint=gettext_lazy(
        "Twelve times the monthly rent of the contracts in force on the last day of the period, per agent."
    ),
    counted=ngettext_lazy("%(count)s agent", "%(count)s agents", "n"),
    breakdown=Breakdown(
        gettext_lazy("Monthly rent in force: %(rent)s. Agents: %(agents)s."),
        {"rent": "rent", "agents": "agents"},
        francs=("rent",),
    ),
    rows=Rows(
        FOUND,
        (
            Group(
                "in_force",
                gettext_lazy("Contracts in force"),
                gettext_lazy("No contract was in force."),
                (*WHO, SINCE, RENT, AGENT),
                is_money=True,
            ),
        ),
    ),
    advice=Advice(gettext_lazy("Let what is vacant, and renew at today’s rents."), gettext_lazy("Contracts in force")),
    gain=Gain(worth, gettext_lazy("The shortfall is %(amount)s of rent a month.")),
    is_money=True,
    least_cases=1,
)
