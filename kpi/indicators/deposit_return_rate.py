"""Deposits returned in full ÷ deposits settled in the period."""

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.indicators.indicator import NO_DEPOSIT, Advice, Indicator, Quotient, Unit, part_of
from kpi.indicators.rows import AGENT, DEPOSIT, SETTLED_ON, WHO, Group, Rows

FOUND = """
    SELECT d.site_id, CASE WHEN d.state = 'full' THEN 'full' ELSE 'not_full' END, 'deposit', d.id,
        contract_id, NULL::uuid, NULL::uuid, c.ended_on, settled_on, settled_on - c.ended_on,
        received, refunded_amount, NULL, d.state, NULL, received - refunded_amount
    FROM leasing_deposit d
    JOIN leasing_contract c ON c.site_id = d.site_id AND c.id = d.contract_id
    WHERE d.site_id = ANY (%(sites)s) AND d.settled_on BETWEEN %(a)s AND %(b)s
"""


DEPOSIT_RETURN_RATE = Indicator(
    key="depositReturnRate",
    number=3,
    unit=Unit.SHARE,
    higher_is_better=True,
    formula=Quotient("deposits_full", by="deposits", missing={"deposits": NO_DEPOSIT}),
    name=gettext_lazy("Deposits returned in full"),
    icon="lock",
    hint=gettext_lazy("The share of the deposits settled in the period that were returned in full."),
    counted=ngettext_lazy("%(count)s deposit settled", "%(count)s deposits settled", "n"),
    breakdown=part_of("deposits_full", "deposits"),
    rows=Rows(
        FOUND,
        (
            Group(
                "not_full",
                gettext_lazy("Not returned in full"),
                gettext_lazy("Every deposit settled was returned in full."),
                (*WHO, SETTLED_ON, *DEPOSIT, AGENT),
                is_money=True,
            ),
            Group(
                "full",
                gettext_lazy("Those returned in full"),
                gettext_lazy("No deposit settled was returned in full."),
                (*WHO, SETTLED_ON, *DEPOSIT[:2], AGENT),
                is_money=True,
            ),
        ),
    ),
    advice=Advice(
        gettext_lazy("Do the check-out inventory with the tenant, and agree on any deductions before they leave."),
        gettext_lazy("Deposits not returned in full"),
    ),
    is_headline=False,
)
