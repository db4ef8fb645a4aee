"""Days from the end of the contract to the settlement of its deposit, on average."""

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.indicators.indicator import NO_DEPOSIT, Advice, Breakdown, Indicator, Missing, Quotient, Unit
from kpi.indicators.rows import AGENT, DEPOSIT, ENDED_ON, SETTLED_ON, WHO, Group, Rows, number

NO_TIMED_DEPOSIT = Missing(gettext_lazy("the deposits settled in this period belong to contracts not ended."))

FOUND = """
    SELECT d.site_id, 'timed', 'deposit', d.id,
        contract_id, NULL::uuid, NULL::uuid, c.ended_on, settled_on, settled_on - c.ended_on,
        received, refunded_amount, NULL, d.state, NULL, settled_on - c.ended_on
    FROM leasing_deposit d
    JOIN leasing_contract c ON c.site_id = d.site_id AND c.id = d.contract_id
    WHERE d.site_id = ANY (%(sites)s) AND d.settled_on BETWEEN %(a)s AND %(b)s AND c.ended_on IS NOT NULL
"""


DEPOSIT_RETURN_TIME = Indicator(
    key="depositReturnTime",
    number=4,
    unit=Unit.DAYS,
    higher_is_better=False,
    formula=Quotient(
        "deposit_days", by="deposits_timed", missing={"deposits": NO_DEPOSIT, "deposits_timed": NO_TIMED_DEPOSIT}
    ),
    name=gettext_lazy("Deposit return time"),
    icon="calendar",
    hint=gettext_lazy(
        "The average number of days from the end of the contract to the settlement of its deposit, over the deposits "
        "settled in the period. The target is the site’s legal deadline."
    ),
    counted=ngettext_lazy("%(count)s deposit settled", "%(count)s deposits settled", "n"),
    breakdown=Breakdown(
        gettext_lazy("%(days)s days in all, over %(count)s deposits."),
        {"days": "deposit_days", "count": "deposits_timed"},
    ),
    rows=Rows(
        FOUND,
        (
            Group(
                "timed",
                gettext_lazy("Settled, slowest first"),
                gettext_lazy("No deposit of a contract that has ended was settled."),
                (*WHO, ENDED_ON, SETTLED_ON, number(gettext_lazy("Days")), *DEPOSIT[:2], DEPOSIT[3], AGENT),
            ),
        ),
    ),
    advice=Advice(
        gettext_lazy("Settle the deposits that are still held, oldest end of contract first."),
        gettext_lazy("Deposits still held"),
        "admin:leasing_deposit_changelist?state__exact=held",
    ),
    is_headline=False,
    target_rule="deposit_return_days",
)
