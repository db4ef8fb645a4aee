"""Contracts signed ÷ agents ÷ months, a month being 30.4375 days."""

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.indicators.indicator import DAYS_IN_A_MONTH, NO_AGENT, Advice, Breakdown, Indicator, Quotient, Unit
from kpi.indicators.rows import AGENT, RENT, WHO, Group, Rows, date

# By the agents' names; first the contracts that nobody is credited with.
FOUND = """
    SELECT site_id, 'signed', 'contract', c.id, c.id, tenant_id, property_id,
        signed_on, NULL::date, NULL::int, monthly_rent, NULL, NULL, NULL, NULL,
        -(dense_rank() OVER (ORDER BY coalesce(nullif(full_name, ''), username) NULLS FIRST, agent_id))
    FROM contract c LEFT JOIN accounts_user u ON u.id = agent_id
    WHERE signed_on BETWEEN %(a)s AND %(b)s
"""


AGENT_PRODUCTIVITY = Indicator(
    key="agentProductivity",
    number=7,
    unit=Unit.CONTRACTS,
    higher_is_better=True,
    formula=Quotient({"signed": DAYS_IN_A_MONTH}, by="agents", missing={"agents": NO_AGENT}, is_monthly=True),
    name=gettext_lazy("Contracts per agent per month"),
    icon="edit",
    hint=gettext_lazy(
        "Contracts signed in the period, including renewals, divided by the number of agents and of months. Moves "
        "inside the agency are left out."
    ),
    counted=ngettext_lazy("%(count)s agent", "%(count)s agents", "n"),
    breakdown=Breakdown(
        gettext_lazy("Contracts signed: %(signed)s. Agents: %(agents)s."), {"signed": "signed", "agents": "agents"}
    ),
    rows=Rows(
        FOUND,
        (
            Group(
                "signed",
                gettext_lazy("Contracts signed"),
                gettext_lazy("No contract was signed."),
                (AGENT, *WHO, date(gettext_lazy("Signed on"), "since"), RENT),
            ),
        ),
    ),
    advice=Advice(
        gettext_lazy("See who is signing, and have the others join their viewings."), gettext_lazy("Contracts signed")
    ),
    least_cases=1,
)
