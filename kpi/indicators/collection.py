"""Francs received by the end against the instalments due in the period ÷ francs due in the period."""

from decimal import Decimal

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.counting.counts import Counts
from kpi.counting.relations import rents_due
from kpi.indicators.indicator import Advice, Breakdown, Indicator, Missing, Quotient, Unit
from kpi.indicators.rows import AGENT, DUE_ON, MISSING_RENT, RENT, WHO, Group, Rows, date
from kpi.indicators.worth import Basis, Gain, Worth, in_francs, rounded_up

NO_RENT = Missing(gettext_lazy("no rent was due in this period."))

FOUND = """
    SELECT site_id, CASE WHEN received = amount THEN 'paid' ELSE 'open' END, 'instalment', id,
        contract_id, tenant_id, NULL::uuid, due_date, settled_on, %(b)s - due_date,
        amount, received, NULL, NULL, NULL, amount - received
    FROM rent
"""


def worth(c: Counts, target: Decimal, median_rent: int | None) -> Worth | None:
    """The francs lacking to the target share of the rents due in the period."""
    return in_francs(rounded_up(c.francs_due * target) - c.francs_received, Basis.PERIOD, c.due)


COLLECTION = Indicator(
    key="paymentCollectionRate",
    number=11,
    unit=Unit.SHARE,
    higher_is_better=True,
    formula=Quotient("francs_received", by="francs_due", missing={"francs_due": NO_RENT}, n="due"),
    name=gettext_lazy("Collection"),
    icon="download",
    hint=gettext_lazy(
        "The amount received by the last day of the period for the rents that fell due in it, divided by the amount "
        "that fell due. Rents and service charges count; reversed payments and debts let go do not."
    ),
    counted=ngettext_lazy("%(count)s rent due", "%(count)s rents due", "n"),
    breakdown=Breakdown(
        gettext_lazy("%(received)s received of %(due)s due."),
        {"received": "francs_received", "due": "francs_due"},
        francs=("received", "due"),
    ),
    rows=Rows(
        FOUND,
        (
            Group(
                "open",
                gettext_lazy("Not received in full"),
                gettext_lazy("Every rent due was received in full."),
                (*WHO, *MISSING_RENT, AGENT),
                is_money=True,
                has_tasks=True,
            ),
            Group(
                "paid",
                gettext_lazy("Received in full"),
                gettext_lazy("No rent due was received in full."),
                (*WHO, DUE_ON, RENT, date(gettext_lazy("Paid on"), "until"), AGENT),
                is_money=True,
            ),
        ),
        relations=(rents_due("%(a)s"),),
    ),
    advice=Advice(
        gettext_lazy("Call the tenants whose rent is late, the largest amount first."), gettext_lazy("Unpaid rents")
    ),
    gain=Gain(worth, gettext_lazy("Making up the shortfall is worth %(amount)s.")),
    is_money=True,
    is_of_rents=True,
    is_drawn=True,
)
