"""Contracts that ended in the period and never had a litigation ÷ contracts that ended in the period."""

from django.utils.translation import gettext_lazy, ngettext_lazy

from kpi.indicators.indicator import Advice, Indicator, Missing, Quotient, Unit, part_of
from kpi.indicators.rows import AGENT, ENDED_ON, LITIGATIONS, RENT, WHO, Group, Rows, date, number

NO_END = Missing(gettext_lazy("no contract ended in this period."))

FOUND = """
    SELECT c.site_id, CASE WHEN number > 0 THEN 'disputed' ELSE 'undisputed' END, 'contract', c.id,
        c.id, tenant_id, property_id, ended_on, resolved_on, resolved_on - opened_on, monthly_rent, NULL, number,
        NULL, NULL, resolved_on - opened_on
    FROM contract c CROSS JOIN LATERAL (
        SELECT count(*) AS number, min(opened_on) AS opened_on,
            CASE WHEN count(resolved_on) = count(*) THEN max(resolved_on) END AS resolved_on
        FROM leasing_litigation l
        WHERE l.site_id = c.site_id AND l.contract_id = c.id
    ) litigation
    WHERE left_on BETWEEN %(a)s AND %(b)s
"""


RESOLUTION_RATE = Indicator(
    key="resolutionRate",
    number=2,
    unit=Unit.SHARE,
    higher_is_better=True,
    formula=Quotient("ended_undisputed", by="ended", missing={"ended": NO_END}),
    name=gettext_lazy("Closed without dispute"),
    icon="scales",
    hint=gettext_lazy(
        "The share of the contracts ended in the period that never had a dispute. A move inside the agency is no end."
    ),
    counted=ngettext_lazy("%(count)s contract ended", "%(count)s contracts ended", "n"),
    breakdown=part_of("ended_undisputed", "ended"),
    rows=Rows(
        FOUND,
        (
            Group(
                "disputed",
                gettext_lazy("Ended with a dispute"),
                gettext_lazy("No contract that ended had a dispute."),
                (
                    *WHO,
                    ENDED_ON,
                    LITIGATIONS,
                    date(gettext_lazy("All resolved since"), "until"),
                    number(gettext_lazy("Days in dispute")),
                    AGENT,
                ),
            ),
            Group(
                "undisputed",
                gettext_lazy("Ended without a dispute"),
                gettext_lazy("Every contract that ended had a dispute."),
                (*WHO, ENDED_ON, RENT, AGENT),
            ),
        ),
    ),
    advice=Advice(
        gettext_lazy("Look at what the disputes were about on the contracts that ended."),
        gettext_lazy("Contracts that ended in a dispute"),
    ),
    is_headline=False,
)
